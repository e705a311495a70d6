//! What the tokens page asks before it acts. Each dialog is an address, so it opens and closes without scripts.

use super::{
    choice::Choice,
    create::Create,
    held::{self, Held},
};
use crate::{
    api::tokens::Token,
    components::{
        form::{Confirm, Form},
        prove_again::ProveAgain,
    },
    pages::{Away, Visit},
    words::relative,
};
use domain::{
    text::{NamespaceName, Slug},
    time::Timestamp,
    token::{Lifetime, Scope},
};
use leptos::prelude::*;

const PROVE: &str = "A token works for whoever holds it, so making one takes a recent sign-in.";

pub(super) struct Dialog {
    kind: Kind,
    /// The address without it.
    close: String,
}

enum Kind {
    /// The sign-in is too old for what is asked.
    ProveAgain {
        email: String,
        /// The address to come back to.
        here: String,
    },
    Create {
        namespaces: Vec<NamespaceName>,
        longest: Lifetime,
    },
    Assign {
        token: Token,
        namespaces: Vec<NamespaceName>,
        held: Vec<Held>,
    },
    Remove {
        token: Token,
    },
}

impl Dialog {
    /// The dialog that this visit's address names; none when what it speaks of is not there.
    pub(super) async fn asked(visit: &Visit, slug: &Slug) -> Result<Option<Self>, Away> {
        let kind = if visit.created.is_some() {
            None
        } else if visit.query.has("create") {
            Some(creating(visit, slug).await?)
        } else if let Some(id) = visit.query.get("assign") {
            match named(visit, slug, id).await?.filter(|token| !token.expired) {
                Some(token) => {
                    let held = held::load(visit, slug, token.id).await?;
                    Some(Kind::Assign { token, namespaces: namespaces(visit, slug).await?, held })
                }
                None => None,
            }
        } else if let Some(id) = visit.query.get("remove") {
            named(visit, slug, id).await?.map(|token| Kind::Remove { token })
        } else {
            None
        };
        let close = visit.with(&[("create", ""), ("assign", ""), ("remove", "")]);
        Ok(kind.map(|kind| Self { kind, close }))
    }

    pub(super) fn into_view(self, slug: Slug, cluster: bool, now: Timestamp) -> AnyView {
        let Self { kind, close } = self;
        let leave = close.clone();
        let wide = matches!(kind, Kind::Create { .. } | Kind::Assign { .. });
        let inside = match kind {
            Kind::ProveAgain { email, here } => view! { <ProveAgain why=PROVE email here close /> }.into_any(),
            Kind::Create { namespaces, longest } => {
                view! { <Create slug namespaces longest cluster close /> }.into_any()
            }
            Kind::Assign { token, namespaces, held } => {
                view! { <Assign slug token namespaces held cluster close /> }.into_any()
            }
            Kind::Remove { token } => view! { <Remove slug token now close /> }.into_any(),
        };
        view! {
            <dialog open class:wide=wide data-close=leave aria-labelledby="dialog-title">
                {inside}
            </dialog>
        }
        .into_any()
    }
}

async fn creating(visit: &Visit, slug: &Slug) -> Result<Kind, Away> {
    if let Some(email) = visit.must_prove()? {
        return Ok(Kind::ProveAgain { email, here: visit.here() });
    }
    let longest = visit.context.settings().token_longest;
    Ok(Kind::Create { namespaces: namespaces(visit, slug).await?, longest })
}

async fn namespaces(visit: &Visit, slug: &Slug) -> Result<Vec<NamespaceName>, Away> {
    let list = usecases::namespaces::list(&visit.context, slug.as_str()).await?;
    Ok(list.namespaces.into_iter().map(|listed| listed.namespace.name).collect())
}

async fn named(visit: &Visit, slug: &Slug, id: &str) -> Result<Option<Token>, Away> {
    match usecases::tokens::find(&visit.context, slug.as_str(), id).await {
        Ok(found) => Ok(Some(found.into())),
        Err(usecases::Error::Refused(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[component]
fn Assign(
    slug: Slug,
    token: Token,
    namespaces: Vec<NamespaceName>,
    held: Vec<Held>,
    cluster: bool,
    close: String,
) -> impl IntoView {
    const ACTION: &str = "/api/v1/tokens/assign";
    let when = if cluster {
        "In the cluster it takes effect at once."
    } else {
        "No cluster is connected: this is kept, and takes effect when one is."
    };
    view! {
        <Form action=ACTION next=close.clone() class="dialog-in">
            <header>
                <h2 id="dialog-title">{format!("Namespaces of {}", token.called())}</h2>
                <p>{when}</p>
            </header>
            <input type="hidden" name="organization" value=slug.to_string() />
            <input type="hidden" name="token" value=token.id.to_string() />
            <input type="hidden" name="namespaces[]" value="" />
            <Choice action=ACTION slug all=namespaces given=token.namespaces.clone() editing=true />
            <held::Details held />
            <footer>
                <a class="button" href=close>
                    "Cancel"
                </a>
                <button type="submit" class="button primary">
                    "Save"
                </button>
            </footer>
        </Form>
    }
}

#[component]
fn Remove(slug: Slug, token: Token, now: Timestamp, close: String) -> impl IntoView {
    let used = match token.last_used_at {
        Some(at) => format!("It was last used {}.", relative(at, now)),
        None => "It was never used.".to_owned(),
    };
    let mask = token.mask().to_string();
    let invites = token.scopes.has(Scope::Invitations) && !token.expired;
    let refused = if token.expired {
        "It has expired: whatever uses it is refused already."
    } else {
        "Whatever uses it is refused at once. What it has open in the cluster, such as a watch or a shell, goes on until it \
         ends."
    };
    view! {
        <Form action="/api/v1/tokens/remove" next=close.clone() class="dialog-in">
            <header>
                <h2 id="dialog-title">{format!("Remove {}?", token.called())}</h2>
                <p>
                    {token.name.is_some().then(|| view! { <code>{mask}</code> " · " })} {used}
                </p>
            </header>
            <ul class="consequences">
                <li>{refused}</li>
                {invites
                    .then(|| {
                        view! {
                            <li>"Pending invitations that it sent stop working. Invite those people again where they should join."</li>
                        }
                    })} <li>"It can't be undone. A new token has a new secret."</li>
            </ul>
            <input type="hidden" name="organization" value=slug.to_string() />
            <input type="hidden" name="token" value=token.id.to_string() />
            <Confirm close word="Remove" />
        </Form>
    }
}

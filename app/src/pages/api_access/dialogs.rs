//! What the tokens page asks before it acts. Each dialog is an address, so it opens and closes without scripts.

use super::{OPENED, Shared, choice::Choice, create::Create, held::Details};
use crate::{
    api::{
        grants::LimitCall,
        tokens::{self, AssignCall, AssignForm, CreateCall, RemoveCall, Token},
    },
    components::{
        dialog::{Cancel, Dialog, Opening},
        ends,
        form::{Confirm, Form, Submit},
        moment::Moment,
        opened::opened,
        prove_again::{ProveAgain, use_first_proof},
        question::{Asked, Said},
    },
    read::{shown_or, use_read},
    write::Write,
};
use domain::{
    id::TokenId,
    text::{EmailAddress, NamespaceName},
    token::Scope,
};
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

const PROVE: &str = "A token works for whoever holds it, so making one takes a recent sign-in.";

/// Which dialog the address names.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// The sign-in is too old for what is asked.
    Prove(EmailAddress),
    Create,
    /// Of the token with this id, whichever page of the list it is on.
    Assign(String),
    Remove(TokenId),
}

/// None where what it speaks of is not on the page. A question to the operator leads back to the dialog it was asked from.
fn asked(shared: Shared, first: Memo<Option<EmailAddress>>) -> Option<Kind> {
    let Shared { address, page, .. } = shared;
    address.with(|address| {
        if address.get("ask").is_some() {
            None
        } else if address.has("create") {
            Some(first.get().map_or(Kind::Create, Kind::Prove))
        } else if let Some(id) = address.get("assign") {
            Some(Kind::Assign(id.to_owned()))
        } else {
            let id = address.get("remove")?.parse().ok()?;
            page.with(|page| page.tokens.iter().any(|token| token.id == id)).then_some(Kind::Remove(id))
        }
    })
}

#[component]
pub(super) fn Dialogs(shared: Shared, remove: Write<RemoveCall>) -> impl IntoView {
    let Shared { address, page, .. } = shared;
    let creates = Signal::derive(move || address.with(|address| address.has("create")));
    let first = use_first_proof(Signal::derive(move || page.with(|page| page.prove.clone())), creates);
    let kind = Memo::new(move |_| asked(shared, first));
    let close = Signal::derive(move || address.with(|address| address.with(&OPENED)));
    let (create, assign, limit) =
        (Write::<CreateCall>::begin(), Write::<AssignCall>::begin(), Write::<LimitCall>::begin());
    one_at_a_time(shared, kind, close);
    let draw = move |kind| match kind {
        Kind::Prove(email) => view! { <ProveAgain why=PROVE email close /> }.into_any(),
        Kind::Create => view! { <Creating shared action=create close /> }.into_any(),
        Kind::Assign(id) => view! { <Assigning shared id assign limit close /> }.into_any(),
        Kind::Remove(id) => view! { <Removing shared id action=remove close /> }.into_any(),
    };
    opened(move || kind.get(), draw)
}

/// Another token takes the place of the one that is shown: nobody loses a secret by that.
fn one_at_a_time(shared: Shared, kind: Memo<Option<Kind>>, close: Signal<String>) {
    let navigate = use_navigate();
    Effect::new(move |_| {
        if !kind.with(|kind| matches!(kind, Some(Kind::Create))) {
            return;
        }
        if shared.fresh.may_go() {
            shared.fresh.forget();
        } else {
            let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
            navigate(&close.get_untracked(), options);
        }
    });
}

#[component]
fn Creating(shared: Shared, action: Write<CreateCall>, close: Signal<String>) -> impl IntoView {
    let facts = use_read(move || shared.slug.get(), tokens::create_form);
    shown_or(
        facts,
        move |facts| {
            let facts = facts.get_untracked();
            view! {
                <Dialog close wide=true>
                    <Create shared facts action />
                </Dialog>
            }
            .into_any()
        },
        move |error| view! { <Said title="Create a New Token" why=error.message close /> }.into_any(),
        move || view! { <Opening close wide=true /> }.into_any(),
    )
}

#[component]
fn Assigning(
    shared: Shared,
    id: String,
    assign: Write<AssignCall>,
    limit: Write<LimitCall>,
    close: Signal<String>,
) -> impl IntoView {
    let facts = use_read(move || (shared.slug.get(), id.clone()), |(slug, id)| tokens::assign_form(slug, id));
    let draw = move |facts: Signal<AssignForm>| {
        if facts.with_untracked(|facts| facts.token.expired) {
            return ().into_any();
        }
        let ending = Memo::new(move |_| ending(shared, &facts.get()));
        let draw = move || match ending.get() {
            Some(namespace) => {
                let question = question(shared, &facts.get_untracked(), &namespace);
                let close = Signal::derive(move || shared.address.with(|address| address.with(&[("ends", "")])));
                view! { <Asked question action=limit close /> }.into_any()
            }
            None => view! {
                <Dialog close wide=true>
                    <Assign shared facts action=assign />
                </Dialog>
            }
            .into_any(),
        };
        view! { {draw} }.into_any()
    };
    shown_or(
        facts,
        draw,
        move |error| view! { <Said title="Namespaces of the token" why=error.message close /> }.into_any(),
        move || view! { <Opening close wide=true /> }.into_any(),
    )
}

/// Whose end the address asks about: of a namespace that is assigned.
fn ending(shared: Shared, facts: &AssignForm) -> Option<NamespaceName> {
    let name = shared.address.with(|address| address.get("ends").map(ToOwned::to_owned))?;
    let found = facts.held.iter().find(|held| held.assigned && held.namespace.as_str() == name);
    found.map(|held| held.namespace.clone())
}

fn question(shared: Shared, facts: &AssignForm, namespace: &NamespaceName) -> crate::components::question::Question {
    let ends_at = facts.held.iter().find(|held| held.namespace == *namespace).and_then(|held| held.ends_at);
    ends::question(&shared.slug.get_untracked(), facts.token.id.into(), "the token", namespace, ends_at)
}

#[component]
fn Assign(shared: Shared, facts: Signal<AssignForm>, action: Write<AssignCall>) -> impl IntoView {
    let AssignForm { token, namespaces, .. } = facts.get_untracked();
    let (id, title) = (token.id, format!("Namespaces of {}", token.called()));
    let slug = shared.slug.get_untracked();
    let when = if shared.page.with_untracked(|page| page.cluster) {
        "In the cluster it takes effect at once."
    } else {
        "No cluster is connected: this is kept, and takes effect when one is."
    };
    view! {
        <Form action class="dialog-in">
            <header>
                <h2 id="dialog-title">{title}</h2>
                <p>{when}</p>
            </header>
            <input type="hidden" name="organization" value=slug.clone() />
            <input type="hidden" name="token" value=id.to_string() />
            <input type="hidden" name="namespaces[]" value="" />
            <Choice slug all=namespaces given=token.namespaces editing=true />
            <Details shared token=id facts />
            <footer>
                <Cancel />
                <Submit>"Save"</Submit>
            </footer>
        </Form>
    }
    .into_any()
}

#[component]
fn Removing(shared: Shared, id: TokenId, action: Write<RemoveCall>, close: Signal<String>) -> impl IntoView {
    let found = shared.page.with_untracked(|page| page.tokens.iter().find(|token| token.id == id).cloned());
    found.map(|token| {
        view! {
            <Dialog close>
                <Remove shared token action />
            </Dialog>
        }
    })
}

#[component]
fn Remove(shared: Shared, token: Token, action: Write<RemoveCall>) -> impl IntoView {
    let used = match token.last_used_at {
        Some(at) => view! { "It was last used " <Moment at /> "." }.into_any(),
        None => "It was never used.".into_any(),
    };
    let mask = token.mask().to_string();
    let mask = token.name.is_some().then(|| view! { <code>{mask}</code> " · " });
    let invites = (token.scopes.has(Scope::Invitations) && !token.expired).then(|| {
        view! {
            <li>"Pending invitations that it sent stop working. Invite those people again where they should join."</li>
        }
    });
    let refused = if token.expired {
        "It has expired: whatever uses it is refused already."
    } else {
        "Whatever uses it is refused at once. What it has open in the cluster, such as a watch or a shell, goes on until it \
         ends."
    };
    view! {
        <Form action class="dialog-in">
            <header>
                <h2 id="dialog-title">{format!("Remove {}?", token.called())}</h2>
                <p>{mask} {used}</p>
            </header>
            <ul class="consequences">
                <li>{refused}</li>
                {invites}
                <li>"It can't be undone. A new token has a new secret."</li>
            </ul>
            <input type="hidden" name="organization" value=shared.slug.get_untracked() />
            <input type="hidden" name="token" value=token.id.to_string() />
            <Confirm word="Remove" />
        </Form>
    }
    .into_any()
}

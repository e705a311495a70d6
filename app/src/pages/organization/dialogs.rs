//! What the Users table asks before it acts. Each dialog is an address, so it opens and closes without scripts.

use crate::{
    api::members::{Member, RowStatus},
    components::{
        form::{Confirm, Form, failed},
        invite_form::InviteFields,
    },
    pages::{Away, Flash, Visit},
    words::{count, relative},
};
use domain::{
    path,
    text::{NamespaceName, Slug},
    time::Timestamp,
};
use leptos::prelude::*;
use usecases::tokens::Token;

#[derive(Clone)]
pub(super) struct Dialog {
    kind: Kind,
    /// The address without it.
    close: String,
}

/// The tokens that somebody made and that still stand: those that are named, and how many there are.
#[derive(Clone)]
struct Made {
    named: Vec<Token>,
    total: u64,
    now: Timestamp,
}

#[derive(Clone)]
enum Kind {
    Invite { namespaces: Vec<NamespaceName> },
    Deactivate { member: Member, made: Made },
    Revoke { invitation: Member },
    Link { email: String, link: String },
}

impl Dialog {
    /// The dialog that this visit's address names; none when what it speaks of is not on the page, or already done.
    pub(super) async fn asked(visit: &Visit, slug: &str, rows: &[Member]) -> Result<Option<Self>, Away> {
        let row = |name: &str| {
            let id = visit.query.get(name)?;
            rows.iter().find(|row| row.id == id).cloned()
        };
        let kind = if visit.query.has("invite") {
            Some(Kind::Invite { namespaces: usecases::grants::own(&visit.context, slug).await? })
        } else if let Some(member) = row("deactivate") {
            let asks = member.status == RowStatus::Active && member.keeps.is_none();
            if asks { Some(Kind::Deactivate { made: made_by(visit, slug, &member.id).await, member }) } else { None }
        } else if let Some(invitation) = row("revoke") {
            invitation.status.is_invitation().then_some(Kind::Revoke { invitation })
        } else if let Some(invitation) = row("link").filter(|row| row.status.is_invitation()) {
            let link = usecases::invitations::link(&visit.context, slug, &invitation.id).await?;
            Some(Kind::Link { email: invitation.email, link })
        } else {
            None
        };
        let close = visit.with(&[("invite", ""), ("deactivate", ""), ("revoke", ""), ("link", "")]);
        Ok(kind.map(|kind| Self { kind, close }))
    }

    /// `enforced`: whether a cluster follows.
    pub(super) fn into_view(self, slug: String, enforced: bool) -> AnyView {
        let Self { kind, close } = self;
        let inside = match kind {
            Kind::Invite { namespaces } => view! { <Invite slug namespaces close=close.clone() /> }.into_any(),
            Kind::Deactivate { member, made } => {
                view! { <Deactivate slug member made enforced close=close.clone() /> }.into_any()
            }
            Kind::Revoke { invitation } => view! { <Revoke slug invitation close=close.clone() /> }.into_any(),
            Kind::Link { email, link } => view! { <Link email link close=close.clone() /> }.into_any(),
        };
        view! {
            <dialog open data-close=close aria-labelledby="dialog-title">
                {inside}
            </dialog>
        }
        .into_any()
    }
}

/// Where the list can't be read, the question is asked without it: nothing that is not ticked is removed.
async fn made_by(visit: &Visit, slug: &str, member: &str) -> Made {
    let (named, total) = usecases::tokens::made_by(&visit.context, slug, member).await.unwrap_or_default();
    Made { named, total, now: visit.context.now() }
}

#[component]
fn Invite(slug: String, namespaces: Vec<NamespaceName>, close: String) -> impl IntoView {
    let action = "/api/v1/invitations/send";
    // The addresses that a plain post brought back with an error.
    let flash = use_context::<Flash>().filter(|flash| flash.action.as_deref() == Some(action)).unwrap_or_default();
    let values = flash.values.iter().filter(|(name, _)| name.starts_with("emails"));
    let typed = values.map(|(_, value)| value.clone()).collect::<Vec<_>>().join("\n");
    let error = flash.error.filter(|error| error.field.is_some()).map(|error| error.message).unwrap_or_default();
    let line = match namespaces.len() {
        0 => "They get no namespace, because you have none. You can give them some later.".to_owned(),
        1..=3 => format!("They get the same namespaces as you: {}.", crate::words::list(&namespaces)),
        n => format!("They get the same {n} namespaces as you."),
    };
    let taken: Vec<_> = namespaces
        .into_iter()
        .map(|name| {
            let name = name.to_string();
            view! {
                <label class="chip">
                    <input type="checkbox" name="namespaces[]" value=name.clone() checked />
                    {name}
                </label>
            }
        })
        .collect();
    let choice = (!taken.is_empty()).then(|| {
        view! {
            <fieldset class="takes">
                <legend>"Untick what they should not get"</legend>
                {taken}
            </fieldset>
        }
    });
    view! {
        <Form action=action next=close.clone() class="dialog-in">
            <header>
                <h2 id="dialog-title">"Send an Invite"</h2>
                <p>{line}</p>
            </header>
            <input type="hidden" name="organization" value=slug />
            // Says "none" when nothing is ticked: without it the list would be missing, which means all.
            <input type="hidden" name="namespaces[]" value="" />
            {choice}
            <InviteFields close value=typed error />
        </Form>
    }
}

const DEACTIVATE: &str = "/api/v1/members/deactivate";

#[component]
fn Deactivate(slug: String, member: Member, made: Made, enforced: bool, close: String) -> impl IntoView {
    let Member { id, email, .. } = member;
    // The promises of the product contract, section 6, and what no API server can take back.
    let cluster = enforced.then(|| {
        view! {
            <li>
                "In the cluster what they may do is withdrawn at once. The API server may know them for ten more seconds; \
                 watches and shells that they have open go on until they end."
            </li>
        }
    });
    let tokens = (!made.named.is_empty()).then(|| view! { <Tokens slug=slug.clone() made /> });
    view! {
        <Form action=DEACTIVATE next=close.clone() class="dialog-in">
            <header>
                <h2 id="dialog-title">{format!("Deactivate {email}?")}</h2>
            </header>
            <ul class="consequences">
                <li>"Every session of theirs ends at once, on every device."</li>
                <li>"They can no longer sign in to this organization, and an invitation can't bring them back."</li>
                {cluster}
                <li>"Their namespaces are kept: reactivating gives back exactly what they had."</li>
            </ul>
            {tokens}
            <input type="hidden" name="organization" value=slug />
            <input type="hidden" name="member" value=id />
            <Confirm close word="Deactivate" />
        </Form>
    }
}

/// The tokens that go on working, unless they are ticked.
#[component]
fn Tokens(slug: String, made: Made) -> impl IntoView {
    let Made { named, total, now } = made;
    let flash = failed(DEACTIVATE).unwrap_or_default();
    let more = total.saturating_sub(named.len() as u64);
    let more = Slug::parse(&slug).ok().filter(|_| more > 0).map(|slug| {
        view! {
            <p class="quiet small">
                {format!("and {more} more, on the ")} <a href=path::api_access(&slug)>"API access page"</a>
            </p>
        }
    });
    let boxes = named.into_iter().map(|token| {
        let (id, mask) = (token.id.to_string(), token.mask.to_string());
        let ticked = flash.values.iter().any(|(field, value)| field.starts_with("remove_tokens") && *value == id);
        let used = token.last_used_at.map_or("never used".to_owned(), |at| format!("last used {}", relative(at, now)));
        let name = token.name.map(|name| view! { <b>{name.to_string()}</b> " " });
        view! {
            <li>
                <label class="check">
                    <input type="checkbox" name="remove_tokens[]" value=id checked=ticked />
                    <span>
                        {name} <code>{mask}</code> <small class="quiet">{used}</small>
                    </span>
                </label>
            </li>
        }
    });
    let boxes = boxes.collect::<Vec<_>>();
    view! {
        <fieldset class="leaves" aria-describedby="leaves-hint">
            <legend>{format!("They made {}", count(total, "API access token", "API access tokens"))}</legend>
            <p id="leaves-hint">
                "Tokens belong to the organization and go on working. Tick those to remove in the same step."
            </p>
            <ul>{boxes}</ul>
            {more}
        </fieldset>
    }
}

#[component]
fn Revoke(slug: String, invitation: Member, close: String) -> impl IntoView {
    let Member { id, email, .. } = invitation;
    view! {
        <Form action="/api/v1/invitations/revoke" next=close.clone() class="dialog-in">
            <header>
                <h2 id="dialog-title">{format!("Revoke the invitation of {email}?")}</h2>
                <p>"Its link is dead at once. You can invite the same address again, with a new link."</p>
            </header>
            <input type="hidden" name="organization" value=slug />
            <input type="hidden" name="invitation" value=id />
            <Confirm close word="Revoke" />
        </Form>
    }
}

#[component]
fn Link(email: String, link: String, close: String) -> impl IntoView {
    view! {
        <div class="dialog-in">
            <header>
                <h2 id="dialog-title">"Invitation link"</h2>
                <p>{format!("Whoever has this link and reads the mail of {email} can accept. Send it to nobody else.")}</p>
            </header>
            <input class="input mono" readonly value=link aria-label="Invitation link" />
            <footer>
                <a class="button" href=close autofocus>
                    "Close"
                </a>
            </footer>
        </div>
    }
}

//! What the Users table asks before it acts. Each dialog is an address.

use super::{OPENED, Shared, invite::Invite};
use crate::{
    api::{
        invitations::{self, RevokeCall, SendCall},
        members::{DeactivateCall, EndSessionsCall, Member, RowStatus},
        tokens::{self, Made},
    },
    components::{
        dialog::{Cancel, Dialog},
        form::{Confirm, Form, use_post},
        moment::Moment,
        opened::opened,
    },
    read::{shown_or, use_read},
    words::count,
    write::Write,
};
use leptos::prelude::*;

/// Which dialog the address names, and whose row it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Invite,
    Deactivate(Member),
    EndSessions(Member),
    Revoke(Member),
    Link(Member),
}

/// None where what it speaks of is not on the page, or already done.
fn asked(shared: Shared) -> Option<Kind> {
    let Shared { address, page, .. } = shared;
    address.with(|address| {
        page.with(|page| {
            let row = |name: &str| {
                let id = address.get(name)?;
                page.members.iter().find(|row| row.id == id).cloned()
            };
            if !page.admin {
                None
            } else if address.has("invite") {
                Some(Kind::Invite)
            } else if let Some(member) = row("deactivate") {
                let asks = member.status == RowStatus::Active && member.keeps.is_none();
                asks.then_some(Kind::Deactivate(member))
            } else if let Some(member) = row("sessions") {
                (member.status == RowStatus::Active).then_some(Kind::EndSessions(member))
            } else if let Some(invitation) = row("revoke") {
                invitation.status.is_invitation().then_some(Kind::Revoke(invitation))
            } else {
                row("link").filter(|row| row.status.is_invitation()).map(Kind::Link)
            }
        })
    })
}

#[component]
pub(super) fn Dialogs(shared: Shared) -> impl IntoView {
    let kind = Memo::new(move |_| asked(shared));
    let close = Signal::derive(move || {
        shared.address.with(|address| {
            let dialogs = OPENED.iter().filter(|(name, _)| !matches!(*name, "open" | "check" | "ends"));
            address.with(&dialogs.copied().collect::<Vec<_>>())
        })
    });
    let (send, deactivate, revoke) =
        (Write::<SendCall>::begin(), Write::<DeactivateCall>::begin(), Write::<RevokeCall>::begin());
    let end_sessions = Write::<EndSessionsCall>::begin();
    // Drawn inside of the dialog: what is in it asks how to leave it.
    let inside = move |kind| match kind {
        Kind::Invite => view! { <Invite shared action=send /> }.into_any(),
        Kind::Deactivate(member) => view! { <Deactivate shared member action=deactivate /> }.into_any(),
        Kind::EndSessions(member) => view! { <EndSessions shared member action=end_sessions /> }.into_any(),
        Kind::Revoke(invitation) => view! { <Revoke shared invitation action=revoke /> }.into_any(),
        Kind::Link(invitation) => view! { <Link shared invitation /> }.into_any(),
    };
    opened(move || kind.get(), move |kind| view! { <Dialog close>{inside(kind)}</Dialog> }.into_any())
}

#[component]
fn Deactivate(shared: Shared, member: Member, action: Write<DeactivateCall>) -> impl IntoView {
    let Member { id, email, .. } = member;
    let (slug, enforced) = (shared.slug.get_untracked(), shared.page.with_untracked(|page| page.enforced));
    let whose = id.clone();
    let made = use_read(move || (shared.slug.get(), whose.clone()), |(slug, id)| tokens::made_by(slug, id));
    // The promises of the product contract, section 6, and what no API server can take back.
    let cluster = enforced.then(|| {
        view! {
            <li>
                "In the cluster what they may do is withdrawn at once. The API server may know them for ten more seconds; \
                 watches and shells that they have open go on until they end."
            </li>
        }
    });
    view! {
        <Form action class="dialog-in">
            <header>
                <h2 id="dialog-title">{format!("Deactivate {email}?")}</h2>
            </header>
            <ul class="consequences">
                <li>"Every session of theirs ends at once, on every device."</li>
                <li>"They can no longer sign in to this organization, and an invitation can't bring them back."</li>
                {cluster}
                <li>"Their namespaces are kept: reactivating gives back exactly what they had."</li>
            </ul>
            // Where the list can't be read, the question is asked without it: nothing that is not ticked is removed.
            {shown_or(
                made,
                move |made| {
                    let (made, slug) = (made.get_untracked(), shared.slug.get_untracked());
                    (!made.tokens.is_empty()).then(|| view! { <Tokens slug made /> }).into_any()
                },
                |_| ().into_any(),
                || view! { <p class="quiet small" role="status">"Looking for tokens that they made…"</p> }.into_any(),
            )}
            <input type="hidden" name="organization" value=slug />
            <input type="hidden" name="member" value=id />
            <Confirm word="Deactivate" />
        </Form>
    }
    .into_any()
}

/// The tokens that go on working, unless they are ticked.
#[component]
fn Tokens(slug: String, made: Made) -> impl IntoView {
    let Made { tokens: named, total, .. } = made;
    let typed = use_post().and_then(|post| post.all_typed("remove_tokens")).unwrap_or_default();
    let more = total.saturating_sub(named.len() as u64);
    let more = (more > 0).then(|| {
        view! {
            <p class="quiet small">
                {format!("and {more} more, on the ")} <a href=format!("/o/{slug}/api-access")>"API access page"</a>
            </p>
        }
    });
    let boxes = named.into_iter().map(|token| {
        let (id, mask) = (token.id.to_string(), token.mask().to_string());
        let ticked = typed.contains(&id);
        let used = match token.last_used_at {
            Some(at) => view! { "last used " <Moment at /> }.into_any(),
            None => "never used".into_any(),
        };
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
fn EndSessions(shared: Shared, member: Member, action: Write<EndSessionsCall>) -> impl IntoView {
    let Member { id, email, .. } = member;
    view! {
        <Form action class="dialog-in">
            <header>
                <h2 id="dialog-title">{format!("Sign {email} out everywhere?")}</h2>
            </header>
            <ul class="consequences">
                <li>"Every session of theirs ends at once, on every device."</li>
                <li>"Their machines are no longer let into the cluster in their name until they log in again."</li>
                <li>"They stay a member, and can sign in again. API access tokens go on working."</li>
            </ul>
            <input type="hidden" name="organization" value=shared.slug.get_untracked() />
            <input type="hidden" name="member" value=id />
            <Confirm word="Sign out everywhere" />
        </Form>
    }
    .into_any()
}

#[component]
fn Revoke(shared: Shared, invitation: Member, action: Write<RevokeCall>) -> impl IntoView {
    let Member { id, email, .. } = invitation;
    view! {
        <Form action class="dialog-in">
            <header>
                <h2 id="dialog-title">{format!("Revoke the invitation of {email}?")}</h2>
                <p>"Its link is dead at once. You can invite the same address again, with a new link."</p>
            </header>
            <input type="hidden" name="organization" value=shared.slug.get_untracked() />
            <input type="hidden" name="invitation" value=id />
            <Confirm word="Revoke" />
        </Form>
    }
    .into_any()
}

#[component]
fn Link(shared: Shared, invitation: Member) -> impl IntoView {
    let Member { id, email, .. } = invitation;
    let link = use_read(move || (shared.slug.get(), id.clone()), |(slug, id)| invitations::link(slug, id));
    view! {
        <div class="dialog-in">
            <header>
                <h2 id="dialog-title">"Invitation link"</h2>
                <p>{format!("Whoever has this link and reads the mail of {email} can accept. Send it to nobody else.")}</p>
            </header>
            {shown_or(
                link,
                |link| {
                    view! { <input class="input mono" readonly value=link.get_untracked().link aria-label="Invitation link" /> }
                        .into_any()
                },
                |error| view! { <p class="form-error" role="alert">{error.message}</p> }.into_any(),
                || ().into_any(),
            )}
            <footer>
                <Cancel word="Close" autofocus=true />
            </footer>
        </div>
    }
    .into_any()
}

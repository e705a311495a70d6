//! One row of the Users table.

use super::{Shared, bulk::Select};
use crate::{
    api::members::{Member, RowStatus},
    components::{
        ask::Ask,
        closable::Closable,
        copy_link::CopyLink,
        email::{broken, initial},
        icon::{Glyph, Icon},
        moment::{Moment, Say},
        row::RowButton,
    },
};
use domain::{membership::Role, time::Timestamp};
use leptos::prelude::*;

fn dash(value: Option<String>) -> String {
    value.filter(|value| !value.is_empty()).unwrap_or_else(|| "-".to_owned())
}

/// Members alone have namespaces; their own everybody sees, those of others an admin.
pub(super) fn may_open(shared: Shared, member: &Member) -> bool {
    let is_own = shared.page.with_untracked(|page| page.own.as_ref() == Some(&member.id));
    !member.status.is_invitation() && (shared.is_admin() || is_own)
}

#[component]
pub(super) fn Row(
    shared: Shared,
    member: Member,
    /// When they were last active.
    seen: Memo<Option<Timestamp>>,
    is_open: Memo<bool>,
) -> impl IntoView {
    let off = member.status != RowStatus::Active;
    let (id, email) = (member.id.clone(), member.email.clone());
    let (admin, enforced) = (shared.is_admin(), shared.page.with_untracked(|page| page.enforced));
    let opener = may_open(shared, &member).then(|| view! { <Opener id=id.clone() email=email.clone() is_open /> });
    let select = admin.then(|| view! { <Select selected=shared.selected member=member.clone() /> });
    let role = (member.role == Role::Admin).then(|| {
        let word = if member.founder { "founder" } else { "admin" };
        view! { <span class="role">{word}</span> }
    });
    let badge = match member.status {
        RowStatus::Active => "badge good",
        RowStatus::InviteSent => "badge wait",
        RowStatus::InviteExpired => "badge bad",
        RowStatus::Deactivated => "badge none",
    };
    let until = member.expires_at.map(|at| {
        let word = if member.status == RowStatus::InviteExpired { "ended" } else { "until" };
        view! {
            <small class="until">
                {word} " " <Moment at say=Say::Day />
            </small>
        }
    });
    let withdrawn = (enforced && member.status == RowStatus::Deactivated).then(|| match member.withdrawn_at {
        Some(at) => view! {
            <small class="until">
                "withdrawn in the cluster " <Moment at />
            </small>
        }
        .into_any(),
        None => view! {
            <small class="until">
                "being withdrawn in the cluster"
            </small>
        }
        .into_any(),
    });
    let mail = member.mail.clone().map(|why| {
        let (word, why) = if why == "pending" { ("mail pending", String::new()) } else { ("mail pending", why) };
        view! {
            <span class="mail-state">
                <Glyph icon=Icon::Mail size=14 />
                {word}
                {(!why.is_empty()).then(|| view! { <small>{why}</small> })}
            </span>
        }
    });
    let two_factor = match member.two_factor {
        Some(true) => view! { <Glyph icon=Icon::Yes /> <span class="visually-hidden">"on"</span> }.into_any(),
        Some(false) => view! { <span class="quiet">"off"</span> }.into_any(),
        None => view! { "-" }.into_any(),
    };
    let since = member.since.map(|at| view! { <Moment at /> });
    let since_label = if member.status.is_invitation() { "Invited" } else { "Joined" };
    let last_active = admin.then(|| {
        let distance = move || match seen.get() {
            Some(at) => view! { <Moment at /> }.into_any(),
            None => view! { "-" }.into_any(),
        };
        view! {
            <td class="wide at" class:blank=move || seen.get().is_none() data-label="Last active">
                {distance}
            </td>
        }
    });
    let (first_name, last_name, invited_by) =
        (dash(member.first_name.clone()), dash(member.last_name.clone()), dash(member.invited_by.clone()));
    view! {
        <tr class="row" class:off=off class:open=move || is_open.get() id=format!("row-{id}")>
            <td>
                <span class="opener">{select} {opener}</span>
            </td>
            <td>
                <span class="person">
                    <span class="avatar" aria-hidden="true">
                        {initial(&email)}
                    </span>
                    <span>
                        <b title=email.clone()>{broken(&email)}</b>
                        " "
                        {role}
                    </span>
                </span>
            </td>
            <td class="wide" class:blank=first_name == "-">
                {first_name.clone()}
            </td>
            <td class="wide" class:blank=last_name == "-">
                {last_name.clone()}
            </td>
            <td class="wide" class:blank=member.two_factor.is_none() data-label="2FA">
                {two_factor}
            </td>
            <td class="wide by" class:blank=invited_by == "-" data-label="Invited by" title=invited_by.clone()>
                {invited_by.clone()}
            </td>
            <td class="wide at" class:blank=member.since.is_none() data-label=since_label>
                {since}
            </td>
            {last_active}
            <td class="status">
                <span class=badge>{member.status.words()}</span>
                {until}
                {withdrawn}
                {mail}
            </td>
            <td>{admin.then(|| view! { <Actions shared member /> })}</td>
        </tr>
    }
    .into_any()
}

#[component]
fn Opener(id: String, email: String, is_open: Memo<bool>) -> impl IntoView {
    let value = id.clone();
    view! {
        <button
            form="view"
            name="open"
            value=move || if is_open.get() { String::new() } else { value.clone() }
            id=format!("open-{id}")
            class="icon"
            aria-expanded=move || is_open.get().to_string()
            aria-label=format!("Namespaces of {email}")
        >
            {move || {
                let icon = if is_open.get() { Icon::Up } else { Icon::Down };
                view! { <Glyph icon /> }
            }}
        </button>
    }
}

#[component]
fn Actions(shared: Shared, member: Member) -> impl IntoView {
    let Member { id, email, status, keeps, founder, .. } = member;
    match status {
        RowStatus::InviteSent | RowStatus::InviteExpired => view! {
            <span class="actions">
                <CopyLink organization=shared.slug invitation=id.clone() email=email.clone() />
                <RowButton
                    action=shared.resend
                    value=id.clone()
                    id=format!("resend-{id}")
                    class="icon"
                    title="Resend email"
                    label=format!("Resend invitation to {email}")
                >
                    <Glyph icon=Icon::Resend />
                </RowButton>
                <button
                    form="view"
                    name="revoke"
                    value=id.clone()
                    id=format!("revoke-{id}")
                    class="icon danger"
                    title="Revoke invitation"
                    aria-label=format!("Revoke invitation of {email}")
                >
                    <Glyph icon=Icon::Remove />
                </button>
            </span>
        }
        .into_any(),
        RowStatus::Active => {
            let class = if keeps.is_some() { "button small" } else { "button small danger" };
            let other = founder.then(|| {
                let waits = shared.pending.with_untracked(|pending| pending.of_kind("change_founder"));
                view! { <Ask kind="change_founder" words="Change the founder" waits class="until" /> }
            });
            view! {
                <Closable
                    form="view"
                    name="deactivate"
                    value=id.clone()
                    id=format!("deactivate-{id}")
                    class
                    why=Signal::stored(keeps)
                >
                    "Deactivate"
                    <span class="visually-hidden">{format!(" {email}")}</span>
                </Closable>
                {other}
            }
            .into_any()
        }
        RowStatus::Deactivated => view! {
            <RowButton action=shared.reactivate value=id.clone() id=format!("reactivate-{id}") class="button small revive">
                "Reactivate"
                <span class="visually-hidden">{format!(" {email}")}</span>
            </RowButton>
        }
        .into_any(),
    }
}

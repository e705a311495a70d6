//! One row of the Users table, and what opens below it.

use crate::{
    api::members::{Member, RowStatus},
    components::{
        address::broken,
        copy_link::CopyLink,
        form::Form,
        icon::{Glyph, Icon},
        moment::Moment,
    },
    pages::{
        ask::{Ask, Pending},
        frame::initial,
    },
    words::day,
};
use domain::membership::Role;
use leptos::prelude::*;

fn dash(value: Option<String>) -> String {
    value.filter(|value| !value.is_empty()).unwrap_or_else(|| "-".to_owned())
}

#[component]
pub(super) fn Row(
    slug: String,
    member: Member,
    admin: bool,
    may_open: bool,
    is_open: bool,
    /// Whether a cluster is to let go of whoever is deactivated.
    enforced: bool,
    back: String,
    pending: Pending,
) -> impl IntoView {
    let off = member.status != RowStatus::Active;
    let id = member.id.clone();
    let email = member.email.clone();
    let opener = may_open.then(|| {
        let (value, icon) = if is_open { (String::new(), Icon::Up) } else { (id.clone(), Icon::Down) };
        view! {
            <button
                form="view"
                name="open"
                value=value
                id=format!("open-{id}")
                class="icon"
                aria-expanded=is_open.to_string()
                aria-label=format!("Namespaces of {email}")
            >
                <Glyph icon />
            </button>
        }
    });
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
        format!("{word} {}", day(at))
    });
    let withdrawn = (enforced && member.status == RowStatus::Deactivated).then(|| match member.withdrawn_at {
        Some(at) => view! {
            <small class="until">
                "withdrawn in the cluster at " <Moment at />
            </small>
        }
        .into_any(),
        None => view! {
            <small class="until" data-again="">
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
    let (first_name, last_name, invited_by) =
        (dash(member.first_name.clone()), dash(member.last_name.clone()), dash(member.invited_by.clone()));
    view! {
        <tr class="row" class:off=off class:open=is_open id=format!("row-{id}")>
            <td>{opener}</td>
            <td>
                <span class="person">
                    <span class="avatar" aria-hidden="true">
                        {initial(&email)}
                    </span>
                    <span>
                        <b>{broken(&email)}</b>
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
            <td class="status">
                <span class=badge>{member.status.words()}</span>
                {until.map(|until| view! { <small class="until">{until}</small> })}
                {withdrawn}
                {mail}
            </td>
            <td>{if admin { view! { <Actions slug member back pending /> }.into_any() } else { ().into_any() }}</td>
        </tr>
    }
}

#[component]
fn Actions(slug: String, member: Member, back: String, pending: Pending) -> impl IntoView {
    let Member { id, email, status, keeps, founder, .. } = member;
    let (resend, revoke) = (format!("resend-{id}"), format!("revoke-{id}"));
    let revoked = id.clone();
    let (resend_label, revoke_label) =
        (format!("Resend invitation to {email}"), format!("Revoke invitation of {email}"));
    match status {
        RowStatus::InviteSent | RowStatus::InviteExpired => view! {
            <span class="actions">
                <CopyLink organization=slug.clone() invitation=id.clone() email=email.clone() />
                <Form action="/api/v1/invitations/resend" next=back class="inline">
                    <input type="hidden" name="organization" value=slug />
                    <input type="hidden" name="invitation" value=id.clone() />
                    <button
                        type="submit"
                        id=resend
                        class="icon"
                        title="Resend email"
                        aria-label=resend_label
                    >
                        <Glyph icon=Icon::Resend />
                    </button>
                </Form>
                <button
                    form="view"
                    name="revoke"
                    value=revoked
                    id=revoke
                    class="icon danger"
                    title="Revoke invitation"
                    aria-label=revoke_label
                >
                    <Glyph icon=Icon::Remove />
                </button>
            </span>
        }
        .into_any(),
        RowStatus::Active => {
            let class = if keeps.is_some() { "button small" } else { "button small danger" };
            let waits = pending.of_kind("change_founder");
            let other =
                founder.then(|| view! { <Ask kind="change_founder" words="Change the founder" waits class="until" /> });
            view! {
                <button
                    form="view"
                    name="deactivate"
                    value=id.clone()
                    id=format!("deactivate-{id}")
                    class=class
                    disabled=keeps.is_some()
                    title=keeps
                >
                    "Deactivate"
                    <span class="visually-hidden">{format!(" {email}")}</span>
                </button>
                {other}
            }
            .into_any()
        }
        RowStatus::Deactivated => view! {
            <Form action="/api/v1/members/reactivate" next=back class="inline">
                <input type="hidden" name="organization" value=slug />
                <input type="hidden" name="member" value=id.clone() />
                <button type="submit" id=format!("reactivate-{id}") class="button small revive">
                    "Reactivate"
                    <span class="visually-hidden">{format!(" {email}")}</span>
                </button>
            </Form>
        }
        .into_any(),
    }
}

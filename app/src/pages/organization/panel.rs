//! What opens below a row of the Users table: the namespaces of one member, and what only the operator does with them.

use super::Shared;
use crate::{
    api::{
        access,
        grants::{self, Grants, LimitCall, Sync},
        members::{Member, RowStatus},
    },
    components::{
        access::{Each, EffectiveAccess},
        ask::{Ask, Pending},
        ends,
        grants_editor::GrantsEditor,
        opened::opened,
        question::Asked,
    },
    read::{look_again, shown, use_read},
    write::Write,
};
use domain::{id::MemberId, membership::Role};
use leptos::prelude::*;

#[component]
pub(super) fn Panel(shared: Shared, member: Memo<Option<Member>>) -> impl IntoView {
    let Shared { slug, address, page, pending, .. } = shared;
    let Some(now) = member.get_untracked() else { return ().into_any() };
    let (Ok(id), text) = (now.id.parse::<MemberId>(), now.id.clone()) else { return ().into_any() };
    let is_own = page.with_untracked(|page| page.own.as_ref() == Some(&now.id));
    let (may_save, active) = (shared.is_admin(), now.status == RowStatus::Active);
    let whose = text.clone();
    let grants = use_read(move || (slug.get(), whose.clone()), |(slug, id)| grants::of(slug, id));
    let checks = Memo::new(move |_| address.with(|address| address.has("check")));
    let whose = text.clone();
    let access = use_read(
        move || (slug.get(), whose.clone(), checks.get()),
        |(slug, id, checks)| async move {
            if checks { access::check_of(slug, id).await } else { access::of(slug, id).await }
        },
    );
    let heading = if is_own { "What you can do" } else { "What this person can do" };
    let (email, limit) = (now.email.clone(), Write::<LimitCall>::begin());
    view! {
        <tr class="panel-row">
            <td colspan=if may_save { 10 } else { 9 } class="panel">
                {shown(
                    grants,
                    move |grants| {
                        look_again(Signal::derive(move || grants.with(|grants| {
                            grants.namespaces.iter().any(|grant| grant.sync == Sync::Applying)
                        })));
                        let (organization, email) = (slug.get_untracked(), email.clone());
                        view! {
                            <GrantsEditor organization member=id grants pending may_save active />
                            {opened(
                                move || question(shared, id, &email, &grants.get()),
                                move |question| {
                                    let close = Signal::derive(move || address.with(|address| address.with(&[("ends", "")])));
                                    view! { <Asked question action=limit close /> }.into_any()
                                },
                            )}
                        }
                            .into_any()
                    },
                )}
                {shown(
                    access,
                    move |access| {
                        let id = text.clone();
                        view! {
                            {move || {
                                view! { <EffectiveAccess id=id.clone() heading each=Each::Namespace access=access.get() /> }
                            }}
                        }
                            .into_any()
                    },
                )}
                // Of oneself the account's own page ends the others.
                {(may_save && !is_own)
                    .then_some(move || {
                        let member = member.get().filter(|member| member.status == RowStatus::Active);
                        member.map(|member| view! { <SignOut member /> })
                    })}
                {may_save
                    .then_some(move || {
                        member.get().map(|member| view! { <OperatorOnly member pending=pending.get() /> })
                    })}
            </td>
        </tr>
    }
    .into_any()
}

/// The question about the end of one tick, where the address asks it.
fn question(
    shared: Shared,
    id: MemberId,
    whose: &str,
    grants: &Grants,
) -> Option<crate::components::question::Question> {
    let name = shared.address.with(|address| address.get("ends").map(ToOwned::to_owned)).filter(|_| shared.admin())?;
    let grant = grants.namespaces.iter().find(|grant| grant.namespace.as_str() == name && grant.is_ticked())?;
    Some(ends::question(&shared.slug.get(), id.into(), whose, &grant.namespace, grant.ends_at))
}

/// For a device that is lost, or in other hands.
#[component]
fn SignOut(member: Member) -> impl IntoView {
    let Member { id, email, .. } = member;
    view! {
        <div class="panel-ask">
            <p class="quiet small">"A device of theirs is lost?"</p>
            <div class="deeds">
                <button form="view" name="sessions" value=id.clone() id=format!("sessions-{id}") class="button small">
                    "Sign out everywhere"
                    <span class="visually-hidden">{format!(" {email}")}</span>
                </button>
            </div>
        </div>
    }
    .into_any()
}

/// What no admin does with this member, as things to ask for.
#[component]
fn OperatorOnly(member: Member, pending: Pending) -> impl IntoView {
    let Member { id, status, role, founder, .. } = member;
    let Ok(parsed) = id.parse::<MemberId>() else { return ().into_any() };
    let ask = |kind: &'static str, words: &'static str| {
        let waits = pending.of_member(kind, parsed);
        view! { <Ask kind facts=vec![("member", id.clone())] words waits /> }
    };
    let asks = match (status, role, founder) {
        (_, _, true) => {
            let waits = pending.of_kind("change_founder");
            view! { <Ask kind="change_founder" words="Make somebody else the founder" waits /> }.into_any()
        }
        (RowStatus::Active, Role::Member, _) => view! {
            {ask("make_admin", "Make them an admin")}
            {ask("change_founder", "Make them the founder")}
        }
        .into_any(),
        (RowStatus::Active, Role::Admin, _) => view! {
            {ask("take_admin", "Take the role of admin")}
            {ask("change_founder", "Make them the founder")}
        }
        .into_any(),
        _ => ask("remove_user", "Remove them completely").into_any(),
    };
    view! {
        <div class="panel-ask">
            <p class="quiet small">"Only the operator does these. Ask:"</p>
            <div class="deeds">{asks}</div>
        </div>
    }
    .into_any()
}

//! What opens below a row of the Users table: the namespaces of one member, and what only the operator does with them.

use crate::{
    api::{
        access::Access,
        grants::Grants,
        members::{Member, RowStatus},
    },
    components::{
        access::{Each, EffectiveAccess, Place},
        grants_editor::{GrantsEditor, Mark},
    },
    pages::{
        Flash, Here,
        ask::{Ask, Pending},
    },
};
use domain::{id::MemberId, membership::Role};
use leptos::prelude::*;

/// Whose row is open.
#[derive(Debug, Clone, Copy)]
pub(super) struct Whose {
    pub(super) member: MemberId,
    pub(super) active: bool,
}

/// An open row.
#[derive(Clone)]
pub(super) struct Open {
    pub(super) member: MemberId,
    pub(super) grants: Grants,
    pub(super) marks: Vec<Mark>,
    pub(super) access: Access,
    pub(super) place: Place,
}

#[component]
pub(super) fn Panel(
    slug: String,
    member: Member,
    open: Open,
    is_own: bool,
    may_save: bool,
    pending: Pending,
) -> impl IntoView {
    let back = use_context::<Here>().map(|here| here.0).unwrap_or_default();
    let flash = use_context::<Flash>().filter(|flash| flash.action.as_deref() == Some("/api/v1/grants/save"));
    let error = flash.and_then(|flash| flash.error).map(|error| error.message).unwrap_or_default();
    let Open { grants, marks, access, place, .. } = open;
    let heading = if is_own { "What you can do" } else { "What this person can do" };
    let (id, email) = (member.id.clone(), member.email.clone());
    view! {
        <tr class="panel-row">
            <td colspan="8" class="panel">
                <GrantsEditor organization=slug member=id.clone() email grants marks may_save back error />
                <EffectiveAccess id heading each=Each::Namespace access place />
                {may_save.then(|| view! { <OperatorOnly member pending /> })}
            </td>
        </tr>
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

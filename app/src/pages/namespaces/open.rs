//! What opens below a namespace, for admins: who can do what there, and why; and giving and taking it.

use super::{Shared, give::Give};
use crate::{
    address::Address,
    api::{access, grants::TakeCall},
    components::{
        access::{Each, EffectiveAccess},
        failed::Failed,
        form::Form as Post,
        row::RowAction,
    },
    read::{Skeleton, shown_or, use_read},
    write::Write,
};
use leptos::prelude::*;

/// `label` is the namespace's own part of its name.
#[component]
pub(super) fn Panel(shared: Shared, label: String) -> impl IntoView {
    let Shared { slug, address, .. } = shared;
    // What the address asks of it: whether the cluster is asked too, and which page of the list.
    let asked =
        Memo::new(move |_| address.with(|address| (address.has("check"), address.get("lines").map(ToOwned::to_owned))));
    let of = label.clone();
    let access = use_read(
        move || (slug.get(), of.clone(), asked.get()),
        |(slug, namespace, (checks, cursor))| async move {
            if checks {
                access::check_in(slug, namespace, cursor, None).await
            } else {
                access::within(slug, namespace, cursor, None).await
            }
        },
    );
    let take = Write::<TakeCall>::begin();
    let action = RowAction::new("take", "member", *take);
    let of_take = label.clone();
    let give = view! { <Give organization=slug namespace=label.clone() /> };
    view! {
        <tr class="panel-row">
            <td colspan="4" class="panel">
                {shown_or(
                    access,
                    move |access| {
                        let id = label.clone();
                        let lines = move || {
                            let access = access.get();
                            let (first, next) = address.with(|address| pages(address, access.next.as_deref()));
                            let (id, heading) = (id.clone(), "Who can do what here");
                            view! { <EffectiveAccess id heading each=Each::Subject access first next take=Some(action) /> }
                        };
                        lines.into_any()
                    },
                    |error| {
                        if error.code == "not_signed_in" {
                            return view! { <Failed error /> }.into_any();
                        }
                        view! { <p class="form-error" role="alert">{error.message}</p> }.into_any()
                    },
                    || view! { <Skeleton /> }.into_any(),
                )}
                <Post action=take id="take" class="row-form" keeps=false>
                    <input type="hidden" name="organization" value=slug.get_untracked() />
                    <input type="hidden" name="namespace" value=of_take />
                </Post>
                {give}
            </td>
        </tr>
    }
    .into_any()
}

/// The addresses of the list's first page, when this is a later one, and of its next. Another page was not checked.
fn pages(address: &Address, next: Option<&str>) -> (Option<String>, Option<String>) {
    let page = |cursor: &str| address.with(&[("check", ""), ("lines", cursor)]);
    (address.get("lines").map(|_| page("")), next.map(page))
}

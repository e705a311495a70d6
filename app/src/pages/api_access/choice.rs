//! The choice of namespaces; without any, where to make one.

use crate::components::dual_list::DualList;
use domain::text::NamespaceName;
use leptos::prelude::*;

/// `given` is what is assigned at first; `editing` tells what would change.
#[component]
pub(super) fn Choice(slug: String, all: Vec<NamespaceName>, given: Vec<NamespaceName>, editing: bool) -> impl IntoView {
    let inside = if all.is_empty() {
        view! {
            <p class="quiet">
                "This organization has no namespace yet, so the token stays blank. "
                <a href=format!("/o/{slug}/namespaces?create=1")>"Create one"</a> " and assign it afterwards."
            </p>
        }
        .into_any()
    } else {
        view! { <DualList all given editing /> }.into_any()
    };
    view! {
        <fieldset class="dual">
            <legend>"Assign namespaces to token"</legend>
            {inside}
        </fieldset>
    }
    .into_any()
}

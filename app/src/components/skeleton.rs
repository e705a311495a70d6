//! What stands where something is still to come.

use leptos::prelude::*;

/// Stands where something is waited for.
#[component]
pub fn Skeleton() -> impl IntoView {
    view! {
        <div class="skeleton" role="status">
            <span class="visually-hidden">"Loading"</span>
            <i></i>
            <i></i>
            <i></i>
        </div>
    }
}

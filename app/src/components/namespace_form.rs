//! The name of a new namespace, with what the cluster will call it, while it is typed.

use super::form::{described, use_post};
use domain::text::{NamespaceLabel, NamespaceName, Problem, Slug};
use leptos::prelude::*;

/// The field of the form that creates a namespace.
#[component]
pub fn NamespaceField(slug: String) -> impl IntoView {
    let post = use_post();
    let value = post.and_then(|post| post.typed("id")).unwrap_or_default();
    let text = RwSignal::new(value.clone());
    let (refused, _, error) = described(post, "id", "id", false);
    let preview = move || {
        let name = Slug::parse(&slug).ok().zip(NamespaceLabel::parse(&text.get()).ok());
        name.map_or_else(|| format!("{slug}-…"), |(slug, label)| NamespaceName::of(&slug, &label).to_string())
    };
    // The same rule as the server's, said while there is time to change it; an empty field is no mistake yet.
    let problem = move || match NamespaceLabel::parse(&text.get()) {
        Err(Problem::Empty) | Ok(_) => String::new(),
        Err(problem) => crate::words::problem("id", problem),
    };
    view! {
        <div class="field">
            <label for="id">"Name"</label>
            <input
                class="input mono"
                id="id"
                name="id"
                value=value
                required
                maxlength="20"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                autofocus
                aria-describedby="id-error id-live id-hint"
                aria-invalid=move || (!refused.with(String::is_empty)).then_some("true")
                on:input=move |event| text.set(event_target_value(&event))
            />
            {error}
            <p class="field-error" id="id-live" hidden=move || problem().is_empty()>
                {problem}
            </p>
            <small id="id-hint">
                "In the cluster: " <code>{preview}</code>
            </small>
        </div>
    }
}

//! The name of a new namespace, with what the cluster will call it, while it is typed.

use domain::text::{NamespaceLabel, NamespaceName, Problem, Slug};
use leptos::prelude::*;

/// The field of the form that creates a namespace. `error` and `value` come from a plain post that failed.
#[island]
pub fn NamespaceField(slug: String, value: String, error: String) -> impl IntoView {
    let text = RwSignal::new(value.clone());
    let preview = move || {
        let name = Slug::parse(&slug).ok().zip(NamespaceLabel::parse(&text.get()).ok());
        name.map_or_else(|| format!("{slug}-…"), |(slug, label)| NamespaceName::of(&slug, &label).to_string())
    };
    // The same rule as the server's, said while there is time to change it; an empty field is no mistake yet.
    let problem = move || match NamespaceLabel::parse(&text.get()) {
        Err(Problem::Empty) | Ok(_) => String::new(),
        Err(problem) => crate::words::problem("id", problem),
    };
    let none = error.is_empty();
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
                aria-invalid=(!none).then_some("true")
                on:input=move |event| text.set(event_target_value(&event))
            />
            <p class="field-error" id="id-error" hidden=none>
                {error}
            </p>
            <p class="field-error" id="id-live" hidden=move || problem().is_empty()>
                {problem}
            </p>
            <small id="id-hint">
                "In the cluster: " <code>{preview}</code>
            </small>
        </div>
    }
}

//! The name of a new namespace, with what the cluster will call it, while it is typed.

use super::form::{described, use_post};
use crate::words;
use domain::{
    namespace::{Prefix, Rules},
    text::{NamespaceLabel, Problem, Slug},
};
use leptos::prelude::*;

/// The field of the form that creates a namespace.
#[component]
pub fn NamespaceField(slug: String, prefix: Prefix) -> impl IntoView {
    let post = use_post();
    let value = post.and_then(|post| post.typed("id")).unwrap_or_default();
    let text = RwSignal::new(value.clone());
    let (refused, _, error) = described(post, "id", "id", false);
    // What the installation reserves beyond the well-known names, the server alone knows.
    let rules = Rules { prefix, ..Rules::default() };
    let incomplete = format!("{}{slug}-…", rules.prefix);
    let slug = Slug::parse(&slug).ok();
    let longest = slug.as_ref().map_or(NamespaceLabel::LONGEST, |slug| rules.longest_label(slug));
    let named = Memo::new(move |_| {
        let label = NamespaceLabel::parse(&text.get())
            .map_err(|problem| if problem == Problem::Empty { String::new() } else { words::problem("id", problem) })?;
        let name = slug.as_ref().map(|slug| rules.name_of(slug, &label)).transpose();
        name.map_err(|refusal| words::refusal(&refusal))
    });
    let preview = move || named.get().ok().flatten().map_or_else(|| incomplete.clone(), |name| name.to_string());
    // The same rule as the server's, said while there is time to change it; an empty field is no mistake yet.
    let problem = move || named.get().err().unwrap_or_default();
    view! {
        <div class="field">
            <label for="id">"Name"</label>
            <input
                class="input mono"
                id="id"
                name="id"
                value=value
                required
                maxlength=longest
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

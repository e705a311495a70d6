//! Fields of forms that are more than one line of text: a choice, a few words.

use super::form::{Left, left};
use domain::{text::Remark, token::Lifetime};
use leptos::prelude::*;

/// A choice of one, each with its words. `chosen` is the one at first.
#[component]
pub fn Select(
    name: &'static str,
    #[prop(into)] label: String,
    options: Vec<(String, String)>,
    #[prop(optional, into)] chosen: Option<String>,
    #[prop(optional, into)] hint: Option<String>,
) -> impl IntoView {
    let Left { message, typed } = left(name);
    let chosen = typed.or(chosen).unwrap_or_default();
    let options = options.into_iter().map(|(value, words)| {
        let selected = value == chosen;
        view! {
            <option value=value selected=selected>
                {words}
            </option>
        }
    });
    let options = options.collect::<Vec<_>>();
    let (error_id, hint_id) = (format!("{name}-error"), format!("{name}-hint"));
    let described = if hint.is_some() { format!("{error_id} {hint_id}") } else { error_id.clone() };
    let fine = message.is_empty();
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <select
                class="input"
                id=name
                name=name
                aria-invalid=(!fine).then_some("true")
                aria-describedby=described
            >
                {options}
            </select>
            <p class="field-error" id=error_id hidden=fine>
                {message}
            </p>
            {hint.map(|hint| view! { <small id=hint_id>{hint}</small> })}
        </div>
    }
    .into_any()
}

/// How long something lasts from the moment it is given.
#[component]
pub fn Lasts(label: &'static str, chosen: Lifetime, #[prop(optional, into)] hint: Option<String>) -> impl IntoView {
    const OFFERED: [Lifetime; 5] =
        [Lifetime::Hour, Lifetime::EightHours, Lifetime::ThirtyDays, Lifetime::NinetyDays, Lifetime::Never];
    let words = |lifetime: Lifetime| match lifetime {
        Lifetime::Never => "No end".to_owned(),
        lifetime => lifetime.words().to_owned(),
    };
    let options = OFFERED.map(|lifetime| (lifetime.as_str().to_owned(), words(lifetime))).to_vec();
    view! { <Select name="lasts" label options chosen=chosen.as_str() hint=hint.unwrap_or_default() /> }
}

/// What somebody writes to somebody else, in a few lines.
#[component]
pub fn RemarkField(
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    #[prop(default = true)] required: bool,
    #[prop(default = false)] autofocus: bool,
) -> impl IntoView {
    let Left { message, typed } = left(name);
    let (error_id, hint_id) = (format!("{name}-error"), format!("{name}-hint"));
    let described = format!("{error_id} {hint_id}");
    let fine = message.is_empty();
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <textarea
                class="input"
                id=name
                name=name
                rows="3"
                maxlength=Remark::LONGEST
                required=required
                autofocus=autofocus
                aria-invalid=(!fine).then_some("true")
                aria-describedby=described
            >
                {typed.unwrap_or_default()}
            </textarea>
            <p class="field-error" id=error_id hidden=fine>
                {message}
            </p>
            <small id=hint_id>{hint}</small>
        </div>
    }
    .into_any()
}

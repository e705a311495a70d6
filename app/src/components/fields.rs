//! Fields of forms that are more than one line of text: a choice, a few words.

use super::form::{described, use_post};
use crate::address::Address;
use domain::{text::Remark, token::Lifetime};
use leptos::prelude::*;

/// A parameter of this address as a field of a form that leads to another: it goes on with it where it says something.
pub fn kept_field(address: Memo<Address>, name: &'static str) -> AnyView {
    let value = move || address.with(|address| address.text(name));
    view! { <input type="hidden" name=name value=value disabled=move || value().is_empty() /> }.into_any()
}

/// A choice of one, each with its words. `chosen` is the one at first.
#[component]
pub fn Select(
    name: &'static str,
    #[prop(into)] label: String,
    options: Vec<(String, String)>,
    #[prop(optional, into)] chosen: Option<String>,
    #[prop(optional, into)] hint: Option<String>,
) -> impl IntoView {
    let post = use_post();
    let chosen = post.and_then(|post| post.typed(name)).or(chosen).unwrap_or_default();
    let options = options.into_iter().map(|(value, words)| {
        let selected = value == chosen;
        view! {
            <option value=value selected=selected>
                {words}
            </option>
        }
    });
    let options = options.collect::<Vec<_>>();
    let hint = hint.filter(|hint| !hint.is_empty());
    let (problem, described, error) = described(post, name, name, hint.is_some());
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <select
                class="input"
                id=name
                name=name
                aria-invalid=move || (!problem.with(String::is_empty)).then_some("true")
                aria-describedby=described
            >
                {options}
            </select>
            {error}
            {hint.map(|hint| view! { <small id=format!("{name}-hint")>{hint}</small> })}
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
    let post = use_post();
    let typed = post.and_then(|post| post.typed(name));
    let (problem, described, error) = described(post, name, name, true);
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
                aria-invalid=move || (!problem.with(String::is_empty)).then_some("true")
                aria-describedby=described
            >
                {typed.unwrap_or_default()}
            </textarea>
            {error}
            <small id=format!("{name}-hint")>{hint}</small>
        </div>
    }
    .into_any()
}

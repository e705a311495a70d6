//! Forms that work without scripts: plain posts, whose outcome the next page tells. [`super::enhance`] makes the same forms
//! quicker where the scripts have come.

use crate::pages::{Flash, Here};
use leptos::prelude::*;

/// The flash of this form, if the last post was this form's and failed.
pub fn failed(action: &str) -> Option<Flash> {
    use_context::<Flash>().filter(|flash| flash.action.as_deref() == Some(action) && flash.error.is_some())
}

/// Which form a field stands in.
#[derive(Clone)]
struct Action(&'static str);

/// What the last post of a field's form left, where it failed.
#[derive(Default)]
pub(super) struct Left {
    /// What is wrong with this field; empty: nothing.
    pub(super) message: String,
    pub(super) typed: Option<String>,
}

/// Of the field of this name in the form around it.
pub(super) fn left(name: &str) -> Left {
    let Some(flash) = failed(use_context::<Action>().map_or("", |action| action.0)) else { return Left::default() };
    let error = flash.error.filter(|error| error.field.as_deref() == Some(name));
    let typed = flash.values.into_iter().find(|(key, _)| key == name).map(|(_, value)| value);
    Left { message: error.map(|error| error.message).unwrap_or_default(), typed }
}

/// A form that posts to a function of the API. `next` is where to go afterwards, when not where the API says; `back` where
/// to go when it was refused, when not to this page.
#[component]
pub fn Form(
    action: &'static str,
    #[prop(optional, into)] next: Option<String>,
    #[prop(optional, into)] back: Option<String>,
    #[prop(optional, into)] id: Option<String>,
    #[prop(default = "form")] class: &'static str,
    children: Children,
) -> impl IntoView {
    provide_context(Action(action));
    let back = back.or_else(|| use_context::<Here>().map(|here| here.0)).unwrap_or_default();
    // What is not about a field stands above the form's buttons.
    let whole = failed(action).and_then(|flash| flash.error).filter(|error| error.field.is_none());
    let message = whole.map(|error| error.message).unwrap_or_default();
    let fine = message.is_empty();
    view! {
        <form method="post" action=action class=class id=id data-enhance="">
            <input type="hidden" name="back" value=back />
            {next.map(|next| view! { <input type="hidden" name="next" value=next /> })}
            {children()}
            <p class="form-error" role="alert" hidden=fine>
                {message}
            </p>
        </form>
    }
}

/// A labelled input with its hint and its error.
#[component]
pub fn Field(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional)] autocomplete: Option<&'static str>,
    #[prop(optional, into)] value: Option<String>,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional, into)] placeholder: Option<String>,
    /// Tells fields of the same name apart, where a page has two forms.
    #[prop(optional)]
    prefix: &'static str,
    /// In characters; `None`: the server alone says what is too long.
    #[prop(optional)]
    longest: Option<usize>,
    #[prop(default = true)] required: bool,
    #[prop(default = false)] autofocus: bool,
) -> impl IntoView {
    let Left { message, typed } = left(name);
    let value = typed.or(value).unwrap_or_default();
    let id = format!("{prefix}{name}");
    let (error_id, hint_id) = (format!("{id}-error"), format!("{id}-hint"));
    let described = if hint.is_some() { format!("{error_id} {hint_id}") } else { error_id.clone() };
    let fine = message.is_empty();
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                class="input"
                id=id
                name=name
                type=kind
                value=value
                placeholder=placeholder
                maxlength=longest
                autocomplete=autocomplete
                required=required
                autofocus=autofocus
                aria-invalid=(!fine).then_some("true")
                aria-describedby=described
            />
            <p class="field-error" id=error_id hidden=fine>
                {message}
            </p>
            {hint.map(|hint| view! { <small id=hint_id>{hint}</small> })}
        </div>
    }
}

/// The buttons of a dialog that takes something away; the harmless one has the focus.
#[component]
pub fn Confirm(close: String, word: &'static str) -> impl IntoView {
    view! {
        <footer>
            <a class="button" href=close autofocus>
                "Cancel"
            </a>
            <button type="submit" class="button danger">
                {word}
            </button>
        </footer>
    }
}

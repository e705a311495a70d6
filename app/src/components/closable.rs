//! A button that may be closed, and says why. It keeps its place among what the keyboard reaches, so that the reason is read aloud,
//! and shown, to those who come by it without a pointer.

use leptos::prelude::*;

/// Of a form of the page, which it sends with its own name and value. `why` is the reason that it can't be pressed, if there is
/// one; the server says the same to whoever asks all the same.
#[component]
pub fn Closable(
    form: &'static str,
    name: &'static str,
    #[prop(into)] value: String,
    #[prop(into)] id: String,
    class: &'static str,
    #[prop(into)] why: Signal<Option<String>>,
    children: Children,
) -> impl IntoView {
    let reason = format!("why-{id}");
    let described = reason.clone();
    let closed = move || why.with(Option::is_some);
    view! {
        <span class="closable">
            // Of a kind that sends nothing, without scripts too.
            <button
                type=move || if closed() { "button" } else { "submit" }
                form=form
                name=name
                value=value
                id=id
                class=class
                aria-disabled=move || closed().then_some("true")
                aria-describedby=move || closed().then(|| described.clone())
                title=move || why.get()
            >
                {children()}
            </button>
            <span class="why" id=reason hidden=move || !closed()>
                {move || why.get()}
            </span>
        </span>
    }
    .into_any()
}

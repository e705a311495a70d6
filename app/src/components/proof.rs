//! Asking again who somebody is, over the page that they are on.

use super::{
    browser::focus,
    form::{Field, Form, Submit},
};
use crate::{
    api::{account::ConfirmPasswordCall, sessions::SignInCall},
    error::ApiError,
    refresh::Refresh,
    session::Proof,
    write::Write,
};
use leptos::{html, prelude::*};

/// Lies over any page, and over its dialogs.
#[component]
pub fn Reauthenticate(
    /// Of whoever is signed in.
    #[prop(into)]
    email: Signal<String>,
) -> impl IntoView {
    let proof = expect_context::<Proof>();
    move || {
        let why = proof.asked()?;
        Some(view! { <Asked proof why email=email.get_untracked() /> })
    }
}

#[component]
fn Asked(proof: Proof, why: ApiError, email: String) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let refresh = use_context::<Refresh>();
    Effect::new(move |_| {
        if let Some(dialog) = node.get() {
            dialog.set_open(false);
            let _ = dialog.show_modal();
            if let Ok(Some(input)) = dialog.query_selector("[type=password]") {
                focus(&input);
            }
        }
    });
    let forget = move || proof.forget();
    let given = Callback::new(move |()| proof.given(refresh));
    let ended = why.code == "not_signed_in";
    let form = if ended {
        let sign_in = Write::<SignInCall>::begin();
        view! {
            <Form action=sign_in class="dialog-in" stays=true done=Callback::new(move |_| given.run(()))>
                <Words
                    title="Sign in to go on"
                    lead="Your session has ended. What you were doing is still here: sign in, and it goes on."
                />
                <Field name="email" prefix="again-" label="Email" kind="email" autocomplete="username" value=email />
                <Password name="password" forget word="Sign in" />
            </Form>
        }
        .into_any()
    } else {
        let confirm = Write::<ConfirmPasswordCall>::begin();
        view! {
            <Form action=confirm class="dialog-in" stays=true done=Callback::new(move |_| given.run(()))>
                <Words title="Confirm that it is you" lead="This takes a recent sign-in. Enter your password, and it goes on." />
                // Tells a password manager whose password this is.
                <input type="email" autocomplete="username" value=email hidden readonly />
                <Password name="current_password" forget word="Confirm" />
            </Form>
        }
        .into_any()
    };
    view! {
        <dialog
            open
            node_ref=node
            aria-labelledby="prove-title"
            on:cancel=move |event: leptos::ev::Event| {
                event.prevent_default();
                forget();
            }
        >
            {form}
        </dialog>
    }
    .into_any()
}

#[component]
fn Words(title: &'static str, lead: &'static str) -> impl IntoView {
    view! {
        <header>
            <h2 id="prove-title">{title}</h2>
            <p>{lead}</p>
        </header>
    }
}

#[component]
fn Password(name: &'static str, forget: impl Fn() + Copy + Send + Sync + 'static, word: &'static str) -> impl IntoView {
    view! {
        <Field name=name prefix="again-" label="Current password" kind="password" autocomplete="current-password" />
        <footer>
            <button type="button" class="button" on:click=move |_| forget()>
                "Not now"
            </button>
            <Submit>{word}</Submit>
        </footer>
    }
}

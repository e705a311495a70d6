//! `/sign-in`

use crate::{
    address::use_address,
    api::sessions::{self, SignInCall},
    components::{
        card::{self, Card},
        form::{Field, Form, Submit},
    },
    read::{shown_or, use_read},
    write::Write,
};
use domain::path;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Redirect;

#[component]
pub fn SignIn() -> impl IntoView {
    let door = use_read(|| (), |()| sessions::door());
    view! {
        <Title text="Sign in" />
        {shown_or(
            door,
            |door| {
                let door = door.get_untracked();
                if door.home.is_some() {
                    return view! { <Redirect path=path::HOME /> }.into_any();
                }
                if door.first {
                    return view! { <Redirect path=path::SIGN_UP /> }.into_any();
                }
                view! { <Page open=door.open /> }.into_any()
            },
            card::failed,
            || ().into_any(),
        )}
    }
}

#[component]
fn Page(open: bool) -> impl IntoView {
    let address = use_address().get_untracked();
    let next = address.get("next").and_then(path::local).map(ToOwned::to_owned);
    let sign_in = Write::<SignInCall>::begin();
    let ended = next.is_some().then(|| view! { <p class="lead">"Sign in to go on to the page you asked for."</p> });
    let sign_up = open.then(|| {
        view! {
            <p class="gate-foot">
                "New here? " <a href=path::SIGN_UP>"Create an organization"</a>
            </p>
        }
    });
    view! {
        <Card heading="Sign in">
            {ended}
            <Form action=sign_in next=next.unwrap_or_else(|| path::HOME.to_owned())>
                <Field
                    name="email"
                    label="Email"
                    kind="email"
                    autocomplete="username"
                    value=address.text("email")
                    autofocus=true
                />
                <Field name="password" label="Password" kind="password" autocomplete="current-password" />
                <Submit class="button primary wide">"Sign in"</Submit>
            </Form>
            <p class="gate-foot">
                <a href=path::FORGOT_PASSWORD>"Forgot your password?"</a>
            </p>
            {sign_up}
        </Card>
    }
    .into_any()
}

//! `/invitations/<secret>`: who invited whom to what, and a button. Looking changes nothing; an invitation that can't be
//! used any more is a failure that says why.

use crate::{
    address::{encode, use_part},
    api::{
        invitations::{self, AcceptCall, Joined, Page, Preview},
        sessions::SignOutCall,
    },
    components::{
        card::{self, Card},
        credentials::{KnownEmail, NewPassword},
        form::{Field, Form, Submit},
        moment::Moment,
        palette::forget_recent,
    },
    read::{Refresh, shown_or, use_read},
    write::Write,
};
use domain::{path, text::EmailAddress};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// Who holds the link, as far as this browser knows.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Holder {
    /// The invited address has no account yet.
    New,
    /// It has one, and nobody is signed in.
    SignedOut,
    Invitee,
    SomebodyElse(EmailAddress),
}

impl Holder {
    fn of(page: &Page) -> Self {
        match &page.signed_in {
            Some(present) if *present == page.preview.email => Self::Invitee,
            Some(present) => Self::SomebodyElse(present.clone()),
            None if page.preview.needs_account => Self::New,
            None => Self::SignedOut,
        }
    }
}

#[component]
pub fn InvitationPage() -> impl IntoView {
    let secret = use_part("secret");
    let page = use_read(move || secret.get(), invitations::page);
    let (accept, sign_out) = (Write::<AcceptCall>::begin(), Write::<SignOutCall>::begin());
    let (refresh, error) = (use_context::<Refresh>(), accept.error());
    Effect::new(move |_| {
        let other = error.with(|error| error.as_ref().is_some_and(|error| is_about_holder(&error.code)));
        if let Some(refresh) = refresh.filter(|_| other) {
            refresh.now();
        }
    });
    shown_or(
        page,
        move |page| view! { <Shown page secret=secret.get_untracked() accept sign_out /> }.into_any(),
        card::failed,
        || ().into_any(),
    )
}

/// Somebody signed in or out in another tab: this browser's person is not the one that the page was made for.
fn is_about_holder(code: &str) -> bool {
    matches!(code, "sign_in_to_accept" | "invited_somebody_else")
}

#[component]
fn Shown(page: Signal<Page>, secret: String, accept: Write<AcceptCall>, sign_out: Write<SignOutCall>) -> impl IntoView {
    let Preview { name, email, invited_by, namespaces, expires_at, .. } =
        page.with_untracked(|page| page.preview.clone());
    let (organization, email) = (name.to_string(), email.to_string());
    let gets = if namespaces.is_empty() {
        view! { <span class="quiet">"none yet; an admin can give you some later"</span> }.into_any()
    } else {
        let chips = namespaces.iter().map(|name| view! { <li class="chip">{name.to_string()}</li> });
        view! { <ul class="takes">{chips.collect::<Vec<_>>()}</ul> }.into_any()
    };
    let holder = Memo::new(move |_| page.with(Holder::of));
    let way = move || {
        let (secret, email) = (secret.clone(), email.clone());
        match holder.get() {
            Holder::New => view! { <Register secret email action=accept /> }.into_any(),
            Holder::SignedOut => view! { <Prove secret email action=accept /> }.into_any(),
            Holder::Invitee => view! {
                <Accept secret action=accept>
                    <Submit class="button primary wide" autofocus=true>
                        "Accept the invitation"
                    </Submit>
                </Accept>
            }
            .into_any(),
            Holder::SomebodyElse(present) => view! { <Elsewhere secret email present action=sign_out /> }.into_any(),
        }
    };
    view! {
        <Title text=format!("Join {organization}") />
        <Card heading=format!("Join {organization}")>
            <p class="lead">
                <b>{invited_by}</b>
                " invites you to the organization "
                <b>{organization}</b>
                "."
            </p>
            <dl class="facts">
                <div>
                    <dt>"Your namespaces"</dt>
                    <dd>{gets}</dd>
                </div>
                <div>
                    <dt>"Ends"</dt>
                    <dd>
                        <Moment at=expires_at />
                    </dd>
                </div>
            </dl>
            {way}
        </Card>
    }
    .into_any()
}

/// The form that takes the offer; what stands in it depends on who holds the link.
#[component]
fn Accept(secret: String, action: Write<AcceptCall>, children: Children) -> impl IntoView {
    let navigate = use_navigate();
    let done = Callback::new(move |joined: Joined| {
        navigate(&path::organization(&joined.organization), NavigateOptions::default());
    });
    view! {
        <Form action done>
            <input type="hidden" name="secret" value=secret />
            {children()}
        </Form>
    }
    .into_any()
}

#[component]
fn Register(secret: String, email: String, action: Write<AcceptCall>) -> impl IntoView {
    view! {
        <Accept secret action>
            <KnownEmail email hint="Your account gets this address." />
            <Field name="first_name" label="First name" autocomplete="given-name" autofocus=true />
            <Field name="last_name" label="Last name" autocomplete="family-name" />
            <NewPassword />
            <Submit class="button primary wide">"Create account and join"</Submit>
        </Accept>
    }
    .into_any()
}

#[component]
fn Prove(secret: String, email: String, action: Write<AcceptCall>) -> impl IntoView {
    let forgot = format!("{}?email={}", path::FORGOT_PASSWORD, encode(&email));
    view! {
        <Accept secret action>
            <KnownEmail email hint="This address has an account already. Its password is all it takes." />
            <Field
                name="password"
                label="Password"
                kind="password"
                autocomplete="current-password"
                autofocus=true
            />
            <Submit class="button primary wide">"Sign in and join"</Submit>
        </Accept>
        <p class="gate-foot">
            <a href=forgot>"Forgot your password?"</a>
        </p>
    }
    .into_any()
}

#[component]
fn Elsewhere(secret: String, email: String, present: EmailAddress, action: Write<SignOutCall>) -> impl IntoView {
    view! {
        <p class="note">
            {format!("You are signed in as {present}, and this invitation is for {email}. Sign out to go on as {email}.")}
        </p>
        <Form action next=path::invitation(&secret) done=Callback::new(|_| forget_recent())>
            <Submit class="button primary wide">"Sign out and go on"</Submit>
        </Form>
        <p class="gate-foot">
            "It is not for you? " <a href=path::HOME>"Back to your organization"</a>
        </p>
    }
    .into_any()
}

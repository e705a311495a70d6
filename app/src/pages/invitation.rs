//! `/invitations/<secret>`: who invited whom to what, and a button. Looking changes nothing; an invitation that can't be
//! used any more is a failure that says why.

use super::{Document, Loaded, Visit, frame::Card};
use crate::components::{
    credentials::{KnownEmail, NewPassword},
    form::{Field, Form},
    moment::Moment,
};
use domain::{path, text::NamespaceName, time::Timestamp};
use leptos::prelude::*;

/// Who holds the link, as far as this browser knows.
enum Holder {
    /// The invited address has no account yet.
    New,
    /// It has one, and nobody is signed in.
    SignedOut,
    Invitee,
    SomebodyElse(String),
}

struct Facts {
    secret: String,
    organization: String,
    email: String,
    invited_by: String,
    namespaces: Vec<NamespaceName>,
    expires_at: Timestamp,
    holder: Holder,
}

pub(super) async fn load(visit: &Visit, secret: &str) -> Loaded {
    let preview = usecases::invitations::preview(&visit.context, secret).await?;
    let holder = match visit.context.signed_in() {
        Ok(person) if person.email == preview.email => Holder::Invitee,
        Ok(person) => Holder::SomebodyElse(person.email.to_string()),
        Err(_) if preview.needs_account => Holder::New,
        Err(_) => Holder::SignedOut,
    };
    let facts = Facts {
        secret: secret.to_owned(),
        organization: preview.organization.name.to_string(),
        email: preview.email.to_string(),
        invited_by: preview.invited_by,
        namespaces: preview.namespaces,
        expires_at: preview.expires_at,
        holder,
    };
    let title = format!("Join {}", facts.organization);
    Ok(Document::new(title, move || view! { <Page facts /> }))
}

#[component]
fn Page(facts: Facts) -> impl IntoView {
    let Facts { secret, organization, email, invited_by, namespaces, expires_at, holder } = facts;
    let gets = if namespaces.is_empty() {
        view! { <span class="quiet">"none yet; an admin can give you some later"</span> }.into_any()
    } else {
        let chips = namespaces.iter().map(|name| view! { <li class="chip">{name.to_string()}</li> });
        view! { <ul class="takes">{chips.collect::<Vec<_>>()}</ul> }.into_any()
    };
    let way = match holder {
        Holder::New => view! { <Register secret email /> }.into_any(),
        Holder::SignedOut => view! { <Prove secret email /> }.into_any(),
        Holder::Invitee => view! {
            <Accept secret>
                <button type="submit" class="button primary wide" autofocus>
                    "Accept the invitation"
                </button>
            </Accept>
        }
        .into_any(),
        Holder::SomebodyElse(present) => view! { <Elsewhere secret email present /> }.into_any(),
    };
    view! {
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
                    <dt>"Open until"</dt>
                    <dd>
                        <Moment at=expires_at />
                    </dd>
                </div>
            </dl>
            {way}
        </Card>
    }
}

/// The form that takes the offer; what stands in it depends on who holds the link.
#[component]
fn Accept(secret: String, children: Children) -> impl IntoView {
    view! {
        <Form action="/api/v1/invitations/accept">
            <input type="hidden" name="secret" value=secret />
            {children()}
        </Form>
    }
}

#[component]
fn Register(secret: String, email: String) -> impl IntoView {
    view! {
        <Accept secret>
            <KnownEmail email hint="Your account gets this address." />
            <Field name="first_name" label="First name" autocomplete="given-name" autofocus=true />
            <Field name="last_name" label="Last name" autocomplete="family-name" />
            <NewPassword />
            <button type="submit" class="button primary wide">
                "Create account and join"
            </button>
        </Accept>
    }
}

#[component]
fn Prove(secret: String, email: String) -> impl IntoView {
    let forgot = format!("{}?email={}", path::FORGOT_PASSWORD, super::encode(&email));
    view! {
        <Accept secret>
            <KnownEmail email hint="This address has an account already. Its password is all it takes." />
            <Field
                name="password"
                label="Password"
                kind="password"
                autocomplete="current-password"
                autofocus=true
            />
            <button type="submit" class="button primary wide">
                "Sign in and join"
            </button>
        </Accept>
        <p class="gate-foot">
            <a href=forgot>"Forgot your password?"</a>
        </p>
    }
}

#[component]
fn Elsewhere(secret: String, email: String, present: String) -> impl IntoView {
    view! {
        <p class="note">
            {format!("You are signed in as {present}, and this invitation is for {email}. Sign out to go on as {email}.")}
        </p>
        <Form action="/api/v1/sessions/sign-out" next=path::invitation(&secret)>
            <button type="submit" class="button primary wide">
                "Sign out and go on"
            </button>
        </Form>
        <p class="gate-foot">
            "It is not for you? " <a href=path::HOME>"Back to your organization"</a>
        </p>
    }
}

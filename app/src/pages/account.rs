//! `/account`: a person's own names, password, sessions, machines in the cluster, and log.

mod access;
mod sessions;

use super::{
    Document, Loaded, Visit,
    frame::{Console, Entry, Frame},
};
use crate::{
    components::{
        credentials::{KnownEmail, NewPassword},
        device::device,
        form::{Field, Form},
        icon::{Glyph, Icon},
        moment::Moment,
    },
    words,
};
use access::ClusterAccess;
use domain::{path, time::Timestamp};
use leptos::prelude::*;
use sessions::{Sessions, Shown};

/// One line of the person's own log.
struct Line {
    at: Timestamp,
    words: String,
    origin: String,
}

pub(super) async fn load(visit: &Visit) -> Loaded {
    let frame = Frame::load(visit, None).await?;
    let sessions = sessions::load(visit).await?;
    let access = access::load(visit).await?;
    let recent = usecases::account::recent(&visit.context).await?.into_iter().map(|entry| Line {
        at: entry.at,
        words: words::account_event(&entry.code).to_owned(),
        origin: origin(entry.user_agent.as_deref(), entry.ip.as_deref()),
    });
    let recent = recent.collect();
    let suspended = usecases::sessions::suspended(&visit.context).await?;
    let suspended = suspended.into_iter().map(|own| own.name.to_string()).collect();
    Ok(Document::new("Account", move || view! { <Page frame suspended sessions access recent /> }))
}

/// `Firefox on Linux, 192.0.2.7`; what is not known is left out.
fn origin(user_agent: Option<&str>, ip: Option<&str>) -> String {
    let device = user_agent.map(|agent| device(Some(agent)));
    device.into_iter().chain(ip.map(ToOwned::to_owned)).collect::<Vec<_>>().join(", ")
}

#[component]
fn Page(
    frame: Frame,
    suspended: Vec<String>,
    sessions: Vec<Shown>,
    access: access::Shown,
    recent: Vec<Line>,
) -> impl IntoView {
    let closed = (!suspended.is_empty()).then(|| {
        let (are, it) = if suspended.len() == 1 { ("is", "it") } else { ("are", "them") };
        view! {
            <p class="note">
                <Glyph icon=Icon::Warning />
                <span>
                    {format!(
                        "{} {are} suspended by the operator of this installation, so you can't open {it} now. Nothing is lost; \
                         ask the operator when you will see {it} again.",
                        words::list(&suspended),
                    )}
                </span>
            </p>
        }
    });
    let (person, organizations) = (frame.person.clone(), frame.organizations.clone());
    let email = person.email.to_string();
    view! {
        <Console frame entry=Entry::Account>
            <header class="page-head">
                <div>
                    <h1>"Account"</h1>
                    <p>"Your names, your password, where you are signed in, and which machines use the cluster for you."</p>
                </div>
            </header>
            {closed}
            <Names email=email.clone() first_name=person.first_name.to_string() last_name=person.last_name.to_string() />
            <ChangePassword email />
            <Sessions sessions />
            <ClusterAccess shown=access organizations />
            <Recent recent />
        </Console>
    }
}

#[component]
fn Names(email: String, first_name: String, last_name: String) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="names">
            <header class="card-head">
                <h2 id="names">"Names"</h2>
                <p>"Everybody in your organizations sees them."</p>
            </header>
            <Form action="/api/v1/account/rename" class="card-form">
                <KnownEmail email hint="What you sign in with. It can't be changed." />
                <Field name="first_name" label="First name" autocomplete="given-name" value=first_name />
                <Field name="last_name" label="Last name" autocomplete="family-name" value=last_name />
                <button type="submit" id="save-names" class="button primary">
                    "Save names"
                </button>
            </Form>
        </section>
    }
}

#[component]
fn ChangePassword(email: String) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="change-password">
            <header class="card-head">
                <h2 id="change-password">"Password"</h2>
                <p>"Changing it ends every other session of yours, and your machines' access to the cluster."</p>
            </header>
            <Form action="/api/v1/account/change-password" class="card-form">
                // Tells a password manager whose password this is.
                <input type="email" autocomplete="username" value=email hidden readonly />
                <Field
                    name="current_password"
                    label="Present password"
                    kind="password"
                    autocomplete="current-password"
                />
                <NewPassword label="New password" />
                <button type="submit" id="save-password" class="button">
                    "Change password"
                </button>
            </Form>
            <p class="foot">
                <a href=path::FORGOT_PASSWORD>"Forgot your present password?"</a>
            </p>
        </section>
    }
}

#[component]
fn Recent(recent: Vec<Line>) -> impl IntoView {
    let lines = recent.into_iter().map(|line| {
        let Line { at, words, origin } = line;
        view! {
            <li class="event">
                <p>{words}</p>
                <small class="quiet">{origin}</small>
                <Moment at />
            </li>
        }
    });
    view! {
        <section class="card" aria-labelledby="recent">
            <header class="card-head">
                <h2 id="recent">"Lately"</h2>
                <p>"What happened to this account. Something you did not do? Change your password."</p>
            </header>
            <ol class="log">{lines.collect::<Vec<_>>()}</ol>
        </section>
    }
}

//! `/account`: a person's own names, password, sessions, machines in the cluster, and log.

mod access;
mod sessions;

use crate::{
    api::{
        account::{self, ChangePasswordCall, EndOtherSessionsCall, EndSessionCall, Event, Page, RenameCall},
        logins::EndCall,
        sessions::UserFacts,
    },
    components::{
        credentials::{KnownEmail, NewPassword},
        device::device,
        form::{Field, Form, Submit},
        icon::{Glyph, Icon},
        moment::Moment,
        row::RowAction,
    },
    read::{shown, use_read},
    words,
    write::Write,
};
use access::ClusterAccess;
use domain::path;
use leptos::prelude::*;
use leptos_meta::Title;
use sessions::Sessions;

/// What the page does.
#[derive(Clone, Copy)]
struct Acts {
    rename: Write<RenameCall>,
    change_password: Write<ChangePasswordCall>,
    end_session: RowAction,
    end_others: Write<EndOtherSessionsCall>,
    end_login: RowAction,
}

#[component]
pub fn AccountPage() -> impl IntoView {
    let page = use_read(|| (), |()| account::page());
    let (end_session, end_login) = (Write::<EndSessionCall>::begin(), Write::<EndCall>::begin());
    // What the rows' buttons submit.
    let forms = view! {
        <Form action=end_session id="end-session" class="row-form" />
    }
    .into_any();
    let acts = Acts {
        rename: Write::begin(),
        change_password: Write::begin(),
        end_session: RowAction::new("end-session", "session", *end_session),
        end_others: Write::begin(),
        end_login: RowAction::new("end-login", "login", *end_login),
    };
    view! {
        <Title text="Account" />
        {shown(page, move |page| {
            let any = Memo::new(move |_| page.with(|page| !page.logins.is_empty()));
            let form = move || {
                view! {
                    <Form action=end_login id="end-login" class="row-form" />
                }
            };
            view! {
                <Shown page acts />
                {move || any.get().then(form)}
            }
            .into_any()
        })}
        {forms}
    }
}

#[component]
fn Shown(page: Signal<Page>, acts: Acts) -> impl IntoView {
    let user = page.with_untracked(|page| page.user.clone());
    let email = user.email.to_string();
    view! {
        <header class="page-head">
            <div>
                <h1>"Account"</h1>
                <p>"Your names, your password, where you are signed in, and which machines use the cluster for you."</p>
            </div>
        </header>
        {move || page.with(suspended)}
        <Names user action=acts.rename />
        <ChangePassword email action=acts.change_password />
        <Sessions page acts />
        <ClusterAccess page acts />
        <Recent page />
    }
    .into_any()
}

fn suspended(page: &Page) -> Option<AnyView> {
    let suspended = &page.suspended;
    (!suspended.is_empty()).then(|| {
        let (are, it) = if suspended.len() == 1 { ("is", "it") } else { ("are", "them") };
        view! {
            <p class="note">
                <Glyph icon=Icon::Warning />
                <span>
                    {format!(
                        "{} {are} suspended by the operator of this installation, so you can't open {it} now. Nothing is lost; \
                         ask the operator when you will see {it} again.",
                        words::list(suspended),
                    )}
                </span>
            </p>
        }
        .into_any()
    })
}

#[component]
fn Names(user: UserFacts, action: Write<RenameCall>) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="names">
            <header class="card-head">
                <h2 id="names">"Names"</h2>
                <p>"Everybody in your organizations sees them."</p>
            </header>
            <Form action class="card-form">
                <KnownEmail email=user.email.to_string() hint="What you sign in with. It can't be changed." />
                <Field
                    name="first_name"
                    label="First name"
                    autocomplete="given-name"
                    value=user.first_name.to_string()
                />
                <Field name="last_name" label="Last name" autocomplete="family-name" value=user.last_name.to_string() />
                <Submit id="save-names">"Save names"</Submit>
            </Form>
        </section>
    }
    .into_any()
}

#[component]
fn ChangePassword(email: String, action: Write<ChangePasswordCall>) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="change-password">
            <header class="card-head">
                <h2 id="change-password">"Password"</h2>
                <p>"Changing it ends every other session of yours, and your machines' access to the cluster."</p>
            </header>
            <Form action class="card-form">
                // Tells a password manager whose password this is.
                <input type="email" autocomplete="username" value=email hidden readonly />
                <Field
                    name="current_password"
                    label="Current password"
                    kind="password"
                    autocomplete="current-password"
                />
                <NewPassword label="New password" />
                <Submit class="button" id="save-password">
                    "Change password"
                </Submit>
            </Form>
            <p class="foot">
                <a href=path::FORGOT_PASSWORD>"Forgot your current password?"</a>
            </p>
        </section>
    }
    .into_any()
}

/// `Firefox on Linux, 192.0.2.7`; what is not known is left out.
fn origin(event: &Event) -> String {
    let device = event.user_agent.as_deref().map(|agent| device(Some(agent)));
    device.into_iter().chain(event.ip.clone()).collect::<Vec<_>>().join(", ")
}

#[component]
fn Recent(page: Signal<Page>) -> impl IntoView {
    let line = |event: &Event| {
        view! {
            <li class="event">
                <p>{format!("{}{}", words::account_event(&event.code), words::repeated(event.times))}</p>
                <small class="quiet">{origin(event)}</small>
                <Moment at=event.at />
            </li>
        }
    };
    view! {
        <section class="card" aria-labelledby="recent">
            <header class="card-head">
                <h2 id="recent">"Lately"</h2>
                <p>"What happened to this account. Something you did not do? Change your password."</p>
            </header>
            <ol class="log">{move || page.with(|page| page.recent.iter().map(line).collect::<Vec<_>>())}</ol>
        </section>
    }
    .into_any()
}

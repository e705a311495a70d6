//! `/device`: a machine waits to be let into the cluster, and its person says whether. Looking changes nothing; the buttons
//! do.

use super::{Document, Loaded, Visit, frame::Card};
use crate::{
    components::{
        device::device,
        form::{Field, Form, failed},
        icon::{Glyph, Icon},
        moment::Distance,
    },
    error::ApiError,
};
use domain::{login::LOGIN_DAYS, path, refusal::Refusal, text::Slug, time::Timestamp};
use leptos::prelude::*;
use usecases::{Error, Settings, logins::Request, organizations::OwnOrganization};

const APPROVE: &str = "/api/v1/logins/approve";

struct Facts {
    request: Request,
    /// As it was asked for: what the terminal shows is compared with it.
    code: String,
    /// Those that it may be let into.
    organizations: Vec<OwnOrganization>,
    /// Of this browser.
    ip: Option<String>,
    now: Timestamp,
    proof: Proof,
}

/// Whether the sign-in is recent enough to let anybody in.
enum Proof {
    Recent,
    /// Whose password is asked for once more, and where to come back to.
    Needed {
        email: String,
        here: String,
    },
}

pub(super) async fn load(visit: &Visit) -> Loaded {
    let (person, organizations) = usecases::sessions::current(&visit.context).await?;
    if visit.query.has("done") {
        return Ok(Document::new("Back to your terminal", || view! { <Done /> }));
    }
    let Some(code) = visit.query.get("code").map(ToOwned::to_owned) else {
        return Ok(Document::new("Let a machine in", || view! { <Ask code=String::new() problem=None /> }));
    };
    let request = match usecases::logins::waiting(&visit.context, &code).await {
        Ok(request) => request,
        Err(Error::Refused(refusal @ Refusal::LoginCodeUnknown)) => {
            let error = ApiError::from(refusal);
            let status = error.status();
            let problem = Some(error.message);
            let document = Document::new("Let a machine in", move || view! { <Ask code problem /> });
            return Ok(Document { status, ..document });
        }
        Err(error) => return Err(error.into()),
    };
    let now = visit.context.now();
    // Half of what the server allows: the other half is for reading the page.
    let recent = now < person.signed_in_at.plus(Settings::FRESH / 2);
    let proof =
        if recent { Proof::Recent } else { Proof::Needed { email: person.email.to_string(), here: visit.here() } };
    let fits = |own: &OwnOrganization| request.organization.as_ref().is_none_or(|asked| *asked == own.slug);
    let facts = Facts {
        organizations: organizations.into_iter().filter(fits).collect(),
        ip: visit.context.caller.ip.map(|ip| ip.to_string()),
        request,
        code,
        now,
        proof,
    };
    Ok(Document::new("Let a machine in", move || view! { <Page facts /> }))
}

/// Where the code is typed, for whoever did not come by the link.
#[component]
fn Ask(code: String, problem: Option<String>) -> impl IntoView {
    let message = problem.unwrap_or_default();
    let fine = message.is_empty();
    view! {
        <Card heading="Let a machine in">
            <p class="lead">"Type the code that your terminal shows."</p>
            <form method="get" action=path::DEVICE data-soft="" class="form">
                <div class="field">
                    <label for="code">"Code"</label>
                    <input
                        class="input code"
                        id="code"
                        name="code"
                        value=code
                        placeholder="WDJB-MJHT"
                        maxlength="20"
                        autocomplete="off"
                        autocapitalize="characters"
                        spellcheck="false"
                        required
                        autofocus
                        aria-invalid=(!fine).then_some("true")
                        aria-describedby="code-error"
                    />
                    <p class="field-error" id="code-error" hidden=fine>
                        {message}
                    </p>
                </div>
                <button type="submit" class="button primary wide">
                    "Go on"
                </button>
            </form>
            <Way />
        </Card>
    }
}

#[component]
fn Page(facts: Facts) -> impl IntoView {
    let Facts { request, code, organizations, ip, now, proof } = facts;
    let Request { machine, organization, ip: theirs, user_agent, created_at, .. } = request;
    let name = machine.as_ref().map_or_else(|| "A machine without a name".to_owned(), |name| format!("“{name}”"));
    let place = match (theirs, ip) {
        (Some(theirs), Some(own)) if theirs == own => format!("{theirs}, as this browser"),
        (Some(theirs), Some(own)) => format!("{theirs}; this browser is at {own}"),
        (theirs, _) => theirs.unwrap_or_else(|| "-".to_owned()),
    };
    let closed = organization.filter(|_| organizations.is_empty());
    let way = match (closed, proof) {
        (Some(slug), _) => view! { <Closed slug /> }.into_any(),
        (None, Proof::Needed { email, here }) => view! { <ProveAgain email here /> }.into_any(),
        (None, Proof::Recent) => view! { <Approve organizations code=code.clone() /> }.into_any(),
    };
    view! {
        <Card heading="Let this machine in?">
            <p class="lead">
                <b>{name}</b>
                {format!(" wants to use the cluster in your name, for {LOGIN_DAYS} days.")}
            </p>
            <dl class="facts">
                <div>
                    <dt>"Code"</dt>
                    <dd>
                        <code id="user-code">{shown(&code)}</code>
                    </dd>
                </div>
                <div>
                    <dt>"Comes from"</dt>
                    <dd>{place}</dd>
                </div>
                <div>
                    <dt>"Program"</dt>
                    <dd>{device(user_agent.as_deref())}</dd>
                </div>
                <div>
                    <dt>"Asked"</dt>
                    <dd>
                        <Distance at=created_at now />
                    </dd>
                </div>
            </dl>
            <p class="note" id="warning">
                <Glyph icon=Icon::Warning />
                <span>
                    "Let it in only if you just ran " <code>"bailiwick login"</code>
                    " yourself, and your terminal shows this very code. Whoever else sent you here would get your access."
                </span>
            </p>
            {way}
            <Form action="/api/v1/logins/deny" class="form after">
                <input type="hidden" name="code" value=code />
                <button type="submit" class="button wide">
                    "Turn it away"
                </button>
            </Form>
        </Card>
    }
}

/// As the terminal shows it, however it was typed.
fn shown(code: &str) -> String {
    domain::login::UserCode::parse(code).map_or_else(|_| code.to_owned(), |code| code.to_string())
}

#[component]
fn Approve(organizations: Vec<OwnOrganization>, code: String) -> impl IntoView {
    let choice = match organizations.as_slice() {
        [only] => {
            let (slug, name) = (only.slug.to_string(), only.name.to_string());
            view! {
                <input type="hidden" name="organization" value=slug />
                <p class="quiet small">{format!("It works as you in {name}, wherever you may work there.")}</p>
            }
            .into_any()
        }
        _ => view! { <Choose organizations /> }.into_any(),
    };
    view! {
        <Form action=APPROVE>
            <input type="hidden" name="code" value=code />
            {choice}
            <button type="submit" class="button primary wide">
                "Let it in"
            </button>
        </Form>
    }
}

#[component]
fn Choose(organizations: Vec<OwnOrganization>) -> impl IntoView {
    let flash = failed(APPROVE).unwrap_or_default();
    let typed = flash.values.into_iter().find(|(name, _)| name == "organization").map(|(_, value)| value);
    let error = flash.error.filter(|error| error.field.as_deref() == Some("organization"));
    let message = error.map(|error| error.message).unwrap_or_default();
    let fine = message.is_empty();
    let options = organizations.into_iter().map(|own| {
        let selected = typed.as_deref() == Some(own.slug.as_str());
        view! {
            <option value=own.slug.to_string() selected=selected>
                {own.name.to_string()}
            </option>
        }
    });
    view! {
        <div class="field">
            <label for="organization">"Organization"</label>
            <select
                class="input"
                id="organization"
                name="organization"
                aria-invalid=(!fine).then_some("true")
                aria-describedby="organization-error organization-hint"
            >
                {options.collect::<Vec<_>>()}
            </select>
            <p class="field-error" id="organization-error" hidden=fine>
                {message}
            </p>
            <small id="organization-hint">"It works as you there, wherever you may work."</small>
        </div>
    }
}

/// The machine asks for an organization that is none of this person's.
#[component]
fn Closed(slug: Slug) -> impl IntoView {
    view! {
        <p class="form-error" role="alert">
            {format!("It asks for the organization {slug}, which is not open to you. Turn it away, and ask for another one.")}
        </p>
    }
}

#[component]
fn ProveAgain(email: String, here: String) -> impl IntoView {
    view! {
        <Form action="/api/v1/account/confirm-password" next=here>
            <p class="quiet small">
                "Letting a machine in takes a recent sign-in. Yours was more than five minutes ago."
            </p>
            // Tells a password manager whose password this is.
            <input type="email" autocomplete="username" value=email hidden readonly />
            <Field
                name="current_password"
                label="Present password"
                kind="password"
                autocomplete="current-password"
                autofocus=true
            />
            <button type="submit" class="button primary wide">
                "Confirm"
            </button>
        </Form>
    }
}

#[component]
fn Done() -> impl IntoView {
    let said = use_context::<super::Flash>().and_then(|flash| flash.notice);
    view! {
        <Card heading="Back to your terminal">
            <p class="lead">
                {said.map(|said| format!("{said} "))} "The machine hears of it within seconds. You can close this page."
            </p>
            <Way />
        </Card>
    }
}

#[component]
fn Way() -> impl IntoView {
    view! {
        <p class="gate-foot">
            "Which machines are let in stands in "
            <a href=format!("{}#cluster-access", path::ACCOUNT)>"your account"</a> "."
        </p>
    }
}

//! `/device`: a machine waits to be let into the cluster, and its person says whether. Looking changes nothing; the buttons
//! do.

use crate::{
    address::use_address,
    api::{
        account::ConfirmPasswordCall,
        logins::{self, ApproveCall, DenyCall, Page, WaitingMachine},
        sessions::OwnOrganization,
    },
    components::{
        card::{self, Card},
        device::device,
        failed::set_status,
        fields::Select,
        form::{Field, Form, Submit},
        icon::{Glyph, Icon},
        moment::Moment,
        proof::Reauthenticate,
    },
    read::{shown_or, use_read},
    write::Write,
};
use domain::{login::LOGIN_DAYS, path, text::Slug};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{NavigateOptions, components::Form as Query, hooks::use_navigate};

/// What can be done about a machine. It outlives the card that it is done from: the request is over once it is answered.
#[derive(Clone, Copy)]
struct Acts {
    approve: Write<ApproveCall>,
    deny: Write<DenyCall>,
    confirm: Write<ConfirmPasswordCall>,
}

impl Acts {
    fn are_done(self) -> bool {
        self.approve.is_done() || self.deny.is_done()
    }
}

/// What the page is about.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stage {
    /// Where the code is typed, for whoever did not come by the link.
    Ask,
    /// With the code as it was asked for: what the terminal shows is compared with it.
    Decide(String, WaitingMachine),
    Done,
}

impl Stage {
    fn of(code: String, page: &Page) -> Self {
        match &page.waiting {
            Some(machine) => Self::Decide(code, machine.clone()),
            None => Self::Ask,
        }
    }
}

#[component]
pub fn DevicePage() -> impl IntoView {
    let address = use_address();
    let code = Memo::new(move |_| address.with(|address| address.text("code")).trim().to_owned());
    let acts = Acts { approve: Write::begin(), deny: Write::begin(), confirm: Write::begin() };
    // What is answered is not asked for again.
    let is_done = Memo::new(move |_| acts.are_done() || address.with(|address| address.has("done")));
    let asked = move || Some(code.get()).filter(|code| !code.is_empty() && !is_done.get());
    let page = use_read(asked, logins::page);
    let navigate = use_navigate();
    Effect::new(move |_| {
        if acts.are_done() {
            // In place of what was asked: nothing waits there any more.
            let options = NavigateOptions { replace: true, ..NavigateOptions::default() };
            navigate(&format!("{}?done", path::DEVICE), options);
        }
    });
    shown_or(
        page,
        move |page| {
            let stage = Memo::new(move |_| {
                if is_done.get() {
                    return Stage::Done;
                }
                page.with(|page| Stage::of(code.get(), page))
            });
            let email = Signal::derive(move || page.with(|page| page.email.to_string()));
            let inside = move || match stage.get() {
                Stage::Ask => view! { <Ask code=String::new() problem=String::new() /> }.into_any(),
                Stage::Decide(code, machine) => {
                    let email = page.with_untracked(|page| page.email.to_string());
                    view! { <Decide code machine email acts /> }.into_any()
                }
                Stage::Done => view! { <Done /> }.into_any(),
            };
            view! {
                {inside}
                <Reauthenticate email />
            }
            .into_any()
        },
        move |error| {
            if error.code != "login_code_unknown" {
                return card::failed(error);
            }
            set_status(error.status());
            view! { <Ask code=code.get_untracked() problem=error.message /> }.into_any()
        },
        || ().into_any(),
    )
}

#[component]
fn Ask(code: String, problem: String) -> impl IntoView {
    let fine = problem.is_empty();
    view! {
        <Title text="Let a machine in" />
        <Card heading="Let a machine in">
            <p class="lead">"Type the code that your terminal shows."</p>
            <Query action=path::DEVICE attr:class="form">
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
                        {problem}
                    </p>
                </div>
                <button type="submit" class="button primary wide">
                    "Go on"
                </button>
            </Query>
            <Way />
        </Card>
    }
    .into_any()
}

#[component]
fn Decide(code: String, machine: WaitingMachine, email: String, acts: Acts) -> impl IntoView {
    let WaitingMachine { machine, organization, ip, user_agent, created_at, organizations, own_ip, must_prove } =
        machine;
    let name = machine.as_ref().map_or_else(|| "A machine without a name".to_owned(), |name| format!("“{name}”"));
    let place = match (ip, own_ip) {
        (Some(theirs), Some(own)) if theirs == own => format!("{theirs}, as this browser"),
        (Some(theirs), Some(own)) => format!("{theirs}; this browser is at {own}"),
        (theirs, _) => theirs.unwrap_or_else(|| "-".to_owned()),
    };
    let closed = organization.filter(|_| organizations.is_empty());
    let way = match (closed, must_prove) {
        (Some(slug), _) => view! { <Closed slug /> }.into_any(),
        (None, true) => view! { <Prove email action=acts.confirm /> }.into_any(),
        (None, false) => view! { <Approve organizations code=code.clone() action=acts.approve /> }.into_any(),
    };
    view! {
        <Title text="Let a machine in" />
        <Card heading="Let this machine in?">
            <p class="lead">
                <b>{name}</b>
                {format!(" wants to use the cluster in your name, for {LOGIN_DAYS} days.")}
            </p>
            <dl class="facts">
                <div>
                    <dt>"Code"</dt>
                    <dd>
                        <code id="user-code">{written(&code)}</code>
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
                        <Moment at=created_at />
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
            <Form action=acts.deny class="form after">
                <input type="hidden" name="code" value=code />
                <Submit class="button wide">"Turn it away"</Submit>
            </Form>
        </Card>
    }
    .into_any()
}

/// As the terminal shows it, however it was typed.
fn written(code: &str) -> String {
    domain::login::UserCode::parse(code).map_or_else(|_| code.to_owned(), |code| code.to_string())
}

#[component]
fn Approve(organizations: Vec<OwnOrganization>, code: String, action: Write<ApproveCall>) -> impl IntoView {
    let choice = match organizations.as_slice() {
        [only] => {
            let (slug, name) = (only.organization.to_string(), only.name.to_string());
            view! {
                <input type="hidden" name="organization" value=slug />
                <p class="quiet small">{format!("It works as you in {name}, wherever you may work there.")}</p>
            }
            .into_any()
        }
        all => {
            let options =
                all.iter().map(|own| (own.organization.to_string(), own.name.to_string())).collect::<Vec<_>>();
            let hint = "It works as you there, wherever you may work.";
            view! { <Select name="organization" label="Organization" options hint /> }.into_any()
        }
    };
    view! {
        <Form action>
            <input type="hidden" name="code" value=code />
            {choice}
            <Submit class="button primary wide">"Let it in"</Submit>
        </Form>
    }
    .into_any()
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

/// The sign-in is too old to let anybody in.
#[component]
fn Prove(email: String, action: Write<ConfirmPasswordCall>) -> impl IntoView {
    view! {
        <Form action>
            <p class="quiet small">
                "Letting a machine in takes a recent sign-in. Yours was more than five minutes ago."
            </p>
            // Tells a password manager whose password this is.
            <input type="email" autocomplete="username" value=email hidden readonly />
            <Field
                name="current_password"
                label="Current password"
                kind="password"
                autocomplete="current-password"
                autofocus=true
            />
            <Submit class="button primary wide">"Confirm"</Submit>
        </Form>
    }
    .into_any()
}

#[component]
fn Done() -> impl IntoView {
    view! {
        <Title text="Back to your terminal" />
        <Card heading="Back to your terminal">
            <p class="lead">"The machine hears of it within seconds. You can close this page."</p>
            <Way />
        </Card>
    }
    .into_any()
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

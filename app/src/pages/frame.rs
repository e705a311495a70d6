//! What stands around a page: the console's side with its navigation, or the quiet card of the pages before signing in.

use super::{Away, Visit};
use crate::components::{
    form::Form,
    icon::{Glyph, Icon},
    palette::Palette,
    theme::ThemeSwitch,
};
use domain::{membership::Role, path, text::OrganizationName};
use leptos::prelude::*;
use usecases::{SignedIn, organizations::OwnOrganization};

/// Which entry of the navigation a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    Organization,
    Namespaces,
    ApiAccess,
    Activity,
    Settings,
    Operator,
    /// Pages of the person, outside of any organization.
    Account,
}

/// Who looks at the console, and from which organization.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) person: SignedIn,
    pub(crate) organizations: Vec<OwnOrganization>,
    /// The organization the navigation leads through; `None` for somebody who has none left.
    pub(crate) open: Option<OwnOrganization>,
    /// How many requests wait, for somebody who is an operator.
    pub(crate) waiting: Option<u64>,
}

impl Frame {
    /// # Errors
    /// Not signed in. A slug that is none of this person's organizations opens none: the page itself refuses.
    pub(crate) async fn load(visit: &Visit, slug: Option<&str>) -> Result<Self, Away> {
        let (person, organizations) = usecases::sessions::current(&visit.context).await?;
        let open = match slug {
            Some(slug) => organizations.iter().find(|own| own.slug.as_str() == slug),
            None => organizations.first(),
        };
        let open = open.cloned();
        let waiting = if person.operator { Some(usecases::operator::waiting(&visit.context).await?) } else { None };
        Ok(Self { person, organizations, open, waiting })
    }

    pub(crate) fn is_admin(&self) -> bool {
        self.open.as_ref().is_some_and(|own| own.role == Role::Admin)
    }
}

/// The console around a page. Its parts are erased (`into_any`): unerased, a page's type is as long as a page, and the
/// compiler gives up on it.
#[component]
pub(crate) fn Console(frame: Frame, entry: Entry, children: Children) -> impl IntoView {
    view! {
        <div class="shell">
            <Side frame entry />
            <main class="main" id="main" tabindex="-1">
                {children()}
            </main>
        </div>
    }
    .into_any()
}

#[component]
fn Side(frame: Frame, entry: Entry) -> impl IntoView {
    let admin = frame.is_admin();
    let Frame { person, organizations, open, waiting } = frame;
    let initial = initial(person.first_name.as_str());
    let name = format!("{} {}", person.first_name, person.last_name);
    let role = match &open {
        Some(own) => own.role.as_str(),
        None if waiting.is_some() => "operator",
        None => "",
    };
    let current = move |this: Entry| (this == entry).then_some("page");
    let links = open.as_ref().map(|own| {
        let slug = &own.slug;
        view! {
            <li>
                <a href=path::organization(slug) aria-current=current(Entry::Organization)>
                    <Glyph icon=Icon::Users />
                    "Organization"
                </a>
            </li>
            <li>
                <a href=path::namespaces(slug) aria-current=current(Entry::Namespaces)>
                    <Glyph icon=Icon::Box />
                    "Namespaces"
                </a>
            </li>
            {admin
                .then(|| {
                    view! {
                        <li>
                            <a href=path::api_access(slug) aria-current=current(Entry::ApiAccess)>
                                <Glyph icon=Icon::Key />
                                "API access"
                            </a>
                        </li>
                        <li>
                            <a href=path::activity(slug) aria-current=current(Entry::Activity)>
                                <Glyph icon=Icon::Activity />
                                "Activity"
                            </a>
                        </li>
                        <li>
                            <a href=path::settings(slug) aria-current=current(Entry::Settings)>
                                <Glyph icon=Icon::Settings />
                                "Settings"
                            </a>
                        </li>
                    }
                })}
        }
    });
    let desk = waiting.map(|waiting| {
        let count = (waiting > 0).then(|| {
            view! {
                <span class="count">
                    {waiting} <span class="visually-hidden">" waiting"</span>
                </span>
            }
        });
        view! {
            <li class="apart">
                <a href=path::OPERATOR aria-current=current(Entry::Operator)>
                    <Glyph icon=Icon::Server />
                    "Operator"
                    {count}
                </a>
            </li>
        }
    });
    let places = places(open.as_ref(), admin, waiting.is_some());
    let slug = open.as_ref().map(|own| own.slug.to_string());
    view! {
        <header class="side">
            <a class="brand" href=path::HOME aria-label="Bailiwick, home">
                <Brand />
                <span>"Bailiwick"</span>
            </a>
            {open.map(|own| view! { <Switcher organizations own /> })}
            <Palette places organization=slug />
            <nav aria-label="Console">
                <ul>{links} {desk}</ul>
            </nav>
            <details class="menu me">
                <summary aria-label=format!("Account menu of {name}")>
                    <span class="avatar" aria-hidden="true">
                        {initial}
                    </span>
                    <span class="who">
                        {name.clone()}
                        <small>{role}</small>
                    </span>
                    <Glyph icon=Icon::Switch size=16 />
                </summary>
                <div class="menu-items">
                    <p class="menu-who">
                        <b>{name}</b>
                        <small>{person.email.to_string()}</small>
                    </p>
                    <a class="menu-item" href=path::ACCOUNT aria-current=current(Entry::Account)>
                        <Glyph icon=Icon::Person />
                        "Account"
                    </a>
                    <ThemeSwitch />
                    <Form action="/api/v1/sessions/sign-out" class="menu-form">
                        <button type="submit" class="menu-item">
                            <Glyph icon=Icon::SignOut />
                            "Sign out"
                        </button>
                    </Form>
                </div>
            </details>
        </header>
    }
    .into_any()
}

/// Where the palette can lead, beside people.
fn places(open: Option<&OwnOrganization>, admin: bool, operator: bool) -> Vec<(String, String)> {
    let mut places = Vec::new();
    if let Some(own) = open {
        places.push(("Organization".to_owned(), path::organization(&own.slug)));
        places.push(("Namespaces".to_owned(), path::namespaces(&own.slug)));
        if admin {
            places.push(("API access".to_owned(), path::api_access(&own.slug)));
            places.push(("Activity".to_owned(), path::activity(&own.slug)));
            places.push(("Settings".to_owned(), path::settings(&own.slug)));
            places.push(("Invite a user".to_owned(), format!("{}?invite=1", path::organization(&own.slug))));
            places.push(("Create a token".to_owned(), format!("{}?create=1", path::api_access(&own.slug))));
            places.push(("Create a namespace".to_owned(), format!("{}?create=1", path::namespaces(&own.slug))));
        }
    }
    if operator {
        let desk = [
            ("Operator", path::OPERATOR),
            ("Operator: requests", path::OPERATOR_REQUESTS),
            ("Operator: organizations", path::OPERATOR_ORGANIZATIONS),
            ("Operator: cluster", path::OPERATOR_CLUSTER),
            ("Operator: mail", path::OPERATOR_MAIL),
            ("Operator: activity", path::OPERATOR_ACTIVITY),
        ];
        places.extend(desk.map(|(name, path)| (name.to_owned(), path.to_owned())));
    }
    places.push(("Account".to_owned(), path::ACCOUNT.to_owned()));
    places
}

#[component]
fn Switcher(organizations: Vec<OwnOrganization>, own: OwnOrganization) -> impl IntoView {
    let initial = initial(own.name.as_str());
    let items = organizations.into_iter().map(|other| {
        let current = (other.slug == own.slug).then_some("true");
        view! {
            <a class="menu-item" href=path::organization(&other.slug) aria-current=current>
                <span class="avatar square" aria-hidden="true">
                    {self::initial(other.name.as_str())}
                </span>
                <span>
                    {other.name.to_string()} <small>{other.role.as_str()}</small>
                </span>
                {current.map(|_| view! { <Glyph icon=Icon::Yes size=16 /> })}
            </a>
        }
    });
    let items: Vec<_> = items.collect();
    let name: OrganizationName = own.name.clone();
    view! {
        <details class="menu switcher">
            <summary aria-label=format!("Organization {name}, switch")>
                <span class="avatar square" aria-hidden="true">
                    {initial}
                </span>
                <span class="who">{name.to_string()}</span>
                <Glyph icon=Icon::Switch size=16 />
            </summary>
            <div class="menu-items">{items}</div>
        </details>
    }
    .into_any()
}

/// The way through a list that is read from its newest end: the addresses of its first page and of the next one, where
/// there are such.
#[component]
pub(crate) fn Paging(newest: Option<String>, older: Option<String>) -> impl IntoView {
    (older.is_some() || newest.is_some()).then(|| {
        view! {
            <nav class="actions" aria-label="Pages">
                {newest.map(|address| view! { <a class="button small" id="newest" href=address>"Newest"</a> })}
                {older.map(|address| view! { <a class="button small" id="older" href=address>"Older"</a> })}
            </nav>
        }
    })
}

/// The letter in an avatar.
pub(crate) fn initial(name: &str) -> String {
    name.chars().find(|c| c.is_alphanumeric()).map_or_else(|| "?".to_owned(), |c| c.to_uppercase().to_string())
}

#[component]
pub(crate) fn Brand() -> impl IntoView {
    view! {
        <svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
            <path d="M3 3h11v5h5v11H3z" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linejoin="round"></path>
            <circle cx="17.5" cy="4.5" r="2.2" fill="currentColor"></circle>
        </svg>
    }
}

/// The pages before signing in: one card in the middle, with a heading.
#[component]
pub(crate) fn Card(#[prop(into)] heading: String, children: Children) -> impl IntoView {
    view! {
        <div class="gate">
            <a class="brand" href=path::HOME>
                <Brand />
                <span>"Bailiwick"</span>
            </a>
            <main class="gate-card" id="main" tabindex="-1">
                <h1>{heading}</h1>
                {children()}
            </main>
        </div>
    }
    .into_any()
}

/// What follows a form that mails a link. The same for every address: it must not tell who has an account.
#[component]
pub(crate) fn MailSent(lead: &'static str, again: &'static str) -> impl IntoView {
    view! {
        <Card heading="Look into your mailbox">
            <p class="lead">{lead}</p>
            <p class="gate-foot">
                "No mail? Look among the junk, or " <a href=again>"try again"</a> "."
            </p>
            <p class="gate-foot">
                <a href=path::SIGN_IN>"Back to sign-in"</a>
            </p>
        </Card>
    }
}

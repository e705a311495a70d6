//! The side of the console: the organization, the search, the navigation, the person.

use crate::{
    api::sessions::{Counts, Current, InCluster, OwnOrganization, SignOutCall},
    components::{
        card::Brand,
        email::initial,
        form::Form,
        icon::{Glyph, Icon},
        menu::Menu,
        palette::{Palette, Scope, forget_recent},
        shortcuts::{Shortcuts, ShortcutsEntry},
        theme::ThemeSwitch,
    },
    session::{is_admin, open_organization, slug_of},
    write::Write,
};
use domain::path;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

#[component]
pub(super) fn Side(current: Signal<Current>) -> impl IntoView {
    let here = use_location().pathname;
    let open = Memo::new(move |_| here.with(|here| current.with(|current| open_organization(current, slug_of(here)))));
    crate::live::follow(Memo::new(move |_| open.with(|own| own.as_ref().map(|own| own.organization.to_string()))));
    let scope = Memo::new(move |_| open.with(|open| current.with(|current| Scope::new(current, open.as_ref()))));
    let (search, help) = (RwSignal::new(false), RwSignal::new(false));
    view! {
        <header class="side">
            <a class="brand" href=path::HOME aria-label="Bailiwick, home">
                <Brand />
                <span>"Bailiwick"</span>
            </a>
            {move || open.get().map(|own| view! { <Switcher organizations=current.get().organizations own /> })}
            <Palette scope open=search />
            <nav aria-label="Console">
                <ul>
                    {move || open.get().map(|own| view! { <Links own here current /> })} {move || current.get().waiting.map(|waiting| view! { <Desk waiting here /> })}
                </ul>
            </nav>
            <Me current open here help />
            <Shortcuts scope search help />
        </header>
    }
    .into_any()
}

/// The pages of an organization, each with how much there is of what it shows.
#[component]
fn Links(own: OwnOrganization, here: Memo<String>, current: Signal<Current>) -> impl IntoView {
    let slug = &own.organization;
    let counted = slug.clone();
    let counts = Signal::derive(move || {
        current.with(|current| current.counts.clone()).filter(|counts| counts.organization == counted)
    });
    let of =
        move |pick: fn(&Counts) -> Option<u64>| move || counts.with(|counts| counts.as_ref().and_then(pick)).map(plain);
    let people = of(|counts| Some(counts.people)).into_any();
    let namespaces = move || counts.with(|counts| counts.as_ref().map(in_cluster));
    let tokens = of(|counts| counts.tokens).into_any();
    view! {
        <Link to=path::organization(slug) here icon=Icon::Users word="Organization" beside=people />
        <Link to=path::namespaces(slug) here icon=Icon::Box word="Namespaces" beside=namespaces.into_any() />
        {is_admin(Some(&own))
            .then(|| {
                view! {
                    <Link to=path::access(slug) here icon=Icon::Grid word="Access" beside=().into_any() />
                    <Link to=path::api_access(slug) here icon=Icon::Key word="API access" beside=tokens />
                    <Link to=path::activity(slug) here icon=Icon::Activity word="Activity" beside=().into_any() />
                    <Link to=path::settings(slug) here icon=Icon::Settings word="Settings" beside=().into_any() />
                }
            })}
    }
    .into_any()
}

/// For the eye alone: a link is called by where it leads.
fn plain(n: u64) -> AnyView {
    view! {
        <span class="count" aria-hidden="true">
            {n}
        </span>
    }
    .into_any()
}

/// How many namespaces there are, or how many of them the cluster holds as they should be while that is not all.
fn in_cluster(counts: &Counts) -> AnyView {
    let all = counts.namespaces;
    let (class, title) = match &counts.cluster {
        Some(InCluster { stopped: true, .. }) => ("count bad", "the cluster does not follow".to_owned()),
        Some(InCluster { failing, .. }) if *failing > 0 => ("count bad", format!("{failing} of {all} failing")),
        Some(InCluster { in_sync, .. }) if *in_sync < all => ("count wait", format!("{in_sync} of {all} in sync")),
        Some(_) | None => return plain(all),
    };
    view! {
        <span class=class title=title.clone()>
            <span aria-hidden="true">{all}</span>
            <span class="visually-hidden">{format!(", {title}")}</span>
        </span>
    }
    .into_any()
}

#[component]
fn Link(to: String, here: Memo<String>, icon: Icon, word: &'static str, beside: AnyView) -> impl IntoView {
    let this = to.clone();
    view! {
        <li>
            <a href=to aria-current=move || here.with(|here| *here == this).then_some("page")>
                <Glyph icon />
                {word}
                {beside}
            </a>
        </li>
    }
}

/// What only an operator has, and how many requests wait there.
#[component]
fn Desk(waiting: u64, here: Memo<String>) -> impl IntoView {
    let count = (waiting > 0).then(|| {
        view! {
            <span class="count wait">
                {waiting} <span class="visually-hidden">" waiting"</span>
            </span>
        }
    });
    view! {
        <li class="apart">
            <a href=path::OPERATOR aria-current=move || here.with(|here| here.starts_with(path::OPERATOR)).then_some("page")>
                <Glyph icon=Icon::Server />
                "Operator"
                {count}
            </a>
        </li>
    }
}

#[component]
fn Me(
    current: Signal<Current>,
    open: Memo<Option<OwnOrganization>>,
    here: Memo<String>,
    help: RwSignal<bool>,
) -> impl IntoView {
    let sign_out = Write::<SignOutCall>::begin();
    let name = move || current.with(|current| format!("{} {}", current.user.first_name, current.user.last_name));
    let role = move || match open.get() {
        Some(own) => own.role.as_str(),
        None if current.with(|current| current.operator) => "operator",
        None => "",
    };
    let label = Signal::derive(move || format!("Account menu of {}", name()));
    let button = view! {
        <span class="avatar" aria-hidden="true">
            {move || current.with(|current| initial(current.user.first_name.as_str()))}
        </span>
        <span class="who">
            {name} <small>{role}</small>
        </span>
        <Glyph icon=Icon::Switch size=16 />
    }
    .into_any();
    view! {
        <Menu class="me" label button>
            <p class="menu-who">
                <b>{name}</b>
                <small>{move || current.with(|current| current.user.email.to_string())}</small>
            </p>
            <a class="menu-item" href=path::ACCOUNT aria-current=move || here.with(|here| here == path::ACCOUNT).then_some("page")>
                <Glyph icon=Icon::Person />
                "Account"
            </a>
            <ThemeSwitch />
            <ShortcutsEntry help />
            <Form action=sign_out next=path::SIGN_IN class="menu-form" done=Callback::new(|_| forget_recent())>
                <button type="submit" class="menu-item">
                    <Glyph icon=Icon::SignOut />
                    "Sign out"
                </button>
            </Form>
        </Menu>
    }
    .into_any()
}

#[component]
fn Switcher(organizations: Vec<OwnOrganization>, own: OwnOrganization) -> impl IntoView {
    let items = organizations.into_iter().map(|other| {
        let current = (other.organization == own.organization).then_some("true");
        view! {
            <a class="menu-item" href=path::organization(&other.organization) aria-current=current>
                <span class="avatar square" aria-hidden="true">
                    {initial(other.name.as_str())}
                </span>
                <span>
                    {other.name.to_string()} " " <small>{other.role.as_str()}</small>
                </span>
                {current.map(|_| view! { <Glyph icon=Icon::Yes size=16 /> })}
            </a>
        }
    });
    let items = items.collect::<Vec<_>>();
    let name = own.name.to_string();
    let label = format!("Organization {name}, switch");
    let button = view! {
        <span class="avatar square" aria-hidden="true">
            {initial(&name)}
        </span>
        <span class="who">{name}</span>
        <Glyph icon=Icon::Switch size=16 />
    }
    .into_any();
    view! {
        <Menu class="switcher" label button>
            {items}
        </Menu>
    }
}

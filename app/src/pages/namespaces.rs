//! `/o/<slug>/namespaces`: what there is, who may work in each, and making one. What is open stands in the address.

mod cluster;
mod create;
mod give;
mod open;
mod row;

use crate::{
    address::{Address, use_address, use_slug},
    api::{
        grants::Sync,
        namespaces::{self, Namespace, Page},
    },
    components::{
        ask::{Ask, AskDialog, Pending},
        closable::Closable,
        icon::{Glyph, Icon},
        opened::opened,
        table::Columns,
    },
    read::{look_again, shown, use_read},
};
use cluster::{Differences, Standing};
use create::Create;
use domain::namespace::Prefix;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Form;
use open::Panel;
use row::Row;

const RAISE: &str = "The operator can raise the limit.";

/// What all parts of the page share.
#[derive(Clone, Copy)]
struct Shared {
    slug: Memo<String>,
    address: Memo<Address>,
    page: Signal<Page>,
}

impl Shared {
    fn admin(self) -> bool {
        self.page.with(|page| page.admin)
    }

    fn used(self) -> usize {
        self.page.with(|page| page.namespaces.len())
    }

    fn limit(self) -> u32 {
        self.page.with(|page| page.limit)
    }

    fn prefix(self) -> Prefix {
        self.page.with_untracked(|page| page.prefix.clone())
    }

    fn is_full(self) -> bool {
        self.used() >= self.limit() as usize
    }

    /// Where access is given and taken.
    fn people(self) -> String {
        self.slug.with(|slug| format!("/o/{slug}/organization"))
    }
}

#[component]
pub fn NamespacesPage() -> impl IntoView {
    let (slug, address) = (use_slug(), use_address());
    // Opening a row or a dialog asks for nothing again.
    let page = use_read(move || slug.get(), namespaces::page);
    shown(page, move |page| view! { <Shown shared=Shared { slug, address, page } /> }.into_any())
}

#[component]
fn Shown(shared: Shared) -> impl IntoView {
    let Shared { slug, page, .. } = shared;
    look_again(Signal::derive(move || page.with(is_under_way)));
    let name = move || page.with(|page| page.name.to_string());
    let create = move || shared.admin().then(|| view! { <CreateButton shared /> });
    view! {
        <Title text=move || format!("Namespaces · {}", name()) />
        <header class="page-head">
            <div>
                <h1>"Namespaces"</h1>
                <p>{move || format!("The namespaces of {} in the cluster, and who may work in each.", name())}</p>
            </div>
            {create}
        </header>
        // What the page's buttons submit that open something.
        <Form
            action=move || shared.address.with(|address| address.path().to_owned())
            noscroll=true
            attr:id="view"
        >
            ""
        </Form>
        <Standing cluster=Memo::new(move |_| page.with(|page| page.cluster.clone())) />
        <section class="card" aria-labelledby="namespaces">
            <h2 id="namespaces" class="visually-hidden">
                "All namespaces"
            </h2>
            <Table shared />
            <Foot shared />
        </section>
        <Differences cluster=Memo::new(move |_| page.with(|page| page.cluster.clone())) />
        <Create shared />
        {move || shared.admin().then(|| view! { <AskDialog organization=slug /> })}
    }
    .into_any()
}

/// How many of them the cluster holds as they should be.
fn following(page: &Page) -> Option<AnyView> {
    let all = page.namespaces.len();
    if !page.cluster.enforced || all == 0 {
        return None;
    }
    let in_sync = page.namespaces.iter().filter(|namespace| namespace.sync == Sync::InSync).count();
    let failing = page.namespaces.iter().any(|namespace| namespace.sync.reason().is_some());
    let class = match (is_under_way(page), failing) {
        (_, true) => "following bad",
        (true, false) => "following wait",
        (false, false) => "following",
    };
    Some(view! { <span class=class role="status">{format!("{in_sync} of {all} in sync")}</span> }.into_any())
}

/// Whether the cluster has yet to follow.
fn is_under_way(page: &Page) -> bool {
    let cluster = &page.cluster;
    let waits = cluster.enforced && (cluster.away_since.is_some() || cluster.stopped.is_some());
    waits || page.namespaces.iter().any(|namespace| namespace.sync == Sync::Applying)
}

#[component]
fn CreateButton(shared: Shared) -> impl IntoView {
    let why = Signal::derive(move || {
        let (used, limit) = (shared.used(), shared.limit());
        shared.is_full().then(|| format!("This organization has {used} of {limit} namespaces. {RAISE}"))
    });
    view! {
        <Closable form="view" name="create" value="1" id="create-button" class="button primary" why>
            <Glyph icon=Icon::Plus size=16 />
            "Create a namespace"
        </Closable>
    }
}

#[component]
fn Table(shared: Shared) -> impl IntoView {
    let ids =
        Memo::new(move |_| shared.page.with(|page| page.namespaces.iter().map(|it| it.id.clone()).collect::<Vec<_>>()));
    let open = Memo::new(move |_| shared.address.with(|address| address.text("open")));
    let empty = move || ids.with(Vec::is_empty).then(|| view! { <Empty admin=shared.admin() /> });
    view! {
        <table class="spaces" hidden=move || ids.with(Vec::is_empty)>
            <Columns names=["Name", "Who has access", "Created", "Cluster"] />
            <tbody>
                <For each=move || ids.get() key=Clone::clone let:id>
                    <Line shared id=id.to_string() open />
                </For>
            </tbody>
        </table>
        {empty}
    }
    .into_any()
}

/// A row, and what opens below it.
#[component]
fn Line(shared: Shared, id: String, open: Memo<String>) -> impl IntoView {
    let (of_row, of_panel) = (id.clone(), id.clone());
    let namespace = Memo::new(move |_| {
        shared.page.with(|page| page.namespaces.iter().find(|it| it.id.as_str() == of_row).cloned())
    });
    let is_open = Memo::new(move |_| shared.admin() && open.with(|open| *open == id));
    let row = move || namespace.get().map(|namespace: Namespace| view! { <Row shared namespace is_open /> });
    // Only as it opens and closes.
    let panel = opened(
        move || is_open.get().then(|| of_panel.clone()),
        move |label| view! { <Panel shared label /> }.into_any(),
    );
    view! {
        {row}
        {panel}
    }
}

#[component]
fn Empty(admin: bool) -> impl IntoView {
    let (next, button) = if admin {
        let button = view! {
            <button form="view" name="create" value="1" id="create-first" class="button">
                "Create the first one"
            </button>
        };
        ("Create one, then invite people: they get the namespaces you have.", Some(button))
    } else {
        ("An admin of this organization can create one.", None)
    };
    view! {
        <div class="empty">
            <h3>"No namespace yet"</h3>
            <p>{next}</p>
            {button}
        </div>
    }
    .into_any()
}

#[component]
fn Foot(shared: Shared) -> impl IntoView {
    let more = move || {
        (shared.is_full() && shared.admin()).then(|| {
            let waits = shared.page.with(|page| Pending(page.waiting.clone()).of_kind("namespace_limit"));
            view! { <Ask kind="namespace_limit" words="Ask for more namespaces" waits /> }
        })
    };
    let give = move || {
        (shared.admin() && shared.used() > 0).then(|| {
            view! {
                <span>
                    "Open a namespace to give and take access, or see everybody on the "
                    <a href=move || shared.slug.with(|slug| format!("/o/{slug}/access"))>"Access page"</a>
                    "."
                </span>
            }
        })
    };
    view! {
        <div class="foot">
            <span>{move || format!("{} of {} namespaces", shared.used(), shared.limit())}</span>
            {move || shared.page.with(following)}
            {move || shared.is_full().then(|| view! { <span>{RAISE}</span> })}
            {more}
            {give}
        </div>
    }
    .into_any()
}

//! `/o/<slug>/access`: who has which namespace, as a picture; a cell gives or takes it. For admins. Only the rows that can be
//! seen are drawn, and people are read as somebody scrolls to them; without scripts there are pages of 50.

mod cell;
mod row;
mod save;
mod window;

use crate::{
    address::{Address, use_address, use_slug},
    api::{
        ApiError,
        matrix::{self, Matrix},
    },
    components::{
        browser::{closest, document},
        table::Search,
    },
    read::{look_again, shown, use_read},
    words::count,
};
use leptos::{ev, html, prelude::*};
use leptos_meta::Title;
use row::Row;
use save::Saves;
use wasm_bindgen::JsCast;
use web_sys::Element;
use window::Window;

/// How many people there are at first, and how many more are read at once.
const FIRST: usize = 50;
const MORE: usize = 200;

/// What all parts of the page share.
#[derive(Clone, Copy)]
struct Shared {
    slug: Memo<String>,
    address: Memo<Address>,
    page: Signal<Matrix>,
    saves: Saves,
    window: Window,
}

#[component]
pub fn AccessPage() -> impl IntoView {
    let (slug, address) = (use_slug(), use_address());
    let asked = Memo::new(move |_| address.with(|address| (address.text("search"), address.text("cursor"))));
    // How many people somebody has scrolled to, and in which list: another search begins anew.
    let reached = RwSignal::new((asked.get_untracked(), FIRST));
    let wanted = move || reached.with(|(of, wanted)| if *of == asked.get() { *wanted } else { FIRST });
    let page = use_read(
        move || (slug.get(), asked.get(), wanted()),
        |(slug, (search, cursor), wanted)| read(slug, search, cursor, wanted),
    );
    let more = Callback::new(move |loaded: usize| {
        let wanted = (loaded / MORE + 1) * MORE;
        let now = (asked.get_untracked(), wanted);
        if reached.with_untracked(|reached| *reached != now) {
            reached.set(now);
        }
    });
    let saves = Saves::new(slug, address);
    shown(page, move |page| {
        saves.follow(page);
        let shared = Shared { slug, address, page, saves, window: Window::new(page, more) };
        view! { <Shown shared /> }.into_any()
    })
}

/// So many people, or all there are.
async fn read(slug: String, search: String, cursor: String, wanted: usize) -> Result<Matrix, ApiError> {
    let said = |text: String| Some(text).filter(|text| !text.is_empty());
    let limit = |missing: usize| u32::try_from(missing.min(MORE)).ok();
    let search = said(search);
    let mut all = matrix::matrix(slug.clone(), search.clone(), said(cursor), limit(wanted)).await?;
    while all.members.len() < wanted
        && let Some(cursor) = all.next.clone()
    {
        let missing = wanted - all.members.len();
        let page = matrix::matrix(slug.clone(), search.clone(), Some(cursor), limit(missing)).await?;
        // A namespace was made meanwhile: those rows are of other columns. All of them are read again soon.
        if page.namespaces != all.namespaces {
            break;
        }
        all.append(page);
    }
    Ok(all)
}

#[component]
fn Shown(shared: Shared) -> impl IntoView {
    let page = shared.page;
    look_again(Signal::derive(move || page.with(|page| page.members.iter().any(|member| member.applying))));
    let name = move || page.with(|page| page.name.to_string());
    let empty = Memo::new(move |_| page.with(|page| (page.namespaces.is_empty(), page.members.is_empty())));
    let table = move || match empty.get() {
        (true, _) => view! { <NoNamespace slug=shared.slug.get() /> }.into_any(),
        (_, true) => view! { <Nobody shared /> }.into_any(),
        _ => view! { <Table shared /> }.into_any(),
    };
    view! {
        <Title text=move || format!("Access · {}", name()) />
        <header class="page-head">
            <div>
                <h1>"Access"</h1>
                <p>{move || format!("Who may work in which namespace of {}. Press a cell to give or take it.", name())}</p>
            </div>
        </header>
        <section class="card" aria-labelledby="people">
            <h2 id="people" class="visually-hidden">
                "People and namespaces"
            </h2>
            <div class="card-tools">
                <Search placeholder="Email or name" label="Search people by email or name" />
            </div>
            {table}
            <Foot shared />
        </section>
    }
    .into_any()
}

/// The button of a cell around what an event came from.
fn cell_of(event: &ev::Event) -> Option<Element> {
    closest(&event.target()?.dyn_into().ok()?, ".cell")
}

#[component]
fn Table(shared: Shared) -> impl IntoView {
    let Shared { slug, address, page, saves, window } = shared;
    let node = NodeRef::<html::Div>::new();
    window.begin_anew();
    Effect::new(move |before: Option<String>| {
        let search = address.with(|address| address.text("search"));
        if before.is_some_and(|before| before != search) {
            window.begin_anew();
            if let Some(node) = node.get_untracked() {
                node.set_scroll_top(0);
            }
        }
        search
    });
    // What the cell says that has the focus, or that a pointer is over: its title is seen with a pointer alone.
    let said = RwSignal::new(None::<String>);
    let say = move |event: ev::Event| said.set(cell_of(&event).and_then(|cell| cell.get_attribute("title")));
    // It becomes another sentence when the cell is saved, and no event tells of that.
    Effect::new(move |_| {
        saves.track();
        page.track();
        request_animation_frame(move || {
            let focused = document().and_then(|document| document.active_element());
            let cell = focused.and_then(|focused| closest(&focused, ".cell"));
            if let Some(title) = cell.and_then(|cell| cell.get_attribute("title")) {
                let _ = said.try_set(Some(title));
            }
        });
    });
    let columns = Memo::new(move |_| page.with(|page| page.namespaces.clone()));
    let heads = move || {
        let head = |column: matrix::Column| {
            let to = format!("/o/{}/namespaces?open={}", slug.get_untracked(), column.id);
            view! {
                <th scope="col" title=column.name.to_string()>
                    <a href=to>{column.id.to_string()}</a>
                </th>
            }
        };
        columns.get().into_iter().map(head).collect::<Vec<_>>()
    };
    view! {
        <div
            class="matrix"
            node_ref=node
            on:scroll=move |event| window.scrolled(&event_target::<Element>(&event))
            on:submit=move |event: ev::SubmitEvent| {
                if let Some((member, namespace, gives)) = save::asked(&event) {
                    event.prevent_default();
                    saves.begin(member, namespace, gives);
                }
            }
            on:keydown=move |event: ev::KeyboardEvent| window::walk(&event)
            on:focusin=move |event: ev::FocusEvent| say(event.into())
            on:mouseover=move |event: ev::MouseEvent| say(event.into())
        >
            <table aria-rowcount=move || (page.with(|page| page.total) + 1).to_string()>
                <thead>
                    <tr aria-rowindex="1">
                        <th scope="col">"Person"</th>
                        {heads}
                    </tr>
                </thead>
                <tbody>
                    {move || window.gap_above()}
                    <For each=move || window.rows() key=Clone::clone let:id>
                        <Row shared id columns />
                    </For>
                    {move || window.gap_below()}
                </tbody>
            </table>
        </div>
        <p class="matrix-why" aria-hidden="true">
            {move || said.get().unwrap_or_else(|| "Point at a cell, or move to it, to see why it is so.".to_owned())}
        </p>
    }
    .into_any()
}

#[component]
fn Foot(shared: Shared) -> impl IntoView {
    let Shared { address, page, .. } = shared;
    let people = move || page.with(|page| count(page.total, "person", "people"));
    let first = move || {
        let to = address.with(|address| address.get("cursor").map(|_| address.with(&[("cursor", "")])));
        to.map(|to| view! { <a class="button small" href=to>"First page"</a> })
    };
    let next = move || {
        let to =
            page.with(|page| page.next.clone()).map(|next| address.with(|address| address.with(&[("cursor", &next)])));
        to.map(|to| view! { <a class="button small unscripted" href=to>"Next page"</a> })
    };
    view! {
        <div class="foot">
            <span>{people}</span>
            <ul class="matrix-key" aria-label="What the cells mean">
                <li>
                    <span class="mark all"></span>
                    "everything an admin may give"
                </li>
                <li>
                    <span class="mark extra"></span>
                    "something of the operator’s"
                </li>
                <li>
                    <span class="mark all applying"></span>
                    "applying"
                </li>
                <li>
                    <span class="mark all failing"></span>
                    "failing"
                </li>
            </ul>
            <nav class="actions" aria-label="Pages">
                {first}
                {next}
            </nav>
        </div>
    }
    .into_any()
}

#[component]
fn Nobody(shared: Shared) -> impl IntoView {
    let Shared { address, .. } = shared;
    let sentence = move || {
        address.with(|address| match address.get("search") {
            Some(search) => format!("Nobody matches search “{search}”."),
            None => "Nobody is on this page.".to_owned(),
        })
    };
    view! {
        <div class="empty">
            <h3>"Nobody here"</h3>
            <p>{sentence}</p>
            <a class="button" href=move || address.with(|address| address.path().to_owned())>
                "Show everybody"
            </a>
        </div>
    }
    .into_any()
}

#[component]
fn NoNamespace(slug: String) -> impl IntoView {
    view! {
        <div class="empty">
            <h3>"No namespace yet"</h3>
            <p>"Create one, and you see here who may work in it."</p>
            <a class="button" href=format!("/o/{slug}/namespaces?create=1")>
                "Create the first one"
            </a>
        </div>
    }
    .into_any()
}

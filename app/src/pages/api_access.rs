//! `/o/<slug>/api-access`: the organization's API access tokens. What is asked for stands in the address; a secret that
//! was just made is on the page and in no address.

mod choice;
mod create;
mod dialogs;
mod held;
mod row;

use crate::{
    address::{Address, use_address, use_slug},
    api::tokens::{self, KubeconfigCall, Page, RemoveCall},
    components::{
        ask::{AskDialog, Pending},
        fields::kept_field,
        icon::{Glyph, Icon},
        new_secret::{Fresh, NewSecret},
        paging::Paging,
        table::Columns,
    },
    read::{shown, use_read},
    words::count,
    write::Write,
};
use dialogs::Dialogs;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Form;
use row::Row;

/// What a dialog puts into the address, beside what is asked of the operator.
const OPENED: [(&str, &str); 4] = [("create", ""), ("assign", ""), ("remove", ""), ("ends", "")];

/// What all parts of the page share.
#[derive(Clone, Copy)]
struct Shared {
    slug: Memo<String>,
    address: Memo<Address>,
    page: Signal<Page>,
    pending: Signal<Pending>,
    fresh: Fresh,
}

impl Shared {
    fn cluster(self) -> bool {
        self.page.with(|page| page.cluster)
    }
}

#[component]
pub fn ApiAccessPage() -> impl IntoView {
    let (slug, address, fresh) = (use_slug(), use_address(), Fresh::begin());
    let cursor = Memo::new(move |_| address.with(|address| address.get("cursor").map(ToOwned::to_owned)));
    let page =
        use_read(move || (slug.get(), cursor.get()), |(slug, cursor)| async move { tokens::page(slug, cursor).await });
    shown(page, move |page| {
        let pending = Signal::derive(move || page.with(|page| Pending(page.waiting.clone())));
        let shared = Shared { slug, address, page, pending, fresh };
        view! { <Shown shared /> }.into_any()
    })
}

#[component]
fn Shown(shared: Shared) -> impl IntoView {
    let Shared { slug, address, page, fresh, .. } = shared;
    let (remove, kubeconfig) = (Write::<RemoveCall>::begin(), Write::<KubeconfigCall>::begin());
    let name = move || page.with(|page| page.name.to_string());
    // One primary button to a view: where a secret waits to be copied, that comes first.
    let class = move || if fresh.is_some() { "button" } else { "button primary" };
    let unconnected = move || {
        (!shared.cluster()).then(|| {
            view! {
                <p class="note calm">
                    <Glyph icon=Icon::Info />
                    <span>
                        "No cluster is connected, so there is no kubeconfig to download. The operator can connect one; tokens \
                         work with the API of Bailiwick already."
                    </span>
                </p>
            }
        })
    };
    view! {
        <Title text=move || format!("API access · {}", name()) />
        <header class="page-head">
            <div>
                <h1>"API & Kubeconfig"</h1>
                <p>{move || format!("Tokens belong to {}, not to a person.", name())}</p>
            </div>
            <Form action=move || address.with(|address| address.path().to_owned()) noscroll=true attr:id="view">
                {kept_field(address, "cursor")}
                <button name="create" value="1" id="create-button" class=class>
                    <Glyph icon=Icon::Plus size=16 />
                    "Create a New Token"
                </button>
            </Form>
        </header>
        {left_over(shared, remove, kubeconfig)}
        <Ready shared />
        <p class="note">
            <Glyph icon=Icon::Warning />
            <span>
                "Nothing that happens to a person touches a token: deactivating whoever made it leaves it working. Remove it \
                 here when it is no longer needed."
            </span>
        </p>
        {unconnected}
        <section class="card" aria-labelledby="tokens">
            <h2 id="tokens" class="visually-hidden">
                "Tokens"
            </h2>
            <Table shared />
            <Foot shared />
        </section>
        <Dialogs shared remove />
        <AskDialog organization=slug />
    }
    .into_any()
}

/// A plain form that failed and is not drawn any more: what it was about is gone.
fn left_over(shared: Shared, remove: Write<RemoveCall>, kubeconfig: Write<KubeconfigCall>) -> impl IntoView {
    let asks = shared.address.with_untracked(|address| address.has("remove"));
    let named = asks
        && shared.page.with_untracked(|page| {
            let id = shared.address.with_untracked(|address| address.text("remove"));
            page.tokens.iter().any(|token| token.id.to_string() == id)
        });
    let of_remove = remove.error().get_untracked();
    let of_file = kubeconfig.error().get_untracked();
    let error = of_remove.filter(|_| !named).or(of_file);
    error.map(|error| view! { <p class="form-error" role="alert">{error.message}</p> })
}

/// What only the page that made a token shows: its secret.
#[component]
fn Ready(shared: Shared) -> impl IntoView {
    let close = Signal::derive(move || shared.address.with(|address| address.with(&OPENED)));
    move || {
        shared.fresh.get().map(|made| {
            let (organization, cluster) = untrack(|| (shared.slug.get(), shared.cluster()));
            view! { <NewSecret fresh=shared.fresh made organization close cluster /> }
        })
    }
}

#[component]
fn Table(shared: Shared) -> impl IntoView {
    let ids = Memo::new(move |_| shared.page.with(|page| page.tokens.iter().map(|token| token.id).collect::<Vec<_>>()));
    let none = Memo::new(move |_| ids.with(Vec::is_empty));
    let later = Memo::new(move |_| shared.address.with(|address| address.get("cursor").is_some()));
    view! {
        <table class="tokens" hidden=move || none.get()>
            <Columns names=["Token", "Name", "Namespaces", "Created", "Expires", "Last used", "Actions"] />
            <tbody>
                <For each=move || ids.get() key=|id| id.to_string() let:id>
                    <Row shared id />
                </For>
            </tbody>
        </table>
        {move || none.get().then(|| view! { <Empty later=later.get() /> })}
    }
    .into_any()
}

/// `later`: a page of a list that has become shorter.
#[component]
fn Empty(later: bool) -> impl IntoView {
    if later {
        return view! {
            <div class="empty">
                <h3>"Nothing more"</h3>
                <p>"There is no older token than those on the page before."</p>
            </div>
        }
        .into_any();
    }
    view! {
        <div class="empty">
            <h3>"No token yet"</h3>
            <p>"A token lets a program work in the cluster, and read this organization, without being a person."</p>
            <button form="view" name="create" value="1" id="create-first" class="button">
                "Create the first one"
            </button>
        </div>
    }
    .into_any()
}

#[component]
fn Foot(shared: Shared) -> impl IntoView {
    let page = shared.page;
    let total = move || page.with(|page| page.total);
    let blank = move || {
        page.with(|page| page.tokens.iter().any(|token| token.namespaces.is_empty())).then(|| {
            view! { <span>"A blank token can sign in to the cluster and do nothing there by itself."</span> }
        })
    };
    let next = Signal::derive(move || page.with(|page| page.next.clone()));
    view! {
        <div class="foot" hidden=move || total() == 0>
            <span>{move || count(total(), "token", "tokens")}</span>
            {blank}
            <Paging next />
        </div>
    }
    .into_any()
}

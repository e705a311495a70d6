//! `/o/<slug>/settings`: what the organization asked of the operator and what came of it, and the way to ask for what has
//! no other place.

use crate::{
    address::{use_address, use_slug},
    api::requests::{self, Page, Request, WithdrawCall},
    components::{
        ask::{Ask, AskDialog, Pending},
        form::Form,
        paging::Paging,
        row::{RowAction, RowButton},
        ticket::{Side, Ticket},
    },
    read::{shown, use_read},
    write::Write,
};
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn SettingsPage() -> impl IntoView {
    let (slug, address) = (use_slug(), use_address());
    let cursor = Memo::new(move |_| address.with(|address| address.text("cursor")));
    let page = use_read(
        move || (slug.get(), cursor.get()),
        |(slug, cursor)| async move { requests::page(slug, cursor).await },
    );
    let withdraw = Write::<WithdrawCall>::begin();
    let form = view! {
        <Form action=withdraw id="withdraw" class="row-form">
            <input type="hidden" name="organization" value=move || slug.get() />
        </Form>
    }
    .into_any();
    let withdraw = RowAction::new("withdraw", "request", *withdraw);
    view! {
        {shown(page, move |page| view! { <Shown page slug withdraw /> }.into_any())}
        {form}
    }
}

#[component]
fn Shown(page: Signal<Page>, slug: Memo<String>, withdraw: RowAction) -> impl IntoView {
    let name = move || page.with(|page| page.name.to_string());
    let next = Signal::derive(move || page.with(|page| page.next.clone()));
    view! {
        <Title text=move || format!("Settings · {}", name()) />
        <header class="page-head">
            <div>
                <h1>"Settings"</h1>
                <p>{move || format!("What {} asks of whoever runs this installation, and what came of it.", name())}</p>
            </div>
        </header>
        <Offer page />
        <section class="card" aria-labelledby="requests">
            <header class="card-head">
                <h2 id="requests">"Requests to the operator"</h2>
                <p>"What waits can be withdrawn by any admin. Whoever asked gets a mail when it is decided."</p>
            </header>
            <List page withdraw />
            <div class="foot">
                <span>"The newest first"</span>
                <Paging next />
            </div>
        </section>
        <AskDialog organization=slug />
    }
    .into_any()
}

/// What has no other place in the console where it could be asked.
#[component]
fn Offer(page: Signal<Page>) -> impl IntoView {
    let offers = move || {
        let (pending, any) = page.with(|page| (Pending(page.waiting.clone()), page.has_namespaces));
        let (more, members) = (pending.of_kind("namespace_limit"), pending.of_kind("member_limit"));
        view! {
            <Ask kind="namespace_limit" words="More namespaces" waits=more class="button" />
            <Ask kind="member_limit" words="More members" waits=members class="button" />
            <Ask kind="adopt_namespace" words="Adopt a namespace" waits=None class="button" />
            {any.then(|| view! { <Ask kind="delete_namespace" words="Delete a namespace" waits=None class="button" /> })}
        }
    };
    view! {
        <section class="card" aria-labelledby="offer">
            <header class="card-head">
                <h2 id="offer">"Ask the operator"</h2>
                <p>
                    "Permissions, admins and the founder are asked for where they stand: in the row of a person on the \
                     Organization page, and in the namespaces of a token."
                </p>
            </header>
            <div class="offers">{offers}</div>
        </section>
    }
    .into_any()
}

#[component]
fn List(page: Signal<Page>, withdraw: RowAction) -> impl IntoView {
    let ids = Memo::new(move |_| page.with(|page| page.requests.iter().map(|it| it.id).collect::<Vec<_>>()));
    let address = use_address();
    let nothing = move || {
        ids.with(Vec::is_empty).then(|| {
            let later = address.with(|address| address.get("cursor").is_some());
            let (title, why) = if later {
                ("Nothing more", "There is no older request than those on the page before.")
            } else {
                ("Nothing asked yet", "What an admin can't do is asked for here, and decided by the operator.")
            };
            view! {
                <div class="empty">
                    <h3>{title}</h3>
                    <p>{why}</p>
                </div>
            }
        })
    };
    view! {
        <ul class="tickets" hidden=move || ids.with(Vec::is_empty)>
            <For each=move || ids.get() key=Clone::clone let:id>
                {
                    let request = Memo::new(move |_| {
                        page.with(|page| page.requests.iter().find(|request| request.id == id).cloned())
                    });
                    move || request.get().map(|request| view! { <Line request withdraw /> })
                }
            </For>
        </ul>
        {nothing}
    }
    .into_any()
}

#[component]
fn Line(request: Request, withdraw: RowAction) -> impl IntoView {
    let button = (request.state == "waiting").then(|| {
        let (id, what) = (request.id.to_string(), request.summary.clone());
        view! {
            <RowButton action=withdraw value=id.clone() id=format!("withdraw-{id}") class="button small">
                "Withdraw"
                <span class="visually-hidden">{format!(" the request to {what}")}</span>
            </RowButton>
        }
    });
    view! {
        <Ticket request side=Side::Asker>
            {button}
        </Ticket>
    }
    .into_any()
}

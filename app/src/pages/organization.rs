//! `/o/<slug>/organization`: ORGANIZATION MANAGEMENT. What is open, searched and confirmed stands in the address, so that links,
//! Back and a reload lead where one was, and the page is whole without scripts.

mod bulk;
mod dialogs;
mod filters;
mod foot;
mod guide;
mod headings;
mod invite;
mod panel;
mod row;
mod upload;

use crate::{
    address::{Address, use_address, use_slug},
    api::{
        invitations::ResendCall,
        members::{self, Page, ReactivateCall, RowStatus},
    },
    components::{
        ask::{AskDialog, Pending},
        fields::kept_field,
        form::Form as Post,
        grants_editor::Drafts,
        icon::{Glyph, Icon},
        opened::opened,
        row::RowAction,
        table::Search,
    },
    read::{look_again, shown, use_read},
    write::Write,
};
use bulk::{Bulk, Selected};
use dialogs::Dialogs;
use filters::{Filters, Nobody};
use foot::Foot;
use guide::Guide;
use headings::Headings;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Form;
use panel::Panel;
use row::Row;

/// What an open row or a dialog puts into the address, beside what is asked of the operator.
const OPENED: [(&str, &str); 8] = [
    ("open", ""),
    ("check", ""),
    ("invite", ""),
    ("deactivate", ""),
    ("sessions", ""),
    ("revoke", ""),
    ("link", ""),
    ("ends", ""),
];

/// What the address says of the list: it stays while somebody pages, sorts and filters.
const KEPT: [&str; 6] = ["search", "status", "role", "namespace", "sort", "limit"];

/// And of the part of it that is shown.
const PART: [&str; 3] = ["cursor", "to", "from"];

/// This page with some of these parameters changed. It begins anew, unless the changes say at which part.
fn listed(address: &Address, changes: &[(&str, &str)]) -> String {
    let changed = |name: &str| changes.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    let kept = KEPT.iter().map(|name| (*name, changed(name).unwrap_or_else(|| address.text(name))));
    let part = PART.iter().map(|name| (*name, changed(name).unwrap_or_default()));
    let query: Vec<_> = kept.chain(part).collect();
    address.only(&query.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>())
}

/// What all parts of the page share.
#[derive(Clone, Copy)]
struct Shared {
    slug: Memo<String>,
    address: Memo<Address>,
    page: Signal<Page>,
    pending: Signal<Pending>,
    resend: RowAction,
    reactivate: RowAction,
    selected: Selected,
}

impl Shared {
    fn admin(self) -> bool {
        self.page.with(|page| page.admin)
    }

    /// As it is now; nothing is drawn anew for it.
    fn is_admin(self) -> bool {
        self.page.with_untracked(|page| page.admin)
    }
}

#[component]
pub fn OrganizationPage() -> impl IntoView {
    let (slug, address) = (use_slug(), use_address());
    Drafts::provide();
    // Only what says which rows: opening a row or a dialog asks for nothing again.
    let rows = Memo::new(move |_| {
        address.with(|address| (KEPT.map(|name| address.text(name)), PART.map(|name| address.text(name))))
    });
    let page = use_read(
        move || (slug.get(), rows.get()),
        |(slug, (kept, part))| async move {
            let said = |text: String| Some(text).filter(|text| !text.is_empty());
            let ([search, status, role, namespace, sort, limit], [cursor, to, _]) = (kept.map(said), part.map(said));
            let limit = limit.and_then(|limit| limit.parse().ok());
            members::page(slug, search, status, sort, cursor, to, role, namespace, limit).await
        },
    );
    let selected = Selected::new();
    let (resend, reactivate) = (Write::<ResendCall>::begin(), Write::<ReactivateCall>::begin());
    let forms = move || {
        view! {
            <Post action=resend id="resend" class="row-form">
                <input type="hidden" name="organization" value=move || slug.get() />
            </Post>
            <Post action=reactivate id="reactivate" class="row-form">
                <input type="hidden" name="organization" value=move || slug.get() />
            </Post>
        }
        .into_any()
    };
    let by_resend = RowAction::new("resend", "invitation", *resend);
    let by_reactivate = RowAction::new("reactivate", "member", *reactivate);
    view! {
        {shown(
            page,
            move |page| {
                let pending = Signal::derive(move || page.with(|page| Pending(page.waiting.clone())));
                let shared =
                    Shared { slug, address, page, pending, resend: by_resend, reactivate: by_reactivate, selected };
                view! {
                    <Shown shared />
                    {shared.is_admin().then(forms)}
                }
                .into_any()
            },
        )}
    }
}

#[component]
fn Shown(shared: Shared) -> impl IntoView {
    let Shared { slug, page, .. } = shared;
    look_again(Signal::derive(move || page.with(is_withdrawing)));
    let name = move || page.with(|page| page.name.to_string());
    let invite = move || {
        shared.admin().then(|| {
            view! {
                <button form="view" name="invite" value="1" id="invite-button" class="button primary">
                    <Glyph icon=Icon::Plus size=16 />
                    "Invite a User"
                </button>
            }
        })
    };
    view! {
        <Title text=move || format!("Organization · {}", name()) />
        <header class="page-head">
            <div>
                <h1>"Organization management"</h1>
                <p>{move || format!("Who is in {}, and which namespaces each may work in.", name())}</p>
            </div>
            {invite}
        </header>
        <Guide shared />
        <View shared />
        <section class="card" aria-labelledby="users">
            <h2 id="users" class="visually-hidden">
                "Users"
            </h2>
            <div class="card-tools">
                <Filters shared />
                <Search placeholder="Email or name" label="Search users by email or name" kept=&KEPT[1..] />
            </div>
            <Bulk shared selected=shared.selected />
            <Table shared />
            <Foot shared />
        </section>
        <Dialogs shared />
        {move || shared.admin().then(|| view! { <AskDialog organization=slug /> })}
    }
    .into_any()
}

/// What the page's buttons submit that open something: an address with one parameter more.
#[component]
fn View(shared: Shared) -> impl IntoView {
    let Shared { address, .. } = shared;
    let fields = KEPT.into_iter().chain(PART).map(|name| kept_field(address, name)).collect::<Vec<_>>();
    view! {
        <Form action=move || address.with(|address| address.path().to_owned()) noscroll=true attr:id="view">
            {fields}
        </Form>
    }
    .into_any()
}

/// Whether the cluster has still to let go of somebody.
fn is_withdrawing(page: &Page) -> bool {
    let waits = |member: &members::Member| member.status == RowStatus::Deactivated && member.withdrawn_at.is_none();
    page.enforced && page.members.iter().any(waits)
}

fn everybody(page: &Page) -> i64 {
    page.counts.active + page.counts.invited + page.counts.deactivated
}

#[component]
fn Table(shared: Shared) -> impl IntoView {
    let Shared { address, page, .. } = shared;
    let ids =
        Memo::new(move |_| page.with(|page| page.members.iter().map(|member| member.id.clone()).collect::<Vec<_>>()));
    let open = Memo::new(move |_| address.with(|address| address.text("open")));
    let nobody = move || ids.with(Vec::is_empty).then(|| view! { <Nobody shared /> });
    view! {
        <table class="users" hidden=move || ids.with(Vec::is_empty)>
            <Headings shared />
            <tbody>
                <For each=move || ids.get() key=Clone::clone let:id>
                    <Member shared id open />
                </For>
            </tbody>
        </table>
        {nobody}
    }
    .into_any()
}

/// A row, and what opens below it.
#[component]
fn Member(shared: Shared, id: String, open: Memo<String>) -> impl IntoView {
    let this = id.clone();
    let found =
        Memo::new(move |_| shared.page.with(|page| page.members.iter().find(|member| member.id == this).cloned()));
    let seen = Memo::new(move |_| found.with(|found| found.as_ref().and_then(|member| member.last_active)));
    // Whoever is here is seen again each minute: no reason to draw their row anew, under the keys of whoever is in it.
    let member = Memo::new(move |_| found.get().map(|member| members::Member { last_active: None, ..member }));
    let is_open = Memo::new(move |_| open.with(|open| *open == id));
    // Only as it opens and closes: drawn anew, it would lose what somebody has ticked in it.
    let has_panel = Memo::new(move |_| {
        is_open.get() && member.with(|member| member.as_ref().is_some_and(|member| row::may_open(shared, member)))
    });
    let row = move || member.get().map(|member| view! { <Row shared member seen is_open /> });
    let panel = opened(move || has_panel.get().then_some(()), move |()| view! { <Panel shared member /> }.into_any());
    view! {
        {row}
        {panel}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_is_changed_begins_anew_and_keeps_the_rest() {
        let search = "search=a&role=admin&sort=-name&limit=25&cursor=c&to=previous&from=26&open=1&__err=e";
        let address = Address::parse("/o/north/organization", search);
        let listed = |changes: &[(&str, &str)]| listed(&address, changes).replace("/o/north/organization", "");
        assert_eq!(listed(&[("status", "active")]), "?search=a&status=active&role=admin&sort=-name&limit=25");
        assert_eq!(listed(&[("search", ""), ("role", ""), ("limit", "")]), "?sort=-name");
        let next = listed(&[("cursor", "d"), ("from", "51"), ("to", "")]);
        assert_eq!(next, "?search=a&role=admin&sort=-name&limit=25&cursor=d&from=51");
    }
}

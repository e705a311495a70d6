//! This person's machines in the cluster: which are let in, how to let in another, and the way to end it.

use super::Acts;
use crate::{
    api::{account::Page, logins::OwnLogin, sessions::OwnOrganization},
    components::{
        device::device,
        icon::{Glyph, Icon},
        moment::Moment,
        row::{RowAction, RowButton},
        table::Columns,
    },
    words::{self, count},
};
use domain::{login::LOGIN_DAYS, path};
use leptos::prelude::*;

#[component]
pub(super) fn ClusterAccess(page: Signal<Page>, acts: Acts) -> impl IntoView {
    let ways = Memo::new(move |_| page.with(|page| (page.command.clone(), page.organizations.clone())));
    let way = move || {
        match ways.get() {
        (Some(command), organizations) => view! { <Way command organizations /> }.into_any(),
        (None, _) => view! {
            <p class="note calm inset">
                <Glyph icon=Icon::Info />
                <span>"No cluster is connected, so there is nothing to let a machine into. The operator can connect one."</span>
            </p>
        }
        .into_any(),
    }
    };
    let has_machines = Memo::new(move |_| page.with(|page| !page.logins.is_empty()));
    view! {
        <section class="card" aria-labelledby="cluster-access">
            <header class="card-head">
                <h2 id="cluster-access">"My cluster access"</h2>
                <p>
                    {format!(
                        "Machines that use the cluster in your name, wherever you may work. Each is let in for {LOGIN_DAYS} \
                         days; a new password ends them all.",
                    )}
                </p>
            </header>
            {way}
            {move || has_machines.get().then(|| view! { <Machines page end=acts.end_login /> })}
        </section>
    }
    .into_any()
}

#[component]
fn Way(command: String, organizations: Vec<OwnOrganization>) -> impl IntoView {
    let files = organizations.into_iter().map(|own| {
        let slug = own.organization.to_string();
        // The browser's own post: a file is saved, and the page stays.
        view! {
            <form method="post" action="/api/v1/logins/kubeconfig" class="inline">
                <input type="hidden" name="organization" value=slug.clone() />
                <input type="hidden" name="back" value=path::ACCOUNT />
                <button type="submit" id=format!("kubeconfig-{slug}") class="button small">
                    <Glyph icon=Icon::Download size=16 />
                    {format!("Kubeconfig of {}", own.name)}
                </button>
            </form>
        }
    });
    let files = files.collect::<Vec<_>>();
    view! {
        <div class="command">
            <p>"To let a machine in, run this on it; it opens a page where you say yes, and writes the kubeconfig."</p>
            <pre tabindex="0" aria-label="Command">
                <code>{command}</code>
            </pre>
            <div class="command-files">
                <span class="quiet small">"Or take the kubeconfig by hand. There is no secret in it."</span>
                {files}
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn Machines(page: Signal<Page>, end: RowAction) -> impl IntoView {
    let ids = Memo::new(move |_| page.with(|page| page.logins.iter().map(|login| login.id).collect::<Vec<_>>()));
    let row = move |id| {
        let login = Memo::new(move |_| page.with(|page| page.logins.iter().find(|login| login.id == id).cloned()));
        move || login.get().map(|login| view! { <Row login end /> })
    };
    view! {
        <table class="sessions machines">
            <Columns names=["Machine", "Organization", "Let in", "Last used", "Ends", "Actions"] />
            <tbody>
                <For each=move || ids.get() key=|id| *id children=row />
            </tbody>
        </table>
        <div class="foot">
            <span>{move || count(ids.with(Vec::len) as u64, "machine", "machines")}</span>
            <span>"What a machine has open in the cluster, such as a watch or a shell, goes on until it ends."</span>
        </div>
    }
    .into_any()
}

#[component]
fn Row(login: OwnLogin, end: RowAction) -> impl IntoView {
    let OwnLogin { id, name, machine, ip, user_agent, created_at, expires_at, last_used_at, .. } = login;
    let called = words::machine(machine.as_ref());
    let origin = [Some(device(user_agent.as_deref())), ip].into_iter().flatten().collect::<Vec<_>>().join(", ");
    let used = match last_used_at {
        Some(at) => view! { <Moment at /> }.into_any(),
        None => view! { "-" }.into_any(),
    };
    view! {
        <tr class="row" id=format!("login-{id}")>
            <td data-label="Machine" title=user_agent>
                <b>{machine.map_or_else(|| "-".to_owned(), |name| name.to_string())}</b>
                <small class="quiet">{origin}</small>
            </td>
            <td data-label="Organization">{name.to_string()}</td>
            <td data-label="Let in">
                <Moment at=created_at />
            </td>
            <td data-label="Last used">{used}</td>
            <td data-label="Ends">
                <Moment at=expires_at />
            </td>
            <td>
                <RowButton action=end value=id.to_string() id=format!("end-{id}") class="button small danger">
                    "End"
                    <span class="visually-hidden">{format!(" the access of {called}")}</span>
                </RowButton>
            </td>
        </tr>
    }
    .into_any()
}

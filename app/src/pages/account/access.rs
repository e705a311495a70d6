//! This person's machines in the cluster: which are let in, how to let in another, and the way to end it.

use crate::{
    components::{
        device::device,
        form::Form,
        icon::{Glyph, Icon},
        moment::{Distance, Moment},
        table::Columns,
    },
    pages::{Away, Visit},
    words::{self, count},
};
use domain::{login::LOGIN_DAYS, path, time::Timestamp};
use leptos::prelude::*;
use usecases::{logins::Login, organizations::OwnOrganization};

pub(super) struct Shown {
    logins: Vec<Login>,
    now: Timestamp,
    /// What is run on a machine to be let in; `None` without a cluster.
    command: Option<String>,
}

pub(super) async fn load(visit: &Visit) -> Result<Shown, Away> {
    let settings = visit.context.settings();
    let command = settings.cluster.as_ref().map(|_| format!("bailiwick login --server {}", settings.base_url));
    Ok(Shown { logins: usecases::logins::list(&visit.context).await?, now: visit.context.now(), command })
}

#[component]
pub(super) fn ClusterAccess(shown: Shown, organizations: Vec<OwnOrganization>) -> impl IntoView {
    let Shown { logins, now, command } = shown;
    let way = match command {
        Some(command) => view! { <Way command organizations /> }.into_any(),
        None => view! {
            <p class="note calm inset">
                <Glyph icon=Icon::Info />
                <span>"No cluster is connected, so there is nothing to let a machine into. The operator can connect one."</span>
            </p>
        }
        .into_any(),
    };
    let list = (!logins.is_empty()).then(|| view! { <List logins now /> });
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
            {list}
        </section>
    }
}

#[component]
fn Way(command: String, organizations: Vec<OwnOrganization>) -> impl IntoView {
    let files = organizations.into_iter().map(|own| {
        let slug = own.slug.to_string();
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
    view! {
        <div class="command">
            <p>"To let a machine in, run this on it; it opens a page where you say yes, and writes the kubeconfig."</p>
            <pre tabindex="0" aria-label="Command"><code>{command}</code></pre>
            <div class="command-files">
                <span class="quiet small">"Or take the kubeconfig by hand. There is no secret in it."</span>
                {files.collect::<Vec<_>>()}
            </div>
        </div>
    }
}

#[component]
fn List(logins: Vec<Login>, now: Timestamp) -> impl IntoView {
    let total = logins.len() as u64;
    let rows = logins.into_iter().map(|login| view! { <Row login now /> }).collect::<Vec<_>>();
    view! {
        <table class="sessions machines">
            <Columns names=["Machine", "Organization", "Let in", "Last used", "Ends", "Actions"] />
            <tbody>{rows}</tbody>
        </table>
        <div class="foot">
            // What the rows' buttons submit: one form, so that its error stands once.
            <Form action="/api/v1/logins/end" id="end-login" class="inline">
                <span>{count(total, "machine", "machines")}</span>
            </Form>
            <span>"What a machine has open in the cluster, such as a watch or a shell, goes on until it ends."</span>
        </div>
    }
}

#[component]
fn Row(login: Login, now: Timestamp) -> impl IntoView {
    let Login { id, name, machine, ip, user_agent, created_at, expires_at, last_used_at, .. } = login;
    let called = words::machine(machine.as_ref());
    let origin = [Some(device(user_agent.as_deref())), ip].into_iter().flatten().collect::<Vec<_>>().join(", ");
    let used = match last_used_at {
        Some(at) => view! { <Distance at now /> }.into_any(),
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
                <Distance at=expires_at now />
            </td>
            <td>
                <button form="end-login" name="login" value=id.to_string() id=format!("end-{id}") class="button small danger">
                    "End"
                    <span class="visually-hidden">{format!(" the access of {called}")}</span>
                </button>
            </td>
        </tr>
    }
}

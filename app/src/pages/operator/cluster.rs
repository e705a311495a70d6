//! `/operator/cluster`: whether the cluster follows, which organizations it does not follow, and what was found other than
//! it should be.

mod differing;
mod questions;

use super::{Act, Desk, Tab, View};
use crate::{
    api::operator::{
        directory::Drift,
        pages::installation::{self as read, ClusterPage as Page},
    },
    components::{
        moment::{Moment, Say},
        table::Columns,
    },
    read::{look_again, shown, use_read},
};
use differing::Differing;
use domain::{path, time::Timestamp};
use leptos::prelude::*;
use leptos_meta::Title;
use questions::{CONFIRM_RESTORE, Questions, use_asked};

#[component]
pub fn ClusterPage() -> impl IntoView {
    let page = use_read(|| (), |()| read::cluster_page());
    view! {
        <Title text="Cluster · Operator" />
        {shown(page, |page| view! { <Shown page /> }.into_any())}
    }
}

#[component]
fn Shown(page: Signal<Page>) -> impl IntoView {
    look_again(Signal::derive(move || page.with(|page| page.cluster.state.as_deref() == Some("awaited"))));
    let asked = use_asked(page);
    let opened = Signal::derive(move || asked.with(Option::is_some));
    let lead = "Whether the cluster holds what this installation says, and what it found otherwise.";
    view! {
        <Desk tab=Tab::Cluster lead asked=opened>
            <View />
            <State page />
            <Differing page />
            <Drifts page />
            <Questions page asked />
        </Desk>
    }
    .into_any()
}

/// What is said of the cluster as a whole.
#[derive(Clone, PartialEq)]
struct Whole {
    state: Option<String>,
    since: Option<Timestamp>,
    version: Option<String>,
    holder: Option<String>,
}

#[component]
fn State(page: Signal<Page>) -> impl IntoView {
    let whole = Memo::new(move |_| {
        page.with(|page| Whole {
            state: page.cluster.state.clone(),
            since: page.cluster.since,
            version: page.cluster.version.clone(),
            holder: page.holder.clone(),
        })
    });
    let badge = move || {
        let (class, word) = whole.with(|whole| badge(whole.state.as_deref()));
        view! { <span class=class>{word}</span> }
    };
    let older = Memo::new(move |_| whole.with(|whole| whole.state.as_deref() == Some("older")));
    let confirm = move || {
        older
            .get()
            .then(|| view! { <Act name=CONFIRM_RESTORE value="yes" word="Confirm restore" class="button danger" /> })
    };
    view! {
        <section class="card" aria-labelledby="state">
            <header class="card-head with-act">
                <div>
                    <h2 id="state">"Cluster " {badge}</h2>
                    <p>{move || words(whole.get())}</p>
                </div>
                {confirm}
            </header>
        </section>
    }
    .into_any()
}

fn badge(state: Option<&str>) -> (&'static str, &'static str) {
    match state {
        None => ("badge none", "not connected"),
        Some("followed") => ("badge good", "followed"),
        Some("awaited") => ("badge wait", "applying"),
        Some("silent") => ("badge bad", "no controller"),
        Some("away") => ("badge bad", "does not answer"),
        Some("behind") => ("badge bad", "not ours"),
        Some(_) => ("badge bad", "older database"),
    }
}

fn words(whole: Whole) -> AnyView {
    let Whole { state, since, version, holder } = whole;
    let since = since.map(|at| view! { <Moment at say=Say::Time /> });
    let doctor = view! { <code>"bailiwick doctor"</code> " says more." };
    match state.as_deref() {
        None => "Grants are kept and nothing enforces them. BAILIWICK_KUBECONFIG names the cluster to keep.".into_any(),
        Some("followed") => {
            let version = version.map(|version| format!("It runs Kubernetes {version}. ")).unwrap_or_default();
            format!("{version}Its controller writes there what the console says.").into_any()
        }
        Some("awaited") => "The controller has not looked yet.".into_any(),
        Some("silent") => {
            view! { "None has come since " {since} ". Changes are kept until one does. " {doctor} }.into_any()
        }
        Some("away") => view! {
            "Since "
            {since}
            ". Changes are kept, and made there as soon as its API server is back. "
            {doctor}
        }
        .into_any(),
        Some("behind") => view! {
            "Since "
            {since}
            " "
            <code>{holder}</code>
            " holds the Lease, which is no controller of this installation. "
            {doctor}
        }
        .into_any(),
        Some(_) => view! {
            "Since "
            {since}
            " nothing is written there: the cluster was told more than this database holds, as after a restore from a \
             backup. Who was removed since then stays shut out there, and who was let in stays in. Look at people and \
             tokens, remove here again what has to stay away, then confirm."
        }
        .into_any(),
    }
}

#[component]
fn Drifts(page: Signal<Page>) -> impl IntoView {
    let drifts = Memo::new(move |_| page.with(|page| page.cluster.drifts.clone()));
    let any = Memo::new(move |_| drifts.with(|drifts| !drifts.is_empty()));
    let rows = move || drifts.get().into_iter().map(|drift| view! { <Found drift /> }).collect::<Vec<_>>();
    move || {
        any.get().then(|| {
            view! {
                <section class="card" aria-labelledby="drifts">
                    <header class="card-head">
                        <h2 id="drifts">"Differences found"</h2>
                        <p>
                            "What was found other than the console says, across all organizations, and what was done about it."
                        </p>
                    </header>
                    <table class="rows differences">
                        <Columns names=["Organization", "Namespace", "Binding", "What", "Found", "Done"] />
                        <tbody>{rows}</tbody>
                    </table>
                </section>
            }
        })
    }
}

#[component]
fn Found(drift: Drift) -> impl IntoView {
    let Drift { organization, namespace, name, what, changed_by, done, at } = drift;
    let by = changed_by.map(|by| format!(", changed by {by}")).unwrap_or_default();
    view! {
        <tr class="row">
            <td>
                <a class="place" href=path::operator_organization(&organization)>
                    {organization.to_string()}
                </a>
            </td>
            <td data-label="Namespace">
                <code>{namespace}</code>
            </td>
            <td data-label="Binding">{(!name.is_empty()).then(|| view! { <code>{name}</code> })}</td>
            <td data-label="What">{format!("{what}{by}")}</td>
            <td data-label="Found">
                <Moment at />
            </td>
            <td class="status">
                <span class="badge good">{done}</span>
            </td>
        </tr>
    }
    .into_any()
}

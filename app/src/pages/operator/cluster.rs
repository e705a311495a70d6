//! `/operator/cluster`: whether the cluster follows, which organizations it does not follow, and what was found other than
//! it should be.

use super::{
    super::{
        Away, Document, Loaded, Visit,
        dialog::{Dialog, Question, Tone},
        frame::Frame,
    },
    Act, Desk, Tab, View,
    acts::{self, ACTS},
};
use crate::{
    api::operator::directory::{ClusterState, Drift, Organization},
    components::{
        moment::{Distance, Moment},
        table::Columns,
    },
};
use domain::{path, text::Slug, time::Timestamp};
use leptos::prelude::*;
use usecases::{cluster::Health, operator::Cluster};

const CONFIRM_RESTORE: &str = "confirm-restore";

struct Facts {
    frame: Frame,
    enforced: bool,
    health: Health,
    version: Option<String>,
    differing: Vec<Organization>,
    drifts: Vec<Drift>,
    dialog: Option<Dialog>,
    now: Timestamp,
}

pub(super) async fn load(visit: &Visit, frame: Frame) -> Loaded {
    let Cluster { enforced, health, version, differing, drifts } = usecases::operator::cluster(&visit.context).await?;
    let dialog = match visit.query.get("confirm-deletions").and_then(|slug| Slug::parse(slug).ok()) {
        Some(slug) => acts::confirming(visit, &slug, visit.with(&ACTS)).await?,
        None => confirming_restore(visit, &health)?,
    };
    let facts = Facts {
        frame,
        enforced,
        health,
        version,
        differing: differing.into_iter().map(Organization::from).collect(),
        drifts: drifts.into_iter().map(Drift::from).collect(),
        dialog,
        now: visit.context.now(),
    };
    Ok(Document::new("Cluster · Operator", move || view! { <Page facts /> }))
}

/// Lets the cluster follow the database as it was restored.
fn confirming_restore(visit: &Visit, health: &Health) -> Result<Option<Dialog>, Away> {
    let Health::Older { since } = health else { return Ok(None) };
    if !visit.query.has(CONFIRM_RESTORE) {
        return Ok(None);
    }
    let title = "Let the cluster follow the restored database?";
    let question = Question::new(title, "/api/v1/operator/confirm-restore", "Follow it", Tone::Takes)
        .lead("The cluster was told more than this database holds, and nothing is written there until you confirm.")
        .consequences([
            "Whatever was taken away since the backup comes back in the cluster: people, tokens and their grants.",
            "Whatever was given since then is taken away there.",
            "Look at people and tokens first, and take away here again what has to stay away.",
        ])
        .given("since", since.to_string());
    Dialog::fresh(visit, question, visit.with(&[(CONFIRM_RESTORE, "")])).map(Some)
}

#[component]
fn Page(facts: Facts) -> impl IntoView {
    let Facts { frame, enforced, health, version, differing, drifts, dialog, now } = facts;
    let followed = matches!(health, Health::Followed);
    view! {
        <Desk frame tab=Tab::Cluster lead="Whether the cluster holds what this installation says, and what it found otherwise." dialog>
            <View action=path::OPERATOR_CLUSTER.to_owned() />
            <State enforced health version />
            <Differing differing enforced followed now />
            <Drifts drifts now />
        </Desk>
    }
}

#[component]
fn State(enforced: bool, health: Health, version: Option<String>) -> impl IntoView {
    let doctor = || view! { <code>"bailiwick doctor"</code> " says more." };
    let older = enforced && matches!(health, Health::Older { .. });
    let (badge, word, words) = match (enforced, health) {
        (false, _) => (
            "badge none",
            "not connected",
            view! { "Grants are kept and nothing enforces them. BAILIWICK_KUBECONFIG names the cluster to keep." }
                .into_any(),
        ),
        (true, Health::Followed) => {
            let version = version.map(|version| format!("It runs Kubernetes {version}. ")).unwrap_or_default();
            (
                "badge good",
                "followed",
                format!("{version}Its controller writes there what the console says.").into_any(),
            )
        }
        (true, Health::Awaited) => ("badge wait", "applying", "The controller has not looked yet.".into_any()),
        (true, Health::Silent { since }) => (
            "badge bad",
            "no controller",
            view! { "None has come since " <Moment at=since /> ". Changes are kept until one does. " {doctor()} }
                .into_any(),
        ),
        (true, Health::Away { since }) => (
            "badge bad",
            "does not answer",
            view! {
                "Since " <Moment at=since />
                ". Changes are kept, and made there as soon as its API server is back. " {doctor()}
            }
            .into_any(),
        ),
        (true, Health::Behind { holder, since }) => (
            "badge bad",
            "not ours",
            view! {
                "Since " <Moment at=since /> " " <code>{holder}</code>
                " holds the Lease, which is no controller of this installation. " {doctor()}
            }
            .into_any(),
        ),
        (true, Health::Older { since }) => (
            "badge bad",
            "older database",
            view! {
                "Since " <Moment at=since />
                " nothing is written there: the cluster was told more than this database holds, as after a restore from a \
                 backup. Who was removed since then stays shut out there, and who was let in stays in. Look at people and \
                 tokens, remove here again what has to stay away, then confirm."
            }
            .into_any(),
        ),
    };
    let confirm =
        older.then(|| view! { <Act name=CONFIRM_RESTORE value="yes" word="Confirm restore" class="button danger" /> });
    view! {
        <section class="card" aria-labelledby="state">
            <header class="card-head with-act">
                <div>
                    <h2 id="state">"Cluster " <span class=badge>{word}</span></h2>
                    <p>{words}</p>
                </div>
                {confirm}
            </header>
        </section>
    }
}

/// Why the cluster does not follow one organization, in a few words.
fn why(cluster: &ClusterState) -> Vec<String> {
    let mut why = Vec::new();
    why.extend(cluster.trouble.clone());
    if let Some((held, of)) = cluster.held_deletions.zip(cluster.held_of) {
        why.push(format!("{held} of {of} bindings were to go at once, and are held back"));
    }
    if cluster.failing > 0 {
        why.push(crate::words::count(cluster.failing.unsigned_abs(), "binding is not taken", "bindings are not taken"));
    }
    why
}

#[component]
fn Differing(differing: Vec<Organization>, enforced: bool, followed: bool, now: Timestamp) -> impl IntoView {
    if !enforced || (differing.is_empty() && !followed) {
        // Without a cluster nothing could follow: what an earlier one left behind is no trouble. And where nothing is followed,
        // that no organization is known to differ says nothing.
        return ().into_any();
    }
    if differing.is_empty() {
        return view! {
            <section class="card" aria-labelledby="differing">
                <header class="card-head">
                    <h2 id="differing">"Every organization is followed"</h2>
                    <p>"No binding fails, and none is held back."</p>
                </header>
            </section>
        }
        .into_any();
    }
    let rows = differing.into_iter().map(|organization| {
        let slug = organization.organization.clone();
        let why = why(&organization.cluster).join("; ");
        let since = organization.cluster.trouble_since.map(|at| view! { <Distance at now /> });
        let confirm = organization.cluster.held_deletions.is_some().then(|| {
            let about = format!(" of {}", organization.name);
            view! { <Act name="confirm-deletions" value=slug.to_string() word="Confirm deletions" about class="button small danger" /> }
        });
        view! {
            <tr class="row" id=format!("row-{slug}")>
                <td>
                    <a class="place" href=path::operator_organization(&slug)>{organization.name.to_string()}</a>
                </td>
                <td data-label="Why">{why}</td>
                <td data-label="Since">{since}</td>
                <td>{confirm}</td>
            </tr>
        }
    });
    view! {
        <section class="card" aria-labelledby="differing">
            <header class="card-head">
                <h2 id="differing">"Not followed"</h2>
                <p>"Organizations of which the cluster does not hold what it should."</p>
            </header>
            <table class="rows differing">
                <Columns names=["Organization", "Why", "Since", "Actions"] />
                <tbody>{rows.collect::<Vec<_>>()}</tbody>
            </table>
        </section>
    }
    .into_any()
}

#[component]
fn Drifts(drifts: Vec<Drift>, now: Timestamp) -> impl IntoView {
    (!drifts.is_empty()).then(|| {
        let rows = drifts.into_iter().map(|drift| {
            let Drift { organization, namespace, name, what, changed_by, done, at } = drift;
            let by = changed_by.map(|by| format!(", changed by {by}")).unwrap_or_default();
            view! {
                <tr class="row">
                    <td>
                        <a class="place" href=path::operator_organization(&organization)>{organization.to_string()}</a>
                    </td>
                    <td data-label="Namespace">
                        <code>{namespace}</code>
                    </td>
                    <td data-label="Binding">{(!name.is_empty()).then(|| view! { <code>{name}</code> })}</td>
                    <td data-label="What">{format!("{what}{by}")}</td>
                    <td data-label="Found">
                        <Distance at now />
                    </td>
                    <td class="status">
                        <span class="badge good">{done}</span>
                    </td>
                </tr>
            }
        });
        view! {
            <section class="card" aria-labelledby="drifts">
                <header class="card-head">
                    <h2 id="drifts">"Differences found"</h2>
                    <p>"What was found other than the console says, across all organizations, and what was done about it."</p>
                </header>
                <table class="rows differences">
                    <Columns names=["Organization", "Namespace", "Binding", "What", "Found", "Done"] />
                    <tbody>{rows.collect::<Vec<_>>()}</tbody>
                </table>
            </section>
        }
    })
}

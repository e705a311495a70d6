//! `/operator`: what there is in figures, what has waited longest, and who runs the installation.

use super::{
    super::{
        Away, Document, Loaded, Visit,
        dialog::{Dialog, Question, Tone},
        frame::Frame,
    },
    Act, Desk, Tab, View,
    decide::{self, Tickets},
};
use crate::{
    api::{
        operator::installation::{Credential, Operator},
        requests::Request,
    },
    components::{address::broken, form::Field, moment::Moment, table::Columns},
    words::{count, day},
};
use domain::{path, time::Timestamp};
use leptos::prelude::*;
use usecases::{
    cluster::Health,
    operator::{self, Cluster, Overview},
};

/// How many requests are shown before the rest is a link.
const SHOWN: usize = 5;

struct Facts {
    frame: Frame,
    overview: Overview,
    cluster: Cluster,
    requests: Vec<Request>,
    operators: Vec<Operator>,
    credentials: Vec<Credential>,
    dialog: Option<Dialog>,
    now: Timestamp,
}

pub(super) async fn load(visit: &Visit, frame: Frame) -> Loaded {
    let context = &visit.context;
    let overview = operator::overview(context).await?;
    let cluster = operator::cluster(context).await?;
    let requests = operator::requests(context, true, "").await?.requests;
    let operators: Vec<Operator> = operator::list(context).await?.into_iter().map(Into::into).collect();
    let credentials: Vec<Credential> = operator::credentials(context).await?.into_iter().map(Into::into).collect();
    let dialog = match asked(visit, &operators, &credentials)? {
        Some(dialog) => Some(dialog),
        None => decide::asked(visit).await?,
    };
    let requests = requests.into_iter().take(SHOWN).map(Request::from).collect();
    let now = context.now();
    let facts = Facts { frame, overview, cluster, requests, operators, credentials, dialog, now };
    Ok(Document::new("Operator", move || view! { <Page facts /> }))
}

/// What this page asks beside the decisions.
fn asked(visit: &Visit, operators: &[Operator], credentials: &[Credential]) -> Result<Option<Dialog>, Away> {
    let query = &visit.query;
    let question = if query.has("close-sign-ups") {
        Question::new("Close sign-ups?", "/api/v1/operator/close-sign-ups", "Close sign-ups", Tone::Takes).consequences(
            [
                "Nobody can found another organization; people come by invitation only.",
                "Whoever is here stays, and you can open it again.",
            ],
        )
    } else if query.has("open-sign-ups") {
        Question::new("Open sign-ups?", "/api/v1/operator/open-sign-ups", "Open sign-ups", Tone::Does)
            .consequences(["Everybody who proves an address may found an organization."])
    } else if query.has("add-operator") {
        Question::new("Add an operator", "/api/v1/operator/add-operator", "Add", Tone::Does)
            .consequences([
                "They may do everything that you may do here, and make others operators.",
                "It makes them a member of no organization.",
            ])
            .fields(|| {
                view! {
                    <Field
                        name="email"
                        label="Email"
                        kind="email"
                        hint="Of somebody who has an account here."
                        autocomplete="off"
                        autofocus=true
                    />
                }
            })
    } else if let Some(found) =
        query.get("remove-operator").and_then(|email| operators.iter().find(|it| it.email.as_str() == email))
    {
        let title = format!("Take the role of operator from {}?", found.email);
        Question::new(title, "/api/v1/operator/remove-operator", "Take it", Tone::Takes)
            .consequences([
                "Their account and their memberships stay as they are; an account that is of no organization is removed.",
                "The credentials they made end at once.",
            ])
            .given("email", found.email.to_string())
    } else if let Some(found) =
        query.get("end-credential").and_then(|id| credentials.iter().find(|it| it.id.to_string() == id))
    {
        let title = format!("End the credential “{}”?", found.name);
        Question::new(title, "/api/v1/operator/end-credential", "End it", Tone::Takes)
            .consequences(["Whatever program uses it is refused at once.", "It can't be undone."])
            .given("credential", found.id.to_string())
    } else {
        return Ok(None);
    };
    let acts = ["close-sign-ups", "open-sign-ups", "add-operator", "remove-operator", "end-credential"];
    let close = visit.with(&acts.map(|act| (act, "")));
    Dialog::fresh(visit, question, close).map(Some)
}

#[component]
fn Page(facts: Facts) -> impl IntoView {
    let Facts { frame, overview, cluster, requests, operators, credentials, dialog, now } = facts;
    let own = frame.person.email.to_string();
    let (open, configured) = (overview.sign_ups_open, overview.sign_ups_configured);
    let waiting = overview.waiting;
    view! {
        <Desk
            frame
            tab=Tab::Overview
            lead="Every organization of this installation, what its admins ask for, and how cluster and mail are."
            dialog
        >
            <View action=path::OPERATOR.to_owned() />
            <Figures overview cluster />
            <Waiting requests waiting own=own.clone() now />
            <SignUps open configured />
            <Operators operators own />
            <Programs credentials />
        </Desk>
    }
}

/// A number, what it counts, and where to see more of it.
#[component]
fn Figure(
    label: &'static str,
    #[prop(into)] value: String,
    #[prop(default = String::new())] beside: String,
    #[prop(default = None)] to: Option<&'static str>,
) -> impl IntoView {
    let value = match to {
        Some(to) => view! { <a href=to>{value}</a> }.into_any(),
        None => value.into_any(),
    };
    view! {
        <div>
            <dt>{label}</dt>
            <dd>{value} {(!beside.is_empty()).then(|| view! { " " <small>{beside}</small> })}</dd>
        </div>
    }
    .into_any()
}

#[component]
fn Figures(overview: Overview, cluster: Cluster) -> impl IntoView {
    let some = |n: i64, what: &str| if n > 0 { format!("{n} {what}") } else { String::new() };
    let (waiting, given_up) = (overview.mail.waiting - overview.mail.given_up, overview.mail.given_up);
    // Without a cluster nothing could follow: what an earlier one left behind is no trouble.
    let differing = if cluster.enforced { cluster.differing.len() } else { 0 };
    let state = match (cluster.enforced, &cluster.health) {
        (false, _) => "none",
        (true, Health::Away { .. }) => "away",
        (true, Health::Silent { .. }) => "no controller",
        (true, Health::Behind { .. }) => "not ours",
        (true, Health::Older { .. }) => "older database",
        (true, Health::Awaited) => "awaited",
        (true, Health::Followed) if differing > 0 => "differs",
        (true, Health::Followed) => "followed",
    };
    let beside = if differing > 0 { count(differing as u64, "organization", "organizations") } else { String::new() };
    view! {
        <dl class="card figures">
            <Figure
                label="Organizations"
                value=overview.counts.organizations.to_string()
                beside=some(overview.counts.suspended, "suspended")
                to=Some(path::OPERATOR_ORGANIZATIONS)
            />
            <Figure label="People" value=overview.counts.users.to_string() />
            <Figure label="Requests waiting" value=overview.waiting.to_string() to=Some(path::OPERATOR_REQUESTS) />
            <Figure label="Cluster" value=state beside to=Some(path::OPERATOR_CLUSTER) />
            <Figure
                label="Mail waiting"
                value=waiting.to_string()
                beside=some(given_up, "given up")
                to=Some(path::OPERATOR_MAIL)
            />
        </dl>
    }
}

#[component]
fn Waiting(requests: Vec<Request>, waiting: u64, own: String, now: Timestamp) -> impl IntoView {
    let more = waiting.saturating_sub(requests.len() as u64);
    let list = if requests.is_empty() {
        view! { <p class="quiet card-line">"Nothing waits. You get a mail when an admin asks for something."</p> }
            .into_any()
    } else {
        view! { <Tickets requests own now /> }.into_any()
    };
    view! {
        <section class="card" aria-labelledby="waiting">
            <header class="card-head">
                <h2 id="waiting">"Requests waiting"</h2>
            </header>
            {list}
            {(more > 0)
                .then(|| {
                    view! {
                        <p class="foot">
                            <a href=path::OPERATOR_REQUESTS>{format!("and {more} more")}</a>
                        </p>
                    }
                })}
        </section>
    }
}

#[component]
fn SignUps(open: bool, configured: bool) -> impl IntoView {
    let (badge, word, why) = match (configured, open) {
        (false, _) => (
            "badge none",
            "closed",
            "The configuration keeps sign-ups closed (BAILIWICK_SIGNUPS). People come by invitation only.",
        ),
        (true, true) => ("badge good", "open", "Everybody who proves an address may found an organization."),
        (true, false) => ("badge none", "closed", "People come by invitation only."),
    };
    let switch = configured.then(|| {
        if open {
            view! { <Act name="close-sign-ups" value="1" word="Close sign-ups" class="button" /> }
        } else {
            view! { <Act name="open-sign-ups" value="1" word="Open sign-ups" class="button" /> }
        }
    });
    view! {
        <section class="card" aria-labelledby="sign-ups">
            <header class="card-head with-act">
                <div>
                    <h2 id="sign-ups">"Sign-ups " <span class=badge>{word}</span></h2>
                    <p>{why}</p>
                </div>
                {switch}
            </header>
        </section>
    }
}

#[component]
fn Operators(operators: Vec<Operator>, own: String) -> impl IntoView {
    let alone = operators.len() <= 1;
    let rows = operators.into_iter().map(|operator| {
        let Operator { email, first_name, last_name, added_by, added_at } = operator;
        let you = (email.as_str() == own).then(|| view! { " " <span class="role">"you"</span> });
        let remove = (!alone).then(|| {
            let (value, about) = (email.to_string(), format!(" {email}"));
            view! { <Act name="remove-operator" value word="Remove" about class="button small danger" /> }
        });
        view! {
            <tr class="row">
                <td>
                    <span>
                        <b>{broken(email.as_str())}</b>
                        {you}
                    </span>
                </td>
                <td data-label="Name">{format!("{first_name} {last_name}")}</td>
                <td data-label="Since">
                    <span>
                        <Moment at=added_at say=day /> <small class="quiet">" by " {broken(&added_by)}</small>
                    </span>
                </td>
                <td>{remove}</td>
            </tr>
        }
    });
    view! {
        <section class="card" aria-labelledby="operators">
            <header class="card-head with-act">
                <div>
                    <h2 id="operators">"Operators"</h2>
                    <p>"Who may do all of this. Being one makes nobody a member of an organization."</p>
                </div>
                <Act name="add-operator" value="1" word="Add an operator" class="button" />
            </header>
            <table class="rows operators">
                <Columns names=["Email", "Name", "Since", "Actions"] />
                <tbody>{rows.collect::<Vec<_>>()}</tbody>
            </table>
        </section>
    }
}

/// What programs of the operator's bring; made at the command line.
#[component]
fn Programs(credentials: Vec<Credential>) -> impl IntoView {
    (!credentials.is_empty()).then(|| {
        let rows = credentials.into_iter().map(|credential| {
            let Credential { id, name, made_by, made_at } = credential;
            let about = format!(" the credential {name}");
            view! {
                <tr class="row">
                    <td>
                        <b>{name}</b>
                    </td>
                    <td data-label="Made">
                        <span>
                            <Moment at=made_at say=day /> <small class="quiet">" by " {broken(&made_by)}</small>
                        </span>
                    </td>
                    <td>
                        <Act name="end-credential" value=id.to_string() word="End" about class="button small danger" />
                    </td>
                </tr>
            }
        });
        view! {
            <section class="card" aria-labelledby="programs">
                <header class="card-head">
                    <h2 id="programs">"Credentials of programs"</h2>
                    <p>"Each does what an operator does, for a program that brings it."</p>
                </header>
                <table class="rows operators">
                    <Columns names=["Name", "Made", "Actions"] />
                    <tbody>{rows.collect::<Vec<_>>()}</tbody>
                </table>
            </section>
        }
    })
}

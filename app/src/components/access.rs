//! Who can do what, and why, line by line; and beside each line what the cluster says to it, once it was asked.

use super::{
    email::{broken, initial},
    icon::{Glyph, Icon},
    moment::{Moment, Say},
    row::{RowAction, RowButton},
};
use crate::{
    address::use_address,
    api::access::{Access, Inquiry, Line, Reason, Who},
    refresh::Refresh,
    words::{count, list},
};
use domain::effective::{Beyond, Finding, Standing};
use leptos::prelude::*;
use leptos_router::components::Form;

/// What each line begins with: all of them are about one namespace, or about one member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Each {
    Subject,
    Namespace,
}

/// `id` tells it apart on its page; `first` and `next` are the addresses of other pages of the list; `take` takes what an admin
/// gave from one member, where that may be done here.
#[component]
pub fn EffectiveAccess(
    id: String,
    #[prop(into)] heading: String,
    each: Each,
    access: Access,
    #[prop(optional_no_strip)] first: Option<String>,
    #[prop(optional_no_strip)] next: Option<String>,
    #[prop(optional_no_strip)] take: Option<RowAction>,
) -> impl IntoView {
    let (head, outcome) = (format!("effective-{id}"), format!("outcome-{id}"));
    let named = head.clone();
    let said = outcome_words(each, &access);
    let asks = matches!(access.inquiry, Inquiry::NotAsked | Inquiry::Answered | Inquiry::Unanswered { .. });
    // A member without a line may still be allowed something by the cluster.
    let ask = (asks && (each == Each::Namespace || !access.lines.is_empty())).then(|| {
        let again = access.inquiry != Inquiry::NotAsked;
        view! { <Ask id=format!("check-{id}") again described=outcome.clone() /> }
    });
    let group = (access.inquiry == Inquiry::OutOfReach).then(|| access.group.clone());
    let empty = access.lines.is_empty().then(|| match each {
        Each::Subject if first.is_some() => "Nobody more.",
        Each::Subject => "Nobody was given access here.",
        Each::Namespace => "Nothing: no access was given in any namespace.",
    });
    let mut lines = access.lines;
    // Those that differ first: among fifty nobody would find the one.
    lines.sort_by_key(|line| !differs(line));
    let lines = lines.into_iter().map(|line| view! { <OneLine line each group=group.clone() take /> });
    let lines = lines.collect::<Vec<_>>();
    let failed = matches!(access.inquiry, Inquiry::Unanswered { .. });
    let paging = (first.is_some() || next.is_some()).then(|| {
        view! {
            <nav class="actions" aria-label="Pages of this list">
                {first.map(|address| view! { <a class="button small" href=address>"First page"</a> })}
                {next.map(|address| view! { <a class="button small" href=address>"Next page"</a> })}
            </nav>
        }
    });
    view! {
        <section class="panel-in effective" aria-labelledby=head>
            <div class="panel-head">
                <h2 id=named>{heading}</h2>
                {ask}
            </div>
            <p
                id=outcome
                class=if failed { "form-error" } else { "quiet small" }
                role=failed.then_some("alert")
            >
                {said}
            </p>
            {match empty {
                Some(words) => view! { <p class="effective-none">{words}</p> }.into_any(),
                None => view! { <ul class="effective-lines">{lines}</ul> }.into_any(),
            }}
            {access.without_tokens.then(|| view! { <p class="quiet small">"Tokens are not listed."</p> })}
            {paging}
        </section>
    }
    .into_any()
}

/// The button. After it was pressed it is described by what came of it, so that this is heard where the focus is.
#[component]
fn Ask(id: String, again: bool, described: String) -> impl IntoView {
    let address = use_address();
    let kept = address.with_untracked(|address| address.kept(&["check"]));
    let kept = kept.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value /> });
    let kept = kept.collect::<Vec<_>>();
    let refresh = use_context::<Refresh>().filter(|_| again);
    view! {
        <Form action=move || address.with(|address| address.path().to_owned()) noscroll=true replace=true>
            {kept}
            <button
                name="check"
                value="1"
                id=id
                class="button small"
                aria-describedby=again.then_some(described)
                // The address says it already, so going there would ask for nothing.
                on:click=move |event| {
                    if let Some(refresh) = refresh {
                        event.prevent_default();
                        refresh.now();
                    }
                }
            >
                {if again { "Check again" } else { "Check against the cluster" }}
            </button>
        </Form>
    }
    .into_any()
}

const OUT_OF_REACH: &str = "This server has no kubeconfig, so it can't ask the cluster. \
    Whoever may impersonate others there can ask with kubectl.";

/// What is to be known of all lines together.
fn outcome_words(each: Each, access: &Access) -> String {
    match &access.inquiry {
        Inquiry::NoCluster => "No cluster is connected, so there is nothing to check this against.".to_owned(),
        Inquiry::OutOfReach => OUT_OF_REACH.to_owned(),
        Inquiry::NotAsked => match each {
            Each::Subject => "Members and tokens that were given access here, and why.".to_owned(),
            Each::Namespace => "What was given, by whom, and since when.".to_owned(),
        },
        Inquiry::Unanswered { reason } => format!("The check failed: {reason}. Try again in a moment."),
        Inquiry::Answered => answered(each, &access.lines),
    }
}

fn differs(line: &Line) -> bool {
    line.cluster.as_ref().is_some_and(|found| !found.agrees())
}

fn answered(each: Each, lines: &[Line]) -> String {
    let asked = lines.iter().filter(|line| line.cluster.is_some()).count();
    let differing = lines.iter().filter(|line| differs(line)).count();
    let by = "Asked just now, by one act for each permission";
    let found = match (asked, differing) {
        (0, _) => "the cluster agrees, and allows nothing in any namespace.".to_owned(),
        (1, 0) => "the cluster agrees.".to_owned(),
        (n, 0) => format!("the cluster agrees with all {n} lines."),
        (n, all) if n == all => format!("the cluster differs in {}.", count(n as u64, "line", "lines")),
        (n, some) => format!("the cluster differs in {some} of {n} lines, shown first."),
    };
    // It has no way to tell whom it lets in.
    let others = match each {
        Each::Subject => " Nobody but those listed here was asked about.",
        Each::Namespace => "",
    };
    format!("{by}: {found}{others}")
}

#[component]
fn OneLine(line: Line, each: Each, group: Option<String>, take: Option<RowAction>) -> impl IntoView {
    let Line { namespace, who, username, standing, permissions, why, cluster } = line;
    let off = standing != Standing::Active;
    let whose = match &who {
        Who::Member { id, .. } => Some(format!("row-{id}")),
        Who::Token { .. } => None,
    };
    let take = take.zip(taken(&who, &why)).map(|(action, (member, email))| {
        let id = format!("take-{member}");
        let label = format!("Remove access of {email} to {namespace}");
        view! {
            <RowButton action value=member id class="button small danger" label>
                "Remove"
            </RowButton>
        }
    });
    let begins = match each {
        Each::Namespace => view! { <code>{namespace.to_string()}</code> }.into_any(),
        Each::Subject => view! { <Subject who standing /> }.into_any(),
    };
    let may = if permissions.is_empty() {
        view! { <p class="quiet">{nothing(standing, &why)}</p> }.into_any()
    } else {
        let chips = permissions.iter().map(|permission| {
            view! {
                <li class="chip" title=permission.explanation()>
                    {permission.as_str()}
                </li>
            }
        });
        view! { <ul class="effective-may">{chips.collect::<Vec<_>>()}</ul> }.into_any()
    };
    let several = why.len() > 1;
    let why = why.into_iter().map(|reason| view! { <Because reason several /> }).collect::<Vec<_>>();
    let verdict = cluster.as_ref().map(|found| {
        let (class, words) = verdict(found);
        view! { <span class=class>{words}</span> }
    });
    let end =
        (verdict.is_some() || take.is_some()).then(|| view! { <div class="effective-end">{verdict} {take}</div> });
    let differs = cluster.map(|found| view! { <Differs found standing /> });
    let by_hand = group.map(|group| {
        let command = format!("kubectl auth can-i --list --namespace={namespace} --as={username} --as-group={group}");
        view! {
            <details class="effective-by-hand">
                <summary>"Ask with kubectl"</summary>
                <code>{command}</code>
            </details>
        }
    });
    view! {
        <li class="effective-line" class:off=off id=whose.filter(|_| each == Each::Subject)>
            <div class="effective-who">{begins}</div>
            <div class="effective-what">{may} {why} {by_hand}</div>
            {end}
            {differs}
        </li>
    }
    .into_any()
}

#[component]
fn Subject(who: Who, standing: Standing) -> impl IntoView {
    let (face, name) = match who {
        Who::Member { email, .. } => (initial(&email).into_any(), view! { <b>{broken(&email)}</b> }.into_any()),
        Who::Token { name, mask, .. } => {
            let name = name.map(|name| view! { <b>{name}</b> " " });
            (view! { <Glyph icon=Icon::Key size=16 /> }.into_any(), view! { {name} <code>{mask}</code> }.into_any())
        }
    };
    let state = match standing {
        Standing::Active => None,
        Standing::Deactivated => Some("deactivated"),
        Standing::Ended { .. } => Some("ended"),
        Standing::Suspended => Some("suspended"),
    };
    view! {
        <span class="person">
            <span class="avatar" aria-hidden="true">
                {face}
            </span>
            <span>{name} " " {state.map(|word| view! { <span class="role">{word}</span> })}</span>
        </span>
    }
}

/// The member from whom something can be taken here: what an admin gave, and has not ended by itself.
fn taken(who: &Who, why: &[Reason]) -> Option<(String, String)> {
    let Who::Member { id, email } = who else { return None };
    let by_admin = |reason: &Reason| !reason.over && reason.gives.iter().all(|permission| !permission.is_withheld());
    why.iter().any(by_admin).then(|| (id.to_string(), email.clone()))
}

/// Why somebody can do nothing.
fn nothing(standing: Standing, why: &[Reason]) -> AnyView {
    match standing {
        Standing::Deactivated => "nothing while deactivated".into_any(),
        Standing::Ended { at } => view! { "nothing: it ended on " <Moment at say=Say::Day /> }.into_any(),
        Standing::Suspended => "nothing while the organization is suspended".into_any(),
        Standing::Active if why.is_empty() => "nothing was given here".into_any(),
        Standing::Active => "nothing any more".into_any(),
    }
}

/// Where several things were given, each says what it is about.
#[component]
fn Because(reason: Reason, several: bool) -> impl IntoView {
    let Reason { gives, by, at, ends_at, over } = reason;
    let what = match gives.as_slice() {
        [one] => Some(one.to_string()),
        [first, rest @ ..] if several => Some(format!("{first} and {} more", rest.len())),
        _ => None,
    };
    let end = ends_at.map(|at| {
        let word = if over { ", ended on " } else { ", until " };
        view! { {word} <Moment at say=Say::Time /> }
    });
    view! {
        <p class="effective-why">
            {what.map(|what| view! { <b class="mono">{what}</b> " " })} "given by " {broken(&by)} " on "
            <Moment at say=Say::Day /> {end}
        </p>
    }
}

/// The class of its badge, and its words: colour never says more.
fn verdict(found: &Finding) -> (&'static str, &'static str) {
    match (found.refused.is_empty(), found.beyond.is_empty()) {
        (true, true) => ("badge good", "the cluster agrees"),
        (false, true) => ("badge wait", "the cluster allows less"),
        (true, false) => ("badge bad", "the cluster allows more"),
        (false, false) => ("badge bad", "the cluster differs"),
    }
}

#[component]
fn Differs(found: Finding, standing: Standing) -> impl IntoView {
    let refused = (!found.refused.is_empty()).then(|| {
        view! {
            <p class="effective-differs wait">
                {format!(
                    "Not allowed, or not yet: {}. The binding or its ClusterRole is missing in the cluster. If it stays so, \
                     ask the operator.",
                    list(&found.refused),
                )}
            </p>
        }
    });
    let beyond = found.beyond.into_iter().map(|Beyond { permissions, reason }| {
        let permissions = list(&permissions);
        let words = if standing == Standing::Active {
            format!("Also allowed: {permissions}, which this console did not give. The operator can take it away.")
        } else {
            format!("Still allowed to whoever signs in under this name: {permissions}. The operator can take it away.")
        };
        let reason = (!reason.is_empty()).then(|| view! { " The API server says: " <code>{reason}</code> });
        view! {
            <p class="effective-differs">
                {words} {reason}
            </p>
        }
    });
    let beyond = beyond.collect::<Vec<_>>();
    view! { {refused} {beyond} }
}

//! Deciding a request: what is asked, why, what it would bring, and a note to whoever asked.

use super::{Act, ask, questions};
use crate::{
    address::{Address, use_address},
    api::{
        operator::{
            ApproveCall, DeclineCall,
            pages::{self, Viewer},
        },
        requests::Request,
    },
    components::{
        fields::RemarkField,
        question::{Question, Tone},
        ticket::{Side, Ticket},
    },
    read::{shown_or, use_read},
    words,
};
use domain::{id::RequestId, request::Wish};
use leptos::prelude::*;

/// Both questions, out of the address.
pub(super) const DECIDING: [(&str, &str); 2] = [("approve", ""), ("decline", "")];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Approve,
    Decline,
}

/// Which request the address asks to decide, and how.
fn asked(address: &Address) -> Option<(Verdict, String)> {
    let of = |name: &str, verdict: Verdict| Some((verdict, address.get(name)?.to_owned()));
    of("approve", Verdict::Approve).or_else(|| of("decline", Verdict::Decline))
}

/// Whether the address asks to decide one of these, which still waits.
pub(super) fn is_asked(address: &Address, requests: &[Request]) -> bool {
    let Some((_, id)) = asked(address) else { return false };
    requests.iter().any(|request| request.id.to_string() == id && request.outcome.is_none())
}

/// The question that the address asks about a request, on the page or not; none when it has ended meanwhile.
#[component]
pub(super) fn Deciding(#[prop(into)] requests: Signal<Vec<Request>>, viewer: Signal<Viewer>) -> impl IntoView {
    let address = use_address();
    let asked = Memo::new(move |_| address.with(asked));
    let close = Signal::derive(move || address.with(|address| address.with(&DECIDING)));
    questions(asked, viewer, close, move |(verdict, id)| {
        let here = requests.with_untracked(|all| all.iter().find(|request| request.id.to_string() == id).cloned());
        if let Some(request) = here {
            return decision(verdict, request, close);
        }
        let elsewhere = use_read(move || id.clone(), pages::request);
        shown_or(
            elsewhere,
            move |found| decision(verdict, found.get_untracked().request, close),
            |_| ().into_any(),
            || ().into_any(),
        )
    })
}

fn decision(verdict: Verdict, request: Request, close: Signal<String>) -> AnyView {
    match verdict {
        _ if request.outcome.is_some() => ().into_any(),
        Verdict::Approve => ask::<ApproveCall>(question(verdict, request), close),
        Verdict::Decline => ask::<DeclineCall>(question(verdict, request), close),
    }
}

fn question(verdict: Verdict, request: Request) -> Question {
    let Request { id, organization_name, wish, summary, reason, requested_by, .. } = request;
    let lead = format!("{requested_by} of {organization_name} asks for it. The reason: {reason}");
    let note = "Optional. Whoever asked reads it in the mail and on their Settings page.";
    let question = match verdict {
        Verdict::Approve => {
            let tone = if takes(&wish) { Tone::Takes } else { Tone::Does };
            Question::new(format!("Approve: {summary}?"), "Approve", tone).consequences(words::consequences(&wish))
        }
        Verdict::Decline => Question::new(format!("Decline: {summary}?"), "Decline", Tone::Does)
            .consequences(["Nothing changes. They may ask again."]),
    };
    question
        .lead(lead)
        .given("request", id.to_string())
        .fields(move || view! { <RemarkField name="note" label="Note" hint=note required=false /> })
}

/// Whether granting it takes something away.
fn takes(wish: &Wish) -> bool {
    matches!(
        wish,
        Wish::TakeAdmin { .. } | Wish::TakePermission(_) | Wish::RemoveUser { .. } | Wish::DeleteNamespace { .. }
    )
}

/// Requests as an operator reads them.
#[component]
pub(super) fn Tickets(#[prop(into)] requests: Signal<Vec<Request>>, viewer: Signal<Viewer>) -> impl IntoView {
    let ids = Memo::new(move |_| requests.with(|all| all.iter().map(|request| request.id).collect::<Vec<_>>()));
    view! {
        <ul class="tickets">
            <For each=move || ids.get() key=|id| *id let:id>
                <Line requests id viewer />
            </For>
        </ul>
    }
    .into_any()
}

#[component]
fn Line(requests: Signal<Vec<Request>>, id: RequestId, viewer: Signal<Viewer>) -> impl IntoView {
    let request = Memo::new(move |_| requests.with(|all| all.iter().find(|request| request.id == id).cloned()));
    let own = Memo::new(move |_| viewer.with(|viewer| viewer.email.clone()));
    move || {
        let request = request.get()?;
        let waits = request.state == "waiting";
        let buttons = waits.then(|| {
            if own.get().as_ref() == Some(&request.requested_by) {
                return view! { <span class="quiet small">"Yours: another operator decides."</span> }.into_any();
            }
            let (id, about) = (id.to_string(), format!("the request to {}", request.summary));
            view! {
                <Act name="decline" value=id.clone() word="Decline" about=about.clone() />
                <Act name="approve" value=id word="Approve" about class="button small revive" />
            }
            .into_any()
        });
        Some(view! {
            <Ticket request side=Side::Operator>
                {buttons}
            </Ticket>
        })
    }
}

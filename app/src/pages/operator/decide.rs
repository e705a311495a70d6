//! Deciding a request: what is asked, why, what it would bring, and a note to whoever asked.

use super::super::{
    Away, Visit,
    dialog::{Dialog, Question, Tone},
    ticket::{Side, Ticket},
};
use super::Act;
use crate::{api::requests::Request, components::fields::RemarkField, words};
use domain::{request::Wish, time::Timestamp};
use leptos::prelude::*;
use usecases::operator::Verdict;

/// Both questions, out of the address.
pub(super) const DECIDING: [(&str, &str); 2] = [("approve", ""), ("decline", "")];

/// The question that this visit's address asks; none when the request has ended meanwhile.
///
/// # Errors
/// The database can't be asked.
pub(super) async fn asked(visit: &Visit) -> Result<Option<Dialog>, Away> {
    let verdict = [("approve", Verdict::Approve), ("decline", Verdict::Decline)];
    let asked = verdict.into_iter().find_map(|(name, verdict)| Some((verdict, visit.query.get(name)?)));
    let Some((verdict, id)) = asked else { return Ok(None) };
    let request = match usecases::operator::request(&visit.context, id).await {
        Ok(filed) => Request::from(filed),
        Err(usecases::Error::Refused(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if request.outcome.is_some() {
        return Ok(None);
    }
    Dialog::fresh(visit, question(verdict, request), visit.with(&DECIDING)).map(Some)
}

fn question(verdict: Verdict, request: Request) -> Question {
    let Request { id, organization_name, wish, summary, reason, requested_by, .. } = request;
    let lead = format!("{requested_by} of {organization_name} asks for it. The reason: {reason}");
    let note = "Optional. Whoever asked reads it in the mail and on their Settings page.";
    let question = match verdict {
        Verdict::Approve => {
            let tone = if takes(&wish) { Tone::Takes } else { Tone::Does };
            Question::new(format!("Approve: {summary}?"), "/api/v1/operator/approve", "Approve", tone)
                .consequences(words::consequences(&wish))
        }
        Verdict::Decline => {
            Question::new(format!("Decline: {summary}?"), "/api/v1/operator/decline", "Decline", Tone::Does)
                .consequences(["Nothing changes. They may ask again."])
        }
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

/// Requests as an operator reads them; `own` is the operator's own address.
#[component]
pub(super) fn Tickets(requests: Vec<Request>, own: String, now: Timestamp) -> impl IntoView {
    let lines = requests.into_iter().map(|request| {
        let buttons = (request.state == "waiting").then(|| {
            if request.requested_by.as_str() == own {
                return view! { <span class="quiet small">"Yours: another operator decides."</span> }.into_any();
            }
            let (id, about) = (request.id.to_string(), format!(" the request to {}", request.summary));
            view! {
                <Act name="decline" value=id.clone() word="Decline" about=about.clone() />
                <Act name="approve" value=id word="Approve" about class="button small revive" />
            }
            .into_any()
        });
        view! {
            <Ticket request side=Side::Operator now>
                {buttons}
            </Ticket>
        }
    });
    view! { <ul class="tickets">{lines.collect::<Vec<_>>()}</ul> }.into_any()
}

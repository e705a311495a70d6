//! Deciding what admins ask for. The act runs in the very transaction of the decision.

use super::carry_out;
use crate::{Context, Error};
use domain::{
    Refusal,
    access::Action,
    activity::ActivityEvent,
    id::RequestId,
    letter::Letter,
    request::{How, Outcome},
    text::Remark,
};
use storage::{
    requests::{self, Filed},
    users,
};

/// What an operator says to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Approve,
    Decline,
}

/// Decides a request; approved, its wish is carried out with it, or neither happens.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::RequestDecided`], [`Refusal::OwnRequest`], and whatever refuses the act itself.
pub async fn decide(context: &Context, request: &str, verdict: Verdict, note: &str) -> Result<Filed, Error> {
    // Nobody but an operator learns whether there is such a request.
    let context = context.acting_as_operator()?;
    let operator = context.caller.operator().ok_or(Refusal::OperatorOnly)?;
    let id: RequestId = request.parse().map_err(|_| Refusal::NotFound)?;
    let note = Remark::parse_some(note).map_err(Refusal::field("note"))?;
    let found = requests::find(&mut context.installation.db.read().await?, id).await?.ok_or(Refusal::NotFound)?;
    let mut work = context.begin_at(found.request.organization, Action::DecideRequest).await?;
    // Read again under the lock: it may have been decided, or withdrawn.
    let mut filed = requests::find(&mut work.c, id).await?.ok_or(Refusal::NotFound)?;
    filed.request.may_be_decided_by(operator.hand())?;
    let how = match verdict {
        Verdict::Approve => How::Approved,
        Verdict::Decline => How::Declined,
    };
    let outcome = Outcome { how, by: work.by().to_owned(), at: work.now, note: note.clone() };
    requests::end(&mut work.c, id, &outcome).await?;
    let wish = filed.request.wish.clone();
    // Whoever was removed since reads no mail.
    let asks_still = users::hold(&mut work.c, filed.request.requested_by).await?;
    if let Some(asker) = users::find(&mut work.c, filed.request.requested_by).await?.filter(|_| asks_still) {
        work.write_letter(&asker.email, &Letter::RequestDecided { user: asker.id, request: id }).await?;
    }
    // Before the act: one that removes a person also takes their address out of this line.
    match verdict {
        Verdict::Approve => {
            work.record(&ActivityEvent::RequestApproved { wish: wish.clone(), note }).await?;
            carry_out(&mut work, &wish).await?;
        }
        Verdict::Decline => work.record(&ActivityEvent::RequestDeclined { wish, note }).await?,
    }
    work.commit_recorded().await?;
    filed.request.outcome = Some(outcome);
    Ok(filed)
}

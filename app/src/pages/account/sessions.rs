//! Where this person is signed in, and the way to end it.

use crate::{
    components::{device::device, form::Form, moment::Moment, table::Columns},
    pages::{Away, Visit},
    words::count,
};
use domain::{id::SessionId, time::Timestamp};
use leptos::prelude::*;

pub(super) struct Shown {
    id: SessionId,
    device: String,
    agent: String,
    ip: String,
    created_at: Timestamp,
    last_seen_at: Timestamp,
    current: bool,
}

pub(super) async fn load(visit: &Visit) -> Result<Vec<Shown>, Away> {
    let (sessions, current) = usecases::sessions::list(&visit.context).await?;
    let shown = sessions.into_iter().map(|session| Shown {
        id: session.id,
        device: device(session.user_agent.as_deref()),
        agent: session.user_agent.unwrap_or_default(),
        ip: session.ip.unwrap_or_else(|| "-".to_owned()),
        created_at: session.created_at,
        last_seen_at: session.last_seen_at,
        current: session.id == current,
    });
    let mut shown: Vec<Shown> = shown.collect();
    // This one first: it is what the others are compared with.
    shown.sort_by_key(|session| !session.current);
    Ok(shown)
}

#[component]
pub(super) fn Sessions(sessions: Vec<Shown>) -> impl IntoView {
    let total = sessions.len() as u64;
    let rows = sessions.into_iter().map(|session| view! { <Row session /> }).collect::<Vec<_>>();
    let others = (total > 1).then(|| {
        view! {
            <Form action="/api/v1/account/end-other-sessions" class="inline">
                <button type="submit" id="end-others" class="button small danger">
                    "End all other sessions"
                </button>
            </Form>
        }
    });
    view! {
        <section class="card" aria-labelledby="sessions">
            <header class="card-head">
                <h2 id="sessions">"Sessions"</h2>
                <p>"A session ends after an hour without use, and a day after signing in."</p>
            </header>
            <table class="sessions">
                <Columns names=["Device", "IP address", "Signed in", "Last used", "Actions"] />
                <tbody>{rows}</tbody>
            </table>
            <div class="foot">
                // What the rows' buttons submit: one form, so that its error stands once.
                <Form action="/api/v1/account/end-session" id="end-session" class="inline">
                    <span>{count(total, "session", "sessions")}</span>
                </Form>
                {others}
            </div>
        </section>
    }
}

#[component]
fn Row(session: Shown) -> impl IntoView {
    let Shown { id, device, agent, ip, created_at, last_seen_at, current } = session;
    let (used, act) = if current {
        (view! { "now" }.into_any(), view! { <span class="badge good">"this one"</span> }.into_any())
    } else {
        let end = view! {
            <button form="end-session" name="session" value=id.to_string() id=format!("end-{id}") class="button small danger">
                "End"
                <span class="visually-hidden">{format!(" the session of {device} from {ip}")}</span>
            </button>
        };
        (view! { <Moment at=last_seen_at /> }.into_any(), end.into_any())
    };
    view! {
        <tr class="row" id=format!("row-{id}")>
            <td data-label="Device" title=agent>
                <b>{device.clone()}</b>
            </td>
            <td data-label="IP address">{ip.clone()}</td>
            <td data-label="Signed in">
                <Moment at=created_at />
            </td>
            <td data-label="Last used">{used}</td>
            <td>{act}</td>
        </tr>
    }
}

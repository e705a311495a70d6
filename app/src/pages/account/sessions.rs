//! Where this person is signed in, and the way to end it.

use super::Acts;
use crate::{
    api::account::{OwnSession, Page},
    components::{
        device::device,
        form::{Form, Submit},
        moment::Moment,
        row::{RowAction, RowButton},
        table::Columns,
    },
    words::count,
};
use leptos::prelude::*;

#[component]
pub(super) fn Sessions(page: Signal<Page>, acts: Acts) -> impl IntoView {
    let ids = Memo::new(move |_| page.with(|page| page.sessions.iter().map(|session| session.id).collect::<Vec<_>>()));
    let total = move || ids.with(Vec::len) as u64;
    let has_others = Memo::new(move |_| total() > 1);
    let others = move || {
        has_others.get().then(|| {
            view! {
                <Form action=acts.end_others class="inline">
                    <Submit class="button small danger" id="end-others">
                        "End all other sessions"
                    </Submit>
                </Form>
            }
        })
    };
    let row = move |id| {
        let session =
            Memo::new(move |_| page.with(|page| page.sessions.iter().find(|session| session.id == id).cloned()));
        move || session.get().map(|session| view! { <Row session end=acts.end_session /> })
    };
    view! {
        <section class="card" aria-labelledby="sessions">
            <header class="card-head">
                <h2 id="sessions">"Sessions"</h2>
                <p>"A session ends after an hour without use, and a day after signing in."</p>
            </header>
            <table class="sessions">
                <Columns names=["Device", "IP address", "Signed in", "Last used", "Actions"] />
                <tbody>
                    <For each=move || ids.get() key=|id| *id children=row />
                </tbody>
            </table>
            <div class="foot">
                <span>{move || count(total(), "session", "sessions")}</span>
                {others}
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Row(session: OwnSession, end: RowAction) -> impl IntoView {
    let OwnSession { id, created_at, last_seen_at, ip, user_agent, current } = session;
    let (device, ip) = (device(user_agent.as_deref()), ip.unwrap_or_else(|| "-".to_owned()));
    let (used, act) = if current {
        (view! { "now" }.into_any(), view! { <span class="badge good">"this one"</span> }.into_any())
    } else {
        let about = format!(" the session of {device} from {ip}");
        let end = view! {
            <RowButton action=end value=id.to_string() id=format!("end-{id}") class="button small danger">
                "End"
                <span class="visually-hidden">{about}</span>
            </RowButton>
        };
        (view! { <Moment at=last_seen_at /> }.into_any(), end.into_any())
    };
    view! {
        <tr class="row" id=format!("row-{id}")>
            <td data-label="Device" title=user_agent.unwrap_or_default()>
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
    .into_any()
}

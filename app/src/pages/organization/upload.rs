//! Inviting from a file: what it says is shown first, line by line, and sent once somebody agrees.

use super::Shared;
use crate::{
    api::invitations::{self, Outcome},
    read::Refresh,
    words::{count, list},
};
use domain::invitation::{Listed, MOST_AT_ONCE, listed};
use leptos::{ev, html, prelude::*, task::spawn_local};
use std::collections::BTreeMap;
use wasm_bindgen_futures::JsFuture;

/// A line of the file, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    listed: Listed,
    outcome: Option<String>,
}

#[component]
pub(super) fn Upload(shared: Shared) -> impl IntoView {
    let lines = RwSignal::new(Vec::<Line>::new());
    let problem = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let file = NodeRef::<html::Input>::new();
    let refresh = use_context::<Refresh>();
    let read = move |_: ev::Event| {
        let Some(chosen) = file.get_untracked().and_then(|input| input.files()?.get(0)) else { return };
        spawn_local(async move {
            let text = JsFuture::from(chosen.text()).await.ok().and_then(|text| text.as_string()).unwrap_or_default();
            let found = listed(&text);
            problem.set(if found.is_empty() { "There is no address in this file.".to_owned() } else { String::new() });
            lines.set(found.into_iter().map(|listed| Line { listed, outcome: None }).collect());
        });
    };
    let send = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let slug = shared.slug.get_untracked();
        spawn_local(async move {
            // Those who get the same go together: one request invites to one set of namespaces.
            let mut groups: BTreeMap<Option<Vec<String>>, Vec<String>> = BTreeMap::new();
            for line in lines.get_untracked() {
                groups.entry(line.listed.namespaces).or_default().push(line.listed.email);
            }
            for (namespaces, emails) in groups {
                for emails in emails.chunks(MOST_AT_ONCE) {
                    let sent = invitations::send(slug.clone(), emails.to_vec(), namespaces.clone()).await;
                    let known = lines.try_update(|lines| tell(lines, emails, &sent));
                    if known.is_none() {
                        return;
                    }
                }
            }
            busy.set(false);
            if let Some(refresh) = refresh {
                refresh.now();
            }
        });
    };
    let rows = move || {
        let row = |line: Line| {
            let gets = line.listed.namespaces.map_or_else(|| "as you".to_owned(), |names| list(&names));
            view! {
                <tr>
                    <td>{line.listed.email}</td>
                    <td>{gets}</td>
                    <td>{line.outcome.unwrap_or_default()}</td>
                </tr>
            }
        };
        lines.get().into_iter().map(row).collect::<Vec<_>>()
    };
    let open = move || lines.with(|lines| lines.iter().any(|line| line.outcome.is_none()));
    view! {
        <details class="upload scripted">
            <summary>"Invite from a file"</summary>
            <p class="quiet small">
                "A CSV file: an address in each line, and after a comma the namespaces that person gets, separated by spaces. \
                 Without any, they get yours."
            </p>
            <input type="file" accept=".csv,.txt,text/csv,text/plain" aria-label="CSV file" node_ref=file on:change=read />
            <p class="field-error" role="alert" hidden=move || problem.with(String::is_empty)>
                {problem}
            </p>
            <div hidden=move || lines.with(Vec::is_empty)>
                <table class="upload-lines">
                    <thead>
                        <tr>
                            <th>"Email"</th>
                            <th>"Namespaces"</th>
                            <th>"Result"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
                <button
                    type="button"
                    class="button primary"
                    disabled=move || !open()
                    aria-busy=move || busy.get().then_some("true")
                    on:click=send
                >
                    {move || format!("Invite {}", count(lines.with(Vec::len) as u64, "person", "people"))}
                </button>
            </div>
        </details>
    }
    .into_any()
}

/// Writes what came of a request beside each of its lines.
fn tell(lines: &mut [Line], emails: &[String], sent: &Result<invitations::Sendings, crate::error::ApiError>) {
    for line in lines.iter_mut().filter(|line| line.outcome.is_none() && emails.contains(&line.listed.email)) {
        line.outcome = Some(match sent {
            Err(error) => error.message.clone(),
            Ok(sent) => {
                let result = sent.results.iter().find(|result| result.email.eq_ignore_ascii_case(&line.listed.email));
                result.map_or(Outcome::Sent, |result| result.outcome).words().to_owned()
            }
        });
    }
}

//! What the page says of the cluster as a whole.

use crate::{
    api::namespaces::{Cluster, Drift, Stopped, Trouble},
    components::{
        icon::{Glyph, Icon},
        moment::{Moment, Say},
        table::Columns,
    },
};
use leptos::prelude::*;

/// Whether the cluster follows, said only where it does not.
#[component]
pub(super) fn Standing(cluster: Memo<Cluster>) -> impl IntoView {
    move || {
        let Cluster { enforced, away_since, stopped, .. } = cluster.get();
        if !enforced {
            return view! {
                <p class="note">
                    <Glyph icon=Icon::Info />
                    <span>"No cluster is connected: who has access is kept here, and nothing enforces it yet."</span>
                </p>
            }
            .into_any();
        }
        let (words, since) = match (away_since, stopped) {
            (Some(since), _) => {
                ("The cluster does not answer, so it is out of sync with this page since ".to_owned(), since)
            }
            (None, Some(Stopped { why, since })) => {
                (format!("The cluster does not follow this page: {why}. Since "), since)
            }
            (None, None) => return ().into_any(),
        };
        view! {
            <p class="note" role="status">
                <Glyph icon=Icon::Warning />
                <span>
                    {words} <Moment at=since say=Say::Time /> ". Changes are kept, and made there as soon as it is back."
                </span>
            </p>
        }
        .into_any()
    }
}

/// What the cluster does not take, and what was found other than it should be.
#[component]
pub(super) fn Differences(cluster: Memo<Cluster>) -> impl IntoView {
    move || {
        let Cluster { troubles, drifts, .. } = cluster.get();
        if troubles.is_empty() && drifts.is_empty() {
            return ().into_any();
        }
        let failing = troubles.into_iter().map(|Trouble { namespace, name, reason, since }| {
            (namespace, name, reason, since, "badge bad", "failing".to_owned())
        });
        let found = drifts.into_iter().map(|Drift { namespace, name, what, changed_by, done, at }| {
            let by = changed_by.map(|by| format!(", changed by {by}")).unwrap_or_default();
            (namespace, name, format!("{what}{by}"), at, "badge good", done)
        });
        let rows = failing.chain(found).map(|(namespace, name, what, at, badge, done)| {
            view! {
                <tr class="row">
                    <td>
                        <code>{namespace}</code>
                    </td>
                    <td data-label="Binding">{(!name.is_empty()).then(|| view! { <code>{name}</code> })}</td>
                    <td data-label="What">{what}</td>
                    <td data-label="Since">
                        <Moment at />
                    </td>
                    <td class="status">
                        <span class=badge>{done}</span>
                    </td>
                </tr>
            }
        });
        let rows = rows.collect::<Vec<_>>();
        view! {
            <section class="card" aria-labelledby="differences">
                <header class="card-head">
                    <h2 id="differences">"Differences in the cluster"</h2>
                    <p>"What was found other than this console says, and what was done about it."</p>
                </header>
                <table class="differences">
                    <Columns names=["Namespace", "Binding", "What", "Since", "Done"] />
                    <tbody>{rows}</tbody>
                </table>
            </section>
        }
        .into_any()
    }
}

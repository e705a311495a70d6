//! Organizations of which the cluster does not hold what it should.

use super::{super::Act, Page};
use crate::{
    api::operator::directory::{ClusterState, Organization},
    components::{moment::Moment, table::Columns},
    words::count,
};
use domain::{path, text::Slug};
use leptos::prelude::*;

/// What the section says.
#[derive(Clone, Copy, PartialEq)]
enum Says {
    Nothing,
    AllFollowed,
    Which,
}

#[component]
pub(super) fn Differing(page: Signal<Page>) -> impl IntoView {
    let says = Memo::new(move |_| {
        page.with(|page| match (page.cluster.state.as_deref(), page.cluster.differing.is_empty()) {
            // Without a cluster nothing could follow: what an earlier one left behind is no trouble.
            (None, _) => Says::Nothing,
            (Some(_), false) => Says::Which,
            (Some("followed"), true) => Says::AllFollowed,
            // Where nothing is followed, that no organization is known to differ says nothing.
            (Some(_), true) => Says::Nothing,
        })
    });
    move || match says.get() {
        Says::Nothing => ().into_any(),
        Says::AllFollowed => view! {
            <section class="card" aria-labelledby="differing">
                <header class="card-head">
                    <h2 id="differing">"Every organization is followed"</h2>
                    <p>"No binding fails, and none is held back."</p>
                </header>
            </section>
        }
        .into_any(),
        Says::Which => view! { <Table page /> }.into_any(),
    }
}

#[component]
fn Table(page: Signal<Page>) -> impl IntoView {
    let slugs = Memo::new(move |_| {
        page.with(|page| page.cluster.differing.iter().map(|it| it.organization.clone()).collect::<Vec<_>>())
    });
    view! {
        <section class="card" aria-labelledby="differing">
            <header class="card-head">
                <h2 id="differing">"Not followed"</h2>
                <p>"Organizations of which the cluster does not hold what it should."</p>
            </header>
            <table class="rows differing">
                <Columns names=["Organization", "Why", "Since", "Actions"] />
                <tbody>
                    <For each=move || slugs.get() key=Clone::clone let:slug>
                        <Row page slug />
                    </For>
                </tbody>
            </table>
        </section>
    }
    .into_any()
}

#[component]
fn Row(page: Signal<Page>, slug: Slug) -> impl IntoView {
    let organization =
        Memo::new(move |_| page.with(|page| page.cluster.differing.iter().find(|it| it.organization == slug).cloned()));
    move || organization.get().map(cells)
}

fn cells(organization: Organization) -> impl IntoView {
    let Organization { organization: slug, name, cluster, .. } = organization;
    let why = why(&cluster).join("; ");
    let since = cluster.trouble_since.map(|at| view! { <Moment at /> });
    let confirm = cluster.held_deletions.is_some().then(|| {
        let about = format!("of {name}");
        let value = slug.to_string();
        view! { <Act name="confirm-deletions" value word="Confirm deletions" about class="button small danger" /> }
    });
    view! {
        <tr class="row" id=format!("row-{slug}")>
            <td>
                <a class="place" href=path::operator_organization(&slug)>
                    {name.to_string()}
                </a>
            </td>
            <td data-label="Why">{why}</td>
            <td data-label="Since">{since}</td>
            <td>{confirm}</td>
        </tr>
    }
    .into_any()
}

/// Why the cluster does not follow one organization, in a few words.
fn why(cluster: &ClusterState) -> Vec<String> {
    let mut why = Vec::new();
    why.extend(cluster.trouble.clone());
    if let Some((held, of)) = cluster.held_deletions.zip(cluster.held_of) {
        why.push(format!("{held} of {of} bindings were to go at once, and are held back"));
    }
    if cluster.failing > 0 {
        why.push(count(cluster.failing.unsigned_abs(), "binding is not taken", "bindings are not taken"));
    }
    why
}

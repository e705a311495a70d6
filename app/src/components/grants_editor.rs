//! One member's namespaces: what would change stands there before it is saved.

use super::{
    announcer::announce,
    browser::{by_id, focus},
    enhance::refresh,
    locks::{Lock, Locks},
};
use crate::api::grants::{Grants, NamespaceGrant, Sync, save};
use domain::{grant::Change, text::NamespaceName};
use leptos::{prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What stands beside one namespace, as words and addresses.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Mark {
    /// `ends in 3 days`, and when that is.
    pub ends: Option<String>,
    pub ends_at: Option<String>,
    /// Where the tick gets another end.
    pub change: Option<String>,
    pub locks: Vec<Lock>,
}

fn ticked(namespaces: &[NamespaceGrant]) -> BTreeSet<NamespaceName> {
    namespaces.iter().filter(|grant| grant.is_ticked()).map(|grant| grant.namespace.clone()).collect()
}

/// `1 change: adds a, removes b`.
pub(super) fn summary(change: &Change<NamespaceName>) -> String {
    let list = |names: &BTreeSet<NamespaceName>| crate::words::list(&names.iter().collect::<Vec<_>>());
    let mut parts = Vec::new();
    if !change.added.is_empty() {
        parts.push(format!("adds {}", list(&change.added)));
    }
    if !change.removed.is_empty() {
        parts.push(format!("removes {}", list(&change.removed)));
    }
    if parts.is_empty() {
        return "Nothing changed.".to_owned();
    }
    format!("{}: {}", crate::words::count(change.len() as u64, "change", "changes"), parts.join(", "))
}

/// The expander of the Users table. `may_save` is false for a member who looks at their own. `marks` are of the namespaces
/// in their order. `back` is the address of the page it stands on, and `error` what a plain post brought back.
#[island]
pub fn GrantsEditor(
    organization: String,
    member: String,
    email: String,
    grants: Grants,
    marks: Vec<Mark>,
    may_save: bool,
    back: String,
    error: String,
) -> impl IntoView {
    let before = ticked(&grants.namespaces);
    let all: BTreeSet<NamespaceName> = grants.namespaces.iter().map(|grant| grant.namespace.clone()).collect();
    let wanted = RwSignal::new(before.clone());
    let version = RwSignal::new(grants.version);
    let base = RwSignal::new(before);
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(error);
    // Until the scripts are here every button is open: the server decides either way.
    let alive = RwSignal::new(false);
    Effect::new(move |_| alive.set(true));
    let change = Memo::new(move |_| Change::between(&base.get(), &wanted.get()));
    let (slug, id) = (organization.clone(), member.clone());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        event.stop_propagation();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        problem.set(String::new());
        let names: Vec<String> = wanted.get_untracked().iter().map(ToString::to_string).collect();
        let (slug, id, email) = (slug.clone(), id.clone(), email.clone());
        let opener = format!("open-{id}");
        spawn_local(async move {
            match save(slug, id, names, version.get_untracked()).await {
                Ok(saved) => {
                    version.set(saved.version);
                    base.set(wanted.get_untracked());
                    announce(&format!("The namespaces of {email} are saved."));
                    // The button that was pressed is closed now; what opened all this is the nearest that is left.
                    if let Some(opener) = by_id(&opener) {
                        focus(&opener);
                    }
                    refresh();
                }
                // The sign-in page brings them back here.
                Err(error) if error.code == "not_signed_in" => refresh(),
                Err(error) => {
                    if let Some(present) = &error.present {
                        // What they meant stays ticked; what is there now is what it is compared with.
                        let now: BTreeSet<NamespaceName> = present.namespaces.iter().cloned().collect();
                        let others = Change::between(&base.get_untracked(), &now);
                        problem.set(format!(
                            "Somebody else saved meanwhile ({}). Look at the changes below and save again.",
                            summary(&others)
                        ));
                        version.set(present.version);
                        base.set(now);
                    } else {
                        problem.set(error.message);
                    }
                }
            }
            busy.set(false);
        });
    };
    let marks = marks.into_iter().chain(std::iter::repeat_with(Mark::default));
    let rows = grants.namespaces.into_iter().zip(marks);
    let rows = rows.map(|(grant, mark)| view! { <Row grant mark base wanted may_save /> }).collect::<Vec<_>>();
    let empty = rows.is_empty();
    let none = move || alive.get() && change.get().is_empty();
    let everything = all.clone();
    view! {
        <form method="post" action="/api/v1/grants/save" class="panel-in" on:submit=submit>
            <input type="hidden" name="organization" value=organization.clone() />
            <input type="hidden" name="member" value=member />
            <input type="hidden" name="version" value=move || version.get().to_string() />
            <input type="hidden" name="back" value=back />
            <div class="panel-head">
                <h2>"Namespaces"</h2>
                <p class="quiet">"A tick gives everything an admin may give in that namespace."</p>
            </div>
            {if empty {
                view! {
                    <p class="quiet">
                        "This organization has no namespace yet. "
                        <a href=format!("/o/{organization}/namespaces?create=1")>"Create the first one"</a>
                    </p>
                }
                    .into_any()
            } else {
                view! { <ul class="namespaces">{rows}</ul> }.into_any()
            }}
            <p class="form-error" role="alert" hidden=move || problem.get().is_empty()>
                {problem}
            </p>
            {(may_save && !empty)
                .then(move || {
                    view! {
                        <div class="panel-foot">
                            <p aria-live="polite">{move || summary(&change.get())}</p>
                            <button
                                type="reset"
                                class="button small"
                                disabled=none
                                on:click=move |event| {
                                    event.prevent_default();
                                    problem.set(String::new());
                                    wanted.set(base.get_untracked());
                                }
                            >
                                "Reset"
                            </button>
                            <button
                                type="button"
                                class="button small scripted"
                                on:click=move |_| wanted.set(everything.clone())
                            >
                                "Add All"
                            </button>
                            <button
                                type="button"
                                class="button small danger scripted"
                                on:click=move |_| wanted.set(BTreeSet::new())
                            >
                                "Remove All"
                            </button>
                            <button
                                type="submit"
                                class="button small primary"
                                disabled=none
                                aria-busy=move || busy.get().then_some("true")
                            >
                                "Save Changes"
                            </button>
                        </div>
                    }
                })}
        </form>
    }
}

#[component]
fn Row(
    grant: NamespaceGrant,
    mark: Mark,
    base: RwSignal<BTreeSet<NamespaceName>>,
    wanted: RwSignal<BTreeSet<NamespaceName>>,
    may_save: bool,
) -> impl IntoView {
    let name = grant.namespace.clone();
    let (for_tick, for_state, for_change) = (name.clone(), name.clone(), name.clone());
    let is_ticked = move || wanted.get().contains(&for_tick);
    let changed = move || wanted.get().contains(&for_change) != base.get().contains(&for_change);
    let sync = StoredValue::new(grant.sync.clone());
    let applied = move || sync.with_value(|sync| (sync.badge(), sync.words()));
    let state = move || match (wanted.get().contains(&for_state), base.get().contains(&for_state)) {
        (true, true) => applied(),
        (true, false) => ("badge wait", "not saved"),
        (false, true) => ("badge wait", "not saved: will be removed"),
        // What was taken away is not gone before the cluster has let go of it.
        (false, false) if sync.with_value(Sync::is_under_way) => applied(),
        (false, false) => ("quiet small", "no access"),
    };
    // The page looks again until it is applied, but for as long as something here is not saved: see `look_again`.
    let again = (grant.sync == Sync::Applying).then_some("");
    let reason = grant.sync.reason().map(|reason| view! { <small class="quiet">{reason.to_owned()}</small> });
    let class = state.clone();
    let toggled = name.clone();
    let toggle = move |event| {
        let on = event_target_checked(&event);
        wanted.update(|wanted| {
            if on {
                wanted.insert(toggled.clone());
            } else {
                wanted.remove(&toggled);
            }
        });
    };
    let given = domain::permission::Permission::STANDARD
        .map(|permission| view! { <li class="chip" title=permission.explanation()>{permission.as_str()}</li> });
    let Mark { ends, ends_at, change, locks } = mark;
    // A tick that was not saved yet has no end; one that is taken away has none any longer.
    let (for_end, ticked) = (name.clone(), grant.is_ticked());
    let ending = move || ticked && wanted.get().contains(&for_end);
    let end = ends.map(|words| {
        view! {
            <small class="ends" title=ends_at hidden=move || !ending()>
                {words}
            </small>
        }
    });
    let change = change.filter(|_| ticked).map(|address| {
        let word = if end.is_some() { "Change the end" } else { "Set an end" };
        view! {
            <a class="button small" id=format!("ends-{name}") href=address>
                {word}
                <span class="visually-hidden">{format!(" of {name}")}</span>
            </a>
        }
    });
    view! {
        <li class:changed=changed>
            <label>
                <input
                    type="checkbox"
                    name="namespaces[]"
                    value=name.to_string()
                    checked=is_ticked.clone()
                    prop:checked=is_ticked
                    disabled=!may_save
                    on:change=toggle
                />
                <span>{name.to_string()} {end}</span>
            </label>
            <span class=move || class().0 data-again=again>
                {move || state().1}
            </span>
            {reason}
            <details class="permissions">
                <summary>"Permissions"</summary>
                <ul>{given}</ul>
                {change}
                <Locks locks namespace=name.to_string() />
                <p class="quiet small">"The locked ones only the operator gives."</p>
            </details>
        </li>
    }
}

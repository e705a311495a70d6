//! What is done to several people at once: one after the other, with a result for each, so that what fails does not stop the rest.

use super::Shared;
use crate::{
    api::{
        grants, invitations,
        members::{self, Member, RowStatus},
    },
    error::ApiError,
    read::Refresh,
    words::count,
};
use leptos::{prelude::*, task::spawn_local};
use std::collections::BTreeMap;

/// The rows that are ticked, by their ids; those of other pages of the list among them.
#[derive(Clone, Copy)]
pub(super) struct Selected(pub(super) RwSignal<BTreeMap<String, Member>>);

impl Selected {
    pub(super) fn new() -> Self {
        Self(RwSignal::new(BTreeMap::new()))
    }

    fn has(self, id: &str) -> bool {
        self.0.with(|rows| rows.contains_key(id))
    }

    fn set(self, member: &Member, on: bool) {
        self.0.update(|rows| {
            if on {
                rows.insert(member.id.clone(), member.clone());
            } else {
                rows.remove(&member.id);
            }
        });
    }
}

/// The box of one row. Nothing happens by it without scripts.
#[component]
pub(super) fn Select(selected: Selected, member: Member) -> impl IntoView {
    let (id, label) = (member.id.clone(), format!("Select {}", member.email));
    view! {
        <input
            type="checkbox"
            class="select scripted"
            aria-label=label
            prop:checked=move || selected.has(&id)
            on:change=move |event| selected.set(&member, event_target_checked(&event))
        />
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Act {
    Deactivate,
    Reactivate,
    Resend,
    Revoke,
    Give(String),
    Take(String),
}

impl Act {
    const PLAIN: [Self; 4] = [Self::Deactivate, Self::Reactivate, Self::Resend, Self::Revoke];

    fn word(&self) -> String {
        match self {
            Self::Deactivate => "Deactivate".to_owned(),
            Self::Reactivate => "Reactivate".to_owned(),
            Self::Resend => "Resend email".to_owned(),
            Self::Revoke => "Revoke".to_owned(),
            Self::Give(name) => format!("Give access to {name}"),
            Self::Take(name) => format!("Take access to {name}"),
        }
    }

    const fn takes(&self) -> bool {
        matches!(self, Self::Deactivate | Self::Revoke | Self::Take(_))
    }

    fn fits(&self, member: &Member) -> bool {
        match self {
            Self::Deactivate => member.status == RowStatus::Active && member.keeps.is_none(),
            Self::Reactivate => member.status == RowStatus::Deactivated,
            Self::Resend | Self::Revoke => member.status.is_invitation(),
            Self::Give(_) | Self::Take(_) => !member.status.is_invitation(),
        }
    }

    async fn perform(&self, slug: String, id: String) -> Result<(), ApiError> {
        match self {
            Self::Deactivate => members::deactivate(slug, id, Vec::new()).await.map(|_| ()),
            Self::Reactivate => members::reactivate(slug, id).await.map(|_| ()),
            Self::Resend => invitations::resend(slug, id).await.map(|_| ()),
            Self::Revoke => invitations::revoke(slug, id).await.map(|_| ()),
            Self::Give(name) => grants::give(slug, id, name.clone()).await.map(|_| ()),
            Self::Take(name) => grants::take(slug, id, name.clone()).await.map(|_| ()),
        }
    }
}

/// How far it is, and what failed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Progress {
    word: String,
    done: usize,
    total: usize,
    failed: Vec<(String, String)>,
}

/// Stands above the table while something is ticked, or still to be told.
#[component]
pub(super) fn Bulk(shared: Shared, selected: Selected) -> impl IntoView {
    let asked = RwSignal::new(None::<Act>);
    let progress = RwSignal::new(None::<Progress>);
    let chosen = RwSignal::new(String::new());
    let refresh = use_context::<Refresh>();
    let number = move |act: &Act| selected.0.with(|rows| rows.values().filter(|member| act.fits(member)).count());
    let begin = move |act: Act| {
        asked.set(None);
        let fitting = move |rows: &BTreeMap<String, Member>| {
            rows.values()
                .filter(|member| act.fits(member))
                .cloned()
                .map(|member| (act.clone(), member))
                .collect::<Vec<_>>()
        };
        let all = selected.0.with_untracked(fitting);
        let word = all.first().map(|(act, _)| act.word()).unwrap_or_default();
        progress.set(Some(Progress { word, total: all.len(), ..Progress::default() }));
        let slug = shared.slug.get_untracked();
        spawn_local(async move {
            for (act, member) in all {
                let outcome = act.perform(slug.clone(), member.id.clone()).await;
                let known = progress.try_update(|progress| {
                    if let Some(progress) = progress {
                        progress.done += 1;
                        if let Err(error) = &outcome {
                            progress.failed.push((member.email.clone(), error.message.clone()));
                        }
                    }
                });
                if known.is_none() {
                    return;
                }
                if outcome.is_ok() {
                    selected.set(&member, false);
                }
            }
            if let Some(refresh) = refresh {
                refresh.now();
            }
        });
    };
    let plain = move || {
        let buttons = Act::PLAIN.into_iter().map(|act| (number(&act), act)).filter(|(number, _)| *number > 0);
        let buttons = buttons.map(|(number, act)| view! { <Choice act number asked /> });
        buttons.collect::<Vec<_>>()
    };
    let namespaces = move || {
        let names = shared.page.with(|page| page.namespaces.clone());
        let number = number(&Act::Give(String::new()));
        (number > 0 && !names.is_empty()).then(|| {
            let options = names.iter().map(|name| view! { <option value=name.to_string()>{name.to_string()}</option> });
            let options = options.collect::<Vec<_>>();
            let act = move |give: bool| {
                let name = chosen.get_untracked();
                if !name.is_empty() {
                    asked.set(Some(if give { Act::Give(name) } else { Act::Take(name) }));
                }
            };
            view! {
                <select
                    class="input small"
                    aria-label="Namespace"
                    on:change=move |event| chosen.set(event_target_value(&event))
                >
                    <option value="">"Namespace…"</option>
                    {options}
                </select>
                <button type="button" class="button small" disabled=move || chosen.with(String::is_empty) on:click=move |_| act(true)>
                    {format!("Give to {number}")}
                </button>
                <button
                    type="button"
                    class="button small danger"
                    disabled=move || chosen.with(String::is_empty)
                    on:click=move |_| act(false)
                >
                    {format!("Take from {number}")}
                </button>
            }
        })
    };
    let question = move || {
        asked.get().map(|act| {
            let people = count(number(&act) as u64, "person", "people");
            let class = if act.takes() { "button small danger" } else { "button small primary" };
            let (word, doing) = (act.word(), act.clone());
            view! {
                <p class="bulk-question" role="alert">
                    {format!("{word}: {people}?")}
                    <button type="button" class="button small" on:click=move |_| asked.set(None)>
                        "Cancel"
                    </button>
                    <button type="button" class=class on:click=move |_| begin(doing.clone())>
                        {word.clone()}
                    </button>
                </p>
            }
        })
    };
    let ticked = move || selected.0.with(BTreeMap::len);
    let idle =
        move || progress.with(|progress| progress.as_ref().is_none_or(|progress| progress.done == progress.total));
    view! {
        <div class="bulk" role="group" aria-label="Selected users" hidden=move || ticked() == 0>
            <span>{move || format!("{} selected", ticked())}</span>
            <span class="bulk-acts" hidden=move || !idle() || asked.with(Option::is_some)>
                {plain}
                {namespaces}
                <button type="button" class="button small" on:click=move |_| selected.0.set(BTreeMap::new())>
                    "Clear"
                </button>
            </span>
            {question}
        </div>
        {move || progress.get().map(|told| view! { <Told told progress /> })}
    }
    .into_any()
}

#[component]
fn Choice(act: Act, number: usize, asked: RwSignal<Option<Act>>) -> impl IntoView {
    let class = if act.takes() { "button small danger" } else { "button small" };
    let word = format!("{} {number}", act.word());
    view! {
        <button type="button" class=class on:click=move |_| asked.set(Some(act.clone()))>
            {word}
        </button>
    }
}

#[component]
fn Told(told: Progress, progress: RwSignal<Option<Progress>>) -> impl IntoView {
    let Progress { word, done, total, failed } = told;
    let over = done == total;
    let sentence = if over {
        format!("{word}: {} of {total} done.", total - failed.len())
    } else {
        format!("{word}: {done} of {total}…")
    };
    let lines = failed.into_iter().map(|(email, why)| view! { <li><b>{email}</b> " " {why}</li> }).collect::<Vec<_>>();
    view! {
        <div class="bulk-told">
            <p role="status">{sentence}</p>
            <progress max=total.to_string() value=done.to_string() hidden=over></progress>
            <ul>{lines}</ul>
            <button type="button" class="button small" hidden=!over on:click=move |_| progress.set(None)>
                "Close"
            </button>
        </div>
    }
}

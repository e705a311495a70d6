//! Choosing some of the organization's namespaces: a list of those there are, a list of those taken, and four buttons
//! between them. A box for each namespace is what the form sends, and all that is seen without scripts.

use super::{
    browser::{all, focus},
    draft,
    form::use_post,
    grants_editor::summary,
    icon::{Glyph, Icon},
};
use domain::{grant::Change, text::NamespaceName};
use leptos::{ev, html, prelude::*};
use std::collections::BTreeSet;
use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlOptionElement, HtmlSelectElement};

type Names = BTreeSet<NamespaceName>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Available,
    Assigned,
}

impl Side {
    const fn other(self) -> Self {
        match self {
            Self::Available => Self::Assigned,
            Self::Assigned => Self::Available,
        }
    }
}

#[derive(Clone, Copy)]
struct Lists {
    /// In the organization's own order.
    all: StoredValue<Vec<NamespaceName>>,
    assigned: RwSignal<Names>,
    /// In whichever list each stands.
    marked: RwSignal<Names>,
    available_node: NodeRef<html::Select>,
    assigned_node: NodeRef<html::Select>,
}

impl Lists {
    fn of(self, side: Side) -> Vec<NamespaceName> {
        self.assigned.with(|assigned| {
            let is_here = |name: &&NamespaceName| assigned.contains(*name) == (side == Side::Assigned);
            self.all.with_value(|all| all.iter().filter(is_here).cloned().collect())
        })
    }

    fn marked_of(self, side: Side) -> Vec<NamespaceName> {
        let names = self.of(side);
        self.marked.with(|marked| names.into_iter().filter(|name| marked.contains(name)).collect())
    }

    const fn node(self, side: Side) -> NodeRef<html::Select> {
        match side {
            Side::Available => self.available_node,
            Side::Assigned => self.assigned_node,
        }
    }

    /// What the browser itself marked there.
    fn mark(self, side: Side, list: &HtmlSelectElement) {
        let options: Vec<HtmlOptionElement> = all(list, "option");
        let chosen = options.iter().filter(|option| option.selected()).map(HtmlOptionElement::value);
        let chosen: BTreeSet<String> = chosen.collect();
        let names = untrack(|| self.of(side));
        self.marked.update(|marked| {
            for name in names {
                if chosen.contains(name.as_str()) {
                    marked.insert(name);
                } else {
                    marked.remove(&name);
                }
            }
        });
    }

    /// What was moved stays marked where it is now, and alone there, so that one press takes it back.
    fn take(self, moved: Vec<NamespaceName>, from: Side) {
        self.keep();
        let there = untrack(|| self.of(from.other()));
        self.marked.update(|marked| {
            for name in &there {
                marked.remove(name);
            }
            marked.extend(moved.iter().cloned());
        });
        self.assigned.update(|assigned| match from {
            Side::Available => assigned.extend(moved),
            Side::Assigned => {
                for name in &moved {
                    assigned.remove(name);
                }
            }
        });
    }

    /// As if it were typed: once the boxes say what the lists say.
    fn keep(self) {
        let form = self.assigned_node.get_untracked().and_then(|list| list.form());
        if let Some(form) = form {
            request_animation_frame(move || {
                let function = form.get_attribute("action").unwrap_or_default();
                draft::keep(&form, &function);
            });
        }
    }

    /// By a button. `whole`: all of that list, whatever is marked.
    fn press(self, from: Side, whole: bool) {
        self.take(untrack(|| if whole { self.of(from) } else { self.marked_of(from) }), from);
        // There is nothing left to press for, so the focus goes along.
        if let Some(list) = self.node(from.other()).get_untracked() {
            focus(&list);
        }
    }

    /// Moves what is marked; the next name is marked then, so that the same key moves that one.
    fn take_within(self, from: Side, list: &HtmlSelectElement) {
        self.mark(from, list);
        let (names, moved) = untrack(|| (self.of(from), self.marked_of(from)));
        let Some(last) = names.iter().rposition(|name| moved.contains(name)) else { return };
        let stays = |name: &&NamespaceName| !moved.contains(*name);
        let next = names[last..].iter().find(stays).or_else(|| names[..last].iter().rev().find(stays)).cloned();
        self.take(moved, from);
        self.marked.update(|marked| marked.extend(next));
    }
}

/// `given` is what is assigned at first; `editing` tells what would change.
#[component]
pub fn DualList(all: Vec<NamespaceName>, given: Vec<NamespaceName>, editing: bool) -> impl IntoView {
    // The names that a plain post brought back with an error, else the ones given.
    let typed = use_post().and_then(|post| post.all_typed("namespaces"));
    let given: Names = given.into_iter().collect();
    let first: Names = match typed {
        Some(typed) => all.iter().filter(|name| typed.iter().any(|typed| typed == name.as_str())).cloned().collect(),
        None => given.clone(),
    };
    let lists = Lists {
        all: StoredValue::new(all),
        assigned: RwSignal::new(first),
        marked: RwSignal::new(Names::new()),
        available_node: NodeRef::new(),
        assigned_node: NodeRef::new(),
    };
    let (alive, boxes) = (RwSignal::new(false), NodeRef::<html::Div>::new());
    Effect::new(move |_| {
        let Some(boxes) = boxes.get() else { return };
        if !alive.get_untracked() {
            // What was ticked before the program came counts.
            let ticked: Vec<HtmlInputElement> = super::browser::all(&boxes, "input:checked");
            let ticked: BTreeSet<String> = ticked.iter().map(HtmlInputElement::value).collect();
            let all = lists.all.get_value().into_iter();
            lists.assigned.set(all.filter(|name| ticked.contains(name.as_str())).collect());
            alive.set(true);
        }
    });
    let said = Memo::new(move |_| {
        lists.assigned.with(|assigned| {
            if editing {
                summary(&Change::between(&given, assigned))
            } else {
                format!("{} of {} assigned.", assigned.len(), lists.all.with_value(Vec::len))
            }
        })
    });
    let class = if editing { "dual-said" } else { "visually-hidden" };
    view! {
        <div class="dual-in">
            <div class="dual-boxes" node_ref=boxes hidden=move || alive.get()>
                {boxes_of(lists, alive)}
            </div>
            <div class="dual-lists" hidden=move || !alive.get()>
                <List lists side=Side::Available id="available" word="Available" />
                <div class="dual-moves">
                    <Move lists from=Side::Available whole=true label="Assign all" icon=Icon::AllRight />
                    <Move lists from=Side::Available whole=false label="Assign selected" icon=Icon::OneRight />
                    <Move lists from=Side::Assigned whole=false label="Take away selected" icon=Icon::OneLeft />
                    <Move lists from=Side::Assigned whole=true label="Take away all" icon=Icon::AllLeft />
                </div>
                <List lists side=Side::Assigned id="assigned" word="Assigned" />
            </div>
            <p class=class role="status" hidden=move || !alive.get()>
                {said}
            </p>
        </div>
    }
    .into_any()
}

fn boxes_of(lists: Lists, alive: RwSignal<bool>) -> impl IntoView {
    let one = |name: NamespaceName| {
        let (text, value, of_restored) = (name.to_string(), name.to_string(), name.clone());
        let first = lists.assigned.with_untracked(|assigned| assigned.contains(&name));
        // Not before what the browser has there was read.
        let now = move || alive.get().then(|| lists.assigned.with(|assigned| assigned.contains(&name)));
        // What was typed and kept is put back into the boxes.
        let restored = move |event| {
            if alive.get_untracked() {
                let ticked = event_target_checked(&event);
                lists.assigned.update(|assigned| {
                    if ticked {
                        assigned.insert(of_restored.clone())
                    } else {
                        assigned.remove(&of_restored)
                    };
                });
            }
        };
        view! {
            <label class="chip">
                <input
                    type="checkbox"
                    name="namespaces[]"
                    value=value
                    checked=first
                    prop:checked=now
                    on:change=restored
                />
                {text}
            </label>
        }
    };
    lists.all.get_value().into_iter().map(one).collect::<Vec<_>>()
}

#[component]
fn List(lists: Lists, side: Side, id: &'static str, word: &'static str) -> impl IntoView {
    let names = Memo::new(move |_| lists.of(side));
    let option = move |name: NamespaceName| {
        let (text, value) = (name.to_string(), name.to_string());
        view! {
            <option value=value prop:selected=move || lists.marked.with(|marked| marked.contains(&name))>
                {text}
            </option>
        }
    };
    let node = lists.node(side);
    let within = move |event: &ev::Event| {
        event.prevent_default();
        if let Some(list) = node.get_untracked() {
            lists.take_within(side, &list);
        }
    };
    let twice = move |event: ev::MouseEvent| {
        let is_option = |target: web_sys::EventTarget| target.dyn_into::<HtmlOptionElement>().is_ok();
        if event.target().is_some_and(is_option) {
            within(&event);
        }
    };
    let key = move |event: ev::KeyboardEvent| {
        if event.key() == "Enter" {
            within(&event);
        }
    };
    view! {
        <div class="field">
            <label for=id>{move || format!("{word} ({})", names.with(Vec::len))}</label>
            <select
                multiple
                size="7"
                class="input"
                id=id
                node_ref=node
                on:change=move |_| {
                    if let Some(list) = node.get_untracked() {
                        lists.mark(side, &list);
                    }
                }
                on:dblclick=twice
                on:keydown=key
            >
                <For each=move || names.get() key=Clone::clone children=option />
            </select>
        </div>
    }
    .into_any()
}

#[component]
fn Move(lists: Lists, from: Side, whole: bool, label: &'static str, icon: Icon) -> impl IntoView {
    let idle = move || if whole { lists.of(from).is_empty() } else { lists.marked_of(from).is_empty() };
    view! {
        <button
            type="button"
            class="button"
            title=label
            aria-label=label
            disabled=idle
            on:click=move |_| lists.press(from, whole)
        >
            <Glyph icon />
        </button>
    }
}

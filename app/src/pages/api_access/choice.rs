//! The choice of namespaces, as the server draws it: boxes for everybody, and the two lists that take their place where
//! scripts are.

use crate::components::{
    dual_list::{ASSIGNED, AVAILABLE, DualList},
    form::failed,
    icon::{Glyph, Icon},
};
use domain::{
    path,
    text::{NamespaceName, Slug},
};
use leptos::prelude::*;

/// `given` is what is assigned at first; `editing` tells what would change. Without any namespace: where to make one.
#[component]
pub(super) fn Choice(
    action: &'static str,
    slug: Slug,
    all: Vec<NamespaceName>,
    given: Vec<NamespaceName>,
    editing: bool,
) -> impl IntoView {
    let inside = if all.is_empty() {
        let create = format!("{}?create=1", path::namespaces(&slug));
        view! {
            <p class="quiet">
                "This organization has no namespace yet, so the token stays blank. " <a href=create>"Create one"</a>
                " and assign it afterwards."
            </p>
        }
        .into_any()
    } else {
        let ticked = ticked(action, given);
        view! { <Lists all ticked editing /> }.into_any()
    };
    view! {
        <fieldset class="dual">
            <legend>"Assign namespaces to token"</legend>
            {inside}
        </fieldset>
    }
}

#[component]
fn Lists(all: Vec<NamespaceName>, ticked: Vec<String>, editing: bool) -> impl IntoView {
    let boxes = all.iter().map(|name| {
        view! {
            <label class="chip">
                <input type="checkbox" name="namespaces[]" value=name.to_string() checked=ticked.contains(&name.to_string()) />
                {name.to_string()}
            </label>
        }
    });
    let boxes = boxes.collect::<Vec<_>>();
    let options = all.iter().enumerate().map(|(place, name)| {
        view! {
            <option value=name.to_string() data-place=place>
                {name.to_string()}
            </option>
        }
    });
    let options = options.collect::<Vec<_>>();
    let said = if editing { "dual-said" } else { "visually-hidden" };
    view! {
        <DualList editing>
            <div class="dual-boxes" data-alive>
                {boxes}
            </div>
            <div class="dual-lists" data-alive hidden>
                <List id=AVAILABLE word="Available">
                    {options}
                </List>
                <div class="dual-moves">
                    <Move from=AVAILABLE whole=true label="Assign all" icon=Icon::AllRight />
                    <Move from=AVAILABLE whole=false label="Assign selected" icon=Icon::OneRight />
                    <Move from=ASSIGNED whole=false label="Take away selected" icon=Icon::OneLeft />
                    <Move from=ASSIGNED whole=true label="Take away all" icon=Icon::AllLeft />
                </div>
                <List id=ASSIGNED word="Assigned" />
            </div>
            <p class=said role="status" data-alive hidden></p>
        </DualList>
    }
}

/// The names that a plain post brought back with an error, else the ones given.
fn ticked(action: &str, given: Vec<NamespaceName>) -> Vec<String> {
    match failed(action) {
        Some(flash) => {
            let values = flash.values.into_iter().filter(|(field, _)| field.starts_with("namespaces"));
            values.map(|(_, value)| value).collect()
        }
        None => given.iter().map(ToString::to_string).collect(),
    }
}

#[component]
fn List(id: &'static str, word: &'static str, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    view! {
        <div class="field">
            <label for=id data-word=word>
                {word}
            </label>
            <select multiple size="7" class="input" id=id>
                {children.map(|children| children())}
            </select>
        </div>
    }
}

/// `whole`: all of that list, whatever is marked.
#[component]
fn Move(from: &'static str, whole: bool, label: &'static str, icon: Icon) -> impl IntoView {
    view! {
        <button type="button" class="button" title=label aria-label=label data-from=from data-all=whole>
            <Glyph icon />
        </button>
    }
}

//! What an organization has beside its people: what operators gave in it, its namespaces, its tokens.

use super::super::{Act, acts::holder_value};
use crate::{
    api::operator::pages::{OrganizationPage as Page, Withheld as Given},
    components::{email::broken, ends::Ends, moment::Moment, table::Columns},
};
use domain::{activity::Named, text::NamespaceName, token::Mask};
use leptos::prelude::*;

/// A person by an address that may break, a token by its name.
fn called(whose: &Named) -> AnyView {
    match whose {
        Named::Member { email } => view! { <span><b>{broken(email.as_str())}</b></span> }.into_any(),
        Named::Token { .. } => view! { <b>{whose.to_string()}</b> }.into_any(),
    }
}

const NONE: &str = "Nobody has w:pods or w:full here. They are given in the row of a person, or of a token.";

/// What only operators give, and have given here.
#[component]
pub(super) fn Withheld(page: Signal<Page>) -> impl IntoView {
    let given = Memo::new(move |_| page.with(|page| page.given.clone()));
    let none = Memo::new(move |_| given.with(Vec::is_empty));
    let list = move || {
        if none.get() {
            return view! { <p class="quiet card-line">{NONE}</p> }.into_any();
        }
        view! {
            <table class="rows withheld-given">
                <Columns names=["Who", "Permission", "Namespace", "Given", "Ends", "Actions"] />
                <tbody>
                    <For each=move || given.get() key=|given| (given.id.clone(), given.ends_at) let:given>
                        <Row given />
                    </For>
                </tbody>
            </table>
        }
        .into_any()
    };
    view! {
        <section class="card" aria-labelledby="withheld">
            <header class="card-head">
                <h2 id="withheld">"Given by operators"</h2>
            </header>
            {list}
        </section>
    }
    .into_any()
}

#[component]
fn Row(given: Given) -> impl IntoView {
    let Given { id, whose, namespace, permission, granted_by, granted_at, ends_at, .. } = given;
    let about = format!("{permission} in {namespace} from {whose}");
    view! {
        <tr class="row">
            <td>{called(&whose)}</td>
            <td data-label="Permission">
                <code>{permission.as_str()}</code>
            </td>
            <td data-label="Namespace">
                <code>{namespace.to_string()}</code>
            </td>
            <td data-label="Given">
                <span>
                    <Moment at=granted_at />
                    <small class="quiet">" by " {broken(&granted_by)}</small>
                </span>
            </td>
            <td data-label="Ends">
                <Ends at=ends_at />
            </td>
            <td>
                <Act name="take" value=id word="Take back" about class="button small danger" />
            </td>
        </tr>
    }
    .into_any()
}

#[component]
pub(super) fn Namespaces(page: Signal<Page>) -> impl IntoView {
    let names = Memo::new(move |_| page.with(|page| page.details.namespaces.clone()));
    let none = Memo::new(move |_| names.with(Vec::is_empty));
    let line = |name: NamespaceName| {
        let name = name.to_string();
        view! {
            <li class="line">
                <code>{name.clone()}</code>
                <Act name="delete-namespace" value=name.clone() word="Delete" about=name class="button small danger" />
            </li>
        }
    };
    let list = move || {
        if none.get() {
            return view! { <p class="quiet card-line">"It has none yet."</p> }.into_any();
        }
        view! {
            <ul class="lines">
                <For each=move || names.get() key=Clone::clone children=line />
            </ul>
        }
        .into_any()
    };
    view! {
        <section class="card" aria-labelledby="namespaces">
            <header class="card-head with-act">
                <h2 id="namespaces">"Namespaces"</h2>
                <Act name="adopt" value="1" word="Adopt a namespace" class="button" />
            </header>
            {list}
        </section>
    }
    .into_any()
}

/// A token that works, as its line says it.
type Line = (String, Option<String>, Mask);

#[component]
pub(super) fn Tokens(page: Signal<Page>) -> impl IntoView {
    let tokens = Memo::new(move |_| {
        let line = |token: &crate::api::tokens::Token| {
            (holder_value(token.id.into()), token.name.as_ref().map(ToString::to_string), token.mask())
        };
        page.with(|page| page.tokens.iter().filter(|token| !token.expired).map(line).collect::<Vec<Line>>())
    });
    let any = Memo::new(move |_| page.with(|page| !page.tokens.is_empty()));
    let line = |(holder, name, mask): Line| {
        let name = name.map(|name| view! { <b>{name}</b> " " });
        view! {
            <li class="line">
                <span>{name} <code>{mask.to_string()}</code></span>
                <Act name="give" value=holder word="Give a permission" about=format!("to the token {mask}") />
            </li>
        }
    };
    move || {
        any.get().then(|| {
            view! {
                <section class="card" aria-labelledby="tokens">
                    <header class="card-head">
                        <h2 id="tokens">"Tokens"</h2>
                    </header>
                    <ul class="lines">
                        <For each=move || tokens.get() key=|(holder, ..)| holder.clone() children=line />
                    </ul>
                </section>
            }
        })
    }
}

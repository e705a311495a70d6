//! What this page asks beside the decisions: about sign-ups, operators and credentials.

use super::Page;
use crate::{
    address::{Address, use_address},
    api::operator::installation::{
        AddOperatorCall, CloseSignUpsCall, EndCredentialCall, OpenSignUpsCall, RemoveOperatorCall,
    },
    components::{
        form::Field,
        question::{Question, Tone},
    },
    pages::operator::{ask, questions},
};
use leptos::prelude::*;

/// Every question of these, out of the address.
const ACTS: [(&str, &str); 5] = [
    ("close-sign-ups", ""),
    ("open-sign-ups", ""),
    ("add-operator", ""),
    ("remove-operator", ""),
    ("end-credential", ""),
];

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    CloseSignUps,
    OpenSignUps,
    AddOperator,
    RemoveOperator { email: String },
    EndCredential { id: String, name: String },
}

/// None where what it speaks of is not there.
fn asked(address: &Address, page: &Page) -> Option<Kind> {
    if address.has("close-sign-ups") {
        return Some(Kind::CloseSignUps);
    }
    if address.has("open-sign-ups") {
        return Some(Kind::OpenSignUps);
    }
    if address.has("add-operator") {
        return Some(Kind::AddOperator);
    }
    if let Some(email) = address.get("remove-operator") {
        let there = page.operators.iter().any(|it| it.email.as_str() == email);
        return there.then(|| Kind::RemoveOperator { email: email.to_owned() });
    }
    let id = address.get("end-credential")?;
    let found = page.credentials.iter().find(|it| it.id.to_string() == id)?;
    Some(Kind::EndCredential { id: id.to_owned(), name: found.name.clone() })
}

pub(super) fn use_asked(page: Signal<Page>) -> Memo<Option<Kind>> {
    let address = use_address();
    Memo::new(move |_| address.with(|address| page.with(|page| asked(address, page))))
}

#[component]
pub(super) fn Questions(page: Signal<Page>, asked: Memo<Option<Kind>>) -> impl IntoView {
    let address = use_address();
    let close = Signal::derive(move || address.with(|address| address.with(&ACTS)));
    let viewer = Signal::derive(move || page.with(|page| page.viewer.clone()));
    questions(asked, viewer, close, move |kind| match kind {
        Kind::CloseSignUps => ask::<CloseSignUpsCall>(closing(), close),
        Kind::OpenSignUps => ask::<OpenSignUpsCall>(opening(), close),
        Kind::AddOperator => ask::<AddOperatorCall>(adding(), close),
        Kind::RemoveOperator { email } => ask::<RemoveOperatorCall>(removing(email), close),
        Kind::EndCredential { id, name } => ask::<EndCredentialCall>(ending(id, &name), close),
    })
}

fn closing() -> Question {
    Question::new("Close sign-ups?", "Close sign-ups", Tone::Takes).consequences([
        "Nobody can found another organization; people come by invitation only.",
        "Whoever is here stays, and you can open it again.",
    ])
}

fn opening() -> Question {
    Question::new("Open sign-ups?", "Open sign-ups", Tone::Does)
        .consequences(["Everybody who proves an address may found an organization."])
}

fn adding() -> Question {
    Question::new("Add an operator", "Add", Tone::Does)
        .consequences([
            "They may do everything that you may do here, and make others operators.",
            "It makes them a member of no organization.",
        ])
        .fields(|| {
            view! {
                <Field
                    name="email"
                    label="Email"
                    kind="email"
                    hint="Of somebody who has an account here."
                    autocomplete="off"
                    autofocus=true
                />
            }
        })
}

fn removing(email: String) -> Question {
    Question::new(format!("Take the role of operator from {email}?"), "Take it", Tone::Takes)
        .consequences([
            "Their account and their memberships stay as they are; an account that is of no organization is removed.",
            "The credentials they made end at once.",
        ])
        .given("email", email)
}

fn ending(id: String, name: &str) -> Question {
    Question::new(format!("End the credential “{name}”?"), "End it", Tone::Takes)
        .consequences(["Whatever program uses it is refused at once.", "It can't be undone."])
        .given("credential", id)
}

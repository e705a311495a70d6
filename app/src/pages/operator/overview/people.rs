//! Who runs the installation: people, and programs with credentials.

use super::{Act, Page};
use crate::{
    api::operator::installation::{Credential, Operator},
    components::{email::broken, moment::Moment, table::Columns},
};
use domain::text::EmailAddress;
use leptos::prelude::*;

#[component]
pub(super) fn Operators(page: Signal<Page>) -> impl IntoView {
    let own = Memo::new(move |_| page.with(|page| page.viewer.email.clone()));
    let alone = Memo::new(move |_| page.with(|page| page.operators.len() <= 1));
    let operators = Memo::new(move |_| page.with(|page| page.operators.clone()));
    view! {
        <section class="card" aria-labelledby="operators">
            <header class="card-head with-act">
                <div>
                    <h2 id="operators">"Operators"</h2>
                    <p>"Who may do all of this. Being one makes nobody a member of an organization."</p>
                </div>
                <Act name="add-operator" value="1" word="Add an operator" class="button" />
            </header>
            <table class="rows operators">
                <Columns names=["Email", "Name", "Since", "Actions"] />
                <tbody>
                    <For each=move || operators.get() key=|operator| operator.email.clone() let:operator>
                        <Person operator own alone />
                    </For>
                </tbody>
            </table>
        </section>
    }
    .into_any()
}

#[component]
fn Person(operator: Operator, own: Memo<Option<EmailAddress>>, alone: Memo<bool>) -> impl IntoView {
    let Operator { email, first_name, last_name, added_by, added_at } = operator;
    let (this, value) = (email.clone(), email.to_string());
    let you =
        move || own.with(|own| own.as_ref() == Some(&this)).then(|| view! { " " <span class="role">"you"</span> });
    let remove = move || {
        (!alone.get()).then(|| {
            let (value, about) = (value.clone(), value.clone());
            view! { <Act name="remove-operator" value word="Remove" about class="button small danger" /> }
        })
    };
    view! {
        <tr class="row">
            <td>
                <span>
                    <b>{broken(email.as_str())}</b>
                    {you}
                </span>
            </td>
            <td data-label="Name">{format!("{first_name} {last_name}")}</td>
            <td data-label="Since">
                <span>
                    <Moment at=added_at />
                    " "
                    <small class="quiet">"by " {broken(&added_by)}</small>
                </span>
            </td>
            <td>{remove}</td>
        </tr>
    }
    .into_any()
}

/// What programs of the operator's bring; made at the command line.
#[component]
pub(super) fn Programs(page: Signal<Page>) -> impl IntoView {
    let credentials = Memo::new(move |_| page.with(|page| page.credentials.clone()));
    let any = Memo::new(move |_| credentials.with(|credentials| !credentials.is_empty()));
    let rows =
        move || credentials.get().into_iter().map(|credential| view! { <Program credential /> }).collect::<Vec<_>>();
    move || {
        any.get().then(|| {
            view! {
                <section class="card" aria-labelledby="programs">
                    <header class="card-head">
                        <h2 id="programs">"Credentials of programs"</h2>
                        <p>"Each does what an operator does, for a program that brings it."</p>
                    </header>
                    <table class="rows operators">
                        <Columns names=["Name", "Made", "Actions"] />
                        <tbody>{rows}</tbody>
                    </table>
                </section>
            }
        })
    }
}

#[component]
fn Program(credential: Credential) -> impl IntoView {
    let Credential { id, name, made_by, made_at } = credential;
    let about = format!("the credential {name}");
    view! {
        <tr class="row">
            <td>
                <b>{name}</b>
            </td>
            <td data-label="Made">
                <span>
                    <Moment at=made_at />
                    " "
                    <small class="quiet">"by " {broken(&made_by)}</small>
                </span>
            </td>
            <td>
                <Act name="end-credential" value=id.to_string() word="End" about class="button small danger" />
            </td>
        </tr>
    }
    .into_any()
}

//! When a tick ends by itself, and the question that gives it another end: `?ends=<namespace>`, beside the member or the
//! token that is open.

use super::{
    fields::Lasts,
    moment::{Moment, Say},
    question::{Question, Tone},
};
use crate::{address::Address, words};
use domain::{grant::Holder, text::NamespaceName, time::Timestamp, token::Lifetime};
use leptos::prelude::*;

/// `ends in 3 days`.
#[component]
pub fn Ends(at: Option<Timestamp>) -> impl IntoView {
    match at {
        Some(at) => view! { <Moment at say=Say::End /> }.into_any(),
        None => "no end".into_any(),
    }
}

/// The address of the question about this namespace, over the page at `here`.
pub fn address(here: &Address, namespace: &NamespaceName) -> String {
    here.with(&[("ends", namespace.as_str())])
}

/// How long `whose` access to this namespace goes on from now.
pub fn question(
    slug: &str,
    holder: Holder,
    whose: &str,
    namespace: &NamespaceName,
    ends_at: Option<Timestamp>,
) -> Question {
    let present = match ends_at {
        Some(at) => format!("Now it ends on {}.", words::time(at)),
        None => "Now it has no end.".to_owned(),
    };
    let (field, id) = match holder {
        Holder::Member(id) => ("member", id.to_string()),
        Holder::Token(id) => ("token", id.to_string()),
    };
    let title = format!("How long may {whose} work in {namespace}?");
    Question::new(title, "Save", Tone::Does)
        .lead(present)
        .consequences([
            "When the time is over the access is taken away by itself, in the cluster too, and the activity says that it ended.",
        ])
        .given("organization", slug)
        .given(field, id)
        .given("namespace", namespace.to_string())
        .fields(|| view! { <Lasts label="From now on" chosen=Lifetime::EightHours /> })
}

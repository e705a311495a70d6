//! When a tick ends by itself, and the question that gives it another end: `?ends=<namespace>`, beside the member or the
//! token that is open.

use super::dialog::{Question, Tone};
use crate::{components::fields::Lasts, words};
use domain::{grant::Holder, text::NamespaceName, time::Timestamp, token::Lifetime};

/// `ends in 3 days`.
pub(crate) fn ends(at: Timestamp, now: Timestamp) -> String {
    if at <= now { "ends now".to_owned() } else { format!("ends {}", words::relative(at, now)) }
}

/// The address of the question about this namespace, over the page at `here`.
pub(crate) fn address(here: &str, namespace: &NamespaceName) -> String {
    format!("{here}{}ends={namespace}", if here.contains('?') { '&' } else { '?' })
}

/// How long `whose` access to this namespace goes on from now.
pub(crate) fn question(
    slug: &str,
    holder: Holder,
    whose: &str,
    namespace: &NamespaceName,
    ends_at: Option<Timestamp>,
) -> Question {
    use leptos::prelude::*;
    let present = match ends_at {
        Some(at) => format!("Now it ends on {}.", words::time(at)),
        None => "Now it has no end.".to_owned(),
    };
    let (field, id) = match holder {
        Holder::Member(id) => ("member", id.to_string()),
        Holder::Token(id) => ("token", id.to_string()),
    };
    let title = format!("How long may {whose} work in {namespace}?");
    Question::new(title, "/api/v1/grants/limit", "Save", Tone::Does)
        .lead(present)
        .consequences([
            "When the time is over the access is taken away by itself, in the cluster too, and the activity says that it ended.",
        ])
        .given("organization", slug)
        .given(field, id)
        .given("namespace", namespace.to_string())
        .fields(|| view! { <Lasts label="From now on" chosen=Lifetime::EightHours /> })
}

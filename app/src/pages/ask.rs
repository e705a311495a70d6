//! Asking the operator, wherever the console says that only they can do something: a link with the facts filled in, which
//! leads to a question about the reason. `?ask=<kind>` and the facts stand in the address.

mod locks;
mod question;

pub(crate) use locks::{Asking, locks};
pub(crate) use question::asked;

use super::{Away, Here, encode};
use crate::{pages::Visit, words::day};
use domain::{
    grant::Holder, id::MemberId, permission::Permission, request::Wish, text::NamespaceName, time::Timestamp,
};
use leptos::prelude::*;
use usecases::requests::Filed;

/// The parameters of such an address, for whoever leads out of it.
pub(crate) const FACTS: [(&str, &str); 5] =
    [("ask", ""), ("member", ""), ("token", ""), ("namespace", ""), ("permission", "")];

/// What was asked and waits: it is not asked a second time.
#[derive(Clone, Default)]
pub(crate) struct Pending(Vec<Filed>);

impl Pending {
    /// Nothing for whoever may not ask.
    ///
    /// # Errors
    /// The database can't be asked.
    pub(crate) async fn load(visit: &Visit, slug: &str) -> Result<Self, Away> {
        match usecases::requests::waiting(&visit.context, slug).await {
            Ok(waiting) => Ok(Self(waiting)),
            Err(usecases::Error::Refused(_)) => Ok(Self::default()),
            Err(error) => Err(error.into()),
        }
    }

    fn since(&self, is: impl Fn(&Wish) -> bool) -> Option<Timestamp> {
        self.0.iter().find(|filed| is(&filed.request.wish)).map(|filed| filed.request.requested_at)
    }

    /// Since when this kind of wish waits, of whoever or whatever it is.
    pub(crate) fn of_kind(&self, kind: &str) -> Option<Timestamp> {
        self.since(|wish| wish.kind() == kind)
    }

    pub(crate) fn of_member(&self, kind: &str, id: MemberId) -> Option<Timestamp> {
        self.since(|wish| {
            wish.kind() == kind
                && match wish {
                    Wish::MakeAdmin { member, .. }
                    | Wish::TakeAdmin { member, .. }
                    | Wish::ChangeFounder { member, .. }
                    | Wish::RemoveUser { member, .. } => *member == id,
                    _ => false,
                }
        })
    }

    /// A permission that is asked for, or asked to be taken back, for whatever time.
    pub(crate) fn of_permission(
        &self,
        kind: &str,
        holder: Holder,
        namespace: &NamespaceName,
        permission: Permission,
    ) -> Option<Timestamp> {
        self.since(|wish| {
            wish.kind() == kind
                && match wish {
                    Wish::GivePermission(asked) | Wish::TakePermission(asked) => {
                        asked.holder == holder && asked.name == *namespace && asked.permission == permission
                    }
                    _ => false,
                }
        })
    }
}

/// The address that asks for this kind of wish with these facts, over the page at `here`.
pub(crate) fn address(here: &str, kind: &str, facts: &[(&str, &str)]) -> String {
    let mut address = format!("{here}{}ask={kind}", if here.contains('?') { '&' } else { '?' });
    for (name, value) in facts {
        address.push_str(&format!("&{name}={}", encode(value)));
    }
    address
}

/// `asked on 24 Nov 2026`.
pub(crate) fn asked_on(at: Timestamp) -> String {
    format!("asked on {}", day(at))
}

/// The way to ask, or since when it waits. `words` say what is asked for.
#[component]
pub(crate) fn Ask(
    kind: &'static str,
    #[prop(default = Vec::new())] facts: Vec<(&'static str, String)>,
    #[prop(into)] words: String,
    waits: Option<Timestamp>,
    #[prop(default = "button small")] class: &'static str,
) -> impl IntoView {
    if let Some(at) = waits {
        return view! {
            <span class="quiet small">
                {words} ": " {asked_on(at)}
            </span>
        }
        .into_any();
    }
    let here = use_context::<Here>().map(|here| here.0).unwrap_or_default();
    let here = without_facts(&here);
    let id = facts.iter().fold(format!("ask-{kind}"), |id, (_, value)| format!("{id}-{value}"));
    let facts: Vec<(&str, &str)> = facts.iter().map(|(name, value)| (*name, value.as_str())).collect();
    view! {
        <a class=class id=id href=address(&here, kind, &facts)>
            {words}
        </a>
    }
    .into_any()
}

/// A page that asks already leads to other questions as itself.
pub(crate) fn without_facts(here: &str) -> String {
    let Some((path, query)) = here.split_once('?') else { return here.to_owned() };
    let is_fact = |pair: &&str| FACTS.iter().any(|(name, _)| pair.split('=').next() == Some(name));
    let kept: Vec<&str> = query.split('&').filter(|pair| !is_fact(pair)).collect();
    if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) }
}

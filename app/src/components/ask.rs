//! Asking the operator, wherever the console says that only they can do something: a link with the facts filled in, which
//! leads to a question about the reason. `?ask=<kind>` and the facts stand in the address.

mod locks;

pub use locks::{Asking, locks};

use super::{
    dialog::Dialog,
    fields::{Lasts, RemarkField, Select},
    form::Field,
    moment::{Moment, Say},
    opened::opened,
    question::{Asked, Question, Tone},
};
use crate::{
    address::{Address, use_address},
    api::requests::{self, FileCall, Waiting, question::Input},
    read::{shown_or, use_read},
    write::Write,
};
use domain::{
    grant::Holder, id::MemberId, permission::Permission, request::Wish, text::NamespaceName, time::Timestamp,
    token::Lifetime,
};
use leptos::prelude::*;

/// The parameters of such an address, for whoever leads out of it.
pub const FACTS: [(&str, &str); 5] =
    [("ask", ""), ("member", ""), ("token", ""), ("namespace", ""), ("permission", "")];

/// What was asked and waits: it is not asked a second time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pending(pub Vec<Waiting>);

impl Pending {
    fn since(&self, is: impl Fn(&Wish) -> bool) -> Option<Timestamp> {
        self.0.iter().find(|waiting| is(&waiting.wish)).map(|waiting| waiting.since)
    }

    /// Since when this kind of wish waits, of whoever or whatever it is.
    pub fn of_kind(&self, kind: &str) -> Option<Timestamp> {
        self.since(|wish| wish.kind() == kind)
    }

    pub fn of_member(&self, kind: &str, id: MemberId) -> Option<Timestamp> {
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
    pub fn of_permission(
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
pub fn address(here: &Address, kind: &str, facts: &[(&str, &str)]) -> String {
    let changes = FACTS.iter().map(|(name, _)| match *name {
        "ask" => ("ask", kind),
        name => (name, facts.iter().find(|(fact, _)| *fact == name).map_or("", |(_, value)| *value)),
    });
    here.with(&changes.collect::<Vec<_>>())
}

/// The way to ask, or since when it waits. `words` say what is asked for.
#[component]
pub fn Ask(
    kind: &'static str,
    #[prop(default = Vec::new())] facts: Vec<(&'static str, String)>,
    #[prop(into)] words: String,
    waits: Option<Timestamp>,
    #[prop(default = "button small")] class: &'static str,
) -> impl IntoView {
    if let Some(at) = waits {
        return view! {
            <span class="quiet small">
                {words} ": asked on " <Moment at say=Say::Day />
            </span>
        }
        .into_any();
    }
    let here = use_address();
    let id = facts.iter().fold(format!("ask-{kind}"), |id, (_, value)| format!("{id}-{value}"));
    let to = move || {
        let facts: Vec<(&str, &str)> = facts.iter().map(|(name, value)| (*name, value.as_str())).collect();
        here.with(|here| address(here, kind, &facts))
    };
    view! {
        <a class=class id=id href=to>
            {words}
        </a>
    }
    .into_any()
}

/// The question that the address asks, over whatever page. Nothing where what it speaks of is not there.
#[component]
pub fn AskDialog(organization: Memo<String>) -> impl IntoView {
    let address = use_address();
    // What is asked is known by these alone: another search or an open row is the same question.
    let asked = Memo::new(move |_| address.with(|address| FACTS.map(|(name, _)| address.text(name))));
    let file = Write::<FileCall>::begin();
    opened(
        move || (!asked.with(|asked| asked[0].is_empty())).then_some(()),
        move |()| {
            let question = use_read(
                move || (organization.get(), asked.get()),
                |(organization, [kind, member, token, namespace, permission])| async move {
                    requests::question(organization, kind, member, token, namespace, permission).await
                },
            );
            let close = Signal::derive(move || address.with(|address| address.with(&FACTS)));
            shown_or(
                question,
                move |found| match found.get_untracked().question {
                    Some(found) => {
                        let question = question_of(found, organization.get_untracked());
                        view! { <Asked question action=file close /> }.into_any()
                    }
                    None => ().into_any(),
                },
                |_| ().into_any(),
                move || view! { <Dialog close /> }.into_any(),
            )
        },
    )
}

fn question_of(found: requests::question::Question, organization: String) -> Question {
    let requests::question::Question { title, lead, consequences, given, inputs } = found;
    let mut question = Question::new(title, "Ask the operator", Tone::Does).lead(lead).consequences(consequences);
    for (name, value) in given {
        question = question.given(name, value);
    }
    question.given("organization", organization).fields(move || inputs.into_iter().map(input).collect::<Vec<_>>())
}

const REASON: &str = "The operator reads it before deciding, and it stands in the activity.";

fn input(input: Input) -> AnyView {
    match input {
        Input::Reason { first } => {
            view! { <RemarkField name="reason" label="Reason" hint=REASON autofocus=first /> }.into_any()
        }
        Input::Lasts => view! {
            <Lasts label="For how long" chosen=Lifetime::EightHours hint="From the moment that the operator agrees." />
        }
        .into_any(),
        Input::Limit { label, value } => {
            view! { <Field name="limit" label kind="number" value=value.to_string() autofocus=true /> }.into_any()
        }
        Input::Name => {
            view! { <Field name="namespace" label="Its name in the cluster" autofocus=true longest=63 /> }.into_any()
        }
        Input::Member { options, hint } => {
            view! { <Select name="member" label="The new founder" options hint /> }.into_any()
        }
        Input::Namespace { options } => view! { <Select name="namespace" label="Namespace" options /> }.into_any(),
    }
}

//! What an operator does with one person or token. What the page does not show of them is read for the question.

use super::super::ask;
use crate::{
    api::operator::{
        ChangeFounderCall, GivePermissionCall, MakeAdminCall, RemoveUserCall, TakeAdminCall,
        pages::{self, OrganizationPage as Page, Person, Removing},
    },
    components::{
        fields::{Lasts, Select},
        question::{Question, Said, Tone},
    },
    read::{shown_or, use_read},
    words::{self, consequences},
};
use domain::{
    grant::Holder,
    id::MemberId,
    permission::Permission,
    request::Wish,
    text::{EmailAddress, NamespaceName, Slug},
    token::Lifetime,
};
use leptos::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    MakeAdmin,
    TakeAdmin,
    MakeFounder,
    Remove,
}

impl Deed {
    pub(super) const ALL: [Self; 4] = [Self::MakeAdmin, Self::TakeAdmin, Self::MakeFounder, Self::Remove];

    /// In the address.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::MakeAdmin => "make-admin",
            Self::TakeAdmin => "take-admin",
            Self::MakeFounder => "make-founder",
            Self::Remove => "remove-user",
        }
    }
}

/// Whose permissions are changed, as addresses and forms name them: `member.<id>` or `token.<id>`.
pub(in super::super) fn holder_value(holder: Holder) -> String {
    let (field, id) = holder_field(holder);
    format!("{field}.{id}")
}

pub(super) fn holder_field(holder: Holder) -> (&'static str, String) {
    match holder {
        Holder::Member(id) => ("member", id.to_string()),
        Holder::Token(id) => ("token", id.to_string()),
    }
}

/// Somebody whom the page shows.
fn shown(page: &Page, id: &str) -> Option<(MemberId, EmailAddress)> {
    let member = page.people.iter().find(|member| member.id == id)?;
    Some((member.id.parse().ok()?, EmailAddress::parse(&member.email).ok()?))
}

/// Draws what is asked about somebody once they were read; nothing where there is nobody.
fn read_first(
    slug: Slug,
    id: String,
    removing: bool,
    draw: impl Fn(Person) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let person = use_read(move || (slug.to_string(), id.clone()), move |(slug, id)| pages::person(slug, id, removing));
    shown_or(person, move |person| draw(person.get_untracked()), |_| ().into_any(), || ().into_any())
}

pub(super) fn about_person(page: &Page, deed: Deed, id: String, close: Signal<String>) -> AnyView {
    let slug = page.details.organization.organization.clone();
    match shown(page, &id).filter(|_| deed != Deed::Remove) {
        Some((member, email)) => question(&slug, deed, member, email, Vec::new(), close),
        None => read_first(slug.clone(), id, deed == Deed::Remove, move |person| {
            let Person { id, email, first_name, removing } = person;
            match removing {
                Some(Removing::Refused { why }) => {
                    view! { <Said title=format!("{first_name} can't be removed") why close /> }.into_any()
                }
                Some(removing) => question(&slug, deed, id, email, removed(removing), close),
                None => question(&slug, deed, id, email, Vec::new(), close),
            }
        }),
    }
}

/// `first` stands before what every such deed brings.
fn question(
    slug: &Slug,
    deed: Deed,
    member: MemberId,
    email: EmailAddress,
    first: Vec<String>,
    close: Signal<String>,
) -> AnyView {
    let (wish, word, tone) = match deed {
        Deed::MakeAdmin => (Wish::MakeAdmin { member, email }, "Make them an admin", Tone::Does),
        Deed::TakeAdmin => (Wish::TakeAdmin { member, email }, "Take the role", Tone::Takes),
        Deed::MakeFounder => (Wish::ChangeFounder { member, email }, "Make them the founder", Tone::Does),
        Deed::Remove => (Wish::RemoveUser { member, email }, "Remove them", Tone::Takes),
    };
    let mut title = format!("{wish}?");
    title[..1].make_ascii_uppercase();
    let question = Question::new(title, word, tone)
        .consequences(first.into_iter().chain(consequences(&wish)))
        .given("member", member.to_string())
        .given("organization", slug.as_str());
    match deed {
        Deed::MakeAdmin => ask::<MakeAdminCall>(question, close),
        Deed::TakeAdmin => ask::<TakeAdminCall>(question, close),
        Deed::MakeFounder => ask::<ChangeFounderCall>(question, close),
        Deed::Remove => ask::<RemoveUserCall>(question, close),
    }
}

/// What exactly goes and what stays, for the one person that is removed.
fn removed(removing: Removing) -> Vec<String> {
    let Removing::Takes { name, organizations, tokens } = removing else { return Vec::new() };
    let mut lines = vec![format!("{name} leaves {}.", words::list(&organizations))];
    if !tokens.is_empty() {
        lines.push(format!("Tokens that they made and that go on working: {}.", words::list(&tokens)));
    }
    lines
}

/// Gives a permission to a member, or else to a token that the page shows.
pub(super) fn giving(page: &Page, member: bool, id: String, close: Signal<String>) -> AnyView {
    let slug = page.details.organization.organization.clone();
    let namespaces = page.details.namespaces.clone();
    if !member {
        let token = page.tokens.iter().find(|token| token.id.to_string() == id);
        return token
            .map_or_else(|| ().into_any(), |token| give(&slug, token.id.into(), &token.called(), &namespaces, close));
    }
    match shown(page, &id) {
        Some((member, email)) => give(&slug, member.into(), email.as_str(), &namespaces, close),
        None => read_first(slug.clone(), id, false, move |person| {
            give(&slug, person.id.into(), person.email.as_str(), &namespaces, close)
        }),
    }
}

fn give(slug: &Slug, holder: Holder, whose: &str, namespaces: &[NamespaceName], close: Signal<String>) -> AnyView {
    let (field, id) = holder_field(holder);
    let names: Vec<_> = namespaces.iter().map(|name| (name.to_string(), name.to_string())).collect();
    let permissions = Permission::WITHHELD
        .map(|permission| (permission.as_str().to_owned(), format!("{permission}: {}", permission.explanation())));
    let question = Question::new(format!("Give {whose} a permission"), "Give it", Tone::Does)
        .lead("What no admin gives. It stands in the organization's activity.")
        .given(field, id)
        .given("organization", slug.as_str())
        .fields(move || {
            view! {
                <Select name="permission" label="Permission" options=permissions.to_vec() />
                <Select name="namespace" label="Namespace" options=names />
                <Lasts label="For how long" chosen=Lifetime::EightHours />
            }
        });
    ask::<GivePermissionCall>(question, close)
}

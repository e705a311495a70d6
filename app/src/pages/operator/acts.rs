//! What an operator may do to one organization, as questions: each says what it will bring before it happens.

mod person;

pub(super) use person::holder_value;

use super::{ask, questions};
use crate::{
    address::{Address, use_address},
    api::operator::{
        AdoptNamespaceCall, ConfirmDeletionsCall, DeleteNamespaceCall, LimitMembersCall, LimitNamespacesCall,
        ResumeCall, SuspendCall, TakePermissionCall,
        directory::Organization,
        pages::{OrganizationPage as Page, Withheld},
    },
    components::{
        fields::RemarkField,
        form::Field,
        question::{Question, Tone},
    },
    words::count,
};
use domain::text::{NamespaceName, OrganizationName};
use leptos::prelude::*;
use person::{Deed, about_person, giving, holder_field};

/// Every question of these, out of the address.
pub(super) const ACTS: [(&str, &str); 15] = [
    ("approve", ""),
    ("decline", ""),
    ("suspend", ""),
    ("resume", ""),
    ("namespace-limit", ""),
    ("member-limit", ""),
    ("make-admin", ""),
    ("take-admin", ""),
    ("make-founder", ""),
    ("remove-user", ""),
    ("give", ""),
    ("take", ""),
    ("adopt", ""),
    ("delete-namespace", ""),
    ("confirm-deletions", ""),
];

/// What is asked, and of whom or what.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Suspend,
    Resume,
    NamespaceLimit,
    MemberLimit,
    Adopt,
    DeleteNamespace(NamespaceName),
    ConfirmDeletions,
    Take(String),
    /// To a member, or else a token.
    Give {
        member: bool,
        id: String,
    },
    Person(Deed, String),
}

/// None where what it speaks of is not there.
fn kind(address: &Address, page: &Page) -> Option<Kind> {
    let organization = &page.details.organization;
    let suspended = organization.suspended_at.is_some();
    if address.has("confirm-deletions") {
        return organization.cluster.held_deletions.map(|_| Kind::ConfirmDeletions);
    }
    let plain = [
        ("suspend", !suspended, Kind::Suspend),
        ("resume", suspended, Kind::Resume),
        ("namespace-limit", true, Kind::NamespaceLimit),
        ("member-limit", true, Kind::MemberLimit),
        ("adopt", true, Kind::Adopt),
    ];
    if let Some((.., kind)) = plain.into_iter().find(|(name, open, _)| *open && address.has(name)) {
        return Some(kind);
    }
    if let Some(name) = address.get("delete-namespace") {
        return page.details.namespaces.iter().find(|it| it.as_str() == name).cloned().map(Kind::DeleteNamespace);
    }
    if let Some(id) = address.get("take") {
        return page.given.iter().find(|it| it.id == id).map(|it| Kind::Take(it.id.clone()));
    }
    if let Some((holder, id)) = address.get("give").and_then(|value| value.split_once('.')) {
        return Some(Kind::Give { member: holder == "member", id: id.to_owned() });
    }
    Deed::ALL.into_iter().find_map(|deed| Some(Kind::Person(deed, address.get(deed.name())?.to_owned())))
}

/// Whether the address asks one of them that is there to be asked.
pub(super) fn is_asked(address: &Address, page: &Page) -> bool {
    kind(address, page).is_some()
}

/// The question that the address asks about this organization.
#[component]
pub(super) fn Acts(page: Signal<Page>) -> impl IntoView {
    let address = use_address();
    let asked = Memo::new(move |_| address.with(|address| page.with(|page| kind(address, page))));
    let close = Signal::derive(move || address.with(|address| address.with(&ACTS)));
    let viewer = Signal::derive(move || page.with(|page| page.viewer.clone()));
    questions(asked, viewer, close, move |kind| page.with_untracked(|page| draw(kind, page, close)))
}

fn draw(kind: Kind, page: &Page, close: Signal<String>) -> AnyView {
    let organization = &page.details.organization;
    let slug = organization.organization.as_str();
    let of = |question: Question| question.given("organization", slug);
    let nothing = || ().into_any();
    match kind {
        Kind::Suspend => ask::<SuspendCall>(of(suspending(&organization.name)), close),
        Kind::Resume => ask::<ResumeCall>(of(resuming(&organization.name)), close),
        Kind::NamespaceLimit => ask::<LimitNamespacesCall>(of(limiting_namespaces(organization)), close),
        Kind::MemberLimit => ask::<LimitMembersCall>(of(limiting_members(organization)), close),
        Kind::Adopt => ask::<AdoptNamespaceCall>(of(adopting(&organization.name)), close),
        Kind::DeleteNamespace(name) => ask::<DeleteNamespaceCall>(of(deleting(&name)), close),
        Kind::ConfirmDeletions => confirm_deletions(organization, close),
        Kind::Take(id) => {
            let found = page.given.iter().find(|it| it.id == id);
            found.map_or_else(nothing, |found| ask::<TakePermissionCall>(of(taking(found)), close))
        }
        Kind::Give { member, id } => giving(page, member, id, close),
        Kind::Person(deed, id) => about_person(page, deed, id, close),
    }
}

/// Lets the many deletions happen that the controller holds back. Nothing where there are none.
pub(super) fn confirm_deletions(organization: &Organization, close: Signal<String>) -> AnyView {
    let Organization { organization: slug, name, cluster, .. } = organization;
    let Some((held, of)) = cluster.held_deletions.zip(cluster.held_of) else { return ().into_any() };
    let title = format!("Let {} be deleted?", count(held.unsigned_abs(), "binding", "bindings"));
    let question = Question::new(title, "Delete them", Tone::Takes)
        .lead(format!(
            "{name} has {of} bindings in the cluster, and so many are to go at once that the controller waits."
        ))
        .consequences([
            "Look at the organization's activity first: a mistake of a program looks the same as what somebody meant.",
            "Confirmed, those people and tokens lose their access in the cluster at once.",
        ])
        .given("organization", slug.as_str());
    ask::<ConfirmDeletionsCall>(question, close)
}

fn suspending(name: &OrganizationName) -> Question {
    Question::new(format!("Suspend {name}?"), "Suspend", Tone::Takes)
        .consequences([
            "Nobody of it gets in, and what its people have open here is closed to them at once.",
            "Its tokens are refused, and its bindings in the cluster are withdrawn.",
            "Nothing is lost: resuming gives back exactly what was there. Its admins get a mail.",
        ])
        .fields(|| {
            let hint = "Optional. It stands in the organization's activity.";
            view! { <RemarkField name="reason" label="Reason" hint required=false /> }
        })
}

fn resuming(name: &OrganizationName) -> Question {
    Question::new(format!("Resume {name}?"), "Resume", Tone::Does).consequences([
        "Its people get in again, its tokens work, and its bindings come back in the cluster.",
        "Its admins get a mail.",
    ])
}

fn limiting_namespaces(organization: &Organization) -> Question {
    let present = count(organization.namespaces.unsigned_abs(), "namespace", "namespaces");
    let limit = organization.namespace_limit.to_string();
    let title = format!("How many namespaces may {} have?", organization.name);
    Question::new(title, "Save", Tone::Does)
        .lead(format!("It has {present} now."))
        .fields(move || view! { <Field name="limit" label="At most" kind="number" value=limit autofocus=true /> })
}

fn limiting_members(organization: &Organization) -> Question {
    let limit = organization.member_limit.map(|limit| limit.to_string()).unwrap_or_default();
    let title = format!("How many active members may {} have?", organization.name);
    Question::new(title, "Save", Tone::Does).lead(format!("{} are active now.", organization.members_active)).fields(
        move || {
            view! {
                <Field
                    name="limit"
                    label="At most"
                    kind="number"
                    value=limit
                    required=false
                    hint="Empty: as many as there are."
                    autofocus=true
                />
            }
        },
    )
}

fn adopting(name: &OrganizationName) -> Question {
    Question::new(format!("Adopt a namespace for {name}"), "Adopt", Tone::Does)
        .consequences([
            "The namespace is there in the cluster already. It is labelled as this organization's.",
            "Its admins decide who works in it. What runs in it, and access given by hand, stays.",
        ])
        .fields(|| {
            view! { <Field name="namespace" label="Its name in the cluster" longest=63 autocomplete="off" autofocus=true /> }
        })
}

fn deleting(name: &NamespaceName) -> Question {
    Question::new(format!("Delete {name}?"), "Delete", Tone::Takes)
        .consequences([
            "Every access that was given in it ends, in the cluster too.".to_owned(),
            format!("What runs in it stays in the cluster until you run kubectl delete namespace {name}."),
            "It can be adopted again; who worked in it is forgotten.".to_owned(),
        ])
        .given("namespace", name.to_string())
}

fn taking(found: &Withheld) -> Question {
    let (field, id) = holder_field(found.holder);
    let title = format!("Take {} in {} from {}?", found.permission, found.namespace, found.whose);
    Question::new(title, "Take it back", Tone::Takes)
        .consequences([
            "What an admin may give in that namespace stays as it is.",
            "In the cluster it is withdrawn at once; what is open, such as a shell, goes on until it ends.",
        ])
        .given(field, id)
        .given("namespace", found.namespace.to_string())
        .given("permission", found.permission.as_str())
}

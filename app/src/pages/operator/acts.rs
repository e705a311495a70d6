//! What an operator may do to one organization, as questions: each says what it will bring before it happens.

use super::{
    super::{
        Away, Visit,
        dialog::{Dialog, Question, Tone},
    },
    decide,
};
use crate::{
    api::operator::directory::{Details, Organization},
    components::{
        fields::{Lasts, RemarkField, Select},
        form::Field,
    },
    words::{self, consequences, count},
};
use domain::{
    grant::Holder,
    permission::Permission,
    request::Wish,
    text::{NamespaceName, Slug},
    token::Lifetime,
};
use leptos::prelude::*;
use usecases::{
    Context, Error,
    operator::{Given, Removal},
};

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

/// The question that this visit's address asks about this organization; none when what it speaks of is not there.
///
/// # Errors
/// The database can't be asked.
pub(super) async fn asked(visit: &Visit, details: &Details, given: &[Given]) -> Result<Option<Dialog>, Away> {
    let slug = &details.organization.organization;
    let close = visit.with(&ACTS);
    if visit.query.has("confirm-deletions") {
        return confirming(visit, slug, close).await;
    }
    let context = visit.context.as_operator()?;
    let question = match standing(visit, details).or_else(|| about_namespace(visit, details)) {
        Some(question) => Some(question),
        None => match about_holder(&context, visit, details, given).await {
            Ok(Asked::Question(question)) => Some(question),
            Ok(Asked::Refused { title, why }) => return Ok(Some(Dialog::said(title, why, close))),
            Ok(Asked::Nothing) | Err(Error::Refused(_)) => None,
            Err(error) => return Err(error.into()),
        },
    };
    match question {
        Some(question) => Dialog::fresh(visit, question.given("organization", slug.as_str()), close).map(Some),
        None => decide::asked(visit).await,
    }
}

/// Lets the many deletions happen that the controller holds back.
///
/// # Errors
/// The database can't be asked.
pub(super) async fn confirming(visit: &Visit, slug: &Slug, close: String) -> Result<Option<Dialog>, Away> {
    let details = match usecases::operator::details(&visit.context, slug.as_str()).await {
        Ok(details) => details,
        Err(Error::Refused(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let Organization { name, cluster, .. } = details.listed.into();
    let Some((held, of)) = cluster.held_deletions.zip(cluster.held_of) else { return Ok(None) };
    let title = format!("Let {} be deleted?", count(held.unsigned_abs(), "binding", "bindings"));
    let question = Question::new(title, "/api/v1/operator/confirm-deletions", "Delete them", Tone::Takes)
        .lead(format!(
            "{name} has {of} bindings in the cluster, and so many are to go at once that the controller waits."
        ))
        .consequences([
            "Look at the organization's activity first: a mistake of a program looks the same as what somebody meant.",
            "Confirmed, those people and tokens lose their access in the cluster at once.",
        ])
        .given("organization", slug.as_str());
    Dialog::fresh(visit, question, close).map(Some)
}

fn standing(visit: &Visit, details: &Details) -> Option<Question> {
    let query = &visit.query;
    let organization = &details.organization;
    let name = &organization.name;
    if query.has("suspend") && organization.suspended_at.is_none() {
        let question = Question::new(format!("Suspend {name}?"), "/api/v1/operator/suspend", "Suspend", Tone::Takes);
        return Some(
            question
                .consequences([
                    "Nobody of it gets in, and what its people have open here is closed to them at once.",
                    "Its tokens are refused, and its bindings in the cluster are withdrawn.",
                    "Nothing is lost: resuming gives back exactly what was there. Its admins get a mail.",
                ])
                .fields(|| {
                    let hint = "Optional. It stands in the organization's activity.";
                    view! { <RemarkField name="reason" label="Reason" hint required=false /> }
                }),
        );
    }
    if query.has("resume") && organization.suspended_at.is_some() {
        let question = Question::new(format!("Resume {name}?"), "/api/v1/operator/resume", "Resume", Tone::Does);
        return Some(question.consequences([
            "Its people get in again, its tokens work, and its bindings come back in the cluster.",
            "Its admins get a mail.",
        ]));
    }
    if query.has("namespace-limit") {
        let present = count(organization.namespaces.unsigned_abs(), "namespace", "namespaces");
        let limit = organization.namespace_limit.to_string();
        let title = format!("How many namespaces may {name} have?");
        let question = Question::new(title, "/api/v1/operator/limit-namespaces", "Save", Tone::Does);
        return Some(question.lead(format!("It has {present} now.")).fields(move || {
            view! { <Field name="limit" label="At most" kind="number" value=limit autofocus=true /> }
        }));
    }
    if query.has("member-limit") {
        let active = organization.members_active;
        let limit = organization.member_limit.map(|limit| limit.to_string()).unwrap_or_default();
        let title = format!("How many active members may {name} have?");
        let question = Question::new(title, "/api/v1/operator/limit-members", "Save", Tone::Does);
        return Some(question.lead(format!("{active} are active now.")).fields(move || {
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
        }));
    }
    None
}

fn about_namespace(visit: &Visit, details: &Details) -> Option<Question> {
    if visit.query.has("adopt") {
        let title = format!("Adopt a namespace for {}", details.organization.name);
        let question = Question::new(title, "/api/v1/operator/adopt-namespace", "Adopt", Tone::Does);
        return Some(
            question
                .consequences([
                    "The namespace is there in the cluster already. It is labelled as this organization's.",
                    "Its admins decide who works in it. What runs in it, and access given by hand, stays.",
                ])
                .fields(|| {
                    view! { <Field name="namespace" label="Its name in the cluster" longest=63 autocomplete="off" autofocus=true /> }
                }),
        );
    }
    let name = visit.query.get("delete-namespace")?;
    let name = details.namespaces.iter().find(|it| it.as_str() == name)?;
    let question = Question::new(format!("Delete {name}?"), "/api/v1/operator/delete-namespace", "Delete", Tone::Takes);
    Some(
        question
            .consequences([
                "Every access that was given in it ends, in the cluster too.".to_owned(),
                format!("What runs in it stays in the cluster until you run kubectl delete namespace {name}."),
                "It can be adopted again; who worked in it is forgotten.".to_owned(),
            ])
            .given("namespace", name.to_string()),
    )
}

enum Asked {
    Question(Question),
    /// It would be refused as things stand.
    Refused {
        title: String,
        why: String,
    },
    Nothing,
}

/// Whose permissions are changed, as addresses and forms name them: `member.<id>` or `token.<id>`.
pub(super) fn holder_value(holder: Holder) -> String {
    let (field, id) = holder_field(holder);
    format!("{field}.{id}")
}

fn holder_field(holder: Holder) -> (&'static str, String) {
    match holder {
        Holder::Member(id) => ("member", id.to_string()),
        Holder::Token(id) => ("token", id.to_string()),
    }
}

async fn about_holder(context: &Context, visit: &Visit, details: &Details, given: &[Given]) -> Result<Asked, Error> {
    let query = &visit.query;
    let slug = details.organization.organization.as_str();
    if let Some(id) = query.get("take") {
        let found = given.iter().find(|it| it.withheld.id.to_string() == id);
        return Ok(found.map_or(Asked::Nothing, |found| Asked::Question(taking(found))));
    }
    if let Some((field, id)) = query.get("give").and_then(|value| value.split_once('.')) {
        let whose = match field {
            "member" => usecases::members::find(context, slug, id).await?.email.to_string(),
            _ => crate::api::tokens::Token::from(usecases::tokens::find(context, slug, id).await?).called(),
        };
        let field = if field == "member" { "member" } else { "token" };
        return Ok(Asked::Question(giving(field, id, &whose, &details.namespaces)));
    }
    let kinds = ["make-admin", "take-admin", "make-founder", "remove-user"];
    let Some((kind, id)) = kinds.into_iter().find_map(|kind| Some((kind, query.get(kind)?))) else {
        return Ok(Asked::Nothing);
    };
    let found = usecases::members::find(context, slug, id).await?;
    let (member, email) = (found.id, found.email);
    let (wish, action, word, tone) = match kind {
        "make-admin" => {
            (Wish::MakeAdmin { member, email }, "/api/v1/operator/make-admin", "Make them an admin", Tone::Does)
        }
        "take-admin" => {
            (Wish::TakeAdmin { member, email }, "/api/v1/operator/take-admin", "Take the role", Tone::Takes)
        }
        "make-founder" => (
            Wish::ChangeFounder { member, email },
            "/api/v1/operator/change-founder",
            "Make them the founder",
            Tone::Does,
        ),
        _ => (Wish::RemoveUser { member, email }, "/api/v1/operator/remove-user", "Remove them", Tone::Takes),
    };
    let mut lines = consequences(&wish);
    if kind == "remove-user" {
        match usecases::operator::preview_removal(context, slug, id).await {
            Ok(removal) => lines.splice(..0, removed(&removal)).for_each(drop),
            Err(Error::Refused(refusal)) => {
                return Ok(Asked::Refused {
                    title: format!("{} can't be removed", found.first_name),
                    why: words::refusal(&refusal),
                });
            }
            Err(error) => return Err(error),
        }
    }
    let mut title = format!("{wish}?");
    title[..1].make_ascii_uppercase();
    Ok(Asked::Question(
        Question::new(title, action, word, tone).consequences(lines).given("member", member.to_string()),
    ))
}

/// What exactly goes and what stays, for the one person that is removed.
fn removed(removal: &Removal) -> Vec<String> {
    let places: Vec<_> = removal.organizations.iter().map(|place| place.name.to_string()).collect();
    let mut lines = vec![format!("{} leaves {}.", removal.name, words::list(&places))];
    if !removal.tokens.is_empty() {
        let tokens: Vec<_> = removal.tokens.iter().map(|(_, token)| token.mask.to_string()).collect();
        lines.push(format!("Tokens that they made and that go on working: {}.", words::list(&tokens)));
    }
    lines
}

fn taking(found: &Given) -> Question {
    let withheld = &found.withheld;
    let (field, id) = holder_field(withheld.holder);
    let title = format!("Take {} in {} from {}?", withheld.permission, withheld.namespace, found.whose);
    Question::new(title, "/api/v1/operator/take-permission", "Take it back", Tone::Takes)
        .consequences([
            "What an admin may give in that namespace stays as it is.",
            "In the cluster it is withdrawn at once; what is open, such as a shell, goes on until it ends.",
        ])
        .given(field, id)
        .given("namespace", withheld.namespace.to_string())
        .given("permission", withheld.permission.as_str())
}

fn giving(field: &'static str, id: &str, whose: &str, namespaces: &[NamespaceName]) -> Question {
    let question =
        Question::new(format!("Give {whose} a permission"), "/api/v1/operator/give-permission", "Give it", Tone::Does);
    let names: Vec<_> = namespaces.iter().map(|name| (name.to_string(), name.to_string())).collect();
    let permissions = Permission::WITHHELD
        .map(|permission| (permission.as_str().to_owned(), format!("{permission}: {}", permission.explanation())));
    question.lead("What no admin gives. It stands in the organization's activity.").given(field, id).fields(move || {
        view! {
            <Select name="permission" label="Permission" options=permissions.to_vec() />
            <Select name="namespace" label="Namespace" options=names />
            <Lasts label="For how long" chosen=Lifetime::EightHours />
        }
    })
}

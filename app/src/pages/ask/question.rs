//! The question itself: what is asked for as a sentence, what it would bring, and the reason to be typed.

use super::FACTS;
use crate::{
    components::{
        fields::{Lasts, RemarkField, Select},
        form::Field,
    },
    pages::{
        Away, Visit,
        dialog::{Dialog, Question, Tone},
    },
    words,
};
use domain::{
    activity::Named,
    grant::Holder,
    membership::Status,
    permission::Permission,
    request::{Wish, Withheld},
    text::Slug,
    token::Lifetime,
};
use leptos::prelude::*;
use usecases::{
    Error,
    members::{Query, Show, Stored},
};

const ACTION: &str = "/api/v1/requests/file";
const REASON: &str = "The operator reads it before deciding, and it stands in the activity.";

/// The dialog that this visit's address asks for; none when what it speaks of is not there.
///
/// # Errors
/// The database can't be asked.
pub(crate) async fn asked(visit: &Visit, slug: &Slug) -> Result<Option<Dialog>, Away> {
    let Some(kind) = visit.query.get("ask") else { return Ok(None) };
    let found = match question(visit, slug, kind).await {
        Ok(found) => found,
        Err(Error::Refused(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let close = visit.with(&FACTS);
    Ok(found.map(|question| Dialog::ask(question.given("organization", slug.as_str()), close)))
}

async fn question(visit: &Visit, slug: &Slug, kind: &str) -> Result<Option<Question>, Error> {
    Ok(match kind {
        "make_admin" | "take_admin" | "change_founder" | "remove_user" => about_member(visit, slug, kind).await?,
        "give_permission" | "take_permission" => about_permission(visit, slug, kind).await?,
        "namespace_limit" | "member_limit" => Some(about_limit(visit, slug, kind).await?),
        "adopt_namespace" => Some(adopting()),
        "delete_namespace" => deleting(visit, slug).await?,
        _ => None,
    })
}

/// A wish of which everything is known but the reason.
fn known(wish: &Wish) -> Question {
    Question::new(format!("Ask the operator to {wish}"), ACTION, "Ask the operator", Tone::Does)
        .consequences(words::consequences(wish))
        .given("kind", wish.kind())
}

fn with_reason(question: Question) -> Question {
    question.fields(|| view! { <RemarkField name="reason" label="Reason" hint=REASON autofocus=true /> })
}

async fn about_member(visit: &Visit, slug: &Slug, kind: &str) -> Result<Option<Question>, Error> {
    let Some(id) = visit.query.get("member") else {
        return if kind == "change_founder" { choosing_founder(visit, slug).await } else { Ok(None) };
    };
    let Stored { id: member, email, .. } = usecases::members::find(&visit.context, slug.as_str(), id).await?;
    let wish = match kind {
        "make_admin" => Wish::MakeAdmin { member, email },
        "take_admin" => Wish::TakeAdmin { member, email },
        "change_founder" => Wish::ChangeFounder { member, email },
        _ => Wish::RemoveUser { member, email },
    };
    Ok(Some(with_reason(known(&wish).given("member", member.to_string()))))
}

/// Who it should be is chosen here: asked from the founder's own row.
async fn choosing_founder(visit: &Visit, slug: &Slug) -> Result<Option<Question>, Error> {
    let query = Query { show: Some(Show::Active), limit: Some(usecases::members::LARGEST_PAGE), ..Query::default() };
    let page = usecases::members::list(&visit.context, slug.as_str(), &query).await?;
    let founder = page.organization.founder.uuid();
    let others = page.rows.iter().filter(|row| row.person != founder);
    let options: Vec<_> = others
        .map(|row| (row.id.to_string(), format!("{} {} ({})", row.first_name, row.last_name, row.email)))
        .collect();
    let question = Question::new("Ask the operator to change the founder", ACTION, "Ask the operator", Tone::Does)
        .given("kind", "change_founder")
        .consequences([
            "The new founder becomes an admin with it, and nobody can deactivate them.",
            "Whoever is the founder now stays an admin, and can be deactivated from then on.",
        ]);
    if options.is_empty() {
        return Ok(None);
    }
    let hint = if page.next.is_some() { "For anybody else: open their row, and ask there." } else { "" };
    Ok(Some(question.fields(move || {
        view! {
            <Select name="member" label="The new founder" options hint />
            <RemarkField name="reason" label="Reason" hint=REASON />
        }
    })))
}

async fn about_permission(visit: &Visit, slug: &Slug, kind: &str) -> Result<Option<Question>, Error> {
    let fact = |name: &str| visit.query.get(name).unwrap_or_default();
    let permission = Permission::parse(fact("permission")).filter(|permission| permission.is_withheld());
    let namespaces = usecases::namespaces::list(&visit.context, slug.as_str()).await?.namespaces;
    let namespace = namespaces.into_iter().find(|it| it.namespace.name.as_str() == fact("namespace"));
    let (Some(permission), Some(namespace)) = (permission, namespace) else { return Ok(None) };
    let (holder, named, field) = match (visit.query.get("member"), visit.query.get("token")) {
        (Some(id), None) => {
            let member = usecases::members::find(&visit.context, slug.as_str(), id).await?;
            if kind == "give_permission" && member.status == Status::Deactivated {
                return Ok(None);
            }
            (Holder::Member(member.id), Named::Member { email: member.email }, "member")
        }
        (None, Some(id)) => {
            let token = usecases::tokens::find(&visit.context, slug.as_str(), id).await?.token;
            (Holder::Token(token.id), Named::Token { token: token.mask, name: token.name }, "token")
        }
        _ => return Ok(None),
    };
    let id = match holder {
        Holder::Member(id) => id.to_string(),
        Holder::Token(id) => id.to_string(),
    };
    let (namespace, name) = (namespace.namespace.id, namespace.namespace.name);
    let asked = Withheld { holder, named, namespace, name: name.clone(), permission, lifetime: Lifetime::Never };
    let wish = if kind == "give_permission" { Wish::GivePermission(asked) } else { Wish::TakePermission(asked) };
    let question =
        known(&wish).given(field, id).given("namespace", name.to_string()).given("permission", permission.as_str());
    if kind == "take_permission" {
        return Ok(Some(with_reason(question)));
    }
    // How long is chosen below: what the wish without an end would bring is not said.
    let question = question.consequences([format!("{permission}: {}.", permission.explanation())]);
    Ok(Some(question.fields(|| {
        view! {
            <Lasts label="For how long" chosen=Lifetime::EightHours hint="From the moment that the operator agrees." />
            <RemarkField name="reason" label="Reason" hint=REASON autofocus=true />
        }
    })))
}

async fn about_limit(visit: &Visit, slug: &Slug, kind: &str) -> Result<Question, Error> {
    let organization = usecases::organizations::see(&visit.context, slug.as_str()).await?.0;
    let (what, now, next) = if kind == "namespace_limit" {
        let now = organization.namespace_limit;
        ("namespaces", format!("It may have {now} now."), now + 10)
    } else {
        let active = organization.members_active;
        let now = organization.member_limit().map(i64::from);
        let words = match now {
            Some(now) => format!("It may have {now} now, and {active} are active."),
            None => format!("There is no limit now, and {active} are active."),
        };
        ("active members", words, now.unwrap_or(active) + 10)
    };
    let title = format!("Ask the operator for another number of {what}");
    Ok(Question::new(title, ACTION, "Ask the operator", Tone::Does).lead(now).given("kind", kind).fields(move || {
        view! {
            <Field name="limit" label=format!("How many {what}") kind="number" value=next.to_string() autofocus=true />
            <RemarkField name="reason" label="Reason" hint=REASON />
        }
    }))
}

fn adopting() -> Question {
    Question::new("Ask the operator to adopt a namespace", ACTION, "Ask the operator", Tone::Does)
        .given("kind", "adopt_namespace")
        .consequences([
            "The namespace is there in the cluster already, made by somebody else.",
            "It becomes your organization's, and its admins decide who works in it.",
        ])
        .fields(|| {
            view! {
                <Field name="namespace" label="Its name in the cluster" autofocus=true longest=63 />
                <RemarkField name="reason" label="Reason" hint=REASON />
            }
        })
}

async fn deleting(visit: &Visit, slug: &Slug) -> Result<Option<Question>, Error> {
    let all = usecases::namespaces::list(&visit.context, slug.as_str()).await?.namespaces;
    if let Some(name) = visit.query.get("namespace") {
        let found = all.into_iter().find(|it| it.namespace.name.as_str() == name).map(|it| it.namespace);
        return Ok(found.map(|found| {
            let wish = Wish::DeleteNamespace { namespace: found.id, name: found.name.clone() };
            with_reason(known(&wish).given("namespace", found.name.to_string()))
        }));
    }
    let names = all.into_iter().map(|it| it.namespace.name.to_string());
    let options: Vec<_> = names.map(|name| (name.clone(), name)).collect();
    if options.is_empty() {
        return Ok(None);
    }
    let question = Question::new("Ask the operator to delete a namespace", ACTION, "Ask the operator", Tone::Does)
        .given("kind", "delete_namespace")
        .consequences([
            "Every access that was given in it ends, in the cluster too.",
            "What runs in it stays in the cluster until whoever runs it deletes the namespace there.",
        ]);
    Ok(Some(question.fields(move || {
        view! {
            <Select name="namespace" label="Namespace" options />
            <RemarkField name="reason" label="Reason" hint=REASON />
        }
    })))
}

//! What is to be known before the operator is asked, read for the question.

use super::question::{About, Input, Question};
use crate::words;
use domain::{
    activity::Named,
    grant::Holder,
    membership::Status,
    permission::Permission,
    request::{Wish, Withheld},
    token::Lifetime,
};
use usecases::{
    Context, Error,
    members::{Query, Show, Stored},
};

const REASON: Input = Input::Reason { first: false };
const REASON_ALONE: Input = Input::Reason { first: true };

impl Question {
    fn new(title: impl Into<String>, kind: &str) -> Self {
        Self { title: title.into(), ..Self::default() }.given("kind", kind)
    }

    /// A wish of which everything is known but what is still to be filled in.
    fn known(wish: &Wish) -> Self {
        let question = Self::new(format!("Ask the operator to {wish}"), wish.kind());
        Self { consequences: words::consequences(wish), ..question }
    }

    fn given(mut self, name: &str, value: impl Into<String>) -> Self {
        self.given.push((name.to_owned(), value.into()));
        self
    }

    fn brings<const N: usize>(self, lines: [&str; N]) -> Self {
        Self { consequences: lines.map(ToOwned::to_owned).into(), ..self }
    }

    fn inputs<const N: usize>(self, inputs: [Input; N]) -> Self {
        Self { inputs: inputs.into(), ..self }
    }
}

/// Nothing where it can't be asked as things stand.
///
/// # Errors
/// Not an admin, what it speaks of is not there, and what the database says.
pub(super) async fn question(context: &Context, slug: &str, about: &About) -> Result<Option<Question>, Error> {
    // The gate first: whoever may not ask is refused alike, whatever they name.
    usecases::requests::waiting(context, slug).await?;
    match about.kind.as_str() {
        "change_founder" if about.member.is_empty() => choosing_founder(context, slug).await,
        "make_admin" | "take_admin" | "change_founder" | "remove_user" => about_member(context, slug, about).await,
        "give_permission" | "take_permission" => about_permission(context, slug, about).await,
        "namespace_limit" => namespace_limit(context, slug).await.map(Some),
        "member_limit" => member_limit(context, slug).await.map(Some),
        "adopt_namespace" => Ok(Some(adopting())),
        "delete_namespace" => deleting(context, slug, about).await,
        _ => Ok(None),
    }
}

async fn about_member(context: &Context, slug: &str, about: &About) -> Result<Option<Question>, Error> {
    let Stored { id: member, email, .. } = usecases::members::find(context, slug, &about.member).await?;
    let wish = match about.kind.as_str() {
        "make_admin" => Wish::MakeAdmin { member, email },
        "take_admin" => Wish::TakeAdmin { member, email },
        "change_founder" => Wish::ChangeFounder { member, email },
        _ => Wish::RemoveUser { member, email },
    };
    Ok(Some(Question::known(&wish).given("member", member.to_string()).inputs([REASON_ALONE])))
}

/// Who it should be is chosen here: asked from the founder's own row.
async fn choosing_founder(context: &Context, slug: &str) -> Result<Option<Question>, Error> {
    let query = Query { show: Some(Show::Active), limit: Some(usecases::members::LARGEST_PAGE), ..Query::default() };
    let page = usecases::members::list(context, slug, &query).await?;
    let founder = page.organization.founder.uuid();
    let others = page.rows.iter().filter(|row| row.person != founder);
    let name = |row: &usecases::members::Row| format!("{} {} ({})", row.first_name, row.last_name, row.email);
    let options: Vec<_> = others.map(|row| (row.id.to_string(), name(row))).collect();
    if options.is_empty() {
        return Ok(None);
    }
    let hint = if page.next.is_some() { "For anybody else: open their row, and ask there." } else { "" };
    let question = Question::new("Ask the operator to change the founder", "change_founder").brings([
        "The new founder becomes an admin with it, and nobody can deactivate them.",
        "Whoever is the founder now stays an admin, and can be deactivated from then on.",
    ]);
    Ok(Some(question.inputs([Input::Member { options, hint: hint.to_owned() }, REASON])))
}

async fn about_permission(context: &Context, slug: &str, about: &About) -> Result<Option<Question>, Error> {
    let gives = about.kind == "give_permission";
    let permission = Permission::parse(&about.permission).filter(|permission| permission.is_withheld());
    let namespaces = usecases::namespaces::list(context, slug).await?.namespaces;
    let namespace = namespaces.into_iter().find(|it| it.namespace.name.as_str() == about.namespace);
    let (Some(permission), Some(namespace)) = (permission, namespace) else { return Ok(None) };
    let (holder, named, field, id) = match (about.member.as_str(), about.token.as_str()) {
        (id, "") if !id.is_empty() => {
            let member = usecases::members::find(context, slug, id).await?;
            if gives && member.status == Status::Deactivated {
                return Ok(None);
            }
            (Holder::Member(member.id), Named::Member { email: member.email }, "member", member.id.to_string())
        }
        ("", id) if !id.is_empty() => {
            let token = usecases::tokens::find(context, slug, id).await?.token;
            let named = Named::Token { token: token.mask, name: token.name };
            (Holder::Token(token.id), named, "token", token.id.to_string())
        }
        _ => return Ok(None),
    };
    let (namespace, name) = (namespace.namespace.id, namespace.namespace.name);
    let asked = Withheld { holder, named, namespace, name: name.clone(), permission, lifetime: Lifetime::Never };
    let wish = if gives { Wish::GivePermission(asked) } else { Wish::TakePermission(asked) };
    let question = Question::known(&wish)
        .given(field, id)
        .given("namespace", name.to_string())
        .given("permission", permission.as_str());
    if !gives {
        return Ok(Some(question.inputs([REASON_ALONE])));
    }
    // How long is chosen below: what the wish without an end would bring is not said.
    let question = question.brings([&format!("{permission}: {}.", permission.explanation())]);
    Ok(Some(question.inputs([Input::Lasts, REASON_ALONE])))
}

async fn namespace_limit(context: &Context, slug: &str) -> Result<Question, Error> {
    let now = usecases::organizations::see(context, slug).await?.0.namespace_limit;
    Ok(limit("namespace_limit", "namespaces", format!("It may have {now} now."), now))
}

async fn member_limit(context: &Context, slug: &str) -> Result<Question, Error> {
    let organization = usecases::organizations::see(context, slug).await?.0;
    let active = organization.members_active;
    let now = organization.member_limit().map(i64::from);
    let words = match now {
        Some(now) => format!("It may have {now} now, and {active} are active."),
        None => format!("There is no limit now, and {active} are active."),
    };
    Ok(limit("member_limit", "active members", words, now.unwrap_or(active)))
}

fn limit(kind: &str, what: &str, lead: String, now: i64) -> Question {
    let question = Question::new(format!("Ask the operator for another number of {what}"), kind);
    let input = Input::Limit { label: format!("How many {what}"), value: now + 10 };
    Question { lead, ..question }.inputs([input, REASON])
}

fn adopting() -> Question {
    Question::new("Ask the operator to adopt a namespace", "adopt_namespace")
        .brings([
            "The namespace is there in the cluster already, made by somebody else.",
            "It becomes your organization's, and its admins decide who works in it.",
        ])
        .inputs([Input::Name, REASON])
}

async fn deleting(context: &Context, slug: &str, about: &About) -> Result<Option<Question>, Error> {
    let all = usecases::namespaces::list(context, slug).await?.namespaces;
    if !about.namespace.is_empty() {
        let found = all.into_iter().map(|it| it.namespace).find(|it| it.name.as_str() == about.namespace);
        return Ok(found.map(|found| {
            let wish = Wish::DeleteNamespace { namespace: found.id, name: found.name.clone() };
            Question::known(&wish).given("namespace", found.name.to_string()).inputs([REASON_ALONE])
        }));
    }
    let names = all.into_iter().map(|it| it.namespace.name.to_string());
    let options: Vec<_> = names.map(|name| (name.clone(), name)).collect();
    if options.is_empty() {
        return Ok(None);
    }
    let question = Question::new("Ask the operator to delete a namespace", "delete_namespace").brings([
        "Every access that was given in it ends, in the cluster too.",
        "What runs in it stays in the cluster until whoever runs it deletes the namespace there.",
    ]);
    Ok(Some(question.inputs([Input::Namespace { options }, REASON])))
}

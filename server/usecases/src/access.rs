//! Who can do what in a namespace, and why; what one person can do; and whether the cluster agrees.

use crate::{
    Context, Error, grants,
    judge::{Question, Unanswered},
    namespaces::named,
};
use domain::{
    Refusal,
    access::{Action, decide},
    binding::{self, ClusterRole, Subject},
    effective::{Act, Effective, Finding, Reason, Standing},
    grant::Holder,
    id::{MemberId, OrganizationId, TokenId},
    text::{EmailAddress, NamespaceName, Problem},
    time::Timestamp,
    token::Mask,
};
use std::collections::BTreeMap;
use storage::{
    access::{self, Given, TokenIn},
    members::Listed,
    namespaces::{self, Namespace},
    withheld::Withheld,
};
use uuid::Uuid;

/// How many lines a page has at most, and so how many are asked of the cluster at once: seven questions each.
pub const PAGE: u32 = 50;

/// Whom a line is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    Member { id: MemberId, email: String },
    Token { id: TokenId, name: Option<String>, mask: Mask },
}

/// What one subject may do in one namespace.
#[derive(Debug, Clone)]
pub struct Line {
    pub namespace: NamespaceName,
    pub who: Who,
    pub subject: Subject,
    pub effective: Effective,
    /// `None`: the cluster was not asked about it.
    pub cluster: Option<Finding>,
}

/// Whether the cluster was asked, and if not, why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inquiry {
    /// There is none: nothing enforces what is said here.
    NoCluster,
    /// There is one, and this server has no kubeconfig to ask it with.
    OutOfReach,
    /// It can be asked, and was not.
    NotAsked,
    Answered,
    /// The rest of a sentence that begins with "the check failed".
    Unanswered(String),
}

#[derive(Debug, Clone)]
pub struct Access {
    pub lines: Vec<Line>,
    pub next: Option<String>,
    pub inquiry: Inquiry,
    /// The organization's group, which every question names: its own RBAC may bind it.
    pub group: String,
    /// Tokens are left out, since the asker may not see any.
    pub without_tokens: bool,
}

/// Where a page begins: after a member, and then come the tokens; or after a token.
enum Cursor {
    Member(EmailAddress, MemberId),
    Token(Timestamp, TokenId),
}

impl Cursor {
    fn parse(text: &str) -> Result<Self, Refusal> {
        let member = |text: &str| {
            let (id, email) = text.split_once('~')?;
            Some(Self::Member(EmailAddress::parse(email).ok()?, id.parse().ok()?))
        };
        let token = |text: &str| {
            let (at, id) = text.split_once('.')?;
            // Not before 1970, when no token was made: PostgreSQL keeps no time before 4714 BC.
            let at = at.parse().ok().filter(|micros: &i64| *micros >= 0)?;
            Some(Self::Token(Timestamp::from_micros(at), id.parse().ok()?))
        };
        let wrong = Refusal::BadField { field: "cursor", problem: Problem::Unknown };
        member(text).or_else(|| token(text)).ok_or(wrong)
    }
}

fn cursor_of_member(member: &Listed) -> String {
    format!("{}~{}", member.id, member.email)
}

fn cursor_of_token(token: &TokenIn) -> String {
    format!("{}.{}", token.created_at.micros(), token.id)
}

/// A tick, as a reason.
fn ticked(given: Given) -> Reason {
    let ends_at = given.ends_at();
    Reason { role: ClusterRole::Standard, by: given.granted_by, at: given.granted_at, ends_at }
}

/// What the operator gave, as a reason.
fn withheld(given: Withheld) -> Reason {
    let Withheld { permission, granted_by: by, granted_at: at, ends_at, .. } = given;
    Reason { role: ClusterRole::of(permission), by, at, ends_at }
}

fn by_holder(ticks: Vec<Given>, given: Vec<Withheld>) -> BTreeMap<Uuid, Vec<Reason>> {
    let mut all: BTreeMap<Uuid, Vec<Reason>> = BTreeMap::new();
    for one in ticks {
        all.entry(one.holder).or_default().push(ticked(one));
    }
    for one in given {
        let holder = match one.holder {
            Holder::Member(id) => id.uuid(),
            Holder::Token(id) => id.uuid(),
        };
        all.entry(holder).or_default().push(withheld(one));
    }
    all
}

/// What a member can do: an admin may see anybody's, a member their own. One line for each namespace in which they were
/// given something.
pub async fn of_member(context: &Context, slug: &str, member: &str) -> Result<Access, Error> {
    let mut access = everywhere(context, slug, member).await?;
    access.lines.retain(|line| !line.effective.why.is_empty());
    Ok(access)
}

/// As [`of_member`], with the cluster's answers; and a line too for each namespace in which they were given nothing and
/// the cluster allows something.
pub async fn check_member(context: &Context, slug: &str, member: &str) -> Result<Access, Error> {
    let mut access = everywhere(context, slug, member).await?;
    // Should there be more of them than are asked about, then those where something was given come first.
    access.lines.sort_by_key(|line| line.effective.why.is_empty());
    ask(context, &mut access).await;
    let differs = |line: &Line| line.cluster.as_ref().is_some_and(|finding| !finding.agrees());
    access.lines.retain(|line| !line.effective.why.is_empty() || differs(line));
    access.lines.sort_by(|one, other| one.namespace.cmp(&other.namespace));
    Ok(access)
}

/// A line for each namespace of the organization.
async fn everywhere(context: &Context, slug: &str, member: &str) -> Result<Access, Error> {
    let (mut look, member) = grants::look_at(context, slug, member).await?;
    let mut given: BTreeMap<NamespaceName, Vec<Reason>> = BTreeMap::new();
    for one in access::given_to_member(&mut look.c, member.id).await? {
        given.entry(one.namespace.clone()).or_default().push(ticked(one));
    }
    for one in storage::withheld::of(&mut look.c, member.id, context.now()).await? {
        given.entry(one.namespace.clone()).or_default().push(withheld(one));
    }
    let standing = Standing::of_member(member.status).within(look.organization.suspended);
    let now = context.now();
    let line = |Namespace { name, .. }| Line {
        who: Who::Member { id: member.id, email: member.email.to_string() },
        subject: Subject::User(member.user),
        effective: Effective::of(standing, given.remove(&name).unwrap_or_default(), now),
        namespace: name,
        cluster: None,
    };
    let organization = look.organization.id;
    let lines = namespaces::list(&mut look.c, organization).await?.into_iter().map(line).collect();
    Ok(context.access(organization, lines))
}

/// Who can do what in one namespace: first the members by address, then the tokens, the newest first. The tokens are
/// left out for whoever may not see any.
///
/// # Errors
/// [`Refusal::UnknownNamespace`]; [`Refusal::BadField`] on `cursor`.
pub async fn in_namespace(
    context: &Context,
    slug: &str,
    namespace: &str,
    cursor: Option<&str>,
    limit: Option<u32>,
) -> Result<Access, Error> {
    let cursor = cursor.filter(|cursor| !cursor.is_empty()).map(Cursor::parse).transpose()?;
    let limit = limit.unwrap_or(PAGE).clamp(1, PAGE) as usize;
    let mut look = context.look(slug, Action::SeeGrants).await?;
    let (organization, now) = (look.organization.id, context.now());
    let sees_tokens =
        decide(context.actor(), look.organization.place(), look.membership().as_ref(), Action::SeeTokens).is_ok();
    let all = namespaces::list(&mut look.c, organization).await?;
    let unknown = || Refusal::UnknownNamespace { name: String::new() };
    let (id, namespace) = named(&all, &[namespace.to_owned()])?.into_iter().next().ok_or_else(unknown)?;

    let one_more = |so_far: usize| u32::try_from(limit + 1 - so_far).unwrap_or(0);
    let members = match &cursor {
        Some(Cursor::Token(..)) => Vec::new(),
        Some(Cursor::Member(email, after)) => {
            access::members_in(&mut look.c, organization, id, Some((email.as_str(), *after)), one_more(0)).await?
        }
        None => access::members_in(&mut look.c, organization, id, None, one_more(0)).await?,
    };
    let tokens = if sees_tokens && members.len() <= limit {
        let after = match &cursor {
            Some(Cursor::Token(at, id)) => Some((*at, *id)),
            Some(Cursor::Member(..)) | None => None,
        };
        access::tokens_in(&mut look.c, organization, id, after, one_more(members.len())).await?
    } else {
        Vec::new()
    };
    let mut ticks = access::given_to_members_in(&mut look.c, organization, id, &members).await?;
    ticks.extend(access::given_to_tokens_in(&mut look.c, organization, id, &tokens).await?);
    let mut given = by_holder(ticks, storage::withheld::in_namespace(&mut look.c, id, now).await?);

    let suspended = look.organization.suspended;
    let mut why = |holder: Uuid| given.remove(&holder).unwrap_or_default();
    let mut lines = Vec::new();
    for member in members {
        let standing = Standing::of_member(member.status).within(suspended);
        let effective = Effective::of(standing, why(member.id.uuid()), now);
        let cursor = cursor_of_member(&member);
        let who = Who::Member { id: member.id, email: member.email };
        lines.push((cursor, who, Subject::User(member.user), effective));
    }
    for token in tokens {
        let standing = Standing::of_token(token.expires_at, now).within(suspended);
        let effective = Effective::of(standing, why(token.id.uuid()), now);
        let cursor = cursor_of_token(&token);
        let who = Who::Token { id: token.id, name: token.name, mask: token.mask };
        lines.push((cursor, who, Subject::Token(token.id), effective));
    }
    let more = lines.len() > limit;
    lines.truncate(limit);
    let next = lines.last().filter(|_| more).map(|(cursor, ..)| cursor.clone());
    let name = &namespace.name;
    let lines = lines.into_iter().map(|(_, who, subject, effective)| Line {
        namespace: name.clone(),
        who,
        subject,
        effective,
        cluster: None,
    });
    Ok(Access { next, without_tokens: !sees_tokens, ..context.access(organization, lines.collect()) })
}

/// As [`in_namespace`], with the cluster's answers.
///
/// # Errors
/// As [`in_namespace`].
pub async fn check_namespace(
    context: &Context,
    slug: &str,
    namespace: &str,
    cursor: Option<&str>,
    limit: Option<u32>,
) -> Result<Access, Error> {
    let mut access = in_namespace(context, slug, namespace, cursor, limit).await?;
    ask(context, &mut access).await;
    Ok(access)
}

impl Context {
    fn access(&self, organization: OrganizationId, lines: Vec<Line>) -> Access {
        let settings = self.settings();
        let inquiry = match self.installation.judge() {
            Some(_) => Inquiry::NotAsked,
            None if settings.enforced || settings.cluster.is_some() => Inquiry::OutOfReach,
            None => Inquiry::NoCluster,
        };
        Access { lines, next: None, inquiry, group: binding::group(organization), without_tokens: false }
    }
}

/// Asks the cluster about the first [`PAGE`] lines. Nothing of the database is held meanwhile.
async fn ask(context: &Context, access: &mut Access) {
    let Some(judge) = context.installation.judge() else { return };
    // Whoever is let in is in this group as well.
    let groups = vec![access.group.clone(), "system:authenticated".to_owned()];
    let lines: Vec<_> = access.lines.iter_mut().take(PAGE as usize).collect();
    let question = |line: &Line, act| Question {
        username: line.subject.username(),
        groups: groups.clone(),
        namespace: line.namespace.clone(),
        act,
    };
    let acts = Act::for_each_permission();
    let questions = lines.iter().flat_map(|line| acts.clone().map(move |(_, act)| (line, act)));
    let questions = questions.map(|(line, act)| question(line, act)).collect();
    access.inquiry = match judge.judge(questions).await {
        Ok(verdicts) => {
            let mut verdicts = verdicts.into_iter();
            for line in lines {
                let verdicts = acts.clone().map(|(permission, _)| permission).zip(&mut verdicts);
                line.cluster = Some(line.effective.compare(verdicts));
            }
            Inquiry::Answered
        }
        Err(Unanswered(why)) => Inquiry::Unanswered(why),
    };
}

//! What the cluster should hold: from an organization's grants to the exact RoleBindings.
//!
//! Nothing that a person typed decides here. Names, groups and labels are fixed words and ids; what was typed (an
//! address, a token's name) goes into the [`Note`] alone, which is written where people read and no cluster looks.

mod written;

use crate::{
    id::{OrganizationId, TokenId, UserId},
    membership::Status,
    permission::Permission,
    text::NamespaceName,
    time::Timestamp,
    token,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, str::FromStr};

/// Whom a binding is for, as the cluster knows them: an immutable id behind a fixed prefix, so that no change of a
/// name or an address ever changes who may do what, and none can spell `system:masters`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    User(UserId),
    Token(TokenId),
}

impl Subject {
    /// What the API server calls them: `bailiwick:user:<id>`, `bailiwick:token:<id>`.
    pub fn username(self) -> String {
        match self {
            Self::User(id) => format!("bailiwick:user:{id}"),
            Self::Token(id) => format!("bailiwick:token:{id}"),
        }
    }

    /// The other way: `None` for everybody who is not ours.
    pub fn from_username(username: &str) -> Option<Self> {
        let (kind, id) = username.strip_prefix("bailiwick:")?.split_once(':')?;
        Self::from_parts(kind, id)
    }

    fn from_parts(kind: &str, id: &str) -> Option<Self> {
        let subject = match kind {
            "user" => Self::User(id.parse().ok()?),
            "token" => Self::Token(id.parse().ok()?),
            _ => return None,
        };
        // An id has several spellings (upper case, without hyphens); a name has one.
        subject.label().ends_with(id).then_some(subject)
    }

    /// The same where a colon is not allowed, in labels and object names: `user-<id>`, `token-<id>`.
    pub fn label(self) -> String {
        match self {
            Self::User(id) => format!("user-{id}"),
            Self::Token(id) => format!("token-{id}"),
        }
    }

    /// Reads a [`Subject::label`].
    pub fn from_label(label: &str) -> Option<Self> {
        let (kind, id) = label.split_once('-')?;
        Self::from_parts(kind, id)
    }
}

/// The group of an organization's people and tokens, for the organization's own RBAC. No binding of ours names it.
pub fn group(organization: OrganizationId) -> String {
    format!("bailiwick:organization:{organization}")
}

/// What a binding refers to. A tick is one ClusterRole, each withheld permission another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClusterRole {
    /// Everything an admin may give, aggregated in the cluster.
    Standard,
    /// Made by [`ClusterRole::of`]. For a permission that is not withheld the controller has no right to bind.
    Withheld(Permission),
}

impl ClusterRole {
    /// All that a binding may refer to.
    pub const ALL: [Self; 3] =
        [Self::Standard, Self::Withheld(Permission::WritePods), Self::Withheld(Permission::WriteFull)];

    /// The role through which this permission is given.
    pub fn of(permission: Permission) -> Self {
        if permission.is_withheld() { Self::Withheld(permission) } else { Self::Standard }
    }

    /// `bailiwick:standard`, `bailiwick:w:pods`, `bailiwick:w:full`.
    pub fn name(self) -> String {
        match self {
            Self::Standard => "bailiwick:standard".to_owned(),
            Self::Withheld(permission) => format!("bailiwick:{permission}"),
        }
    }

    /// What it gives.
    pub const fn permissions(&self) -> &[Permission] {
        match self {
            Self::Standard => &Permission::STANDARD,
            Self::Withheld(permission) => std::slice::from_ref(permission),
        }
    }

    /// What the name of a binding to it ends with.
    fn ending(self) -> String {
        match self {
            Self::Standard => String::new(),
            Self::Withheld(permission) => format!("-{}", permission.as_str().replace(':', "-")),
        }
    }
}

/// What a person who reads the cluster wants to know. Decides nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Note {
    /// The member's address, or the token's name or mask.
    pub subject: String,
    pub granted_by: String,
    pub granted_at: Timestamp,
}

/// One RoleBinding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Binding {
    pub organization: OrganizationId,
    pub namespace: NamespaceName,
    pub subject: Subject,
    pub role: ClusterRole,
    pub note: Note,
}

impl Binding {
    pub fn name(&self) -> BindingName {
        BindingName { subject: self.subject, role: self.role }
    }

    pub fn key(&self) -> Key {
        Key { namespace: self.namespace.clone(), name: self.name() }
    }
}

/// A RoleBinding's name inside its namespace: `bailiwick-user-<id>`, `bailiwick-token-<id>-w-pods`. A subject and a role
/// have one name and a name one subject and role, so that two writers make one object, never two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BindingName {
    pub subject: Subject,
    pub role: ClusterRole,
}

impl fmt::Display for BindingName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bailiwick-{}{}", self.subject.label(), self.role.ending())
    }
}

/// The text is not the name of a binding of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotABindingName;

impl FromStr for BindingName {
    type Err = NotABindingName;
    fn from_str(text: &str) -> Result<Self, NotABindingName> {
        let rest = text.strip_prefix("bailiwick-").ok_or(NotABindingName)?;
        // The standard role's ending is empty, so that it fits every name: it comes first, and only a whole id fits it.
        ClusterRole::ALL
            .into_iter()
            .find_map(|role| {
                let subject = Subject::from_label(rest.strip_suffix(role.ending().as_str())?)?;
                Some(Self { subject, role })
            })
            .ok_or(NotABindingName)
    }
}

/// Where a binding stands in the cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    pub namespace: NamespaceName,
    pub name: BindingName,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// One thing given in one namespace: a tick, or one withheld permission.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Given {
    pub namespace: NamespaceName,
    pub role: ClusterRole,
    pub by: String,
    pub at: Timestamp,
    /// `None`: until somebody takes it away.
    pub ends_at: Option<Timestamp>,
}

impl Given {
    fn is_over(&self, now: Timestamp) -> bool {
        token::is_expired(self.ends_at, now)
    }
}

/// A member, as far as the cluster is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub user: UserId,
    pub status: Status,
    pub email: String,
    pub given: Vec<Given>,
}

/// A token, as far as the cluster is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub token: TokenId,
    /// Its name, or its mask where it has none.
    pub label: String,
    pub expires_at: Option<Timestamp>,
    pub removed: bool,
    pub given: Vec<Given>,
}

impl Token {
    fn is_over(&self, now: Timestamp) -> bool {
        self.removed || token::is_expired(self.expires_at, now)
    }
}

/// All that an organization's bindings follow from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    pub organization: OrganizationId,
    /// The operator has closed it: nobody of it has any business in the cluster, and nothing is forgotten.
    pub suspended: bool,
    /// Counted together with the rest. An organization keeps at least one, so that zero proves a failed read.
    pub active_admins: u64,
    pub members: Vec<Member>,
    pub tokens: Vec<Token>,
}

/// An organization without an active admin was read. There is none, so this is a failed read and not a wish: obeying it
/// could delete every binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NobodyRead;

/// The bindings that should be: one for each (subject, namespace, role), in the order of their [`Key`]s. Deactivated
/// members, removed or expired tokens and suspended organizations want nothing, and neither does what was given until a
/// time that is over. What was given twice is noted as first given.
///
/// # Errors
/// [`NobodyRead`].
pub fn wanted(facts: &Facts, now: Timestamp) -> Result<Vec<Binding>, NobodyRead> {
    if facts.active_admins == 0 {
        return Err(NobodyRead);
    }
    if facts.suspended {
        return Ok(Vec::new());
    }
    let members = facts
        .members
        .iter()
        .filter(|member| member.status == Status::Active)
        .map(|member| (Subject::User(member.user), &member.email, &member.given));
    let tokens = facts
        .tokens
        .iter()
        .filter(|token| !token.is_over(now))
        .map(|token| (Subject::Token(token.token), &token.label, &token.given));
    let mut wanted: BTreeMap<Key, Binding> = BTreeMap::new();
    for (subject, name, given) in members.chain(tokens) {
        for given in given.iter().filter(|given| !given.is_over(now)) {
            let binding = Binding {
                organization: facts.organization,
                namespace: given.namespace.clone(),
                subject,
                role: given.role,
                note: Note { subject: name.clone(), granted_by: given.by.clone(), granted_at: given.at },
            };
            let first = |note: &Note| (note.granted_at, note.granted_by.clone(), note.subject.clone());
            match wanted.get(&binding.key()) {
                Some(other) if first(&other.note) <= first(&binding.note) => {}
                _ => {
                    wanted.insert(binding.key(), binding);
                }
            }
        }
    }
    Ok(wanted.into_values().collect())
}

/// When the wanted bindings next change by time alone: the first end of a token or of a grant that is not over yet.
pub fn next_end(facts: &Facts, now: Timestamp) -> Option<Timestamp> {
    let tokens = facts.tokens.iter().filter(|token| !token.is_over(now));
    let given = facts.members.iter().map(|member| &member.given).chain(tokens.clone().map(|token| &token.given));
    let given = given.flatten().filter(|given| !given.is_over(now)).filter_map(|given| given.ends_at);
    tokens.filter_map(|token| token.expires_at).chain(given).min()
}

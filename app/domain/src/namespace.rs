//! Namespaces of an organization: how many, what they are called, whose a name is, and how pods are guarded in them.

mod reserved;

pub use reserved::{Pattern, SHIPPED};

use crate::{
    refusal::Refusal,
    text::{NamespaceLabel, NamespaceName, OrganizationName, Problem, Slug},
};
use serde::{Deserialize, Serialize};
use std::{fmt, iter};

/// How many namespaces an organization may have unless the operator raises it (product contract, section 6).
pub const LIMIT: u32 = 10;

/// Where the controller itself runs, with the credential that binds roles.
pub const CONTROLLERS_OWN: &str = "bailiwick";

/// # Errors
/// [`Refusal::NamespaceLimit`] when `present` namespaces already fill the organization's `limit`.
pub fn may_add_one(present: u32, limit: u32) -> Result<(), Refusal> {
    if present >= limit { Err(Refusal::NamespaceLimit { most: limit }) } else { Ok(()) }
}

/// What an installation decides about namespaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    pub prefix: Prefix,
    /// Names that no organization gets, beside those that are [`SHIPPED`].
    pub reserved: Vec<Pattern>,
    /// `None`: Bailiwick sets no level.
    pub pod_security: Option<PodSecurity>,
}

impl Default for Rules {
    fn default() -> Self {
        Self { prefix: Prefix::default(), reserved: Vec::new(), pod_security: Some(PodSecurity::Baseline) }
    }
}

impl Rules {
    /// What a namespace that an organization creates is called in the cluster: `<prefix><slug>-<label>`.
    ///
    /// # Errors
    /// [`Refusal::BadField`] on `id` where that is longer than [`NamespaceName::LONGEST`], and [`Refusal::NameReserved`].
    pub fn name_of(&self, organization: &Slug, label: &NamespaceLabel) -> Result<NamespaceName, Refusal> {
        let name = NamespaceName::parse(&format!("{}{organization}-{label}", self.prefix)).map_err(|problem| {
            let most = self.longest_label(organization);
            let problem = if matches!(problem, Problem::TooLong { .. }) { Problem::TooLong { most } } else { problem };
            Refusal::BadField { field: "id", problem }
        })?;
        self.may_be_taken(&name)?;
        Ok(name)
    }

    /// How many characters an organization may choose, so that the whole name fits.
    pub fn longest_label(&self, organization: &Slug) -> usize {
        let before = self.prefix.0.len() + organization.as_str().len() + 1;
        NamespaceName::LONGEST.saturating_sub(before).min(NamespaceLabel::LONGEST)
    }

    /// Whether an organization may have a namespace of this name, be it created or adopted. Whoever may read the secrets of
    /// those that run the cluster runs the cluster.
    ///
    /// # Errors
    /// [`Refusal::NameReserved`].
    pub fn may_be_taken(&self, name: &NamespaceName) -> Result<(), Refusal> {
        if self.is_reserved(name.as_str()) { Err(Refusal::NameReserved { name: name.to_string() }) } else { Ok(()) }
    }

    fn is_reserved(&self, name: &str) -> bool {
        let shipped = SHIPPED.iter().any(|pattern| reserved::matches(pattern, name));
        shipped || self.reserved.iter().any(|pattern| pattern.matches(name))
    }

    /// Whether nothing can be created under this beginning of names.
    pub fn reserves_all_under(&self, beginning: &str) -> bool {
        // No pattern names this one; only those that end in `*` meet it.
        self.is_reserved(&format!("{beginning}0-0"))
    }

    /// The slugs to which a name belongs, the longest first: it belongs to the first of them that an organization has. So an
    /// organization `acme` never gets what `acme-dev` could create, nor the other way round.
    pub fn owners_of(&self, name: &NamespaceName) -> impl Iterator<Item = Slug> {
        let name = name.as_str();
        let rest = name.strip_prefix(self.prefix.as_str()).unwrap_or(name);
        let ends = iter::once(rest.len()).chain(rest.rmatch_indices('-').map(|(end, _)| end));
        ends.filter_map(|end| Slug::parse(&rest[..end]).ok())
    }

    /// The slug that an organization of this name would like to have, as [`OrganizationName::slug`] has it. Where every
    /// namespace of it would be reserved (`kube-…`), it begins with `org-`: a slug never changes, and one under which nothing
    /// can be created is of no use.
    pub fn slug(&self, name: &OrganizationName, attempt: u32) -> Slug {
        let slug = name.slug(attempt);
        if !self.reserves_all_under(&format!("{}{slug}-", self.prefix)) {
            return slug;
        }
        let ending = if attempt < 2 { String::new() } else { format!("-{attempt}") };
        let stem = name.slug(1);
        let room = Slug::LONGEST.saturating_sub("org-".len() + ending.len());
        let stem = stem.as_str().get(..room).unwrap_or(stem.as_str()).trim_end_matches('-');
        Slug::parse(&format!("org-{stem}{ending}")).unwrap_or(slug)
    }
}

/// What stands before the name of every namespace that is created: nothing, or a text like `tenant-`, so that no name of an
/// organization's is one that somebody else in the cluster counts on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Prefix(String);

impl Prefix {
    /// In characters: the longest slug (40) and its hyphen leave two for the organization, of [`NamespaceName::LONGEST`].
    pub const LONGEST: usize = NamespaceName::LONGEST - Slug::LONGEST - 1 - 2;

    /// Lower-case letters, digits and hyphens, with a hyphen at its end; an empty text is none.
    ///
    /// # Errors
    /// [`Problem::TooLong`], [`Problem::NotDnsSafe`].
    pub fn parse(text: &str) -> Result<Self, Problem> {
        if text.len() > Self::LONGEST {
            return Err(Problem::TooLong { most: Self::LONGEST });
        }
        // A name that begins with it has to be a name.
        let begins_names = text.ends_with('-') && NamespaceName::parse(&format!("{text}0")).is_ok();
        if text.is_empty() || begins_names { Ok(Self(text.to_owned())) } else { Err(Problem::NotDnsSafe) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Prefix {
    type Error = Problem;
    fn try_from(text: String) -> Result<Self, Problem> {
        Self::parse(&text)
    }
}

impl From<Prefix> for String {
    fn from(prefix: Prefix) -> Self {
        prefix.0
    }
}

/// What pods may ask for in a namespace that was created, as Kubernetes' Pod Security Standards have it. Without one, whoever
/// may make workloads may make privileged ones, and has the node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PodSecurity {
    Restricted,
    Baseline,
    Privileged,
}

impl PodSecurity {
    pub const ALL: [Self; 3] = [Self::Restricted, Self::Baseline, Self::Privileged];

    /// The value of the label `pod-security.kubernetes.io/enforce`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Restricted => "restricted",
            Self::Baseline => "baseline",
            Self::Privileged => "privileged",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == text)
    }
}

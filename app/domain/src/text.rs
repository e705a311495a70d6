//! Texts that people type. Each type is made only by its `parse`; whoever holds one need not check again.

use crate::id::UserId;
use serde::{Deserialize, Deserializer, Serialize};
use std::{collections::BTreeSet, fmt};

/// Why a text was refused. The field's name is added by whoever knows it; see [`crate::Refusal::BadField`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    Empty,
    TooLong {
        most: usize,
    },
    TooShort {
        least: usize,
    },
    /// Control characters, line separators or bidirectional overrides: they forge lines and hide text.
    Invisible,
    NotAnAddress,
    /// Lower-case letters, digits and hyphens, beginning and ending with a letter or digit (RFC 1123).
    NotDnsSafe,
    CommonPassword,
    /// The password is made of the person's or the organization's name or address.
    PasswordFromNames,
    NotATime,
    Unknown,
    Missing,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Problem {}

/// Characters that change how the text around them is read. They have no place in a name or an address:
/// CR and LF forge mail headers and log lines (and panic lettre 0.11), bidi overrides swap what is shown.
fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{206F}'
            | '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// Takes no room on the page. Allowed inside a name (emoji are joined by U+200D), but not as all of it.
/// Unicode's Default_Ignorable_Code_Point without the deceptive ones, and the empty Braille pattern.
fn is_zero_width(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200D}' | '\u{2060}'..='\u{2065}' | '\u{2800}' | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}' | '\u{E0080}'..='\u{E0FFF}')
}

fn visible_line(text: &str, most: usize) -> Result<String, Problem> {
    let text = text.trim();
    if text.chars().any(is_deceptive) {
        return Err(Problem::Invisible);
    }
    if text.is_empty() || text.chars().all(|c| is_zero_width(c) || c.is_whitespace()) {
        return Err(Problem::Empty);
    }
    if text.chars().count() > most {
        return Err(Problem::TooLong { most });
    }
    Ok(text.to_owned())
}

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = Problem;
            fn try_from(text: String) -> Result<Self, Problem> {
                Self::parse(&text)
            }
        }

        // Parsed again on the way in: a stored or sent text obeys the same rule as a typed one.
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = String::deserialize(from)?;
                Self::parse(&text).map_err(|problem| serde::de::Error::custom(problem))
            }
        }
    };
}

text_type! {
    /// An email address, in lower case, so that one person is one row. ASCII only: an internationalized
    /// address would have two spellings, and two accounts.
    EmailAddress
}

impl EmailAddress {
    /// 254 octets is the longest path that SMTP carries (RFC 5321, 4.5.3.1.3).
    pub const LONGEST: usize = 254;

    pub fn parse(text: &str) -> Result<Self, Problem> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Problem::Empty);
        }
        if text.len() > Self::LONGEST {
            return Err(Problem::TooLong { most: Self::LONGEST });
        }
        let rules =
            email_address::Options::default().without_display_text().without_domain_literal().with_required_tld();
        // A quoted local part may hold spaces and `@`; no mailbox in use needs one, and they read as two addresses.
        if !text.is_ascii()
            || text.contains(['"', '\\', ' ', ',', ';', '<', '>'])
            || text.chars().any(is_deceptive)
            || email_address::EmailAddress::parse_with_options(text, rules).is_err()
        {
            return Err(Problem::NotAnAddress);
        }
        Ok(Self(text.to_ascii_lowercase()))
    }

    /// What stands in the place of a removed person's address. `.invalid` is nobody's mailbox (RFC 2606), and the id keeps
    /// one apart from the other; the names keep the log readable.
    pub fn of_removed(first_name: &PersonName, last_name: &PersonName, id: UserId) -> Self {
        let latin = |name: &PersonName| {
            let kept = name.as_str().chars().filter(char::is_ascii_alphanumeric).take(20);
            kept.collect::<String>().to_ascii_lowercase()
        };
        let names: Vec<_> = [latin(first_name), latin(last_name)].into_iter().filter(|name| !name.is_empty()).collect();
        let names = if names.is_empty() { "somebody".to_owned() } else { names.join(".") };
        Self(format!("{names}.{}@removed.invalid", &id.uuid().simple().to_string()[..12]))
    }

    /// `text` with `instead` wherever it names this address: the whole of it, in any spelling, and never inside a longer
    /// address, which is somebody else's.
    pub fn replaced_in(&self, text: &str, instead: &str) -> String {
        // ASCII alone changes its case here, so that every place is the same in both.
        let lower = text.to_ascii_lowercase();
        let (mut done, mut from) = (String::with_capacity(text.len()), 0);
        for (place, _) in lower.match_indices(self.as_str()) {
            let (before, after) = (&text[..place], &text[place + self.0.len()..]);
            if stands_alone(before, after) {
                done.push_str(&text[from..place]);
                done.push_str(instead);
                from = place + self.0.len();
            }
        }
        done.push_str(&text[from..]);
        done
    }

    /// Splits what was pasted into a field: by commas, semicolons, spaces and new lines. Empty parts vanish.
    pub fn split_many(pasted: &str) -> impl Iterator<Item = &str> {
        pasted.split(|c: char| c == ',' || c == ';' || c.is_whitespace()).filter(|part| !part.is_empty())
    }
}

text_type! {
    /// A first or last name, 1–100 characters of any script.
    PersonName
}

impl PersonName {
    pub const LONGEST: usize = 100;

    pub fn parse(text: &str) -> Result<Self, Problem> {
        visible_line(text, Self::LONGEST).map(Self)
    }
}

text_type! {
    /// What an organization is called, 1–100 characters of any script. Its address in URLs is the [`Slug`].
    OrganizationName
}

impl OrganizationName {
    pub const LONGEST: usize = 100;

    pub fn parse(text: &str) -> Result<Self, Problem> {
        visible_line(text, Self::LONGEST).map(Self)
    }

    /// The slug this name would like to have; the `attempt`-th of them when the earlier ones are taken
    /// (`northwind`, `northwind-2`, …). A name without a Latin letter or digit becomes `organization`.
    pub fn slug(&self, attempt: u32) -> Slug {
        let ending = if attempt < 2 { String::new() } else { format!("-{attempt}") };
        let mut slug = String::new();
        for c in self.0.chars() {
            if c.is_ascii_alphanumeric() {
                slug.push(c.to_ascii_lowercase());
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
            if slug.len() + ending.len() >= Slug::LONGEST {
                break;
            }
        }
        let slug = slug.trim_end_matches('-');
        let slug = if slug.is_empty() { "organization" } else { slug };
        Slug(format!("{slug}{ending}"))
    }
}

text_type! {
    /// What an API access token is called, 1–60 characters of any script. Not unique.
    TokenName
}

impl TokenName {
    pub const LONGEST: usize = 60;

    pub fn parse(text: &str) -> Result<Self, Problem> {
        visible_line(text, Self::LONGEST).map(Self)
    }
}

text_type! {
    /// What a person writes to another to explain themselves, 1–500 characters on any number of lines.
    Remark
}

impl Remark {
    pub const LONGEST: usize = 500;

    /// Lines are kept; whatever else can't be seen is refused.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let text = text.replace("\r\n", "\n");
        if text.split('\n').any(|line| line.chars().any(is_deceptive)) {
            return Err(Problem::Invisible);
        }
        visible_line(&text.replace('\n', " "), Self::LONGEST)?;
        Ok(Self(text.trim().to_owned()))
    }

    /// Nothing written is no remark.
    ///
    /// # Errors
    /// As [`Remark::parse`].
    pub fn parse_some(text: &str) -> Result<Option<Self>, Problem> {
        if text.trim().is_empty() { Ok(None) } else { Self::parse(text).map(Some) }
    }
}

text_type! {
    /// What a machine calls itself, 1–60 characters of any script. Anybody can say anything: it proves nothing.
    MachineName
}

impl MachineName {
    pub const LONGEST: usize = 60;

    pub fn parse(text: &str) -> Result<Self, Problem> {
        visible_line(text, Self::LONGEST).map(Self)
    }
}

/// Whether what stands between the two is an address of its own.
fn stands_alone(before: &str, after: &str) -> bool {
    let (last, mut rest) = (before.chars().next_back(), after.chars());
    let next = rest.next();
    let goes_on = match next {
        Some('.') => rest.next().is_some_and(char::is_alphanumeric),
        Some(c) => c.is_alphanumeric() || c == '-',
        None => false,
    };
    // RFC 5322 lets a mailbox's name have nearly anything; where the same stands on both sides, it is there to quote.
    let begins_earlier = last.is_some_and(|c| c.is_alphanumeric() || ".!#$%&'*+-/=?^_`{|}~".contains(c));
    let quoted = last == next && last.is_some_and(|c| !c.is_alphanumeric());
    !goes_on && (!begins_earlier || quoted)
}

fn is_dns_label(text: &str) -> bool {
    !text.starts_with('-')
        && !text.ends_with('-')
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

text_type! {
    /// An organization's address in URLs and the first part of its namespaces' names. Never changes.
    Slug
}

impl Slug {
    /// A namespace is `<slug>-<name>` and at most 63 characters (RFC 1123): 40 + 1 + 20 fits. Behind a prefix the name may have
    /// fewer; see [`crate::namespace::Rules::longest_label`].
    pub const LONGEST: usize = 40;

    pub fn parse(text: &str) -> Result<Self, Problem> {
        if text.is_empty() {
            return Err(Problem::Empty);
        }
        if text.len() > Self::LONGEST {
            return Err(Problem::TooLong { most: Self::LONGEST });
        }
        if !is_dns_label(text) {
            return Err(Problem::NotDnsSafe);
        }
        Ok(Self(text.to_owned()))
    }
}

text_type! {
    /// The part of a namespace's name that its organization chooses: `dev` of `northwind-dev`.
    NamespaceLabel
}

impl NamespaceLabel {
    pub const LONGEST: usize = 20;

    /// The organization's own part of a namespace's name that it did not choose: what fits of it, numbered where others of
    /// its labels are the same.
    pub fn of_name(name: &NamespaceName, organization: &Slug, taken: &BTreeSet<Self>) -> Self {
        let own = name.0.strip_prefix(organization.as_str()).and_then(|rest| rest.strip_prefix('-'));
        let own = own.filter(|own| !own.starts_with('-')).unwrap_or(&name.0);
        let mut attempt = 1;
        loop {
            let ending = if attempt < 2 { String::new() } else { format!("-{attempt}") };
            let fits = own[..own.len().min(Self::LONGEST - ending.len())].trim_end_matches('-');
            let label = Self(format!("{fits}{ending}"));
            if !taken.contains(&label) {
                return label;
            }
            attempt += 1;
        }
    }

    pub fn parse(text: &str) -> Result<Self, Problem> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Problem::Empty);
        }
        if !is_dns_label(text) {
            return Err(Problem::NotDnsSafe);
        }
        if text.len() > Self::LONGEST {
            return Err(Problem::TooLong { most: Self::LONGEST });
        }
        Ok(Self(text.to_owned()))
    }
}

text_type! {
    /// The name of a namespace in the cluster, as RFC 1123 allows it: at most 63 characters.
    NamespaceName
}

impl NamespaceName {
    /// As long as a label of DNS (RFC 1123).
    pub const LONGEST: usize = 63;

    pub fn parse(text: &str) -> Result<Self, Problem> {
        if text.is_empty() {
            return Err(Problem::Empty);
        }
        if text.len() > Self::LONGEST {
            return Err(Problem::TooLong { most: Self::LONGEST });
        }
        if !is_dns_label(text) {
            return Err(Problem::NotDnsSafe);
        }
        Ok(Self(text.to_owned()))
    }
}

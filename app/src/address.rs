//! The address of the page that is shown, read once, and the way from it to others. The same in the browser and on the server.

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_url};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What a plain form post adds to the address it came from, when it failed: the framework's own two, what was typed, and the
/// proof that this server added them.
pub const FAILED_PATH: &str = "__path";
pub const FAILED_ERROR: &str = "__err";
pub const FAILED_TYPED: &str = "__typed";
pub const FAILED_PROOF: &str = "__proof";

const FAILED: [&str; 4] = [FAILED_PATH, FAILED_ERROR, FAILED_TYPED, FAILED_PROOF];

/// A path and its query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    path: String,
    query: Vec<(String, String)>,
}

impl Address {
    /// `search` without its question mark.
    pub fn parse(path: &str, search: &str) -> Self {
        Self { path: path.to_owned(), query: pairs(search) }
    }

    pub fn path(&self) -> &str {
        &self.path
    }

    /// The first value of this name that is not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// As [`Self::get`]; empty where there is none.
    pub fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or_default().to_owned()
    }

    pub fn has(&self, name: &str) -> bool {
        self.query.iter().any(|(key, _)| key == name)
    }

    /// Whether one value has this name, and no other has it as well: of several, each reader would take another.
    pub fn has_one(&self, name: &str) -> bool {
        self.query.iter().filter(|(key, _)| key == name).count() == 1
    }

    /// What of the query says something, but for these names.
    pub fn kept(&self, without: &[&str]) -> Vec<(String, String)> {
        let says = |(key, value): &&(String, String)| {
            !value.is_empty() && !without.contains(&key.as_str()) && !FAILED.contains(&key.as_str())
        };
        self.query.iter().filter(says).cloned().collect()
    }

    /// This address, without what a failed post left in it.
    pub fn here(&self) -> String {
        let kept = self.query.iter().filter(|(key, _)| !FAILED.contains(&key.as_str()));
        written(&self.path, kept.map(|(key, value)| (key.as_str(), value.as_str())))
    }

    /// This page with these parameters alone; empty ones are left out.
    pub fn only(&self, query: &[(&str, &str)]) -> String {
        written(&self.path, query.iter().copied().filter(|(_, value)| !value.is_empty()))
    }

    /// This page with other parameters: an empty value takes one out.
    pub fn with(&self, changes: &[(&str, &str)]) -> String {
        let changed: Vec<&str> = changes.iter().map(|(key, _)| *key).collect();
        let kept = self.kept(&changed);
        let kept = kept.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        written(&self.path, kept.chain(changes.iter().copied().filter(|(_, value)| !value.is_empty())))
    }
}

/// A path with a query, where there is something to ask.
fn written<'a>(path: &str, query: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let pair = |(key, value): (&str, &str)| {
        if value.is_empty() { encode(key) } else { format!("{}={}", encode(key), encode(value)) }
    };
    let query: Vec<String> = query.map(pair).collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

/// Percent-encodes one part of a query string.
pub fn encode(text: &str) -> String {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
    utf8_percent_encode(text, KEPT).to_string()
}

/// Reads `a=1&b=2`, as forms write it.
pub fn pairs(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let parts = query.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(key, value)| (decode(key), decode(value)))
        .collect()
}

/// Whether the next page is on its way.
#[derive(Debug, Clone, Copy)]
pub struct Routing(pub RwSignal<bool>);

/// Of the page that is asked for. A page that is left keeps the one it had.
pub fn use_address() -> Memo<Address> {
    let url = use_url();
    Memo::new(move |_| url.with(|url| Address::parse(url.path(), url.search())))
}

/// A part of the path, by its name in the table of routes.
pub fn use_part(name: &'static str) -> Memo<String> {
    let parts = use_params_map();
    Memo::new(move |_| parts.with(|parts| parts.get(name).unwrap_or_default()))
}

/// The organization that the path names.
pub fn use_slug() -> Memo<String> {
    use_part("slug")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_as_it_was_read() {
        for (path, search) in [("/a", ""), ("/o/north/x", "search=a%20b&open=1"), ("/a", "sent"), ("/a", "q=100%25")] {
            let whole = if search.is_empty() { path.to_owned() } else { format!("{path}?{search}") };
            assert_eq!(Address::parse(path, search).here(), whole);
        }
    }

    #[test]
    fn a_parameter_is_changed_and_an_empty_one_taken_out() {
        let address = Address::parse("/o/north/x", "search=a+b&invite=1&status=");
        assert_eq!(address.get("search"), Some("a b"));
        assert_eq!((address.get("status"), address.has("status")), (None, true));
        assert_eq!(address.with(&[("invite", "")]), "/o/north/x?search=a%20b");
        assert_eq!(address.with(&[("search", ""), ("invite", "2")]), "/o/north/x?invite=2");
    }

    #[test]
    fn what_a_failed_post_left_leads_nowhere() {
        let address = Address::parse("/a", "x=1&__path=/api&__err=e&__typed=t&__proof=p");
        assert_eq!((address.here(), address.with(&[])), ("/a?x=1".to_owned(), "/a?x=1".to_owned()));
    }
}

//! What a plain form post that failed leaves in an address, as whoever looks at the address has it.

use crate::browser::Answer;
use base64::{
    Engine,
    engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD},
};
use serde_json::Value;

/// What it adds to the address it came from.
pub(crate) const ADDED: [&str; 4] = ["__path", "__err", "__typed", "__proof"];

pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// An address as it was before a form of its page failed.
pub(crate) fn clean(location: &str) -> String {
    let (path, query) = location.split_once('?').unwrap_or((location, ""));
    let kept = query.split('&').filter(|pair| !ADDED.contains(&pair.split('=').next().unwrap()));
    let kept = kept.collect::<Vec<_>>().join("&");
    if kept.is_empty() { path.to_owned() } else { format!("{path}?{kept}") }
}

/// An address with other things said in it.
pub(crate) fn with(location: &str, name: &str, value: &str) -> String {
    let (path, query) = location.split_once('?').unwrap_or((location, ""));
    let changed =
        pairs(query).into_iter().map(|(key, old)| if key == name { (key, value.to_owned()) } else { (key, old) });
    format!("{path}?{}", form_urlencoded::Serializer::new(String::new()).extend_pairs(changed).finish())
}

/// A post that failed, as the address it leads to tells it.
pub(crate) struct Failed {
    /// Where it came from.
    pub(crate) back: String,
    pub(crate) function: String,
    pub(crate) error: Value,
    pub(crate) typed: Vec<(String, String)>,
}

impl Failed {
    #[track_caller]
    pub(crate) fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 303, "{}", answer.text);
        assert_eq!(answer.text, "");
        let location = answer.location();
        let query = pairs(location.split_once('?').map_or("", |(_, query)| query));
        let said = |name: &str| {
            let mut said = query.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone());
            let first = said.next().unwrap_or_else(|| panic!("no {name} in {location}"));
            assert_eq!(said.next(), None, "{name} stands twice in {location}");
            first
        };
        assert_eq!(said("__proof").len(), 22, "{location}");
        Self {
            back: clean(location),
            function: said("__path"),
            error: serde_json::from_slice(&URL_SAFE.decode(said("__err")).unwrap()).unwrap(),
            typed: pairs(&said("__typed")),
        }
    }
}

/// All that an answer leaves in the browser, readable: in the address it leads to, and in cookies that are no session's.
pub(crate) fn left_behind(answer: &Answer) -> String {
    let mut left = answer.location().to_owned();
    for (_, value) in pairs(answer.location().split_once('?').map_or("", |(_, query)| query)) {
        left.push_str(&format!("\n{value}\n{:?}", pairs(&value)));
        left.push_str(&String::from_utf8_lossy(&URL_SAFE.decode(&value).unwrap_or_default()));
    }
    for line in answer.cookies().into_iter().filter(|line| line.contains("bailiwick-")) {
        let value = line.split_once('=').unwrap().1.split(';').next().unwrap();
        left.push_str(&format!("\n{line}\n{}", String::from_utf8_lossy(&URL_SAFE_NO_PAD.decode(value).unwrap())));
    }
    left
}

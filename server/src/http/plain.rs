//! Plain form posts, as browsers send them before our program is there and without it. What failed comes back in the address
//! of the page it came from, by the framework's own `ServerFnUrlError`; what was done is said by a cookie, read once.

use super::{
    caller::cookie,
    pages::{local, redirect},
};
use app::{
    Notice,
    address::{self, Address, FAILED_ERROR, FAILED_PATH, FAILED_PROOF, FAILED_TYPED},
    error::ApiError,
};
use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use leptos::server_fn::error::ServerFnUrlError;
use usecases::Context;

pub(super) type Fields = Vec<(String, String)>;

/// What is typed into fields of these names is never handed back.
const SECRET_FIELDS: [&str; 4] = ["password", "current_password", "secret", "device_code"];

/// In bytes. Proxies take addresses of 8 KB; what does not fit is left out, longest values first.
const LONGEST: usize = 4000;

/// Of it, for the page that the form stands on.
const LONGEST_BACK: usize = 1500;

/// In characters. A sentence of ours is no longer, but for what it quotes.
const LONGEST_SENTENCE: usize = 400;

/// Leads back to the page that the form stands on, with what was wrong and what was typed.
pub(super) fn failed(
    context: Option<&Context>,
    back: &str,
    function: &str,
    error: ApiError,
    fields: &Fields,
) -> Response {
    let back = page(back);
    let own = |(name, _): &&(String, String)| {
        !SECRET_FIELDS.contains(&name.as_str()) && !matches!(name.as_str(), "back" | "next" | "organization")
    };
    // What was there meanwhile is read with the page.
    let message = error.message.chars().take(LONGEST_SENTENCE).collect();
    let error = ApiError { present: None, message, ..error };
    let Some(without) = written(context, &back, function, &error, &Fields::new()) else { return redirect(&back) };
    // It is encoded as a form, and all of that once more as one value of the address.
    let length = |pair: &(String, String)| 3 + encoded(&encoded_form([pair])).len();
    let typed = fitting(fields.iter().filter(own), LONGEST.saturating_sub(without.len()), length);
    redirect(&written(context, &back, function, &error, &typed).unwrap_or(back))
}

/// The address of the page that the form stands on, without what an earlier post left in it.
fn page(back: &str) -> String {
    let back = local(back).unwrap_or("/");
    let (path, search) = back.split_once('?').unwrap_or((back, ""));
    let whole = Address::parse(path, search);
    if whole.here().len() <= LONGEST_BACK {
        return whole.here();
    }
    let path = if path.len() <= LONGEST_BACK { path } else { "/" };
    let length = |(name, value): &(String, String)| 2 + address::encode(name).len() + address::encode(value).len();
    let kept = fitting(whole.kept(&[]).iter(), LONGEST_BACK - path.len(), length);
    let kept: Vec<_> = kept.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    Address::parse(path, "").with(&kept)
}

/// As many of these as there is room for, the shortest first, in the order in which they came.
fn fitting<'a>(
    pairs: impl Iterator<Item = &'a (String, String)>,
    mut room: usize,
    length: impl Fn(&(String, String)) -> usize,
) -> Fields {
    let mut by_length: Vec<_> = pairs.enumerate().map(|(at, pair)| (length(pair), at, pair)).collect();
    by_length.sort_unstable_by_key(|(length, at, _)| (*length, *at));
    let fits = |(length, ..): &(usize, usize, &(String, String))| {
        let left = room.checked_sub(*length);
        room = left.unwrap_or_default();
        left.is_some()
    };
    let mut kept: Vec<_> = by_length.into_iter().take_while(fits).map(|(_, at, pair)| (at, pair)).collect();
    kept.sort_unstable_by_key(|(at, _)| *at);
    kept.into_iter().map(|(_, pair)| pair.clone()).collect()
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn encoded_form<'a>(pairs: impl IntoIterator<Item = &'a (String, String)>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn written(context: Option<&Context>, back: &str, function: &str, error: &ApiError, typed: &Fields) -> Option<String> {
    // The framework writes into whole addresses alone.
    let mut url = ServerFnUrlError::new(function, error.clone()).to_url(&format!("http://local{back}")).ok()?;
    url.query_pairs_mut().append_pair(FAILED_TYPED, &encoded_form(typed));
    let (person, keys) = (context.and_then(person), context.map(|context| context.keys()));
    let (path, search) = (url.path(), url.query().unwrap_or_default());
    let proof = keys?.failed_post(person, &said(&Address::parse(path, search)));
    let search = format!("{search}&{FAILED_PROOF}={}", address::encode(&proof));
    Some(format!("{path}?{search}"))
}

fn person(context: &Context) -> Option<uuid::Uuid> {
    context.signed_in().ok().map(|person| person.user.uuid())
}

/// All that an address says of a failed post.
fn said(address: &Address) -> String {
    let [path, error, typed] = [FAILED_PATH, FAILED_ERROR, FAILED_TYPED].map(|name| address.text(name));
    format!("{path}\n{error}\n{typed}")
}

/// The same address without what was said in it, where it was not this server that said it to this person.
pub(super) fn without_forgery(context: &Context, address: &Address) -> Option<String> {
    const ADDED: [&str; 4] = [FAILED_PATH, FAILED_ERROR, FAILED_TYPED, FAILED_PROOF];
    let claims = ADDED.iter().any(|name| address.has(name));
    // Where one stands twice, the framework reads the last of them: it must be what is proved.
    let proved = || {
        let proof = address.text(FAILED_PROOF);
        ADDED.iter().all(|name| address.has_one(name))
            && context.keys().is_failed_post(person(context), &said(address), &proof)
    };
    (claims && !proved()).then(|| address.here())
}

/// Bound to this very host where it can be: a neighbour must not put words into our mouth.
const fn notice_name(https: bool) -> &'static str {
    if https { "__Host-bailiwick-notice" } else { "bailiwick-notice" }
}

pub(super) fn notice(headers: &HeaderMap, https: bool) -> Notice {
    let value = cookie(headers, notice_name(https)).and_then(|value| URL_SAFE_NO_PAD.decode(value).ok());
    Notice(value.and_then(|bytes| String::from_utf8(bytes).ok()).filter(|notice| !notice.is_empty()))
}

/// An empty one is taken away.
pub(super) fn set_notice(headers: &mut HeaderMap, notice: &str, https: bool) {
    // A sentence with a hundred addresses in it would not fit into a cookie.
    let notice: String = notice.chars().take(600).collect();
    let (seconds, secure) = (if notice.is_empty() { 0 } else { 60 }, if https { "; Secure" } else { "" });
    let (name, value) = (notice_name(https), URL_SAFE_NO_PAD.encode(notice));
    append(headers, &format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"));
}

/// Puts a cookie onto an answer without taking others off.
pub(super) fn append(headers: &mut HeaderMap, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        headers.append(header::SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(texts: &[&str]) -> Fields {
        texts.iter().map(|text| ("n".to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn the_shortest_fit_and_stay_in_their_order() {
        let length = |(_, value): &(String, String)| value.len();
        let all = pairs(&["ccc", "a", "dddd", "bb"]);
        for (room, kept) in [
            (0, &[][..]),
            (1, &["a"]),
            (5, &["a", "bb"]),
            (6, &["ccc", "a", "bb"]),
            (9, &["ccc", "a", "bb"]),
            (10, &["ccc", "a", "dddd", "bb"]),
        ] {
            assert_eq!(fitting(all.iter(), room, length), pairs(kept), "{room}");
        }
    }

    #[test]
    fn the_page_of_a_form_is_a_path_of_ours_and_never_too_long() {
        for (back, expected) in [
            ("/a?x=1&__err=e&__path=p&y=2", "/a?x=1&y=2".to_owned()),
            ("/forgot-password?sent", "/forgot-password?sent".to_owned()),
            ("//evil.example", "/".to_owned()),
            ("https://evil.example", "/".to_owned()),
            (&format!("/a?invite=1&search={}&open=2", "x".repeat(5_000)), "/a?invite=1&open=2".to_owned()),
            (&format!("/{}?open=2", "x".repeat(5_000)), "/?open=2".to_owned()),
            (&format!("/a?search={}", "x".repeat(1_400)), format!("/a?search={}", "x".repeat(1_400))),
        ] {
            assert_eq!(page(back), expected, "{}", &back[..back.len().min(40)]);
        }
    }

    fn left(notice: &str, https: bool) -> (String, HeaderMap) {
        let mut headers = HeaderMap::new();
        set_notice(&mut headers, notice, https);
        let line = headers[header::SET_COOKIE].to_str().unwrap().to_owned();
        let mut asked = HeaderMap::new();
        asked.insert(header::COOKIE, HeaderValue::from_str(line.split(';').next().unwrap()).unwrap());
        (line, asked)
    }

    #[test]
    fn a_notice_is_read_as_it_was_left_and_under_its_own_name_alone() {
        for sentence in ["Saved.", "“ci-deploy” is removed; \"it\" was used.", "two\nlines", "\u{1f600}"] {
            let (line, asked) = left(sentence, true);
            assert!(line.starts_with("__Host-bailiwick-notice=") && line.ends_with("; SameSite=Lax; Secure"), "{line}");
            assert_eq!(notice(&asked, true).0.as_deref(), Some(sentence));
            assert_eq!(notice(&asked, false).0, None);
            let (line, asked) = left(sentence, false);
            assert!(line.starts_with("bailiwick-notice=") && line.ends_with("; SameSite=Lax"), "{line}");
            assert_eq!((notice(&asked, false).0.as_deref(), notice(&asked, true).0), (Some(sentence), None));
        }
    }

    #[test]
    fn a_notice_fits_into_a_cookie_and_an_empty_one_is_taken_away() {
        let (line, asked) = left(&"€".repeat(10_000), true);
        assert!(line.len() < 4_000, "{}", line.len());
        assert_eq!(notice(&asked, true).0, Some("€".repeat(600)));
        let (line, asked) = left("", true);
        assert!(line.contains("=; Path=/; Max-Age=0; "), "{line}");
        assert_eq!(notice(&asked, true).0, None);
        for nonsense in ["%%%", "_w", "gICA", "=", "A"] {
            let mut asked = HeaderMap::new();
            asked.insert(header::COOKIE, HeaderValue::from_str(&format!("bailiwick-notice={nonsense}")).unwrap());
            assert_eq!(notice(&asked, false).0, None, "{nonsense}");
        }
    }
}

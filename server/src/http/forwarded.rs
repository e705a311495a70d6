//! The client's address behind proxies: `X-Forwarded-For` as proxies write it, and `Forwarded` (RFC 7239).
//!
//! Entries count from the right, where the nearest proxy wrote. Each is believed only because a trusted proxy wrote it, so the
//! walk ends at the first that can't be read, with the proxy that wrote it: whatever stands further left came from somebody
//! else, who could have put the unreadable entry there to be skipped.

use axum::http::HeaderMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const X_FORWARDED_FOR: &str = "x-forwarded-for";
const FORWARDED: &str = "forwarded";

/// Whether a request says for whom it comes.
pub(super) fn is_named(headers: &HeaderMap) -> bool {
    headers.contains_key(X_FORWARDED_FOR) || headers.contains_key(FORWARDED)
}

/// The first address from the right that is not a trusted proxy's. `peer` is the trusted proxy that sent this request, and the
/// answer where nothing can be read. Most proxies write one of the two headers and pass the other on as it came: where both
/// are there and lead to different addresses, nobody can tell which one is the client's own word, and `peer` alone counts.
pub(super) fn client(peer: IpAddr, headers: &HeaderMap, trusts: impl Fn(&IpAddr) -> bool) -> IpAddr {
    let named = |header: &str, read: fn(&str) -> Vec<Option<IpAddr>>| {
        let lines = headers.get_all(header).iter().map(|line| line.to_str().map_or_else(|_| vec![None], read));
        let entries: Vec<Option<IpAddr>> = lines.flatten().collect();
        (!entries.is_empty()).then(|| walk(peer, &entries, &trusts))
    };
    match (named(X_FORWARDED_FOR, x_forwarded_for), named(FORWARDED, forwarded)) {
        (Some(one), Some(other)) if one != other => peer,
        (Some(named), _) | (None, Some(named)) => named,
        (None, None) => peer,
    }
}

fn walk(peer: IpAddr, entries: &[Option<IpAddr>], trusts: &impl Fn(&IpAddr) -> bool) -> IpAddr {
    let mut writer = peer;
    for entry in entries.iter().rev() {
        match entry {
            Some(ip) if trusts(ip) => writer = *ip,
            Some(ip) => return *ip,
            None => return writer,
        }
    }
    writer
}

/// No quoted text of this header has a comma in it, so a quote that somebody left open swallows nothing.
fn x_forwarded_for(line: &str) -> Vec<Option<IpAddr>> {
    line.split(',').map(|entry| node(unquoted(entry.trim()))).collect()
}

fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

/// Elements between commas, pairs between semicolons, values as tokens or quoted (RFC 7239, section 4). A quote that a client
/// left open reaches into what proxies wrote after it: their part has an even number of quotes, so the last element is then
/// never closed, can't be read, and ends the walk.
fn forwarded(line: &str) -> Vec<Option<IpAddr>> {
    split(line, ',').into_iter().map(|element| named_for(&element)).collect()
}

/// The address in `for=`, where every pair is well formed and one of them is `for`.
fn named_for(element: &str) -> Option<IpAddr> {
    let mut found = None;
    for pair in split(element, ';') {
        let (name, value) = pair.split_once('=')?;
        let value = whole(value.trim())?;
        if name.trim().eq_ignore_ascii_case("for") && found.replace(node(value)?).is_some() {
            return None;
        }
    }
    found
}

/// A token, or all of what stands between two quotes. Addresses need no escapes, and nothing else is looked for.
fn whole(value: &str) -> Option<&str> {
    let inner = match value.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"')?,
        None => value,
    };
    (!inner.contains(['"', '\\'])).then_some(inner)
}

/// Cuts at `at`, but not within quotes.
fn split(text: &str, at: char) -> Vec<String> {
    let (mut parts, mut quoted, mut escaped) = (vec![String::new()], false, false);
    for c in text.chars() {
        if c == at && !quoted {
            parts.push(String::new());
            continue;
        }
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    parts
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:4711`. None for `unknown`, for names that a
/// proxy made up (`_hidden`), and for everything else.
fn node(text: &str) -> Option<IpAddr> {
    let ip = if let Some(rest) = text.strip_prefix('[') {
        let (ip, port) = rest.split_once(']')?;
        if !port.is_empty() && !is_port(port.strip_prefix(':')?) {
            return None;
        }
        IpAddr::V6(ip.parse::<Ipv6Addr>().ok()?)
    } else if let Ok(ip) = text.parse::<IpAddr>() {
        ip
    } else {
        let (ip, port) = text.split_once(':')?;
        IpAddr::V4(ip.parse::<Ipv4Addr>().ok().filter(|_| is_port(port))?)
    };
    Some(ip.to_canonical())
}

/// A number, or a name that a proxy gives instead of it (RFC 7239, section 6.2).
fn is_port(text: &str) -> bool {
    let obfuscated = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    match text.strip_prefix('_') {
        Some(name) => !name.is_empty() && obfuscated(name),
        None => (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    const PEER: &str = "10.0.0.1";

    /// Whom the proxies of 10.0.0.0/8 name with these header lines.
    fn named(lines: &[(&'static str, &str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let trusts = |ip: &IpAddr| matches!(ip, IpAddr::V4(ip) if ip.octets()[0] == 10);
        client(PEER.parse().unwrap(), &headers, trusts).to_string()
    }

    fn by_x(line: &str) -> String {
        named(&[(X_FORWARDED_FOR, line)])
    }

    fn by_forwarded(line: &str) -> String {
        named(&[(FORWARDED, line)])
    }

    #[test]
    fn an_address_is_read_in_every_form_that_proxies_write() {
        for (line, ip) in [
            ("192.0.2.7", "192.0.2.7"),
            ("192.0.2.7:4711", "192.0.2.7"),
            ("\"192.0.2.7:4711\"", "192.0.2.7"),
            ("2001:db8::7", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("[2001:db8::7]:4711", "2001:db8::7"),
            ("\"[2001:db8::7]:4711\"", "2001:db8::7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("[::ffff:192.0.2.7]:1", "192.0.2.7"),
            ("  192.0.2.7\t", "192.0.2.7"),
        ] {
            assert_eq!(by_x(line), ip, "{line}");
        }
        for (line, ip) in [
            ("for=192.0.2.7", "192.0.2.7"),
            ("For=\"192.0.2.7:4711\"", "192.0.2.7"),
            ("for=\"[2001:db8::7]\"", "2001:db8::7"),
            ("for=\"[2001:db8::7]:_p-1\"", "2001:db8::7"),
            ("proto=https; for=192.0.2.7 ;by=\"_a,b;c\";host=b.example", "192.0.2.7"),
            ("for=192.0.2.7, for=10.0.0.2", "192.0.2.7"),
        ] {
            assert_eq!(by_forwarded(line), ip, "{line}");
        }
    }

    #[test]
    fn the_last_address_that_is_no_proxy_counts() {
        assert_eq!(by_x("192.0.2.1, 192.0.2.7"), "192.0.2.7");
        assert_eq!(by_x("192.0.2.1, 192.0.2.7:1, 10.0.0.3:1, 10.0.0.2"), "192.0.2.7");
        let lines = [(X_FORWARDED_FOR, "192.0.2.1"), (X_FORWARDED_FOR, "192.0.2.7"), (X_FORWARDED_FOR, "10.0.0.2")];
        assert_eq!(named(&lines), "192.0.2.7", "several headers are one list");
        assert_eq!(by_x("10.0.0.9, 10.0.0.2"), "10.0.0.9", "somebody within the own network");
        assert_eq!(named(&[]), PEER);
    }

    #[test]
    fn an_unreadable_entry_ends_the_walk_at_the_proxy_that_wrote_it() {
        for wrong in [
            "unknown",
            "\"unknown\"",
            "_hidden",
            "",
            "nobody",
            "192.0.2",
            "192.0.2.7:",
            "192.0.2.7:x",
            "192.0.2.7:123456",
            "[192.0.2.7]",
            "[2001:db8::7",
            "[2001:db8::7]4711",
            "[2001:db8::7]:",
            "2001:db8::7:x",
            "\"192.0.2.7",
            "caf\u{e9}",
        ] {
            assert_eq!(by_x(&format!("192.0.2.66, {wrong}")), PEER, "{wrong}");
            assert_eq!(
                by_x(&format!("192.0.2.66, {wrong}, 10.0.0.2")),
                if wrong == "caf\u{e9}" { PEER } else { "10.0.0.2" }
            );
        }
        for wrong in [
            "for=unknown",
            "for=_hidden",
            "for=",
            "for",
            "",
            "proto=https",
            "for=192.0.2.7;for=192.0.2.8",
            "for=\"192.0.2.7",
            "for=192.0.2.7\"",
            "for=\"192.0.2.7\"x",
            "for=\"192.0\\.2.7\"",
            "for=192.0.2.7;proto",
        ] {
            assert_eq!(by_forwarded(&format!("for=192.0.2.66, {wrong}")), PEER, "{wrong}");
        }
    }

    #[test]
    fn a_quote_that_a_client_left_open_puts_nothing_in_place_of_what_the_proxy_wrote() {
        let open =
            ["for=192.0.2.66, for=\"", "for=192.0.2.66;x=\"", "for=192.0.2.66, x=\"\\", "\"", "for=\"192.0.2.66"];
        let written = ["for=192.0.2.7", "for=\"[2001:db8::7]:47\"", "for=\"[2001:db8::7]\";by=\"_x\";proto=https"];
        for (open, written) in open.iter().flat_map(|open| written.map(|written| (open, written))) {
            assert_eq!(by_forwarded(&format!("{open}, {written}")), PEER, "{open}, {written}");
        }
        assert_eq!(by_x("\"192.0.2.66, 192.0.2.7"), "192.0.2.7", "there a comma is always a comma");
    }

    #[test]
    fn where_two_headers_disagree_only_the_proxy_counts() {
        let both = |x, forwarded| named(&[(X_FORWARDED_FOR, x), (FORWARDED, forwarded)]);
        assert_eq!(both("192.0.2.7", "for=192.0.2.66"), PEER);
        assert_eq!(both("192.0.2.7", "for=unknown"), PEER);
        assert_eq!(both("192.0.2.66, 192.0.2.7:1", "for=\"192.0.2.7:1\", for=10.0.0.2"), "192.0.2.7");
    }
}

//! Addresses that somebody else has written: only those of this very origin lead anywhere.

use domain::path::{self, local};

#[test]
fn what_leads_to_another_origin_leads_nowhere() {
    for bad in [
        "",
        "evil",
        "evil.example",
        "https://evil.example",
        "https:evil.example",
        "https:/evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "\\/evil.example",
        "/a\\..\\b",
        " //evil.example",
        " /a",
        "?next=/a",
        "#a",
    ] {
        assert_eq!(local(bad), None, "{bad:?}");
    }
}

/// Browsers leave some of them out before they look where an address leads; all of them would end a header.
#[test]
fn no_control_character_and_nothing_but_ascii_is_in_an_address() {
    for code in (0..0x20).chain([0x7f]) {
        let control = char::from(code);
        for bad in [format!("/{control}/evil.example"), format!("{control}//evil.example"), format!("/a{control}")] {
            assert_eq!(local(&bad), None, "{bad:?}");
        }
    }
    assert_eq!(local("/a\r\nSet-Cookie: x=1"), None);
    for bad in ["/\u{ff0f}evil.example", "/\u{2044}evil.example", "/\u{202e}a", "/\u{80}", "/ä"] {
        assert_eq!(local(bad), None, "{bad:?}");
    }
}

#[test]
fn an_address_of_ours_stays_as_it_is() {
    let slug = domain::text::Slug::parse("northwind").unwrap();
    let own = [path::organization(&slug), path::operator_organization(&slug), path::invitation("s3cret")];
    for good in own.iter().map(String::as_str).chain([
        path::HOME,
        path::OPERATOR_REQUESTS,
        "/o/northwind/organization?search=a%20b&open=1",
        "/sign-in?next=//evil.example",
        "/a//b",
        "/device?code=WDJB-MJHT",
    ]) {
        assert_eq!(local(good), Some(good));
    }
}

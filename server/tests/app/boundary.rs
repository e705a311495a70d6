//! What a browser may be made to send by somebody else's page: refused on every path, and nothing has changed.

use crate::{
    browser::{Answer, Ask, Browser, FORM, encode},
    calls::{CALLS, Call, Fields},
    house::{House, on_both},
};

/// Sends what must be refused, whatever its cookies.
async fn refused(browser: &Browser, ask: Ask, why: &str) -> Answer {
    let what = format!("{} {} {why}", ask.method, ask.path);
    let answer = browser.send(ask).await;
    assert!((400..500).contains(&answer.status), "{what}: {} {}", answer.status, answer.text);
    assert!(answer.cookies().is_empty(), "{what}: {:?}", answer.cookies());
    answer
}

fn borrowed(fields: &Fields) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Runs for every function of one method: who asks may, and all that is asked would be done. Nothing is.
async fn for_each(house: &House, method: &str, test: impl AsyncFn(&Browser, &Call, &Fields)) {
    let cast = house.cast().await;
    for call in CALLS.iter().filter(|call| call.method == method) {
        let (asker, fields) = (cast.asker(call.may_be_asked_by()).await, cast.fill(call.fields, 3).await);
        let before = house.rows().await;
        test(&asker, call, &fields).await;
        assert_eq!(house.rows().await, before, "{} has changed something", call.function);
        // The worker is alive, and it was not the fields that were refused.
        let answer = call.ask(&asker, &fields).await;
        assert_eq!(answer.status, 200, "{}: {}", call.function, answer.text);
    }
}

const FOREIGN: [(&str, &[(&str, &str)]); 9] = [
    ("from another site", &[("sec-fetch-site", "cross-site")]),
    ("from another host of ours", &[("sec-fetch-site", "same-site")]),
    ("from another site that names no origin", &[("sec-fetch-site", "cross-site"), ("origin", "")]),
    ("from an evil origin", &[("origin", "https://evil.example"), ("sec-fetch-site", "")]),
    ("from an evil origin that calls itself ours", &[("origin", "https://evil.example")]),
    ("from an origin that begins like ours", &[("origin", "https://bailiwick.example.evil.example")]),
    ("from nowhere", &[("origin", "null"), ("sec-fetch-site", "")]),
    ("from nowhere on another site", &[("origin", "null"), ("sec-fetch-site", "cross-site")]),
    ("from our host without TLS", &[("origin", "http://bailiwick.example"), ("sec-fetch-site", "")]),
];

#[test]
fn no_other_site_can_make_a_browser_change_anything() {
    on_both(async |house| {
        for_each(&house, "POST", async |asker, call, fields| {
            for (why, headers) in FOREIGN {
                for accept in ["application/json", "text/html"] {
                    let mut ask = asker.posting(call.function, &borrowed(fields)).with("accept", accept);
                    for (name, value) in headers {
                        ask = if value.is_empty() { ask.without(name) } else { ask.with(name, value) };
                    }
                    let answer = refused(asker, ask, why).await;
                    assert_eq!(answer.brief(), "403 foreign_origin", "{} {why}", call.function);
                }
            }
        })
        .await;
    });
}

#[test]
fn a_form_is_a_form_and_nothing_else() {
    on_both(async |house| {
        for_each(&house, "POST", async |asker, call, fields| {
            let ask = asker.posting(call.function, &borrowed(fields));
            for kind in [
                "text/plain",
                "text/plain; application/x-www-form-urlencoded",
                "application/json",
                "multipart/form-data; boundary=x",
                "application/x-www-form-urlencoded-not",
                "",
            ] {
                let answer = refused(asker, ask.clone().with("content-type", kind), kind).await;
                assert_eq!(answer.brief(), "415 unsupported_content_type", "{} {kind}", call.function);
            }
            let answer = refused(asker, ask.without("content-type"), "without a kind").await;
            assert_eq!(answer.brief(), "415 unsupported_content_type", "{}", call.function);
        })
        .await;
    });
}

#[test]
fn a_writing_path_is_not_read_and_a_reading_path_is_not_written() {
    on_both(async |house| {
        for_each(&house, "POST", async |asker, call, fields| {
            let query = format!("{}?{}", call.path(), encode(&borrowed(fields)));
            for method in ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"] {
                let ask = Ask::get(&query).method(method).with("content-type", FORM);
                let answer = refused(asker, ask, "").await;
                assert_eq!(answer.status, 405, "{method} {}", call.function);
                assert_eq!(answer.header("allow"), "POST", "{method} {}", call.function);
            }
        })
        .await;
    });
    on_both(async |house| {
        for_each(&house, "GET", async |asker, call, fields| {
            for method in ["POST", "OPTIONS", "PUT", "DELETE", "PATCH"] {
                let ask = asker.posting(call.function, &borrowed(fields)).method(method);
                let answer = refused(asker, ask, "").await;
                assert_eq!(answer.status, 405, "{method} {}", call.function);
                assert_eq!(answer.header("allow"), "GET, HEAD", "{method} {}", call.function);
            }
        })
        .await;
    });
}

#[test]
fn two_megabytes_are_not_read() {
    on_both(async |house| {
        for_each(&house, "POST", async |asker, call, fields| {
            let body = format!("{}&filler={}", encode(&borrowed(fields)), "a".repeat(2_000_000));
            let ask = asker.posting(call.function, &[]).body(body);
            let answer = refused(asker, ask, "of 2 MB").await;
            assert_eq!(answer.brief(), "413 body_too_large", "{}", call.function);
        })
        .await;
    });
    on_both(async |house| {
        for_each(&house, "GET", async |asker, call, fields| {
            let path = format!("{}?{}&filler={}", call.path(), encode(&borrowed(fields)), "a".repeat(20_000));
            let answer = refused(asker, Ask::get(path), "with a query of 20 kB").await;
            assert_eq!(answer.brief(), "413 body_too_large", "{}", call.function);
        })
        .await;
    });
}

#[test]
fn what_can_not_be_read_is_the_askers_mistake() {
    on_both(async |house| {
        for_each(&house, "POST", async |asker, call, _| {
            // Without any field only what needs none is done.
            if !call.fields.is_empty() {
                for body in ["", "=", "%", "&&&", "organization", "organization[a][b]=1", "\u{0}"] {
                    let ask = asker.posting(call.function, &[]).body(body);
                    let answer = refused(asker, ask, body).await;
                    assert!(matches!(answer.status, 400 | 404 | 422), "{} {body:?} {}", call.function, answer.brief());
                    answer.code();
                }
                let ask =
                    asker.posting(call.function, &[]).body([b"organization=\xff\xfe&".as_slice(), b"\xc3"].concat());
                assert_eq!(refused(asker, ask, "no UTF-8").await.status, 400, "{}", call.function);
            }
        })
        .await;
    });
    on_both(async |house| {
        for_each(&house, "GET", async |asker, call, fields| {
            if fields.is_empty() {
                return;
            }
            let good = encode(&borrowed(fields));
            let (first, _) = &fields[0];
            let mut bad = vec![format!("{first}[a][b]=1"), format!("{good}&{first}=southwind")];
            // Without any field, only what needs none is answered.
            if !matches!(
                call.function,
                "operator/organizations"
                    | "operator/requests"
                    | "operator/organizations-page"
                    | "operator/requests-page"
                    | "logins/page"
            ) {
                bad.extend(["".to_owned(), "%".to_owned()]);
            }
            if call.fields.contains("limit=") {
                for limit in ["x", "-1", "4294967296", "1.5"] {
                    bad.push(good.replace("limit=5", &format!("limit={limit}")));
                }
            }
            for query in bad {
                let ask = Ask::get(format!("{}?{query}", call.path()));
                let answer = refused(asker, ask, "").await;
                assert_eq!(answer.brief(), "400 bad_request", "{} {query}", call.function);
            }
        })
        .await;
    });
}

#[test]
fn a_page_is_read_and_not_written() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let before = house.rows().await;
        for page in ["/", "/sign-in", "/account", "/o/northwind/organization", "/o/northwind/nothing", "/no/where"] {
            for browser in [&ada.browser, &house.anonymous()] {
                for method in ["POST", "OPTIONS", "PUT", "DELETE", "PATCH"] {
                    let ask = Ask::post(page, "organization=northwind").method(method).with("accept", "text/html");
                    let answer = refused(browser, ask, "").await;
                    assert_eq!(answer.brief(), "405 method_not_allowed", "{method} {page}");
                    assert_eq!(answer.header("allow"), "GET, HEAD", "{method} {page}");
                }
            }
        }
        assert_eq!(house.rows().await, before);
    });
}

/// Reads are answered to whoever has the cookie; what protects them is that no page of another site may look.
#[test]
fn reading_changes_nothing_and_allows_no_other_site_to_look() {
    on_both(async |house| {
        for_each(&house, "GET", async |asker, call, fields| {
            let path = format!("{}?{}", call.path(), encode(&borrowed(fields)));
            for method in ["GET", "HEAD"] {
                let ask = Ask::get(&path).method(method).with("origin", "https://evil.example");
                let answer = asker.send(ask.with("sec-fetch-site", "cross-site")).await;
                assert_eq!(answer.status, 200, "{method} {}", call.function);
                assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("access-control")));
                assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
                assert_eq!(method == "HEAD", answer.text.is_empty(), "{}", answer.text);
            }
        })
        .await;
    });
}

#[test]
fn a_program_that_is_no_browser_may_write() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let fields = encode(&[("organization", "northwind"), ("id", "dev")]);
        let ask = Ask::post("/api/v1/namespaces/create", fields).with("user-agent", "curl/8");
        assert_eq!(ada.send(ask).await.status, 200);
    });
}

/// A name that an attacker rebinds to our address is in `Host` as in `Origin`; a browser says `same-origin` of it.
#[test]
fn a_page_of_a_name_that_was_rebound_to_our_address_may_not_write() {
    on_both(async |house| {
        for house in [house.without_tls(), house.clone()] {
            let rebound = if house.base().starts_with("https") { "https" } else { "http" };
            let fields = [("email", "eve@evil.example"), ("password", "a password of somebody else")];
            let ask = house.anonymous().posting("sessions/sign-in", &fields).with("host", "evil.example:3000");
            let ask = ask.with("origin", format!("{rebound}://evil.example:3000"));
            let answer = refused(&house.anonymous(), ask, "from a rebound name").await;
            assert_eq!(answer.brief(), "403 foreign_origin", "{rebound}");
        }
    });
}

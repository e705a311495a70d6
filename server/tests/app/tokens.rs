//! API access tokens from outside: programs that bring one, and the browser that makes one.

use crate::{
    browser::{Answer, Ask, Browser, Person},
    house::{House, on_both},
};
use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::Duration,
};

const CURRENT: &str = "/api/v1/tokens/current";
const PAGE: &str = "/o/northwind/api-access";

async fn ada(house: &House) -> Person {
    house.found("Northwind", "ada@northwind.example").await
}

/// Asks who asks, with these words after the header's name.
async fn authorized(browser: &Browser, authorization: &str) -> Answer {
    browser.send(Ask::get(CURRENT).with("authorization", authorization)).await
}

/// The secret on the page of a token that was just made.
#[track_caller]
fn shown_in(page: &Answer) -> String {
    let drawn = page.drawn();
    let after = drawn.split("id=\"secret\">").nth(1).unwrap_or_else(|| panic!("no secret: {}", page.text));
    after.split('<').next().unwrap().to_owned()
}

/// Everything a token goes through, in an organization that is there; also run while somebody reads the log.
pub(crate) async fn tell(house: &House, ada: &Person) {
    let (organization, page) = (("organization", ada.slug.as_str()), format!("/o/{}/api-access", ada.slug));
    let scopes =
        [("name", "ci-deploy"), ("namespaces[]", "prod"), ("scopes[]", "members"), ("scopes[]", "invitations")];
    let token = ada.create_token(&scopes).await;
    let program = house.program(&token.secret);
    for function in ["members/list", "namespaces/list", "activity/list"] {
        assert_eq!(program.read(function, &[organization]).await.status, 200, "{function}");
    }
    let invited = program.call("invitations/send", &[organization, ("emails[]", "dora@northwind.example")]).await;
    assert_eq!(invited.json()["results"][0]["outcome"], "sent", "{}", invited.text);
    assert_eq!(program.call("namespaces/create", &[organization, ("id", "lab")]).await.brief(), "403 people_only");
    assert_eq!(program.call("tokens/create", &[organization]).await.brief(), "403 people_only");
    let listed = ada.read("members/list", &[organization, ("search", "dora")]).await.json();
    assert_eq!(listed["members"][0]["invited_by"], "API token ci-deploy");
    let made = ada.submit("tokens/create", &[organization, ("back", &page), ("next", &page)]).await;
    let shown = shown_in(&made);
    house.note(&shown);
    let file = ada.submit("tokens/kubeconfig", &[organization, ("secret", &shown)]).await;
    assert!(file.text.contains(&shown), "{}", file.text);
    // Mistyped by one letter, or sent where no token is asked for.
    let last = if token.secret.ends_with('x') { 'y' } else { 'x' };
    let mistyped = format!("{}{last}", &token.secret[..39]);
    assert_eq!(house.program(&mistyped).read("tokens/current", &[]).await.brief(), "401 token_malformed");
    house.program(&token.secret).visit(&page).await;
    ada.call("tokens/remove", &[organization, ("token", &token.id)]).await;
    assert_eq!(program.read("tokens/current", &[]).await.brief(), "401 token_unknown");
}

#[test]
fn what_a_token_goes_through() {
    on_both(async |house| {
        let ada = ada(&house).await;
        ada.create_namespace("prod").await;
        tell(&house, &ada).await;
        let log = ada.read("activity/list", &[("organization", "northwind"), ("code", "invitation.sent")]).await.json();
        let actor = log["events"][0]["actor"].as_str().unwrap();
        assert_eq!(log["events"][0]["actor_kind"], "token");
        assert!(
            actor.starts_with("token bwk_") && actor.ends_with("“ci-deploy” made by ada@northwind.example"),
            "{actor}"
        );
    });
}

#[test]
fn of_a_thousand_requests_after_a_tokens_removal_none_passes_under_load() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let (doomed, kept) = (ada.create_token(&[]).await, ada.create_token(&[]).await);
        let removed = AtomicBool::new(false);
        let (before, others) = (AtomicUsize::new(0), AtomicUsize::new(0));
        // Everybody else goes on working all the while, and so does whoever has the token, up to its end.
        let load = async |program: Browser, passed: &AtomicUsize| {
            while !removed.load(Ordering::SeqCst) {
                if program.read("members/list", &[("organization", "northwind")]).await.status == 200 {
                    passed.fetch_add(1, Ordering::SeqCst);
                }
            }
        };
        let removal = async {
            while before.load(Ordering::SeqCst) < 20 || others.load(Ordering::SeqCst) < 20 {
                tokio::task::yield_now().await;
            }
            let fields = [("organization", "northwind"), ("token", doomed.id.as_str())];
            let answer = ada.call("tokens/remove", &fields).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            let mut crowd = tokio::task::JoinSet::new();
            for n in 0..1_000_usize {
                let program = house.program(&doomed.secret);
                crowd.spawn(async move {
                    let (function, fields) = match n % 3 {
                        0 => ("tokens/current", &[][..]),
                        1 => ("members/list", &[("organization", "northwind")][..]),
                        _ => ("namespaces/list", &[("organization", "northwind")][..]),
                    };
                    program.read(function, fields).await.brief()
                });
            }
            let answers = crowd.join_all().await;
            removed.store(true, Ordering::SeqCst);
            assert!(answers.iter().all(|answer| answer == "401 token_unknown"), "{answers:?}");
        };
        tokio::join!(load(house.program(&doomed.secret), &before), load(house.program(&kept.secret), &others), removal);
        assert_eq!(house.program(&kept.secret).read("tokens/current", &[]).await.status, 200);
    });
}

#[test]
fn a_cookie_is_no_bearer_and_a_bearer_no_cookie() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let token = ada.create_token(&[]).await;
        let program = house.anonymous();
        assert_eq!(authorized(&program, &format!("Bearer {}", token.secret)).await.status, 200);
        // The scheme's name has no case (RFC 9110, section 11.1).
        assert_eq!(authorized(&program, &format!("bearer {}", token.secret)).await.status, 200);
        let cookie = ada.session().unwrap();
        assert_eq!(authorized(&program, &format!("Bearer {cookie}")).await.brief(), "401 token_malformed");
        let thief = house.anonymous();
        thief.take_cookie(house.cookie_name(), &token.secret);
        assert_eq!(thief.read("sessions/current", &[]).await.brief(), "401 not_signed_in");
        assert_eq!(thief.read("tokens/current", &[]).await.brief(), "401 not_signed_in");
        for query in ["access_token", "token", "bearer", "authorization"] {
            let answer = program.read("tokens/current", &[(query, &token.secret)]).await;
            assert_eq!(answer.brief(), "401 not_signed_in", "{query}");
        }
        let form =
            program.posting("invitations/send", &[("organization", "northwind"), ("access_token", &token.secret)]);
        assert_eq!(program.send(form).await.status, 401);
        // A front's own password is no business of ours.
        assert_eq!(authorized(&program, "Basic YTpi").await.brief(), "401 not_signed_in");
        // Whoever means to ask as a program is not asked as somebody else when that fails.
        for wrong in ["Bearer", "Bearer ", "Bearer x", "Bearer a b"] {
            let answer = authorized(&ada, wrong).await;
            assert_eq!(answer.brief(), "401 token_malformed", "{wrong:?}");
            assert_eq!(answer.header("www-authenticate"), "Bearer error=\"invalid_token\"");
        }
        let page = house.program(&token.secret).visit(PAGE).await;
        assert_eq!((page.status, page.location()), (303, "/sign-in?next=/o/northwind/api-access"));
    });
}

#[test]
fn a_token_knows_itself_and_is_told_when_it_is_over() {
    on_both(async |house| {
        let ada = ada(&house).await;
        ada.create_namespace("dev").await;
        let fields = [("name", "ci-deploy"), ("namespaces[]", "dev"), ("expires", "1h"), ("scopes[]", "grants")];
        let token = ada.create_token(&fields).await;
        let program = house.program(&token.secret);
        let current = program.read("tokens/current", &[]).await.json();
        assert_eq!(current["organization"], "northwind");
        assert_eq!(current["token"]["name"], "ci-deploy");
        assert_eq!(current["token"]["namespaces"][0], "northwind-dev");
        assert_eq!(current["token"]["scopes"][0], "grants");
        assert_eq!(current["token"]["created_by"], "ada@northwind.example");
        assert!(!current.to_string().contains(&token.secret));
        house.advance(Duration::from_secs(3600));
        let over = program.read("tokens/current", &[]).await;
        assert_eq!(over.brief(), "401 token_expired");
        assert_eq!(over.header("www-authenticate"), "Bearer error=\"invalid_token\"");
        let ada = ada.elsewhere().await;
        let listed = ada.read("tokens/list", &[("organization", "northwind")]).await.json();
        assert_eq!((listed["total"].as_u64(), &listed["tokens"][0]["expired"]), (Some(1), &true.into()));
    });
}

#[test]
fn asking_with_a_token_writes_nothing() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let token = ada.create_token(&[]).await;
        let before = house.rows().await;
        for _ in 0..20 {
            assert_eq!(house.program(&token.secret).read("tokens/current", &[]).await.status, 200);
        }
        assert_eq!(house.rows().await, before);
        let used = ada.read("tokens/list", &[("organization", "northwind")]).await.json();
        assert_eq!(used["tokens"][0]["last_used_at"], "2026-11-23T09:30:05.25Z");
    });
}

#[test]
fn a_plain_form_is_shown_the_secret_in_the_very_answer_and_nowhere_else() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let fields = [("organization", "northwind"), ("name", "ci"), ("back", "/o/northwind/api-access?create=1")];
        // Without a `next` too: the one page that shows the secret must not be led past.
        let bare = ada.submit("tokens/create", &[("organization", "northwind")]).await;
        assert!(bare.status == 200 && shown_in(&bare).starts_with("bwk_"), "{}", bare.text);
        let made = ada.submit("tokens/create", &[&fields[..], &[("next", PAGE)]].concat()).await;
        assert_eq!((made.status, made.header("cache-control")), (200, "no-store"), "{}", made.text);
        assert!(
            made.header("content-type").starts_with("text/html") && !made.header("content-security-policy").is_empty()
        );
        let secret = shown_in(&made);
        house.note(&secret);
        assert_eq!(house.program(&secret).read("tokens/current", &[]).await.status, 200, "{secret}");
        assert!(made.cookies().iter().all(|line| !line.contains(&secret)), "{:?}", made.cookies());
        // The address that a reload asks for has nothing of it, and asks for no second token.
        let settles = format!("history.replaceState(null,'',\"{PAGE}\")");
        assert!(made.scripts().iter().any(|(_, script)| *script == settles), "{}", made.text);
        let page = ada.visit(PAGE).await;
        assert_eq!(page.status, 200);
        assert!(!page.text.contains(&secret) && page.shows(&secret[..8]));
    });
}

/// Wherever it was to lead: a token was made, and this is the one answer that has its secret.
#[test]
fn whatever_stands_in_its_next_a_form_is_shown_the_secret() {
    on_both(async |house| {
        let ada = ada(&house).await;
        for next in [
            "/o/northwind/api-access?cursor=</script><script>alert(1)</script>",
            "/o/northwind/api-access?cursor=%3C/script%3E%3Cscript%3Ealert(1)",
            "/o/northwind/api-access?cursor=\"'`${1}&x",
            "/o/northwind/api-access?cursor=<!--<script>",
            "//evil.example",
            "https://evil.example",
        ] {
            let made = ada.submit("tokens/create", &[("organization", "northwind"), ("next", next)]).await;
            assert_eq!(made.status, 200, "{next}: {}", made.text);
            house.note(&shown_in(&made));
            assert!(!made.text.contains("<script>alert") && !made.text.contains("evil"), "{next}: {}", made.text);
            let settled: Vec<_> = made.scripts().into_iter().filter(|(_, it)| it.contains("replaceState")).collect();
            let [(_, script)] = settled[..] else { panic!("{next}: {settled:?}") };
            let text =
                script.strip_prefix("history.replaceState(null,'',").and_then(|it| it.strip_suffix(')')).unwrap();
            let address: String = serde_json::from_str(text).unwrap();
            assert!(address.starts_with(PAGE) && !text.contains(['<', '>', '\'']), "{next}: {script}");
        }
    });
}

#[test]
fn whoever_does_not_read_pages_gets_json() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let fields = [("organization", "northwind"), ("next", PAGE)];
        let wrong = [("organization", "northwind"), ("expires", "soon"), ("back", PAGE)];
        for accept in ["", "application/json", "*/*", "text/plain", "application/xhtml+xml"] {
            let asking = |fields: &[(&str, &str)]| {
                let ask = ada.posting("tokens/create", fields);
                if accept.is_empty() { ask.without("accept") } else { ask.with("accept", accept) }
            };
            let json = ada.send(asking(&fields)).await;
            house.note(json.json()["secret"].as_str().unwrap());
            assert_eq!(json.json()["secret"].as_str().map(str::len), Some(40), "{accept}");
            let refused = ada.send(asking(&wrong)).await;
            assert_eq!((refused.brief().as_str(), &refused.json()["field"]), ("422 bad_field", &"expires".into()));
            for answer in [&json, &refused] {
                assert!(
                    !answer.headers.contains_key("location") && answer.cookies().is_empty(),
                    "{:?}",
                    answer.headers
                );
            }
        }
    });
}

#[test]
fn members_find_no_way_to_the_tokens() {
    on_both(async |house| {
        let cast = house.cast().await;
        let page = cast.member.visit(PAGE).await;
        assert_eq!(page.status, 403);
        assert!(!page.text.contains("bwk_"));
        let own = cast.member.visit("/o/northwind/organization").await;
        assert!(!own.text.contains("api-access"), "no entry in the menu");
        assert_eq!(cast.stranger.visit(PAGE).await.status, 404);
        assert_eq!(house.anonymous().visit(PAGE).await.status, 303);
        let admin = cast.admin.visit(PAGE).await;
        assert!(admin.status == 200 && admin.shows("Create a New Token"));
    });
}

#[test]
fn a_sign_in_of_ten_minutes_ago_makes_no_token_until_the_password_is_given_again() {
    on_both(async |house| {
        let ada = ada(&house).await;
        house.advance(Duration::from_secs(600));
        let create = [("organization", "northwind")];
        let before = house.rows().await;
        assert_eq!(ada.call("tokens/create", &create).await.brief(), "401 reauthentication_required");
        assert_eq!(house.rows().await, before);
        let old = ada.session().unwrap();
        let wrong = ada.call("account/confirm-password", &[("current_password", "not my password at all")]).await;
        assert_eq!((wrong.brief().as_str(), &wrong.json()["field"]), ("422 bad_field", &"current_password".into()));
        let right = ada.call("account/confirm-password", &[("current_password", crate::house::PASSWORD)]).await;
        assert_eq!(right.status, 200, "{}", right.text);
        assert_ne!(ada.session().unwrap(), old, "the session is a new one");
        ada.create_token(&[]).await;
        let thief = house.anonymous();
        thief.take_cookie(house.cookie_name(), &old);
        assert_eq!(thief.read("sessions/current", &[]).await.brief(), "401 not_signed_in");
    });
}

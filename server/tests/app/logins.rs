//! People's machines in the cluster: the page where they are let in, and what the machine is told.

use crate::{
    browser::{Ask, Person},
    failed::Failed,
    house::{House, PASSWORD, on_both},
    kubeconfig::viewed,
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::time::Duration;

const API: &str = "https://kubernetes.default.svc";

async fn ada(house: &House) -> Person {
    house.found("Northwind", "ada@northwind.example").await
}

/// What an API server is told of a credential.
async fn review(house: &House, version: &str, token: &str) -> Value {
    let body = json!({
        "apiVersion": format!("authentication.k8s.io/{version}"),
        "kind": "TokenReview",
        "spec": { "token": token, "audiences": [API] },
    });
    let credential = house.installation.keys.cluster_secret();
    let ask = Ask::post("/cluster/v1/token-review", body.to_string()).with("content-type", "application/json");
    let ask = ask.with("authorization", format!("Bearer {}", credential.expose_secret()));
    let answer = house.anonymous().send(ask).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["status"].clone()
}

/// Everything that a machine and its person say to each other, for the tests that look for secrets.
pub(crate) async fn tell(house: &House, ada: &Person) {
    let login = ada.log_in().await;
    let token = login.credential(house).await.json()["token"].as_str().unwrap().to_owned();
    house.note(&token);
    assert_eq!(review(house, "v1", &token).await["authenticated"], true);
    let page = ada.visit("/account").await;
    assert!(page.shows("laptop") && !page.text.contains(&login.secret) && !page.text.contains(&token));
    let denied = house.begin_login().await;
    ada.call("logins/deny", &[("code", &denied.user_code)]).await;
    denied.claim().await;
    for secret in [&login.secret, &token, &denied.device_code] {
        house.anonymous().submit("logins/claim", &[("device_code", secret), ("back", "/")]).await;
        house.anonymous().submit("logins/credential", &[("secret", secret), ("back", "/")]).await;
        house.program(secret).read("logins/list", &[]).await;
    }
    house.anonymous().call("logins/log-out", &[("secret", &login.secret)]).await;
}

#[test]
fn a_machine_is_told_what_rfc_8628_has_for_it() {
    on_both(async |house| {
        let ada = ada(&house).await;
        ada.create_namespace("dev").await;
        let browser = house.anonymous();
        let begun = browser.call("logins/begin", &[("machine", "laptop")]).await;
        assert_eq!((begun.status, begun.header("cache-control")), (200, "no-store"));
        let (begun, machine) = (begun.json(), house.begin_login().await);
        let code = begun["user_code"].as_str().unwrap();
        assert!(code.len() == 9 && &code[4..5] == "-", "{code}");
        assert_eq!(begun["verification_uri"], "https://bailiwick.example/device");
        assert_eq!(begun["verification_uri_complete"], format!("https://bailiwick.example/device?code={code}"));
        assert_eq!((&begun["expires_in"], &begun["interval"]), (&600.into(), &2.into()));

        assert_eq!(machine.claim().await.brief(), "400 authorization_pending");
        let soon = machine.claim().await;
        assert_eq!((soon.brief().as_str(), soon.header("retry-after")), ("429 slow_down", "2"));
        let denied = house.begin_login().await;
        ada.call("logins/deny", &[("code", &denied.user_code)]).await;
        assert_eq!(denied.claim().await.brief(), "403 login_denied");
        assert_eq!(ada.approve(&machine).await.status, 200);
        let claimed = machine.claim().await;
        assert_eq!((claimed.status, claimed.header("cache-control")), (200, "no-store"), "{}", claimed.text);
        let said = claimed.json();
        assert_eq!((&said["organization"], &said["name"]), (&"northwind".into(), &"Northwind".into()));
        assert_eq!(
            (&said["user"]["email"], &said["namespaces"]),
            (&ada.email.as_str().into(), &json!(["northwind-dev"]))
        );
        assert_eq!(said["cluster"]["name"], "harbour");
        assert_eq!(said["cluster"]["server"], "https://cluster.example:6443");
        assert_eq!(machine.claim().await.brief(), "410 login_expired");
        house.advance(Duration::from_secs(600));
        let late = browser.call("logins/claim", &[("device_code", begun["device_code"].as_str().unwrap())]).await;
        assert_eq!(late.brief(), "410 login_expired");
    });
}

#[test]
fn a_person_is_known_to_the_api_server_by_fixed_words_and_ids_in_both_versions() {
    on_both(async |house| {
        let ada = house.found("system:masters", "system.masters@northwind.example").await;
        let login = ada.log_in().await;
        let credential = login.credential(&house).await;
        assert_eq!((credential.status, credential.header("cache-control")), (200, "no-store"), "{}", credential.text);
        let credential = credential.json();
        assert_eq!(credential["expires_at"], "2026-11-23T09:40:05Z");
        let token = credential["token"].as_str().unwrap();
        let user = ada.read("sessions/current", &[]).await.json()["user"]["id"].as_str().unwrap().to_owned();
        let organization = house.organization(&ada.slug).await.id;
        for version in ["v1", "v1beta1"] {
            assert_eq!(
                review(&house, version, token).await,
                json!({
                    "authenticated": true,
                    "user": {
                        "username": format!("bailiwick:user:{user}"),
                        "uid": format!("user-{user}"),
                        "groups": [format!("bailiwick:organization:{organization}")],
                    },
                    "audiences": [API],
                })
            );
        }
        let nobody = json!({ "authenticated": false });
        for other in [&login.secret, "bwu_", &token.replace("bwu_", "bwu_1"), &format!("{token}0")] {
            assert_eq!(review(&house, "v1", other).await, nobody, "{other}");
        }
        house.advance(Duration::from_secs(600));
        assert_eq!(review(&house, "v1", token).await, nobody, "expired");
        let token = login.credential(&house).await.json()["token"].as_str().unwrap().to_owned();
        assert_eq!(review(&house, "v1", &token).await["authenticated"], true);
        ada.elsewhere().await.call("logins/end", &[("login", &login.id)]).await;
        assert_eq!(review(&house, "v1", &token).await, nobody, "ended");
        assert_eq!(login.credential(&house).await.brief(), "401 login_ended");
    });
}

#[test]
fn nothing_of_a_login_opens_bailiwick_itself() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let login = ada.log_in().await;
        let token = login.credential(&house).await.json()["token"].as_str().unwrap().to_owned();
        for secret in [&login.secret, &token] {
            let answer = house.program(secret).read("members/list", &[("organization", "northwind")]).await;
            assert_eq!(answer.brief(), "401 token_malformed");
            let cookie = house.anonymous();
            cookie.take_cookie(house.cookie_name(), secret);
            assert_eq!(cookie.read("sessions/current", &[]).await.brief(), "401 not_signed_in");
        }
    });
}

#[test]
fn a_machine_is_let_in_by_plain_forms_and_by_no_look() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let machine = house.begin_login().await;
        let page = format!("/device?code={}", machine.user_code);
        let browser = house.anonymous();
        let door = browser.visit(&page).await;
        assert_eq!(door.status, 303);
        let next = format!("/sign-in?next=/device%3Fcode%3D{}", machine.user_code);
        assert_eq!(door.location(), next);
        let credentials = [("email", ada.email.as_str()), ("password", PASSWORD), ("next", &page)];
        assert_eq!(browser.submit("sessions/sign-in", &credentials).await.location(), page);

        let before = house.rows().await;
        for path in
            [&page, &page.to_lowercase(), &page.replace('-', ""), "/device", "/device?code=&x=1", "/device?done"]
        {
            let seen = browser.visit(path).await;
            assert_eq!(seen.status, 200, "{path}");
        }
        let seen = browser.visit(&page).await;
        let theirs = machine.browser.ip.to_string();
        for shown in ["“laptop”", &machine.user_code, &theirs, "in Northwind", "Let it in", "Turn it away", "just ran"]
        {
            assert!(seen.shows(shown), "{shown}: {}", seen.text);
        }
        assert_eq!(house.rows().await, before, "looking changes nothing");
        assert_eq!(machine.claim().await.brief(), "400 authorization_pending");

        let fields = [("code", machine.user_code.as_str()), ("organization", "northwind"), ("back", &page)];
        let done = browser.submit("logins/approve", &fields).await;
        assert_eq!((done.status, done.location()), (303, "/device?done"));
        assert!(browser.visit(done.location()).await.shows("You let “laptop” in."));
        assert_eq!(machine.claim().await.status, 200);
        let again = browser.submit("logins/approve", &fields).await;
        assert_eq!(Failed::of(&again).back, page);
        let over = browser.visit(again.location()).await;
        assert_eq!(over.status, 404);
        assert!(over.shows("No machine waits with this code."), "{}", over.text);

        let other = house.begin_login().await;
        let away = browser.submit("logins/deny", &[("code", &other.user_code), ("back", "/device")]).await;
        assert_eq!(away.location(), "/device?done");
        assert!(browser.visit(away.location()).await.shows("You turned “laptop” away."));
        assert_eq!(other.claim().await.brief(), "403 login_denied");
    });
}

#[test]
fn a_sign_in_of_long_ago_is_asked_for_the_password_first() {
    on_both(async |house| {
        let ada = ada(&house).await;
        house.advance(Duration::from_secs(301));
        let machine = house.begin_login().await;
        let page = format!("/device?code={}", machine.user_code);
        let asked = ada.visit(&page).await;
        assert!(asked.shows("current_password") && !asked.text.contains("logins/approve"), "{}", asked.text);
        assert!(asked.shows("Turn it away"), "that takes no proof");
        house.advance(Duration::from_secs(299));
        assert_eq!(ada.approve(&machine).await.brief(), "401 reauthentication_required");
        let proof = [("current_password", PASSWORD), ("next", page.as_str()), ("back", &page)];
        let confirmed = ada.submit("account/confirm-password", &proof).await;
        assert_eq!(confirmed.location(), page);
        assert!(ada.visit(&page).await.shows("logins/approve"));
        assert_eq!(ada.approve(&machine).await.status, 200);
    });
}

#[test]
fn whoever_has_several_organizations_chooses_and_a_machine_may_want_one_alone() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let sam = house.found("Southwind", "sam@southwind.example").await;
        let invitation = sam.invite(&ada.email).await;
        let secret = sam.copy_link(&invitation).await;
        ada.call("invitations/accept", &[("secret", &secret)]).await;
        let machine = house.begin_login().await;
        let page = ada.visit(&format!("/device?code={}", machine.user_code)).await;
        assert!(page.shows("<select") && page.shows(">Northwind<") && page.shows(">Southwind<"), "{}", page.text);

        let wants = async |slug: &str| {
            let begun = house.anonymous().call("logins/begin", &[("machine", ""), ("organization", slug)]).await.json();
            begun["user_code"].as_str().unwrap().to_owned()
        };
        let code = wants("southwind").await;
        let page = ada.visit(&format!("/device?code={code}")).await;
        assert!(page.shows("in Southwind") && !page.text.contains("<select"), "{}", page.text);
        let other = ada.call("logins/approve", &[("organization", "northwind"), ("code", &code)]).await;
        assert_eq!((other.brief().as_str(), &other.json()["field"]), ("422 bad_field", &"organization".into()));
        let right = ada.call("logins/approve", &[("organization", "southwind"), ("code", &code)]).await;
        assert_eq!(right.status, 200);

        let code = wants("no-where").await;
        let page = ada.visit(&format!("/device?code={code}")).await;
        assert!(
            page.shows("no-where, which is not open to you") && !page.text.contains("logins/approve"),
            "{}",
            page.text
        );
        let refused = house.anonymous().call("logins/begin", &[("machine", ""), ("organization", "No Slug")]).await;
        assert_eq!(refused.brief(), "422 bad_field");
    });
}

#[test]
fn what_a_machine_calls_itself_is_shown_as_words() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let name = "<script>alert(1)</script>\"'><img src=x>";
        let begun = house.anonymous().call("logins/begin", &[("machine", name)]).await.json();
        let code = begun["user_code"].as_str().unwrap();
        let approving = ada.visit(&format!("/device?code={code}")).await;
        ada.call("logins/approve", &[("organization", "northwind"), ("code", code)]).await;
        let device_code = begun["device_code"].as_str().unwrap();
        house.anonymous().call("logins/claim", &[("device_code", device_code)]).await;
        for page in [approving, ada.visit("/account").await, ada.visit("/o/northwind/activity").await] {
            let shown = page.shows("&lt;script&gt;alert(1)") || page.shows("&lt;script>alert(1)");
            assert!(shown, "{}", page.text);
            assert!(!page.text.contains("<script>alert") && !page.text.contains("<img src=x"), "{}", page.text);
        }
        for refused in ["two\nlines", "\u{202e}gnisrever", "\u{1b}[31mred", &"a".repeat(61)] {
            let answer = house.anonymous().call("logins/begin", &[("machine", refused)]).await;
            assert_eq!((answer.brief().as_str(), &answer.json()["field"]), ("422 bad_field", &"machine".into()));
        }
        let nameless = house.anonymous().call("logins/begin", &[("machine", " ")]).await.json();
        let page = ada.visit(&format!("/device?code={}", nameless["user_code"].as_str().unwrap())).await;
        assert!(page.shows("A machine without a name"), "{}", page.text);
    });
}

#[test]
fn the_account_page_lists_the_machines_and_ends_them() {
    on_both(async |house| {
        let ada = ada(&house).await;
        let before = ada.visit("/account").await;
        assert!(before.shows("bailiwick login --server https://bailiwick.example"), "{}", before.text);
        assert!(!before.text.contains("logins/end"));
        let (login, kept) = (ada.log_in().await, ada.log_in().await);
        let page = ada.visit("/account").await;
        assert!(page.shows("laptop") && page.shows("2 machines"), "{}", page.text);
        let listed = ada.read("logins/list", &[]).await.json();
        assert_eq!(listed["logins"].as_array().unwrap().len(), 2);
        assert_eq!(listed["logins"][0]["machine"], "laptop");
        let done = ada.submit("logins/end", &[("login", &login.id), ("back", "/account")]).await;
        assert_eq!(done.location(), "/account");
        let page = ada.visit("/account").await;
        assert!(page.shows("That machine is let in no more.") && page.shows("1 machine<"), "{}", page.text);
        assert_eq!(login.credential(&house).await.brief(), "401 login_ended");
        assert_eq!(kept.credential(&house).await.status, 200);
        assert!(page.shows("let into the cluster"), "the person's own log tells of it");
        let log = ada.visit("/o/northwind/activity").await;
        assert!(log.shows("let “laptop” into the cluster in their own name"), "{}", log.text);
    });
}

#[test]
fn the_kubeconfig_of_a_person_is_a_file_without_a_secret_that_runs_the_program() {
    on_both(async |house| {
        let ada = ada(&house).await;
        ada.create_namespace("dev").await;
        let file = ada.submit("logins/kubeconfig", &[("organization", "northwind")]).await;
        assert_eq!((file.status, file.header("cache-control")), (200, "no-store"), "{}", file.text);
        assert_eq!(file.header("content-disposition"), "attachment; filename=\"northwind-kubeconfig.yaml\"");
        let view = viewed(&file.text);
        assert_eq!(view["current-context"], "harbour/northwind");
        assert_eq!(view["contexts"][0]["context"]["namespace"], "northwind-dev");
        assert_eq!(view["clusters"][0]["cluster"]["server"], "https://cluster.example:6443");
        let exec = &view["users"][0]["user"]["exec"];
        assert_eq!(exec["command"], "bailiwick");
        let server = "https://bailiwick.example";
        assert_eq!(exec["args"], json!(["credential", "--server", server, "--organization", "northwind"]));
        assert_eq!(exec["interactiveMode"], "Never");
        assert!(view["users"][0]["user"]["token"].is_null());
        let json = ada.call("logins/kubeconfig", &[("organization", "northwind")]).await.json();
        assert_eq!(json["kubeconfig"], file.text.as_str());
    });
}

#[test]
fn without_a_cluster_the_pages_say_so_and_nothing_begins() {
    on_both(async |house| {
        let house = house.with(|settings| settings.cluster = None);
        let ada = ada(&house).await;
        let page = ada.visit("/account").await;
        assert!(
            page.shows("No cluster is connected") && !page.text.contains("bailiwick login --server"),
            "{}",
            page.text
        );
        assert_eq!(house.anonymous().call("logins/begin", &[("machine", "")]).await.brief(), "409 no_cluster");
        let file = ada.call("logins/kubeconfig", &[("organization", "northwind")]).await;
        assert_eq!(file.brief(), "409 no_cluster");
    });
}

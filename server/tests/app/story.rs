//! What a founder, two invitees and a mailbox do, from the first sign-up to a dead link.

use crate::{
    browser::{Ask, Person, encode},
    house::{House, PASSWORD, on_both},
};
use serde_json::{Value, json};

pub(crate) const BO_PASSWORD: &str = "eleven brass lanterns swing";

#[test]
fn the_story_of_an_organization() {
    on_both(async |house| tell(&house).await);
}

/// Everything a first week has; also run while somebody reads the log.
pub(crate) async fn tell(house: &House) {
    house.note(BO_PASSWORD);
    let ada = sign_up_first(house).await;
    ada.create_namespace("dev").await;
    ada.create_namespace("prod").await;
    let [bo, chika] = invite_two(&ada).await;
    let bo = accept(house, &ada, &bo).await;
    change_grants(&ada, &bo).await;
    switch_off_and_on(house, &ada, &bo).await;
    revoke(house, &ada, &chika).await;
    reset_password(house, &bo).await;
    read_the_log(&ada).await;
}

async fn sign_up_first(house: &House) -> Person {
    let browser = house.anonymous();
    assert_eq!(browser.visit("/").await.location(), "/sign-up");
    let ada = house.found("Northwind Traders", "Ada@Northwind.example").await;
    let current = ada.read("sessions/current", &[]).await.json();
    assert_eq!(current["user"]["email"], "ada@northwind.example");
    assert_eq!(current["organizations"][0]["organization"], "northwind-traders");
    assert_eq!(current["organizations"][0]["role"], "admin");
    assert_eq!(browser.visit("/").await.location(), "/sign-in", "the second is no first any more");
    Person { email: "ada@northwind.example".into(), ..ada }
}

/// Once as our own scripts write lists, once as a browser does.
async fn invite_two(ada: &Person) -> [String; 2] {
    let taken = "organization=northwind-traders&namespaces[]=&namespaces[]=northwind-traders-dev";
    let plain = ada.posting("invitations/send", &[]).body(format!("{taken}&emails[]=bo@northwind.example&emails[]=no"));
    let answer = ada.send(plain).await.json();
    assert_eq!(outcomes(&answer), ["sent", "invalid"]);
    let bo = answer["results"][0]["invitation"].as_str().unwrap().to_owned();
    let fields = [
        ("organization", "northwind-traders"),
        ("emails[]", "chika@northwind.example, ada@northwind.example"),
        ("emails[]", "BO@northwind.example"),
    ];
    assert!(encode(&fields).contains("emails%5B%5D="));
    let answer = ada.call("invitations/send", &fields).await.json();
    assert_eq!(outcomes(&answer), ["sent", "already_member", "already_invited"]);
    assert_eq!(answer["results"][2]["invitation"], bo.as_str());
    let chika = answer["results"][0]["invitation"].as_str().unwrap().to_owned();
    let listed = ada.read("members/list", &[("organization", "northwind-traders")]).await.json();
    assert_eq!(listed["total"], 3);
    assert_eq!(statuses(&listed), ["active", "invite_sent", "invite_sent"]);
    assert_eq!(listed["members"][1]["mail"], "pending");
    [bo, chika]
}

fn outcomes(answer: &Value) -> Vec<&str> {
    answer["results"].as_array().unwrap().iter().map(|result| result["outcome"].as_str().unwrap()).collect()
}

fn statuses(listed: &Value) -> Vec<&str> {
    listed["members"].as_array().unwrap().iter().map(|member| member["status"].as_str().unwrap()).collect()
}

async fn accept(house: &House, ada: &Person, invitation: &str) -> Person {
    let mailed = house.secret_to("bo@northwind.example").await;
    assert_eq!(ada.copy_link(invitation).await, mailed, "the very link that was mailed");
    let browser = house.anonymous();
    for _ in 0..3 {
        let preview = browser.call("invitations/preview", &[("secret", &mailed)]).await.json();
        assert_eq!(preview["name"], "Northwind Traders");
        assert_eq!(preview["invited_by"], "ada@northwind.example");
        assert_eq!(preview["namespaces"], json!(["northwind-traders-dev"]));
        assert_eq!(preview["needs_account"], true);
    }
    let page = browser.visit(&format!("/invitations/{mailed}")).await;
    assert_eq!(page.status, 200);
    assert!(page.shows("Create account and join"));

    let half = [("secret", mailed.as_str()), ("first_name", "Bo")];
    let refused = browser.call("invitations/accept", &half).await;
    assert_eq!((refused.brief().as_str(), refused.json()["field"].as_str()), ("422 bad_field", Some("last_name")));
    let all = [half[0], half[1], ("last_name", "Lindqvist"), ("password", BO_PASSWORD)];
    let joined = browser.call("invitations/accept", &all).await;
    assert_eq!(joined.status, 200, "{}", joined.text);
    assert_eq!(joined.json()["member"]["email"], "bo@northwind.example");
    assert_eq!(browser.read("sessions/current", &[]).await.json()["organizations"][0]["role"], "member");
    let twice = house.anonymous().call("invitations/accept", &all).await;
    assert_eq!(twice.brief(), "410 invitation_accepted");
    Person { browser, email: "bo@northwind.example".into(), slug: ada.slug.clone() }
}

async fn change_grants(ada: &Person, bo: &Person) {
    let id = bo.id().await;
    let of = [("organization", ada.slug.as_str()), ("member", &id)];
    let grants = ada.read("grants/of", &of).await.json();
    let standard = json!(["r:full", "w:workloads", "w:config", "w:network", "w:storage"]);
    assert_eq!(grants["namespaces"][0]["namespace"], "northwind-traders-dev");
    assert_eq!(grants["namespaces"][0]["permissions"], standard);
    assert_eq!(grants["namespaces"][0]["withheld"], json!(["w:pods", "w:full"]));
    assert_eq!(grants["namespaces"][1]["permissions"], json!([]));
    let version = grants["version"].to_string();

    let save = async |namespaces: &[&str], version: &str| {
        let ticked = namespaces.iter().map(|name| ("namespaces[]", *name));
        let fields: Vec<_> = of.into_iter().chain([("version", version)]).chain(ticked).collect();
        ada.call("grants/save", &fields).await
    };
    let saved = save(&["northwind-traders-dev", "northwind-traders-prod"], &version).await;
    assert_eq!(saved.status, 200, "{}", saved.text);
    let stale = save(&[], &version).await;
    assert_eq!(stale.brief(), "409 stale_version");
    let present = &stale.json()["present"];
    assert_eq!(present["namespaces"], json!(["northwind-traders-dev", "northwind-traders-prod"]));
    assert_eq!(present["version"], saved.json()["version"]);
    let unknown = save(&["somebody-elses"], &present["version"].to_string()).await;
    assert_eq!(unknown.brief(), "422 unknown_namespace");
    assert_eq!(save(&["northwind-traders-prod"], &present["version"].to_string()).await.status, 200);
    let own = bo.read("grants/of", &of).await.json();
    assert_eq!((&own["namespaces"][0]["permissions"], &own["namespaces"][1]["permissions"]), (&json!([]), &standard));
}

async fn switch_off_and_on(house: &House, ada: &Person, bo: &Person) {
    let cookie = format!("__Host-bailiwick={}", bo.session().unwrap());
    let other = house.anonymous();
    let own = [("email", "bo@northwind.example"), ("password", BO_PASSWORD)];
    assert_eq!(other.call("sessions/sign-in", &own).await.status, 200);
    ada.deactivate(bo).await;

    let asks = [
        Ask::get("/api/v1/sessions/current").with("cookie", &cookie),
        Ask::get("/api/v1/members/list?organization=northwind-traders").with("cookie", &cookie),
        bo.posting("account/rename", &[("first_name", "B"), ("last_name", "L")]).with("cookie", &cookie),
        Ask::get("/api/v1/account/sessions"),
    ];
    let mut passed = 0;
    for n in 0..1000 {
        passed += u32::from(other.send(asks[n % asks.len()].clone()).await.status != 401);
    }
    assert_eq!(passed, 0, "of 1000 requests of somebody who is switched off");
    assert!(bo.visit("/account").await.location().starts_with("/sign-in"));

    let wrong = [own[0], ("password", "not this one, surely")];
    house.note(wrong[1].1);
    let wrong = house.anonymous().call("sessions/sign-in", &wrong).await;
    assert_eq!(wrong.brief(), "401 wrong_credentials", "a stranger is not told");
    let told = house.anonymous().call("sessions/sign-in", &own).await;
    assert_eq!(told.brief(), "403 account_deactivated");
    assert!(told.json()["message"].as_str().unwrap().contains("deactivated in Northwind Traders"), "{}", told.text);
    assert!(told.cookies().is_empty());

    ada.reactivate(bo).await;
    assert_eq!(other.send(asks[0].clone()).await.status, 401, "an ended session stays ended");
    let answer = bo.call("sessions/sign-in", &own).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(bo.read("sessions/current", &[]).await.status, 200);
}

async fn revoke(house: &House, ada: &Person, invitation: &str) {
    let secret = house.secret_to("chika@northwind.example").await;
    let fields = [("organization", ada.slug.as_str()), ("invitation", invitation)];
    let resent = ada.call("invitations/resend", &fields).await.json();
    assert_eq!(resent["invitation"]["state"], "pending");
    assert_eq!(house.secret_to("chika@northwind.example").await, secret, "sent again, the link is the same");
    let revoked = ada.call("invitations/revoke", &fields).await.json();
    assert_eq!(
        (&revoked["invitation"]["state"], &revoked["invitation"]["expires_at"]),
        (&json!("revoked"), &json!(null))
    );
    let all = [("secret", secret.as_str()), ("first_name", "C"), ("last_name", "A"), ("password", PASSWORD)];
    let chika = house.anonymous();
    assert_eq!(chika.call("invitations/preview", &all[..1]).await.brief(), "410 invitation_revoked");
    assert_eq!(chika.call("invitations/accept", &all).await.brief(), "410 invitation_revoked");
    let page = chika.visit(&format!("/invitations/{secret}")).await;
    assert_eq!(page.status, 410);
    assert!(page.shows("This invitation was revoked."));
    for (method, function) in [("POST", "revoke"), ("POST", "resend"), ("GET", "link")] {
        let function = format!("invitations/{function}");
        let answer =
            if method == "GET" { ada.read(&function, &fields).await } else { ada.call(&function, &fields).await };
        assert_eq!(answer.brief(), "410 invitation_revoked", "{function}");
    }
}

async fn reset_password(house: &House, bo: &Person) {
    let new = "a lighthouse made of paper";
    house.note(new);
    let asked = house.anonymous().call("sessions/forgot-password", &[("email", &bo.email)]).await;
    assert_eq!(asked.text, "{}");
    let secret = house.secret_to(&bo.email).await;
    let fields = [("secret", secret.as_str()), ("password", new)];
    let stranger = house.anonymous();
    assert_eq!(stranger.visit(&format!("/reset-password/{secret}")).await.status, 200);
    assert_eq!(stranger.call("sessions/reset-password", &fields).await.status, 200);
    assert_eq!(stranger.call("sessions/reset-password", &fields).await.brief(), "404 link_unknown");
    assert_eq!(bo.read("sessions/current", &[]).await.status, 401, "every session has ended");
    let signed_in = bo.call("sessions/sign-in", &[("email", &bo.email), ("password", new)]).await;
    assert_eq!(signed_in.status, 200);
}

async fn read_the_log(ada: &Person) {
    let log = ada.read("activity/list", &[("organization", &ada.slug), ("limit", "200")]).await.json();
    let events = log["events"].as_array().unwrap();
    let codes: Vec<_> = events.iter().rev().map(|event| event["code"].as_str().unwrap()).collect();
    let told = [
        "organization.created",
        "namespace.created",
        "namespace.created",
        "invitation.sent",
        "invitation.sent",
        "invitation.accepted",
        "grants.changed",
        "grants.changed",
        "member.deactivated",
        "member.reactivated",
        "invitation.resent",
        "invitation.revoked",
    ];
    assert_eq!(codes, told);
    assert!(events.iter().all(|event| event["ip"].as_str().unwrap().starts_with("10.")), "{log}");
}

//! A program of the operator's, which brings its credential over HTTP.

use crate::{
    browser::Browser,
    house::{House, on_both},
};
use serde_json::json;
use usecases::{Context, operator};

/// Makes a credential at the command line; answers its id and its secret.
async fn credential(house: &House, name: &str) -> (String, String) {
    let by = Context::operator(house.installation.clone());
    let (id, secret) = operator::make_credential(&by, name).await.unwrap();
    house.note(&secret);
    (id.to_string(), secret)
}

/// A program works, makes a credential for another one, and ends its own.
pub(crate) async fn tell(house: &House) {
    let (id, secret) = credential(house, "nightly").await;
    let program = house.program(&secret);
    assert_eq!(program.read("operator/overview", &[]).await.status, 200);
    let made = program.call("operator/make-credential", &[("name", "weekly")]).await.json();
    let another = made["secret"].as_str().unwrap();
    house.note(another);
    assert_eq!(house.program(another).read("operator/credentials", &[]).await.status, 200);
    assert_eq!(program.call("operator/end-credential", &[("credential", &id)]).await.status, 200);
    assert_eq!(program.read("operator/overview", &[]).await.status, 401);
}

#[test]
fn a_credential_opens_what_is_the_operators_until_it_is_ended_and_nothing_close_to_it_does() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let (id, secret) = credential(&house, "nightly").await;
        let program = house.program(&secret);
        let overview = async |browser: &Browser| browser.read("operator/overview", &[]).await;
        assert_eq!(overview(&program).await.status, 200);
        let own = [("organization", "northwind")];
        assert_eq!(program.read("members/list", &own).await.status, 200, "an operator sees every organization");
        assert_eq!(program.read("account/sessions", &[]).await.brief(), "403 people_only", "and is no person");
        let limit = [own[0], ("limit", "20")];
        assert_eq!(program.call("operator/limit-namespaces", &limit).await.status, 200);
        let log = ada.read("activity/list", &own).await.json();
        let line = &log["events"][0];
        assert_eq!((&line["code"], &line["actor_kind"]), (&json!("limit.namespaces"), &json!("operator")));

        let before = house.rows().await;
        let (cut, longer) = (&secret[..secret.len() - 1], format!("{secret}0"));
        let (upper, renamed) = (secret.to_uppercase(), secret.replacen("bwo_", "bwk_", 1));
        for wrong in [cut, &longer, &upper, &renamed, "bwo_", "", "bwo_00000000000000000000000000000000000"] {
            let refused = overview(&house.program(wrong)).await;
            assert_eq!(refused.status, 401, "{wrong:?}: {}", refused.text);
            assert!(!refused.text.contains(&secret[4..12]), "{}", refused.text);
        }
        // Who is signed in and brings a credential is the credential's owner, not both.
        assert_eq!(overview(&ada.browser.clone().with_bearer(cut)).await.status, 401);
        assert_eq!(overview(&ada).await.brief(), "403 operator_only");
        assert_eq!(house.rows().await, before);

        assert_eq!(program.call("operator/end-credential", &[("credential", &id)]).await.status, 200);
        let ended = overview(&program).await;
        assert_eq!(ended.brief(), "401 token_unknown");
        assert_eq!(ended.header("www-authenticate"), "Bearer error=\"invalid_token\"");
    });
}

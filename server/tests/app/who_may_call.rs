//! Every function of the API × everybody who may ask: the statuses written down in [`CALLS`].

use crate::{
    calls::{ASKERS, CALLS, Call, Fields, OPERATOR},
    house::on_both,
};
use axum::http::Method;
use std::collections::BTreeSet;

#[test]
fn no_function_is_without_an_expectation() {
    let registered: BTreeSet<(Method, String)> =
        server_fn::axum::server_fn_paths().map(|(path, method)| (method, path.to_owned())).collect();
    let expected: BTreeSet<(Method, String)> =
        CALLS.iter().map(|call| (call.method.parse().unwrap(), call.path())).collect();
    assert!(registered.len() > 20, "{registered:?}");
    assert_eq!(registered, expected, "left: what there is; right: what `calls.rs` expects");
}

#[test]
fn everybody_gets_from_every_function_what_is_written_down() {
    on_both(async |house| {
        let cast = house.cast().await;
        let mut wrong = Vec::new();
        for call in &CALLS {
            for (column, who) in ASKERS.iter().enumerate() {
                let asker = cast.asker(column).await;
                let fields = cast.fill(call.fields, column).await;
                let answer = call.ask(&asker, &fields).await;
                let expected = call.answers[column];
                if answer.status != expected {
                    wrong.push(format!("{} to {who}: {} and not {expected}", call.function, answer.brief()));
                }
                if answer.status != 200 {
                    answer.code();
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    });
}

#[test]
fn an_operator_does_what_none_of_them_may_and_is_no_member_by_that() {
    on_both(async |house| {
        let cast = house.cast().await;
        let mut wrong = Vec::new();
        for call in &CALLS {
            let olga = cast.asker(OPERATOR).await;
            let answer = call.ask(&olga, &cast.fill(call.fields, OPERATOR).await).await;
            let member_only = call.fields.contains("organization=northwind");
            let expected = if member_only {
                404
            } else if call.may_be_asked_by() == OPERATOR {
                200
            } else {
                continue;
            };
            if answer.status != expected {
                wrong.push(format!("{}: {} and not {expected}", call.function, answer.brief()));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    });
}

/// The fields of a call with one of them replaced.
fn with(fields: &Fields, name: &str, value: &str) -> Fields {
    fields.iter().map(|(key, old)| (key.clone(), if key == name { value.to_owned() } else { old.clone() })).collect()
}

/// The name of the field that says whom or what a call is about.
fn id_field(call: &Call) -> Option<&'static str> {
    ["member", "invitation", "session", "token", "login"]
        .into_iter()
        .find(|name| call.fields.contains(&format!("{name}={{")))
}

const MEMBER_OR_TOKEN: [&str; 3] = ["grants/limit", "operator/give-permission", "operator/take-permission"];

#[test]
fn what_belongs_to_others_is_answered_as_what_is_not_there() {
    on_both(async |house| {
        let cast = house.cast().await;
        let foreign_invitation = cast.stranger.invite("somebody@southwind.example").await;
        let foreign_token = cast.stranger.create_token(&[]).await.id;
        let foreign_login = cast.stranger.log_in().await.id;
        for call in &CALLS {
            let Some(field) = id_field(call) else { continue };
            let foreign = match field {
                "member" => cast.stranger.id().await,
                "invitation" => foreign_invitation.clone(),
                "token" => foreign_token.clone(),
                "login" => foreign_login.clone(),
                _ => cast.stranger.session_id().await,
            };
            for column in [1, 2, 3, 6, 7] {
                let fields = cast.fill(call.fields, column).await;
                let asker = cast.asker(column).await;
                let theirs = call.ask(&asker, &with(&fields, field, &foreign)).await;
                assert!(matches!(theirs.status, 403 | 404), "{} {}", call.function, theirs.brief());
                for absent in ["01234567-89ab-4cde-8f01-23456789abcd", "nobody", "", "0", "../../x"] {
                    // Where a token may be named as well, an empty member is one that is left out.
                    if absent.is_empty() && MEMBER_OR_TOKEN.contains(&call.function) {
                        continue;
                    }
                    let nobodys = call.ask(&asker, &with(&fields, field, absent)).await;
                    assert_eq!(theirs.status, nobodys.status, "{} {absent:?}", call.function);
                    assert_eq!(theirs.text, nobodys.text, "{} {absent:?}", call.function);
                    assert_eq!(theirs.headers_but_id(), nobodys.headers_but_id(), "{} {absent:?}", call.function);
                }
            }
        }
    });
}

#[test]
fn an_organization_of_others_is_answered_as_one_that_is_not_there() {
    on_both(async |house| {
        let cast = house.cast().await;
        for call in CALLS.iter().filter(|call| call.fields.contains("organization=northwind")) {
            for column in 0..ASKERS.len() {
                let elsewhere = column == 4 || column == 8;
                let fields = cast.fill(call.fields, if elsewhere { 3 } else { column }).await;
                let asker = cast.asker(column).await;
                let own = if elsewhere { "northwind" } else { "southwind" };
                let theirs = call.ask(&asker, &with(&fields, "organization", own)).await;
                let nobodys = call.ask(&asker, &with(&fields, "organization", "no-such-organization")).await;
                assert!(matches!(theirs.status, 401 | 404), "{} {}", call.function, theirs.brief());
                assert_eq!((theirs.status, theirs.text), (nobodys.status, nobodys.text), "{}", call.function);
            }
        }
    });
}

/// Somebody who is switched off here and not elsewhere has a session; it opens nothing here.
#[test]
fn a_session_from_another_organization_opens_nothing_to_the_deactivated() {
    on_both(async |house| {
        let cast = house.cast().await;
        let invitation = cast.stranger.invite(&cast.member.email).await;
        let secret = cast.stranger.copy_link(&invitation).await;
        assert_eq!(cast.member.call("invitations/accept", &[("secret", &secret)]).await.status, 200);
        cast.founder.deactivate(&cast.member).await;
        let again = cast.member.elsewhere().await;
        for call in CALLS.iter().filter(|call| call.fields.contains("organization=northwind")) {
            let answer = call.ask(&again, &cast.fill(call.fields, 1).await).await;
            assert_eq!(answer.brief(), "403 membership_deactivated", "{}", call.function);
        }
        let current = again.read("sessions/current", &[]).await.json();
        let names: Vec<_> = current["organizations"].as_array().unwrap().iter().map(|it| &it["organization"]).collect();
        assert_eq!(names, ["southwind"]);
    });
}

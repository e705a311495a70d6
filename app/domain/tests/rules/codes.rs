//! Words that leave the program: in databases, in answers, in the cluster. They never change.

use domain::{
    Refusal,
    account::AccountEvent,
    activity::ActivityEvent,
    grant::Change,
    id::{InvitationId, OrganizationId, ResetId, SignUpId, TokenId, UserId},
    letter::{AccessChange, Letter},
    membership::{Role, Status},
    permission::Permission,
    text::{EmailAddress, MachineName, NamespaceName, OrganizationName, TokenName},
    time::Timestamp,
    token::{Lifetime, Mask, Scope},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{collections::BTreeSet, fmt::Debug};

fn json(of: &impl Serialize) -> Value {
    serde_json::to_value(of).expect("it is JSON")
}

/// As the database keeps it: written to text, and read from it.
fn assert_comes_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(one: &T) {
    let text = serde_json::to_string(one).expect("it is JSON");
    assert_eq!(&serde_json::from_str::<T>(&text).expect("it is read again"), one, "{text}");
}

fn names(texts: &[&str]) -> Vec<NamespaceName> {
    texts.iter().map(|text| NamespaceName::parse(text).expect("a namespace")).collect()
}

#[test]
fn every_permission_has_one_word_everywhere() {
    let words = ["r:full", "w:workloads", "w:config", "w:network", "w:storage", "w:pods", "w:full"];
    let all: Vec<Permission> = Permission::STANDARD.into_iter().chain(Permission::WITHHELD).collect();
    assert_eq!(all.iter().map(|permission| permission.as_str()).collect::<Vec<_>>(), words);
    for permission in all {
        let word = permission.as_str();
        assert_eq!(Permission::parse(word), Some(permission));
        assert_eq!(permission.to_string(), word);
        assert_eq!(json(&permission), word);
        assert_comes_back(&permission);
        assert!(!permission.explanation().is_empty());
    }
}

#[test]
fn what_is_no_permission_is_not_taken_for_one() {
    for text in ["", "admin", "R:FULL", "r:full ", " w:pods", "w:", "w:*", "*", "r:full,w:full", "ReadFull", "w:pods\n"]
    {
        assert_eq!(Permission::parse(text), None, "{text:?}");
        assert!(serde_json::from_value::<Permission>(text.into()).is_err(), "{text:?}");
    }
}

#[test]
fn no_permission_is_both_given_by_a_tick_and_withheld() {
    let standard = BTreeSet::from(Permission::STANDARD);
    let withheld = BTreeSet::from(Permission::WITHHELD);
    assert!(standard.is_disjoint(&withheld));
    assert!(standard.iter().all(|permission| !permission.is_withheld()));
    assert!(withheld.iter().all(|permission| permission.is_withheld()));
    assert_eq!(withheld, [Permission::WritePods, Permission::WriteFull].into());
}

fn mask() -> Mask {
    serde_json::from_value("bwk_4mQ8…oCi9".into()).expect("a mask")
}

/// One of each. A new variant must be named in the match before this compiles again; then it belongs below.
fn every_activity() -> Vec<ActivityEvent> {
    let email = || EmailAddress::parse("ada@example.org").expect("an address");
    let all = vec![
        ActivityEvent::OrganizationCreated { name: OrganizationName::parse("<b>Zoë & 李</b>").expect("a name") },
        ActivityEvent::InvitationSent { email: email(), namespaces: names(&["northwind-dev", "northwind-qa"]) },
        ActivityEvent::InvitationResent { email: email() },
        ActivityEvent::InvitationRevoked { email: email() },
        ActivityEvent::InvitationAccepted { email: email(), namespaces: vec![] },
        ActivityEvent::MemberDeactivated { email: email() },
        ActivityEvent::MemberReactivated { email: email() },
        ActivityEvent::MemberRoleChanged { email: email(), admin: true },
        ActivityEvent::GrantsChanged { email: email(), added: names(&["a"]), removed: names(&["b", "c"]) },
        ActivityEvent::NamespaceCreated { namespace: names(&["northwind-dev"]).remove(0) },
        ActivityEvent::TokenCreated {
            token: mask(),
            name: None,
            namespaces: names(&["northwind-dev"]),
            scopes: [Scope::Grants, Scope::Members].into_iter().collect(),
            expires_at: Some(Timestamp::from_micros(1_800_000_000_000_001)),
        },
        ActivityEvent::TokenAssigned {
            token: mask(),
            name: TokenName::parse("<i>deploy</i> 李").ok(),
            added: names(&["a"]),
            removed: names(&["b"]),
        },
        ActivityEvent::TokenRemoved { token: mask(), name: None },
        ActivityEvent::LoginApproved { machine: MachineName::parse("<i>laptop</i> 李").ok() },
        ActivityEvent::Refused { action: "members.role".into(), reason: "operator_only\n\"\u{2028}".into() },
    ];
    for event in &all {
        match event {
            ActivityEvent::OrganizationCreated { .. }
            | ActivityEvent::InvitationSent { .. }
            | ActivityEvent::InvitationResent { .. }
            | ActivityEvent::InvitationRevoked { .. }
            | ActivityEvent::InvitationAccepted { .. }
            | ActivityEvent::MemberDeactivated { .. }
            | ActivityEvent::MemberReactivated { .. }
            | ActivityEvent::MemberRoleChanged { .. }
            | ActivityEvent::GrantsChanged { .. }
            | ActivityEvent::NamespaceCreated { .. }
            | ActivityEvent::TokenCreated { .. }
            | ActivityEvent::TokenAssigned { .. }
            | ActivityEvent::TokenRemoved { .. }
            | ActivityEvent::LoginApproved { .. }
            | ActivityEvent::Refused { .. } => {}
        }
    }
    all
}

#[test]
fn every_activity_is_stored_under_its_code_and_comes_back() {
    for event in every_activity() {
        assert_eq!(json(&event)["code"], event.code());
        assert_comes_back(&event);
    }
}

#[test]
fn the_list_of_activity_codes_is_complete() {
    let codes: Vec<&str> = every_activity().iter().map(ActivityEvent::code).collect();
    assert_eq!(codes, ActivityEvent::CODES);
    assert_eq!(BTreeSet::from(ActivityEvent::CODES).len(), ActivityEvent::CODES.len(), "no code stands for two");
}

#[test]
fn a_stored_activity_with_a_forged_name_is_not_read() {
    let forged = r#"{"code":"organization.created","name":"North\nwind"}"#;
    assert!(serde_json::from_str::<ActivityEvent>(forged).is_err());
    assert!(serde_json::from_str::<ActivityEvent>(r#"{"code":"organization.deleted"}"#).is_err());
}

#[test]
fn a_stored_activity_about_a_token_holds_its_mask_and_what_it_may() {
    let made = ActivityEvent::TokenCreated {
        token: mask(),
        name: TokenName::parse("deploy").ok(),
        namespaces: names(&["northwind-dev"]),
        scopes: [Scope::Invitations].into_iter().collect(),
        expires_at: None,
    };
    assert_eq!(
        json(&made),
        serde_json::json!({
            "code": "token.created",
            "token": "bwk_4mQ8…oCi9",
            "name": "deploy",
            "namespaces": ["northwind-dev"],
            "scopes": ["invitations"],
            "expires_at": null,
        })
    );
    for forged in [
        r#"{"code":"token.removed","token":"bwk_0123456789ABCDEFGHIJKLMNOPQRST4PMbyp","name":null}"#,
        r#"{"code":"token.removed","token":"bwk_4mQ8…oCi9","name":"a\nb"}"#,
    ] {
        assert!(serde_json::from_str::<ActivityEvent>(forged).is_err(), "{forged}");
    }
}

#[test]
fn every_account_event_is_stored_under_its_code() {
    use AccountEvent as E;
    let all = [
        E::Created,
        E::SignedIn,
        E::SignedOut,
        E::SignUpRequested,
        E::NamesChanged,
        E::PasswordChanged,
        E::PasswordResetRequested,
        E::PasswordReset,
        E::PasswordRehashed,
        E::SessionsEnded,
        E::Confirmed,
        E::LoginRequested,
        E::LoginApproved,
        E::LoginDenied,
        E::LoginClaimed,
        E::LoginEnded,
    ];
    for event in all {
        // A new event must be named here, and above.
        match event {
            E::Created
            | E::SignedIn
            | E::SignedOut
            | E::SignUpRequested
            | E::NamesChanged
            | E::PasswordChanged
            | E::PasswordResetRequested
            | E::PasswordReset
            | E::PasswordRehashed
            | E::SessionsEnded
            | E::Confirmed
            | E::LoginRequested
            | E::LoginApproved
            | E::LoginDenied
            | E::LoginClaimed
            | E::LoginEnded => assert_eq!(json(&event), event.code()),
        }
        assert_comes_back(&event);
    }
}

#[test]
fn every_letter_says_its_kind_and_comes_back_from_the_outbox() {
    let (user, organization) = (UserId::from_random([1; 16]), OrganizationId::from_random([2; 16]));
    let changed = |change| Letter::AccessChanged { user, organization, change };
    for letter in [
        Letter::Invitation { invitation: InvitationId::from_random([3; 16]) },
        Letter::Verification { sign_up: SignUpId::from_random([4; 16]) },
        Letter::AccountExists { user },
        Letter::PasswordReset { reset: ResetId::from_random([5; 16]) },
        Letter::PasswordChanged { user },
        changed(AccessChange::Deactivated),
        changed(AccessChange::Reactivated),
        changed(AccessChange::Namespaces { added: vec![], removed: vec![] }),
        changed(AccessChange::Namespaces { added: names(&["a", "b"]), removed: names(&["c"]) }),
        Letter::TokensExpire { user, organization, tokens: vec![] },
        Letter::TokensExpire { user, organization, tokens: [6, 7].map(|n| TokenId::from_random([n; 16])).into() },
    ] {
        assert_eq!(json(&letter)["kind"], letter.kind());
        assert_comes_back(&letter);
    }
}

#[test]
fn a_letter_about_changed_access_names_what_was_added_and_what_was_removed() {
    let change = Change::between(&names(&["a", "b"]).into_iter().collect(), &names(&["b", "c"]).into_iter().collect());
    let letter = AccessChange::from(change);
    assert_eq!(letter, AccessChange::Namespaces { added: names(&["c"]), removed: names(&["a"]) });
}

#[test]
fn roles_and_statuses_have_one_word_everywhere() {
    for (role, word) in [(Role::Admin, "admin"), (Role::Member, "member")] {
        assert_eq!((role.as_str(), Role::try_from(word.to_owned())), (word, Ok(role)));
        assert_eq!(json(&role), word);
        assert_comes_back(&role);
    }
    for (status, word) in [(Status::Active, "active"), (Status::Deactivated, "deactivated")] {
        assert_eq!((status.as_str(), Status::try_from(word.to_owned())), (word, Ok(status)));
        assert_eq!(json(&status), word);
        assert_comes_back(&status);
    }
    for text in ["", "Admin", "founder", "owner", "admin "] {
        assert!(Role::try_from(text.to_owned()).is_err() && Status::try_from(text.to_owned()).is_err(), "{text}");
    }
}

#[test]
fn the_refusals_that_programs_wait_for_keep_their_codes() {
    for (refusal, code) in [
        (Refusal::LastActiveAdmin, "last_active_admin"),
        (Refusal::PermissionWithheld(Permission::WritePods), "permission_withheld"),
        (Refusal::InvitationExpired { at: Timestamp::from_micros(0) }, "invitation_expired"),
        (Refusal::StaleVersion, "stale_version"),
        (Refusal::ReauthenticationRequired, "reauthentication_required"),
        (Refusal::TokenMalformed, "token_malformed"),
        (Refusal::TokenUnknown, "token_unknown"),
        (Refusal::TokenExpired { at: Timestamp::from_micros(0) }, "token_expired"),
        (Refusal::ScopeMissing { scope: Scope::Members }, "scope_missing"),
        (Refusal::PeopleOnly, "people_only"),
        (Refusal::TokenLifetime { most: Lifetime::Year }, "token_lifetime"),
        (Refusal::NoCluster, "no_cluster"),
        (Refusal::LoginPending, "authorization_pending"),
        (Refusal::LoginTooSoon { retry_after: std::time::Duration::from_secs(2) }, "slow_down"),
        (Refusal::LoginDenied, "login_denied"),
        (Refusal::LoginExpired, "login_expired"),
        (Refusal::LoginCodeUnknown, "login_code_unknown"),
        (Refusal::LoginEnded, "login_ended"),
    ] {
        assert_eq!(refusal.code(), code);
    }
}

//! What happened, as it is kept: each under a code that never changes.

use crate::codes::{assert_comes_back, every_wish, json, mask, names, remark};
use domain::{
    activity::{ActivityEvent, Named},
    permission::Permission,
    text::{EmailAddress, MachineName, OrganizationName, TokenName},
    time::Timestamp,
    token::Scope,
};
use std::collections::BTreeSet;

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
        ActivityEvent::MemberSessionsEnded { email: email() },
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
        ActivityEvent::PermissionGiven {
            whose: Named::Member { email: email() },
            namespace: names(&["a"]).remove(0),
            permission: Permission::WritePods,
            ends_at: Some(Timestamp::from_micros(1_800_000_000_000_001)),
        },
        ActivityEvent::PermissionRevoked {
            whose: Named::Token { token: mask(), name: None },
            namespace: names(&["a"]).remove(0),
            permission: Permission::WriteFull,
        },
        ActivityEvent::PermissionEnded {
            whose: Named::Token { token: mask(), name: TokenName::parse("<i>deploy</i> 李").ok() },
            namespace: names(&["a"]).remove(0),
            permission: Permission::WritePods,
        },
        ActivityEvent::GrantLimited {
            whose: Named::Member { email: email() },
            namespace: names(&["a"]).remove(0),
            ends_at: None,
        },
        ActivityEvent::GrantEnded { whose: Named::Member { email: email() }, namespace: names(&["a"]).remove(0) },
        ActivityEvent::FounderChanged { email: email() },
        ActivityEvent::NamespaceLimitChanged { limit: 20 },
        ActivityEvent::MemberLimitChanged { limit: None },
        ActivityEvent::UserRemoved { name: "<b>Zoë</b> 李".into() },
        ActivityEvent::NamespaceAdopted { namespace: names(&["a"]).remove(0) },
        ActivityEvent::NamespaceDeleted { namespace: names(&["a"]).remove(0) },
        ActivityEvent::OrganizationSuspended { reason: Some(remark()) },
        ActivityEvent::OrganizationResumed,
        ActivityEvent::RequestFiled { wish: every_wish().remove(0), reason: remark() },
        ActivityEvent::RequestWithdrawn { wish: every_wish().remove(1) },
        ActivityEvent::RequestApproved { wish: every_wish().remove(3), note: None },
        ActivityEvent::RequestDeclined { wish: every_wish().remove(4), note: Some(remark()) },
        ActivityEvent::DeletionsConfirmed { deletions: 40 },
        ActivityEvent::Refused { action: "members.role".into(), reason: "operator_only\n\"\u{2028}".into(), times: 12 },
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
            | ActivityEvent::MemberSessionsEnded { .. }
            | ActivityEvent::MemberRoleChanged { .. }
            | ActivityEvent::GrantsChanged { .. }
            | ActivityEvent::NamespaceCreated { .. }
            | ActivityEvent::TokenCreated { .. }
            | ActivityEvent::TokenAssigned { .. }
            | ActivityEvent::TokenRemoved { .. }
            | ActivityEvent::LoginApproved { .. }
            | ActivityEvent::PermissionGiven { .. }
            | ActivityEvent::PermissionRevoked { .. }
            | ActivityEvent::PermissionEnded { .. }
            | ActivityEvent::GrantLimited { .. }
            | ActivityEvent::GrantEnded { .. }
            | ActivityEvent::FounderChanged { .. }
            | ActivityEvent::NamespaceLimitChanged { .. }
            | ActivityEvent::MemberLimitChanged { .. }
            | ActivityEvent::UserRemoved { .. }
            | ActivityEvent::NamespaceAdopted { .. }
            | ActivityEvent::NamespaceDeleted { .. }
            | ActivityEvent::OrganizationSuspended { .. }
            | ActivityEvent::OrganizationResumed
            | ActivityEvent::RequestFiled { .. }
            | ActivityEvent::RequestWithdrawn { .. }
            | ActivityEvent::RequestApproved { .. }
            | ActivityEvent::RequestDeclined { .. }
            | ActivityEvent::DeletionsConfirmed { .. }
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
fn a_refusal_that_was_stored_without_a_count_happened_once() {
    let stored = r#"{"code":"refused","action":"members.role","reason":"operator_only"}"#;
    let once = ActivityEvent::Refused { action: "members.role".into(), reason: "operator_only".into(), times: 1 };
    assert_eq!(serde_json::from_str::<ActivityEvent>(stored).ok(), Some(once));
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

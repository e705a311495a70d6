//! Words that leave the program: in databases, in answers, in the cluster. They never change.

use domain::{
    Refusal,
    account::AccountEvent,
    activity::Named,
    grant::{Change, Holder},
    id::{InvitationId, MemberId, NamespaceId, OrganizationId, RequestId, ResetId, SignUpId, TokenId, UserId},
    letter::{AccessChange, Letter},
    membership::{Role, Status},
    operator::OperatorEvent,
    permission::Permission,
    request::{How, Wish, Withheld},
    text::{EmailAddress, NamespaceName, Remark, TokenName},
    time::Timestamp,
    token::{Lifetime, Mask, Scope},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{collections::BTreeSet, fmt::Debug};

pub(crate) fn json(of: &impl Serialize) -> Value {
    serde_json::to_value(of).expect("it is JSON")
}

/// As the database keeps it: written to text, and read from it.
pub(crate) fn assert_comes_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(one: &T) {
    let text = serde_json::to_string(one).expect("it is JSON");
    assert_eq!(&serde_json::from_str::<T>(&text).expect("it is read again"), one, "{text}");
}

pub(crate) fn names(texts: &[&str]) -> Vec<NamespaceName> {
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

pub(crate) fn mask() -> Mask {
    serde_json::from_value("bwk_4mQ8…oCi9".into()).expect("a mask")
}

pub(crate) fn remark() -> Remark {
    Remark::parse("Rosa is on call.\nFor \"a week\", 李 said.").expect("a remark")
}

/// One of each. A new variant must be named in the match before this compiles again; then it belongs above.
pub(crate) fn every_wish() -> Vec<Wish> {
    let (member, email) = (MemberId::from_random([1; 16]), EmailAddress::parse("ada@example.org").expect("an address"));
    let (namespace, name) = (NamespaceId::from_random([2; 16]), names(&["northwind-dev"]).remove(0));
    let withheld = Withheld {
        holder: Holder::Member(member),
        named: Named::Member { email: email.clone() },
        namespace,
        name: name.clone(),
        permission: Permission::WritePods,
        lifetime: Lifetime::EightHours,
    };
    let of_token = Withheld {
        holder: Holder::Token(TokenId::from_random([3; 16])),
        named: Named::Token { token: mask(), name: TokenName::parse("deploy").ok() },
        lifetime: Lifetime::Never,
        ..withheld.clone()
    };
    let all = vec![
        Wish::MakeAdmin { member, email: email.clone() },
        Wish::TakeAdmin { member, email: email.clone() },
        Wish::ChangeFounder { member, email: email.clone() },
        Wish::GivePermission(withheld),
        Wish::TakePermission(of_token),
        Wish::NamespaceLimit { limit: 20 },
        Wish::MemberLimit { limit: 50 },
        Wish::RemoveUser { member, email },
        Wish::AdoptNamespace { name: name.clone() },
        Wish::DeleteNamespace { namespace, name },
    ];
    for wish in &all {
        match wish {
            Wish::MakeAdmin { .. }
            | Wish::TakeAdmin { .. }
            | Wish::ChangeFounder { .. }
            | Wish::GivePermission(_)
            | Wish::TakePermission(_)
            | Wish::NamespaceLimit { .. }
            | Wish::MemberLimit { .. }
            | Wish::RemoveUser { .. }
            | Wish::AdoptNamespace { .. }
            | Wish::DeleteNamespace { .. } => {}
        }
    }
    all
}

#[test]
fn every_wish_is_stored_under_its_kind_and_comes_back() {
    for wish in every_wish() {
        assert_eq!(json(&wish)["kind"], wish.kind());
        assert_comes_back(&wish);
    }
    let kinds: BTreeSet<&str> = every_wish().iter().map(Wish::kind).collect();
    assert_eq!(kinds.len(), 10, "no kind stands for two");
}

#[test]
fn a_wish_reads_as_an_order() {
    let orders: Vec<String> = every_wish().iter().map(ToString::to_string).collect();
    assert_eq!(
        orders,
        [
            "make ada@example.org an admin",
            "take the role of admin from ada@example.org",
            "make ada@example.org the founder",
            "give ada@example.org w:pods in northwind-dev for 8 hours",
            "take w:pods in northwind-dev from the token “deploy” (bwk_4mQ8…oCi9)",
            "let the organization have 20 namespaces",
            "let the organization have 50 active members",
            "remove ada@example.org completely",
            "adopt the namespace northwind-dev",
            "delete the namespace northwind-dev",
        ]
    );
}

/// One of each, as above.
fn every_operator_event() -> Vec<OperatorEvent> {
    let email = || EmailAddress::parse("ada@example.org").expect("an address");
    let all = vec![
        OperatorEvent::Added { email: email() },
        OperatorEvent::Removed { email: email() },
        OperatorEvent::CredentialMade { name: "<i>nightly</i>".into() },
        OperatorEvent::CredentialEnded { name: "nightly".into() },
        OperatorEvent::SignUpsOpened,
        OperatorEvent::SignUpsClosed,
        OperatorEvent::UserRemoved { name: "Zoë 李".into() },
        OperatorEvent::MailRetried { letters: 3 },
        OperatorEvent::RestoreConfirmed,
    ];
    for event in &all {
        match event {
            OperatorEvent::Added { .. }
            | OperatorEvent::Removed { .. }
            | OperatorEvent::CredentialMade { .. }
            | OperatorEvent::CredentialEnded { .. }
            | OperatorEvent::SignUpsOpened
            | OperatorEvent::SignUpsClosed
            | OperatorEvent::UserRemoved { .. }
            | OperatorEvent::MailRetried { .. }
            | OperatorEvent::RestoreConfirmed => {}
        }
    }
    all
}

#[test]
fn every_act_on_the_installation_is_stored_under_its_code_and_comes_back() {
    for event in every_operator_event() {
        assert_eq!(json(&event)["code"], event.code());
        assert_comes_back(&event);
    }
}

#[test]
fn a_request_ends_in_one_of_three_ways_and_each_has_one_word() {
    for (how, word) in [(How::Approved, "approved"), (How::Declined, "declined"), (How::Withdrawn, "withdrawn")] {
        assert_eq!((how.as_str(), How::parse(word)), (word, Some(how)));
        assert_eq!(json(&how), word);
        assert_comes_back(&how);
    }
    for text in ["", "Approved", "waiting", "approve"] {
        assert_eq!(How::parse(text), None, "{text}");
    }
}

#[test]
fn every_account_event_is_stored_under_its_code() {
    use AccountEvent as E;
    let all = [
        E::Created,
        E::SignedIn,
        E::SignedOut,
        E::SignInFailed,
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
            | E::SignInFailed
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
        changed(AccessChange::PermissionGiven {
            namespace: names(&["a"]).remove(0),
            permission: Permission::WritePods,
            ends_at: Some(Timestamp::from_micros(1)),
        }),
        changed(AccessChange::PermissionRevoked {
            namespace: names(&["a"]).remove(0),
            permission: Permission::WriteFull,
        }),
        changed(AccessChange::MadeAdmin),
        changed(AccessChange::NoLongerAdmin),
        changed(AccessChange::MadeFounder),
        changed(AccessChange::Several(vec![AccessChange::MadeAdmin, AccessChange::Reactivated])),
        Letter::RequestFiled { user, request: RequestId::from_random([8; 16]) },
        Letter::RequestDecided { user, request: RequestId::from_random([8; 16]) },
        Letter::StandingChanged { user, organization, suspended: true },
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
        (Refusal::OrganizationSuspended, "organization_suspended"),
        (Refusal::OperatorOnly, "operator_only"),
        (Refusal::OwnRequest, "own_request"),
        (Refusal::RequestDecided, "request_decided"),
        (Refusal::AlreadyRequested, "already_requested"),
        (Refusal::MemberLimit { most: 1 }, "member_limit"),
        (Refusal::LimitTooLow { present: 1 }, "limit_too_low"),
        (Refusal::AlreadyGiven, "already_given"),
        (Refusal::NotGiven, "not_given"),
        (Refusal::StillActive, "still_active"),
        (Refusal::LastOperator, "last_operator"),
    ] {
        assert_eq!(refusal.code(), code);
    }
}

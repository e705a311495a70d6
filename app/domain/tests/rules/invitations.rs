//! Every state of an invitation, and every thing that can happen to it.

use crate::{
    golden::table,
    people::{namespace, organization, steady, token, user},
};
use domain::{
    Refusal,
    grant::{Giver, inherited},
    id::{InvitationId, NamespaceId},
    invitation::{Accepted, Invitation, Inviter, Offer, Pending, Revoked},
    text::EmailAddress,
    time::Timestamp,
};
use proptest::{collection::btree_set, prelude::*};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);
const MICROSECOND: Duration = Duration::from_micros(1);

fn sent() -> Timestamp {
    Timestamp::parse("2026-03-02T09:00:00Z").expect("a time")
}

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).expect("an address")
}

fn some(numbers: &[u8]) -> BTreeSet<NamespaceId> {
    numbers.iter().copied().map(namespace).collect()
}

fn offer() -> Offer {
    Offer {
        id: InvitationId::from_random([7; 16]),
        organization: organization(1),
        email: address("ada@example.org"),
        invited_by: user(1).into(),
        namespaces: some(&[1, 2]),
        nonce: [9; 16],
    }
}

fn pending() -> Pending {
    Pending::send(offer(), sent(), WEEK)
}

fn admin() -> Inviter {
    Inviter { may_invite: true, namespaces: some(&[2, 3]), ends: BTreeMap::new() }
}

fn no_admin() -> Inviter {
    Inviter { may_invite: false, ..admin() }
}

const STATES: [&str; 4] = ["pending", "expired", "accepted", "revoked"];

const EVENTS: [&str; 6] = [
    "accept by the right address",
    "accept by another address",
    "accept, inviter no longer admin",
    "accept by another address, inviter no longer admin",
    "resend",
    "revoke",
];

/// Each state as it is when the event happens, a day after it was sent; or ten, for the one that has expired.
fn in_state(state: &str) -> (Invitation, Timestamp) {
    let now = sent().plus(Duration::from_secs(24 * 60 * 60));
    match state {
        "pending" => (Invitation::Pending(pending()), now),
        "expired" => (Invitation::Pending(pending()), sent().plus(WEEK + Duration::from_secs(3 * 24 * 60 * 60))),
        "accepted" => {
            let namespaces = some(&[2]);
            (Invitation::Accepted(Accepted { offer: offer(), at: sent(), user: user(2), namespaces }), now)
        }
        _ => (Invitation::Revoked(Revoked { offer: offer(), at: sent() }), now),
    }
}

fn happens(invitation: Invitation, event: &str, now: Timestamp) -> Result<Invitation, Refusal> {
    let pending = invitation.pending()?;
    let (right, wrong) = (address("ada@example.org"), address("eve@example.org"));
    match event {
        "accept by the right address" => pending.accept(user(2), &right, now, &admin()).map(Invitation::Accepted),
        "accept by another address" => pending.accept(user(2), &wrong, now, &admin()).map(Invitation::Accepted),
        "accept, inviter no longer admin" => {
            pending.accept(user(2), &right, now, &no_admin()).map(Invitation::Accepted)
        }
        "accept by another address, inviter no longer admin" => {
            pending.accept(user(2), &wrong, now, &no_admin()).map(Invitation::Accepted)
        }
        "resend" => Ok(Invitation::Pending(pending.resend(now, WEEK))),
        _ => Ok(Invitation::Revoked(pending.revoke(now))),
    }
}

const OUTCOMES: &str = "\
state     event                                               outcome
pending   accept by the right address                         accepted
pending   accept by another address                           no: invited_somebody_else
pending   accept, inviter no longer admin                     no: inviter_no_longer_admin
pending   accept by another address, inviter no longer admin  no: inviter_no_longer_admin
pending   resend                                              pending, ends 2026-03-10T09:00:00Z
pending   revoke                                              revoked
expired   accept by the right address                         no: invitation_expired
expired   accept by another address                           no: invitation_expired
expired   accept, inviter no longer admin                     no: invitation_expired
expired   accept by another address, inviter no longer admin  no: invitation_expired
expired   resend                                              pending, ends 2026-03-19T09:00:00Z
expired   revoke                                              revoked
accepted  accept by the right address                         no: invitation_accepted
accepted  accept by another address                           no: invitation_accepted
accepted  accept, inviter no longer admin                     no: invitation_accepted
accepted  accept by another address, inviter no longer admin  no: invitation_accepted
accepted  resend                                              no: invitation_accepted
accepted  revoke                                              no: invitation_accepted
revoked   accept by the right address                         no: invitation_revoked
revoked   accept by another address                           no: invitation_revoked
revoked   accept, inviter no longer admin                     no: invitation_revoked
revoked   accept by another address, inviter no longer admin  no: invitation_revoked
revoked   resend                                              no: invitation_revoked
revoked   revoke                                              no: invitation_revoked
";

#[test]
fn every_event_in_every_state_has_the_outcome_written_here() {
    let mut rows = vec![["state", "event", "outcome"].map(str::to_owned).to_vec()];
    for state in STATES {
        for event in EVENTS {
            let (invitation, now) = in_state(state);
            let outcome = match happens(invitation, event, now) {
                Ok(Invitation::Pending(pending)) => format!("pending, ends {}", pending.expires_at),
                Ok(Invitation::Accepted(_)) => "accepted".into(),
                Ok(Invitation::Revoked(_)) => "revoked".into(),
                Err(refusal) => format!("no: {}", refusal.code()),
            };
            rows.push(vec![state.to_owned(), event.to_owned(), outcome]);
        }
    }
    let now = table(&rows);
    assert!(now == OUTCOMES, "now it is:\n{now}");
}

#[test]
fn an_accepted_invitation_holds_who_when_and_the_namespaces_that_the_inviter_still_has() {
    let now = sent().plus(Duration::from_secs(60));
    let accepted = pending().accept(user(2), &address("Ada@Example.org"), now, &admin()).unwrap();
    assert_eq!(accepted, Accepted { offer: offer(), at: now, user: user(2), namespaces: some(&[2]) });
}

#[test]
fn a_revoked_invitation_holds_when_and_the_offer_as_it_was() {
    let now = sent().plus(Duration::from_secs(60));
    assert_eq!(pending().revoke(now), Revoked { offer: offer(), at: now });
}

#[test]
fn an_invitation_ends_at_the_very_microsecond_it_names() {
    let end = sent().plus(WEEK);
    assert_eq!(pending().expires_at, end);
    let ada = address("ada@example.org");
    let at = |now| pending().accept(user(2), &ada, now, &admin()).map(|accepted| accepted.at);
    assert_eq!(at(end.minus(MICROSECOND)), Ok(end.minus(MICROSECOND)));
    assert_eq!(at(end), Err(Refusal::InvitationExpired { at: end }));
    assert_eq!(at(end.plus(MICROSECOND)), Err(Refusal::InvitationExpired { at: end }));
}

#[test]
fn an_invitation_that_lives_for_no_time_can_never_be_used() {
    let pending = Pending::send(offer(), sent(), Duration::ZERO);
    assert!(pending.is_expired(sent()));
}

#[test]
fn sending_again_keeps_the_link_and_everything_offered() {
    let later = sent().plus(Duration::from_secs(3600));
    let again = pending().resend(later, WEEK);
    assert_eq!(again, Pending { offer: offer(), sent_at: later, expires_at: later.plus(WEEK) });
}

#[test]
fn sending_again_brings_an_expired_invitation_back_to_life() {
    let later = sent().plus(WEEK * 5);
    assert!(pending().is_expired(later));
    let again = pending().resend(later, WEEK);
    assert_eq!(again.offer.nonce, offer().nonce);
    let accepted = again.accept(user(2), &address("ada@example.org"), later, &admin());
    assert!(accepted.is_ok(), "{accepted:?}");
}

#[test]
fn whoever_looks_at_the_link_is_told_what_accepting_would_say() {
    let end = sent().plus(WEEK);
    assert_eq!(pending().may_be_used(sent(), &admin()), Ok(()));
    assert_eq!(pending().may_be_used(sent(), &no_admin()), Err(Refusal::InviterNoLongerAdmin));
    assert_eq!(pending().may_be_used(end, &admin()), Err(Refusal::InvitationExpired { at: end }));
}

#[test]
fn an_invitation_sent_through_a_token_remembers_the_token_and_whoever_made_it() {
    assert_eq!(offer().invited_by, Giver { user: user(1), token: None }, "a person's own hand");
    let by_program = Offer { invited_by: Giver { user: user(1), token: Some(token(1)) }, ..offer() };
    let pending = Pending::send(by_program.clone(), sent(), WEEK).resend(sent(), WEEK);
    let accepted = pending.accept(user(2), &address("ada@example.org"), sent(), &admin()).unwrap();
    assert_eq!(accepted.offer, by_program);
}

#[test]
fn the_offer_can_be_read_in_every_state() {
    for state in STATES {
        assert_eq!(in_state(state).0.offer(), &offer(), "{state}");
    }
}

fn namespaces() -> impl Strategy<Value = BTreeSet<NamespaceId>> {
    btree_set((0_u8..12).prop_map(namespace), 0..12)
}

proptest! {
    #![proptest_config(steady())]

    #[test]
    fn a_new_member_gets_what_was_kept_and_the_inviter_still_has_and_nothing_more(
        kept in namespaces(),
        has in namespaces(),
    ) {
        let got = inherited(&kept, &has);
        prop_assert!(got.is_subset(&has), "never more than the inviter has");
        prop_assert!(got.is_subset(&kept), "never more than was offered");
        prop_assert!(kept.iter().filter(|one| has.contains(one)).all(|one| got.contains(one)));

        let inviter = Inviter { may_invite: true, namespaces: has, ends: BTreeMap::new() };
        let pending = Pending::send(Offer { namespaces: kept, ..offer() }, sent(), WEEK);
        let accepted = pending.accept(user(2), &address("ada@example.org"), sent(), &inviter);
        prop_assert_eq!(accepted.map(|accepted| accepted.namespaces), Ok(got));
    }

    #[test]
    fn an_invitation_is_usable_from_its_sending_until_just_before_its_end(
        lifetime in 1_u64..10_000_000,
        moment in 0_u64..20_000_000,
    ) {
        let pending = Pending::send(offer(), sent(), Duration::from_micros(lifetime));
        let now = sent().plus(Duration::from_micros(moment));
        prop_assert_eq!(pending.may_be_used(now, &admin()).is_ok(), moment < lifetime);
    }
}

//! One invitation under two hands at once, from two processes: one thing comes of it, and all that is kept agrees.

use crate::people::*;
use domain::Refusal;
use std::time::Instant;
use usecases::{
    Context,
    invitations::{self, Outcome},
};

const ROUNDS: usize = 200;

/// Two processes, an admin in each of them, and people with accounts elsewhere: nobody's password has to be hashed.
struct Desk {
    house: House,
    here: Person,
    there: Person,
    guest: Person,
}

impl Desk {
    async fn of(house: &House) -> Self {
        let house = house.with(|settings| settings.invitations_per_hour = 10_000);
        let here = house.found("Northwind", "ada@northwind.example").await;
        let there = here.at(&house.elsewhere().await);
        let guest = house.found("Contoso", "carl@contoso.example").await;
        let people: Vec<_> = (0..ROUNDS).map(|n| (address(n), "Guest".to_owned(), "Of All".to_owned())).collect();
        house.seat_all(&guest.slug, &people).await;
        Self { house, here, there, guest }
    }

    /// This round's guest, as both processes see them: whose session it is, the table says.
    async fn guests(&self, round: usize) -> (Context, Context) {
        let whose = format!("(select id from users where email = '{}')", address(round));
        let last = match round.checked_sub(1) {
            Some(last) => address(last),
            None => self.guest.email.clone(),
        };
        let was = format!("(select id from users where email = '{last}')");
        self.house.trial.execute(&format!("update sessions set user_id = {whose} where user_id = {was}")).await;
        (self.guest.context().await, self.guest.at(&self.there.house).context().await)
    }

    /// What is counted on the organization's row is what its rows are, and the log says the same.
    async fn agrees(&self, round: usize, accepted: usize, revoked: usize) {
        let organization = self.house.organization(&self.here.slug).await;
        let count = async |sql: &str| self.house.trial.number(&format!("select count(*) from {sql}")).await;
        let own = "organization_id = (select id from organizations where slug = 'northwind')";
        let active = count(&format!("members where {own} and status = 'active'")).await;
        let pending = count("invitations where state = 'pending'").await;
        assert_eq!((organization.members_active, organization.invitations_pending), (active, pending), "round {round}");
        for (state, code, times) in
            [("accepted", "invitation.accepted", accepted), ("revoked", "invitation.revoked", revoked)]
        {
            let times = i64::try_from(times).unwrap();
            assert_eq!(count(&format!("invitations where state = '{state}'")).await, times, "round {round}");
            assert_eq!(count(&format!("activity where code = '{code}'")).await, times, "round {round}");
        }
        assert_eq!(usize::try_from(active).unwrap(), 1 + accepted, "round {round}");
    }
}

fn address(round: usize) -> String {
    format!("p{round}@contoso.example")
}

fn print(house: &House, what: &str, began: Instant) {
    println!("{}: {ROUNDS} rounds of {what} in {:.1?}", house.trial.db.kind(), began.elapsed());
}

#[test]
fn a_link_that_is_used_twice_at_once_makes_one_member() {
    on_both(async |house| {
        let desk = Desk::of(&house).await;
        let began = Instant::now();
        for round in 0..ROUNDS {
            let invited = desk.here.invite(&address(round)).await;
            let (here, there) = desk.guests(round).await;
            let (one, two) = tokio::join!(
                invitations::accept(&here, &invited.secret, NOTHING),
                invitations::accept(&there, &invited.secret, NOTHING)
            );
            assert_ne!(one.is_ok(), two.is_ok(), "round {round}");
            assert_eq!(refused(if one.is_ok() { two } else { one }), Refusal::InvitationAccepted, "round {round}");
            desk.agrees(round, round + 1, 0).await;
        }
        print(&house, "two who accept", began);
    });
}

#[test]
fn an_invitation_that_is_accepted_and_revoked_at_once_is_one_of_both() {
    on_both(async |house| {
        let desk = Desk::of(&house).await;
        let (mut accepted, mut revoked) = (0, 0);
        let began = Instant::now();
        for round in 0..ROUNDS {
            let invited = desk.here.invite(&address(round)).await;
            let (guest, _) = desk.guests(round).await;
            let admin = desk.there.context().await;
            let accept = invitations::accept(&guest, &invited.secret, NOTHING);
            let revoke = invitations::revoke(&admin, &desk.there.slug, &invited.id);
            // Accepting reads before it takes its place in the line: by itself it would rarely come first.
            let (joined, over) = tokio::join!(accept, async {
                for _ in 0..round % 16 {
                    desk.house.trial.number("select 1").await;
                }
                revoke.await
            });
            match (joined, over) {
                (Ok(_), Err(why)) => {
                    accepted += 1;
                    assert_eq!(refused::<()>(Err(why)), Refusal::InvitationAccepted, "round {round}");
                }
                (Err(why), Ok(_)) => {
                    revoked += 1;
                    assert_eq!(refused::<()>(Err(why)), Refusal::InvitationRevoked, "round {round}");
                }
                (joined, over) => panic!("round {round}: {:?} {over:?}", joined.map(|it| it.member.id)),
            }
            desk.agrees(round, accepted, revoked).await;
        }
        print(&house, &format!("accepting ({accepted}) and revoking ({revoked})"), began);
        assert!(accepted > 0 && revoked > 0, "each of them came first now and then: {accepted}, {revoked}");
    });
}

#[test]
fn somebody_whom_two_admins_invite_at_once_has_one_invitation_and_one_letter() {
    on_both(async |house| {
        let desk = Desk::of(&house).await;
        let began = Instant::now();
        for round in 0..ROUNDS {
            let email = address(round);
            let (one, two) = tokio::join!(desk.here.send(&email), desk.there.send(&email));
            match (one.unwrap(), two.unwrap()) {
                (Outcome::Sent(pending), Outcome::AlreadyInvited(id))
                | (Outcome::AlreadyInvited(id), Outcome::Sent(pending)) => {
                    assert_eq!(pending.offer.id, id, "round {round}");
                }
                other => panic!("round {round}: {other:?}"),
            }
        }
        print(&house, "two who invite", began);
        desk.agrees(ROUNDS, 0, 0).await;
        let rounds = i64::try_from(ROUNDS).unwrap();
        assert_eq!(house.organization(&desk.here.slug).await.invitations_pending, rounds);
        assert_eq!(house.trial.number("select count(*) from outbox where invitation_id is not null").await, rounds);
    });
}

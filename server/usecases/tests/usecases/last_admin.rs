//! An organization always keeps at least one active admin, whoever does what at the same moment.

use crate::people::*;
use domain::{
    Refusal,
    membership::{Role, Status},
};
use std::time::Instant;
use usecases::{Context, Error, members, operator};

const ROUNDS: usize = 200;
const ACTIVE_ADMINS: &str = "select count(*) from members where role = 'admin' and status = 'active'";

/// Two admins of an organization whose founder is switched off. The founder can't be, by any use case, so without
/// this the founder would always be the one who is left.
struct Pair {
    house: House,
    slug: String,
    one: (Context, String),
    two: (Context, String),
}

impl Pair {
    async fn of(house: &House) -> Self {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let one = ada.welcome_admin("one@northwind.example").await;
        let two = ada.welcome_admin("two@northwind.example").await;
        let founder = ada.member().await;
        let off = domain::membership::Membership { status: Status::Deactivated, ..founder.membership(ada.user) };
        let mut c = house.installation.db.write().await.unwrap();
        storage::members::set_status(&mut c, &off, founder.version).await.unwrap();
        c.commit().await.unwrap();
        // Requests that were let in before the round began: each still carries its person, each in a process of its own.
        let there = house.elsewhere().await;
        let one = (one.context().await, one.id().await);
        let two = (two.at(&there).context().await, two.id().await);
        Self { house: house.clone(), slug: ada.slug, one, two }
    }

    async fn deactivate(&self, by: &Context, whom: &str) -> Result<(), Error> {
        members::deactivate(by, &self.slug, whom, &[]).await.map(|_| ())
    }

    async fn demote(&self, operator: &Context, whom: &str) -> Result<(), Error> {
        operator::change_role(operator, &self.slug, whom, Role::Member).await.map(|_| ())
    }

    /// After a round: one of the two is left, and gets the other one back.
    async fn check_and_restore(&self, round: usize, outcomes: [Result<(), Error>; 2]) {
        let left = self.house.trial.number(ACTIVE_ADMINS).await;
        assert_eq!(left, 1, "round {round}: {outcomes:?}");
        let [first, second] = outcomes;
        let lost = if first.is_ok() { second } else { first };
        let why = refused(lost);
        let expected = [Refusal::MembershipDeactivated, Refusal::AdminsOnly, Refusal::LastActiveAdmin];
        assert!(expected.contains(&why), "round {round}: {why:?}");
        let operator = self.house.operator();
        for id in [&self.one.1, &self.two.1] {
            match operator::change_role(&operator, &self.slug, id, Role::Admin).await {
                Ok(_) | Err(Error::Refused(Refusal::RoleUnchanged)) => {}
                Err(error) => panic!("round {round}: {error:?}"),
            }
        }
        for (context, other) in [(&self.one.0, &self.two.1), (&self.two.0, &self.one.1)] {
            match members::reactivate(context, &self.slug, other).await {
                Ok(_) | Err(Error::Refused(Refusal::AlreadyActive | Refusal::MembershipDeactivated)) => {}
                Err(error) => panic!("round {round}: {error:?}"),
            }
        }
    }
}

#[test]
fn two_admins_who_deactivate_each_other_at_once_from_two_processes_leave_one() {
    on_both(async |house| {
        let pair = Pair::of(&house).await;
        let (mut first, began) = (0, Instant::now());
        for round in 0..ROUNDS {
            let (one, two) =
                tokio::join!(pair.deactivate(&pair.one.0, &pair.two.1), pair.deactivate(&pair.two.0, &pair.one.1));
            first += usize::from(one.is_ok());
            pair.check_and_restore(round, [one, two]).await;
        }
        println!(
            "{}: {ROUNDS} rounds in {:.1?}, the first came first in {first}",
            house.trial.db.kind(),
            began.elapsed()
        );
    });
}

#[test]
fn a_demotion_and_a_deactivation_at_once_leave_one() {
    on_both(async |house| {
        let pair = Pair::of(&house).await;
        let operator = house.elsewhere().await.operator();
        for round in 0..ROUNDS {
            let (one, two) =
                tokio::join!(pair.demote(&operator, &pair.one.1), pair.deactivate(&pair.one.0, &pair.two.1));
            pair.check_and_restore(round, [one, two]).await;
        }
    });
}

#[test]
fn two_demotions_at_once_from_two_processes_leave_one() {
    on_both(async |house| {
        let pair = Pair::of(&house).await;
        let (here, there) = (house.operator(), house.elsewhere().await.operator());
        for round in 0..ROUNDS {
            let (one, two) = tokio::join!(pair.demote(&here, &pair.one.1), pair.demote(&there, &pair.two.1));
            pair.check_and_restore(round, [one, two]).await;
        }
    });
}

#[test]
fn an_admin_who_is_deactivated_does_not_count() {
    on_both(async |house| {
        let pair = Pair::of(&house).await;
        pair.deactivate(&pair.one.0, &pair.two.1).await.unwrap();
        assert_eq!(refused(pair.deactivate(&pair.one.0, &pair.one.1).await), Refusal::LastActiveAdmin);
        assert_eq!(refused(pair.demote(&house.operator(), &pair.one.1).await), Refusal::LastActiveAdmin);
        assert_eq!(house.trial.number(ACTIVE_ADMINS).await, 1);
    });
}

/// Every path by which the operator changes who the admins are, all at once, from four processes' worth of connections.
#[test]
fn whatever_operators_do_at_the_same_moment_an_active_admin_is_left() {
    on_both(async |house| {
        let pair = Pair::of(&house).await;
        let (slug, one, two) = (pair.slug.as_str(), pair.one.1.as_str(), pair.two.1.as_str());
        let (here, there) = (house.operator(), house.elsewhere().await.operator());
        let founder = house.organization(slug).await.founder;
        let mut came_to = [0; 4];
        for round in 0..ROUNDS {
            let email = format!("gone-{round}@northwind.example");
            let gone = house.seat(slug, &email, ("Gone", "Soon")).await.to_string();
            members::deactivate(&here, slug, &gone, &[]).await.unwrap();
            let outcomes = tokio::join!(
                pair.demote(&here, one),
                members::deactivate(&there, slug, two, &[]),
                operator::change_founder(&here, slug, if round % 2 == 0 { one } else { two }),
                operator::remove_user(&there, slug, &gone)
            );
            let done = [outcomes.0.is_ok(), outcomes.1.is_ok(), outcomes.2.is_ok(), outcomes.3.is_ok()];
            let said = (outcomes.0.err(), outcomes.1.err(), outcomes.2.err(), outcomes.3.err());
            assert!(house.trial.number(ACTIVE_ADMINS).await >= 1, "round {round}: {done:?}");
            for error in [said.0, said.1, said.2, said.3].into_iter().flatten() {
                let why = refused::<()>(Err(error));
                let expected = [Refusal::LastActiveAdmin, Refusal::FounderStays, Refusal::NotActive];
                assert!(expected.contains(&why), "round {round}: {why:?}");
            }
            assert!(done[3], "round {round}: removing somebody else is in nobody's way");
            for (count, done) in came_to.iter_mut().zip(done) {
                *count += u32::from(done);
            }
            // As it was: two admins, and a founder who is switched off.
            let mut c = house.installation.db.write().await.unwrap();
            let organization = house.organization(slug).await;
            storage::organizations::set_founder(&mut c, organization.id, founder).await.unwrap();
            for id in [one, two] {
                let member =
                    storage::members::find(&mut c, organization.id, id.parse().unwrap()).await.unwrap().unwrap();
                let back = domain::membership::Membership {
                    role: Role::Admin,
                    status: Status::Active,
                    ..member.membership(founder)
                };
                storage::members::set_role(&mut c, &back, member.version).await.unwrap();
                if member.status == Status::Deactivated {
                    storage::members::set_status(&mut c, &back, member.version).await.unwrap();
                }
            }
            c.commit().await.unwrap();
        }
        assert!(came_to.iter().all(|count| *count > 10), "each of them came first now and then: {came_to:?}");
    });
}

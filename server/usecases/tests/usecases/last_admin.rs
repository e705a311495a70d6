//! An organization always keeps at least one active admin, whoever does what at the same moment.

use crate::people::*;
use domain::{
    Refusal,
    membership::{Role, Status},
};
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
        // Requests that were let in before the round began: each still carries its person.
        let one = (one.context().await, one.id().await);
        let two = (two.context().await, two.id().await);
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
fn two_admins_who_deactivate_each_other_at_once_leave_one() {
    on_both(async |house| {
        let pair = Pair::of(&house).await;
        for round in 0..ROUNDS {
            let (one, two) =
                tokio::join!(pair.deactivate(&pair.one.0, &pair.two.1), pair.deactivate(&pair.two.0, &pair.one.1));
            pair.check_and_restore(round, [one, two]).await;
        }
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

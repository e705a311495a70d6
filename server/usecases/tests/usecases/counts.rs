//! The counts that an organization carries are the rows that it has.

use crate::people::*;
use domain::membership::Role;
use usecases::{Error, invitations, members};

/// A fixed sequence of numbers that looks like none (xorshift): the same in every run.
struct Sequence(u64);

impl Sequence {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

/// What each count is too high by.
const OFF: [&str; 3] = [
    "select members_active - (select count(*) from members where status = 'active') from organizations",
    "select members_deactivated - (select count(*) from members where status = 'deactivated') from organizations",
    "select invitations_pending - (select count(*) from invitations where state = 'pending') from organizations",
];

fn allowed<T>(outcome: Result<T, Error>) -> Option<T> {
    match outcome {
        Ok(done) => Some(done),
        Err(Error::Refused(_)) => None,
        Err(error) => panic!("{error:?}"),
    }
}

#[test]
fn after_any_operations_the_counts_are_the_rows() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let (context, slug) = (ada.context().await, ada.slug.as_str());
        let mut people: Vec<_> = Vec::new();
        for n in 0..6 {
            people.push(house.seat(slug, &format!("m{n}@x.example"), ("M", "N")).await.to_string());
        }
        let mut sent: Vec<Invited> = Vec::new();
        let mut sequence = Sequence(0x9e37_79b9_7f4a_7c15);
        let mut done = [0; 7];
        for step in 0..300 {
            // Past every limit of an hour.
            house.advance(HOUR);
            let operation = sequence.below(7);
            let person = people[sequence.below(people.len())].clone();
            let offer = if sent.is_empty() { None } else { Some(sent[sequence.below(sent.len())].clone()) };
            let happened = match (operation, offer) {
                (0, _) => {
                    let email = format!("p{}@x.example", sequence.below(20));
                    let outcome = ada_sends(&house, &context, slug, &email).await;
                    outcome.map(|invited| sent.push(invited))
                }
                (1, Some(offer)) if people.len() < 14 => {
                    allowed(house.accept(&offer).await).map(|joined| people.push(joined.member.id.to_string()))
                }
                (2, Some(offer)) => allowed(invitations::revoke(&context, slug, &offer.id).await).map(|_| ()),
                (3, Some(offer)) => allowed(invitations::resend(&context, slug, &offer.id).await).map(|_| ()),
                (4, _) => allowed(members::deactivate(&context, slug, &person, &[]).await).map(|_| ()),
                (5, _) => allowed(members::reactivate(&context, slug, &person).await).map(|_| ()),
                (6, _) => {
                    let role = if sequence.below(2) == 0 { Role::Admin } else { Role::Member };
                    allowed(usecases::operator::change_role(&house.operator(), slug, &person, role).await).map(|_| ())
                }
                _ => None,
            };
            done[operation] += usize::from(happened.is_some());
            for off in OFF {
                assert_eq!(house.trial.number(off).await, 0, "step {step}, operation {operation}: {off}");
            }
        }
        assert!(done.iter().all(|times| *times > 2), "each operation succeeded at times: {done:?}");
    });
}

async fn ada_sends(house: &House, context: &usecases::Context, slug: &str, email: &str) -> Option<Invited> {
    let results = allowed(invitations::send(context, slug, &texts([email]), None).await)?;
    let invitations::Outcome::Sent(pending) = &results[0].outcome else { return None };
    let id = pending.offer.id.to_string();
    let link = invitations::link(context, slug, &id).await.unwrap();
    assert!(link.starts_with(&format!("{}/invitations/", house.installation.settings.base_url)), "{link}");
    Some(Invited { id, email: email.to_owned(), secret: link.rsplit('/').next().unwrap().to_owned() })
}

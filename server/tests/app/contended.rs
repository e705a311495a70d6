//! Two that are in each other's way: one waits, is told so by the database, and is done all the same.

use crate::house::on_both;
use domain::membership::Role;
use usecases::{Context, operator};

/// Removing a person takes the lock of every organization they are in or invited to, their own first.
#[test]
fn two_people_who_are_removed_through_each_others_organizations_are_both_gone() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let carl = house.found("Contoso", "carl@contoso.example").await;
        let by = Context::operator(house.installation.clone());
        let (_, secret) = operator::make_credential(&by, "nightly").await.unwrap();
        house.note(&secret);
        for round in 0..12 {
            let mut gone = Vec::new();
            for (own, other) in [(&ada, &carl), (&carl, &ada)] {
                let person = house.seat(&own.slug, Role::Member).await;
                other.invite(&person.email).await;
                own.deactivate(&person).await;
                gone.push((own.slug.clone(), person.id().await, person.email.clone()));
            }
            let remove = async |(slug, member, _): &(String, String, String)| {
                let fields = [("organization", slug.as_str()), ("member", member.as_str())];
                house.program(&secret).call("operator/remove-user", &fields).await
            };
            let (one, two) = tokio::join!(remove(&gone[0]), remove(&gone[1]));
            assert_eq!((one.status, two.status), (200, 200), "round {round}: {} {}", one.text, two.text);
            house.post().await;
            for (_, _, email) in gone {
                assert!(!format!("{:?}", house.rows().await).contains(&email), "{email} is still somewhere");
            }
        }
    });
}

//! Removing a person while something else happens to them.

use crate::{
    people::*,
    removal::{naming, pointing},
};
use domain::{Refusal, id::UserId};
use usecases::{invitations, operator};

#[test]
fn two_removals_of_one_person_at_once_are_one() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let (here, there) = (house.operator(), house.elsewhere().await.operator());
        for round in 0..10 {
            let id = house.seat(&ada.slug, &format!("d{round}@northwind.example"), ("D", "D")).await.to_string();
            usecases::members::deactivate(&here, &ada.slug, &id, &[]).await.unwrap();
            let (one, two) = tokio::join!(
                operator::remove_user(&here, &ada.slug, &id),
                operator::remove_user(&there, &ada.slug, &id)
            );
            assert_ne!(one.is_ok(), two.is_ok(), "round {round}");
            assert_eq!(refused(if one.is_ok() { two } else { one }), Refusal::NotFound);
        }
        assert_eq!(house.organization(&ada.slug).await.members_deactivated, 0);
    });
}

/// Whoever accepts an invitation, or is made an operator, at the very moment of their removal is in nothing afterwards.
#[test]
fn nobody_slips_in_while_they_are_removed() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let carl = house.found("Contoso", "carl@contoso.example").await;
        house.runs("olga@bailiwick.example").await;
        let (here, there) = (house.operator(), house.elsewhere().await.operator());
        for round in 0..10 {
            let email = format!("d{round}@northwind.example");
            let dana = ada.welcome(&email).await;
            let invited = carl.invite(&email).await;
            ada.deactivate(&dana).await.unwrap();
            let (id, stranger) = (dana.id().await, house.stranger().await);
            let brings = invitations::Accepting { first_name: "", last_name: "", password: PASSWORD };
            let (removed, joined, added) = tokio::join!(
                operator::remove_user(&here, &ada.slug, &id),
                invitations::accept(&stranger, &invited.secret, brings),
                operator::add(&there, &email, None)
            );
            match removed {
                Ok(_) => {
                    let user: UserId = dana.user;
                    for table in ["members.user_id", "operators.user_id", "sessions.user_id"] {
                        assert!(
                            !pointing(&house, user.uuid()).await.contains(&table.to_owned()),
                            "round {round}: {table}"
                        );
                    }
                    assert_eq!(naming(&house, &email).await, Vec::<String>::new(), "round {round}");
                    assert!(joined.is_err(), "round {round}");
                }
                Err(error) => {
                    // They were a member of the other organization by then.
                    assert_eq!(refused::<()>(Err(error)), Refusal::StillActive, "round {round}");
                    joined.unwrap();
                    let there = Person { slug: carl.slug.clone(), ..dana.clone() };
                    carl.deactivate(&there).await.unwrap();
                    operator::remove_user(&here, &ada.slug, &id).await.unwrap();
                }
            }
            let _ = added;
        }
    });
}

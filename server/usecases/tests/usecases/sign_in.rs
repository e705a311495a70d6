//! Signing in with address and password.

use crate::people::*;
use domain::Refusal;
use usecases::sessions;

#[test]
fn a_wrong_password_and_an_unknown_address_are_refused_alike() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let before = house.trial.number("select count(*) from sessions").await;
        let long = "a".repeat(100_000);
        for (email, password) in [
            (ada.email.as_str(), "not the password of ada"),
            (ada.email.as_str(), ""),
            (ada.email.as_str(), &long),
            ("nobody@northwind.example", PASSWORD),
            ("not an address", PASSWORD),
            ("", ""),
        ] {
            let session = sessions::sign_in(&house.stranger().await, email, password).await;
            assert_eq!(refused(session), Refusal::WrongCredentials, "{email}");
        }
        assert_eq!(house.trial.number("select count(*) from sessions").await, before);
    });
}

#[test]
fn an_address_is_the_same_in_any_case_and_with_spaces_around_it() {
    on_both(async |house| {
        house.found("Northwind", "ada@northwind.example").await;
        house.sign_in("  ADA@Northwind.Example ", "northwind", PASSWORD).await.unwrap();
        refused(house.sign_in("ada@northwind.example", "northwind", &format!(" {PASSWORD}")).await);
    });
}

#[test]
fn whoever_is_switched_off_everywhere_is_told_where_and_only_with_the_right_password() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let carl = house.found("Contoso", "carl@contoso.example").await;
        let bob = ada.welcome("bob@bob.example").await;
        let invited = carl.invite(&bob.email).await;
        usecases::invitations::accept(&bob.context().await, &invited.secret, NOTHING).await.unwrap();
        ada.deactivate(&bob).await.unwrap();
        let at_carls = house.sign_in(&bob.email, &carl.slug, PASSWORD).await.unwrap();
        carl.deactivate(&at_carls).await.unwrap();
        match refused(house.sign_in(&bob.email, &ada.slug, PASSWORD).await) {
            Refusal::AccountDeactivated { organizations } => {
                let mut names: Vec<_> = organizations.iter().map(|name| name.as_str()).collect();
                names.sort_unstable();
                assert_eq!(names, ["Contoso", "Northwind"]);
            }
            other => panic!("{other:?}"),
        }
        let wrong = house.sign_in(&bob.email, &ada.slug, "not the password of bob").await;
        assert_eq!(refused(wrong), Refusal::WrongCredentials);
        assert_eq!(house.trial.number("select count(*) from sessions").await, 2);
    });
}

#[test]
fn a_sign_in_always_makes_a_new_session_and_ends_the_one_it_brought() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let session = sessions::sign_in(&ada.context().await, &ada.email, PASSWORD).await.unwrap();
        assert_ne!(session.cookie.value(), ada.cookie);
        assert!(!ada.is_signed_in().await);
        let again = Person { cookie: session.cookie.value().to_owned(), ..ada };
        assert!(again.is_signed_in().await);
    });
}

#[test]
fn a_password_that_was_hashed_with_less_is_hashed_anew_at_its_next_use() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        // The same password with 8 MiB and one pass.
        let weak = weak_hash();
        house.trial.execute(&format!("update users set password_hash = '{weak}'")).await;
        refused(house.sign_in(&ada.email, &ada.slug, "not the password of ada").await);
        let stored = async || house.trial.texts("select password_hash from users").await.concat();
        assert_eq!(stored().await, weak, "a wrong password changes nothing");
        house.sign_in(&ada.email, &ada.slug, PASSWORD).await.unwrap();
        assert!(stored().await.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", stored().await);
        house.sign_in(&ada.email, &ada.slug, PASSWORD).await.unwrap();
    });
}

fn weak_hash() -> String {
    use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8192, 1, 1, None).unwrap());
    hasher.hash_password(PASSWORD.as_bytes()).unwrap().to_string()
}

//! What changes of somebody's access within a minute is one mail, which says what is left of it.

use crate::people::*;
use domain::letter::GATHERED;
use usecases::grants;

/// The subjects of what leaves once nothing is gathered any longer.
async fn subjects(house: &House) -> Vec<String> {
    let before = house.mailer.sent().len();
    house.advance(GATHERED);
    house.post().await;
    house.mailer.sent().split_off(before).into_iter().map(|mail| mail.subject).collect()
}

#[test]
fn sixty_changes_of_somebodys_namespaces_are_one_mail_that_says_what_they_come_to() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        ada.create_namespace("live").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let save = async |namespace: &str| {
            let member = house.member(&ada.slug, &bob.email).await;
            let (context, id) = (ada.context().await, member.id.to_string());
            grants::save(&context, &ada.slug, &id, &texts([namespace]), member.version).await.unwrap();
        };
        save("dev").await;
        subjects(&house).await;

        for _ in 0..30 {
            save("live").await;
            save("dev").await;
        }
        assert!(subjects(&house).await.is_empty(), "all is as it was");
        for _ in 0..30 {
            save("live").await;
            save("dev").await;
        }
        save("live").await;
        assert_eq!(subjects(&house).await, ["Your access in Northwind has changed"]);
        let text = house.mails_to(&bob.email).pop().unwrap().text;
        let at = |words: &str| text.find(words).unwrap_or_else(|| panic!("{words}: {text}"));
        assert!(at("You can now work in:") < at("northwind-live"), "{text}");
        assert!(at("You can no longer work in:") < at("northwind-dev"), "{text}");
    });
}

#[test]
fn whoever_is_switched_off_and_on_within_a_minute_gets_one_mail() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome("bob@northwind.example").await;
        subjects(&house).await;
        ada.deactivate(&bob).await.unwrap();
        ada.reactivate(&bob).await.unwrap();
        assert_eq!(subjects(&house).await, ["Your access to Northwind is back"]);
        ada.deactivate(&bob).await.unwrap();
        ada.reactivate(&bob).await.unwrap();
        ada.deactivate(&bob).await.unwrap();
        assert_eq!(subjects(&house).await, ["Your access to Northwind was switched off"]);
        assert!(subjects(&house).await.is_empty());
    });
}

#[test]
fn a_mail_that_is_on_its_way_is_left_as_it_is_and_what_follows_is_another() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome("bob@northwind.example").await;
        subjects(&house).await;
        ada.deactivate(&bob).await.unwrap();
        house.advance(GATHERED);
        let mut c = house.installation.db.write().await.unwrap();
        let (now, lease) = (house.now(), house.now().plus(2 * GATHERED));
        assert!(storage::outbox::claim(&mut c, now, lease).await.unwrap().is_some());
        c.commit().await.unwrap();
        ada.reactivate(&bob).await.unwrap();
        assert_eq!(subjects(&house).await, ["Your access to Northwind is back"]);
    });
}

#[test]
fn a_mail_that_waits_for_more_is_not_taken_for_one_that_a_wrong_clock_put_off() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome("bob@northwind.example").await;
        subjects(&house).await;
        ada.deactivate(&bob).await.unwrap();
        usecases::upkeep::put_times_right(&house.installation).await.unwrap();
        assert!(house.post().await.is_empty());
        assert_eq!(subjects(&house).await.len(), 1);
    });
}

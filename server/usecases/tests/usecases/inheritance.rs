//! What a new member gets: never more than the inviter has, at sending and at acceptance.

use crate::people::*;
use domain::Refusal;
use usecases::{Error, grants, guide, invitations};

async fn has(person: &Person) -> Vec<String> {
    let own = guide::read(&person.context().await, &person.slug).await.unwrap().own;
    own.iter().map(ToString::to_string).collect()
}

/// Makes these the namespaces of `person`.
async fn give(admin: &Person, person: &Person, namespaces: &[String]) {
    let member = person.member().await;
    let id = member.id.to_string();
    grants::save(&admin.context().await, &admin.slug, &id, namespaces, member.version).await.unwrap();
}

#[test]
fn a_new_member_gets_what_the_inviter_has() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        ada.create_namespace("live").await;
        let bob = ada.welcome("bob@northwind.example").await;
        assert_eq!(has(&bob).await, ["northwind-dev", "northwind-live"]);
    });
}

#[test]
fn a_new_member_gets_no_more_than_was_kept_at_sending() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        for label in ["dev", "live"] {
            ada.create_namespace(label).await;
        }
        let kept = ada.invite_into("bob@northwind.example", Some(&texts(["dev"]))).await;
        let none = ada.invite_into("eve@northwind.example", Some(&[])).await;
        // What the inviter gets later is not passed on.
        ada.create_namespace("later").await;
        for (invited, expected) in [(kept, vec!["northwind-dev"]), (none, vec![])] {
            house.accept(&invited).await.unwrap();
            let person = house.sign_in(&invited.email, &ada.slug, PASSWORD).await.unwrap();
            assert_eq!(has(&person).await, expected);
        }
    });
}

#[test]
fn a_new_member_gets_only_what_the_inviter_still_has() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        for label in ["dev", "live", "test"] {
            ada.create_namespace(label).await;
        }
        let carl = ada.welcome_admin("carl@northwind.example").await;
        let invited = carl.invite("bob@northwind.example").await;
        give(&ada, &carl, &texts(["live", "test"])).await;
        let stranger = house.stranger().await;
        let seen = invitations::preview(&stranger, &invited.secret).await.unwrap();
        assert_eq!(seen.namespaces.len(), 2, "the page shows what would be given now");
        house.accept(&invited).await.unwrap();
        let bob = house.sign_in("bob@northwind.example", &ada.slug, PASSWORD).await.unwrap();
        assert_eq!(has(&bob).await, ["northwind-live", "northwind-test"]);
    });
}

#[test]
fn an_admin_passes_on_no_namespace_that_they_lack() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let carl = ada.welcome_admin("carl@northwind.example").await;
        ada.create_namespace("live").await;
        let context = carl.context().await;
        let wanted = texts(["dev", "live"]);
        let sent = invitations::send(&context, &carl.slug, &texts(["bob@northwind.example"]), Some(&wanted)).await;
        assert_eq!(refused(sent), Refusal::NamespaceNotHeld { name: "northwind-live".into() });
        assert_eq!(house.organization(&ada.slug).await.invitations_pending, 0);
        assert_eq!(ada.codes().await.last(), Some(&"refused"));
    });
}

#[test]
fn a_namespace_of_another_organization_is_as_unknown_as_one_that_is_not() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let carl = house.found("Contoso", "carl@contoso.example").await;
        carl.create_namespace("dev").await;
        for name in ["contoso-dev", "contoso-none", "dev"] {
            let context = ada.context().await;
            let emails = texts(["bob@northwind.example"]);
            let sent = invitations::send(&context, &ada.slug, &emails, Some(&texts([name]))).await;
            assert_eq!(refused(sent), Refusal::UnknownNamespace { name: name.into() });
            let member = ada.member().await;
            let saved = grants::save(&context, &ada.slug, &member.id.to_string(), &texts([name]), member.version).await;
            assert_eq!(refused(saved), Refusal::UnknownNamespace { name: name.into() });
        }
    });
}

#[test]
fn nobody_becomes_an_admin_through_an_invitation() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let context = bob.context().await;
        assert_eq!(
            refused(invitations::send(&context, &bob.slug, &texts(["eve@e.example"]), None).await),
            Refusal::AdminsOnly
        );
        assert_eq!(
            refused(
                usecases::operator::change_role(&context, &bob.slug, &bob.id().await, domain::membership::Role::Admin)
                    .await
            ),
            Refusal::OperatorOnly
        );
        let context = ada.context().await;
        assert_eq!(
            refused(
                usecases::operator::change_role(&context, &ada.slug, &bob.id().await, domain::membership::Role::Admin)
                    .await
            ),
            Refusal::OperatorOnly
        );
    });
}

#[test]
fn saving_an_older_version_changes_nothing_and_answers_what_is_there() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        for label in ["dev", "live"] {
            ada.create_namespace(label).await;
        }
        let carl = ada.welcome_admin("carl@northwind.example").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let (id, seen) = (bob.id().await, bob.member().await.version);
        let version = grants::save(&ada.context().await, &ada.slug, &id, &texts(["live"]), seen).await.unwrap();
        assert_eq!(version, bob.member().await.version);
        let (codes, mails) = (ada.codes().await, house.trial.number("select count(*) from outbox").await);

        match grants::save(&carl.context().await, &carl.slug, &id, &texts(["dev"]), seen).await {
            Err(Error::Stale(present)) => {
                assert_eq!(present.version, version);
                assert_eq!(present.namespaces.iter().map(|name| name.as_str()).collect::<Vec<_>>(), ["northwind-live"]);
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(has(&bob).await, ["northwind-live"]);
        assert_eq!(ada.codes().await, codes);
        assert_eq!(house.trial.number("select count(*) from outbox").await, mails);
        assert_eq!(bob.member().await.version, version);
    });
}

#[test]
fn of_two_who_save_the_same_page_at_once_one_is_told() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        for label in ["dev", "live"] {
            ada.create_namespace(label).await;
        }
        let bob = ada.welcome("bob@northwind.example").await;
        let (id, context) = (bob.id().await, ada.context().await);
        for round in 0..20 {
            let seen = bob.member().await.version;
            // Each differs from what is there, and from the other.
            let sets = if round % 2 == 0 {
                [texts(["dev"]).to_vec(), vec![]]
            } else {
                [texts(["live", "dev"]), texts(["live"])]
            };
            let (one, two) = tokio::join!(
                grants::save(&context, &ada.slug, &id, &sets[0], seen),
                grants::save(&context, &ada.slug, &id, &sets[1], seen)
            );
            let (saved, stale) = if one.is_ok() { (one, two) } else { (two, one) };
            saved.unwrap();
            assert!(matches!(stale, Err(Error::Stale(_))), "{stale:?}");
        }
    });
}

//! Who may work where, and who may see it.

use crate::people::*;
use domain::{Refusal, letter::GATHERED};
use usecases::{grants, namespaces};

#[test]
fn saving_what_is_there_already_writes_nothing() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let before = house.organization(&ada.slug).await.version;
        let member = ada.member().await;
        let id = member.id.to_string();
        let version =
            grants::save(&ada.context().await, &ada.slug, &id, &texts(["northwind-dev"]), member.version).await;
        assert_eq!(version.unwrap(), member.version);
        assert_eq!(house.organization(&ada.slug).await.version, before);
    });
}

#[test]
fn a_member_whose_access_changed_is_told_what_changed() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        ada.create_namespace("live").await;
        let invited = ada.invite_into("bob@northwind.example", Some(&texts(["dev"]))).await;
        house.accept(&invited).await.unwrap();
        house.post().await;
        let bob = house.member(&ada.slug, "bob@northwind.example").await;
        let id = bob.id.to_string();
        grants::save(&ada.context().await, &ada.slug, &id, &texts(["live"]), bob.version).await.unwrap();
        assert!(house.post().await.is_empty(), "what else changes is to be in the same mail");
        house.advance(GATHERED);
        house.post().await;
        let mail = house.mails_to("bob@northwind.example").pop().unwrap();
        assert!(mail.subject.contains("access") && mail.text.contains("northwind-live"), "{}", mail.text);
        let own = ada.member().await;
        grants::save(&ada.context().await, &ada.slug, &own.id.to_string(), &[], own.version).await.unwrap();
        assert!(house.post().await.is_empty(), "nobody is told what they did themselves");
        assert_eq!(ada.codes().await.iter().filter(|code| **code == "grants.changed").count(), 2);
    });
}

#[test]
fn a_member_sees_their_own_grants_and_nobody_elses() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let context = bob.context().await;
        let own = grants::of(&context, &bob.slug, &bob.id().await).await.unwrap();
        assert_eq!(own.namespaces.iter().map(|held| held.granted).collect::<Vec<_>>(), [true]);
        let absent = "00000000-0000-4000-8000-000000000000".to_owned();
        for other in [ada.id().await, absent] {
            assert_eq!(refused(grants::of(&context, &bob.slug, &other).await), Refusal::AdminsOnly);
        }
        grants::of(&ada.context().await, &ada.slug, &bob.id().await).await.unwrap();
    });
}

#[test]
fn whoever_makes_a_namespace_gets_the_first_grant_in_it_and_nobody_else_does() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome_admin("bob@northwind.example").await;
        ada.create_namespace("dev").await;
        let listed = namespaces::list(&bob.context().await, &bob.slug).await.unwrap().namespaces;
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].people, 1);
        assert_eq!(listed[0].named[0].email.as_str(), ada.email);
        assert_eq!(listed[0].namespace.created_by.as_str(), ada.email);
    });
}

#[test]
fn a_namespace_counts_only_people_who_are_active() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let people = async || namespaces::list(&ada.context().await, &ada.slug).await.unwrap().namespaces[0].people;
        assert_eq!(people().await, 2);
        ada.deactivate(&bob).await.unwrap();
        assert_eq!(people().await, 1);
        ada.reactivate(&bob).await.unwrap();
        assert_eq!(people().await, 2, "whoever comes back has the namespaces they had");
    });
}

#[test]
fn an_organization_has_as_many_namespaces_as_its_limit_whoever_makes_them_at_once() {
    on_both(async |house| {
        let ada = house.with(|settings| settings.namespace_limit = 3).found("Northwind", "ada@northwind.example").await;
        let context = ada.context().await;
        let mut crowd = tokio::task::JoinSet::new();
        for n in 0..8 {
            let (context, slug) = (context.clone(), ada.slug.clone());
            crowd.spawn(async move { namespaces::create(&context, &slug, &format!("n{n}")).await });
        }
        let outcomes = crowd.join_all().await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 3);
        for outcome in outcomes.into_iter().filter(Result::is_err) {
            assert_eq!(refused(outcome), Refusal::NamespaceLimit { most: 3 });
        }
    });
}

#[test]
fn a_namespaces_name_is_taken_once_in_the_whole_cluster() {
    on_both(async |house| {
        let ada = house.found("North", "ada@northwind.example").await;
        let carl = house.found("Contoso", "carl@northwind.example").await;
        assert_eq!(ada.create_namespace("dev").await, "north-dev");
        let context = carl.context().await;
        let taken = usecases::operator::adopt(&house.operator(), &carl.slug, "north-dev").await;
        assert_eq!(refused(taken), Refusal::NamespaceTaken { name: "north-dev".into() });
        assert_eq!(carl.create_namespace("dev").await, "contoso-dev");
        let taken = namespaces::create(&context, &carl.slug, "dev").await;
        assert_eq!(refused(taken), Refusal::NamespaceTaken { name: "contoso-dev".into() });
        for bad in ["", "Dev", "-dev", "dev-", "a b", "a.b", "aaaaaaaaaaaaaaaaaaaaa"] {
            let made = namespaces::create(&context, &carl.slug, bad).await;
            assert!(matches!(refused(made), Refusal::BadField { field: "id", .. }), "{bad}");
        }
    });
}

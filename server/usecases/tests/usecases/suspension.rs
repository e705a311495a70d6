//! An organization that the operator has closed: nobody of it gets in, nothing of it is lost, and all of it comes back.

use crate::{bearers::*, operators::*, people::*, tenants};
use domain::{
    Refusal, activity::ActivityEvent, grant::Holder, permission::Permission::WritePods, text::Problem, token::Lifetime,
};
use std::collections::BTreeMap;
use usecases::{
    cluster::{self, Identity, Wanted},
    invitations, members, operator, password_reset, sessions, tokens, upkeep,
};

const CLOSED: Refusal = Refusal::OrganizationSuspended;

async fn wanted(house: &House, slug: &str) -> Wanted {
    let id = house.organization(slug).await.id;
    cluster::wanted(&house.installation, id).await.unwrap().unwrap()
}

/// Whose the cluster takes the bearer of this for.
async fn seen_by_cluster(program: &Program) -> Option<Identity> {
    cluster::identify(&program.house.installation, program.secret.reveal()).await.unwrap()
}

/// All that a suspension must not touch.
async fn lasting(house: &House) -> BTreeMap<String, Vec<String>> {
    house.rows(&["activity", "organizations", "outbox", "attempts", "account_activity"]).await
}

#[test]
fn nobody_of_it_gets_in_by_any_way_and_strangers_learn_nothing() {
    on_both(async |house| {
        let scene = Scene::of(&house).await;
        let (slug, by) = (scene.ada.slug.as_str(), scene.olga.acting().await);
        let contexts = [scene.eve.context().await, scene.bob.context().await, scene.ada.context().await];
        operator::suspend(&by, slug, "unpaid\nsince May").await.unwrap();
        let kept = lasting(&house).await;

        // Those who were let in a moment before, and those who come with the same cookie now.
        let (bob, invitation, token) = (scene.bob.id().await, tenants::ABSENT, scene.program.id());
        for context in contexts {
            let asked = [
                tenants::ask_all(&context, slug).await,
                tenants::ask_about(&context, slug, &bob, invitation, &token).await,
            ];
            for (verb, answer) in asked.concat() {
                assert_eq!(answer, Err(CLOSED), "{verb}");
            }
        }
        for person in [&scene.ada, &scene.bob, &scene.eve] {
            assert!(!person.is_signed_in().await, "who is in no other organization has no session");
            assert_eq!(refused(house.sign_in(&person.email, slug, PASSWORD).await), CLOSED);
            let wrong = house.sign_in(&person.email, slug, "not the password at all").await;
            assert_eq!(refused(wrong), Refusal::WrongCredentials, "only whoever proves the password is told");
        }
        let joe = house.sign_in(&scene.joe.email, slug, PASSWORD).await;
        assert!(matches!(refused(joe), Refusal::AccountDeactivated { .. }));
        // Strangers see what they always see.
        let strangers = tenants::ask_all(&scene.carl.context().await, slug).await;
        for (verb, answer) in strangers {
            assert_eq!(answer, Err(Refusal::NotFound), "{verb}");
        }
        assert_eq!(refused(scene.program.identify().await), CLOSED);
        assert_eq!(lasting(&house).await, kept, "nothing is forgotten");
    });
}

#[test]
fn whoever_is_in_two_organizations_keeps_the_other_one() {
    on_both(async |house| {
        let scene = Scene::of(&house).await;
        let invited = scene.carl.invite(&scene.eve.email).await;
        invitations::accept(&scene.eve.context().await, &invited.secret, NOTHING).await.unwrap();
        operator::suspend(&house.operator(), &scene.ada.slug, "").await.unwrap();
        let context = scene.eve.context().await;
        let (_, open) = sessions::current(&context).await.unwrap();
        assert_eq!(open.iter().map(|it| it.slug.as_str()).collect::<Vec<_>>(), ["contoso"]);
        members::list(&context, "contoso", &Default::default()).await.unwrap();
        assert_eq!(refused(members::list(&context, &scene.ada.slug, &Default::default()).await), CLOSED);
        house.sign_in(&scene.eve.email, "contoso", PASSWORD).await.unwrap();
    });
}

#[test]
fn its_invitations_are_refused_and_work_again() {
    on_both(async |house| {
        let scene = Scene::of(&house).await;
        let invited = scene.ada.invite("new@northwind.example").await;
        let slug = scene.ada.slug.as_str();
        operator::suspend(&house.operator(), slug, "").await.unwrap();
        let before = house.rows(&["attempts"]).await;
        assert_eq!(refused(invitations::preview(&house.stranger().await, &invited.secret).await), CLOSED);
        assert_eq!(refused(house.accept(&invited).await), CLOSED);
        assert_eq!(house.rows(&["attempts"]).await, before);
        operator::resume(&house.operator(), slug).await.unwrap();
        house.accept(&invited).await.unwrap();
    });
}

#[test]
fn its_bindings_go_and_its_tokens_are_nobody_to_the_cluster() {
    on_both(async |house| {
        let scene = Scene::of(&house).await;
        let (slug, by) = (scene.ada.slug.as_str(), house.operator());
        operator::give(&by, slug, scene.eve.holder().await, "dev", WritePods, Lifetime::Never).await.unwrap();
        operator::give(&by, slug, Holder::Token(scene.program.token), "dev", WritePods, Lifetime::Never).await.unwrap();
        let before = wanted(&house, slug).await;
        assert!(before.bindings.len() >= 5 && !before.confirmed, "{before:?}");
        assert!(seen_by_cluster(&scene.program).await.is_some());

        operator::suspend(&by, slug, "").await.unwrap();
        let closed = wanted(&house, slug).await;
        assert!(closed.bindings.is_empty());
        assert!(closed.confirmed, "whoever suspends means every deletion");
        assert!(closed.version > before.version);
        assert_eq!(closed.namespaces, before.namespaces, "they stay the organization's");
        assert_eq!(seen_by_cluster(&scene.program).await, None);
        let behind = cluster::behind(&house.installation).await.unwrap();
        assert!(behind.contains(&closed.organization));
        // The founder's only namespace of another organization is not concerned.
        scene.carl.create_namespace("x").await;
        assert_eq!(wanted(&house, "contoso").await.bindings.len(), 1);

        operator::resume(&by, slug).await.unwrap();
        let after = wanted(&house, slug).await;
        assert_eq!(after.bindings, before.bindings);
        assert!(!after.confirmed);
        assert!(seen_by_cluster(&scene.program).await.is_some());
    });
}

#[test]
fn resuming_brings_everything_back_the_same_sessions_too() {
    on_both(async |house| {
        let scene = Scene::of(&house).await;
        let (slug, by) = (scene.ada.slug.as_str(), house.operator());
        let kept = lasting(&house).await;
        operator::suspend(&by, slug, "unpaid").await.unwrap();
        for person in [&scene.ada, &scene.bob, &scene.eve] {
            assert!(!person.is_signed_in().await);
        }
        operator::resume(&by, slug).await.unwrap();
        assert_eq!(lasting(&house).await, kept);
        for person in [&scene.ada, &scene.bob, &scene.eve] {
            assert!(person.is_signed_in().await, "the same cookie");
        }
        assert_eq!(scene.program.namespaces().await, ["northwind-dev"]);
        let log = scene.ada.log().await;
        assert!(matches!(log[0].event, ActivityEvent::OrganizationResumed));
        let ActivityEvent::OrganizationSuspended { reason: Some(reason) } = &log[1].event else { panic!("{log:?}") };
        assert_eq!(reason.as_str(), "unpaid");
        scene.ada.invite("new@northwind.example").await;
    });
}

#[test]
fn it_is_suspended_once_and_resumed_once_and_its_admins_are_told() {
    on_both(async |house| {
        let scene = Scene::of(&house).await;
        let (slug, by) = (scene.ada.slug.as_str(), house.operator());
        house.post().await;
        let mails = async || {
            let before = house.mailer.sent().len();
            house.post().await;
            let sent = house.mailer.sent().split_off(before);
            sent.into_iter().map(|mail| (mail.to, mail.subject)).collect::<Vec<_>>()
        };
        let to_admins = |subject: &str| {
            let of = |person: &Person| (person.email.clone(), subject.to_owned());
            vec![of(&scene.ada), of(&scene.bob)]
        };
        assert_eq!(house.refuses(operator::resume(&by, slug)).await, Refusal::NotSuspended);
        for (reason, problem) in
            [("a\0b".to_owned(), Problem::Invisible), ("x".repeat(600), Problem::TooLong { most: 500 })]
        {
            let refusal = Refusal::BadField { field: "reason", problem };
            assert_eq!(house.refuses(operator::suspend(&by, slug, &reason)).await, refusal);
        }
        operator::suspend(&by, slug, "").await.unwrap();
        assert_eq!(mails().await, to_admins("Northwind is suspended"));
        assert_eq!(house.refuses(operator::suspend(&by, slug, "")).await, Refusal::AlreadySuspended);
        operator::resume(&by, slug).await.unwrap();
        assert_eq!(mails().await, to_admins("Northwind is open again"));
        assert_eq!(house.refuses(operator::resume(&by, slug)).await, Refusal::NotSuspended);
        // What was changed back before it left is not told.
        operator::suspend(&by, slug, "").await.unwrap();
        operator::resume(&by, slug).await.unwrap();
        assert_eq!(mails().await, to_admins("Northwind is open again"));
    });
}

#[test]
fn time_does_not_stop_in_it_and_the_operator_goes_on() {
    on_both(async |house| {
        let scene = Scene::of(&house).await;
        let (slug, by) = (scene.ada.slug.as_str(), house.operator());
        operator::give(&by, slug, scene.eve.holder().await, "dev", WritePods, Lifetime::Hour).await.unwrap();
        operator::suspend(&by, slug, "").await.unwrap();
        house.advance(HOUR);
        upkeep::end_grants(&house.installation).await.unwrap();
        assert_eq!(house.trial.number("select count(*) from withheld_grants").await, 0);
        operator::limit_namespaces(&by, slug, 20).await.unwrap();
        operator::decide(&by, &scene.request, operator::Verdict::Approve, "").await.unwrap();
        operator::remove_user(&by, slug, &scene.joe.id().await).await.unwrap();
        members::list(&by, slug, &Default::default()).await.unwrap();
        let details = operator::details(&by, slug).await.unwrap();
        assert!(details.listed.suspended_at().is_some());
        assert_eq!(operator::overview(&by).await.unwrap().counts.suspended, 1);
    });
}

#[test]
fn a_new_password_lets_nobody_in_and_works_afterwards() {
    on_both(async |house| {
        let scene = Scene::of(&house).await;
        let (slug, by) = (scene.ada.slug.as_str(), house.operator());
        operator::suspend(&by, slug, "").await.unwrap();
        password_reset::request(&house.stranger().await, &scene.eve.email).await.unwrap();
        house.post().await;
        let secret = house.secret_to(&scene.eve.email);
        let new = "three blue boats at anchor";
        password_reset::finish(&house.stranger().await, &secret, new).await.unwrap();
        assert_eq!(refused(house.sign_in(&scene.eve.email, slug, new).await), CLOSED);
        operator::resume(&by, slug).await.unwrap();
        house.sign_in(&scene.eve.email, slug, new).await.unwrap();
    });
}

/// Work that began before the suspension is over before it; work that begins after is refused.
#[test]
fn a_suspension_and_a_write_at_once_come_one_after_the_other() {
    on_both(async |house| {
        let scene = Scene::of(&house).await;
        let slug = scene.ada.slug.as_str();
        let by = house.elsewhere().await.operator();
        for round in 0..20 {
            let context = scene.ada.context().await;
            let before = house.organization(slug).await.version;
            let wanted = tokens::Wanted::default();
            let (suspended, written) =
                tokio::join!(operator::suspend(&by, slug, ""), tokens::create(&context, slug, &wanted));
            suspended.unwrap();
            let log = house
                .trial
                .texts(&format!("select code from activity where version > {before} order by version, ordinal"))
                .await;
            match written {
                Ok(_) => assert_eq!(log, ["token.created", "organization.suspended"], "round {round}"),
                Err(error) => {
                    assert_eq!(refused::<()>(Err(error)), CLOSED, "round {round}");
                    assert_eq!(log[0], "organization.suspended", "round {round}");
                }
            }
            operator::resume(&by, slug).await.unwrap();
        }
    });
}

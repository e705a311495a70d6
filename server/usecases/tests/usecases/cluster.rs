//! What the cluster should hold, and what is kept of what the controller says.

use crate::people::*;
use domain::{binding::Subject, id::OrganizationId};
use std::{collections::BTreeSet, time::Duration};
use usecases::{
    cluster::{self, Drift, Health, Lease, Outcome, Report, Standing, Sync, Taken, Trouble, Wanted},
    grants, namespaces, organizations,
    tokens::{self, Wanted as NewToken},
};

async fn wanted(house: &House, organization: OrganizationId) -> Wanted {
    cluster::wanted(&house.installation, organization).await.unwrap().unwrap()
}

fn subjects(wanted: &Wanted) -> BTreeSet<Subject> {
    wanted.bindings.iter().map(|binding| binding.subject).collect()
}

fn report(wanted: &Wanted, outcome: Outcome) -> Report {
    let (organization, version) = (wanted.organization, wanted.version);
    let withdrawn = matches!(outcome, Outcome::Followed);
    Report { organization, version, outcome, withdrawn, troubles: Vec::new(), drifts: Vec::new() }
}

async fn tell(house: &House, report: &Report) {
    cluster::report(&house.installation, report).await.unwrap();
}

/// Whether the cluster follows the founder's one namespace, as the pages say it.
async fn sync(person: &Person) -> Sync {
    let listed = namespaces::list(&person.context().await, &person.slug).await.unwrap();
    listed.namespaces.into_iter().next().unwrap().sync
}

#[test]
fn whoever_is_off_and_tokens_that_are_over_want_nothing() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let context = ada.context().await;
        let dev = texts(["dev"]);
        let hour = NewToken { namespaces: &dev, expires: Some(domain::token::Lifetime::Hour), ..NewToken::default() };
        let hour = tokens::create(&context, &ada.slug, &hour).await.unwrap().listed.token.id;
        let doomed = NewToken { namespaces: &dev, ..NewToken::default() };
        let doomed = tokens::create(&context, &ada.slug, &doomed).await.unwrap().listed.token.id;
        let organization = house.organization(&ada.slug).await.id;
        let all = [Subject::User(ada.user), Subject::User(bob.user), Subject::Token(hour), Subject::Token(doomed)];
        let now = wanted(&house, organization).await;
        assert_eq!(subjects(&now), all.into());
        assert_eq!(now.until, Some(house.now().plus(HOUR)), "the next end of a token");
        assert_eq!(now.namespaces.iter().map(ToString::to_string).collect::<Vec<_>>(), ["northwind-dev"]);

        ada.deactivate(&bob).await.unwrap();
        tokens::remove(&context, &ada.slug, &doomed.to_string()).await.unwrap();
        assert_eq!(subjects(&wanted(&house, organization).await), [all[0], all[2]].into());
        house.advance(HOUR);
        assert_eq!(subjects(&wanted(&house, organization).await), [all[0]].into());
        ada.back().await.reactivate(&bob).await.unwrap();
        assert_eq!(subjects(&wanted(&house, organization).await), [all[0], all[1]].into());
    });
}

#[test]
fn an_organization_is_behind_until_the_cluster_agrees_with_its_version() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let organization = house.organization(&ada.slug).await.id;
        let behind = async || cluster::behind(&house.installation).await.unwrap();
        assert_eq!(behind().await, [organization]);
        tell(&house, &report(&wanted(&house, organization).await, Outcome::Followed)).await;
        assert!(behind().await.is_empty());
        let before = wanted(&house, organization).await;
        ada.create_namespace("dev").await;
        assert_eq!(behind().await, [organization]);
        tell(&house, &report(&before, Outcome::Followed)).await;
        assert_eq!(behind().await, [organization], "it agreed with an older version");
        tell(&house, &report(&wanted(&house, organization).await, Outcome::Followed)).await;
        assert!(behind().await.is_empty());
    });
}

#[test]
fn a_wish_is_current_until_its_version_its_time_or_the_operators_word_is_another() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let dev = texts(["dev"]);
        let hour = NewToken { namespaces: &dev, expires: Some(domain::token::Lifetime::Hour), ..NewToken::default() };
        tokens::create(&ada.context().await, &ada.slug, &hour).await.unwrap();
        let organization = house.organization(&ada.slug).await.id;
        let is_current = async |wish: &Wanted| {
            cluster::is_current(&house.installation, organization, wish.version, wish.until).await.unwrap()
        };
        let first = wanted(&house, organization).await;
        assert!(is_current(&first).await);
        for version in [first.version - 1, first.version + 1] {
            assert!(!is_current(&Wanted { version, ..first.clone() }).await, "{version} of {}", first.version);
        }
        house.advance(HOUR - Duration::from_micros(1));
        assert!(is_current(&first).await);
        house.advance(Duration::from_micros(1));
        assert!(!is_current(&first).await, "its token is over");
        let second = wanted(&house, organization).await;
        assert_eq!((second.version, second.until, second.bindings.len()), (first.version, None, 1));
        assert!(is_current(&second).await);

        tell(&house, &report(&second, Outcome::Held { deletions: 40, of: 50 })).await;
        assert!(is_current(&second).await);
        house.trial.execute("update cluster_states set confirmed = (1 = 1)").await;
        assert!(!is_current(&second).await, "the operator said something about it");
        tell(&house, &report(&second, Outcome::Followed)).await;
        assert!(is_current(&second).await);
        ada.back().await.create_namespace("live").await;
        assert!(!is_current(&second).await);
        let nobody = OrganizationId::from_random([7; 16]);
        assert!(!cluster::is_current(&house.installation, nobody, 1, None).await.unwrap());
    });
}

#[test]
fn a_report_that_can_not_be_true_is_not_kept() {
    on_both(async |house| {
        let house = house.with(|settings| settings.enforced = true);
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let now = wanted(&house, house.organization(&ada.slug).await.id).await;
        let take = async |report: &Report| cluster::report(&house.installation, report).await.unwrap();
        let ahead = Report { version: now.version + 1, ..report(&now, Outcome::Followed) };
        assert_eq!(take(&ahead).await, Taken::NoSuchVersion);
        let nobody = OrganizationId::from_random([7; 16]);
        let foreign = Report { organization: nobody, ..report(&now, Outcome::Followed) };
        assert_eq!(take(&foreign).await, Taken::NoSuchOrganization);
        assert_eq!(sync(&ada).await, Sync::Applying);
        assert_eq!(take(&report(&now, Outcome::Followed)).await, Taken::Kept);
        assert_eq!(sync(&ada).await, Sync::InSync);
    });
}

#[test]
fn a_namespace_is_in_sync_when_every_binding_in_it_is() {
    on_both(async |house| {
        let house = house.with(|settings| settings.enforced = true);
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        ada.create_namespace("live").await;
        let now = wanted(&house, house.organization(&ada.slug).await.id).await;
        let trouble = Trouble {
            namespace: "northwind-dev".into(),
            name: now.bindings[0].name().to_string(),
            reason: "forbidden".into(),
            since: house.now(),
        };
        let counts = async |person: &Person| {
            let counts = organizations::counts(&person.context().await, &person.slug).await.unwrap();
            let cluster = counts.cluster.unwrap();
            (counts.people, counts.namespaces, counts.tokens, cluster.in_sync, cluster.failing, cluster.stopped)
        };
        assert_eq!(counts(&ada).await, (1, 2, Some(0), 0, 0, false));
        tell(&house, &Report { troubles: vec![trouble], ..report(&now, Outcome::Followed) }).await;
        assert_eq!(sync(&ada).await, Sync::Failing("forbidden".into()));
        assert_eq!(counts(&ada).await, (1, 2, Some(0), 1, 1, false));

        let bob = ada.welcome("bob@northwind.example").await;
        tokens::create(&ada.context().await, &ada.slug, &NewToken::default()).await.unwrap();
        let now = wanted(&house, now.organization).await;
        tell(&house, &report(&now, Outcome::Followed)).await;
        assert_eq!(counts(&ada).await, (2, 2, Some(1), 2, 0, false));
        assert_eq!(counts(&bob).await, (2, 2, None, 2, 0, false), "who may not see tokens does not count them");
        tell(&house, &report(&now, Outcome::Failed("the API server is away".into()))).await;
        assert!(counts(&ada).await.5, "what was in sync may not be any longer");
    });
}

/// What a controller says of itself.
fn standing(identity: &str, connected: bool, lease: Lease) -> Standing {
    let version = connected.then(|| "v1.36.0".to_owned());
    Standing { identity: identity.to_owned(), connected, version, lease, remembered: None }
}

fn behind(holder: &str) -> Lease {
    Lease::Held { by: holder.to_owned() }
}

#[test]
fn that_nobody_follows_is_said_when_it_has_lasted() {
    on_both(async |house| {
        let health = async || cluster::health(&house.installation.db, house.now()).await.unwrap();
        let say = async |standing: Standing| cluster::stands(&house.installation, &standing).await.unwrap();
        assert_eq!(health().await, Health::Awaited, "nothing was expected");
        let started = house.now();
        cluster::await_one(&house.installation).await.unwrap();
        house.advance(MINUTE);
        cluster::await_one(&house.installation).await.unwrap();
        assert_eq!(health().await, Health::Awaited, "it may still come");
        house.advance(MINUTE);
        assert_eq!(health().await, Health::Silent { since: started });

        say(standing("one", true, Lease::Ours)).await;
        assert_eq!(health().await, Health::Followed);
        let last = house.now();
        house.advance(2 * MINUTE);
        assert_eq!(health().await, Health::Silent { since: last });
        cluster::await_one(&house.installation).await.unwrap();
        assert_eq!(health().await, Health::Awaited, "it is waited for anew");
    });
}

#[test]
fn a_lease_that_is_held_by_somebody_else_is_said_by_name_and_one_of_our_own_is_not() {
    on_both(async |house| {
        let house = house.with(|settings| settings.enforced = true);
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let health = async || cluster::health(&house.installation.db, house.now()).await.unwrap();
        let say = async |standing: Standing| cluster::stands(&house.installation, &standing).await.unwrap();
        let began = house.now();
        say(standing("one", true, behind("theirs"))).await;
        assert_eq!(health().await, Health::Followed, "it may be over in a moment");
        house.advance(MINUTE);
        say(standing("one", true, behind("theirs"))).await;
        assert_eq!(health().await, Health::Behind { holder: "theirs".into(), since: began });
        let listed = namespaces::list(&ada.back().await.context().await, &ada.slug).await.unwrap();
        let (why, since) = listed.following.trouble().unwrap();
        assert!(why.contains("theirs") && since == began, "{why}");

        say(standing("one", true, Lease::Ours)).await;
        assert_eq!(health().await, Health::Followed);
        for _ in 0..5 {
            house.advance(MINUTE / 3);
            say(standing("two", true, behind("one"))).await;
            say(standing("one", true, Lease::Ours)).await;
            assert_eq!(health().await, Health::Followed, "another of ours");
        }
        house.advance(MINUTE);
        say(standing("two", true, behind("one"))).await;
        assert_eq!(health().await, Health::Followed, "it died, and its Lease is free in a moment");
    });
}

#[test]
fn a_replica_that_is_cut_off_does_not_speak_for_the_one_that_writes() {
    on_both(async |house| {
        let health = async || cluster::health(&house.installation.db, house.now()).await.unwrap();
        let say = async |standing: Standing| cluster::stands(&house.installation, &standing).await.unwrap();
        say(standing("one", true, Lease::Ours)).await;
        say(standing("two", false, behind("one"))).await;
        assert_eq!(health().await, Health::Followed);
        house.advance(MINUTE / 3);
        say(standing("one", false, Lease::Unknown)).await;
        let away = house.now();
        assert_eq!(health().await, Health::Away { since: away });
        house.advance(MINUTE);
        say(standing("one", false, Lease::Unknown)).await;
        say(standing("two", false, behind("one"))).await;
        assert_eq!(health().await, Health::Away { since: away }, "since it began");
        say(standing("two", true, Lease::Ours)).await;
        assert_eq!(health().await, Health::Followed);
    });
}

#[test]
fn beside_each_grant_stands_whether_the_cluster_has_applied_it() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        assert_eq!(sync(&ada).await, Sync::NoCluster);
        let house = house.with(|settings| settings.enforced = true);
        let ada = Person { house: house.clone(), ..ada };
        assert_eq!(sync(&ada).await, Sync::Applying);
        let now = wanted(&house, house.organization(&ada.slug).await.id).await;
        tell(&house, &report(&now, Outcome::Followed)).await;
        assert_eq!(sync(&ada).await, Sync::InSync);
        let own = async || grants::of(&ada.context().await, &ada.slug, &ada.id().await).await.unwrap();
        assert_eq!(own().await.namespaces[0].sync, Sync::InSync);

        let name = now.bindings[0].name().to_string();
        let reason = "the cluster refuses it".to_owned();
        let trouble = Trouble { namespace: "northwind-dev".into(), name, reason: reason.clone(), since: house.now() };
        tell(&house, &Report { troubles: vec![trouble], ..report(&now, Outcome::Followed) }).await;
        assert_eq!(own().await.namespaces[0].sync, Sync::Failing(reason.clone()));
        assert_eq!(sync(&ada).await, Sync::Failing(reason), "a namespace is no better than what is in it");
        tell(&house, &report(&now, Outcome::Followed)).await;
        assert_eq!(own().await.namespaces[0].sync, Sync::InSync);
    });
}

#[test]
fn a_trouble_is_dated_from_when_it_was_first_told() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let now = wanted(&house, house.organization(&ada.slug).await.id).await;
        let first = house.now();
        let trouble = |reason: &str| Trouble {
            namespace: "northwind-dev".into(),
            name: String::new(),
            reason: reason.into(),
            since: house.now(),
        };
        let house = house.with(|settings| settings.enforced = true);
        let ada = Person { house: house.clone(), ..ada };
        let since = async || {
            let listed = namespaces::list(&ada.back().await.context().await, &ada.slug).await.unwrap();
            (listed.following.troubles()[0].since, listed.following.trouble().map(|(_, since)| since))
        };
        for _ in 0..3 {
            let failed = Outcome::Failed("the cluster does not answer".into());
            tell(&house, &Report { troubles: vec![trouble("foreign")], ..report(&now, failed) }).await;
            assert_eq!(since().await, (first, Some(first)));
            house.advance(MINUTE);
        }
        tell(&house, &Report { troubles: vec![trouble("forbidden")], ..report(&now, Outcome::Followed) }).await;
        assert_eq!(since().await, (house.now(), None), "another trouble, and what concerned all is over");
    });
}

#[test]
fn when_the_cluster_let_go_of_somebody_is_kept_until_they_come_back() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let organization = house.organization(&ada.slug).await.id;
        let before = wanted(&house, organization).await;
        ada.deactivate(&bob).await.unwrap();
        let withdrawn = async || ada.row(&bob.email).await.unwrap().withdrawn_at();
        tell(&house, &report(&before, Outcome::Followed)).await;
        assert_eq!(withdrawn().await, None, "that was before");
        let now = wanted(&house, organization).await;
        tell(&house, &Report { withdrawn: false, ..report(&now, Outcome::Followed) }).await;
        assert_eq!(withdrawn().await, None, "something lingers");
        tell(&house, &report(&now, Outcome::Followed)).await;
        let at = house.now();
        assert_eq!(withdrawn().await, Some(at));
        house.advance(MINUTE);
        tell(&house, &report(&wanted(&house, organization).await, Outcome::Followed)).await;
        assert_eq!(withdrawn().await, Some(at), "once is enough");
        ada.reactivate(&bob).await.unwrap();
        assert_eq!(withdrawn().await, None);
    });
}

#[test]
fn many_deletions_at_once_are_held_and_said() {
    on_both(async |house| {
        let house = house.with(|settings| settings.enforced = true);
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let organization = house.organization(&ada.slug).await.id;
        let now = wanted(&house, organization).await;
        tell(&house, &report(&now, Outcome::Held { deletions: 40, of: 50 })).await;
        let listed = namespaces::list(&ada.context().await, &ada.slug).await.unwrap();
        let (why, _) = listed.following.trouble().unwrap();
        assert!(why.contains("40 of 50"), "{why}");
        assert!(!wanted(&house, organization).await.confirmed);
    });
}

#[test]
fn what_was_found_different_is_listed_to_the_organizations_own_people_alone() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let sam = house.found("Southwind", "sam@southwind.example").await;
        let now = wanted(&house, house.organization(&ada.slug).await.id).await;
        let drift = Drift {
            namespace: "northwind-dev".into(),
            name: "bailiwick-user-x".into(),
            what: "deleted".into(),
            changed_by: None,
            done: "recreated".into(),
            at: house.now(),
        };
        tell(&house, &Report { drifts: vec![drift.clone()], ..report(&now, Outcome::Followed) }).await;
        assert_eq!(cluster::drifts(&ada.context().await, &ada.slug).await.unwrap(), [drift]);
        assert!(cluster::drifts(&sam.context().await, &sam.slug).await.unwrap().is_empty());
        assert_eq!(refused(cluster::drifts(&sam.context().await, &ada.slug).await), domain::Refusal::NotFound);
    });
}

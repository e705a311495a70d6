//! Access that ends by itself: a grant counts until its very last microsecond, whoever has it and whoever writes it down.

use crate::{bearers::*, people::*};
use domain::{
    Refusal,
    activity::ActivityEvent,
    binding::{ClusterRole, Subject},
    grant::Holder,
    permission::Permission::{WriteFull, WritePods},
    time::Timestamp,
    token::{Lifetime, Scopes},
};
use std::time::Duration;
use usecases::{Error, cluster, grants, guide, invitations, namespaces, operator, tokens, upkeep};

const SECOND: Duration = Duration::from_secs(1);

async fn limit(by: &Person, holder: Holder, namespace: &str, lasts: Lifetime) -> Result<Option<Timestamp>, Error> {
    grants::limit(&by.context().await, &by.slug, holder, namespace, lasts).await
}

/// Where the cluster lets this subject work, and with which role.
async fn bound(house: &House, slug: &str, subject: Subject) -> Vec<(String, ClusterRole)> {
    let id = house.organization(slug).await.id;
    let wanted = cluster::wanted(&house.installation, id).await.unwrap().unwrap();
    let own = wanted.bindings.into_iter().filter(|binding| binding.subject == subject);
    own.map(|binding| (binding.namespace.to_string(), binding.role)).collect()
}

async fn until(house: &House, slug: &str) -> Option<Timestamp> {
    let id = house.organization(slug).await.id;
    cluster::wanted(&house.installation, id).await.unwrap().unwrap().until
}

/// Of each namespace: whether there is a tick, and when it ends.
async fn ticks(by: &Person, of: &Person) -> Vec<(bool, Option<Timestamp>)> {
    let seen = grants::of(&by.context().await, &by.slug, &of.id().await).await.unwrap();
    seen.namespaces.iter().map(|held| (held.granted, held.ends_at)).collect()
}

async fn save(by: &Person, of: &Person, namespaces: &[&str]) {
    let member = of.member().await;
    let namespaces: Vec<_> = namespaces.iter().map(|name| (*name).to_owned()).collect();
    grants::save(&by.context().await, &by.slug, &member.id.to_string(), &namespaces, member.version).await.unwrap();
}

async fn northwind(house: &House) -> [Person; 2] {
    let ada = house.found("Northwind", "ada@northwind.example").await;
    for label in ["dev", "live"] {
        ada.create_namespace(label).await;
    }
    let eve = ada.welcome("eve@northwind.example").await;
    [ada, eve]
}

#[test]
fn a_tick_with_an_end_is_gone_at_that_moment_before_anybody_writes_it_down() {
    on_both(async |house| {
        let [ada, eve] = northwind(&house).await;
        let ends_at = limit(&ada, eve.holder().await, "dev", Lifetime::Hour).await.unwrap();
        assert_eq!(ends_at, Some(house.now().plus(HOUR)));
        assert_eq!(until(&house, &ada.slug).await, ends_at, "then the controller looks again");
        house.advance(HOUR - SECOND);
        let (ada, eve) = (ada.back().await, eve.back().await);
        house.advance(SECOND - MICROSECOND);
        assert_eq!(ticks(&ada, &eve).await, [(true, ends_at), (true, None)]);
        assert_eq!(bound(&house, &ada.slug, Subject::User(eve.user)).await.len(), 2);
        assert_eq!(house.trial.number("select count(*) from grants").await, 4);

        house.advance(MICROSECOND);
        let live = vec![("northwind-live".to_owned(), ClusterRole::Standard)];
        assert_eq!(bound(&house, &ada.slug, Subject::User(eve.user)).await, live);
        assert_eq!(until(&house, &ada.slug).await, None);
        assert_eq!(ticks(&ada, &eve).await, [(false, None), (true, None)]);
        assert_eq!(strings(&guide::read(&eve.context().await, &eve.slug).await.unwrap().own), ["northwind-live"]);
        assert_eq!(people_of(&ada).await, 1, "the pages count as the cluster does");
        assert_eq!(house.trial.number("select count(*) from grants").await, 4, "the row is still there");
    });
}

async fn people_of(ada: &Person) -> u64 {
    namespaces::list(&ada.context().await, &ada.slug).await.unwrap().namespaces[0].people
}

#[test]
fn a_wish_holds_until_the_next_end_of_any_kind() {
    on_both(async |house| {
        let [ada, eve] = northwind(&house).await;
        let program = ada.token("ci", &["dev"], NO_SCOPES).await;
        let (by, slug) = (house.operator(), ada.slug.as_str());
        let (of_eve, of_token) = (eve.holder().await, Holder::Token(program.token));
        let now = house.now();
        let (hour, eight, month, quarter) =
            (now.plus(HOUR), now.plus(8 * HOUR), now.plus(30 * DAY), now.plus(90 * DAY));
        assert_eq!(until(&house, slug).await, Some(quarter), "the token itself");
        operator::give(&by, slug, of_token, "dev", WriteFull, Lifetime::ThirtyDays).await.unwrap();
        assert_eq!(until(&house, slug).await, Some(month));
        limit(&ada, of_token, "dev", Lifetime::EightHours).await.unwrap();
        assert_eq!(until(&house, slug).await, Some(eight));
        operator::give(&by, slug, of_eve, "dev", WritePods, Lifetime::Hour).await.unwrap();
        assert_eq!(until(&house, slug).await, Some(hour));
        limit(&ada, of_eve, "live", Lifetime::Hour).await.unwrap();
        assert_eq!(until(&house, slug).await, Some(hour));
        for (advance, next) in [(HOUR, eight), (7 * HOUR, month), (30 * DAY - 8 * HOUR, quarter)] {
            house.advance(advance);
            assert_eq!(until(&house, slug).await, Some(next));
        }
        house.advance(60 * DAY);
        assert_eq!(until(&house, slug).await, None);
    });
}

#[test]
fn two_workers_write_each_end_down_once_and_as_nobodys_doing() {
    on_both(async |house| {
        let [ada, eve] = northwind(&house).await;
        let program = ada.token("ci", &["dev", "live"], NO_SCOPES).await;
        let (by, slug) = (house.operator(), ada.slug.as_str());
        let (of_eve, of_token) = (eve.holder().await, Holder::Token(program.token));
        for holder in [of_eve, of_token] {
            limit(&ada, holder, "dev", Lifetime::Hour).await.unwrap();
            operator::give(&by, slug, holder, "live", WritePods, Lifetime::Hour).await.unwrap();
            operator::give(&by, slug, holder, "live", WriteFull, Lifetime::Never).await.unwrap();
        }
        operator::take(&by, slug, of_eve, "live", WriteFull).await.unwrap();
        upkeep::end_grants(&house.installation).await.unwrap();
        let before = house.organization(slug).await.version;
        house.advance(HOUR);
        let there = house.elsewhere().await;
        let (one, two) = tokio::join!(upkeep::end_grants(&house.installation), upkeep::end_grants(&there.installation));
        one.unwrap();
        two.unwrap();
        assert_eq!(house.organization(slug).await.version, before + 1, "one write");
        let log = ada.back().await.log().await;
        let ended: Vec<_> = log.iter().take_while(|entry| entry.position.0 == before + 1).collect();
        let said: Vec<_> = ended
            .iter()
            .map(|entry| match &entry.event {
                ActivityEvent::GrantEnded { whose, namespace } => format!("{whose}: {namespace}"),
                ActivityEvent::PermissionEnded { whose, namespace, permission } => {
                    format!("{whose}: {permission} in {namespace}")
                }
                other => panic!("{other:?}"),
            })
            .collect();
        let token = format!("the token “ci” ({})", program.mask());
        let mut expected = vec![
            format!("{token}: northwind-dev"),
            format!("{token}: w:pods in northwind-live"),
            "eve@northwind.example: northwind-dev".to_owned(),
            "eve@northwind.example: w:pods in northwind-live".to_owned(),
        ];
        let mut sorted = said;
        sorted.sort();
        expected.sort();
        assert_eq!(sorted, expected);
        for entry in ended {
            assert_eq!((entry.actor_kind.as_str(), entry.actor_name.as_str()), ("system", "Bailiwick"));
        }
        let count = |code| log.iter().filter(|entry| entry.event.code() == code).count();
        assert_eq!((count("permission.revoked"), count("permission.ended")), (1, 2), "what was taken did not end");
        assert_eq!(house.trial.number("select count(*) from withheld_grants").await, 1, "what has no end stays");
        assert_eq!(eve.member().await.version, before + 1, "an older form of theirs is noticed");
        upkeep::end_grants(&house.installation).await.unwrap();
        assert_eq!(house.organization(slug).await.version, before + 1, "nothing happened: nothing is written");
    });
}

#[test]
fn a_tick_that_is_given_anew_has_no_end_before_and_after_it_was_written_down() {
    on_both(async |house| {
        let [ada, eve] = northwind(&house).await;
        let holder = eve.holder().await;
        limit(&ada, holder, "dev", Lifetime::EightHours).await.unwrap();
        // Saving the same set is no new tick.
        save(&ada, &eve, &["dev"]).await;
        assert_eq!(ticks(&ada, &eve).await[0], (true, Some(house.now().plus(8 * HOUR))));
        save(&ada, &eve, &[]).await;
        save(&ada, &eve, &["dev"]).await;
        assert_eq!(ticks(&ada, &eve).await[0], (true, None));

        for written_down in [false, true] {
            let ada = ada.back().await;
            limit(&ada, holder, "dev", Lifetime::Hour).await.unwrap();
            house.advance(HOUR);
            if written_down {
                upkeep::end_grants(&house.installation).await.unwrap();
            }
            let ada = ada.back().await;
            save(&ada, &eve, &["dev"]).await;
            assert_eq!(ticks(&ada, &eve).await[0], (true, None), "{written_down}");
            assert_eq!(bound(&house, &ada.slug, Subject::User(eve.user)).await.len(), 1);
            upkeep::end_grants(&house.installation).await.unwrap();
            assert_eq!(ticks(&ada, &eve).await[0], (true, None), "{written_down}: what was given anew stays");
        }
    });
}

#[test]
fn what_is_given_again_after_its_end_is_new_also_where_only_the_operator_gives() {
    on_both(async |house| {
        let [ada, eve] = northwind(&house).await;
        let (by, slug, holder) = (house.operator(), ada.slug.as_str(), eve.holder().await);
        let give = async || operator::give(&by, slug, holder, "dev", WritePods, Lifetime::Hour).await;
        give().await.unwrap();
        house.advance(HOUR - MICROSECOND);
        assert_eq!(house.refuses(give()).await, Refusal::AlreadyGiven);
        house.advance(MICROSECOND);
        let taken = operator::take(&by, slug, holder, "dev", WritePods);
        assert_eq!(house.refuses(taken).await, Refusal::NotGiven);
        assert_eq!(give().await.unwrap(), Some(house.now().plus(HOUR)));
        let pods = ("northwind-dev".to_owned(), ClusterRole::of(WritePods));
        assert!(bound(&house, slug, Subject::User(eve.user)).await.contains(&pods));
        house.advance(HOUR);
        assert!(!bound(&house, slug, Subject::User(eve.user)).await.contains(&pods));
    });
}

#[test]
fn a_new_member_has_what_they_inherit_no_longer_than_their_inviter() {
    on_both(async |house| {
        let [ada, _] = northwind(&house).await;
        let own = ada.holder().await;
        let ends_at = limit(&ada, own, "dev", Lifetime::EightHours).await.unwrap();
        let early = ada.invite("new@northwind.example").await;
        let late = ada.invite("late@northwind.example").await;
        let program = ada.token("ci", &["live"], Scopes { invitations: true, ..NO_SCOPES }).await;
        let of_token = limit(&ada, Holder::Token(program.token), "live", Lifetime::Hour).await.unwrap();
        let by_program = program.invite("by@northwind.example", None, &ada).await;
        house.advance(MINUTE);
        house.accept(&early).await.unwrap();
        house.accept(&by_program).await.unwrap();
        let as_person = |email: &str| Person { email: email.to_owned(), ..ada.clone() };
        let (new, by, late_one) = (as_person(&early.email), as_person(&by_program.email), as_person(&late.email));
        assert_eq!(ticks(&ada, &new).await, [(true, ends_at), (true, None)]);
        assert_eq!(ticks(&ada, &by).await, [(false, None), (true, of_token)]);
        // The admin may give it for longer, on purpose.
        limit(&ada, new.holder().await, "dev", Lifetime::Never).await.unwrap();
        house.advance(8 * HOUR);
        let seen = invitations::preview(&house.stranger().await, &late.secret).await.unwrap();
        assert_eq!(strings(&seen.namespaces), ["northwind-live"]);
        house.accept(&late).await.unwrap();
        let ada = ada.back().await;
        assert_eq!(ticks(&ada, &late_one).await, [(false, None), (true, None)], "what the inviter had is over");
        assert_eq!(ticks(&ada, &new).await[0], (true, None));
        assert_eq!(ticks(&ada, &by).await, [(false, None), (false, None)]);
        upkeep::end_grants(&house.installation).await.unwrap();
        let codes = ada.codes().await;
        assert_eq!(
            codes.iter().filter(|code| **code == "grant.ended").count(),
            3,
            "ada's, the token's and its invitee's"
        );
    });
}

#[test]
fn an_end_is_given_moved_and_taken_away_by_whoever_gives_the_tick() {
    on_both(async |house| {
        let [ada, eve] = northwind(&house).await;
        let carl = house.found("Contoso", "carl@contoso.example").await;
        let (slug, holder) = (ada.slug.as_str(), eve.holder().await);
        let scoped = ada.token("grants", &[], Scopes { grants: true, ..NO_SCOPES }).await;
        let plain = ada.token("plain", &["dev"], NO_SCOPES).await;
        let of_token = Holder::Token(plain.token);
        limit(&ada, holder, "dev", Lifetime::Year).await.unwrap();
        limit(&ada, holder, "northwind-dev", Lifetime::Hour).await.unwrap();
        let limited = ada.log().await.remove(0).event;
        assert!(
            matches!(limited, ActivityEvent::GrantLimited { ends_at: Some(at), .. } if at == house.now().plus(HOUR))
        );
        let version = eve.member().await.version;
        assert_eq!(version, house.organization(slug).await.version, "an older form is noticed");
        grants::limit(&scoped.context().await, slug, holder, "dev", Lifetime::Never).await.unwrap();
        assert_eq!(ticks(&ada, &eve).await[0], (true, None));
        limit(&ada, of_token, "dev", Lifetime::Hour).await.unwrap();
        assert_eq!(plain.namespaces().await, ["northwind-dev"]);

        let refusals = [
            (refused(limit(&eve, holder, "dev", Lifetime::Hour).await), Refusal::AdminsOnly),
            (
                refused(grants::limit(&plain.context().await, slug, holder, "dev", Lifetime::Hour).await),
                Refusal::ScopeMissing { scope: domain::token::Scope::Grants },
            ),
            // What a token has, only people decide.
            (
                refused(grants::limit(&scoped.context().await, slug, of_token, "dev", Lifetime::Never).await),
                Refusal::PeopleOnly,
            ),
        ];
        for (refusal, expected) in refusals {
            assert_eq!(refusal, expected);
        }
        let foreign = carl.holder().await;
        for (holder, namespace, refusal) in [
            (holder, "nowhere", Refusal::UnknownNamespace { name: "nowhere".into() }),
            (holder, "", Refusal::UnknownNamespace { name: String::new() }),
            (foreign, "dev", Refusal::NotFound),
            (of_token, "live", Refusal::NotGranted),
        ] {
            assert_eq!(house.refuses(limit(&ada, holder, namespace, Lifetime::Hour)).await, refusal, "{namespace}");
        }
        let theirs = grants::limit(&carl.context().await, slug, holder, "dev", Lifetime::Hour).await;
        assert_eq!(refused(theirs), Refusal::NotFound);
        // A tick whose time is over is none, whoever would prolong it.
        house.advance(HOUR);
        let ada = ada.back().await;
        assert_eq!(house.refuses(limit(&ada, of_token, "dev", Lifetime::Never)).await, Refusal::NotGranted);
        assert!(plain.namespaces().await.is_empty());
        assert!(ada.tokens().await.iter().all(|listed| listed.namespaces.is_empty()));
        tokens::assign(&ada.context().await, slug, &plain.id(), &texts(["dev"])).await.unwrap();
        assert_eq!(plain.namespaces().await, ["northwind-dev"], "and may be given anew");
        assert_eq!(bound(&house, slug, Subject::Token(plain.token)).await.len(), 1);
        upkeep::end_grants(&house.installation).await.unwrap();
        assert_eq!(plain.namespaces().await, ["northwind-dev"]);
    });
}

#[test]
fn an_end_comes_while_somebody_is_switched_off_and_they_come_back_without_it() {
    on_both(async |house| {
        let [ada, eve] = northwind(&house).await;
        limit(&ada, eve.holder().await, "dev", Lifetime::Hour).await.unwrap();
        ada.deactivate(&eve).await.unwrap();
        house.advance(HOUR);
        let ada = ada.back().await;
        ada.reactivate(&eve).await.unwrap();
        let live = vec![("northwind-live".to_owned(), ClusterRole::Standard)];
        assert_eq!(bound(&house, &ada.slug, Subject::User(eve.user)).await, live);
        upkeep::end_grants(&house.installation).await.unwrap();
        assert_eq!(ticks(&ada, &eve).await, [(false, None), (true, None)]);
    });
}

#[test]
fn one_organization_that_can_not_be_written_to_does_not_keep_the_others_grants_alive() {
    on_both(async |house| {
        let [ada, eve] = northwind(&house).await;
        let carl = house.found("Contoso", "carl@contoso.example").await;
        carl.create_namespace("x").await;
        limit(&ada, eve.holder().await, "dev", Lifetime::Hour).await.unwrap();
        let own = carl.holder().await;
        limit(&carl, own, "x", Lifetime::Hour).await.unwrap();
        house.advance(HOUR);
        for (broken, whole) in [("northwind", "contoso"), ("contoso", "northwind")] {
            // A position in the log that is taken: whoever writes there next fails.
            let version = house.organization(broken).await.version + 1;
            let id = format!("(select id from organizations where slug = '{broken}')");
            let at = if house.trial.db.kind() == "PostgreSQL" { "now()" } else { "0" };
            house
                .trial
                .execute(&format!(
                    "insert into activity (organization_id, version, ordinal, at, actor_kind, actor_name, code, event)
                     values ({id}, {version}, 0, {at}, 'system', 'x', 'x', 'x')"
                ))
                .await;
            assert!(upkeep::end_grants(&house.installation).await.is_err(), "it is said");
            let left = "select count(*) from grants g join members m on m.id = g.member_id join organizations o
                on o.id = m.organization_id where g.ends_at is not null and o.slug = ";
            assert_eq!(house.trial.number(&format!("{left}'{whole}'")).await, 0, "{whole}");
            house.trial.execute("delete from activity where code = 'x'").await;
            if broken == "northwind" {
                let carl = carl.back().await;
                save(&carl, &carl, &["x"]).await;
                limit(&carl, own, "x", Lifetime::Hour).await.unwrap();
                house.advance(HOUR);
            }
        }
    });
}

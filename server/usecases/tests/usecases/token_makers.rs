//! Tokens are the organization's: nothing that happens to a person touches one, unless an admin says so by its name.

use crate::{bearers::*, people::*, tenants::ABSENT};
use domain::{
    Refusal,
    activity::ActivityEvent,
    membership::{Role, Status},
    token::{Lifetime, Scopes},
};
use usecases::{account, grants, members};

#[test]
fn nothing_that_happens_to_its_maker_touches_a_token() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        for label in ["dev", "live"] {
            ada.create_namespace(label).await;
        }
        let bob = ada.welcome_admin("bob@northwind.example").await;
        let program = bob.token("ci", &["dev", "live"], EVERY_SCOPE).await;
        let rows = async || house.rows(&[]).await.remove("tokens").unwrap();
        let before = rows().await;
        let works = async |after: &str| {
            assert_eq!(program.namespaces().await, ["northwind-dev", "northwind-live"], "after {after}");
            let context = program.context().await;
            assert_eq!(context.caller.token().unwrap().scopes, EVERY_SCOPE, "after {after}");
            let page = members::list(&context, &ada.slug, &Default::default()).await.unwrap();
            assert_eq!(page.rows.len(), 2, "after {after}");
            assert_eq!(rows().await, before, "after {after}");
        };
        works("nothing").await;
        let member = bob.member().await;
        grants::save(&ada.context().await, &ada.slug, &member.id.to_string(), &[], member.version).await.unwrap();
        works("its maker's loss of every namespace").await;
        account::rename(&bob.context().await, "Robert", "Roe").await.unwrap();
        account::change_password(&bob.context().await, PASSWORD, "three blue boats at anchor").await.unwrap();
        works("its maker's new password").await;
        bob.become_role(Role::Member).await.unwrap();
        works("its maker's loss of the role").await;
        ada.deactivate(&bob).await.unwrap();
        works("its maker's deactivation").await;
        // It does not only read.
        let sent = program.invite("eve@northwind.example", None, &ada).await;
        let eve = house.accept(&sent).await.unwrap().member;
        grants::save(&program.context().await, &ada.slug, &eve.id.to_string(), &[], eve.version).await.unwrap();
        members::deactivate(&program.context().await, &ada.slug, &eve.id.to_string(), &[]).await.unwrap();
        house
            .trial
            .execute("delete from grants where member_id in (select id from members where email like 'eve@%')")
            .await;
        house.trial.execute("delete from members where email like 'eve@%'").await;
        ada.reactivate(&bob).await.unwrap();
        works("its maker's reactivation").await;
        bob.become_role(Role::Admin).await.unwrap();
        works("its maker's return").await;
    });
}

#[test]
fn a_deactivation_ends_the_tokens_that_were_ticked_and_no_others() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let bob = ada.welcome_admin("bob@northwind.example").await;
        let (one, two) = (bob.token("one", &["dev"], NO_SCOPES).await, bob.token("two", &["dev"], NO_SCOPES).await);
        let (kept, other) = (bob.token("kept", &["dev"], NO_SCOPES).await, ada.token("other", &[], NO_SCOPES).await);
        let before = house.organization(&ada.slug).await.version;
        // A form may name one twice, and names nothing by an empty entry.
        let ticked = [one.id(), String::new(), two.id(), one.id()];
        let done = ada.deactivate_with(&bob, &ticked).await.unwrap();
        assert_eq!((done.member.status, done.removed_tokens), (Status::Deactivated, 2));
        for program in [&one, &two] {
            assert_eq!(refused(program.identify().await), Refusal::TokenUnknown);
            assert_eq!(refused(ada.find_token(program).await), Refusal::NotFound);
        }
        assert_eq!(kept.namespaces().await, ["northwind-dev"]);
        other.identify().await.unwrap();
        assert_eq!((house.leftovers().await, house.secret_hashes().await.len()), (0, 2));

        let version = house.organization(&ada.slug).await.version;
        assert_eq!(version, before + 1, "one write");
        let mut removed = Vec::new();
        for (entry, ordinal) in ada.log().await.into_iter().take(3).zip([2, 1, 0]) {
            assert_eq!(entry.position, (version, ordinal));
            assert_eq!(entry.actor_name, ada.email);
            match entry.event {
                ActivityEvent::MemberDeactivated { email } => {
                    assert_eq!((email.as_str(), ordinal), (bob.email.as_str(), 2))
                }
                ActivityEvent::TokenRemoved { token, name } => {
                    removed.push((token.to_string(), name.unwrap().to_string()))
                }
                other => panic!("{other:?}"),
            }
        }
        removed.sort_by(|a, b| a.1.cmp(&b.1));
        assert_eq!(removed, [(one.mask(), "one".to_owned()), (two.mask(), "two".to_owned())]);
    });
}

#[test]
fn a_deactivation_with_a_token_that_is_not_that_members_does_nothing_at_all() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let carl = house.found("Contoso", "carl@contoso.example").await;
        let bob = ada.welcome_admin("bob@northwind.example").await;
        let (own, of_ada) = (bob.token("", &[], NO_SCOPES).await, ada.token("", &[], NO_SCOPES).await);
        // Bob's, but in another organization.
        let invited = carl.invite(&bob.email).await;
        usecases::invitations::accept(&bob.context().await, &invited.secret, NOTHING).await.unwrap();
        let there = Person { slug: carl.slug.clone(), ..bob.clone() };
        there.become_role(Role::Admin).await.unwrap();
        let elsewhere = there.token("", &[], NO_SCOPES).await;
        let removed = bob.token("", &[], NO_SCOPES).await;
        ada.remove(&removed).await.unwrap();
        let before = house.rows(&[]).await;
        for wrong in
            [of_ada.id(), elsewhere.id(), removed.id(), ABSENT.into(), "nonsense".into(), "\0".into(), " ".into()]
        {
            for ticked in [vec![wrong.clone()], vec![own.id(), wrong.clone()], vec![wrong.clone(), own.id()]] {
                assert_eq!(refused(ada.deactivate_with(&bob, &ticked).await), Refusal::NotFound, "{wrong:?}");
            }
        }
        assert_eq!(house.rows(&[]).await, before);
        assert!(bob.is_signed_in().await);
        for program in [&own, &of_ada, &elsewhere] {
            program.identify().await.unwrap();
        }
    });
}

#[test]
fn a_refused_deactivation_removes_no_token() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome_admin("bob@northwind.example").await;
        let (adas, bobs) = (ada.token("", &[], NO_SCOPES).await, bob.token("", &[], NO_SCOPES).await);
        assert_eq!(refused(bob.deactivate_with(&ada, &[adas.id()]).await), Refusal::FounderStays);
        assert_eq!(refused(bob.deactivate_with(&bob, &[bobs.id()]).await), Refusal::OwnMembership);
        let eve = ada.welcome("eve@northwind.example").await;
        assert_eq!(refused(eve.deactivate_with(&bob, &[bobs.id()]).await), Refusal::AdminsOnly);
        ada.deactivate(&bob).await.unwrap();
        assert_eq!(refused(ada.deactivate_with(&bob, &[bobs.id()]).await), Refusal::AlreadyDeactivated);
        for program in [&adas, &bobs] {
            program.identify().await.unwrap();
        }
    });
}

#[test]
fn a_token_switches_members_off_but_ends_no_token_with_them() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome_admin("bob@northwind.example").await;
        let bobs = bob.token("", &[], NO_SCOPES).await;
        let program = ada.token("ci", &[], Scopes { members: true, ..NO_SCOPES }).await;
        let (context, id) = (program.context().await, bob.id().await);
        let before = house.rows(&["activity", "organizations"]).await;
        for ticked in [vec![bobs.id()], vec![program.id()], vec!["nonsense".to_owned()]] {
            let done = members::deactivate(&context, &ada.slug, &id, &ticked).await;
            assert_eq!(refused(done), Refusal::PeopleOnly);
        }
        assert_eq!(house.rows(&["activity", "organizations"]).await, before);
        assert!(bob.is_signed_in().await);
        let refused = ada.codes().await.iter().filter(|code| **code == "refused").count();
        assert_eq!(refused, 1, "the others within a minute are counted with the first");
        let done = members::deactivate(&context, &ada.slug, &id, &texts([""])).await.unwrap();
        assert_eq!((done.member.status, done.removed_tokens), (Status::Deactivated, 0));
        bobs.identify().await.unwrap();
    });
}

#[test]
fn an_expired_token_can_be_ticked_too() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome_admin("bob@northwind.example").await;
        let brief = bob.token_for(Lifetime::Hour).await;
        house.advance(HOUR);
        let done = ada.back().await.deactivate_with(&bob, &[brief.id()]).await.unwrap();
        assert_eq!(done.removed_tokens, 1);
        assert_eq!(refused(brief.identify().await), Refusal::TokenUnknown);
    });
}

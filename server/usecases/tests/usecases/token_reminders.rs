//! Admins are told of tokens that end soon: once, and whoever can do something about it.

use crate::{bearers::*, people::*};
use domain::{
    letter::GATHERED,
    membership::Role,
    token::{Lifetime, REMINDED_BEFORE},
};
use mailer::SentMail;
use usecases::{outbox::Delivery, tokens::Wanted, upkeep};

/// What the worker does each hour, and the mails that come of it.
async fn remind(house: &House) -> Vec<SentMail> {
    let before = house.mailer.sent().len();
    upkeep::remind(&house.installation).await.unwrap();
    house.post().await;
    house.mailer.sent().split_off(before)
}

fn recipients(mails: &[SentMail]) -> Vec<&str> {
    let mut to: Vec<_> = mails.iter().map(|mail| mail.to.as_str()).collect();
    to.sort_unstable();
    to
}

const LETTERS: &str = "select count(*) from outbox where letter like '%tokens_expire%'";

#[test]
fn a_token_that_ends_within_a_week_is_told_of_once() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        house.post().await;
        ada.token_for(Lifetime::Never).await;
        ada.token_for(Lifetime::Year).await;
        let named = ada.equip(&Wanted { name: "ci", expires: Some(Lifetime::ThirtyDays), ..Wanted::default() }).await;
        house.advance(MICROSECOND);
        let later = ada.token_for(Lifetime::ThirtyDays).await;
        let before = house.rows(&[]).await;
        assert!(remind(&house).await.is_empty());
        house.advance(30 * DAY - REMINDED_BEFORE - 2 * MICROSECOND);
        assert!(remind(&house).await.is_empty());
        assert_eq!(house.rows(&[]).await, before, "nothing is written before there is something to say");
        house.advance(MICROSECOND);
        let mails = remind(&house).await;
        assert_eq!(recipients(&mails), [&ada.email]);
        let SentMail { subject, text, html, .. } = &mails[0];
        assert!(subject.contains("“ci”") && subject.contains("Northwind"), "{subject}");
        for body in [text, html] {
            assert!(body.contains("ci") && body.contains(&named.mask()) && !body.contains(&later.mask()), "{body}");
            assert!(!body.contains(named.digits()) && !body.contains(&named.secret.reveal()[8..36]), "{body}");
            assert!(body.contains("/api-access") || body.contains("https://bailiwick.example/"), "{body}");
        }
        assert!(remind(&house).await.is_empty());
        house.advance(MICROSECOND);
        let mails = remind(&house).await;
        assert_eq!(mails.len(), 1);
        assert!(mails[0].text.contains(&later.mask()) && !mails[0].text.contains(&named.mask()));
        for _ in 0..10 {
            house.advance(DAY);
            assert!(remind(&house).await.is_empty());
        }
    });
}

#[test]
fn one_letter_names_all_that_end_and_is_of_one_organization() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let carl = house.found("Contoso", "carl@contoso.example").await;
        // Ada is an admin of both.
        let invited = carl.invite(&ada.email).await;
        usecases::invitations::accept(&ada.context().await, &invited.secret, NOTHING).await.unwrap();
        let there = Person { slug: carl.slug.clone(), ..ada.clone() };
        there.become_role(Role::Admin).await.unwrap();
        let bob = ada.welcome_admin("bob@northwind.example").await;
        house.advance(GATHERED);
        house.post().await;
        let mut adas = Vec::new();
        for name in ["one", "", "<b>two</b>"] {
            adas.push(ada.token(name, &[], NO_SCOPES).await);
        }
        let (bobs, elsewhere) = (bob.token("", &[], NO_SCOPES).await, there.token("", &[], NO_SCOPES).await);
        house.advance(84 * DAY);
        let mails = remind(&house).await;
        assert_eq!(recipients(&mails), [&ada.email, &ada.email, &bob.email]);
        let mentioned = |program: &Program| -> Vec<(&str, bool)> {
            let mut of: Vec<_> = mails
                .iter()
                .filter(|mail| mail.text.contains(&program.mask()))
                .map(|mail| (mail.to.as_str(), mail.text.contains("Contoso")))
                .collect();
            of.dedup();
            of
        };
        for program in &adas {
            assert_eq!(mentioned(program), [(ada.email.as_str(), false)]);
        }
        assert_eq!(mentioned(&bobs), [(bob.email.as_str(), false)]);
        assert_eq!(mentioned(&elsewhere), [(ada.email.as_str(), true)]);
        for mail in &mails {
            assert!(!mail.html.contains("<b>two"));
            for program in adas.iter().chain([&bobs, &elsewhere]) {
                assert!(!mail.text.contains(program.digits()) && !mail.html.contains(program.digits()));
            }
        }
    });
}

#[test]
fn when_its_maker_is_no_admin_any_more_every_admin_is_told() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let makers = [
            ada.welcome_admin("demoted@northwind.example").await,
            ada.welcome_admin("off@northwind.example").await,
            ada.welcome_admin("bob@northwind.example").await,
        ];
        ada.welcome("member@northwind.example").await;
        let mut programs = Vec::new();
        for maker in makers.iter().chain([&ada]) {
            programs.push(maker.token("", &[], NO_SCOPES).await);
        }
        makers[0].become_role(Role::Member).await.unwrap();
        ada.deactivate(&makers[1]).await.unwrap();
        house.advance(GATHERED);
        house.post().await;
        house.advance(85 * DAY);
        let mails = remind(&house).await;
        assert_eq!(recipients(&mails), [&ada.email, &makers[2].email], "one letter to each");
        for (mail, own, others) in mails.iter().map(|mail| match mail.to == ada.email {
            true => (mail, &programs[3], &programs[2]),
            false => (mail, &programs[2], &programs[3]),
        }) {
            for named in [&programs[0], &programs[1], own] {
                assert!(mail.text.contains(&named.mask()), "{}", mail.text);
            }
            assert!(!mail.text.contains(&others.mask()), "{}", mail.text);
        }
    });
}

#[test]
fn nobody_is_told_of_a_token_that_lives_for_hours() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.token_for(Lifetime::Hour).await;
        ada.token_for(Lifetime::EightHours).await;
        for _ in 0..9 {
            assert!(remind(&house).await.is_empty());
            house.advance(HOUR);
        }
        assert_eq!(house.trial.number(LETTERS).await, 0);
    });
}

#[test]
fn nobody_is_told_of_a_token_that_is_over_or_was_removed() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let removed = ada.token_for(Lifetime::ThirtyDays).await;
        ada.token_for(Lifetime::ThirtyDays).await;
        ada.remove(&removed).await.unwrap();
        // The worker stood still for the whole week.
        house.advance(30 * DAY);
        assert!(remind(&house).await.is_empty());
        upkeep::sweep(&house.installation).await.unwrap();
        house.advance(31 * DAY);
        upkeep::sweep(&house.installation).await.unwrap();
        assert!(remind(&house).await.is_empty());
        assert_eq!(house.trial.number(LETTERS).await, 0);
    });
}

#[test]
fn what_was_removed_before_the_mail_left_is_not_in_it() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let (gone, kept) = (ada.token("gone", &[], NO_SCOPES).await, ada.token("kept", &[], NO_SCOPES).await);
        house.advance(85 * DAY);
        upkeep::remind(&house.installation).await.unwrap();
        let ada = ada.back().await;
        ada.remove(&gone).await.unwrap();
        let mut deliveries = house.post().await;
        assert!(matches!(deliveries.pop(), Some(Delivery::Sent { kind: "tokens_expire", link: None, .. })));
        let mail = house.mails_to(&ada.email).pop().unwrap();
        assert!(mail.text.contains(&kept.mask()) && mail.subject.contains("“kept”"), "{}", mail.text);
        assert!(!mail.text.contains(&gone.mask()) && !mail.text.contains("gone"), "{}", mail.text);

        let (one, two) = (ada.token("", &[], NO_SCOPES).await, ada.token("", &[], NO_SCOPES).await);
        house.advance(85 * DAY);
        upkeep::remind(&house.installation).await.unwrap();
        let ada = ada.back().await;
        ada.remove(&one).await.unwrap();
        ada.remove(&two).await.unwrap();
        assert!(matches!(house.post().await[..], [Delivery::Dropped]));
    });
}

#[test]
fn a_mail_that_waited_until_the_token_was_over_is_dropped() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.token("", &[], NO_SCOPES).await;
        house.advance(85 * DAY);
        upkeep::remind(&house.installation).await.unwrap();
        house.advance(5 * DAY);
        assert!(matches!(house.post().await[..], [Delivery::Dropped]));
        assert!(house.mailer.sent().is_empty());
    });
}

#[test]
fn two_processes_that_remind_at_once_tell_everybody_once() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let there = house.elsewhere().await;
        let mut ada = ada;
        for round in 1..=10 {
            for _ in 0..5 {
                ada.token_for(Lifetime::ThirtyDays).await;
            }
            house.advance(25 * DAY);
            let (one, two) = (house.clone(), there.clone());
            let one = tokio::spawn(async move { upkeep::remind(&one.installation).await });
            let two = tokio::spawn(async move { upkeep::remind(&two.installation).await });
            one.await.unwrap().unwrap();
            two.await.unwrap().unwrap();
            assert_eq!(house.trial.number(LETTERS).await, round, "letters after as many rounds");
            ada = ada.back().await;
        }
    });
}

/// More than are told of in one go: the next hour brings the rest.
#[test]
fn of_many_tokens_none_is_forgotten() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.token("", &[], NO_SCOPES).await;
        // As five hundred more of the first.
        let (id, copies) = match house.trial.db.kind() {
            "PostgreSQL" => ("gen_random_uuid()", "generate_series(1, 500)"),
            _ => (
                "randomblob(16)",
                "(with recursive n(i) as (select 1 union all select i + 1 from n where i < 500) select i from n)",
            ),
        };
        let rest = "organization_id, prefix, last_four, may_members, may_invitations, may_grants, created_by, version, \
                    created_at, expires_at";
        let copy =
            format!("insert into tokens (id, {rest}) select {id}, {rest} from tokens cross join {copies} as copies");
        house.trial.execute(&copy).await;
        house.advance(85 * DAY);
        let waiting = "select count(*) from tokens where reminded_at is null";
        assert_eq!(house.trial.number(waiting).await, 501);
        assert_eq!(remind(&house).await.len(), 1);
        assert_eq!(house.trial.number(waiting).await, 1);
        assert_eq!(remind(&house).await.len(), 1);
        assert_eq!(house.trial.number(waiting).await, 0);
        assert!(remind(&house).await.is_empty());
    });
}

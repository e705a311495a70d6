//! The installation as a whole: its operators, what their programs bring, sign-ups, and the mail that waits.

use crate::{operators::*, people::*};
use domain::{Refusal, id::LetterId, operator::OperatorEvent, text::Problem};
use mailer::SendError;
use std::{collections::BTreeSet, time::Duration};
use usecases::{
    Context,
    operator::{self, Deed, Did, NewAccount},
    outbox::Delivery,
    sessions,
    sign_up::{self, SignedUp},
};

pub(crate) const OLGA: &str = "olga@bailiwick.example";
const OSCAR: &str = "oscar@bailiwick.example";

/// Every line of what operators did, page by page, the latest first.
pub(crate) async fn deeds(by: &Context) -> Vec<Deed> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let (page, next) = operator::activity(by, &cursor).await.unwrap();
        assert!(page.len() <= 50);
        all.extend(page);
        match next {
            Some(next) => cursor = next,
            None => return all,
        }
    }
}

/// What operators did to the installation itself, the latest first: who, and what.
async fn own(by: &Context) -> Vec<(String, OperatorEvent)> {
    let here = |deed: Deed| match deed.did {
        Did::Here(event) => Some((deed.by, event)),
        Did::In(..) => None,
    };
    deeds(by).await.into_iter().filter_map(here).collect()
}

#[test]
fn an_operator_is_whoever_another_makes_one_with_an_account_or_without() {
    on_both(async |house| {
        let by = house.operator();
        // On an installation without any user: the first is made at the command line.
        operator::add(&by, "  OLGA@Bailiwick.example ", Some(ACCOUNT)).await.unwrap();
        let olga = house.sign_in(OLGA, "", PASSWORD).await.unwrap();
        assert!(!sign_up::is_first(&house.stranger().await).await.unwrap());
        let ada = match house.sign_up("Northwind", "ada@northwind.example").await.unwrap() {
            SignedUp::VerifyEmail => {
                house.post().await;
                let secret = house.secret_to("ada@northwind.example");
                sign_up::verify(&house.stranger().await, &secret).await.unwrap()
            }
            SignedUp::In(_) => panic!("the first person was the operator"),
        };
        house.advance(MICROSECOND);
        // Whoever has an account keeps it, password and all.
        let another = NewAccount { password: "three blue boats at anchor", ..ACCOUNT };
        operator::add(&olga.acting().await, ada.user.email.as_str(), Some(another)).await.unwrap();
        let ada = house.sign_in("ada@northwind.example", "northwind", PASSWORD).await.unwrap();
        operator::overview(&ada.context().await).await.unwrap();
        let listed = operator::list(&by).await.unwrap();
        let listed: Vec<_> = listed.iter().map(|it| (it.email.as_str(), it.added_by.as_str())).collect();
        assert_eq!(listed, [("ada@northwind.example", OLGA), (OLGA, "Operator")]);

        assert_eq!(house.refuses(operator::add(&by, OLGA, None)).await, Refusal::AlreadyOperator);
        assert_eq!(house.refuses(operator::add(&by, OLGA, Some(ACCOUNT))).await, Refusal::AlreadyOperator);
        assert_eq!(house.refuses(operator::add(&by, OSCAR, None)).await, Refusal::NotFound);
        assert_eq!(house.refuses(operator::remove(&by, OSCAR)).await, Refusal::NotOperator);
        for (account, field) in [
            (NewAccount { first_name: "", ..ACCOUNT }, "first_name"),
            (NewAccount { last_name: "a\0b", ..ACCOUNT }, "last_name"),
            (NewAccount { password: "short", ..ACCOUNT }, "password"),
            (NewAccount { password: OSCAR, ..ACCOUNT }, "password"),
        ] {
            let refusal = house.refuses(operator::add(&by, OSCAR, Some(account))).await;
            assert!(matches!(refusal, Refusal::BadField { field: at, .. } if at == field), "{refusal:?}");
        }
        for bad in ["", "olga", "a\0b@example.org", "<olga@bailiwick.example>"] {
            for refusal in
                [house.refuses(operator::add(&by, bad, None)).await, house.refuses(operator::remove(&by, bad)).await]
            {
                assert!(matches!(refusal, Refusal::BadField { field: "email", .. }), "{bad:?}: {refusal:?}");
            }
        }
        house.advance(MICROSECOND);
        operator::remove(&by, OLGA).await.unwrap();
        assert!(!olga.is_signed_in().await, "who is in no organization");
        assert_eq!(house.refuses(operator::remove(&by, "ada@northwind.example")).await, Refusal::LastOperator);
        let mut events: Vec<_> = own(&by).await.into_iter().map(|(who, event)| (who, event.code())).collect();
        // Of one moment, in no order.
        events[..2].sort_unstable();
        let expected = [
            ("Operator", "operator.removed"),
            ("Operator", "user.removed"),
            ("Olga Operator", "operator.added"),
            ("Operator", "operator.added"),
        ];
        assert_eq!(events, expected.map(|(who, code)| (who.to_owned(), code)));
    });
}

#[test]
fn with_an_operator_go_their_credentials_and_an_account_that_opens_nothing_else() {
    on_both(async |house| {
        let by = house.operator();
        let ada = house.found("Northwind", "ada@northwind.example").await;
        operator::add(&by, &ada.email, None).await.unwrap();
        let (olga, oscar) = (house.runs(OLGA).await, house.runs(OSCAR).await);
        ada.invite(OSCAR).await;
        let mut made = Vec::new();
        for person in [&ada, &olga, &oscar] {
            made.push(operator::make_credential(&person.acting().await, "nightly").await.unwrap().1);
        }
        let stays = house.operators_program("of the command line").await;

        let gone = operator::remove(&by, OLGA).await.unwrap();
        assert_eq!((gone.credentials, gone.forgotten), (1, true));
        assert_eq!(refused(house.sign_in(OLGA, "", PASSWORD).await.map(|_| ())), Refusal::WrongCredentials);
        let left = format!("{:?}", house.rows(&[]).await);
        assert!(!left.contains(OLGA), "{left}");
        let gone = operator::remove(&by, OSCAR).await.unwrap();
        assert_eq!((gone.credentials, gone.forgotten), (1, false), "who is invited may still come");
        let nowhere = refused(house.sign_in(OSCAR, "", PASSWORD).await.map(|_| ()));
        assert_eq!(nowhere, Refusal::AccountDeactivated { organizations: Vec::new() });
        let gone = operator::remove(&ada.acting().await, "ada@northwind.example").await;
        assert_eq!(refused(gone), Refusal::LastOperator);
        house.runs("opal@bailiwick.example").await;
        let gone = operator::remove(&by, "ada@northwind.example").await.unwrap();
        assert_eq!((gone.credentials, gone.forgotten), (1, false));
        assert!(ada.is_signed_in().await, "they are an admin as before");

        let left: Vec<_> = operator::credentials(&by).await.unwrap().into_iter().map(|it| it.name).collect();
        assert_eq!(left, ["of the command line"]);
        for secret in made {
            assert_eq!(refused(house.knock(&secret).await.map(|_| ())), Refusal::TokenUnknown);
        }
        house.knock(&stays).await.unwrap();
        let ended = own(&by).await.iter().filter(|(_, event)| event.code() == "credential.ended").count();
        assert_eq!(ended, 3);
    });
}

#[test]
fn the_last_operator_stays_whoever_removes_whom_at_once() {
    on_both(async |house| {
        // Members, so that their accounts outlast their being operators.
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let emails = [ada.email.clone(), bob.email.clone()];
        for email in &emails {
            operator::add(&house.operator(), email, None).await.unwrap();
        }
        let bob = Person { house: house.elsewhere().await, ..bob };
        for round in 0..50 {
            // Each removes the other, or both remove themselves.
            let (first, second) = (&emails[(round + 1) % 2], &emails[round % 2]);
            let (one, two) = (ada.acting().await, bob.acting().await);
            let (one, two) = tokio::join!(operator::remove(&one, first), operator::remove(&two, second));
            let left = operator::list(&house.operator()).await.unwrap();
            assert_eq!(left.len(), 1, "round {round}: {one:?} {two:?}");
            let lost = refused(if one.is_ok() { two } else { one });
            assert!(matches!(lost, Refusal::LastOperator | Refusal::OperatorOnly), "round {round}: {lost:?}");
            let gone = emails.iter().find(|email| left[0].email.as_str() != **email).unwrap();
            operator::add(&house.operator(), gone, None).await.unwrap();
        }
    });
}

/// The other way to lose one: the person behind an operator is removed with all they had.
#[test]
fn the_last_operator_stays_when_people_are_removed_at_the_same_moment() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let there = house.elsewhere().await.operator();
        for round in 0..10 {
            let (email, stays) = (format!("d{round}@northwind.example"), format!("s{round}@northwind.example"));
            let mut ids = Vec::new();
            for email in [&email, &stays] {
                ids.push(house.seat(&ada.slug, email, ("D", "D")).await.to_string());
                operator::add(&house.operator(), email, None).await.unwrap();
            }
            for other in operator::list(&house.operator()).await.unwrap() {
                if ![&email, &stays].contains(&&other.email.to_string()) {
                    operator::remove(&house.operator(), other.email.as_str()).await.unwrap();
                }
            }
            usecases::members::deactivate(&house.operator(), &ada.slug, &ids[0], &[]).await.unwrap();
            let by = house.operator();
            let (removed, made_none) =
                tokio::join!(operator::remove_user(&by, &ada.slug, &ids[0]), operator::remove(&there, &stays));
            assert_ne!(removed.is_ok(), made_none.is_ok(), "round {round}");
            assert_eq!(operator::list(&house.operator()).await.unwrap().len(), 1, "round {round}");
        }
    });
}

#[test]
fn a_credential_is_made_once_seen_once_and_ended_at_once() {
    on_both(async |house| {
        let olga = house.runs(OLGA).await;
        let acting = olga.acting().await;
        house.advance(MICROSECOND);
        let (id, secret) = operator::make_credential(&acting, " nightly ").await.unwrap();
        assert!(secret.starts_with("bwo_") && secret.len() == 40);
        assert!(!house.trial.everything().await.contains(&secret), "nor is it kept");
        assert!(!house.trial.everything().await.contains(&secret[4..34]));
        let listed = operator::credentials(&olga.context().await).await.unwrap();
        assert_eq!((listed.len(), listed[0].name.as_str(), listed[0].made_by.as_str()), (1, "nightly", OLGA));
        let program = house.knock(&secret).await.unwrap();
        operator::overview(&program).await.unwrap();
        for (name, problem) in
            [("", Problem::Empty), ("a\0b", Problem::Invisible), (&"x".repeat(61), Problem::TooLong { most: 60 })]
        {
            let refusal = house.refuses(operator::make_credential(&acting, name)).await;
            assert_eq!(refusal, Refusal::BadField { field: "name", problem });
        }
        house.advance(MICROSECOND);
        operator::end_credential(&program, &id.to_string()).await.unwrap();
        assert_eq!(refused(house.knock(&secret).await), Refusal::TokenUnknown);
        assert!(operator::credentials(&acting).await.unwrap().is_empty());
        for id in [id.to_string(), crate::tenants::ABSENT.to_owned(), "nonsense".to_owned(), "\0".to_owned()] {
            assert_eq!(house.refuses(operator::end_credential(&acting, &id)).await, Refusal::NotFound, "{id:?}");
        }
        let events: Vec<_> = own(&acting).await.into_iter().map(|(who, event)| (who, event.code())).collect();
        assert_eq!(events[0], ("Operator's program “nightly”".to_owned(), "credential.ended"));
        assert_eq!(events[1], (OLGA.to_owned(), "credential.made"));
    });
}

#[test]
fn sign_ups_that_the_operator_closed_let_nobody_sign_up_and_everybody_in() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let by = house.operator();
        assert!(operator::overview(&by).await.unwrap().sign_ups_open);
        operator::set_sign_ups(&by, false).await.unwrap();
        let wanted = house.sign_up("Contoso", "carl@contoso.example");
        assert_eq!(refused(wanted.await), Refusal::SignUpsClosed);
        assert_eq!(house.trial.number("select count(*) from sign_ups").await, 0);
        assert!(!operator::overview(&by).await.unwrap().sign_ups_open);
        // By invitation people still come, and whoever is here signs in.
        ada.welcome("bob@northwind.example").await;
        sessions::current(&ada.back().await.context().await).await.unwrap();
        // Other processes see it at once.
        let there = house.elsewhere().await;
        assert_eq!(refused(there.sign_up("Contoso", "carl@contoso.example").await), Refusal::SignUpsClosed);
        house.advance(MICROSECOND);
        operator::set_sign_ups(&by, true).await.unwrap();
        house.found("Contoso", "carl@contoso.example").await;
        // What configuration closes stays closed, whatever was decided here.
        let closed = house.with(|settings| settings.sign_ups_open = false);
        assert_eq!(refused(closed.sign_up("Fabrikam", "fay@fabrikam.example").await), Refusal::SignUpsClosed);
        let overview = operator::overview(&closed.operator()).await.unwrap();
        assert!(!overview.sign_ups_open && !overview.sign_ups_configured);
        let codes: Vec<_> = own(&by).await.into_iter().map(|(_, event)| event.code()).collect();
        assert_eq!(codes, ["sign_ups.opened", "sign_ups.closed"]);
    });
}

#[test]
fn mail_that_failed_is_sent_again_when_the_operator_says_so() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let by = house.operator();
        house.mailer.fail_next(SendError::permanent("No such mailbox."));
        ada.invite("one@northwind.example").await;
        house.post().await;
        house.mailer.fail_next(SendError::transient("The mail server is busy."));
        ada.invite("two@northwind.example").await;
        house.post().await;
        ada.invite("three@northwind.example").await;
        let seen = operator::mail(&by, "").await.unwrap();
        assert_eq!((seen.state.waiting, seen.state.given_up), (3, 1));
        let letter = |to: &str| {
            let found = seen.letters.iter().find(|letter| letter.recipient == to).unwrap();
            (found.id.to_string(), found.last_error.as_deref(), found.attempts, found.given_up_at().is_some())
        };
        let (one, two) = (letter("one@northwind.example"), letter("two@northwind.example"));
        assert_eq!((one.1, one.2, one.3), (Some("No such mailbox."), 1, true));
        assert_eq!((two.1, two.2, two.3), (Some("The mail server is busy."), 1, false));
        assert_eq!(seen.letters[0].kind(), "invitation");

        operator::retry_mail(&by, &one.0).await.unwrap();
        let sent = house.post().await;
        assert_eq!(sent.iter().filter(|it| matches!(it, Delivery::Sent { .. })).count(), 2, "and the one that was due");
        assert_eq!(house.mails_to("one@northwind.example").len(), 1);
        for gone in [one.0, crate::tenants::ABSENT.to_owned(), "nonsense".to_owned()] {
            assert_eq!(house.refuses(operator::retry_mail(&by, &gone)).await, Refusal::NotFound, "{gone:?}");
        }
        assert_eq!(operator::retry_all_mail(&by).await.unwrap(), 1);
        assert_eq!(house.post().await.len(), 1);
        let before = house.rows(&[]).await;
        assert_eq!(operator::retry_all_mail(&by).await.unwrap(), 0);
        assert_eq!(house.rows(&[]).await, before, "nothing happened: nothing is written");
        let events: Vec<_> = own(&by).await.into_iter().map(|(_, event)| event).collect();
        assert_eq!(events, [OperatorEvent::MailRetried { letters: 1 }, OperatorEvent::MailRetried { letters: 1 }]);
    });
}

/// A letter whose sender holds it at this moment would be sent twice.
#[test]
fn a_letter_on_its_way_is_not_sent_a_second_time() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.invite("one@northwind.example").await;
        let mut c = house.installation.db.write().await.unwrap();
        let until = house.now().plus(Duration::from_secs(120));
        let claimed = storage::outbox::claim(&mut c, house.now(), until).await.unwrap().unwrap();
        c.commit().await.unwrap();
        let by = house.operator();
        let id: LetterId = claimed.id;
        assert_eq!(house.refuses(operator::retry_mail(&by, &id.to_string())).await, Refusal::NotFound);
        assert_eq!(operator::retry_all_mail(&by).await.unwrap(), 0);
        house.advance(Duration::from_secs(120));
        operator::retry_mail(&by, &id.to_string()).await.unwrap();
    });
}

#[test]
fn the_list_of_mail_shows_each_letter_once() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let emails: Vec<_> = (0..120).map(|n| format!("n{n}@northwind.example")).collect();
        for some in emails.chunks(60) {
            usecases::invitations::send(&ada.context().await, &ada.slug, some, None).await.unwrap();
            house.advance(MINUTE);
        }
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = operator::mail(&house.operator(), &cursor).await.unwrap();
            seen.extend(page.letters.iter().map(|letter| (letter.created_at, letter.recipient.clone())));
            match page.next {
                Some(next) => cursor = next,
                None => break,
            }
        }
        assert!(seen.is_sorted_by(|a, b| a.0 >= b.0), "the newest first");
        assert_eq!(seen.iter().map(|(_, to)| to).collect::<BTreeSet<_>>().len(), 120);
        assert_eq!(seen.len(), 120);
        for cursor in ["x", "1.x", "-1.00000000-0000-4000-8000-000000000000", "\0"] {
            let refusal = Refusal::BadField { field: "cursor", problem: Problem::Unknown };
            assert_eq!(house.refuses(operator::mail(&house.operator(), cursor)).await, refusal, "{cursor:?}");
        }
    });
}

#[test]
fn organizations_are_listed_in_order_and_found_by_name_or_slug() {
    on_both(async |house| {
        for name in ["Northwind", "Contoso 100%", "Fabrikam_x"] {
            house.found(name, &format!("{}@x.example", name.to_lowercase().replace([' ', '%', '_'], ""))).await;
        }
        let mut c = house.installation.db.write().await.unwrap();
        for n in 0..60 {
            let slug = domain::text::Slug::parse(&format!("crowd-{n:02}")).unwrap();
            let name = domain::text::OrganizationName::parse("Crowd").unwrap();
            let founder = house.organization("northwind").await.founder;
            let id = domain::id::OrganizationId::from_random([n; 16]);
            storage::organizations::insert(&mut c, id, &slug, &name, founder, 10, house.now()).await.unwrap();
        }
        c.commit().await.unwrap();
        let by = house.operator();
        let all = async |search: &str| {
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = operator::organizations(&by, search, &cursor).await.unwrap();
                seen.extend(page.organizations.iter().map(|it| it.slug.to_string()));
                match page.next {
                    Some(next) => cursor = next,
                    None => return seen,
                }
            }
        };
        let every = all("").await;
        assert!(every.is_sorted() && every.len() == 63, "{every:?}");
        assert_eq!(all("CROWD").await.len(), 60);
        assert_eq!(all("north").await, ["northwind"]);
        assert_eq!(all("%").await, ["contoso-100"], "signs mean themselves");
        assert_eq!(all("_").await, ["fabrikam-x"]);
        assert!(all("nowhere").await.is_empty());
        for (search, cursor) in [("\0", ""), ("", "\0"), (&"x".repeat(501), "")] {
            let refusal = house.refuses(operator::organizations(&by, search, cursor)).await;
            assert!(matches!(refusal, Refusal::BadField { .. }), "{refusal:?}");
        }
    });
}

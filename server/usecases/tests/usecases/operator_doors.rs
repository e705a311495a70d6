//! Who does the operator's acts: whoever runs the installation, by one of three ways, and nobody else.

use crate::{operators::*, people::*, tenants::Answers, tenants::why};
use domain::Refusal;
use usecases::{Context, Error, Settings, members, operator, sessions, upkeep};

/// How many attempts stand in the logs: repeats within a minute are one line with their number.
async fn attempts(house: &House) -> u64 {
    let events = house.trial.texts("select event from activity where code = 'refused'").await;
    let times = |event: &String| serde_json::from_str::<serde_json::Value>(event).unwrap()["times"].as_u64().unwrap();
    events.iter().map(times).sum()
}

#[track_caller]
fn all(answers: &Answers, expected: &Result<(), Refusal>, who: &str) {
    for (verb, answer) in answers {
        assert_eq!(answer, expected, "{who}: {verb}");
    }
}

#[test]
fn nobody_else_does_any_of_it_and_nothing_is_changed_by_trying() {
    on_both(async |house| {
        let scene = Scene::of(&house).await;
        let only = Refusal::OperatorOnly;
        let callers: [(&str, Context, Refusal, Refusal); 6] = [
            ("anonymous", house.stranger().await, Refusal::NotSignedIn, Refusal::NotSignedIn),
            ("member", scene.eve.context().await, only.clone(), only.clone()),
            ("admin", scene.bob.context().await, only.clone(), only.clone()),
            ("founder", scene.ada.context().await, only.clone(), only.clone()),
            ("token", scene.program.context().await, Refusal::PeopleOnly, only.clone()),
            ("founder elsewhere", scene.carl.context().await, Refusal::NotFound, only),
        ];
        for (who, context, of_one, of_all) in callers {
            let (before, logged) = (house.rows_but_log().await, attempts(&house).await);
            let acts = scene.acts(&context).await;
            all(&acts, &Err(of_one), who);
            all(&scene.acts_on_all(&context).await, &Err(of_all.clone()), who);
            all(&scene.looks(&context).await, &Err(of_all), who);
            assert_eq!(house.rows_but_log().await, before, "{who}");
            let own = !["anonymous", "founder elsewhere"].contains(&who);
            house.advance(MINUTE);
            upkeep::write_seen(&house.installation).await.unwrap();
            let attempts = attempts(&house).await - logged;
            assert_eq!(attempts, if own { acts.len() as u64 } else { 0 }, "{who}: attempts in the log");
        }
    });
}

#[test]
fn each_of_the_three_ways_does_all_of_it_and_signs_the_log_with_its_own_name() {
    on_both(async |house| {
        // One house serves one way: what is done once can't be done again.
        let scene = Scene::of(&house).await;
        let way = scene.olga.acting().await;
        all(&scene.looks(&way).await, &Ok(()), "a person");
        all(&scene.acts(&way).await, &Ok(()), "a person");
        all(&scene.acts_on_all(&way).await, &Ok(()), "a person");
        assert_eq!(signatures(&scene.ada).await, [("operator".to_owned(), "olga@bailiwick.example".to_owned())]);
    });
    on_both(async |house| {
        let scene = Scene::of(&house).await;
        let way = house.knock(&house.operators_program("weekly report").await).await.unwrap();
        all(&scene.looks(&way).await, &Ok(()), "a program");
        all(&scene.acts(&way).await, &Ok(()), "a program");
        all(&scene.acts_on_all(&way).await, &Ok(()), "a program");
        let name = "Operator's program “weekly report”".to_owned();
        assert_eq!(signatures(&scene.ada).await, [("operator".to_owned(), name)]);
    });
    on_both(async |house| {
        let scene = Scene::of(&house).await;
        let way = house.operator();
        all(&scene.looks(&way).await, &Ok(()), "a command line");
        all(&scene.acts(&way).await, &Ok(()), "a command line");
        all(&scene.acts_on_all(&way).await, &Ok(()), "a command line");
        assert_eq!(signatures(&scene.ada).await, [("operator".to_owned(), "Operator".to_owned())]);
    });
}

/// Who did what an operator did to Northwind once the scene was set.
async fn signatures(ada: &Person) -> Vec<(String, String)> {
    let log = ada.log().await;
    let set = log.iter().position(|entry| entry.event.code() == "request.filed").unwrap();
    let mut by: Vec<_> = log[..set].iter().map(|entry| (entry.actor_kind.clone(), entry.actor_name.clone())).collect();
    assert_eq!(by.len(), 15, "every act is one line, and the decision one more for its act");
    by.dedup();
    by
}

#[test]
fn an_act_takes_a_fresh_sign_in_and_looking_does_not() {
    on_both(async |house| {
        let scene = Scene::of(&house).await;
        let let_in = scene.olga.acting().await;
        house.advance(Settings::FRESH - MICROSECOND);
        scene.olga.acting().await;
        house.advance(MICROSECOND);
        let context = scene.olga.context().await;
        assert_eq!(refused(context.acting_as_operator()), Refusal::ReauthenticationRequired);
        all(&scene.looks(&context).await, &Ok(()), "a person");
        let before = house.rows(&[]).await;
        // The gate asks again, whichever way somebody came to it.
        for stale in [let_in, context.as_operator().unwrap()] {
            all(&scene.acts(&stale).await, &Err(Refusal::ReauthenticationRequired), "a stale sign-in");
            all(&scene.acts_on_all(&stale).await, &Err(Refusal::ReauthenticationRequired), "a stale sign-in");
        }
        assert_eq!(house.rows(&[]).await, before);
        let again = scene.olga.confirm(PASSWORD).await.unwrap();
        operator::suspend(&again.acting().await, &scene.ada.slug, "").await.unwrap();
    });
}

#[test]
fn whoever_was_made_no_operator_meanwhile_does_nothing_any_more() {
    on_both(async |house| {
        let scene = Scene::of(&house).await;
        house.runs("oscar@bailiwick.example").await;
        let (let_in, secret) = (scene.olga.acting().await, house.operators_program("nightly").await);
        let program = house.knock(&secret).await.unwrap();
        operator::remove(&house.operator(), &scene.olga.email).await.unwrap();
        for credential in operator::credentials(&house.operator()).await.unwrap() {
            operator::end_credential(&house.operator(), &credential.id.to_string()).await.unwrap();
        }
        let before = house.rows(&[]).await;
        for acts in [scene.acts(&let_in).await, scene.acts_on_all(&let_in).await] {
            all(&acts, &Err(Refusal::OperatorOnly), "no operator any longer");
        }
        for acts in [scene.acts(&program).await, scene.acts_on_all(&program).await] {
            all(&acts, &Err(Refusal::TokenUnknown), "an ended credential");
        }
        assert_eq!(house.rows(&[]).await, before);
        assert!(!scene.olga.is_signed_in().await, "who is in no organization and no operator has no session");
        assert_eq!(refused(house.knock(&secret).await), Refusal::TokenUnknown);
        let back = house.sign_in(&scene.olga.email, "", PASSWORD).await;
        assert_eq!(refused(back), Refusal::WrongCredentials, "nor an account");
    });
}

#[test]
fn being_an_operator_lets_a_person_in_and_makes_them_no_member_of_anything() {
    on_both(async |house| {
        let scene = Scene::of(&house).await;
        let context = scene.olga.context().await;
        let (person, organizations) = sessions::current(&context).await.unwrap();
        assert!(person.operator && organizations.is_empty());
        let (slug, bob) = (scene.ada.slug.as_str(), scene.bob.id().await);
        let answers = [
            crate::tenants::ask_all(&context, slug).await,
            crate::tenants::ask_about(&context, slug, &bob, "", "").await,
        ];
        all(&answers.concat(), &Err(Refusal::NotFound), "an operator who does not act as one");
        // A member who becomes one stays what they were.
        operator::add(&scene.olga.acting().await, &scene.eve.email, None).await.unwrap();
        let eve = scene.eve.context().await;
        assert_eq!(why(members::deactivate(&eve, slug, &bob, &[]).await), Err(Refusal::AdminsOnly));
        assert_eq!(sessions::current(&eve).await.unwrap().1.len(), 1);
        // And one who is deactivated everywhere comes in as the operator they are.
        scene.ada.deactivate(&scene.eve).await.unwrap();
        let eve = house.sign_in(&scene.eve.email, slug, PASSWORD).await.unwrap();
        operator::overview(&eve.context().await).await.unwrap();
        assert_eq!(
            why(members::list(&eve.context().await, slug, &Default::default()).await),
            Err(Refusal::MembershipDeactivated)
        );
    });
}

#[test]
fn a_credential_of_the_operators_is_no_token_and_no_cookie() {
    on_both(async |house| {
        let scene = Scene::of(&house).await;
        let secret = house.operators_program("nightly").await;
        let context = house.knock(&secret).await.unwrap();
        assert!(context.caller.token().is_none() && context.caller.person().is_none());
        let as_cookie = house.browser(Some(&secret), scene.olga.ip).await;
        assert!(as_cookie.caller.operator().is_none() && as_cookie.caller.person().is_none());
        assert_eq!(refused(house.knock(&scene.olga.cookie).await), Refusal::TokenMalformed);
        let identity = usecases::cluster::identify(&house.installation, &secret).await.unwrap();
        assert_eq!(identity, None, "the cluster knows organizations' people and tokens alone");
        let no_person = [
            why(usecases::tokens::current(&context).await),
            why(sessions::current(&context).await),
            why(usecases::account::rename(&context, "A", "B").await),
        ];
        assert_eq!(no_person, [Err(Refusal::NotSignedIn), Err(Refusal::PeopleOnly), Err(Refusal::PeopleOnly)]);
    });
}

#[test]
fn a_typo_in_a_credential_is_refused_while_no_database_can_be_asked() {
    on_both(async |house| {
        let secret = house.operators_program("nightly").await;
        let cut_off = house.elsewhere().await;
        cut_off.installation.db.close().await;
        assert!(matches!(cut_off.knock(&secret).await, Err(Error::Unavailable(_))));
        for place in 0..secret.len() {
            for other in ['0', 'a', 'Z', '_', ' '] {
                let wrong = format!("{}{other}{}", &secret[..place], &secret[place + 1..]);
                if wrong != secret {
                    assert_eq!(refused(cut_off.knock(&wrong).await), Refusal::TokenMalformed, "{wrong}");
                }
            }
        }
    });
}

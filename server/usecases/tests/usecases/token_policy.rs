//! What a token may do in Bailiwick itself: it reads its organization, and changes what its scopes say.

use crate::{
    bearers::*,
    people::*,
    tenants::{ABSENT, Answers, ask_about, ask_all, why},
};
use domain::{
    Refusal,
    membership::{Role, Status},
    token::{Scope, Scopes},
};
use usecases::{
    Context, account, activity, grants, guide,
    invitations::{self, Outcome},
    members, namespaces, organizations, sessions, tokens,
};

/// What a use case needs of a token; `None`: no token can do it.
type Need = Option<Scope>;

/// Tries every write of an organization, each about somebody or something of its own.
async fn try_all(ada: &Person, program: &Program, round: usize) -> Vec<(&'static str, Need, Result<(), Refusal>)> {
    let slug = ada.slug.as_str();
    let mut seats = Vec::new();
    for who in ["off", "on", "granted", "raised"] {
        let email = format!("{who}{round}@northwind.example");
        seats.push(ada.house.seat(slug, &email, ("A", "Member")).await.to_string());
    }
    members::deactivate(&ada.context().await, slug, &seats[1], &[]).await.unwrap();
    let resent = ada.invite(&format!("resent{round}@x.example")).await;
    let revoked = ada.invite(&format!("revoked{round}@x.example")).await;
    let taken = ada.invite(&format!("taken{round}@x.example")).await;
    let granted = ada.house.member(slug, &format!("granted{round}@northwind.example")).await;
    let emails = [format!("sent{round}@x.example")];
    let (dev, context) = (texts(["dev"]), program.context().await);
    let (context, (invite, member)) = (&context, (Some(Scope::Invitations), Some(Scope::Members)));
    let token = program.id();
    vec![
        ("send", invite, why(invitations::send(context, slug, &emails, None).await)),
        ("link", invite, why(invitations::link(context, slug, &resent.id).await)),
        ("resend", invite, why(invitations::resend(context, slug, &resent.id).await)),
        ("revoke", invite, why(invitations::revoke(context, slug, &revoked.id).await)),
        ("accept", None, why(invitations::accept(context, &taken.secret, NEWCOMER).await)),
        ("deactivate", member, why(members::deactivate(context, slug, &seats[0], &[]).await)),
        ("reactivate", member, why(members::reactivate(context, slug, &seats[1]).await)),
        ("role", None, why(usecases::operator::change_role(context, slug, &seats[3], Role::Admin).await)),
        ("save", Some(Scope::Grants), why(grants::save(context, slug, &seats[2], &dev, granted.version).await)),
        ("namespace", None, why(namespaces::create(context, slug, &format!("n{round}")).await)),
        ("tokens::create", None, why(tokens::create(context, slug, &Default::default()).await)),
        ("tokens::assign", None, why(tokens::assign(context, slug, &token, &dev).await)),
        ("tokens::remove", None, why(tokens::remove(context, slug, &token).await)),
    ]
}

#[test]
fn a_token_changes_what_its_scopes_say_and_nothing_else() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let each = Scope::ALL.map(|scope| Scopes::from_iter([scope]));
        for (round, scopes) in [NO_SCOPES, EVERY_SCOPE].into_iter().chain(each).enumerate() {
            let program = ada.token("ci", &["dev"], scopes).await;
            let mut attempts = Vec::new();
            for (verb, need, answer) in try_all(&ada, &program, round).await {
                let expected = match need {
                    Some(scope) if scopes.has(scope) => Ok(()),
                    Some(scope) => Err(Refusal::ScopeMissing { scope }),
                    None => Err(Refusal::PeopleOnly),
                };
                assert_eq!(answer, expected, "{verb} with {scopes:?}");
                // A link is looked at, not written.
                attempts.extend(answer.err().filter(|_| verb != "link").map(|why| why.code()));
            }
            let own: Vec<_> =
                ada.log().await.into_iter().filter(|entry| entry.actor_id == Some(program.token.uuid())).collect();
            let logged: Vec<_> = own
                .iter()
                .rev()
                .filter_map(|entry| match &entry.event {
                    domain::activity::ActivityEvent::Refused { reason, .. } => Some(reason.as_str()),
                    _ => None,
                })
                .collect();
            assert_eq!(logged, attempts, "{scopes:?}");
            // Scopes are no doors of one another: what was not asked for has not happened.
            let status = house.member(&ada.slug, &format!("off{round}@northwind.example")).await.status;
            assert_eq!(status == Status::Deactivated, scopes.members);
            let sent = ada.row(&format!("sent{round}@x.example")).await;
            assert_eq!(sent.is_some(), scopes.invitations);
            program.identify().await.unwrap();
        }
    });
}

#[test]
fn every_token_reads_its_organization() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let program = ada.token("", &[], NO_SCOPES).await;
        let (slug, context) = (ada.slug.as_str(), program.context().await);
        let before = house.rows(&[]).await;
        let page = members::list(&context, slug, &Default::default()).await.unwrap();
        assert_eq!((page.rows.len(), page.own, page.active_admins), (2, None, 1));
        members::find(&context, slug, &bob.id().await).await.unwrap();
        let listed = namespaces::list(&context, slug).await.unwrap();
        assert_eq!((listed.namespaces.len(), listed.own, listed.namespaces[0].people), (1, None, 2));
        let log = activity::list(&context, slug, &Default::default()).await.unwrap();
        assert_eq!(log.entries.len(), ada.log().await.len());
        let (organization, own) = organizations::see(&context, slug).await.unwrap();
        assert_eq!((organization.name.as_str(), own), ("Northwind", None));
        for person in [&ada, &bob] {
            let of = grants::of(&context, slug, &person.id().await).await.unwrap();
            assert_eq!(of.namespaces.iter().map(|held| held.granted).collect::<Vec<_>>(), [true]);
        }
        assert_eq!(refused(grants::of(&context, slug, ABSENT).await), Refusal::NotFound);
        assert_eq!(refused(guide::read(&context, slug).await), Refusal::PeopleOnly);
        assert_eq!(house.rows(&[]).await, before);
    });
}

#[test]
fn a_token_finds_nothing_in_another_organization() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let (bob, invited) = (ada.welcome("bob@northwind.example").await, ada.invite("eve@northwind.example").await);
        let token = ada.token("", &[], NO_SCOPES).await.id();
        let carl = house.found("Contoso", "carl@contoso.example").await;
        let context = carl.token("", &[], EVERY_SCOPE).await.context().await;
        let before = house.rows(&[]).await;
        let about = async |slug: &str, member: &str, invitation: &str, token: &str| {
            [ask_all(&context, slug).await, ask_about(&context, slug, member, invitation, token).await].concat()
        };
        let foreign: Answers = about(&ada.slug, &bob.id().await, &invited.id, &token).await;
        assert_eq!(foreign, about("nowhere", ABSENT, ABSENT, ABSENT).await);
        for (verb, answer) in foreign {
            assert_eq!(answer, Err(Refusal::NotFound), "{verb}");
        }
        assert_eq!(house.rows(&[]).await, before);
        // Nor in its own, by the ids of another.
        let foreign = ask_about(&context, &carl.slug, &bob.id().await, &invited.id, &token).await;
        assert_eq!(foreign, ask_about(&context, &carl.slug, ABSENT, ABSENT, ABSENT).await);
        for (verb, answer) in foreign {
            let people = verb.starts_with("tokens::") || verb == "operator::change_role";
            let expected = if people { Refusal::PeopleOnly } else { Refusal::NotFound };
            assert_eq!(answer, Err(expected), "{verb}");
        }
    });
}

#[test]
fn a_token_has_no_account() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let program = ada.token("", &[], EVERY_SCOPE).await;
        let (_, session) = sessions::list(&ada.context().await).await.unwrap();
        let context = program.context().await;
        let before = house.rows(&[]).await;
        let id = session.to_string();
        let answers: Answers = vec![
            ("sessions::current", why(sessions::current(&context).await)),
            ("sessions::list", why(sessions::list(&context).await)),
            ("sessions::end", why(sessions::end(&context, &id).await)),
            ("sessions::end_others", why(sessions::end_others(&context).await)),
            ("account::rename", why(account::rename(&context, "Eve", "Eve").await)),
            (
                "account::change_password",
                why(account::change_password(&context, PASSWORD, "another one").await.map(|_| ())),
            ),
            ("account::confirm", why(account::confirm(&context, PASSWORD).await)),
            ("account::recent", why(account::recent(&context).await)),
        ];
        for (verb, answer) in answers {
            assert_eq!(answer, Err(Refusal::PeopleOnly), "{verb}");
        }
        sessions::sign_out(&context).await.unwrap();
        assert_eq!(house.rows(&[]).await, before);
        assert!(ada.is_signed_in().await);
        program.identify().await.unwrap();
    });
}

/// A cookie is no bearer and a bearer is no cookie.
#[test]
fn one_credential_never_stands_for_the_other() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let program = ada.token("", &[], EVERY_SCOPE).await;
        let as_cookie: Context = house.browser(Some(program.secret.reveal()), ada.ip).await;
        assert!(as_cookie.caller.person().is_none() && as_cookie.caller.token().is_none());
        assert_eq!(refused(house.knock(&ada.cookie).await), Refusal::TokenMalformed);
        assert_eq!(refused(house.knock(&program.id()).await), Refusal::TokenMalformed);
        assert_eq!(refused(house.knock("").await), Refusal::TokenMalformed);
    });
}

#[test]
fn the_log_says_which_token_did_it_and_who_made_that() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let scopes = Scopes { invitations: true, ..Scopes::default() };
        // Named like a person, to be taken for one.
        for (n, name) in ["", "ada@northwind.example", "Operator"].into_iter().enumerate() {
            let program = ada.token(name, &[], scopes).await;
            let emails = [format!("p{n}@x.example")];
            let sent = invitations::send(&program.context().await, &ada.slug, &emails, None).await.unwrap();
            assert!(matches!(sent[0].outcome, Outcome::Sent(_)));
            let entry = ada.log().await.remove(0);
            assert_eq!((entry.event.code(), entry.actor_kind.as_str()), ("invitation.sent", "token"));
            assert_eq!(entry.actor_id, Some(program.token.uuid()));
            let called = if name.is_empty() { String::new() } else { format!(" “{name}”") };
            let expected = format!("token {}{called} made by ada@northwind.example", program.mask());
            assert_eq!(entry.actor_name, expected);
            assert_eq!((entry.ip.as_deref(), entry.user_agent.as_deref()), (Some("192.0.2.7"), Some("CI/1")));
            let by_it = activity::Query { actor: entry.actor_name, ..Default::default() };
            let found = activity::list(&ada.context().await, &ada.slug, &by_it).await.unwrap();
            assert_eq!(found.entries.len(), 1, "the log can be asked for it");
        }
        for actor in [ada.email.as_str(), "Operator"] {
            let query = activity::Query { actor: actor.into(), ..Default::default() };
            let found = activity::list(&ada.context().await, &ada.slug, &query).await.unwrap();
            assert!(found.entries.iter().all(|entry| entry.actor_kind != "token"), "{actor}");
        }
    });
}

//! Organizations are closed to each other: what is another's reads as what is not.

use crate::{bearers::*, people::*};
use domain::{Refusal, membership::Role};
use usecases::{
    Context, Error, access, activity, grants, guide, invitations, members, namespaces, organizations, tokens,
};

pub(crate) const ABSENT: &str = "00000000-0000-4000-8000-000000000000";

pub(crate) fn why<T>(outcome: Result<T, Error>) -> Result<(), Refusal> {
    match outcome {
        Ok(_) => Ok(()),
        Err(Error::Refused(refusal)) => Err(refusal),
        Err(error) => panic!("{error:?}"),
    }
}

pub(crate) type Answers = Vec<(&'static str, Result<(), Refusal>)>;

/// Every verb that names an organization alone.
pub(crate) async fn ask_all(context: &Context, slug: &str) -> Answers {
    let emails = texts(["eve@e.example"]);
    vec![
        ("organizations::see", why(organizations::see(context, slug).await)),
        ("organizations::counts", why(organizations::counts(context, slug).await)),
        ("members::list", why(members::list(context, slug, &Default::default()).await)),
        ("namespaces::list", why(namespaces::list(context, slug).await)),
        ("namespaces::create", why(namespaces::create(context, slug, "dev").await)),
        ("activity::list", why(activity::list(context, slug, &Default::default()).await)),
        ("activity::page", why(activity::page(context, slug, &Default::default()).await)),
        ("access::in_namespace", why(access::in_namespace(context, slug, "dev", None, None).await)),
        ("access::check_namespace", why(access::check_namespace(context, slug, "dev", None, None).await)),
        ("guide::read", why(guide::read(context, slug).await)),
        ("invitations::send", why(invitations::send(context, slug, &emails, None).await)),
        ("tokens::list", why(tokens::list(context, slug, None, None).await)),
        ("tokens::create", why(tokens::create(context, slug, &Default::default()).await)),
        ("tokens::kubeconfig", why(tokens::kubeconfig(context, slug, "bwk_").await)),
    ]
}

/// Every verb that names somebody or something in it as well.
pub(crate) async fn ask_about(context: &Context, slug: &str, member: &str, invitation: &str, token: &str) -> Answers {
    let removed = [token.to_owned()];
    vec![
        ("members::find", why(members::find(context, slug, member).await)),
        ("members::deactivate", why(members::deactivate(context, slug, member, &[]).await)),
        ("members::reactivate", why(members::reactivate(context, slug, member).await)),
        ("operator::change_role", why(usecases::operator::change_role(context, slug, member, Role::Admin).await)),
        ("grants::of", why(grants::of(context, slug, member).await)),
        ("access::of_member", why(access::of_member(context, slug, member).await)),
        ("access::check_member", why(access::check_member(context, slug, member).await)),
        ("grants::save", why(grants::save(context, slug, member, &[], 1).await)),
        ("invitations::link", why(invitations::link(context, slug, invitation).await)),
        ("invitations::resend", why(invitations::resend(context, slug, invitation).await)),
        ("invitations::revoke", why(invitations::revoke(context, slug, invitation).await)),
        ("tokens::made_by", why(tokens::made_by(context, slug, member).await)),
        ("tokens::find", why(tokens::find(context, slug, token).await)),
        ("tokens::assign", why(tokens::assign(context, slug, token, &[]).await)),
        ("tokens::remove", why(tokens::remove(context, slug, token).await)),
        ("members::deactivate with a token", why(members::deactivate(context, slug, member, &removed).await)),
    ]
}

#[test]
fn an_admin_of_another_organization_finds_nothing_by_any_verb() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let invited = ada.invite("eve@northwind.example").await;
        let token = ada.token("", &[], EVERY_SCOPE).await.id();
        let carl = house.found("Contoso", "carl@contoso.example").await;
        let context = carl.context().await;
        let (version, codes) = (house.organization(&ada.slug).await.version, ada.codes().await);

        let foreign = [
            ask_all(&context, &ada.slug).await,
            ask_about(&context, &ada.slug, &bob.id().await, &invited.id, &token).await,
        ];
        let absent = [ask_all(&context, "nowhere").await, ask_about(&context, "nowhere", ABSENT, ABSENT, ABSENT).await];
        assert_eq!(foreign, absent);
        for (verb, answer) in foreign.concat() {
            assert_eq!(answer, Err(Refusal::NotFound), "{verb}");
        }
        assert_eq!((house.organization(&ada.slug).await.version, ada.codes().await), (version, codes));
    });
}

#[test]
fn ids_of_another_organization_are_as_unknown_in_ones_own_as_ids_of_nothing() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let invited = ada.invite("eve@northwind.example").await;
        let token = ada.token("", &[], EVERY_SCOPE).await.id();
        let carl = house.found("Contoso", "carl@contoso.example").await;
        for context in [carl.context().await, house.operator()] {
            let foreign = ask_about(&context, &carl.slug, &bob.id().await, &invited.id, &token).await;
            assert_eq!(foreign, ask_about(&context, &carl.slug, ABSENT, ABSENT, ABSENT).await);
            assert_eq!(foreign, ask_about(&context, &carl.slug, "nonsense", "'; drop table members", "\0").await);
            for (verb, answer) in foreign {
                assert_ne!(answer, Ok(()), "{verb}");
            }
        }
        let context = carl.context().await;
        for (verb, answer) in ask_about(&context, &carl.slug, &bob.id().await, &invited.id, &token).await {
            let expected = if verb == "operator::change_role" { Refusal::OperatorOnly } else { Refusal::NotFound };
            assert_eq!(answer, Err(expected), "{verb}");
        }
        assert!(bob.is_signed_in().await);
        house.accept(&invited).await.unwrap();
    });
}

#[test]
fn without_a_session_nothing_is_answered_whether_or_not_it_is_there() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let invited = ada.invite("eve@northwind.example").await;
        let token = ada.token("", &[], EVERY_SCOPE).await.id();
        let stranger = house.stranger().await;
        for slug in [ada.slug.as_str(), "nowhere"] {
            let answers = [
                ask_all(&stranger, slug).await,
                ask_about(&stranger, slug, &ada.id().await, &invited.id, &token).await,
            ];
            for (verb, answer) in answers.concat() {
                assert_eq!(answer, Err(Refusal::NotSignedIn), "{verb}");
            }
        }
    });
}

#[test]
fn a_member_who_is_no_admin_learns_nothing_by_trying() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let invited = ada.invite("eve@northwind.example").await;
        let token = ada.token("", &[], EVERY_SCOPE).await.id();
        let context = bob.context().await;
        let present = ask_about(&context, &bob.slug, &ada.id().await, &invited.id, &token).await;
        let absent = ask_about(&context, &bob.slug, ABSENT, ABSENT, ABSENT).await;
        assert_eq!(present[1..], absent[1..], "all but the members' list, which they may see");
        assert_eq!((&present[0].1, &absent[0].1), (&Ok(()), &Err(Refusal::NotFound)));
        for (verb, answer) in &present[1..] {
            let expected = if *verb == "operator::change_role" { Refusal::OperatorOnly } else { Refusal::AdminsOnly };
            assert_eq!(*answer, Err(expected), "{verb}");
        }
    });
}

/// PostgreSQL takes no NUL in a text, and SQLite no pattern of more than 50,000 characters.
#[test]
fn no_text_of_a_stranger_breaks_a_statement() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let context = ada.context().await;
        let long = "%_".repeat(40_000);
        for text in
            ["\0", "a\0b", "'", "\\", "\u{10FFFF}", "\u{202E}", "<script>", "{{7*7}}", "$1", "?1", long.as_str()]
        {
            for (verb, answer) in ask_all(&context, text).await {
                assert_eq!(answer, Err(Refusal::NotFound), "{verb} {text:?}");
            }
            for (verb, answer) in ask_about(&context, &ada.slug, text, text, text).await {
                assert!(answer.is_err(), "{verb} {text:?}");
            }
            let id = ABSENT.replace('-', "");
            for query in [
                members::Query { search: text.into(), ..Default::default() },
                members::Query { cursor: Some(text.into()), ..Default::default() },
                members::Query { cursor: Some(format!("{id}~{text}")), ..Default::default() },
            ] {
                let _ = why(members::list(&context, &ada.slug, &query).await);
            }
            for query in [
                activity::Query { actor: text.into(), ..Default::default() },
                activity::Query { code: text.into(), ..Default::default() },
                activity::Query { since: text.into(), ..Default::default() },
                activity::Query { cursor: text.into(), ..Default::default() },
            ] {
                let _ = why(activity::list(&context, &ada.slug, &query).await);
            }
            for cursor in [text.to_owned(), format!("{id}~{text}"), format!("{text}.{id}")] {
                let _ = why(access::in_namespace(&context, &ada.slug, text, Some(&cursor), None).await);
            }
            let kept = texts([text]);
            let _ = why(invitations::send(&context, &ada.slug, &texts(["bob@x.example"]), Some(&kept)).await);
            let _ = why(invitations::send(&context, &ada.slug, &kept, None).await);
            let _ = why(namespaces::create(&context, &ada.slug, text).await);
            let stranger = house.stranger().await;
            assert_eq!(why(invitations::preview(&stranger, text).await), Err(Refusal::LinkUnknown));
            assert_eq!(why(usecases::sessions::sign_in(&stranger, text, text).await), Err(Refusal::WrongCredentials));
        }
    });
}

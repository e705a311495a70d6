//! Removing a person completely: nothing opens anything for them, nothing names their address, and what they did stays
//! readable.

use crate::{bearers::*, operators::*, people::*};
use domain::{Refusal, activity::ActivityEvent, permission::Permission::WritePods, token::Lifetime};
use std::collections::BTreeSet;
use usecases::{
    account, activity, cluster, grants, invitations, namespaces,
    operator::{self, Verdict},
    password_reset,
    requests::{self, Asked},
    sessions, upkeep,
};

const DANA: &str = "dana@northwind.example";
/// Somebody else, whose address has hers in it.
const MYDANA: &str = "mydana@northwind.example";

/// `table.column` of every column of a kind, of every table there is: one that comes later is searched by itself.
async fn columns(house: &House, sqlite: &str, postgres: &str) -> Vec<(String, String)> {
    let all = match house.trial.db.kind() {
        "PostgreSQL" => format!(
            "select table_name || '.' || column_name from information_schema.columns
             where table_schema = 'public' and table_name not like '!_%' escape '!' and data_type = '{postgres}'"
        ),
        _ => format!(
            "select m.name || '.' || p.name from sqlite_master m join pragma_table_info(m.name) p
             where m.type = 'table' and m.name not like '%sql%' and lower(p.type) = '{sqlite}'"
        ),
    };
    let all = house.trial.texts(&all).await;
    assert!(all.len() > 30, "{all:?}");
    let mut all: Vec<_> = all.iter().map(|it| it.split_once('.').unwrap()).map(|(a, b)| (a.into(), b.into())).collect();
    all.sort();
    all
}

/// Every column in which a text has this address in it.
pub(crate) async fn naming(house: &House, address: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (table, column) in columns(house, "text", "text").await {
        let like = format!("lower({column}) like '%{address}%' and lower({column}) not like '%my{address}%'");
        if house.trial.number(&format!("select count(*) from {table} where {like}")).await > 0 {
            found.push(format!("{table}.{column}"));
        }
    }
    found
}

/// Every column in which this id stands.
pub(crate) async fn pointing(house: &House, id: uuid::Uuid) -> Vec<String> {
    let id = match house.trial.db.kind() {
        "PostgreSQL" => format!("'{id}'"),
        _ => format!("X'{}'", id.simple()),
    };
    let mut found = Vec::new();
    for (table, column) in columns(house, "blob", "uuid").await {
        if house.trial.number(&format!("select count(*) from {table} where {column} = {id}")).await > 0 {
            found.push(format!("{table}.{column}"));
        }
    }
    found
}

/// Somebody who has left a trace wherever one can be left: an admin of one organization, a member of a second, invited to a
/// third, and an operator.
struct Traces {
    ada: Person,
    carl: Person,
    fay: Person,
    dana: Person,
    invited: Invited,
    reset: String,
    program: Program,
    olga: Person,
}

async fn traces(house: &House) -> Traces {
    let ada = house.found("Northwind", "ada@northwind.example").await;
    ada.create_namespace("dev").await;
    let dana = ada.welcome_admin(DANA).await;
    account::rename(&dana.context().await, "Dana", "Moreau").await.unwrap();
    let carl = house.found("Contoso", "carl@contoso.example").await;
    carl.create_namespace("x").await;
    let fay = house.found("Fabrikam", "fay@fabrikam.example").await;
    fay.create_namespace("f").await;
    let olga = house.runs("olga@bailiwick.example").await;

    // In Northwind: what she gave, made, asked and was refused, and what others did to her.
    let slug = ada.slug.as_str();
    dana.create_namespace("danas").await;
    let program = dana.token(&format!("laptop of {DANA}"), &["dev"], EVERY_SCOPE).await;
    let eve = dana.welcome("eve@northwind.example").await;
    dana.invite(MYDANA).await;
    let sent = program.invite("joe@northwind.example", None, &dana).await;
    house.accept(&sent).await.unwrap();
    dana.ask(Asked::MakeAdmin { member: eve.id().await }, &format!("I, {DANA}, need help.")).await.unwrap();
    let taken =
        ada.ask(Asked::TakeAdmin { member: dana.id().await }, &format!("{} leaves.", DANA.to_uppercase())).await;
    refused(operator::suspend(&dana.context().await, slug, "").await);
    operator::give(&house.operator(), slug, dana.holder().await, "dev", WritePods, Lifetime::Never).await.unwrap();
    grants::limit(&ada.context().await, slug, dana.holder().await, "dev", Lifetime::Year).await.unwrap();

    // As an operator: in the installation's own log and lists, and in organizations that she is in no way of.
    operator::add(&olga.acting().await, DANA, None).await.unwrap();
    let acting = dana.acting().await;
    operator::add(&acting, "oscar@bailiwick.example", Some(ACCOUNT)).await.unwrap();
    let (_, credential) = operator::make_credential(&acting, &format!("for {DANA}")).await.unwrap();
    operator::give(&acting, &fay.slug, fay.holder().await, "f", WritePods, Lifetime::Never).await.unwrap();
    operator::suspend(&acting, &fay.slug, &format!("asked by {DANA}")).await.unwrap();
    operator::resume(&acting, &fay.slug).await.unwrap();
    operator::decide(&acting, &taken.unwrap(), Verdict::Decline, &format!("No. {DANA}")).await.unwrap();
    operator::limit_namespaces(&house.knock(&credential).await.unwrap(), slug, 20).await.unwrap();

    // In Contoso she is a member, in Fabrikam she is invited.
    let invited = carl.invite(DANA).await;
    invitations::accept(&dana.context().await, &invited.secret, NOTHING).await.unwrap();
    let invited = fay.invite(DANA).await;
    house.post().await;
    house.sign_up("Danas Own", DANA).await.unwrap();
    password_reset::request(&house.stranger().await, DANA).await.unwrap();
    house.post().await;
    let reset = house.secret_to(DANA);
    refused(house.sign_in(DANA, slug, "not her password at all").await);
    // A letter to her that waits, and a list of failed ones that quotes a server.
    house.mailer.fail_next(mailer::SendError::transient(format!("<{DANA}> is full")));
    grants::limit(&ada.context().await, slug, dana.holder().await, "danas", Lifetime::Year).await.unwrap();
    ada.deactivate(&dana).await.unwrap();
    house.post().await;
    let there = Person { slug: carl.slug.clone(), ..dana.clone() };
    carl.deactivate(&there).await.unwrap();
    upkeep::write_seen(&house.installation).await.unwrap();
    Traces { ada, carl, fay, dana, invited, reset, program, olga }
}

#[test]
fn nothing_names_them_any_more_and_nothing_opens_anything_for_them() {
    on_both(async |house| {
        let Traces { ada, carl, fay, dana, invited, reset, program, olga } = traces(&house).await;
        let slug = ada.slug.as_str();
        let before = naming(&house, DANA).await;
        assert!(before.len() >= 16, "she has left traces: {before:#?}");
        let members = [house.member(slug, DANA).await.id, house.member(&carl.slug, DANA).await.id];
        let versions = async || {
            let of = async |slug: &str| house.organization(slug).await.version;
            [of(slug).await, of(&carl.slug).await, of(&fay.slug).await]
        };
        let was = versions().await;

        let member = members[0].to_string();
        let preview =
            operator::preview_removal(&olga.context().await.as_operator().unwrap(), slug, &member).await.unwrap();
        let done = operator::remove_user(&olga.acting().await, slug, &member).await.unwrap();
        for removal in [&preview, &done] {
            assert_eq!((removal.name.as_str(), removal.email.as_str()), ("Dana Moreau", DANA));
            let places: Vec<_> = removal.organizations.iter().map(|it| it.slug.as_str()).collect();
            assert_eq!(places.iter().collect::<BTreeSet<_>>(), BTreeSet::from([&"northwind", &"contoso"]));
            let left: Vec<_> = removal.tokens.iter().map(|(place, token)| (place.slug.to_string(), token.id)).collect();
            assert_eq!(left, [("northwind".to_owned(), program.token)]);
        }

        assert_eq!(naming(&house, DANA).await, Vec::<String>::new());
        let stands_in_its_place = [
            "activity.event",
            "invitations.email",
            "operator_activity.event",
            "operator_credentials.name",
            "requests.note",
            "requests.reason",
            "requests.wish",
            "tokens.name",
            "users.email",
        ];
        assert_eq!(naming(&house, "dana.moreau.").await, stands_in_its_place);
        for id in members {
            assert_eq!(pointing(&house, id.uuid()).await, Vec::<String>::new());
        }
        // What is left points from what they did, and gives them nothing.
        let left = [
            "activity.actor_id",
            "grants.granted_by",
            "invitations.accepted_by",
            "invitations.invited_by",
            "members.invited_by",
            "namespaces.created_by",
            "operator_credentials.maker_id",
            "requests.requested_by",
            "token_grants.granted_by",
            "tokens.created_by",
            "users.id",
        ];
        assert_eq!(pointing(&house, dana.user.uuid()).await, left);
        assert_eq!(
            house.trial.number("select count(*) from users where password_hash = '' and removed_at is not null").await,
            1
        );
        for (was, now) in was.into_iter().zip(versions().await) {
            assert!(now > was, "every organization that is concerned is looked at by its controller");
        }
        let mine =
            "select count(*) from activity where actor_kind in ('user', 'operator') and actor_name = 'Dana Moreau'";
        assert_eq!(house.trial.number(&format!("{mine} and (ip is not null or user_agent is not null)")).await, 0);
        assert!(house.trial.number(mine).await > 8);

        // No door is left.
        assert!(!dana.is_signed_in().await);
        for address in
            [DANA.to_owned(), house.trial.texts("select email from users where removed_at is not null").await.remove(0)]
        {
            assert_eq!(refused(house.sign_in(&address, slug, PASSWORD).await), Refusal::WrongCredentials);
            password_reset::request(&house.stranger().await, &address).await.unwrap();
            assert_eq!(refused(operator::add(&olga.acting().await, &address, None).await), Refusal::NotFound);
        }
        assert!(house.post().await.is_empty(), "no mail goes to them");
        let finished = password_reset::finish(&house.stranger().await, &reset, "three blue boats at anchor").await;
        assert_eq!(refused(finished), Refusal::LinkUnknown);
        let seen = invitations::preview(&house.stranger().await, &invited.secret).await;
        assert_eq!(refused(seen), Refusal::InvitationRevoked);
        assert_eq!(refused(operator::remove_user(&house.operator(), slug, &member).await), Refusal::NotFound);
        // Their token is the organization's, and stays.
        assert_eq!(program.namespaces().await, ["northwind-dev"]);
        assert_eq!(ada.tokens().await.len(), 1);
    });
}

#[test]
fn what_they_did_is_read_as_before_under_their_name() {
    on_both(async |house| {
        let Traces { ada, carl, fay, dana, program, olga, .. } = traces(&house).await;
        let lines = async |person: &Person| person.log().await.len();
        let before = [lines(&ada).await, lines(&carl).await, lines(&fay).await];
        let member = house.member(&ada.slug, DANA).await.id.to_string();
        operator::remove_user(&olga.acting().await, &ada.slug, &member).await.unwrap();

        let (northwind, contoso, fabrikam) = (ada.log().await, carl.log().await, fay.log().await);
        assert_eq!([northwind.len(), contoso.len(), fabrikam.len()], before.map(|lines| lines + 1));
        for log in [&northwind, &contoso] {
            let ActivityEvent::UserRemoved { name } = &log[0].event else { panic!("{:?}", log[0]) };
            assert_eq!((name.as_str(), log[0].actor_name.as_str()), ("Dana Moreau", olga.email.as_str()));
        }
        assert!(
            matches!(&fabrikam[0].event, ActivityEvent::InvitationRevoked { email } if email.as_str().ends_with("@removed.invalid"))
        );
        let by = |name: &str| northwind.iter().filter(|entry| entry.actor_name == name).count();
        assert!(by("Dana Moreau") >= 8, "{northwind:#?}");
        let tokens: Vec<_> = northwind.iter().filter(|entry| entry.actor_kind == "token").collect();
        assert!(
            !tokens.is_empty() && tokens.iter().all(|entry| entry.actor_name.ends_with("made by Dana Moreau")),
            "{tokens:#?}"
        );
        // By the filter of the page, too.
        let query = activity::Query { actor: "Dana Moreau".into(), limit: Some(200), ..Default::default() };
        let page = activity::list(&ada.context().await, &ada.slug, &query).await.unwrap();
        assert_eq!(page.entries.len(), by("Dana Moreau"));
        // Whatever else has a list is read, too.
        let asked = requests::list(&ada.context().await, &ada.slug, "").await.unwrap().requests;
        let reasons: Vec<_> = asked.iter().map(|filed| filed.request.reason.to_string()).collect();
        assert!(reasons.iter().all(|reason| reason.contains("@removed.invalid")), "{reasons:?}");
        let outcome = asked.iter().find_map(|filed| filed.request.outcome.as_ref()).unwrap();
        assert_eq!(outcome.by, "Dana Moreau");
        let deeds = operator::activity(&house.operator(), "").await.unwrap().0;
        assert!(deeds.iter().filter(|deed| deed.by == "Dana Moreau").count() >= 6, "{deeds:#?}");
        assert!(operator::credentials(&house.operator()).await.unwrap().is_empty(), "what they made has ended");
        assert_eq!(operator::list(&house.operator()).await.unwrap().len(), 2);
        let named = ada.find_token(&program).await.unwrap().token;
        assert!(named.created_by.as_str().starts_with("dana.moreau."), "{named:?}");
        namespaces::list(&ada.context().await, &ada.slug).await.unwrap();
        // The other, whose address has hers in it, is as they were.
        assert_eq!(ada.row(MYDANA).await.unwrap().email, MYDANA);
        assert!(northwind.iter().any(
            |entry| matches!(&entry.event, ActivityEvent::InvitationSent { email, .. } if email.as_str() == MYDANA)
        ));
        // Neither does the cluster hear of them any more.
        for slug in [&ada.slug, &carl.slug, &fay.slug] {
            let id = house.organization(slug).await.id;
            let wanted = cluster::wanted(&house.installation, id).await.unwrap().unwrap();
            let text = format!("{wanted:?}");
            assert!(!text.contains(DANA) && !text.contains(&dana.user.to_string()), "{text}");
            let [counted] = <[String; 1]>::try_from(house.trial.texts(&format!(
                "select members_active || ' ' || members_deactivated || ' ' || invitations_pending from organizations where slug = '{slug}'"
            )).await).unwrap();
            let count = async |what: &str| {
                house.trial.number(&format!("select count(*) from {what} and organization_id = (select id from organizations where slug = '{slug}')")).await
            };
            let active = count("members where status = 'active'").await;
            let off = count("members where status = 'deactivated'").await;
            assert_eq!(
                counted,
                format!("{active} {off} {}", count("invitations where state = 'pending'").await),
                "{slug}"
            );
        }
    });
}

#[test]
fn their_address_is_invited_anew_and_is_somebody_else_then() {
    on_both(async |house| {
        let Traces { ada, dana, .. } = traces(&house).await;
        let member = house.member(&ada.slug, DANA).await.id.to_string();
        operator::remove_user(&house.operator(), &ada.slug, &member).await.unwrap();
        house.trial.execute("delete from attempts").await;
        let invited = ada.invite(DANA).await;
        let seen = invitations::preview(&house.stranger().await, &invited.secret).await.unwrap();
        assert!(seen.needs_account);
        let joined = house.accept(&invited).await.unwrap();
        assert_ne!(joined.member.user, dana.user);
        let again = house.sign_in(DANA, &ada.slug, PASSWORD).await.unwrap();
        assert_eq!(sessions::current(&again.context().await).await.unwrap().1.len(), 1);
        assert!(!sessions::current(&again.context().await).await.unwrap().0.operator);
        let has = grants::of(&ada.context().await, &ada.slug, &joined.member.id.to_string()).await.unwrap();
        assert!(has.namespaces.iter().all(|held| held.withheld.is_empty()));
    });
}

#[test]
fn whoever_is_active_anywhere_a_founder_or_the_last_operator_is_not_removed() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let dana = ada.welcome(DANA).await;
        let carl = house.found("Contoso", "carl@contoso.example").await;
        let invited = carl.invite(DANA).await;
        invitations::accept(&dana.context().await, &invited.secret, NOTHING).await.unwrap();
        let (by, slug, id) = (house.operator(), ada.slug.as_str(), dana.id().await);
        let remove = async || operator::remove_user(&by, slug, &id).await;
        assert_eq!(house.refuses(remove()).await, Refusal::StillActive);
        ada.deactivate(&dana).await.unwrap();
        assert_eq!(house.refuses(remove()).await, Refusal::StillActive, "in the other one");
        assert_eq!(house.refuses(operator::preview_removal(&by, slug, &id)).await, Refusal::StillActive);
        let there = Person { slug: carl.slug.clone(), ..dana.clone() };
        operator::change_founder(&by, &carl.slug, &there.id().await).await.unwrap();
        assert_eq!(house.refuses(remove()).await, Refusal::FounderStays, "of the other one");
        operator::change_founder(&by, &carl.slug, &carl.id().await).await.unwrap();
        carl.deactivate(&there).await.unwrap();
        operator::add(&by, DANA, None).await.unwrap();
        assert_eq!(house.refuses(remove()).await, Refusal::LastOperator);
        house.runs("olga@bailiwick.example").await;
        remove().await.unwrap();
        let founder = ada.id().await;
        assert_eq!(house.refuses(operator::remove_user(&by, slug, &founder)).await, Refusal::FounderStays);
    });
}

#[test]
fn an_address_with_odd_characters_and_a_name_of_any_script_go_as_completely() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        for (email, first, last, stands) in [
            ("o'brien_100%+x@northwind.example", "Łukasz", "O'Brien", "ukasz.obrien."),
            ("li@northwind.example", "李", "小龍", "somebody."),
        ] {
            let person = ada.welcome(email).await;
            account::rename(&person.context().await, first, last).await.unwrap();
            let reason = format!("“{email}” is {}", "x".repeat(500 - email.len() - 6));
            ada.ask(Asked::MakeAdmin { member: person.id().await }, &reason).await.unwrap();
            ada.deactivate(&person).await.unwrap();
            let id = person.id().await;
            operator::remove_user(&house.operator(), &ada.slug, &id).await.unwrap();
            let like = email.replace('\'', "''").replace('_', "\\_").replace('%', "\\%");
            for (table, column) in columns(&house, "text", "text").await {
                let found = format!("select count(*) from {table} where lower({column}) like '%{like}%' escape '\\'");
                assert_eq!(house.trial.number(&found).await, 0, "{table}.{column}");
            }
            let log = ada.log().await;
            let ActivityEvent::UserRemoved { name } = &log[0].event else { panic!("{:?}", log[0]) };
            assert_eq!(*name, format!("{first} {last}"));
            let ActivityEvent::MemberDeactivated { email } = &log[1].event else { panic!("{:?}", log[1]) };
            assert!(email.as_str().starts_with(stands), "{email}");
            // The other address is longer than what was left of the longest reason.
            let asked = requests::list(&ada.context().await, &ada.slug, "").await.unwrap().requests.remove(0);
            assert!(asked.request.reason.as_str().starts_with("“…” is xxx"), "{}", asked.request.reason);
        }
    });
}

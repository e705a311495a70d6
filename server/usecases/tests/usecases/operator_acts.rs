//! What each act of the operator does: the effect, the line in the organization's log, and the mail.

use crate::{bearers::*, people::*, tenants::ABSENT};
use domain::{
    Refusal,
    activity::ActivityEvent,
    grant::Holder,
    membership::Role,
    permission::Permission::{ReadFull, WriteFull, WritePods},
    text::Problem,
    token::Lifetime,
};
use usecases::{cluster, grants, invitations, members, namespaces, operator, tokens};

/// Northwind with an admin and a member beside its founder, two namespaces, and all mail sent.
async fn northwind(house: &House) -> [Person; 3] {
    let ada = house.found("Northwind", "ada@northwind.example").await;
    for label in ["dev", "live"] {
        ada.create_namespace(label).await;
    }
    let bob = ada.welcome_admin("bob@northwind.example").await;
    let eve = ada.welcome("eve@northwind.example").await;
    mails(house).await;
    [ada, bob, eve]
}

/// What the latest line of the log says, to people.
async fn last(ada: &Person) -> ActivityEvent {
    ada.log().await.remove(0).event
}

/// The subjects of the mails that leave once changes are no longer gathered, and whom each goes to.
async fn mails(house: &House) -> Vec<(String, String)> {
    let before = house.mailer.sent().len();
    house.advance(domain::letter::GATHERED);
    house.post().await;
    house.mailer.sent().split_off(before).into_iter().map(|mail| (mail.to, mail.subject)).collect()
}

fn mail(to: &Person, subject: &str) -> Vec<(String, String)> {
    vec![(to.email.clone(), subject.to_owned())]
}

#[test]
fn the_role_of_admin_is_given_and_taken() {
    on_both(async |house| {
        let [ada, _, eve] = northwind(&house).await;
        let (by, slug, id) = (house.operator(), ada.slug.as_str(), eve.id().await);
        let change = async |role| operator::change_role(&by, slug, &id, role).await;
        let made = change(Role::Admin).await.unwrap();
        assert_eq!((made.role, made.version), (Role::Admin, house.organization(slug).await.version));
        assert!(matches!(last(&ada).await, ActivityEvent::MemberRoleChanged { admin: true, .. }));
        assert_eq!(mails(&house).await, mail(&eve, "You are an admin of Northwind"));
        eve.create_namespace("qa").await;
        assert_eq!(house.refuses(change(Role::Admin)).await, Refusal::RoleUnchanged);

        change(Role::Member).await.unwrap();
        assert!(matches!(last(&ada).await, ActivityEvent::MemberRoleChanged { admin: false, .. }));
        assert_eq!(mails(&house).await, mail(&eve, "You are no longer an admin of Northwind"));
        assert_eq!(refused(namespaces::create(&eve.context().await, slug, "more").await), Refusal::AdminsOnly);
        assert_eq!(house.refuses(change(Role::Member)).await, Refusal::RoleUnchanged);
        ada.deactivate(&eve).await.unwrap();
        assert_eq!(house.refuses(change(Role::Admin)).await, Refusal::NotActive);
        let founder = ada.id().await;
        let demoted = operator::change_role(&by, slug, &founder, Role::Member);
        assert_eq!(house.refuses(demoted).await, Refusal::FounderStays);
    });
}

#[test]
fn somebody_else_becomes_the_founder_and_the_old_one_can_go() {
    on_both(async |house| {
        let [ada, bob, eve] = northwind(&house).await;
        let (by, slug, id) = (house.operator(), ada.slug.as_str(), eve.id().await);
        let made = operator::change_founder(&by, slug, &id).await.unwrap();
        assert_eq!(made.role, Role::Admin, "a founder is an admin with it");
        assert_eq!(house.organization(slug).await.founder, eve.user);
        assert!(matches!(last(&bob).await, ActivityEvent::FounderChanged { .. }));
        assert_eq!(mails(&house).await, mail(&eve, "You are the founder of Northwind"));
        assert_eq!(house.refuses(operator::change_founder(&by, slug, &id)).await, Refusal::AlreadyFounder);
        assert_eq!(refused(bob.deactivate(&eve).await), Refusal::FounderStays);
        bob.deactivate(&ada).await.unwrap();
        let back = operator::change_founder(&by, slug, &bob.house.member(slug, &ada.email).await.id.to_string()).await;
        assert_eq!(refused(back), Refusal::NotActive);
        assert_eq!(house.refuses(operator::change_founder(&by, slug, ABSENT)).await, Refusal::NotFound);
    });
}

#[test]
fn a_withheld_permission_is_given_to_a_member_and_taken_back() {
    on_both(async |house| {
        let [ada, _, eve] = northwind(&house).await;
        let (by, slug, holder) = (house.operator(), ada.slug.as_str(), eve.holder().await);
        let give = async |permission, lasts| operator::give(&by, slug, holder, "dev", permission, lasts).await;
        let take = async |permission| operator::take(&by, slug, holder, "northwind-dev", permission).await;
        let ends_at = give(WritePods, Lifetime::EightHours).await.unwrap();
        assert_eq!(ends_at, Some(house.now().plus(8 * HOUR)));
        let given = last(&ada).await;
        assert!(
            matches!(&given, ActivityEvent::PermissionGiven { permission: WritePods, ends_at: at, .. } if *at == ends_at),
            "{given:?}"
        );
        assert_eq!(mails(&house).await, mail(&eve, "You were given w:pods in northwind-dev"));
        assert_eq!(give(WriteFull, Lifetime::Never).await.unwrap(), None);
        let version = eve.member().await.version;
        assert_eq!(version, house.organization(slug).await.version, "an older form of theirs is noticed");

        let seen = grants::of(&ada.context().await, slug, &eve.id().await).await.unwrap();
        let has = |held: &grants::Held| held.withheld.iter().map(|it| it.permission).collect::<Vec<_>>();
        let has: Vec<_> = seen.namespaces.iter().map(has).collect();
        assert_eq!(has, [vec![WriteFull, WritePods], vec![]], "in the one namespace alone");
        assert_eq!(seen.namespaces[0].withheld[0].granted_by, "Operator");

        assert_eq!(house.refuses(give(WritePods, Lifetime::Hour)).await, Refusal::AlreadyGiven);
        let standard = Refusal::BadField { field: "permission", problem: Problem::Unknown };
        assert_eq!(house.refuses(give(ReadFull, Lifetime::Never)).await, standard, "what admins give");
        take(WritePods).await.unwrap();
        assert!(matches!(last(&ada).await, ActivityEvent::PermissionRevoked { permission: WritePods, .. }));
        assert_eq!(mails(&house).await, mail(&eve, "Your access in Northwind has changed"), "one mail of both changes");
        assert_eq!(house.refuses(take(WritePods)).await, Refusal::NotGiven);
        assert_eq!(house.refuses(take(ReadFull)).await, standard);
        let nowhere = operator::give(&by, slug, holder, "nowhere", WritePods, Lifetime::Never);
        assert_eq!(house.refuses(nowhere).await, Refusal::UnknownNamespace { name: "nowhere".into() });
        let nowhere = operator::take(&by, slug, holder, "", WritePods);
        assert_eq!(house.refuses(nowhere).await, Refusal::UnknownNamespace { name: String::new() });

        ada.deactivate(&eve).await.unwrap();
        assert_eq!(house.refuses(give(WritePods, Lifetime::Never)).await, Refusal::NotActive);
        take(WriteFull).await.unwrap();
    });
}

#[test]
fn a_withheld_permission_is_given_to_a_token_and_goes_with_it() {
    on_both(async |house| {
        let [ada, ..] = northwind(&house).await;
        let (by, slug) = (house.operator(), ada.slug.as_str());
        let program = ada.token("ci", &["dev"], NO_SCOPES).await;
        let give = async |token, permission| {
            operator::give(&by, slug, Holder::Token(token), "dev", permission, Lifetime::Never).await
        };
        give(program.token, WritePods).await.unwrap();
        assert!(matches!(last(&ada).await, ActivityEvent::PermissionGiven { .. }));
        assert!(mails(&house).await.is_empty(), "a token reads no mail");
        operator::take(&by, slug, Holder::Token(program.token), "dev", WritePods).await.unwrap();
        give(program.token, WriteFull).await.unwrap();
        ada.remove(&program).await.unwrap();
        assert_eq!(house.trial.number("select count(*) from withheld_grants").await, 0);
        assert_eq!(house.refuses(give(program.token, WritePods)).await, Refusal::NotFound);
        let brief = ada.token_for(Lifetime::Hour).await;
        house.advance(HOUR);
        assert_eq!(house.refuses(give(brief.token, WritePods)).await, Refusal::TokenExpired { at: house.now() });
    });
}

#[test]
fn a_namespace_that_was_in_the_cluster_before_is_adopted_and_nobody_gets_a_grant_by_that() {
    on_both(async |house| {
        let [ada, ..] = northwind(&house).await;
        let carl = house.found("Contoso", "carl@contoso.example").await;
        let (by, slug) = (house.operator(), ada.slug.as_str());
        let adopt = async |name: &str| operator::adopt(&by, slug, name).await;
        assert_eq!(adopt(" team-a ").await.unwrap().to_string(), "team-a");
        assert!(matches!(last(&ada).await, ActivityEvent::NamespaceAdopted { .. }));
        let listed = namespaces::list(&ada.context().await, slug).await.unwrap().namespaces;
        let team = listed.iter().find(|it| it.namespace.name.as_str() == "team-a").unwrap();
        assert!(team.namespace.adopted && team.people == 0);
        assert_eq!(listed.iter().filter(|it| it.namespace.adopted).count(), 1);
        let wanted = cluster::wanted(&house.installation, house.organization(slug).await.id).await.unwrap().unwrap();
        assert_eq!(wanted.adopted.iter().map(ToString::to_string).collect::<Vec<_>>(), ["team-a"]);
        assert!(wanted.bindings.iter().all(|binding| binding.namespace.as_str() != "team-a"));

        for name in ["team-a", "northwind-dev"] {
            assert_eq!(house.refuses(adopt(name)).await, Refusal::NamespaceTaken { name: name.into() });
        }
        let theirs = carl.create_namespace("x").await;
        assert_eq!(house.refuses(adopt(&theirs)).await, Refusal::NamespaceTaken { name: theirs.clone() });
        for own in ["kube-system", "bailiwick"] {
            assert_eq!(house.refuses(adopt(own)).await, Refusal::NameReserved { name: own.into() });
        }
        for bad in ["", "Team", "a.b", "a\0b", &"a".repeat(64)] {
            let refusal = house.refuses(adopt(bad)).await;
            assert!(matches!(refusal, Refusal::BadField { field: "namespace", .. }), "{bad:?}: {refusal:?}");
        }
        // Its own label may be another's already: it gets one that is free, and each is found by its whole name.
        adopt("dev").await.unwrap();
        adopt("a-very-long-name-indeed").await.unwrap();
        adopt("a-very-long-name-instead").await.unwrap();
        let labels = "select label from namespaces where adopted_at is not null order by name";
        let labels = house.trial.texts(labels).await;
        assert_eq!(labels, ["a-very-long-name-ind", "a-very-long-name-ins", "dev-2", "team-a"]);
        operator::limit_namespaces(&by, slug, 6).await.unwrap();
        assert_eq!(house.refuses(adopt("one-more")).await, Refusal::NamespaceLimit { most: 6 });
    });
}

#[test]
fn a_namespace_is_deleted_with_everything_given_in_it() {
    on_both(async |house| {
        let [ada, _, eve] = northwind(&house).await;
        let (by, slug) = (house.operator(), ada.slug.as_str());
        let program = ada.token("ci", &["dev", "live"], NO_SCOPES).await;
        let invited = ada.invite("new@northwind.example").await;
        operator::give(&by, slug, eve.holder().await, "live", WritePods, Lifetime::Never).await.unwrap();
        operator::give(&by, slug, Holder::Token(program.token), "live", WriteFull, Lifetime::Never).await.unwrap();
        let gone = operator::delete(&by, slug, "live").await.unwrap();
        assert_eq!(gone.to_string(), "northwind-live");
        assert!(matches!(last(&ada).await, ActivityEvent::NamespaceDeleted { .. }));
        for table in ["grants", "token_grants", "withheld_grants", "invitation_namespaces"] {
            let left = format!("select count(*) from {table} where namespace_id not in (select id from namespaces)");
            assert_eq!(house.trial.number(&left).await, 0, "{table}");
        }
        assert_eq!(program.namespaces().await, ["northwind-dev"]);
        let seen = invitations::preview(&house.stranger().await, &invited.secret).await.unwrap();
        assert_eq!(strings(&seen.namespaces), ["northwind-dev"]);
        house.accept(&invited).await.unwrap();
        let again = operator::delete(&by, slug, "live");
        assert_eq!(house.refuses(again).await, Refusal::UnknownNamespace { name: "live".into() });
        // The name is free again.
        assert_eq!(ada.create_namespace("live").await, "northwind-live");
    });
}

#[test]
fn limits_are_raised_and_never_set_below_what_is_there() {
    on_both(async |house| {
        let [ada, ..] = northwind(&house).await;
        let (by, slug) = (house.operator(), ada.slug.as_str());
        operator::limit_namespaces(&by, slug, 2).await.unwrap();
        assert!(matches!(last(&ada).await, ActivityEvent::NamespaceLimitChanged { limit: 2 }));
        let third = namespaces::create(&ada.context().await, slug, "qa").await;
        assert_eq!(refused(third), Refusal::NamespaceLimit { most: 2 });
        for low in [0, 1] {
            let set = operator::limit_namespaces(&by, slug, low);
            assert_eq!(house.refuses(set).await, Refusal::LimitTooLow { present: 2 });
        }
        operator::limit_namespaces(&by, slug, 3).await.unwrap();
        ada.create_namespace("qa").await;
        operator::limit_namespaces(&by, slug, u32::MAX).await.unwrap();
        ada.create_namespace("more").await;

        for low in [0, 2] {
            let set = operator::limit_members(&by, slug, Some(low));
            assert_eq!(house.refuses(set).await, Refusal::LimitTooLow { present: 3 });
        }
        operator::limit_members(&by, slug, Some(3)).await.unwrap();
        assert!(matches!(last(&ada).await, ActivityEvent::MemberLimitChanged { limit: Some(3) }));
        operator::limit_members(&by, slug, None).await.unwrap();
        assert!(matches!(last(&ada).await, ActivityEvent::MemberLimitChanged { limit: None }));
        ada.welcome("new@northwind.example").await;
    });
}

#[test]
fn deletions_that_are_held_back_are_confirmed_once() {
    on_both(async |house| {
        let [ada, ..] = northwind(&house).await;
        let (by, slug) = (house.operator(), ada.slug.as_str());
        let id = house.organization(slug).await.id;
        let confirmed = async || cluster::wanted(&house.installation, id).await.unwrap().unwrap().confirmed;
        assert_eq!(house.refuses(operator::confirm_deletions(&by, slug)).await, Refusal::NothingHeld);
        house.hold_deletions(slug, 40, 50).await;
        assert!(!confirmed().await);
        assert_eq!(operator::confirm_deletions(&by, slug).await.unwrap(), 40);
        assert!(matches!(last(&ada).await, ActivityEvent::DeletionsConfirmed { deletions: 40 }));
        assert!(confirmed().await);
        assert!(cluster::behind(&house.installation).await.unwrap().contains(&id));
        let wanted = cluster::wanted(&house.installation, id).await.unwrap().unwrap();
        let followed = cluster::Report {
            organization: id,
            version: wanted.version,
            outcome: cluster::Outcome::Followed,
            withdrawn: true,
            troubles: Vec::new(),
            drifts: Vec::new(),
        };
        cluster::report(&house.installation, &followed).await.unwrap();
        assert!(!confirmed().await, "the next many are asked about anew");
        assert_eq!(house.refuses(operator::confirm_deletions(&by, slug)).await, Refusal::NothingHeld);
    });
}

#[test]
fn ids_of_another_organization_are_not_found_by_any_act() {
    on_both(async |house| {
        let [ada, bob, _] = northwind(&house).await;
        let carl = house.found("Contoso", "carl@contoso.example").await;
        carl.create_namespace("x").await;
        let program = ada.token("ci", &[], NO_SCOPES).await;
        let (by, slug, bobs) = (house.operator(), carl.slug.as_str(), bob.id().await);
        let foreign = [bob.holder().await, Holder::Token(program.token)];
        for id in [bobs.as_str(), ABSENT, "nonsense", "\0"] {
            for refusal in [
                house.refuses(operator::change_role(&by, slug, id, Role::Admin)).await,
                house.refuses(operator::change_founder(&by, slug, id)).await,
                house.refuses(operator::remove_user(&by, slug, id)).await,
                house.refuses(operator::preview_removal(&by, slug, id)).await,
            ] {
                assert_eq!(refusal, Refusal::NotFound, "{id:?}");
            }
        }
        for holder in foreign {
            let given = operator::give(&by, slug, holder, "x", WritePods, Lifetime::Never);
            assert_eq!(house.refuses(given).await, Refusal::NotFound);
            assert_eq!(house.refuses(operator::take(&by, slug, holder, "x", WritePods)).await, Refusal::NotFound);
        }
        let theirs = Refusal::UnknownNamespace { name: "northwind-dev".into() };
        assert_eq!(house.refuses(operator::delete(&by, slug, "northwind-dev")).await, theirs);
        let holder = carl.holder().await;
        let given = operator::give(&by, slug, holder, "northwind-dev", WritePods, Lifetime::Never);
        assert_eq!(house.refuses(given).await, theirs);
        for nowhere in ["nowhere", "", "\0", "NORTHWIND"] {
            assert_eq!(house.refuses(operator::suspend(&by, nowhere, "")).await, Refusal::NotFound);
            assert_eq!(house.refuses(operator::details(&by, nowhere)).await, Refusal::NotFound);
        }
    });
}

#[test]
fn what_the_organizations_own_people_do_is_done_by_the_operator_too_where_it_takes_no_account() {
    on_both(async |house| {
        let [ada, bob, eve] = northwind(&house).await;
        let (by, slug) = (house.operator(), ada.slug.as_str());
        members::deactivate(&by, slug, &eve.id().await, &[]).await.unwrap();
        assert_eq!(ada.log().await[0].actor_kind, "operator");
        members::reactivate(&by, slug, &eve.id().await).await.unwrap();
        let program = ada.token("ci", &["dev"], NO_SCOPES).await;
        tokens::remove(&by, slug, &program.id()).await.unwrap();
        // What is given is given on somebody's account, and the operator has none here.
        let member = bob.member().await;
        let id = member.id.to_string();
        let save = grants::save(&by, slug, &id, &[], member.version);
        assert_eq!(house.refuses(save).await, Refusal::PeopleOnly);
        assert_eq!(house.refuses(namespaces::create(&by, slug, "qa")).await, Refusal::PeopleOnly);
        assert_eq!(house.refuses(tokens::create(&by, slug, &Default::default())).await, Refusal::PeopleOnly);
        let emails = texts(["new@northwind.example"]);
        assert_eq!(house.refuses(invitations::send(&by, slug, &emails, None)).await, Refusal::PeopleOnly);
    });
}

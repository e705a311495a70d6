//! What only the operator gives is handed on by nothing else, through no door.

use crate::{bearers::*, people::*};
use domain::{
    Refusal,
    binding::{ClusterRole, Subject},
    grant::Holder,
    permission::Permission::{WriteFull, WritePods},
    token::Lifetime,
};
use usecases::{Error, cluster, grants, guide, invitations, operator, tokens};

const WITHHELD: &str = "select count(*) from withheld_grants";

/// An admin who has both withheld permissions in both namespaces, and a tick in the first alone.
async fn powerful(house: &House) -> Person {
    let ada = house.found("Northwind", "ada@northwind.example").await;
    for label in ["dev", "live"] {
        ada.create_namespace(label).await;
        for permission in [WritePods, WriteFull] {
            let holder = ada.holder().await;
            operator::give(&house.operator(), &ada.slug, holder, label, permission, Lifetime::Never).await.unwrap();
        }
    }
    let member = ada.member().await;
    let id = member.id.to_string();
    grants::save(&ada.context().await, &ada.slug, &id, &texts(["dev"]), member.version).await.unwrap();
    assert_eq!(house.trial.number(WITHHELD).await, 4, "a tick that goes takes nothing else along");
    ada
}

/// The roles of everybody but one in the cluster.
async fn roles_of_others(house: &House, but: &Person) -> Vec<ClusterRole> {
    let id = house.organization(&but.slug).await.id;
    let wanted = cluster::wanted(&house.installation, id).await.unwrap().unwrap();
    let others = wanted.bindings.into_iter().filter(|binding| binding.subject != Subject::User(but.user));
    others.map(|binding| binding.role).collect()
}

#[test]
fn what_an_admin_has_of_it_is_not_theirs_to_pass_on() {
    on_both(async |house| {
        let ada = powerful(&house).await;
        let own = guide::read(&ada.context().await, &ada.slug).await.unwrap().own;
        assert_eq!(strings(&own), ["northwind-dev"], "a withheld permission is no tick");
        for wanted in [texts(["live"]), texts(["northwind-live", "dev"])] {
            let emails = texts(["new@northwind.example"]);
            let sent = invitations::send(&ada.context().await, &ada.slug, &emails, Some(&wanted)).await;
            assert_eq!(refused(sent), Refusal::NamespaceNotHeld { name: "northwind-live".into() });
        }
        ada.welcome("new@northwind.example").await;
        assert_eq!(roles_of_others(&house, &ada).await, [ClusterRole::Standard], "as any other tick");
        assert_eq!(house.trial.number(WITHHELD).await, 4);
    });
}

#[test]
fn no_way_of_giving_ticks_gives_one() {
    on_both(async |house| {
        let ada = powerful(&house).await;
        let eve = ada.welcome("eve@northwind.example").await;
        let program = ada.token("ci", &[], EVERY_SCOPE).await;
        let (slug, context) = (ada.slug.as_str(), ada.context().await);
        for name in ["w:pods", "w:full", "dev:w:pods", "northwind-dev/w:full", "*", "admin"] {
            let wanted = texts([name]);
            let unknown = Refusal::UnknownNamespace { name: name.into() };
            let member = eve.member().await;
            let id = member.id.to_string();
            assert_eq!(refused(grants::save(&context, slug, &id, &wanted, member.version).await), unknown);
            let by_program = grants::save(&program.context().await, slug, &id, &wanted, member.version).await;
            assert_eq!(refused(by_program), unknown);
            let new = tokens::Wanted { namespaces: &wanted, ..Default::default() };
            assert_eq!(refused(tokens::create(&context, slug, &new).await), unknown);
            assert_eq!(refused(tokens::assign(&context, slug, &program.id(), &wanted).await), unknown);
            let emails = texts(["new@northwind.example"]);
            assert_eq!(refused(invitations::send(&context, slug, &emails, Some(&wanted)).await), unknown);
        }
        let every = texts(["dev", "live"]);
        let member = eve.member().await;
        grants::save(&context, slug, &member.id.to_string(), &every, member.version).await.unwrap();
        tokens::assign(&context, slug, &program.id(), &every).await.unwrap();
        ada.token("more", &["dev", "live"], EVERY_SCOPE).await;
        assert_eq!(roles_of_others(&house, &ada).await, [ClusterRole::Standard; 6]);
        assert_eq!(house.trial.number(WITHHELD).await, 4);
    });
}

#[test]
fn neither_the_role_of_admin_nor_that_of_founder_brings_one_along() {
    on_both(async |house| {
        let ada = powerful(&house).await;
        let eve = ada.welcome_admin("eve@northwind.example").await;
        operator::change_founder(&house.operator(), &ada.slug, &eve.id().await).await.unwrap();
        assert_eq!(roles_of_others(&house, &ada).await, [ClusterRole::Standard]);
        eve.create_namespace("qa").await;
        assert_eq!(roles_of_others(&house, &ada).await, [ClusterRole::Standard; 2]);
    });
}

#[test]
fn what_the_operator_gave_stays_through_a_deactivation_and_counts_again_after_it() {
    on_both(async |house| {
        let ada = powerful(&house).await;
        let eve = ada.welcome("eve@northwind.example").await;
        let (by, holder) = (house.operator(), eve.holder().await);
        operator::give(&by, &ada.slug, holder, "live", WritePods, Lifetime::Never).await.unwrap();
        let pods = ClusterRole::of(WritePods);
        assert_eq!(roles_of_others(&house, &ada).await, [ClusterRole::Standard, pods]);
        ada.deactivate(&eve).await.unwrap();
        assert!(roles_of_others(&house, &ada).await.is_empty());
        ada.reactivate(&eve).await.unwrap();
        assert_eq!(roles_of_others(&house, &ada).await, [ClusterRole::Standard, pods]);
        // A subject of a withheld permission alone is bound as well, and by nothing else.
        let member = eve.member().await;
        let id = member.id.to_string();
        grants::save(&ada.context().await, &ada.slug, &id, &[], member.version).await.unwrap();
        assert_eq!(roles_of_others(&house, &ada).await, [pods]);
    });
}

/// The table itself would hold what two permissions at once are given twice.
#[test]
fn of_two_operators_who_give_the_same_at_once_one_gives_it() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let program = ada.token("ci", &[], NO_SCOPES).await;
        let (here, there) = (house.operator(), house.elsewhere().await.operator());
        for holder in [ada.holder().await, Holder::Token(program.token)] {
            let give = async |by| operator::give(by, &ada.slug, holder, "dev", WritePods, Lifetime::Hour).await;
            let (one, two) = tokio::join!(give(&here), give(&there));
            let lost: Result<_, Error> = if one.is_ok() { two } else { one };
            assert_eq!(refused(lost), Refusal::AlreadyGiven);
        }
        assert_eq!(house.trial.number(WITHHELD).await, 2);
    });
}

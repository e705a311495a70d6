//! Who can do what in a namespace, and why; and what one person can do.

use crate::{bearers::*, people::*};
use domain::{
    binding::{ClusterRole, Subject},
    effective::Standing,
    grant::Holder,
    permission::Permission::{self, WriteFull, WritePods},
    token::Lifetime,
};
use usecases::{
    access::{self, Access, Line, Who},
    grants, operator,
    tokens::Wanted,
};

impl Person {
    pub(crate) async fn who_in(&self, namespace: &str) -> Access {
        access::in_namespace(&self.context().await, &self.slug, namespace, None, None).await.unwrap()
    }

    pub(crate) async fn what_can(&self, other: &Person) -> Access {
        access::of_member(&self.context().await, &self.slug, &other.id().await).await.unwrap()
    }

    pub(crate) async fn give(&self, other: &Person, namespaces: &[&str]) {
        let (context, member) = (self.context().await, other.member().await);
        let names: Vec<_> = namespaces.iter().map(|name| (*name).to_owned()).collect();
        grants::save(&context, &self.slug, &member.id.to_string(), &names, member.version).await.unwrap();
    }
}

fn name(line: &Line) -> String {
    match &line.who {
        Who::Member { email, .. } => email.clone(),
        Who::Token { name, mask, .. } => name.clone().unwrap_or_else(|| mask.to_string()),
    }
}

pub(crate) fn names(access: &Access) -> Vec<String> {
    access.lines.iter().map(name).collect()
}

pub(crate) fn namespaces(access: &Access) -> Vec<String> {
    access.lines.iter().map(|line| line.namespace.to_string()).collect()
}

pub(crate) fn permissions(line: &Line) -> Vec<Permission> {
    line.effective.permissions.iter().copied().collect()
}

fn given_by(line: &Line) -> Vec<&str> {
    line.effective.why.iter().map(|reason| reason.by.as_str()).collect()
}

#[test]
fn each_line_says_what_and_who_gave_it_and_when() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        ada.create_namespace("lab").await;
        let began = house.now();
        let bob = ada.welcome("bob@northwind.example").await;
        ada.give(&bob, &[]).await;
        house.advance(MINUTE);
        let ci = ada.token("ci", &["dev"], EVERY_SCOPE).await;
        let member = bob.member().await;
        let dev = texts(["dev"]);
        grants::save(&ci.context().await, &ci.slug, &member.id.to_string(), &dev, member.version).await.unwrap();
        house.advance(MICROSECOND);
        let nameless = ada.token_for(Lifetime::Hour).await;
        ada.assign(&nameless, &["dev"]).await.unwrap();

        let access = ada.who_in("northwind-dev").await;
        let both = ["ada@northwind.example", "bob@northwind.example"];
        assert_eq!(
            names(&access),
            [both[0], both[1], nameless.mask().as_str(), "ci"],
            "members, then the newest token"
        );
        let later = began.plus(MINUTE);
        let given = [(both[0], began), ("API token ci", later), (both[0], house.now()), (both[0], later)];
        for (line, (by, at)) in access.lines.iter().zip(given) {
            assert_eq!((given_by(line), line.effective.why[0].at), (vec![by], at), "{}", name(line));
            assert_eq!(permissions(line), Permission::STANDARD, "{}", name(line));
            assert_eq!(line.effective.standing, Standing::Active);
            assert_eq!((line.namespace.as_str(), &line.cluster), ("northwind-dev", &None));
        }
        assert_eq!(access.lines[1].subject, Subject::User(bob.user));
        assert_eq!(access.lines[3].subject, Subject::Token(ci.token));
        assert_eq!((access.next, access.without_tokens), (None, false));
        assert_eq!(names(&ada.who_in("lab").await), [both[0]], "by the organization's own part of the name as well");

        assert_eq!(namespaces(&ada.what_can(&ada).await), ["northwind-dev", "northwind-lab"]);
        let bobs = ada.what_can(&bob).await;
        assert_eq!(namespaces(&bobs), ["northwind-dev"]);
        assert_eq!(given_by(&bobs.lines[0]), ["API token ci"]);
        ada.give(&bob, &[]).await;
        assert!(ada.what_can(&bob).await.lines.is_empty());
        assert_eq!(names(&ada.who_in("dev").await)[..2], [both[0], nameless.mask().as_str()]);
    });
}

#[test]
fn whoever_is_off_is_listed_with_what_they_were_given_and_can_do_nothing() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let dev = texts(["dev"]);
        let hour = Wanted { name: "brief", namespaces: &dev, expires: Some(Lifetime::Hour), ..Wanted::default() };
        ada.equip(&hour).await;
        let removed = ada.token("removed", &["dev"], NO_SCOPES).await;
        ada.remove(&removed).await.unwrap();
        ada.deactivate(&bob).await.unwrap();
        house.advance(HOUR);
        let ada = ada.back().await;

        let access = ada.who_in("dev").await;
        assert_eq!(names(&access), ["ada@northwind.example", "bob@northwind.example", "brief"]);
        let standings: Vec<_> = access.lines.iter().map(|line| line.effective.standing).collect();
        assert_eq!(standings, [Standing::Active, Standing::Deactivated, Standing::Ended { at: house.now() }]);
        for off in &access.lines[1..] {
            assert_eq!((permissions(off), given_by(off)), (vec![], vec!["ada@northwind.example"]), "{}", name(off));
        }
        let own = &ada.what_can(&bob).await.lines[0].effective;
        assert_eq!((own.standing, own.permissions.len(), own.why.len()), (Standing::Deactivated, 0, 1));
        ada.reactivate(&bob).await.unwrap();
        assert_eq!(permissions(&ada.what_can(&bob).await.lines[0]), Permission::STANDARD);
    });
}

#[test]
fn what_the_operator_gave_is_a_reason_of_its_own_and_the_only_one_where_nothing_is_ticked() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let bob = ada.welcome("bob@northwind.example").await;
        ada.give(&bob, &[]).await;
        let (operator, slug) = (house.operator(), ada.slug.as_str());
        let blank = ada.token("blank", &[], NO_SCOPES).await;
        let give = async |holder: Holder, permission, lasts| {
            operator::give(&operator, slug, holder, "dev", permission, lasts).await.unwrap();
        };
        give(ada.member().await.id.into(), WritePods, Lifetime::Hour).await;
        give(bob.member().await.id.into(), WriteFull, Lifetime::Never).await;
        give(blank.token.into(), WritePods, Lifetime::Never).await;

        let access = ada.who_in("dev").await;
        assert_eq!(names(&access), ["ada@northwind.example", "bob@northwind.example", "blank"]);
        let told: Vec<_> = access.lines.iter().map(|line| (permissions(line), line.effective.why.len())).collect();
        let and_pods = [&Permission::STANDARD[..], &[WritePods]].concat();
        assert_eq!(told, [(and_pods, 2), (vec![WriteFull], 1), (vec![WritePods], 1)]);
        let pods = access.lines[0].effective.why.iter().find(|it| it.role == ClusterRole::of(WritePods)).unwrap();
        assert_eq!((pods.by.as_str(), pods.ends_at), ("Operator", Some(house.now().plus(HOUR))));
        assert_eq!(permissions(&ada.what_can(&bob).await.lines[0]), [WriteFull]);

        house.advance(HOUR);
        let ada = ada.back().await;
        assert_eq!(permissions(&ada.who_in("dev").await.lines[0]), Permission::STANDARD);
        assert_eq!(permissions(&ada.what_can(&ada).await.lines[0]), Permission::STANDARD);
        operator::suspend(&operator, slug, "unpaid").await.unwrap();
        for line in access::in_namespace(&operator, slug, "dev", None, None).await.unwrap().lines {
            assert_eq!((line.effective.standing, permissions(&line)), (Standing::Suspended, vec![]), "{}", name(&line));
        }
        let bobs = access::of_member(&operator, slug, &bob.id().await).await.unwrap();
        assert_eq!(bobs.lines[0].effective.standing, Standing::Suspended);
    });
}

#[test]
fn a_long_list_is_read_page_by_page_members_first_and_nobody_is_left_out() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let people = house.seat_many(&ada.slug).await;
        let dev = texts(["dev"]);
        let context = ada.context().await;
        // Every other one has been given nothing.
        for (_, id) in people.iter().step_by(2) {
            let version = usecases::members::find(&context, &ada.slug, &id.to_string()).await.unwrap().version;
            grants::save(&context, &ada.slug, &id.to_string(), &dev, version).await.unwrap();
        }
        let mut tokens = Vec::new();
        for i in 0..12 {
            house.advance(MICROSECOND);
            tokens.insert(0, format!("ci{i}"));
            ada.token(&tokens[0], if i % 5 == 4 { &[] } else { &["dev"] }, NO_SCOPES).await;
        }
        tokens.retain(|name| name != "ci4" && name != "ci9");
        let mut members: Vec<_> = people.iter().step_by(2).map(|(email, ..)| email.clone()).collect();
        members.push(ada.email.clone());
        members.sort_unstable();
        let expected = [members, tokens].concat();
        assert_eq!(expected.len(), 66);

        // At 56 a page ends with the last member.
        for (limit, pages) in [(None, vec![50, 16]), (Some(28), vec![28, 28, 10]), (Some(1000), vec![50, 16])] {
            let (mut all, mut sizes, mut cursor) = (Vec::new(), Vec::new(), None::<String>);
            loop {
                let page = access::in_namespace(&context, &ada.slug, "dev", cursor.as_deref(), limit).await.unwrap();
                assert!(page.lines.iter().all(|line| line.effective.why.len() == 1));
                sizes.push(page.lines.len());
                all.extend(names(&page));
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!((&all, sizes), (&expected, pages), "{limit:?}");
        }
    });
}

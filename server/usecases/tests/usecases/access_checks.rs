//! What is asked of the cluster, of whom, and what is made of its answers.

use crate::{
    access::{names, namespaces},
    bearers::*,
    people::*,
    tenants::why,
};
use domain::{
    Refusal,
    binding::Subject,
    effective::{Beyond, Finding},
    permission::Permission::{self, ReadFull, WritePods},
    text::Problem,
};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};
use usecases::{
    Cluster, Error,
    access::{self, Access, Inquiry, PAGE},
    judge::{Judge, Owner, OwnerAnswer, Question, Unanswered, Verdict, Verdicts},
};

/// A cluster that allows what it is told to, and remembers what it was asked.
#[derive(Debug, Default)]
struct Oracle {
    asked: Mutex<Vec<Question>>,
    allows: Mutex<BTreeSet<(String, String, &'static str)>>,
    silent: Mutex<bool>,
}

impl Oracle {
    fn lent_to(house: &House) -> Arc<Self> {
        let oracle = Arc::<Self>::default();
        house.installation.lend(oracle.clone());
        oracle
    }

    /// By one binding, what these permissions are told by.
    fn allow(&self, subject: Subject, namespace: &str, permissions: &[Permission]) {
        let acts = permissions.iter().map(|it| domain::effective::Act::that_tells(*it).resource);
        let all = acts.map(|resource| (subject.username(), namespace.to_owned(), resource));
        self.allows.lock().unwrap().extend(all);
    }

    fn take_asked(&self) -> Vec<Question> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

impl Judge for Oracle {
    fn judge(&self, questions: Vec<Question>) -> Verdicts<'_> {
        self.asked.lock().unwrap().extend(questions.clone());
        let allows = self.allows.lock().unwrap().clone();
        let verdict = move |Question { username, namespace, act, .. }| {
            let allowed = allows.contains(&(username, namespace.to_string(), act.resource));
            Verdict { allowed, reason: if allowed { "by a binding".into() } else { String::new() } }
        };
        let silent = *self.silent.lock().unwrap();
        Box::pin(async move {
            if silent { Err(Unanswered("it rests".into())) } else { Ok(questions.into_iter().map(verdict).collect()) }
        })
    }

    fn owner_of<'a>(&'a self, _: &'a domain::text::NamespaceName) -> OwnerAnswer<'a> {
        Box::pin(async { Ok(Owner::Nobody) })
    }
}

impl Person {
    async fn check_in(&self, namespace: &str) -> Access {
        access::check_namespace(&self.context().await, &self.slug, namespace, None, None).await.unwrap()
    }

    async fn check_of(&self, other: &Person) -> Access {
        access::check_member(&self.context().await, &self.slug, &other.id().await).await.unwrap()
    }
}

#[test]
fn members_see_their_own_alone_and_programs_see_people_alone() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let program = ada.token("ci", &["dev"], NO_SCOPES).await;
        let oracle = Oracle::lent_to(&house);

        assert_eq!(namespaces(&bob.what_can(&bob).await), ["northwind-dev"]);
        assert_eq!(bob.check_of(&bob).await.inquiry, Inquiry::Answered);
        assert_eq!(oracle.take_asked().len(), 7);
        let context = bob.context().await;
        let (slug, adas) = (bob.slug.as_str(), ada.id().await);
        for answer in [
            why(access::of_member(&context, slug, &adas).await),
            why(access::check_member(&context, slug, &adas).await),
            why(access::in_namespace(&context, slug, "dev", None, None).await),
            why(access::check_namespace(&context, slug, "dev", None, None).await),
        ] {
            assert_eq!(answer, Err(Refusal::AdminsOnly));
        }
        let context = program.context().await;
        let seen = access::check_namespace(&context, slug, "dev", None, None).await.unwrap();
        assert_eq!((names(&seen), seen.without_tokens), (vec![ada.email.clone(), bob.email.clone()], true));
        assert_eq!(oracle.take_asked().len(), 14);
        assert_eq!(access::of_member(&context, slug, &adas).await.unwrap().lines.len(), 1);
    });
}

#[test]
fn a_namespace_of_others_is_as_unknown_as_one_that_is_not_there() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let carl = house.found("Contoso", "carl@contoso.example").await;
        carl.create_namespace("lab").await;
        let oracle = Oracle::lent_to(&house);
        let context = carl.context().await;
        for name in ["northwind-dev", "contoso-dev", "dev", "", " ", "\0", "'; drop table grants", "northwind-dev\n"] {
            let unknown = Refusal::UnknownNamespace { name: name.trim().to_owned() };
            for answer in [
                access::in_namespace(&context, &carl.slug, name, None, None).await,
                access::check_namespace(&context, &carl.slug, name, None, None).await,
            ] {
                assert_eq!(why(answer), Err(unknown.clone()), "{name:?}");
            }
        }
        for cursor in ["x", "~", ".", "1.x", "-1.00000000-0000-4000-8000-000000000000", "\0", "x~ada@northwind.example"]
        {
            let answer = access::in_namespace(&context, &carl.slug, "lab", Some(cursor), None).await;
            assert_eq!(
                why(answer),
                Err(Refusal::BadField { field: "cursor", problem: Problem::Unknown }),
                "{cursor:?}"
            );
        }
        assert!(oracle.take_asked().is_empty());
    });
}

#[test]
fn without_a_judge_it_is_said_why_the_cluster_is_not_asked() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        assert_eq!(ada.check_in("dev").await.inquiry, Inquiry::NoCluster);
        assert_eq!(ada.check_of(&ada).await.inquiry, Inquiry::NoCluster);
        let followed = house.with(|settings| settings.enforced = true);
        let named = house.with(|settings| settings.cluster = Some(Cluster::at("https://k8s.example:6443").unwrap()));
        for house in [followed, named] {
            let ada = ada.at(&house);
            for access in [ada.who_in("dev").await, ada.check_in("dev").await, ada.check_of(&ada).await] {
                assert_eq!((access.inquiry, &access.lines[0].cluster), (Inquiry::OutOfReach, &None));
            }
            let oracle = Oracle::lent_to(&house);
            assert_eq!(ada.who_in("dev").await.inquiry, Inquiry::NotAsked);
            assert_eq!(ada.what_can(&ada).await.inquiry, Inquiry::NotAsked);
            assert!(oracle.take_asked().is_empty(), "asked for nothing");
        }
    });
}

#[test]
fn the_cluster_is_asked_about_each_line_and_its_answer_stands_beside_it() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let program = ada.token("ci", &["dev"], NO_SCOPES).await;
        let oracle = Oracle::lent_to(&house);
        oracle.allow(Subject::User(ada.user), "northwind-dev", &Permission::STANDARD);
        oracle.allow(Subject::User(bob.user), "northwind-dev", &Permission::STANDARD[1..]);
        oracle.allow(Subject::Token(program.token), "northwind-dev", &Permission::STANDARD);
        oracle.allow(Subject::Token(program.token), "northwind-dev", &[WritePods]);

        let before = house.rows(&[]).await;
        let access = ada.check_in("dev").await;
        assert_eq!(house.rows(&[]).await, before, "a question writes nothing");
        assert_eq!((&access.inquiry, names(&access).len()), (&Inquiry::Answered, 3));
        let found = |n: usize| access.lines[n].cluster.clone().unwrap();
        assert!(found(0).agrees());
        assert_eq!(found(1), Finding { refused: vec![ReadFull], beyond: Vec::new() });
        let beyond = Beyond { permissions: vec![WritePods], reason: "by a binding".into() };
        assert_eq!(found(2), Finding { refused: Vec::new(), beyond: vec![beyond] });

        let asked = oracle.take_asked();
        assert_eq!(asked.len(), 21);
        let group = format!("bailiwick:organization:{}", house.organization(&ada.slug).await.id);
        assert_eq!(access.group, group);
        for question in &asked {
            assert_eq!(question.groups, [group.as_str(), "system:authenticated"], "as whoever is let in");
            assert_eq!(question.namespace.as_str(), "northwind-dev");
        }
        let whom: BTreeSet<_> = asked.iter().map(|question| question.username.clone()).collect();
        assert_eq!(whom.len(), 3);
        assert!(whom.contains(&Subject::Token(program.token).username()));

        *oracle.silent.lock().unwrap() = true;
        let silent = ada.check_in("dev").await;
        assert_eq!(silent.inquiry, Inquiry::Unanswered("it rests".into()));
        assert!(silent.lines.iter().all(|line| line.cluster.is_none()));
        assert_eq!(names(&silent), names(&access), "what the console knows is shown all the same");
    });
}

#[test]
fn of_a_member_the_cluster_is_asked_about_every_namespace() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        for label in ["dev", "lab", "prod"] {
            ada.create_namespace(label).await;
        }
        let bob = ada.welcome("bob@northwind.example").await;
        ada.give(&bob, &["lab"]).await;
        let oracle = Oracle::lent_to(&house);
        let of_bob = Subject::User(bob.user);
        oracle.allow(of_bob, "northwind-lab", &Permission::STANDARD);
        let agreed = ada.check_of(&bob).await;
        assert_eq!(oracle.take_asked().len(), 21);
        assert_eq!(namespaces(&agreed), ["northwind-lab"], "where nothing was given and nothing is allowed is no line");
        assert!(agreed.lines[0].cluster.as_ref().unwrap().agrees());

        oracle.allow(of_bob, "northwind-dev", &[WritePods]);
        let more = ada.check_of(&bob).await;
        assert_eq!(namespaces(&more), ["northwind-dev", "northwind-lab"]);
        assert!(more.lines[0].effective.why.is_empty());
        assert_eq!(more.lines[0].cluster.as_ref().unwrap().beyond[0].permissions, [WritePods]);

        ada.deactivate(&bob).await.unwrap();
        let lingering = ada.check_of(&bob).await;
        assert_eq!(lingering.lines[1].cluster.as_ref().unwrap().beyond[0].permissions, Permission::STANDARD);
    });
}

#[test]
fn one_request_asks_about_one_page_at_most() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let now = house.now();
        // More namespaces than an organization has unless the operator raises its limit.
        let organization = house.organization(&ada.slug).await;
        let mut c = house.installation.db.write().await.unwrap();
        for n in 0..60_u8 {
            let label = domain::text::NamespaceLabel::parse(&format!("n{n}")).unwrap();
            let name = house.installation.settings.namespaces.name_of(&organization.slug, &label).unwrap();
            let new = storage::namespaces::New {
                id: domain::id::NamespaceId::from_random([n; 16]),
                organization: organization.id,
                label: &label,
                name: &name,
                created_by: ada.user,
            };
            assert!(storage::namespaces::insert(&mut c, new, now).await.unwrap());
        }
        c.commit().await.unwrap();
        ada.give(&ada, &["n9"]).await;
        let oracle = Oracle::lent_to(&house);
        let access = ada.check_of(&ada).await;
        let asked = oracle.take_asked();
        assert_eq!(asked.len(), PAGE as usize * 7);
        assert!(
            asked.iter().any(|question| question.namespace.as_str() == "northwind-n9"),
            "what was given comes first"
        );
        assert_eq!(access.lines[0].cluster.as_ref().unwrap().refused, Permission::STANDARD);
    });
}

#[test]
fn without_a_database_nothing_is_asked() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let oracle = Oracle::lent_to(&house);
        let (context, id) = (ada.context().await, ada.id().await);
        house.installation.db.close().await;
        for answer in [
            access::check_namespace(&context, &ada.slug, "dev", None, None).await,
            access::check_member(&context, &ada.slug, &id).await,
        ] {
            assert!(matches!(answer, Err(Error::Unavailable(_))));
        }
        assert!(oracle.take_asked().is_empty());
    });
}

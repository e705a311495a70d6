//! Whose the name of a namespace is: the cluster's own, another organization's, or one that the cluster has already.

use crate::people::*;
use domain::{
    Refusal,
    id::OrganizationId,
    namespace::{Pattern, PodSecurity, Prefix},
    text::NamespaceName,
};
use std::sync::{Arc, Mutex};
use usecases::{
    cluster,
    judge::{Judge, Owner, OwnerAnswer, Question, Unanswered, Verdicts},
    namespaces, operator, sign_up,
};

/// A cluster that holds every namespace for the same one, or does not answer.
#[derive(Debug)]
struct Holds {
    owner: Mutex<Result<Owner, Unanswered>>,
    asked: Mutex<Vec<String>>,
}

impl Holds {
    fn lent_to(house: &House) -> Arc<Self> {
        let holds = Arc::new(Self { owner: Mutex::new(Ok(Owner::Nobody)), asked: Mutex::default() });
        house.installation.lend(holds.clone());
        holds
    }

    fn now(&self, owner: Result<Owner, &str>) {
        *self.owner.lock().unwrap() = owner.map_err(|why| Unanswered(why.to_owned()));
    }
}

impl Judge for Holds {
    fn judge(&self, _: Vec<Question>) -> Verdicts<'_> {
        Box::pin(async { Err(Unanswered("nobody asks".into())) })
    }

    fn owner_of<'a>(&'a self, name: &'a NamespaceName) -> OwnerAnswer<'a> {
        self.asked.lock().unwrap().push(name.to_string());
        let owner = self.owner.lock().unwrap().clone();
        Box::pin(async { owner })
    }
}

impl Person {
    async fn creates(&self, id: &str) -> Result<String, Refusal> {
        let made = namespaces::create(&self.context().await, &self.slug, id).await;
        match made {
            Err(usecases::Error::Refused(refusal)) => Err(refusal),
            made => Ok(made.unwrap().name.to_string()),
        }
    }
}

fn reserved(name: &str) -> Refusal {
    Refusal::NameReserved { name: name.into() }
}

fn of_another(name: &str) -> Refusal {
    Refusal::NameOfAnother { name: name.into() }
}

#[test]
fn a_name_of_the_clusters_own_is_neither_created_nor_adopted_and_the_attempt_is_in_the_log() {
    on_both(async |house| {
        let house = house.with(|settings| settings.namespaces.reserved = vec![Pattern::parse("*-infra").unwrap()]);
        let cert = house.found("Cert", "eve@cert.example").await;
        assert_eq!(cert.creates("manager").await, Err(reserved("cert-manager")));
        house.advance(MINUTE);
        assert_eq!(cert.creates("infra").await, Err(reserved("cert-infra")), "as configured");
        for name in ["kube-system", "cert-manager", "argocd", "our-infra"] {
            let adopted = operator::adopt(&house.operator(), &cert.slug, name).await;
            assert_eq!(refused(adopted), reserved(name));
        }
        let events = "select event from activity where code = 'refused' order by version";
        let logged = house.trial.texts(events).await;
        assert!(logged.len() == 2 && logged.iter().all(|event| event.contains("name_reserved")), "{logged:?}");
        assert_eq!(cert.creates("dev").await.as_deref(), Ok("cert-dev"));
    });
}

#[test]
fn an_organization_never_takes_what_begins_with_the_longer_slug_of_another() {
    on_both(async |house| {
        let acme = house.found("Acme", "ada@acme.example").await;
        let dev = house.found("Acme Dev", "dan@acme-dev.example").await;
        assert_eq!((acme.slug.as_str(), dev.slug.as_str()), ("acme", "acme-dev"));
        assert_eq!(acme.creates("dev-x").await, Err(of_another("acme-dev-x")));
        assert_eq!(acme.creates("dev").await, Err(of_another("acme-dev")));
        assert_eq!(dev.creates("x").await.as_deref(), Ok("acme-dev-x"));
        assert_eq!(acme.creates("devx").await.as_deref(), Ok("acme-devx"));
        for (organization, name) in [(&acme, "acme-dev-y"), (&dev, "acme-y"), (&dev, "acme")] {
            let adopted = operator::adopt(&house.operator(), &organization.slug, name).await;
            assert_eq!(refused(adopted), of_another(name), "by {}", organization.slug);
        }
        operator::adopt(&house.operator(), &dev.slug, "acme-dev-y").await.unwrap();
        operator::adopt(&house.operator(), &acme.slug, "legacy").await.unwrap();
    });
}

#[test]
fn an_organization_never_gets_a_slug_that_the_names_of_another_begin_with() {
    on_both(async |house| {
        let acme = house.found("Acme", "ada@acme.example").await;
        acme.creates("dev-x").await.unwrap();
        operator::adopt(&house.operator(), &acme.slug, "legacy").await.unwrap();
        for (name, slug) in
            [("Acme Dev", "acme-dev-2"), ("Acme Dev X", "acme-dev-x-2"), ("Legacy", "legacy-2"), ("Leg", "leg")]
        {
            let founded = house.found(name, &format!("sam@{slug}.example")).await;
            assert_eq!(founded.slug, slug);
        }
    });
}

#[test]
fn a_prefix_stands_before_created_names_alone_and_is_no_part_of_whose_they_are() {
    on_both(async |house| {
        let house = house.with(|settings| settings.namespaces.prefix = Prefix::parse("tenant-").unwrap());
        let tenant = house.found("Tenant", "tom@tenant.example").await;
        assert_eq!(tenant.creates("dev").await.as_deref(), Ok("tenant-tenant-dev"));
        let acme = house.found("Acme", "ada@acme.example").await;
        assert_eq!(acme.creates("dev-x").await.as_deref(), Ok("tenant-acme-dev-x"));
        let dev = house.found("Acme Dev", "dan@acme-dev.example").await;
        assert_eq!(dev.slug, "acme-dev-2");
        operator::adopt(&house.operator(), &acme.slug, "old-data").await.unwrap();
        assert_eq!(house.found("Old", "olga@old.example").await.slug, "old-2");
        let adopted = operator::adopt(&house.operator(), &acme.slug, "tenant-tenant-live").await;
        assert_eq!(refused(adopted), of_another("tenant-tenant-live"));
    });
}

/// Both at once, from two processes: whichever comes first, no name of the one begins with the slug of the other.
#[test]
fn a_name_and_a_slug_that_are_taken_at_once_are_not_both_taken() {
    on_both(async |house| {
        let there = house.elsewhere().await;
        for round in 0..6 {
            let acme = house.found(&format!("Acme{round}"), &format!("ada@acme{round}.example")).await;
            let email = format!("dan@acme{round}.example");
            house.sign_up(&format!("Acme{round} Dev"), &email).await.unwrap();
            house.post().await;
            let (secret, stranger) = (house.secret_to(&email), there.stranger().await);
            let (made, founded) = tokio::join!(acme.creates("dev-x"), sign_up::verify(&stranger, &secret));
            let slug = founded.unwrap().organization.slug.to_string();
            let alone = slug == format!("acme{round}-dev");
            assert_ne!(made.is_ok(), alone, "round {round}: {made:?} beside {slug}");
        }
    });
}

#[test]
fn a_name_that_the_cluster_has_takes_no_place_of_the_organizations() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let cluster = Holds::lent_to(&house);
        let own = house.organization(&ada.slug).await.id;
        let taken = Err(Refusal::NameTakenInCluster { name: "northwind-dev".into() });
        for owner in [Owner::Others, Owner::Organization(OrganizationId::from_random([7; 16]))] {
            cluster.now(Ok(owner));
            assert_eq!(ada.creates("dev").await, taken);
        }
        assert_eq!(namespaces::list(&ada.context().await, &ada.slug).await.unwrap().namespaces.len(), 0);
        cluster.asked.lock().unwrap().clear();
        assert_eq!(bob.creates("dev").await, Err(Refusal::AdminsOnly));
        assert!(ada.creates("no name").await.is_err());
        assert_eq!(*cluster.asked.lock().unwrap(), Vec::<String>::new(), "it is asked only of what may be");

        cluster.now(Ok(Owner::Nobody));
        ada.creates("dev").await.unwrap();
        cluster.now(Ok(Owner::Organization(own)));
        ada.creates("again").await.unwrap();
        cluster.now(Err("no answer"));
        ada.creates("blind").await.unwrap();
        assert_eq!(*cluster.asked.lock().unwrap(), ["northwind-dev", "northwind-again", "northwind-blind"]);
    });
}

#[test]
fn a_wish_says_what_pods_are_held_to() {
    on_both(async |house| {
        for level in PodSecurity::ALL.map(Some).into_iter().chain([None]) {
            let house = house.with(|settings| settings.namespaces.pod_security = level);
            let name = level.map_or("None", PodSecurity::as_str);
            let ada = house.found(name, &format!("ada@{}.example", name.to_lowercase())).await;
            let organization = house.organization(&ada.slug).await.id;
            let wanted = cluster::wanted(&house.installation, organization).await.unwrap().unwrap();
            assert_eq!(wanted.pod_security, level);
        }
    });
}

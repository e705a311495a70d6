//! What is counted of what the cluster was told, and what follows when the cluster remembers more of it.

use crate::{installation::deeds, people::*};
use domain::{Refusal, operator::OperatorEvent, text::Problem, told::Told};
use usecases::{
    cluster::{self, Health, Lease, Outcome, Report, Standing, Sync},
    namespaces,
    operator::{self, Did},
};

impl House {
    async fn told(&self) -> Told {
        cluster::told(&self.installation).await.unwrap().unwrap()
    }

    async fn health(&self) -> Health {
        cluster::health(&self.installation.db, self.now()).await.unwrap()
    }

    async fn wants(&self, slug: &str) -> cluster::Wanted {
        let organization = self.organization(slug).await.id;
        cluster::wanted(&self.installation, organization).await.unwrap().unwrap()
    }

    /// The controller says that the cluster agrees.
    async fn is_followed(&self, slug: &str) {
        let wanted = self.wants(slug).await;
        let report = Report {
            organization: wanted.organization,
            version: wanted.version,
            outcome: Outcome::Followed,
            withdrawn: true,
            troubles: Vec::new(),
            drifts: Vec::new(),
        };
        cluster::report(&self.installation, &report).await.unwrap();
    }
}

#[test]
fn only_a_controller_counts_and_one_after_the_other() {
    on_both(async |house| {
        assert_eq!(cluster::told(&house.installation).await.unwrap(), None, "nobody is there to be told of");
        assert_eq!(cluster::count_up(&house.installation, None).await.unwrap(), None);
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let first = house.told().await;
        assert_eq!((first.count(), first.line), (0, house.organization(&ada.slug).await.id));
        ada.create_namespace("dev").await;
        assert_eq!(house.told().await, first, "what people do counts nothing");
        let counted = async || cluster::count_up(&house.installation, None).await.unwrap().unwrap();
        let (one, two, three) = tokio::join!(counted(), counted(), counted());
        let mut all = [one.count(), two.count(), three.count()];
        all.sort_unstable();
        assert_eq!((all, house.told().await.count()), ([1, 2, 3], 3));

        // It keeps its name, whoever comes later and whatever their clocks say.
        house.found("Southwind", "sam@southwind.example").await;
        house
            .trial
            .execute(
                "update organizations set created_at = (select min(created_at) from users) where slug = 'southwind'",
            )
            .await;
        assert_eq!(house.told().await.line, first.line);
    });
}

#[test]
fn a_wish_is_news_until_the_cluster_agrees_with_its_version() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        assert!(house.wants(&ada.slug).await.news);
        house.is_followed(&ada.slug).await;
        assert!(!house.wants(&ada.slug).await.news);
        ada.create_namespace("dev").await;
        let wanted = house.wants(&ada.slug).await;
        assert!(wanted.news && wanted.told == Some(house.told().await));
    });
}

#[test]
fn an_older_copy_goes_no_further_and_says_so_until_an_operator_confirms_it() {
    on_both(async |house| {
        let house = house.with(|settings| settings.enforced = true);
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        house.is_followed(&ada.slug).await;
        cluster::count_up(&house.installation, None).await.unwrap();
        let by = house.operator();
        assert_eq!(house.remembers(0).await, Some(house.told().await));
        assert_eq!(house.health().await, Health::Followed);
        let now = || house.now().to_string();
        assert_eq!(house.refuses(operator::confirm_restore(&by, &now())).await, Refusal::NotOlder);

        let (noticed, before) = (house.now(), house.told().await);
        house.remembers(7).await;
        let remembered = Told::new(before.line, before.count() + 7).unwrap();
        house.advance(MINUTE);
        assert_eq!(house.says(Some(remembered)).await, Some(before));
        assert_eq!(house.health().await, Health::Older { since: noticed }, "since it was noticed first");
        assert_eq!(cluster::count_up(&house.installation, Some(remembered)).await.unwrap(), Some(before));
        let listed = namespaces::list(&ada.back().await.context().await, &ada.slug).await.unwrap();
        let (why, since) = listed.following.trouble().unwrap();
        assert!(why.contains("older copy") && since == noticed, "{why}");
        assert!(matches!(&listed.namespaces[0].sync, Sync::Failing(why) if why.contains("restore")));

        // Whoever confirms has seen this one.
        assert_eq!(house.refuses(operator::confirm_restore(&by, &now())).await, Refusal::NotOlder);
        for none in ["", "x"] {
            let refusal = Refusal::BadField { field: "since", problem: Problem::NotATime };
            assert_eq!(house.refuses(operator::confirm_restore(&by, none)).await, refusal, "{none}");
        }
        house.trial.execute("update cluster_states set confirmed = (1 = 1)").await;
        operator::confirm_restore(&by, &noticed.to_string()).await.unwrap();
        assert!(matches!(&deeds(&by).await[0].did, Did::Here(OperatorEvent::RestoreConfirmed)));
        assert_eq!(house.health().await, Health::Followed);
        let told = house.told().await;
        assert!(!told.is_older_than(remembered) && !told.continues(before), "{told}");
        let wanted = house.wants(&ada.slug).await;
        assert!(wanted.news && !wanted.confirmed, "nothing is taken for granted of what the cluster holds");
        assert_eq!(house.says(Some(remembered)).await, Some(told));
        assert_eq!(house.refuses(operator::confirm_restore(&by, &noticed.to_string())).await, Refusal::NotOlder);
        assert_eq!(
            cluster::count_up(&house.installation, Some(told)).await.unwrap().unwrap().count(),
            told.count() + 1
        );
    });
}

#[test]
fn only_what_the_controller_that_writes_says_of_this_database_raises_the_alarm() {
    on_both(async |house| {
        house.found("Northwind", "ada@northwind.example").await;
        let (line, elsewhere) = (house.told().await.line, domain::id::OrganizationId::from_random([7; 16]));
        let far = |line| Told::new(line, 500).ok();
        house.says(far(elsewhere)).await;
        assert_eq!(house.health().await, Health::Followed, "another database had the cluster before");
        assert_eq!(cluster::count_up(&house.installation, far(elsewhere)).await.unwrap().unwrap().count(), 1);
        for lease in [Lease::Unknown, Lease::Held { by: "one".into() }] {
            let (identity, remembered) = ("two".to_owned(), far(line));
            let standing = Standing { identity, connected: true, version: None, lease, remembered };
            cluster::stands(&house.installation, &standing).await.unwrap();
            assert_eq!(house.health().await, Health::Followed);
        }
        house.says(far(line)).await;
        assert!(matches!(house.health().await, Health::Older { .. }));
        // One of the version before knows nothing of it, and writes.
        house.says(None).await;
        assert_eq!(house.health().await, Health::Followed);
    });
}

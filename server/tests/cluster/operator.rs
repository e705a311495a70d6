//! What the operator does, at the real API server: given, taken, ended, closed, adopted, confirmed.

use crate::{
    browser::Person,
    front::{Front, audience},
    given::facts,
    measure::{AT_FIRST, SOON, told, within},
    place::{NAMESPACES, On, Place, on_cluster, on_cluster_with},
    requests::Answered,
};
use controller::access::{Act, may};
use domain::{
    activity::ActivityEvent,
    binding::Subject,
    grant::Holder,
    membership::Role,
    permission::Permission::{self, WriteFull, WritePods},
    token::Lifetime,
};
use serde_json::{Value, json};
use std::{sync::Mutex, time::Duration};
use tokio::time::Instant;
use usecases::{Context, activity, operator, upkeep};

/// Issue 5 promises it of a grant whose time is over.
const ENDED_WITHIN: Duration = Duration::from_secs(5);
/// Section 6 of the contract: an API server keeps a success for ten seconds.
const UNKNOWN_WITHIN: Duration = Duration::from_secs(12);

impl Place {
    pub(crate) fn by_operator(&self) -> Context {
        Context::operator(self.house.installation.clone())
    }

    /// Whether the API server would let somebody do what only this permission allows.
    async fn has(&self, username: &str, namespace: &str, permission: Permission) -> bool {
        let (group, resource) = match permission {
            WriteFull => ("rbac.authorization.k8s.io", "roles"),
            _ => ("", "pods"),
        };
        let act = Act {
            namespace: namespace.to_owned(),
            verb: "create".to_owned(),
            group: group.to_owned(),
            resource: resource.to_owned(),
        };
        may(&self.requests.admin, username, &[], &act).await.unwrap().allowed
    }

    /// Sets an end that nobody can choose so near, to a tick or to what was given; answers when it is.
    async fn access_ends_in(&self, holder: Holder, time: Duration) -> Instant {
        let installation = &self.house.installation;
        let (end, at) = (Instant::now() + time, installation.clock.now().plus(time));
        let organization = self.house.organization(&self.id).await.id;
        let mut c = installation.db.write().await.unwrap();
        for namespace in storage::namespaces::list(&mut c, organization).await.unwrap() {
            storage::grants::limit(&mut c, holder, namespace.id, Some(at), installation.clock.now()).await.unwrap();
        }
        c.commit().await.unwrap();
        let at = self.house.trial.written(at);
        self.house.trial.execute(&format!("update withheld_grants set ends_at = {at}")).await;
        // Any change of the organization's makes the controller look at it.
        self.ada.create_token(&[]).await;
        end
    }

    pub(crate) async fn in_sync(&self, namespace: &str) {
        within(AT_FIRST, "in sync", async || self.sync_of(namespace).await == "in_sync").await;
    }
}

async fn holder(person: &Person) -> Holder {
    Holder::Member(person.id().await.parse().unwrap())
}

#[test]
fn what_the_operator_gives_is_allowed_and_what_they_take_is_refused_at_once() {
    let (given, taken) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    on_cluster(async |place| {
        let (ada, dev) = (&place.ada, place.ada.create_namespace("dev").await);
        let lab = ada.create_namespace("lab").await;
        let bo = place.house.seat(&place.id, Role::Member).await;
        let token = ada.create_token(&[("namespaces[]", &dev)]).await;
        let _controller = place.controller().await;
        place.in_sync(&dev).await;
        let of_token = Subject::Token(token.id.parse().unwrap()).username();
        let subjects =
            [(holder(&bo).await, place.username(&bo).await), (Holder::Token(token.id.parse().unwrap()), of_token)];
        let by = place.by_operator();
        for round in 0..12 {
            let (holder, username) = &subjects[round % 2];
            for permission in [WritePods, WriteFull] {
                let has = async || place.has(username, &dev, permission).await;
                assert!(!has().await);
                operator::give(&by, &place.id, *holder, &dev, permission, Lifetime::Never).await.unwrap();
                let took = within(SOON, "allowed", has).await;
                given.lock().unwrap().push(took);
                assert!(!place.has(username, &lab, permission).await, "nowhere else");
                assert!(!place.has(&place.username(ada).await, &dev, permission).await, "and nobody else");
                operator::take(&by, &place.id, *holder, &dev, permission).await.unwrap();
                let took = within(SOON, "refused", async || !has().await).await;
                taken.lock().unwrap().push(took);
            }
        }
        assert!(!place.may_read(&subjects[0].1, &dev).await, "a tick was never among it");
    });
    for (times, what) in [(given, "giving a permission to the first yes"), (taken, "taking it to the first no")] {
        let times = times.into_inner().unwrap();
        if !times.is_empty() {
            told(&format!("from {what}"), times);
        }
    }
}

#[test]
fn what_was_given_for_a_time_is_gone_within_five_seconds_of_its_end() {
    on_cluster(async |place| {
        let (ada, dev) = (&place.ada, place.ada.create_namespace("dev").await);
        let bo = place.house.seat(&place.id, Role::Member).await;
        place.save(ada, &bo, &[&dev]).await;
        let (holder, username) = (holder(&bo).await, place.username(&bo).await);
        operator::give(&place.by_operator(), &place.id, holder, &dev, WritePods, Lifetime::Hour).await.unwrap();
        let _controller = place.controller().await;
        let ticked = async || place.may_read(&username, &dev).await;
        let given = async || place.has(&username, &dev, WritePods).await;
        within(AT_FIRST, "both work", async || ticked().await && given().await).await;

        let end = place.access_ends_in(holder, Duration::from_secs(3)).await;
        let most = end + ENDED_WITHIN - Instant::now();
        within(most, "what was given is refused", async || !given().await).await;
        assert!(Instant::now() >= end, "not before its end");
        within(end + ENDED_WITHIN - Instant::now(), "so is the tick", async || !ticked().await).await;
        println!("refused {:.1?} after its time was over", Instant::now() - end);
        assert!(place.may_read(&place.username(ada).await, &dev).await, "nobody else's ends");

        // What a replica's worker does every two seconds.
        upkeep::end_grants(&place.house.installation).await.unwrap();
        let log = activity::list(&place.by_operator(), &place.id, &activity::Query::default()).await.unwrap();
        let ended = |event: &ActivityEvent| event.code() == "grant.ended" || event.code() == "permission.ended";
        assert_eq!(log.entries.iter().filter(|entry| ended(&entry.event)).count(), 2);
        within(AT_FIRST, "the cluster has nothing of theirs", async || {
            let own = |it: &Value| it["subjects"][0]["name"] == username.as_str();
            !place.objects(&["rolebindings", "-n", &dev]).iter().any(own)
        })
        .await;
    });
}

#[test]
fn an_organization_that_is_suspended_stops_at_once_and_comes_back_whole() {
    let Some(facts) = facts() else { return };
    on_cluster_with(On::Both, audience(&facts), async |place| {
        let (ada, dev) = (&place.ada, place.ada.create_namespace("dev").await);
        // More than may lose everything at once without anybody being asked: whoever suspends means it.
        let mut usernames = vec![place.username(ada).await];
        for _ in 0..8 {
            let member = place.house.seat(&place.id, Role::Member).await;
            place.save(ada, &member, &[&dev]).await;
            usernames.push(place.username(&member).await);
        }
        let credentials = place.credentials(2, &dev).await;
        let _front = Front::open(&place.house, &facts).await;
        let _controller = place.controller().await;
        let all_work = async || {
            let mut works = true;
            for username in &usernames {
                works &= place.may_read(username, &dev).await;
            }
            for credential in &credentials {
                works &= place.is_let_in_with(credential.text(), &dev).await;
            }
            works
        };
        within(AT_FIRST, "everybody works", all_work).await;
        place.in_sync(&dev).await;
        let essence = || {
            let essence = |it: &Value| {
                json!([
                    it["metadata"]["name"],
                    it["metadata"]["labels"],
                    it["metadata"]["annotations"],
                    it["roleRef"],
                    it["subjects"]
                ])
            };
            place.objects(&["rolebindings", "-n", &dev]).iter().map(essence).collect::<Vec<_>>()
        };
        let before = essence();
        let by = place.by_operator();

        operator::suspend(&by, &place.id, "The invoice is open.").await.unwrap();
        let took = within(SOON, "nobody does anything any longer", async || {
            let mut refused = true;
            for username in &usernames {
                refused &= !place.may_read(username, &dev).await;
            }
            for credential in &credentials {
                refused &= !place.is_let_in_with(credential.text(), &dev).await;
            }
            refused
        })
        .await;
        assert!(place.objects(&["rolebindings", "-n", &dev]).is_empty());
        let unknown = within(UNKNOWN_WITHIN, "nobody is known any longer", async || {
            let mut unknown = true;
            for credential in &credentials {
                unknown &= place.requests.with_token(credential.text(), &dev).await == Answered::Unauthorized;
            }
            unknown
        })
        .await;
        println!("suspended: refused after {took:.1?}, unknown {unknown:.1?} later");

        operator::resume(&by, &place.id).await.unwrap();
        let took = within(AT_FIRST, "everybody is back", all_work).await;
        println!("resumed: back after {took:.1?}");
        place.in_sync(&dev).await;
        assert_eq!(essence(), before);
    });
}

#[test]
fn a_namespace_that_is_adopted_keeps_everything_that_was_in_it() {
    on_cluster(async |place| {
        let (ada, name) = (&place.ada, format!("{}-theirs", place.id));
        let own = ada.create_namespace("own").await;
        place.create(&json!({
            "apiVersion": "v1", "kind": "Namespace",
            "metadata": { "name": name, "labels": { "team": "others" }, "annotations": { "note": "of before" } },
        }));
        place.create(&json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "settings", "namespace": name },
            "data": { "colour": "blue" },
        }));
        place.create(&json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
            "metadata": { "name": "theirs", "namespace": name },
            "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view" },
            "subjects": [{ "apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "somebody" }],
        }));
        let theirs = || {
            let of = |kind: &str, it: &str| {
                place.kubectl(&["get", kind, it, "-n", &name, "-o", "yaml", "--show-managed-fields"])
            };
            (of("configmap", "settings"), of("rolebinding", "theirs"))
        };
        let (before, bo) = (theirs(), place.house.seat(&place.id, Role::Member).await);
        let _controller = place.controller().await;
        place.in_sync(&own).await;

        let by = place.by_operator();
        operator::adopt(&by, &place.id, &name).await.unwrap();
        place.in_sync(&name).await;
        let namespace = place.requests.find(&format!("{NAMESPACES}/{name}")).await.unwrap();
        let organization = place.house.organization(&place.id).await.id.to_string();
        let labels = &namespace["metadata"]["labels"];
        assert_eq!((&labels["bailiwick/organization"], &labels["team"]), (&json!(organization), &json!("others")));
        assert_eq!(namespace["metadata"]["annotations"]["note"], "of before");
        let username = place.username(&bo).await;
        assert!(!place.may_read(&place.username(ada).await, &name).await, "adopting gives nobody anything");
        place.save(ada, &bo, &[&name]).await;
        within(AT_FIRST, "a grant in it", async || place.may_read(&username, &name).await).await;
        assert_eq!(theirs(), before);

        operator::delete(&by, &place.id, &name).await.unwrap();
        within(SOON, "what was granted in it is gone", async || !place.may_read(&username, &name).await).await;
        assert_eq!(theirs(), before, "and what is theirs stays");
        assert_eq!(place.objects(&["rolebindings", "-n", &name]).len(), 1);
    });
}

#[test]
fn many_deletions_at_once_wait_until_the_operator_says_that_they_are_meant() {
    on_cluster(async |place| {
        let (ada, dev) = (&place.ada, place.ada.create_namespace("dev").await);
        for _ in 0..8 {
            let member = place.house.seat(&place.id, Role::Member).await;
            place.save(ada, &member, &[&dev]).await;
        }
        let _controller = place.controller().await;
        place.in_sync(&dev).await;
        let bindings = || place.objects(&["rolebindings", "-n", &dev]);
        let before = bindings();
        assert_eq!(before.len(), 9);

        // As a restored backup, or a hand in the database, would have it.
        place.house.trial.execute("update members set status = 'deactivated' where role <> 'admin'").await;
        ada.create_token(&[]).await;
        let by = place.by_operator();
        let held =
            async || operator::cluster(&by).await.unwrap().differing.iter().any(|it| it.slug.as_str() == place.id);
        within(AT_FIRST, "they are held", async || {
            let page = place.page("namespaces").await;
            page.contains("8 of 9 bindings would be deleted at once")
        })
        .await;
        assert!(held().await);
        assert_eq!(bindings(), before, "and nothing is done");

        assert_eq!(operator::confirm_deletions(&by, &place.id).await.unwrap(), 8);
        within(SOON, "they are done", async || bindings().len() == 1).await;
        place.in_sync(&dev).await;
        assert!(place.may_read(&place.username(ada).await, &dev).await);
    });
}

#[test]
fn nothing_in_the_cluster_names_a_person_who_was_removed() {
    on_cluster(async |place| {
        let (ada, dev) = (&place.ada, place.ada.create_namespace("dev").await);
        let by = place.by_operator();
        // An admin, who gave others what they have: their bindings say by whom.
        let bo = place.house.seat(&place.id, Role::Admin).await;
        let chika = place.house.seat(&place.id, Role::Member).await;
        for member in [&bo, &chika] {
            place.save(&bo, member, &[&dev]).await;
        }
        bo.create_token(&[("namespaces[]", &dev), ("name", "ci")]).await;
        operator::give(&by, &place.id, holder(&chika).await, &dev, WritePods, Lifetime::Never).await.unwrap();
        let _controller = place.controller().await;
        place.in_sync(&dev).await;
        let (username, other) = (place.username(&bo).await, place.username(&chika).await);
        let names = [username.clone(), username.rsplit(':').next().unwrap().to_owned(), bo.email.clone()];
        let in_the_cluster = || {
            let all = place.kubectl(&["get", "rolebindings,namespaces", "-A", "-o", "json", "--show-managed-fields"]);
            names.iter().filter(|name| all.contains(name.as_str())).cloned().collect::<Vec<_>>()
        };
        assert_eq!(in_the_cluster().len(), names.len(), "before, all of them are there");

        ada.deactivate(&bo).await;
        operator::remove_user(&by, &place.id, &bo.id().await).await.unwrap();
        within(AT_FIRST, "nothing names them", async || in_the_cluster().is_empty()).await;
        place.in_sync(&dev).await;
        assert!(place.may_read(&other, &dev).await, "what they gave stays with whoever has it");
        assert!(place.has(&other, &dev, WritePods).await);
    });
}

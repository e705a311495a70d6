//! Who can do what, on the pages and in the API: with a cluster that answers, and without one. No script runs here.

use crate::{
    browser::Person,
    house::{House, on_both},
};
use domain::membership::Role;
use serde_json::json;
use std::sync::Arc;
use usecases::judge::{Judge, Owner, OwnerAnswer, Question, Unanswered, Verdict, Verdicts};

/// What an API server could say at worst.
const REASON: &str = "RBAC: allowed by RoleBinding \"<script>alert(1)</script>/northwind-dev\"";

/// A cluster that allows everybody the same resources; with none at all it does not answer.
#[derive(Debug)]
struct Allows(&'static [&'static str]);

impl Judge for Allows {
    fn judge(&self, questions: Vec<Question>) -> Verdicts<'_> {
        let verdict = |question: Question| {
            let allowed = self.0.contains(&question.act.resource);
            Verdict { allowed, reason: if allowed { REASON.to_owned() } else { String::new() } }
        };
        Box::pin(async move {
            if self.0.is_empty() {
                return Err(Unanswered("the cluster does not answer: <b>connection refused</b>".to_owned()));
            }
            Ok(questions.into_iter().map(verdict).collect())
        })
    }

    fn owner_of<'a>(&'a self, _: &'a domain::text::NamespaceName) -> OwnerAnswer<'a> {
        Box::pin(async { Ok(Owner::Nobody) })
    }
}

const STANDARD: [&str; 6] = ["pods/log", "deployments", "configmaps", "services", "persistentvolumeclaims", "none"];

impl House {
    /// The same house beside such a cluster.
    fn beside(&self, cluster: Allows) -> Self {
        let house = self.with(|settings| settings.enforced = true);
        house.installation.lend(Arc::new(cluster));
        house
    }
}

impl Person {
    async fn see(&self, page: &str) -> String {
        let answer = self.visit(&format!("/o/{}/{page}", self.slug)).await;
        assert_eq!(answer.status, 200, "{page}");
        // What the cluster says is words wherever it stands.
        assert!(!answer.text.contains("<script>alert") && !answer.text.contains("<b>connection"), "{}", answer.text);
        answer.drawn()
    }
}

/// What a person reads: no tags, and whitespace as a browser shows it.
fn words(html: &str) -> String {
    let mut text = String::new();
    for part in html.split('<') {
        text.push_str(part.split_once('>').map_or(part, |(_, rest)| rest));
        text.push(' ');
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The part of the page that is about access.
fn section(html: &str) -> &str {
    let begins = html.find("class=\"panel-in effective\"").unwrap_or_else(|| panic!("nothing is open: {html}"));
    let rest = &html[begins..];
    &rest[..rest.find("</section>").unwrap()]
}

fn is_open(html: &str) -> bool {
    html.contains("panel-in effective")
}

#[test]
fn a_namespace_opens_and_says_who_can_do_what_and_why() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let dev = ada.create_namespace("dev").await;
        ada.create_token(&[("name", "ci"), ("namespaces[]", &dev)]).await;
        let closed = ada.see("namespaces").await;
        assert!(!is_open(&closed));
        assert!(closed.contains("aria-label=\"Who can do what in northwind-dev\""), "{closed}");
        let open = ada.see("namespaces?open=dev").await;
        let said = words(section(&open));
        for expected in [
            "Who can do what here",
            "r:full w:workloads w:config w:network w:storage given by ada@ northwind.example on 23 Nov 2026",
            "ci bwk_",
        ] {
            assert!(said.contains(expected), "{expected}: {said}");
        }
        assert!(!is_open(&ada.see("namespaces?open=nowhere").await));
        assert!(!is_open(&ada.see("namespaces?open=dev&lines=nonsense").await));
    });
}

#[test]
fn a_member_opens_their_own_and_nobody_elses() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let bo = house.seat("northwind", Role::Member).await;
        let (adas, bos) = (ada.id().await, bo.id().await);
        let own = ada.see(&format!("organization?open={adas}")).await;
        assert!(words(section(&own)).contains("What you can do"), "{own}");
        assert!(words(section(&own)).contains("northwind-dev r:full"));
        let bare = ada.see(&format!("organization?open={bos}")).await;
        assert!(words(section(&bare)).contains("What this person can do"), "{bare}");
        assert!(words(section(&bare)).contains("Nothing: no access was given in any namespace."));

        let own = bo.see(&format!("organization?open={bos}")).await;
        assert!(words(section(&own)).contains("What you can do"));
        for hidden in [format!("organization?open={adas}"), "namespaces?open=dev".to_owned()] {
            assert!(!is_open(&bo.see(&hidden).await), "{hidden}");
        }
        assert!(!bo.see("namespaces").await.contains("Who can do what in"));
    });
}

#[test]
fn where_the_cluster_cant_be_asked_the_page_says_why_and_how_to_ask_it() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let check = format!("organization?open={}&check=1", ada.id().await);
        for page in ["namespaces?open=dev", "namespaces?open=dev&check=1", &check] {
            let html = ada.see(page).await;
            let said = words(section(&html));
            assert!(said.contains("This server has no kubeconfig"), "{page}: {said}");
            let line = "kubectl auth can-i --list --namespace=northwind-dev --as=bailiwick:user:";
            assert!(said.contains(line) && said.contains("--as-group=bailiwick:organization:"), "{page}: {said}");
            assert!(!said.contains("Check against") && !said.contains("the cluster agrees"), "{page}: {said}");
        }
        let without = house.with(|settings| settings.cluster = None);
        let said = ada.at(&without).see("namespaces?open=dev").await;
        let said = words(section(&said));
        assert!(said.contains("No cluster is connected, so there is nothing to check this against."), "{said}");
        assert!(!said.contains("kubectl"), "{said}");
    });
}

#[test]
fn the_button_is_a_plain_form_that_keeps_what_the_address_says() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let ada = ada.at(&house.beside(Allows(&STANDARD)));
        let id = ada.id().await;
        let page = ada.see(&format!("organization?status=active&sort=-email&open={id}")).await;
        let part = section(&page);
        assert!(part.contains("<form method=\"get\" action=\"/o/northwind/organization\""), "{part}");
        for (name, value) in [("status", "active"), ("sort", "-email"), ("open", id.as_str())] {
            let field = format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\"");
            assert!(part.contains(&field), "{field}: {part}");
        }
        assert!(part.contains("name=\"check\" value=\"1\""), "{part}");
        assert!(words(part).contains("Check against the cluster"));
        assert!(!words(part).contains("the cluster agrees"), "nobody has asked");
        let checked = ada.see(&format!("organization?status=active&sort=-email&open={id}&check=1")).await;
        let said = words(section(&checked));
        assert!(said.contains("Check again") && said.contains("the cluster agrees"), "{said}");
        assert!(!section(&checked).contains("type=\"hidden\" name=\"check\""), "asked once, not twice");
    });
}

#[test]
fn a_difference_is_told_in_words_and_whatever_the_cluster_says_is_words_too() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let dev = ada.create_namespace("dev").await;
        ada.create_token(&[("name", "ci"), ("namespaces[]", &dev)]).await;
        let beside = ada.at(&house.beside(Allows(&["pods/log", "deployments", "pods", "rolebindings"])));
        let page = beside.see("namespaces?open=dev&check=1").await;
        let said = words(section(&page));
        for expected in [
            "the cluster differs in 2 lines.",
            "Not allowed, or not yet: w:config, w:network and w:storage.",
            "Also allowed: w:pods and w:full, which this console did not give.",
            "The API server says: RBAC: allowed by RoleBinding",
        ] {
            assert!(said.contains(expected), "{expected}: {said}");
        }
        assert!(!page.contains("<script>alert(1)") && page.contains("&lt;script"), "{page}");

        let silent = ada.at(&house.beside(Allows(&[]))).see("namespaces?open=dev&check=1").await;
        let part = section(&silent);
        assert!(part.contains("role=\"alert\"") && !part.contains("<b>connection"), "{part}");
        assert!(words(part).contains("The check failed: the cluster does not answer:"), "{part}");
        assert!(words(part).contains("given by"), "what the console knows is there all the same");
    });
}

#[test]
fn programs_get_the_same_as_json() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let dev = ada.create_namespace("dev").await;
        let ci = ada.create_token(&[("name", "ci"), ("namespaces[]", &dev)]).await;
        let bo = house.seat("northwind", Role::Member).await;
        let there = [("organization", "northwind"), ("namespace", "northwind-dev")];
        let plain = ada.read("access/in", &there).await.json();
        assert_eq!((&plain["inquiry"], &plain["next"]), (&json!("out_of_reach"), &json!(null)));
        let line = &plain["lines"][0];
        let permissions = json!(["r:full", "w:workloads", "w:config", "w:network", "w:storage"]);
        assert_eq!(line["who"], json!({ "member": { "id": ada.id().await, "email": ada.email } }));
        assert_eq!(line["permissions"], permissions);
        assert_eq!(
            line["why"],
            json!([{ "gives": permissions, "by": ada.email, "at": "2026-11-23T09:30:05.25Z", "ends_at": null, "over": false }])
        );
        assert_eq!((&line["standing"], &line["cluster"]), (&json!("active"), &json!(null)));
        assert_eq!(plain["lines"][1]["who"]["token"]["id"], ci.id);
        assert_eq!(plain["lines"][1]["username"], format!("bailiwick:token:{}", ci.id));
        let first = ada.read("access/in", &[&there[..], &[("limit", "1")]].concat()).await.json();
        assert_eq!(first["lines"].as_array().unwrap().len(), 1);
        let cursor = first["next"].as_str().unwrap();
        let second = ada.read("access/in", &[&there[..], &[("cursor", cursor)]].concat()).await.json();
        assert_eq!(second["lines"], json!([plain["lines"][1]]));

        let beside = house.beside(Allows(&["pods/log", "deployments", "configmaps", "services", "pods"]));
        let ada = ada.at(&beside);
        let checked = ada.read("access/check-in", &there).await.json();
        assert_eq!(checked["inquiry"], "answered");
        assert_eq!(
            checked["lines"][0]["cluster"],
            json!({ "refused": ["w:storage"], "beyond": [{ "permissions": ["w:pods"], "reason": REASON }] })
        );
        let of_bo = [("organization", "northwind"), ("member", &bo.id().await)];
        assert_eq!(ada.read("access/of", &of_bo).await.json()["lines"], json!([]));
        let checked = ada.read("access/check-of", &of_bo).await.json();
        assert_eq!(checked["lines"][0]["namespace"], dev, "nothing was given there, and the cluster allows something");
    });
}

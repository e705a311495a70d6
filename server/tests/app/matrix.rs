//! The access matrix, on its page and in the API, and giving and taking one namespace by plain forms. No script runs here.

use crate::{
    browser::{Answer, Person},
    failed::{Failed, clean},
    house::on_both,
};
use domain::membership::Role;
use serde_json::json;

const PAGE: &str = "/o/northwind/access";

impl Person {
    async fn matrix(&self) -> Answer {
        self.read("grants/matrix", &[("organization", "northwind")]).await
    }
}

/// The tags of the buttons that post by the form of this member's row.
fn cells(page: &Answer, member: &str) -> Vec<String> {
    let drawn = page.drawn();
    let own = format!("form=\"cells-{member}\"");
    let tags = drawn.split('<').filter(|tag| tag.starts_with("button") && tag.contains(&own));
    tags.map(|tag| tag.split('>').next().unwrap().to_owned()).collect()
}

#[test]
fn programs_get_rows_that_refer_to_lists() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        ada.create_namespace("lab").await;
        let bo = house.seat("northwind", Role::Member).await;
        let bos = [("organization", "northwind"), ("member", &*bo.id().await), ("namespace", "lab")];
        let given = ada.call("grants/give", &bos).await;
        assert_eq!((given.status, given.json()), (200, json!({ "version": bo.version().await })));
        let matrix = ada.matrix().await.json();
        let columns = json!([{ "id": "dev", "name": "northwind-dev" }, { "id": "lab", "name": "northwind-lab" }]);
        assert_eq!(matrix["namespaces"], columns);
        assert_eq!((&matrix["givers"], &matrix["total"]), (&json!([ada.email]), &json!(2)));
        assert_eq!((&matrix["next"], &matrix["enforced"]), (&json!(null), &json!(false)));
        // 2026-11-23, as every clock here says.
        let adas = json!({ "id": ada.id().await, "email": ada.email, "has": [[0, 0, 20_780], [1, 0, 20_780]] });
        let bos_row = json!({ "id": bo.id().await, "email": bo.email, "has": [[1, 0, 20_780]] });
        let rows = matrix["members"].as_array().unwrap();
        assert!(rows.contains(&adas) && rows.contains(&bos_row), "{matrix}");
        let taken = ada.call("grants/take", &bos).await;
        assert_eq!(taken.json(), json!({ "version": bo.version().await }));
        let lacking = [("organization", "northwind"), ("namespace", "lab")];
        let lacking = ada.read("grants/lacking", &lacking).await.json();
        assert_eq!(lacking, json!({ "members": [{ "id": bo.id().await, "email": bo.email }] }));
    });
}

#[test]
fn fifty_people_in_ten_namespaces_are_told_in_twelve_kilobytes() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        for n in 0..10 {
            ada.create_namespace(&format!("team-{n}")).await;
        }
        for _ in 1..50 {
            let person = house.seat("northwind", Role::Member).await;
            let (id, version) = (person.id().await, person.version().await.to_string());
            let mut fields = vec![("organization", "northwind"), ("member", &*id), ("version", &*version)];
            let names: Vec<_> = (0..10).map(|n| format!("team-{n}")).collect();
            fields.extend(names.iter().map(|name| ("namespaces[]", name.as_str())));
            assert_eq!(ada.call("grants/save", &fields).await.status, 200);
        }
        let matrix = ada.matrix().await;
        assert_eq!(matrix.json()["members"].as_array().unwrap().len(), 50);
        assert!(matrix.text.len() <= 12 * 1024, "{} bytes", matrix.text.len());
    });
}

#[test]
fn a_cell_posts_by_itself_and_says_why_it_is_so() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let bo = house.seat("northwind", Role::Member).await;
        let id = bo.id().await;
        let page = ada.visit(PAGE).await;
        let cell = cells(&page, &id).remove(0);
        for part in
            ["/api/v1/grants/give", "value=\"northwind-dev\"", "aria-pressed=\"false\"", "has no access to dev."]
        {
            assert!(cell.contains(part), "{part}: {cell}");
        }
        let fields = [("organization", "northwind"), ("member", &*id), ("namespace", "northwind-dev"), ("back", PAGE)];
        let done = ada.submit("grants/give", &fields).await;
        assert_eq!((done.status, done.location()), (303, PAGE));
        let page = ada.visit(PAGE).await;
        assert!(page.shows(&format!("{} has access to northwind-dev now.", bo.email)));
        let cell = cells(&page, &id).remove(0);
        for part in ["/api/v1/grants/take", "aria-pressed=\"true\"", "has all permissions in dev. Given by ada@"] {
            assert!(cell.contains(part), "{part}: {cell}");
        }
        ada.submit("grants/take", &fields).await;
        ada.deactivate(&bo).await;
        let cell = cells(&ada.visit(PAGE).await, &id).remove(0);
        for part in ["type=\"button\"", "aria-disabled=\"true\"", "They are deactivated: reactivate them first."] {
            assert!(cell.contains(part), "{part}: {cell}");
        }
    });
}

#[test]
fn what_failed_stands_beside_its_cell() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let (id, back) = (ada.id().await, format!("{PAGE}?search=ada"));
        let own = [("organization", "southwind"), ("member", &*id), ("namespace", "northwind-dev"), ("back", &*back)];
        let answer = ada.submit("grants/take", &own).await;
        assert_eq!((answer.status, clean(answer.location())), (303, back));
        assert_eq!(Failed::of(&answer).function, "/api/v1/grants/take");
        let page = ada.visit(answer.location()).await;
        let drawn = page.drawn();
        let (_, after) = drawn.split_once("class=\"row-error\"").unwrap_or_else(|| panic!("{drawn}"));
        assert!(after.contains("There is nothing here that you can see."), "{after}");
    });
}

#[test]
fn people_come_by_fifties_where_no_script_runs() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        for _ in 0..60 {
            house.seat("northwind", Role::Member).await;
        }
        let rows = |page: &Answer| page.drawn().matches("class=\"matrix-row").count();
        let page = ada.visit(PAGE).await;
        assert_eq!(rows(&page), 50);
        let drawn = page.drawn();
        let link = drawn.split("<a ").find(|link| link.contains("Next page")).unwrap();
        let next = link.split("href=\"").nth(1).unwrap().split('"').next().unwrap();
        let next = ada.visit(next).await;
        assert_eq!(rows(&next), 11);
        assert!(next.shows("First page") && !next.shows("Next page"));
    });
}

#[test]
fn a_namespace_is_given_and_taken_where_one_sees_who_has_it() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let bo = house.seat("northwind", Role::Member).await;
        let here = "/o/northwind/namespaces?open=dev";
        let page = ada.visit(here).await;
        assert!(page.drawn().contains(&format!("<option value=\"{}\"", bo.email)), "{}", page.drawn());
        let give = |member: &'static str| {
            [("organization", "northwind"), ("member", member), ("namespace", "dev"), ("back", here)]
        };
        let answer = ada.submit("grants/give", &give("nobody@northwind.example")).await;
        let page = ada.visit(answer.location()).await;
        assert!(page.shows("No member of this organization has this address."));
        assert!(page.drawn().contains("value=\"nobody@northwind.example\""), "what was typed stays");
        let fields = [("organization", "northwind"), ("member", &*bo.email), ("namespace", "dev"), ("back", here)];
        let done = ada.submit("grants/give", &fields).await;
        assert_eq!((done.status, done.location()), (303, here));
        let page = ada.visit(here).await.drawn();
        assert!(page.contains(&format!("Remove access of {} to northwind-dev", bo.email)), "{page}");
        assert!(page.contains(&format!("id=\"take-{}\"", bo.id().await)), "{page}");
    });
}

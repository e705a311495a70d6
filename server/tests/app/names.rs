//! What the console and the API say of a namespace's name.

use crate::house::on_both;
use domain::namespace::Prefix;

#[test]
fn the_form_shows_the_whole_name_as_it_will_be_and_the_answer_has_its_prefix() {
    on_both(async |house| {
        let house = house.with(|settings| settings.namespaces.prefix = Prefix::parse("tenant-").unwrap());
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let page = ada.read("namespaces/page", &[("organization", "northwind")]).await.json();
        assert_eq!(page["prefix"], "tenant-");
        let form = ada.visit("/o/northwind/namespaces?create=1").await;
        assert!(form.text.contains("tenant-northwind-…"), "{}", form.text);
        let made = ada.call("namespaces/create", &[("organization", "northwind"), ("id", "dev")]).await.json();
        assert_eq!(
            (&made["namespace"]["id"], &made["namespace"]["name"]),
            (&"dev".into(), &"tenant-northwind-dev".into())
        );
    });
}

#[test]
fn without_a_prefix_the_answer_says_so_by_an_empty_one() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let page = ada.read("namespaces/page", &[("organization", "northwind")]).await.json();
        assert_eq!(page["prefix"], "");
    });
}

#[test]
fn a_name_that_is_nobodys_or_anothers_is_a_conflict_and_changes_nothing() {
    on_both(async |house| {
        let cert = house.found("Cert", "eve@cert.example").await;
        house.found("Cert Dev", "dan@dev.example").await;
        let created = async |id: &str| cert.call("namespaces/create", &[("organization", "cert"), ("id", id)]).await;
        assert_eq!(created("manager").await.brief(), "409 name_reserved");
        assert_eq!(created("dev-x").await.brief(), "409 name_of_another");
        let list = cert.read("namespaces/list", &[("organization", "cert")]).await.json();
        assert_eq!(list["namespaces"].as_array().map(Vec::len), Some(0));
    });
}

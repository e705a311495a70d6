//! Whom a request comes from behind proxies, where a session says it.

use crate::{
    browser::{Browser, Person},
    captured::Log,
    house::{House, PASSWORD, on_both},
};
use bailiwick::{config::LogFormat, log};
use tracing_subscriber::EnvFilter;
use usecases::{forwarders, upkeep};

/// Signs in with these headers, and answers from where the new session is, as its owner reads it.
async fn address(house: &House, via: &Browser, headers: &[(&str, &str)]) -> String {
    let fields = [("email", "ada@northwind.example"), ("password", PASSWORD)];
    let mut ask = via.posting("sessions/sign-in", &fields);
    for (name, value) in headers {
        ask = ask.with(name, value);
    }
    let mut browser = house.anonymous();
    browser.ip = via.ip;
    let answer = browser.send(ask).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let ada = Person { browser, email: "ada@northwind.example".into(), slug: "northwind".into() };
    let sessions = ada.read("account/sessions", &[]).await.json();
    let current = sessions["sessions"].as_array().unwrap().iter().find(|session| session["current"] == true);
    current.unwrap()["ip"].as_str().unwrap().to_owned()
}

#[test]
fn a_session_is_of_the_address_that_trusted_proxies_name() {
    on_both(async |house| {
        house.found("Northwind", "ada@northwind.example").await;
        let proxy = house.anonymous();
        let (house, peer) = (house.behind(proxy.ip), proxy.ip.to_string());
        for (headers, expected) in [
            (&[("x-forwarded-for", "192.0.2.66, 192.0.2.7:4711")][..], "192.0.2.7"),
            (&[("x-forwarded-for", "\"[2001:db8::7]:4711\"")], "2001:db8::7"),
            (&[("forwarded", "for=192.0.2.66, for=\"[2001:db8::7]:47\";proto=https")], "2001:db8::7"),
            (&[("x-forwarded-for", "192.0.2.66, unknown")], &peer),
            (&[("x-forwarded-for", "192.0.2.7"), ("forwarded", "for=192.0.2.66")], &peer),
        ] {
            assert_eq!(address(&house, &proxy, headers).await, expected, "{headers:?}");
        }
    });
}

#[test]
fn a_proxy_that_is_not_trusted_is_told_of_once_and_to_the_doctor() {
    let log = Log::default();
    let writer = log.clone();
    let lines = log::lines(LogFormat::Json, EnvFilter::new("warn"), move || writer.clone());
    tracing::dispatcher::set_global_default(lines).unwrap();
    on_both(async |house| {
        house.found("Northwind", "ada@northwind.example").await;
        log.clear();
        let stranger = house.anonymous();
        let own = stranger.ip.to_string();
        assert_eq!(address(&house, &stranger, &[]).await, own);
        let recent = async || forwarders::recent(&house.installation.db, house.installation.clock.now()).await.unwrap();
        upkeep::write_seen(&house.installation).await.unwrap();
        assert!(recent().await.is_empty() && !log.text().contains("BAILIWICK_TRUSTED_PROXIES"));
        for header in ["x-forwarded-for", "forwarded"] {
            assert_eq!(address(&house, &stranger, &[(header, "for=192.0.2.7")]).await, own);
        }
        assert_eq!(log.text().matches("BAILIWICK_TRUSTED_PROXIES").count(), 1, "{}", log.text());
        assert!(recent().await.is_empty(), "no request writes it");
        upkeep::write_seen(&house.installation).await.unwrap();
        assert_eq!(recent().await, [own]);
    });
}

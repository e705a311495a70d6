//! Places by address, which real sockets of one machine can't show.

use super::{super::table::Table, *};
use crate::connections::table::Place;
use std::net::IpAddr;

const STRANGER: &str = "192.0.2.7";

fn table(limits: Limits, proxies: &[&str]) -> Arc<Table> {
    let proxies = proxies.iter().map(|proxy| proxy.parse().unwrap()).collect();
    Arc::new(Table::new(limits, proxies, ConnectionMetrics::default()))
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// As the task of a connection does.
async fn ended_when_evicted(place: Place) {
    place.connection.evicted().await;
}

async fn admitted(table: &Arc<Table>, from: &str, count: usize) -> Vec<Place> {
    let mut all = Vec::new();
    for _ in 0..count {
        let place = timeout(PATIENCE, table.admit(ip(from))).await.expect("at once").expect("a place");
        place.connection.await_bytes();
        all.push(place);
    }
    all
}

#[tokio::test]
async fn the_longest_silent_connection_of_an_address_makes_room_for_its_next_one() {
    let table = table(Limits { per_address: 2, ..limits() }, &[]);
    let other = admitted(&table, "192.0.2.8", 1).await;
    let mut own = admitted(&table, STRANGER, 2).await;
    let (next, ()) = tokio::join!(table.admit(ip(STRANGER)), ended_when_evicted(own.remove(0)));
    assert!(next.is_some());
    assert!(own[0].connection.waiting_since().is_some(), "the younger one stays");
    assert!(other[0].connection.waiting_since().is_some(), "nobody else pays");
}

#[tokio::test]
async fn an_address_whose_requests_are_under_way_is_refused_alone() {
    let table = table(Limits { per_address: 2, ..limits() }, &[]);
    let own = admitted(&table, STRANGER, 2).await;
    assert!(own.iter().all(|place| place.connection.work()));
    assert!(table.admit(ip(STRANGER)).await.is_none());
    admitted(&table, "192.0.2.8", 2).await;
    // An answer frees a place only with the connection; then there is one again.
    drop(own);
    admitted(&table, STRANGER, 2).await;
}

#[tokio::test]
async fn loopback_and_trusted_proxies_have_all_places() {
    let table = table(Limits { per_address: 2, total: 20, ..limits() }, &["10.42.0.0/16"]);
    for everybody in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.42.7.9"] {
        admitted(&table, everybody, 10).await;
    }
}

#[tokio::test]
async fn an_ipv6_network_of_64_bits_counts_as_one_address() {
    let table = table(Limits { per_address: 2, ..limits() }, &[]);
    let own = [admitted(&table, "2001:db8:0:1::1", 1).await, admitted(&table, "2001:db8:0:1:ffff::2", 1).await];
    assert!(own.iter().flatten().all(|place| place.connection.work()));
    assert!(table.admit(ip("2001:db8:0:1::3")).await.is_none());
    admitted(&table, "2001:db8:0:2::1", 2).await;
    admitted(&table, "::ffff:192.0.2.7", 2).await;
}

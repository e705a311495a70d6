//! What it costs to draw pages: each is drawn by tasks of its own, which end with the answer and leave nothing in memory.

use crate::{
    browser::{Ask, Browser},
    house::{House, on_both},
};
use domain::membership::Role;
use std::{fs, future::poll_fn, pin::pin, task::Poll, time::Duration};
use tokio::runtime::Handle;

/// Pages of each kind: with a table, with what opens in it, and those that lead on or fail.
async fn pages(house: &House) -> (Vec<Browser>, Vec<String>) {
    let ada = house.found("Northwind", "ada@northwind.example").await;
    ada.create_namespace("dev").await;
    for _ in 0..10 {
        house.seat("northwind", Role::Member).await;
    }
    let (id, people) = (ada.id().await, "/o/northwind/organization");
    let pages = vec![
        people.to_owned(),
        format!("{people}?open={id}"),
        format!("{people}?invite=1&search=a"),
        format!("{people}?open={id}&ask=change_founder"),
        "/sign-in?next=/account".to_owned(),
        "/".to_owned(),
        "/no/where".to_owned(),
        "/o/southwind/organization".to_owned(),
    ];
    (vec![ada.browser.clone(), house.anonymous()], pages)
}

async fn round(browsers: &[Browser], pages: &[String]) {
    for browser in browsers {
        for page in pages {
            assert!(browser.visit(page).await.status < 500, "{page}");
        }
    }
}

/// How many tasks are alive once those have ended that end by themselves, and for how long they may go on.
async fn tasks_after(patience: Duration, before: usize) -> usize {
    let alive = || Handle::current().metrics().num_alive_tasks();
    let fewer = async {
        while alive() > before {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let _ = tokio::time::timeout(patience, fewer).await;
    alive()
}

/// In bytes.
fn resident() -> usize {
    let pages = fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

#[test]
fn a_page_that_is_drawn_leaves_no_task_and_no_memory_behind() {
    on_both(async |house| {
        let (browsers, pages) = pages(&house).await;
        // What is made once: caches, connections, buffers.
        for _ in 0..15 {
            round(&browsers, &pages).await;
        }
        let before = (Handle::current().metrics().num_alive_tasks(), resident());
        const ROUNDS: usize = 40;
        for _ in 0..ROUNDS {
            round(&browsers, &pages).await;
        }
        let tasks = tasks_after(Duration::from_secs(2), before.0).await;
        assert!(tasks <= before.0, "{tasks} tasks are alive, and {} were", before.0);
        let drawn = ROUNDS * browsers.len() * pages.len();
        let grown = resident().saturating_sub(before.1);
        eprintln!("{} grown {} per page {}", house.trial.db.kind(), grown, grown / drawn);
        // Of 640 pages; each has more than this in its text alone.
        assert!(grown / drawn < 4_000, "{grown} bytes more after {drawn} pages");
    });
}

/// Whoever asked is gone: the page is drawn to its end, and then it is over.
#[test]
fn a_page_that_nobody_waits_for_ends_and_gives_its_connection_back() {
    on_both(async |house| {
        let (browsers, pages) = pages(&house).await;
        round(&browsers, &pages).await;
        let before = tasks_after(Duration::from_millis(50), 0).await;
        for n in 0..200_usize {
            let (browser, page) = (&browsers[n % 2], &pages[n % pages.len()]);
            let mut asked = pin!(browser.visit(page));
            // Some are given up at once, and others in their middle.
            for _ in 0..n % 8 {
                let is_over = poll_fn(|context| Poll::Ready(asked.as_mut().poll(context).is_ready())).await;
                if is_over {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        let tasks = tasks_after(Duration::from_secs(5), before).await;
        assert!(tasks <= before, "{tasks} tasks are alive, and {before} were");
        // All connections there are can be had at once.
        let mut held = Vec::new();
        for _ in 0..8 {
            let wait = tokio::time::timeout(Duration::from_secs(5), house.installation.db.read());
            held.push(wait.await.expect("a connection is free").unwrap());
        }
        drop(held);
        assert_eq!(browsers[0].send(Ask::get(&pages[0])).await.status, 200);
    });
}

//! Serves a function over HTTP on this machine, as API Gateway and AWS Lambda do it elsewhere: one process for each request at
//! once, stopped after its answer, and a schedule.
//!
//!     cargo run --example function -- 127.0.0.1:8080 target/release/bailiwick
//!
//! What the function is to know of its configuration stands in the environment, as always.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "../tests/function/fleet.rs"]
mod fleet;
#[path = "../tests/function/front.rs"]
mod front;
#[path = "../tests/function/instance.rs"]
mod instance;

use fleet::Fleet;
use front::{Invoke, front, scheduled};
use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    time::{MissedTickBehavior, interval},
};

/// More often than on the platform, where it is once a minute at most: somebody waits for the mail.
const SCHEDULED_EVERY: Duration = Duration::from_millis(500);

#[tokio::main]
async fn main() {
    let mut words = std::env::args().skip(1);
    let (Some(address), Some(program)) = (words.next(), words.next()) else {
        eprintln!("function ADDRESS PROGRAM");
        std::process::exit(2);
    };
    let program = PathBuf::from(program).canonicalize().unwrap();
    let settings = std::env::vars().filter(|(name, _)| name.starts_with("BAILIWICK_")).collect();
    let fleet = Arc::new(Fleet::new(program, settings));
    let listener = TcpListener::bind(address).await.unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    let service = front(fleet.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let mut stop = signal(SignalKind::terminate()).unwrap();
    let schedule = async {
        let mut due = interval(SCHEDULED_EVERY);
        due.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            due.tick().await;
            if let Err(why) = fleet.invoke(scheduled()).await {
                eprintln!("the schedule failed: {why}");
            }
        }
    };
    tokio::select! {
        served = axum::serve(listener, service) => served.unwrap(),
        () = schedule => {}
        _ = stop.recv() => println!("{} processes answered", fleet.size()),
    }
}

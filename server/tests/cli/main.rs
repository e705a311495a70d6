//! The program itself, as whoever runs an installation types it: on the database, and against a server by a credential.
//! Each scenario is written once and goes both ways, on both databases.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[allow(dead_code, reason = "`app` uses all of it")]
#[path = "../app/browser.rs"]
mod browser;
#[allow(dead_code, reason = "`app` uses all of it")]
#[path = "../app/calls.rs"]
mod calls;
#[allow(dead_code, reason = "`app` uses all of it")]
#[path = "../app/house.rs"]
mod house;

#[path = "../function/fleet.rs"]
mod fleet;
#[path = "../function/front.rs"]
mod front;
#[path = "../function/instance.rs"]
mod instance;
#[allow(dead_code, reason = "`app` uses all of it")]
#[path = "../app/story.rs"]
mod story;

mod machine;
mod serving;

#[path = "../../controller/tests/controller/cluster/relay.rs"]
mod relay;
#[allow(dead_code, reason = "`mailer` uses all of it")]
#[path = "../../mailer/tests/mailer/server.rs"]
mod smtp;

mod backup;
mod connections;
mod deletions;
mod doors;
mod faults;
mod function;
mod help;
mod installation;
mod keys;
mod migrating;
mod people;
mod requests;
mod rolling;
mod serve;
mod settings;
mod terminal;
mod traces;

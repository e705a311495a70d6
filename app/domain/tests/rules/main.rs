//! The rules, as sentences. One binary, so that it is built and linked once.

mod activities;
mod bindings;
mod codes;
mod effective;
mod golden;
mod grants;
mod invitations;
mod letters;
mod logins;
mod memberships;
mod namespaces;
mod passwords;
mod paths;
mod people;
mod removals;
mod requests;
mod secrets;
mod slugs;
mod tellings;
mod texts;
mod times_and_ids;
mod tokens;
mod who_may_do_what;

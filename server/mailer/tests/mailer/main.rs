//! What mails say, and how they leave: over a real SMTP server, into files, into memory.
#![allow(clippy::unwrap_used)]

mod files;
mod from_operator;
mod rendering;
mod server;
mod smtp;
mod smtp_tls;

use domain::{text::EmailAddress, time::Timestamp};
use mailer::*;

const FROM: &str = "Bailiwick <no-reply@bailiwick.example>";

fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T09:30:05.25Z").unwrap()
}

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn invitation_to(organization: &str) -> Mail {
    Mail::Invitation(Invitation {
        organization: organization.into(),
        invited_by: "Ada Lovelace".into(),
        namespaces: vec!["northwind-dev".into(), "northwind-live".into()],
        link: "https://bailiwick.example/invitations/Zk3vQ9".into(),
        expires_at: Timestamp::parse("2026-11-30T09:30:00Z").unwrap(),
    })
}

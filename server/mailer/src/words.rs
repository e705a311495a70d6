//! What each mail says. Every sentence is here once; the templates only lay them out.

use crate::{
    AccessChange, AccessChanged, AccountExists, ExpiringToken, Invitation, Mail, PasswordChanged, PasswordReset,
    RequestDecided, RequestFiled, StandingChanged, TokensExpire, Verification,
    draft::{Draft, Part},
    line::Line,
};
use domain::{request::How, time::Timestamp};

pub(crate) fn draft(mail: &Mail) -> Draft {
    match mail {
        Mail::Invitation(facts) => invitation(facts),
        Mail::Verification(facts) => verification(facts),
        Mail::AccountExists(facts) => account_exists(facts),
        Mail::PasswordReset(facts) => password_reset(facts),
        Mail::PasswordChanged(facts) => password_changed(facts),
        Mail::AccessChanged(facts) => access_changed(facts),
        Mail::TokensExpire(facts) => tokens_expire(facts),
        Mail::RequestFiled(facts) => request_filed(facts),
        Mail::RequestDecided(facts) => request_decided(facts),
        Mail::StandingChanged(facts) => standing_changed(facts),
    }
}

fn invitation(facts: &Invitation) -> Draft {
    let Invitation { organization, invited_by, namespaces, link, expires_at } = facts;
    Draft {
        subject: Line::from(format!("{invited_by} invites you to {organization}")),
        heading: Line::from(format!("You are invited to {organization}")),
        greeting: None,
        parts: vec![
            paragraph(format!("{invited_by} invites you to join the organization {organization} on Bailiwick.")),
            if namespaces.is_empty() {
                paragraph("You will not have a namespace to work in at first; an admin can give you one later.")
            } else {
                list("You will be able to work in these namespaces:", namespaces)
            },
            button("See the invitation", link),
            paragraph(format!(
                "The invitation is for this address only. It works once, until {}.",
                day_and_minute(*expires_at)
            )),
        ],
        footer: Line::from("You did not expect this? Then do nothing: without you, nothing happens."),
    }
}

fn verification(facts: &Verification) -> Draft {
    let Verification { first_name, organization, link, expires_at } = facts;
    Draft {
        subject: Line::from("Confirm your email address"),
        heading: Line::from("Confirm your email address"),
        greeting: hello(first_name),
        parts: vec![
            paragraph(format!(
                "You are about to create the organization {organization} on Bailiwick. One step is left: confirm \
                 that this address is yours."
            )),
            button("Confirm this address", link),
            paragraph(format!("The link works once, until {}.", day_and_minute(*expires_at))),
        ],
        footer: Line::from("You did not sign up? Then do nothing: no account will be created."),
    }
}

fn account_exists(facts: &AccountExists) -> Draft {
    let AccountExists { sign_in_link, reset_link } = facts;
    Draft {
        subject: Line::from("You already have an account"),
        heading: Line::from("You already have an account"),
        greeting: None,
        parts: vec![
            paragraph(
                "Someone signed up to Bailiwick with this address. It already has an account, so nothing was \
                 created and nothing has changed. If it was you, sign in.",
            ),
            button("Sign in", sign_in_link),
            Part::Link {
                label: Line::from("If you don't know your password, set a new one"),
                link: Line::from(reset_link),
            },
        ],
        footer: Line::from("It was not you? Then do nothing: whoever it was has learnt nothing about your account."),
    }
}

fn password_reset(facts: &PasswordReset) -> Draft {
    let PasswordReset { first_name, link, expires_at } = facts;
    Draft {
        subject: Line::from("Set a new password"),
        heading: Line::from("Set a new password"),
        greeting: hello(first_name),
        parts: vec![
            paragraph("You asked to set a new password for your account on Bailiwick."),
            button("Set a new password", link),
            paragraph(format!("The link works once, until {}.", day_and_minute(*expires_at))),
        ],
        footer: Line::from("You did not ask for this? Then do nothing: your password stays as it is."),
    }
}

fn password_changed(facts: &PasswordChanged) -> Draft {
    let PasswordChanged { first_name, reset_link } = facts;
    Draft {
        subject: Line::from("Your password was changed"),
        heading: Line::from("Your password was changed"),
        greeting: hello(first_name),
        parts: vec![
            paragraph("The password of your account on Bailiwick was changed, and all other sessions were ended."),
            paragraph("If it was not you, set a new password now:"),
            button("Set a new password", reset_link),
        ],
        footer: Line::from("It was you? Then there is nothing to do."),
    }
}

fn access_changed(facts: &AccessChanged) -> Draft {
    let AccessChanged { first_name, organization, change, link } = facts;
    let (title, mut parts, can_open) = access_change(change, organization);
    if can_open {
        parts.push(button(&format!("Open {organization}"), link));
    }
    Draft {
        subject: Line::from(&title),
        heading: Line::from(&title),
        greeting: hello(first_name),
        parts,
        footer: Line::from(format!("You get this mail because you are a member of {organization} on Bailiwick.")),
    }
}

/// The title of a mail about it, what it says, and whether the organization can still be opened.
fn access_change(change: &AccessChange, organization: &str) -> (String, Vec<Part>, bool) {
    match change {
        AccessChange::Namespaces { added, removed } => {
            let mut parts = vec![paragraph(format!("An admin changed what you may do in {organization}."))];
            if !added.is_empty() {
                parts.push(list("You can now work in:", added));
            }
            if !removed.is_empty() {
                parts.push(list("You can no longer work in:", removed));
            }
            (format!("Your access in {organization} has changed"), parts, true)
        }
        AccessChange::Deactivated => (
            format!("Your access to {organization} was switched off"),
            vec![
                paragraph(format!(
                    "An admin deactivated you in {organization}. You can't open it or work in its namespaces."
                )),
                paragraph("If you think that this is a mistake, ask an admin of the organization to reactivate you."),
            ],
            false,
        ),
        AccessChange::Reactivated => (
            format!("Your access to {organization} is back"),
            vec![paragraph(format!("An admin reactivated you in {organization}."))],
            true,
        ),
        AccessChange::PermissionGiven { namespace, permission, ends_at } => (
            format!("You were given {permission} in {namespace}"),
            vec![
                paragraph(format!("The operator gave you {permission} in {namespace}: {}.", permission.explanation())),
                paragraph(match ends_at {
                    Some(at) => format!("It ends by itself on {}.", day_and_minute(*at)),
                    None => "It stays until somebody takes it back.".to_owned(),
                }),
            ],
            true,
        ),
        AccessChange::PermissionRevoked { namespace, permission } => (
            format!("{permission} in {namespace} was taken back"),
            vec![paragraph(format!("The operator took {permission} in {namespace} back from you."))],
            true,
        ),
        AccessChange::MadeAdmin => (
            format!("You are an admin of {organization}"),
            vec![paragraph(format!(
                "The operator made you an admin of {organization}: you can invite people, decide who may work where, \
                 and manage its API tokens."
            ))],
            true,
        ),
        AccessChange::NoLongerAdmin => (
            format!("You are no longer an admin of {organization}"),
            vec![paragraph(format!(
                "The operator took the role of admin in {organization} from you. You stay a member of it."
            ))],
            true,
        ),
        AccessChange::MadeFounder => (
            format!("You are the founder of {organization}"),
            vec![paragraph(format!(
                "The operator made you the founder of {organization}. The founder is an admin and can't be deactivated."
            ))],
            true,
        ),
        AccessChange::Several(changes) => {
            let all: Vec<_> = changes.iter().map(|change| access_change(change, organization)).collect();
            let can_open = all.iter().all(|(_, _, can_open)| *can_open);
            let parts = all.into_iter().flat_map(|(_, parts, _)| parts).collect();
            (format!("Your access in {organization} has changed"), parts, can_open)
        }
    }
}

fn tokens_expire(facts: &TokensExpire) -> Draft {
    let TokensExpire { first_name, organization, tokens, link } = facts;
    let (title, which, refused) = match tokens.as_slice() {
        [ExpiringToken { token, name, expires_at }] => (
            format!(
                "The API token {} of {organization} ends on {}",
                if name.is_empty() { token.clone() } else { format!("“{name}”") },
                day(*expires_at)
            ),
            format!("This API token of {organization} ends soon:"),
            "Whatever uses it is refused from then on.",
        ),
        several => (
            format!("{} API tokens of {organization} end soon", several.len()),
            format!("These API tokens of {organization} end soon:"),
            "When one ends, whatever uses it is refused from then on.",
        ),
    };
    let items: Vec<_> = tokens
        .iter()
        .map(|ExpiringToken { token, name, expires_at }| {
            let called = if name.is_empty() { token.clone() } else { format!("“{name}” ({token})") };
            format!("{called}, on {}", day_and_minute(*expires_at))
        })
        .collect();
    Draft {
        subject: Line::from(&title),
        heading: Line::from(&title),
        greeting: hello(first_name),
        parts: vec![
            list(&which, &items),
            paragraph(refused),
            paragraph(
                "A token can't be prolonged: create a new one, put it where the old one is used, then remove the old \
                 one.",
            ),
            button("Open API access", link),
        ],
        footer: Line::from(format!("You get this mail because you are an admin of {organization} on Bailiwick.")),
    }
}

fn request_filed(facts: &RequestFiled) -> Draft {
    let RequestFiled { first_name, organization, asked_by, wish, reason, link } = facts;
    Draft {
        subject: Line::from(format!("{organization} asks: {wish}")),
        heading: Line::from(format!("{organization} asks you for something")),
        greeting: hello(first_name),
        parts: vec![
            paragraph(format!("{asked_by}, an admin of {organization}, asks the operator: {wish}.")),
            remark("The reason given:", reason),
            button("Look at it and decide", link),
        ],
        footer: Line::from("You get this mail because you are an operator of this Bailiwick."),
    }
}

fn request_decided(facts: &RequestDecided) -> Draft {
    let RequestDecided { first_name, organization, wish, how, note, link } = facts;
    let (title, outcome) = match how {
        How::Approved => (format!("Approved: {wish}"), "approved it, and it is done."),
        How::Declined => (format!("Declined: {wish}"), "declined it. Nothing was changed."),
        How::Withdrawn => (format!("Withdrawn: {wish}"), "has nothing to decide any more: it was withdrawn."),
    };
    let mut parts = vec![paragraph(format!("You asked for {organization}: {wish}. The operator {outcome}"))];
    if !note.is_empty() {
        parts.push(remark("Their note:", note));
    }
    parts.push(button("See the request", link));
    Draft {
        subject: Line::from(&title),
        heading: Line::from(&title),
        greeting: hello(first_name),
        parts,
        footer: Line::from(format!("You get this mail because you asked for it as an admin of {organization}.")),
    }
}

fn standing_changed(facts: &StandingChanged) -> Draft {
    let StandingChanged { first_name, organization, suspended, link } = facts;
    let (title, mut parts) = if *suspended {
        let what = "Nobody can open it, and its API tokens and all access to its namespaces have stopped. Nothing is lost: \
                    when the operator resumes it, everything is as it was.";
        let parts = vec![
            paragraph(format!("The operator suspended the organization {organization}.")),
            paragraph(what),
            paragraph("If you think that this is a mistake, ask the operator of this installation."),
        ];
        (format!("{organization} is suspended"), parts)
    } else {
        let what = "People can sign in again, and tokens and access to its namespaces work as before.";
        (
            format!("{organization} is open again"),
            vec![paragraph(format!("The operator resumed the organization {organization}. {what}"))],
        )
    };
    if !suspended {
        parts.push(button(&format!("Open {organization}"), link));
    }
    Draft {
        subject: Line::from(&title),
        heading: Line::from(&title),
        greeting: hello(first_name),
        parts,
        footer: Line::from(format!("You get this mail because you are an admin of {organization} on Bailiwick.")),
    }
}

fn hello(first_name: &str) -> Option<Line> {
    Some(Line::from(format!("Hello {first_name},")))
}

fn paragraph(text: impl AsRef<str>) -> Part {
    Part::Paragraph(Line::from(text))
}

fn list(title: &str, items: &[impl AsRef<str>]) -> Part {
    Part::List { title: Line::from(title), items: items.iter().map(Line::from).collect() }
}

/// What a person wrote on any number of lines, each marked as theirs: none of them reads as one of ours.
fn remark(title: &str, text: &str) -> Part {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    list(title, &lines)
}

fn button(label: &str, link: &str) -> Part {
    Part::Button { label: Line::from(label), link: Line::from(link) }
}

/// `30 November 2026, 09:30 UTC`.
fn day_and_minute(at: Timestamp) -> String {
    match at.calendar() {
        Some((.., hour, minute)) => format!("{}, {hour:02}:{minute:02} UTC", day(at)),
        None => at.to_rfc3339(),
    }
}

/// `30 November 2026`, in UTC: a month's name, because `11/12` is two days, depending on who reads it.
fn day(at: Timestamp) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let written = at.calendar().and_then(|(year, month, day, ..)| {
        let month = MONTHS.get(usize::from(month).checked_sub(1)?)?;
        Some(format!("{day} {month} {year}"))
    });
    written.unwrap_or_else(|| at.to_rfc3339())
}

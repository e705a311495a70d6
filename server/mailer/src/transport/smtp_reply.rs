//! Turns what went wrong on the wire into one sentence, and into the question whether to try again.

use crate::{SendError, line::Line};
use lettre::transport::smtp::Error;
use std::{error::Error as _, io, time::Duration};

/// What was being done when it went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Connect,
    SignIn,
    Sender,
    Recipient,
    Content,
}

/// The longest part of a server's answer that is quoted, in characters.
const LONGEST_QUOTE: usize = 300;

pub(super) fn timed_out(after: Duration) -> SendError {
    let after =
        if after.subsec_millis() == 0 { format!("{} s", after.as_secs()) } else { format!("{} ms", after.as_millis()) };
    SendError::transient(format!("The mail server did not answer: timed out after {after}."))
}

pub(super) fn failed(step: Step, error: &Error) -> SendError {
    if let Some(code) = error.status() {
        let said = error.source().map(|source| quote(&source.to_string())).unwrap_or_default();
        return refused(step, u16::from(code), &said);
    }
    if let Some(cause) = io_cause(error) {
        // rustls reports a certificate it does not trust as invalid data.
        if cause.kind() == io::ErrorKind::InvalidData {
            return SendError::transient(format!(
                "The mail server's TLS is not trusted: {}.",
                quote(&cause.to_string())
            ));
        }
        if step == Step::Connect {
            return SendError::transient(format!("The mail server can't be reached: {}.", without_number(cause)));
        }
        return SendError::transient(format!("The connection to the mail server broke: {}.", without_number(cause)));
    }
    if step == Step::SignIn && error.is_client() {
        return SendError::transient("The mail server offers no way to sign in that is known here (PLAIN, LOGIN).");
    }
    if error.is_response() {
        return SendError::transient("The mail server gave an answer that is not SMTP, or hung up.");
    }
    SendError::transient("The mail server can't be reached.")
}

fn refused(step: Step, code: u16, said: &str) -> SendError {
    let answer = if said.is_empty() { code.to_string() } else { format!("{code} {said}") };
    // 530–538 ask for a sign-in or a stronger one: a setting to mend, after which the same mail leaves.
    let is_about_the_setting = (530..=538).contains(&code);
    let is_about_the_mail = matches!(step, Step::Recipient | Step::Content) && !is_about_the_setting;
    if code >= 500 && is_about_the_mail {
        let what = if step == Step::Recipient { "address" } else { "mail" };
        return SendError::permanent(format!("The mail server refused the {what}: {answer}"));
    }
    SendError::transient(match step {
        _ if code < 500 => format!("The mail server does not take the mail now: {answer}"),
        Step::Connect => format!("The mail server refused the connection: {answer}"),
        Step::SignIn => format!("The mail server refused the user name or password: {answer}"),
        Step::Sender => format!("The mail server refused the sender: {answer}"),
        Step::Recipient | Step::Content => {
            format!("The mail server asks for another way to sign in: {answer}")
        }
    })
}

/// One line, and not a long one: a server may say anything, and it ends in a page and a log.
fn quote(said: &str) -> String {
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    Line::from(said).cut_to(LONGEST_QUOTE).into_string()
}

/// TLS errors lie two levels below lettre's own.
fn io_cause(error: &Error) -> Option<&io::Error> {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(found) = cause.downcast_ref::<io::Error>() {
            return Some(found);
        }
        source = cause.source();
    }
    None
}

/// `Connection refused (os error 111)`: the number helps nobody who reads the sentence.
fn without_number(error: &io::Error) -> String {
    let text = error.to_string();
    quote(text.split(" (os error").next().unwrap_or_default())
}

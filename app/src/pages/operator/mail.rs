//! `/operator/mail`: letters that have not gone out, why not, and trying again now.

use super::{
    super::{
        Away, Document, Loaded, Visit,
        dialog::{Dialog, Question, Tone},
        frame::Frame,
    },
    Desk, Onward, Tab, pages,
};
use crate::{
    api::operator::directory::{Letter, Mail},
    components::{address::broken, form::Form, moment::Distance, table::Columns},
    words,
};
use domain::time::Timestamp;
use leptos::prelude::*;

const RETRY: &str = "/api/v1/operator/retry-mail";
/// What the address says for every letter that failed.
const ALL: &str = "all";

struct Facts {
    frame: Frame,
    mail: Mail,
    first: Option<String>,
    next: Option<String>,
    dialog: Option<Dialog>,
    /// The address without a question.
    plain: String,
    now: Timestamp,
}

pub(super) async fn load(visit: &Visit, frame: Frame) -> Loaded {
    let cursor = visit.query.get("cursor").unwrap_or_default();
    let mail = Mail::from(usecases::operator::mail(&visit.context, cursor).await?);
    let (first, next) = pages(visit, mail.next.clone());
    let dialog = asked(visit, &mail)?;
    let facts =
        Facts { frame, mail, first, next, dialog, plain: visit.with(&[("retry", "")]), now: visit.context.now() };
    Ok(Document::new("Mail · Operator", move || view! { <Page facts /> }))
}

/// Where a press leads that came too long after the sign-in.
fn asked(visit: &Visit, mail: &Mail) -> Result<Option<Dialog>, Away> {
    let Some(id) = visit.query.get("retry") else { return Ok(None) };
    let question = if id == ALL {
        Question::new("Send every mail that failed now?", RETRY, "Send them", Tone::Does)
    } else {
        let Some(letter) = mail.letters.iter().find(|letter| letter.id.to_string() == id) else { return Ok(None) };
        Question::new(format!("Send the mail to {} now?", letter.to), RETRY, "Send it", Tone::Does).given("letter", id)
    };
    Dialog::fresh(visit, question, visit.with(&[("retry", "")])).map(Some)
}

#[component]
fn Page(facts: Facts) -> impl IntoView {
    let Facts { frame, mail, first, next, dialog, plain, now } = facts;
    let Mail { waiting, given_up, letters, .. } = mail;
    let failed = letters.iter().any(|letter| letter.attempts > 0 || letter.given_up_at.is_some());
    let all = failed.then(|| view! { <Retry letter=String::new() to=String::new() plain=plain.clone() /> }.into_any());
    let list = if letters.is_empty() {
        view! {
            <div class="empty">
                <h3>"Nothing waits"</h3>
                <p>"Every mail has gone out."</p>
            </div>
        }
        .into_any()
    } else {
        view! { <Table letters plain now /> }.into_any()
    };
    let said = format!(
        "{}, {}",
        words::count(waiting.unsigned_abs(), "mail waits", "mails wait"),
        words::count(given_up.unsigned_abs(), "is given up", "are given up"),
    );
    view! {
        <Desk
            frame
            tab=Tab::Mail
            lead="Mails that have not gone out. Each is tried again by itself, ever later, until it is given up."
            tools=all
            dialog
        >
            <section class="card" aria-labelledby="mail">
                <h2 id="mail" class="visually-hidden">
                    "Mails that wait"
                </h2>
                {list}
                <div class="foot">
                    <span>{said}</span>
                    <Onward first next />
                </div>
            </section>
        </Desk>
    }
}

/// One press, without a question: a mail that is sent was wanted. An empty `letter`: every one that failed.
#[component]
fn Retry(letter: String, to: String, plain: String) -> impl IntoView {
    let which = if letter.is_empty() { ALL.to_owned() } else { letter.clone() };
    let joint = if plain.contains('?') { '&' } else { '?' };
    let back = format!("{plain}{joint}retry={which}");
    let (class, words) = if letter.is_empty() {
        ("button", view! { "Retry all that failed" }.into_any())
    } else {
        let about = format!(" the mail to {to}");
        ("button small", view! { "Retry now" <span class="visually-hidden">{about}</span> }.into_any())
    };
    view! {
        <Form action=RETRY next=plain back class="inline">
            <input type="hidden" name="letter" value=letter />
            <button type="submit" id=format!("retry-{which}") class=class>
                {words}
            </button>
        </Form>
    }
    .into_any()
}

#[component]
fn Table(letters: Vec<Letter>, plain: String, now: Timestamp) -> impl IntoView {
    let rows = letters.into_iter().map(|letter| {
        let Letter { id, kind, to, created_at, next_attempt_at, attempts, last_error, given_up_at } = letter;
        let (badge, word) = match (given_up_at, attempts) {
            (Some(_), _) => ("badge bad", "given up"),
            (None, 0) => ("badge wait", "waiting"),
            (None, _) => ("badge wait", "failing"),
        };
        let next = given_up_at.is_none().then(|| {
            view! {
                <small class="until">"next try " <Distance at=next_attempt_at now /></small>
            }
        });
        let tried = (attempts > 0).then(|| {
            view! { <small class="until">{words::count(attempts.unsigned_abs(), "try", "tries")}</small> }
        });
        view! {
            <tr class="row" id=format!("row-{id}")>
                <td>
                    <span>
                        <b>{broken(&to)}</b>
                    </span>
                </td>
                <td data-label="Mail">{words::letter(&kind).to_owned()}</td>
                <td data-label="Written">
                    <Distance at=created_at now />
                </td>
                <td data-label="What the mail server said">
                    {last_error.unwrap_or_else(|| "-".to_owned())}
                </td>
                <td class="status">
                    <span class=badge>{word}</span>
                    {tried}
                    {next}
                </td>
                <td>
                    <Retry letter=id.to_string() to plain=plain.clone() />
                </td>
            </tr>
        }
    });
    view! {
        <table class="rows letters">
            <Columns names=["To", "Mail", "Written", "What the mail server said", "State", "Actions"] />
            <tbody>{rows.collect::<Vec<_>>()}</tbody>
        </table>
    }
}

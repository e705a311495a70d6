//! `/operator/mail`: letters that have not gone out, why not, and trying again now.

use super::{Act, Desk, Onward, Tab, View, ask, pages, questions};
use crate::{
    address::{Address, use_address},
    api::operator::{
        directory::Letter,
        installation::RetryMailCall,
        pages::installation::{self as read, MailPage as Page},
    },
    components::{
        email::broken,
        form::Form,
        moment::Moment,
        question::{Question, Tone},
        row::{RowAction, RowButton},
        table::Columns,
    },
    read::{shown, use_read},
    words::{count, letter as kind_of},
    write::Write,
};
use domain::id::LetterId;
use leptos::prelude::*;
use leptos_meta::Title;

/// What the address says for every letter that failed.
const ALL: &str = "all";

/// What all parts of the page share.
#[derive(Clone, Copy)]
struct Shared {
    page: Signal<Page>,
    retry: RowAction,
    /// Whether a press leads to a question: without scripts nothing else asks for the password.
    asks: Memo<bool>,
}

#[component]
pub fn MailPage() -> impl IntoView {
    let address = use_address();
    let cursor = Memo::new(move |_| address.with(|address| address.text("cursor")));
    let page = use_read(move || cursor.get(), read::mail_page);
    let action = Write::<RetryMailCall>::begin();
    let retry = RowAction::new("retry", "letter", *action);
    let alive = RwSignal::new(false);
    Effect::new(move |_| alive.set(true));
    let draw = move |page: Signal<Page>| {
        let asks = Memo::new(move |_| page.with(|page| page.viewer.prove.is_some()) && !alive.get());
        let shared = Shared { page, retry, asks };
        view! { <Shown shared /> }.into_any()
    };
    view! {
        <Title text="Mail · Operator" />
        {shown(page, draw)}
        <Form action id="retry" class="row-form" />
    }
}

#[component]
fn Shown(shared: Shared) -> impl IntoView {
    let Shared { page, .. } = shared;
    let failed = Memo::new(move |_| {
        page.with(|page| page.mail.letters.iter().any(|letter| letter.attempts > 0 || letter.given_up_at.is_some()))
    });
    let all = move || failed.get().then(|| view! { <Retry shared letter=None /> });
    let none = Memo::new(move |_| page.with(|page| page.mail.letters.is_empty()));
    let empty = move || {
        none.get().then(|| {
            view! {
                <div class="empty">
                    <h3>"Nothing waits"</h3>
                    <p>"Every mail has gone out."</p>
                </div>
            }
        })
    };
    let said = move || {
        page.with(|page| {
            let (waiting, given_up) = (page.mail.waiting.unsigned_abs(), page.mail.given_up.unsigned_abs());
            format!(
                "{}, {}",
                count(waiting, "mail waits", "mails wait"),
                count(given_up, "is given up", "are given up")
            )
        })
    };
    let address = use_address();
    let asked = Memo::new(move |_| address.with(|address| page.with(|page| asked(address, page))));
    let close = Signal::derive(move || address.with(|address| address.with(&[("retry", "")])));
    let viewer = Signal::derive(move || page.with(|page| page.viewer.clone()));
    let pages = pages(Signal::derive(move || page.with(|page| page.mail.next.clone())), &[("retry", "")]);
    view! {
        <Desk
            tab=Tab::Mail
            lead="Mails that have not gone out. Each is tried again by itself, ever later, until it is given up."
            tools=all.into_any()
            asked=Signal::derive(move || asked.with(Option::is_some))
        >
            <View kept=&["cursor"] />
            <section class="card" aria-labelledby="mail">
                <h2 id="mail" class="visually-hidden">
                    "Mails that wait"
                </h2>
                <Table shared none />
                {empty}
                <div class="foot">
                    <span>{said}</span>
                    <Onward pages />
                </div>
            </section>
            {questions(asked, viewer, close, move |letter| ask::<RetryMailCall>(question(letter), close))}
        </Desk>
    }
    .into_any()
}

/// One press, without a question: a mail that is sent was wanted. Without a letter: every one that failed.
#[component]
fn Retry(shared: Shared, letter: Which) -> impl IntoView {
    let Shared { retry, asks, .. } = shared;
    move || match (letter.clone(), asks.get()) {
        (Some((id, to)), true) => {
            let about = format!("the mail to {to}");
            view! { <Act name="retry" value=id.to_string() word="Retry now" about /> }.into_any()
        }
        (Some((id, to)), false) => view! {
            <RowButton action=retry value=id.to_string() id=format!("retry-{id}") class="button small">
                "Retry now"
                <span class="visually-hidden">{format!(" the mail to {to}")}</span>
            </RowButton>
        }
        .into_any(),
        (None, true) => view! { <Act name="retry" value=ALL word="Retry all that failed" class="button" /> }.into_any(),
        (None, false) => view! {
            <RowButton action=retry value="" id=format!("retry-{ALL}") class="button">
                "Retry all that failed"
            </RowButton>
        }
        .into_any(),
    }
}

/// One letter, or every one that failed.
type Which = Option<(LetterId, String)>;

/// Which letters the address asks about: where a press leads that came too long after the sign-in.
fn asked(address: &Address, page: &Page) -> Option<Which> {
    let which = address.get("retry")?;
    if which == ALL {
        return Some(None);
    }
    let found = page.mail.letters.iter().find(|letter| letter.id.to_string() == which)?;
    Some(Some((found.id, found.to.clone())))
}

fn question(letter: Which) -> Question {
    match letter {
        None => Question::new("Send every mail that failed now?", "Send them", Tone::Does),
        Some((id, to)) => {
            Question::new(format!("Send the mail to {to} now?"), "Send it", Tone::Does).given("letter", id.to_string())
        }
    }
}

#[component]
fn Table(shared: Shared, none: Memo<bool>) -> impl IntoView {
    let Shared { page, .. } = shared;
    let ids = Memo::new(move |_| page.with(|page| page.mail.letters.iter().map(|it| it.id).collect::<Vec<_>>()));
    view! {
        <table class="rows letters" hidden=move || none.get()>
            <Columns names=["To", "Mail", "Written", "What the mail server said", "State", "Actions"] />
            <tbody>
                <For each=move || ids.get() key=|id| *id let:id>
                    <Row shared id />
                </For>
            </tbody>
        </table>
    }
    .into_any()
}

#[component]
fn Row(shared: Shared, id: LetterId) -> impl IntoView {
    let Shared { page, .. } = shared;
    let letter = Memo::new(move |_| page.with(|page| page.mail.letters.iter().find(|letter| letter.id == id).cloned()));
    move || letter.get().map(|letter| view! { <Cells shared letter /> })
}

#[component]
fn Cells(shared: Shared, letter: Letter) -> impl IntoView {
    let Letter { id, kind, to, created_at, next_attempt_at, attempts, last_error, given_up_at } = letter;
    let (badge, word) = match (given_up_at, attempts) {
        (Some(_), _) => ("badge bad", "given up"),
        (None, 0) => ("badge wait", "waiting"),
        (None, _) => ("badge wait", "failing"),
    };
    let next = given_up_at.is_none().then(|| {
        view! {
            <small class="until">"next try " <Moment at=next_attempt_at /></small>
        }
    });
    let tried =
        (attempts > 0).then(|| view! { <small class="until">{count(attempts.unsigned_abs(), "try", "tries")}</small> });
    view! {
        <tr class="row" id=format!("row-{id}")>
            <td>
                <span>
                    <b>{broken(&to)}</b>
                </span>
            </td>
            <td data-label="Mail">{kind_of(&kind).to_owned()}</td>
            <td data-label="Written">
                <Moment at=created_at />
            </td>
            <td data-label="What the mail server said">{last_error.unwrap_or_else(|| "-".to_owned())}</td>
            <td class="status">
                <span class=badge>{word}</span>
                {tried}
                {next}
            </td>
            <td>
                <Retry shared letter=Some((id, to)) />
            </td>
        </tr>
    }
    .into_any()
}

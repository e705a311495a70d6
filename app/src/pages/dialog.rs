//! A question before something happens, as data: what is asked is decided while a page is loaded, and drawn with it. Each
//! dialog is an address, so it opens and closes without scripts.

use super::{Away, Visit};
use crate::components::{
    form::{Confirm, Form},
    prove_again::ProveAgain,
};
use leptos::prelude::*;

/// What the button of a question does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Does,
    /// Takes something away: the harmless button has the focus.
    Takes,
}

/// The fields that the person fills in, drawn inside the question's form.
type Fields = Box<dyn FnOnce() -> AnyView + Send>;

pub(crate) struct Question {
    pub(crate) title: String,
    /// One paragraph below the title; empty for none.
    pub(crate) lead: String,
    /// What will happen, line by line.
    pub(crate) consequences: Vec<String>,
    /// The function of the API that does it.
    pub(crate) action: &'static str,
    /// What is known already.
    pub(crate) given: Vec<(&'static str, String)>,
    pub(crate) fields: Option<Fields>,
    pub(crate) word: &'static str,
    pub(crate) tone: Tone,
}

impl Question {
    pub(crate) fn new(title: impl Into<String>, action: &'static str, word: &'static str, tone: Tone) -> Self {
        Self {
            title: title.into(),
            lead: String::new(),
            consequences: Vec::new(),
            action,
            given: Vec::new(),
            fields: None,
            word,
            tone,
        }
    }

    pub(crate) fn lead(self, lead: impl Into<String>) -> Self {
        Self { lead: lead.into(), ..self }
    }

    pub(crate) fn consequences<C: Into<String>>(self, lines: impl IntoIterator<Item = C>) -> Self {
        Self { consequences: lines.into_iter().map(Into::into).collect(), ..self }
    }

    pub(crate) fn given(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.given.push((name, value.into()));
        self
    }

    pub(crate) fn fields<V: IntoAny>(self, fields: impl FnOnce() -> V + Send + 'static) -> Self {
        Self { fields: Some(Box::new(move || fields().into_any())), ..self }
    }
}

/// What an address opens over its page.
pub(crate) struct Dialog {
    inside: Inside,
    /// The address without it.
    close: String,
}

enum Inside {
    Ask(Question),
    /// The sign-in is too old for what is asked.
    Prove {
        email: String,
        /// The address to come back to.
        here: String,
    },
    /// It can't be asked as things stand.
    Said {
        title: String,
        why: String,
    },
}

impl Dialog {
    pub(crate) fn ask(question: Question, close: String) -> Self {
        Self { inside: Inside::Ask(question), close }
    }

    pub(crate) fn said(title: String, why: String, close: String) -> Self {
        Self { inside: Inside::Said { title, why }, close }
    }

    /// A question about what takes a recent sign-in.
    ///
    /// # Errors
    /// Not signed in.
    pub(crate) fn fresh(visit: &Visit, question: Question, close: String) -> Result<Self, Away> {
        Ok(match visit.must_prove()? {
            Some(email) => Self { inside: Inside::Prove { email, here: visit.here() }, close },
            None => Self::ask(question, close),
        })
    }

    pub(crate) fn into_view(self) -> AnyView {
        let Self { inside, close } = self;
        let leave = close.clone();
        let inside = match inside {
            Inside::Ask(question) => view! { <Asked question close /> }.into_any(),
            Inside::Prove { email, here } => {
                view! { <ProveAgain why="What an operator does takes a recent sign-in." email here close /> }.into_any()
            }
            Inside::Said { title, why } => view! { <Said title why close /> }.into_any(),
        };
        view! {
            <dialog open data-close=leave aria-labelledby="dialog-title">
                {inside}
            </dialog>
        }
        .into_any()
    }
}

#[component]
fn Asked(question: Question, close: String) -> impl IntoView {
    let Question { title, lead, consequences, action, given, fields, word, tone } = question;
    let lines = (!consequences.is_empty()).then(|| {
        let lines = consequences.into_iter().map(|line| view! { <li>{line}</li> }).collect::<Vec<_>>();
        view! { <ul class="consequences">{lines}</ul> }
    });
    let given = given.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value /> });
    let given = given.collect::<Vec<_>>();
    let foot = match tone {
        Tone::Takes => view! { <Confirm close=close.clone() word /> }.into_any(),
        Tone::Does => view! {
            <footer>
                <a class="button" href=close.clone()>
                    "Cancel"
                </a>
                <button type="submit" class="button primary">
                    {word}
                </button>
            </footer>
        }
        .into_any(),
    };
    view! {
        <Form action=action next=close class="dialog-in">
            <header>
                <h2 id="dialog-title">{title}</h2>
                {(!lead.is_empty()).then(|| view! { <p>{lead}</p> })}
            </header>
            {lines}
            {given}
            {fields.map(|fields| fields())}
            {foot}
        </Form>
    }
    .into_any()
}

#[component]
fn Said(title: String, why: String, close: String) -> impl IntoView {
    view! {
        <div class="dialog-in">
            <header>
                <h2 id="dialog-title">{title}</h2>
                <p>{why}</p>
            </header>
            <footer>
                <a class="button" href=close autofocus>
                    "Close"
                </a>
            </footer>
        </div>
    }
    .into_any()
}

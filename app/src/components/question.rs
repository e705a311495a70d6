//! A question before something happens: what it brings, what has to be filled in, and a button that says what it does.

use super::{
    dialog::{Cancel, Dialog},
    form::{Confirm, Form, Submit},
};
use crate::write::{Call, Write};
use leptos::prelude::*;

/// What the button of a question does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Does,
    /// Takes something away: the harmless button has the focus.
    Takes,
}

/// The fields that the person fills in, drawn inside the question's form.
type Fields = Box<dyn FnOnce() -> AnyView + Send>;

pub struct Question {
    title: String,
    /// One paragraph below the title; empty for none.
    lead: String,
    /// What will happen, line by line.
    consequences: Vec<String>,
    /// What is known already.
    given: Vec<(String, String)>,
    fields: Option<Fields>,
    word: &'static str,
    tone: Tone,
}

impl Question {
    pub fn new(title: impl Into<String>, word: &'static str, tone: Tone) -> Self {
        Self {
            title: title.into(),
            lead: String::new(),
            consequences: Vec::new(),
            given: Vec::new(),
            fields: None,
            word,
            tone,
        }
    }

    pub fn lead(self, lead: impl Into<String>) -> Self {
        Self { lead: lead.into(), ..self }
    }

    pub fn consequences<C: Into<String>>(self, lines: impl IntoIterator<Item = C>) -> Self {
        Self { consequences: lines.into_iter().map(Into::into).collect(), ..self }
    }

    pub fn given(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.given.push((name.into(), value.into()));
        self
    }

    pub fn fields<V: IntoAny>(self, fields: impl FnOnce() -> V + Send + 'static) -> Self {
        Self { fields: Some(Box::new(move || fields().into_any())), ..self }
    }

    fn inside(self) -> AnyView {
        let Self { title, lead, consequences, given, fields, word, tone } = self;
        let lines = (!consequences.is_empty()).then(|| {
            let lines = consequences.into_iter().map(|line| view! { <li>{line}</li> }).collect::<Vec<_>>();
            view! { <ul class="consequences">{lines}</ul> }
        });
        let given = given.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value /> });
        let given = given.collect::<Vec<_>>();
        let foot = match tone {
            Tone::Takes => view! { <Confirm word /> }.into_any(),
            Tone::Does => view! {
                <footer>
                    <Cancel />
                    <Submit>{word}</Submit>
                </footer>
            }
            .into_any(),
        };
        view! {
            <header>
                <h2 id="dialog-title">{title}</h2>
                {(!lead.is_empty()).then(|| view! { <p>{lead}</p> })}
            </header>
            {lines}
            {given}
            {fields.map(|fields| fields())}
            {foot}
        }
        .into_any()
    }
}

/// The question as a dialog over its page; `action` does what it asks about. `close` is the address without it.
#[component]
pub fn Asked<S>(question: Question, action: Write<S>, #[prop(into)] close: Signal<String>) -> impl IntoView
where
    S: Call,
{
    view! {
        <Dialog close>
            <Form action class="dialog-in">
                {question.inside()}
            </Form>
        </Dialog>
    }
    .into_any()
}

/// It can't be asked as things stand.
#[component]
pub fn Said(
    #[prop(into)] title: String,
    #[prop(into)] why: String,
    #[prop(into)] close: Signal<String>,
) -> impl IntoView {
    view! {
        <Dialog close>
            <div class="dialog-in">
                <header>
                    <h2 id="dialog-title">{title}</h2>
                    <p>{why}</p>
                </header>
                <footer>
                    <Cancel word="Close" autofocus=true />
                </footer>
            </div>
        </Dialog>
    }
    .into_any()
}

//! A mail between words and bytes: lines and parts, rendered by one text and one HTML template.

use crate::{error::SendError, line::Line};
use askama::Template;

/// In characters. Readers show less; and lettre can't fold a word, so that a very long one would make a header
/// line that no server takes.
const LONGEST_SUBJECT: usize = 150;

/// What a mail says, in order. Made of [`Line`]s only, so that no value can break out of its place.
pub(crate) struct Draft {
    pub(crate) subject: Line,
    pub(crate) heading: Line,
    pub(crate) greeting: Option<Line>,
    pub(crate) parts: Vec<Part>,
    /// Why this mail came, and what to do if it should not have.
    pub(crate) footer: Line,
}

pub(crate) enum Part {
    Paragraph(Line),
    List {
        title: Line,
        items: Vec<Line>,
    },
    /// What to do next. The HTML shows the link as a button and, below, as text.
    Button {
        label: Line,
        link: Line,
    },
    Link {
        label: Line,
        link: Line,
    },
}

/// A mail's subject and its two bodies, which say the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line of at most 150 characters, without control characters.
    pub subject: String,
    pub text: String,
    /// A complete document; every value in it is escaped.
    pub html: String,
}

#[derive(Template)]
#[template(path = "mail.txt", escape = "none")]
struct Text<'a> {
    draft: &'a Draft,
}

#[derive(Template)]
#[template(path = "mail.html")]
struct Html<'a> {
    draft: &'a Draft,
}

impl Draft {
    pub(crate) fn render(self) -> Result<Rendered, SendError> {
        let failed = |_| SendError::permanent("The mail could not be written.");
        let text = Text { draft: &self }.render().map_err(failed)?;
        let html = Html { draft: &self }.render().map_err(failed)?;
        Ok(Rendered { subject: self.subject.cut_to(LONGEST_SUBJECT).into_string(), text, html })
    }
}

//! One line of text, whatever it was made from.

use std::fmt;

/// Text without line breaks, control characters or bidirectional overrides; each became U+FFFD, so that one sees
/// that something was there. The domain refuses such names already. This is the last door before the mail: a CR or
/// LF in a header panics lettre 0.11, and in a text body it would let a name write lines of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line(String);

impl Line {
    /// At most this many characters; where some were cut off, the last one is `…`.
    pub(crate) fn cut_to(self, most: usize) -> Self {
        if self.0.chars().count() <= most {
            return self;
        }
        let kept = self.0.chars().take(most.saturating_sub(1));
        Self(kept.chain(['…']).collect())
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

impl<T: AsRef<str>> From<T> for Line {
    fn from(text: T) -> Self {
        Self(text.as_ref().chars().map(|c| if breaks_the_line(c) { char::REPLACEMENT_CHARACTER } else { c }).collect())
    }
}

fn breaks_the_line(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

//! Email addresses on narrow screens.

use leptos::prelude::*;

/// Breaks an address after its `@`, and nowhere else.
pub fn broken(email: &str) -> impl IntoView + use<> {
    let (name, host) = email
        .split_once('@')
        .map_or((email.to_owned(), String::new()), |(name, host)| (format!("{name}@"), host.to_owned()));
    view! {
        {name}
        <wbr />
        {host}
    }
}

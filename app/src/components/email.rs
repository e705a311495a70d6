//! Email addresses as people read them.

use leptos::prelude::*;

/// Breaks an address after its `@`; who it is may look louder than where.
pub fn broken(email: &str) -> impl IntoView + use<> {
    let (name, host) = email
        .split_once('@')
        .map_or((email.to_owned(), String::new()), |(name, host)| (format!("{name}@"), host.to_owned()));
    view! {
        {name}
        <wbr />
        <span class="host">{host}</span>
    }
}

/// The letter in an avatar.
pub fn initial(name: &str) -> String {
    name.chars().find(|c| c.is_alphanumeric()).map_or_else(|| "?".to_owned(), |c| c.to_uppercase().to_string())
}

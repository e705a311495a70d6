//! The HTML around every page. All that the browser's program draws is inside of `#app`.

use crate::{App, components::icon::Sprite};
use leptos::{config::LeptosOptions, nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;

/// The built site.
#[derive(Debug, Clone)]
pub struct Site {
    /// Says where the site is served. `site_pkg_dir` carries a hash of the contents, so that browsers may keep it for ever.
    pub options: LeptosOptions,
    /// Without a program the page is whole, and every form and link works.
    pub has_wasm: bool,
}

/// The address that the answer to a plain post is found at: it has none of its own. Under it a reload asks for the page again,
/// and not for another token.
#[derive(Debug, Clone)]
pub struct Settled(pub String);

/// Before anything is painted: a page must not be seen in the other theme first.
const THEME: &str = "try{const t=localStorage.getItem('theme');if(t)document.documentElement.dataset.theme=t}catch{}";

pub fn shell(site: Site) -> impl IntoView {
    let Site { options, has_wasm } = site;
    let pkg = options.site_pkg_dir.clone();
    let nonce = use_nonce();
    let settled = use_context::<Settled>().map(|Settled(address)| {
        let script = format!("history.replaceState(null,'',{})", quoted(&address));
        view! { <script nonce=nonce.clone() inner_html=script></script> }
    });
    let program = has_wasm.then(|| view! { <HydrationScripts options /> });
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href=format!("/{pkg}/bailiwick.css") />
                <script nonce=nonce inner_html=THEME></script>
                {settled}
                {program}
                <MetaTags />
            </head>
            <body>
                // Not for the router: the browser itself goes there, with the focus.
                <a class="skip" href="#main" rel="external">
                    "Skip to the page"
                </a>
                <Sprite />
                <div id="app">
                    <App />
                </div>
            </body>
        </html>
    }
}

/// A text as JavaScript reads it, inside of a script element.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '/' | '?' | '=' | '&' | '-' | '_' | '.' | '~' | '%' => quoted.push(c),
            other => {
                let mut units = [0; 2];
                for unit in other.encode_utf16(&mut units) {
                    quoted.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    quoted.push('"');
    quoted
}

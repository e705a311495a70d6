//! The HTML around every page.

use super::{Document, Visit};
use crate::components::{announcer::Announcer, enhance::Enhance, icon::Sprite};
use hydration_context::SsrSharedContext;
use leptos::{nonce::Nonce, prelude::*};
use std::sync::Arc;

/// Where the built site is served, and what is in it.
#[derive(Debug, Clone)]
pub struct Site {
    /// Begins with `/` and carries a hash of the contents, so that browsers may keep it for ever.
    pub pkg: String,
    pub has_wasm: bool,
}

/// The loader of the islands: the framework's own, which reads `data-component` of each island and calls the function
/// of that name in the module. Without it the page is whole, and every form and link works.
const ISLANDS: &str = include_str!("islands.js");

pub(super) fn draw(document: Document, visit: Visit, site: &Site, nonce: Arc<str>) -> String {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let html = owner.with(|| {
        provide_context(Nonce::from_value(nonce.clone()));
        provide_context(visit.flash.clone());
        provide_context(Here(visit.here()));
        let Document { title, body, .. } = document;
        let notice = visit.flash.notice.clone();
        let pkg = site.pkg.clone();
        let loader = site.has_wasm.then(|| {
            let script = ISLANDS.replace("PKG", &pkg);
            view! {
                <link rel="modulepreload" href=format!("{pkg}/bailiwick.js") nonce=nonce.to_string() />
                <link rel="preload" href=format!("{pkg}/bailiwick.wasm") r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
                <script type="module" nonce=nonce.to_string() inner_html=script></script>
            }
        });
        let page = view! {
            <html lang="en">
                <head>
                    <meta charset="utf-8" />
                    <meta name="viewport" content="width=device-width, initial-scale=1" />
                    <meta name="color-scheme" content="light dark" />
                    <title>{format!("{title} · Bailiwick")}</title>
                    <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                    <link rel="stylesheet" href=format!("{pkg}/bailiwick.css") />
                    // Before anything is painted: a page must not flash in the other theme.
                    <script nonce=nonce.to_string() inner_html=THEME></script>
                    {loader}
                </head>
                <body>
                    <a class="skip" href="#main">"Skip to the page"</a>
                    <Sprite />
                    <div id="app">{body()}</div>
                    <Announcer notice />
                    <Enhance />
                </body>
            </html>
        };
        page.to_html()
    });
    owner.unset_with_forced_cleanup();
    format!("<!doctype html>{html}")
}

const THEME: &str = "try{const t=localStorage.getItem('theme');if(t)document.documentElement.dataset.theme=t}catch{}";

/// The address of the page being drawn, for forms to come back to.
#[derive(Debug, Clone)]
pub(crate) struct Here(pub(crate) String);

//! A token's secret, shown this one time: copied, saved as a kubeconfig, or taken down by hand.

use super::{
    announcer::announce,
    browser::{all, by_id, document, focus, window},
    clipboard,
    icon::{Glyph, Icon},
    unsaved::Unsaved,
};
use crate::api::tokens::{Created, Token};
use leptos::{html, prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlFormElement};

/// Asked before the page is left, as long as the secret is nowhere else.
const QUESTION: &str =
    "The token is neither copied nor downloaded, and it is never shown again. Leave this page all the same?";

/// A token that was just made. Without `Debug`: nothing may print it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Made {
    pub token: Token,
    secret: String,
    /// Whether its kubeconfig was asked for with it.
    #[serde(skip)]
    download: bool,
}

/// The token that was made on this page, for as long as it is shown there; its secret is on the screen and nowhere else.
#[derive(Clone, Copy)]
pub struct Fresh {
    made: RwSignal<Option<Made>>,
    /// Whether it is in safety, as far as can be seen from here.
    kept: RwSignal<bool>,
}

impl Fresh {
    /// Of the page that asks; the answer to a plain post begins with one.
    pub fn begin() -> Self {
        let given = SharedValue::new(just_made).into_inner();
        let secret = given.as_ref().map(|made| made.secret.clone());
        let fresh = Self { made: RwSignal::new(given), kept: RwSignal::new(false) };
        Effect::new(move |_| {
            if let Some(secret) = &secret {
                scrub(secret);
            }
        });
        Unsaved::register_here(
            QUESTION,
            Signal::derive(move || fresh.is_unsaved()),
            Callback::new(move |()| fresh.forget()),
        );
        fresh
    }

    pub fn show(self, created: Created, download: bool) {
        let Created { token, secret, .. } = created;
        self.kept.set(false);
        self.made.set(Some(Made { token, secret, download }));
    }

    pub fn forget(self) {
        self.made.set(None);
    }

    pub fn get(self) -> Option<Made> {
        self.made.get()
    }

    pub fn is_some(self) -> bool {
        self.made.with(Option::is_some)
    }

    /// Whether this is the token that is shown.
    pub fn is(self, token: &Token) -> bool {
        self.made.with(|made| made.as_ref().is_some_and(|made| made.token.id == token.id))
    }

    fn is_unsaved(self) -> bool {
        self.is_some() && !self.kept.get()
    }

    /// Whether another may take its place: asks where its secret would be lost.
    pub fn may_go(self) -> bool {
        !untrack(|| self.is_unsaved()) || super::browser::confirmed(QUESTION)
    }
}

/// The token that the request made to which this page is the answer.
fn just_made() -> Option<Made> {
    #[cfg(feature = "ssr")]
    {
        let crate::api::exchange::JustCreated(Created { token, secret, .. }) = use_context()?;
        Some(Made { token, secret, download: false })
    }
    #[cfg(not(feature = "ssr"))]
    None
}

/// Such an answer hands the secret to the program in a script. Once it is read there it goes: it must not outlive what is shown.
fn scrub(secret: &str) {
    let (Some(window), Some(document)) = (window(), document()) else { return };
    if let Ok(handed) = js_sys::Reflect::get(&window, &"__RESOLVED_RESOURCES".into())
        && let Some(handed) = handed.dyn_ref::<js_sys::Array>()
    {
        for index in 0..handed.length() {
            if handed.get(index).as_string().is_some_and(|text| text.contains(secret)) {
                handed.set(index, JsValue::NULL);
            }
        }
    }
    let scripts = document.document_element().map(|root| all::<Element>(&root, "script")).unwrap_or_default();
    for script in scripts.into_iter().filter(|script| script.text_content().is_some_and(|text| text.contains(secret))) {
        script.set_text_content(None);
    }
}

/// The secret and what can be done with it. `close` is the address of the page without it. `cluster`: whether there is a
/// kubeconfig to be had.
#[component]
pub fn NewSecret(
    fresh: Fresh,
    made: Made,
    organization: String,
    close: Signal<String>,
    cluster: bool,
) -> impl IntoView {
    let Made { token, secret, download } = made;
    let form = NodeRef::<html::Form>::new();
    Effect::new(move |_| {
        // Once the dialog is gone that it was asked for in: while that is open nothing else can have the focus.
        request_animation_frame(move || begin(fresh, form, download));
    });
    let lead = if cluster {
        "This is the only time it is shown. Copy it, or keep the kubeconfig that carries it."
    } else {
        "This is the only time it is shown. Copy it now."
    };
    let copied = RwSignal::new(false);
    let text = secret.clone();
    let copy = move |_| {
        let text = text.clone();
        spawn_local(async move {
            if clipboard::copy(&text, "The token", "Select the token and copy it by hand.").await {
                let _ = fresh.kept.try_set(true);
                let _ = copied.try_set(true);
            }
        });
    };
    let downloaded = move |_| {
        fresh.kept.set(true);
        announce("The kubeconfig is on its way to your downloads.");
    };
    let file = cluster.then(|| {
        view! {
            // By the browser itself, which saves the file.
            <form
                method="post"
                action="/api/v1/tokens/kubeconfig"
                id="kubeconfig"
                class="inline"
                node_ref=form
                on:submit=downloaded
            >
                <input type="hidden" name="organization" value=organization />
                <input type="hidden" name="secret" value=secret.clone() autocomplete="off" />
                <input type="hidden" name="back" value=move || close.get() />
                <button type="submit" id="download-kubeconfig" class="button small">
                    <Glyph icon=Icon::Download size=16 />
                    "Download kubeconfig"
                </button>
            </form>
        }
    });
    let done = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        fresh.forget();
        if let Some(main) = by_id("main") {
            focus(&main);
        }
    };
    view! {
        <section class="secret" id="ready" aria-labelledby="ready-title">
            <header>
                // Read first, whether the page came with it or not.
                <h2 id="ready-title" tabindex="-1" autofocus aria-describedby="ready-lead">
                    {format!("Token {} is ready", token.called())}
                </h2>
                <p id="ready-lead">{lead}</p>
            </header>
            <output aria-label="Token">
                <code id="secret">{secret}</code>
            </output>
            <div class="secret-actions">
                <button type="button" id="copy-token" class="button small primary scripted" on:click=copy>
                    <Glyph icon=Icon::Copy size=16 />
                    {move || if copied.get() { "Copied" } else { "Copy token" }}
                </button>
                {file}
                <a class="button small" id="saved" href=move || close.get() on:click=done>
                    "I have saved it"
                </a>
            </div>
        </section>
    }
    .into_any()
}

fn begin(fresh: Fresh, form: NodeRef<html::Form>, download: bool) {
    let active = document().and_then(|document| document.active_element());
    if active.is_none_or(|active| active.tag_name() == "BODY")
        && let Some(title) = by_id("ready-title")
    {
        focus(&title);
    }
    match form.try_get_untracked().flatten() {
        Some(form) if download => {
            let _ = HtmlFormElement::request_submit(&form);
        }
        _ if fresh.kept.try_get_untracked() == Some(false) => {
            announce("The token is ready. This is the only time it is shown.");
        }
        _ => {}
    }
}

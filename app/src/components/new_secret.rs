//! A token's secret, shown this one time: copied, saved as a kubeconfig, or taken down by hand.

use super::{
    announcer::announce,
    browser::written,
    enhance::{is_unsaved, saved, settle},
    icon::{Glyph, Icon},
};
use leptos::{prelude::*, task::spawn_local};

/// The secret and what can be done with it. `close` is the address of the page without it. `cluster`: whether there is a
/// kubeconfig to be had.
#[island]
pub fn NewSecret(organization: String, secret: String, close: String, cluster: bool) -> impl IntoView {
    let copied = RwSignal::new(false);
    let address = close.clone();
    // The page came as the answer to a post: under this address a reload asks for the list, and not for another token.
    Effect::new(move |_| {
        settle(&address);
        // Else the download that was asked for has begun, and was announced.
        if is_unsaved() {
            announce("The token is ready. This is the only time it is shown.");
        }
    });
    let text = secret.clone();
    let copy = move |_| {
        let text = text.clone();
        spawn_local(async move {
            if written(&text).await {
                saved();
                copied.set(true);
                announce("The token is copied.");
            } else {
                announce("The browser keeps the clipboard closed. Select the token and copy it by hand.");
            }
        });
    };
    let download = move |_| {
        saved();
        announce("The kubeconfig is on its way to your downloads.");
    };
    let file = cluster.then(|| {
        view! {
            <form method="post" action="/api/v1/tokens/kubeconfig" id="kubeconfig" class="inline" on:submit=download>
                <input type="hidden" name="organization" value=organization />
                <input type="hidden" name="secret" value=secret.clone() autocomplete="off" />
                <input type="hidden" name="back" value=close.clone() />
                <button type="submit" id="download-kubeconfig" class="button small">
                    <Glyph icon=Icon::Download size=16 />
                    "Download kubeconfig"
                </button>
            </form>
        }
    });
    view! {
        <output aria-label="Token">
            <code id="secret">{secret}</code>
        </output>
        <div class="secret-actions">
            <button type="button" id="copy-token" class="button small primary scripted" on:click=copy>
                <Glyph icon=Icon::Copy size=16 />
                {move || if copied.get() { "Copied" } else { "Copy token" }}
            </button>
            {file}
            <a class="button small" id="saved" href=close on:click=move |_| saved()>
                "I have saved it"
            </a>
        </div>
    }
}

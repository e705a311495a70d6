//! What the answer that made a token shows, and no other: its secret.

use crate::{api::tokens::Created, components::new_secret::NewSecret};
use leptos::prelude::*;

/// Asked by the browser before the page is left, as long as the secret is nowhere else.
const QUESTION: &str =
    "The token is neither copied nor downloaded, and it is never shown again. Leave this page all the same?";

/// `close` is the address of the page without it.
#[component]
pub(super) fn Ready(created: Created, organization: String, cluster: bool, close: String) -> impl IntoView {
    let Created { token, secret, .. } = created;
    let lead = if cluster {
        "This is the only time it is shown. Copy it, or keep the kubeconfig that carries it."
    } else {
        "This is the only time it is shown. Copy it now."
    };
    view! {
        <section class="secret" id="ready" aria-labelledby="ready-title" data-unsaved=QUESTION>
            <header>
                // Read first, whether the page came by a script or by itself.
                <h2 id="ready-title" tabindex="-1" autofocus aria-describedby="ready-lead">
                    {format!("Token {} is ready", token.called())}
                </h2>
                <p id="ready-lead">{lead}</p>
            </header>
            <NewSecret organization secret close cluster />
        </section>
    }
}

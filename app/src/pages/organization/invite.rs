//! "Send an Invite": many addresses at once, a result for each, and what failed stays to be mended and sent again.

use super::{Shared, upload::Upload};
use crate::{
    api::invitations::{Outcome, SendCall, Sending, Sendings},
    components::{
        dialog::{Cancel, Leave},
        form::{Form, Submit, described, use_post},
    },
    words::{count, list},
    write::Write,
};
use domain::{
    invitation::MOST_AT_ONCE,
    text::{EmailAddress, NamespaceName},
};
use leptos::prelude::*;

#[component]
pub(super) fn Invite(shared: Shared, action: Write<SendCall>) -> impl IntoView {
    let namespaces = shared.page.with_untracked(|page| page.namespaces.clone());
    let line = match namespaces.len() {
        0 => "They get no namespace, because you have none. You can give them some later.".to_owned(),
        1..=3 => format!("They get the same namespaces as you: {}.", list(&namespaces)),
        n => format!("They get the same {n} namespaces as you."),
    };
    let (text, results) = (RwSignal::new(String::new()), RwSignal::new(Vec::<Sending>::new()));
    let leave = use_context::<Leave>();
    let done = Callback::new(move |sent: Sendings| {
        let failed: Vec<_> = sent.results.into_iter().filter(|result| result.outcome != Outcome::Sent).collect();
        if let (true, Some(leave)) = (failed.is_empty(), leave) {
            leave.now();
        }
        // What can be mended stays where it was typed.
        let again =
            failed.iter().filter(|result| result.outcome == Outcome::Invalid).map(|result| result.email.clone());
        text.set(again.collect::<Vec<_>>().join("\n"));
        results.set(failed);
    });
    view! {
        <Form action class="dialog-in" stays=true done>
            <header>
                <h2 id="dialog-title">"Send an Invite"</h2>
                <p>{line}</p>
            </header>
            <input type="hidden" name="organization" value=shared.slug.get_untracked() />
            // For a plain post: where the program is, the dialog stays until all of it went out.
            <input type="hidden" name="next" value=leave.map(Leave::address) />
            // Says "none" when nothing is ticked: without it the list would be missing, which means all.
            <input type="hidden" name="namespaces[]" value="" />
            {(!namespaces.is_empty()).then(|| view! { <Taken namespaces /> })}
            <Results results />
            <Addresses text again=Signal::derive(move || results.with(|results| !results.is_empty())) />
        </Form>
        <Upload shared />
    }
    .into_any()
}

#[component]
fn Taken(namespaces: Vec<NamespaceName>) -> impl IntoView {
    let typed = use_post().and_then(|post| post.all_typed("namespaces"));
    let taken = namespaces.into_iter().map(|name| {
        let name = name.to_string();
        let ticked = typed.as_ref().is_none_or(|typed| typed.contains(&name));
        view! {
            <label class="chip">
                <input type="checkbox" name="namespaces[]" value=name.clone() checked=ticked />
                {name}
            </label>
        }
    });
    view! {
        <fieldset class="takes">
            <legend>"Untick what they should not get"</legend>
            {taken.collect::<Vec<_>>()}
        </fieldset>
    }
}

/// What did not go out, and why.
#[component]
pub(super) fn Results(results: RwSignal<Vec<Sending>>) -> impl IntoView {
    let lines = move || {
        let line = |result: Sending| view! { <li><b>{result.email}</b> ": " {result.outcome.words()}</li> };
        results.get().into_iter().map(line).collect::<Vec<_>>()
    };
    view! {
        <div class="outcomes" role="status" hidden=move || results.with(Vec::is_empty)>
            <ul>{lines}</ul>
        </div>
    }
}

/// How many addresses stand there, and what is none.
fn parts(text: &str) -> (usize, Vec<String>) {
    let (mut good, mut bad) = (0, Vec::new());
    for part in EmailAddress::split_many(text) {
        match EmailAddress::parse(part) {
            Ok(_) => good += 1,
            Err(_) => bad.push(part.to_owned()),
        }
    }
    (good, bad)
}

/// The field and the buttons. The button opens as soon as something typed is an address.
#[component]
fn Addresses(
    text: RwSignal<String>,
    /// Whether what stands there was sent before, and not all of it was right.
    again: Signal<bool>,
) -> impl IntoView {
    let post = use_post();
    let value = post.and_then(|post| post.all_typed("emails")).unwrap_or_default().join("\n");
    text.set(value.clone());
    let (refused, _, error) = described(post, "emails", "emails", false);
    // Until the program is here the button stays open: the server checks either way.
    let alive = RwSignal::new(false);
    Effect::new(move |_| alive.set(true));
    let parts = Memo::new(move |_| text.with(|text| parts(text)));
    let closed = Signal::derive(move || alive.get() && parts.with(|(good, _)| *good == 0 || *good > MOST_AT_ONCE));
    let said = move || match parts.get() {
        (good, _) if good > MOST_AT_ONCE => format!("{good} addresses: at most {MOST_AT_ONCE} at once."),
        (0, _) => String::new(),
        (good, bad) if bad.is_empty() => count(good as u64, "address", "addresses"),
        (good, bad) => format!(
            "{}; not an address: {}",
            count(good as u64, "address", "addresses"),
            bad.iter().take(3).cloned().collect::<Vec<_>>().join(", ")
        ),
    };
    let word = move || match (again.get(), parts.with(|(good, _)| *good)) {
        (true, good) if good > 1 => format!("Send the {good} again"),
        (true, 1) => "Send it again".to_owned(),
        _ => "Send Invite".to_owned(),
    };
    view! {
        <div class="field">
            <label for="emails">"Email"</label>
            <textarea
                class="input"
                id="emails"
                name="emails[]"
                rows="2"
                placeholder="someone@email.com"
                required
                autofocus
                autocomplete="off"
                spellcheck="false"
                aria-describedby="emails-error emails-hint emails-count"
                aria-invalid=move || (!refused.with(String::is_empty)).then_some("true")
                prop:value=move || text.get()
                on:input=move |event| text.set(event_target_value(&event))
            >
                {value}
            </textarea>
            {error}
            <small id="emails-hint">"Several at once: separate them by commas, spaces or new lines."</small>
            <small id="emails-count" aria-live="polite">
                {said}
            </small>
        </div>
        <footer>
            <Cancel />
            <Submit closed>{word}</Submit>
        </footer>
    }
    .into_any()
}

//! What stands above the table: what an organization that has just begun has yet to set up, for its admins; for everybody
//! else, where they may work themselves, how a machine of theirs gets into the cluster, and whom to ask.

use super::Shared;
use crate::{
    api::members::Page,
    components::{
        browser::window,
        clipboard,
        icon::{Glyph, Icon},
    },
    words::list,
};
use leptos::{prelude::*, task::spawn_local};

/// Where a browser remembers that somebody has put the list away.
const HIDDEN: &str = "first-steps-hidden";

#[component]
pub(super) fn Guide(shared: Shared) -> impl IntoView {
    let Shared { slug, page, .. } = shared;
    let hidden = RwSignal::new(false);
    Effect::new(move |_| {
        let stored = window().and_then(|window| window.local_storage().ok()??.get_item(HIDDEN).ok()?);
        hidden.set(stored.is_some());
    });
    let hide = move |_| {
        if let Some(Ok(Some(storage))) = window().map(|window| window.local_storage()) {
            let _ = storage.set_item(HIDDEN, "1");
        }
        hidden.set(true);
    };
    view! {
        {move || page.with(|page| if page.admin { ().into_any() } else { own_access(page) })}
        {move || {
            let steps = page.with(|page| if page.admin { steps(page, &slug.get()) } else { Vec::new() });
            let done = steps.iter().filter(|step| step.done).count();
            if hidden.get() || done == steps.len() {
                return ().into_any();
            }
            let all = steps.len();
            let lines = steps.into_iter().map(line).collect::<Vec<_>>();
            view! {
                <section class="card guide" aria-labelledby="first-steps">
                    <header class="card-head">
                        <h2 id="first-steps">"First steps"</h2>
                        <p>{format!("{done} of {all} done")}</p>
                        <button type="button" class="button small scripted" on:click=hide>
                            "Hide"
                        </button>
                    </header>
                    <ol>{lines}</ol>
                </section>
            }
            .into_any()
        }}
    }
    .into_any()
}

struct Step {
    done: bool,
    title: &'static str,
    why: &'static str,
    /// Where it is done; empty where only the operator can.
    to: String,
}

fn steps(page: &Page, slug: &str) -> Vec<Step> {
    let counts = page.counts;
    vec![
        Step {
            done: !page.all_namespaces.is_empty(),
            title: "Create a namespace",
            why: "People and tokens work in namespaces of the cluster; each belongs to one organization.",
            to: format!("/o/{slug}/namespaces?create=1"),
        },
        Step {
            done: counts.active > 1 || counts.invited > 0,
            title: "Invite somebody",
            why: "They get a link by mail, and the namespaces that you choose.",
            to: format!("/o/{slug}/organization?invite=1"),
        },
        Step {
            done: page.enforced,
            title: "Connect a cluster",
            why: "The operator of this installation connects it. Until then what you choose is kept, and nothing enforces it.",
            to: String::new(),
        },
        Step {
            done: page.admins.len() > 1,
            title: "Have a second admin",
            why: "While you are away nobody else can switch an account off. Open a member's row and ask the operator for it.",
            to: String::new(),
        },
    ]
}

fn line(step: Step) -> AnyView {
    let Step { done, title, why, to } = step;
    let (icon, state) = if done { (Icon::Yes, "done: ") } else { (Icon::Info, "to do: ") };
    let title = if done || to.is_empty() { title.into_any() } else { view! { <a href=to>{title}</a> }.into_any() };
    view! {
        <li class:done=done>
            <Glyph icon size=16 />
            <span class="visually-hidden">{state}</span>
            <b>{title}</b>
            <small class="quiet">{(!done).then_some(why)}</small>
        </li>
    }
    .into_any()
}

fn own_access(page: &Page) -> AnyView {
    let admins = list(&page.admins);
    let spaces =
        page.namespaces.iter().map(|name| view! { <li class="chip">{name.to_string()}</li> }).collect::<Vec<_>>();
    let spaces = if spaces.is_empty() {
        view! { <p>"You may not work in any namespace yet."</p> }.into_any()
    } else {
        view! { <ul class="chips" aria-label="Namespaces that you may work in">{spaces}</ul> }.into_any()
    };
    let command = page.command.clone().map(|command| {
        let copied = command.clone();
        let copy = move |_| {
            let command = copied.clone();
            spawn_local(async move {
                clipboard::copy(&command, "The command", "Copy the command by hand.").await;
            });
        };
        view! {
            <p>"To use the cluster from a machine of yours, run this there:"</p>
            <div class="command-line">
                <pre tabindex="0" aria-label="Command">
                    <code>{command}</code>
                </pre>
                <button type="button" class="button small scripted" on:click=copy>
                    <Glyph icon=Icon::Copy size=16 />
                    "Copy"
                </button>
            </div>
        }
    });
    view! {
        <section class="card guide" aria-labelledby="own-access">
            <header class="card-head">
                <h2 id="own-access">"Your access"</h2>
                <p>{format!("For more, ask {admins}.")}</p>
            </header>
            <div class="guide-in">{spaces} {command}</div>
        </section>
    }
    .into_any()
}

//! Giving a namespace to somebody, where one sees who has it. Whoever has it not yet is offered while an address is typed; without
//! scripts the first of them are, and every other address can be typed.

use crate::{
    api::{
        grants::{GiveCall, Saved},
        matrix::{self, Candidates},
    },
    components::{
        form::{Form, Submit, described, use_post},
        table::TYPING,
        timer::Timer,
    },
    read::{shown_or, use_read},
    write::Write,
};
use domain::text::EmailAddress;
use leptos::{html, prelude::*};

/// `namespace` is the own part of its name.
#[component]
pub(super) fn Give(organization: Memo<String>, namespace: String) -> impl IntoView {
    let action = Write::<GiveCall>::begin();
    let (searched, timer) = (RwSignal::new(String::new()), Timer::idle());
    let of = namespace.clone();
    let found = use_read(
        move || (organization.get(), of.clone(), searched.get()),
        |(slug, namespace, search)| matrix::lacking(slug, namespace, Some(search)),
    );
    let node = NodeRef::<html::Input>::new();
    let done = Callback::new(move |_: Saved| {
        if let Some(input) = node.get_untracked() {
            input.set_value("");
        }
        searched.set(String::new());
    });
    let search = Callback::new(move |text: String| timer.after(TYPING, move || searched.set(text)));
    shown_or(
        found,
        move |found| {
            let namespace = namespace.clone();
            view! {
                <Form action class="give" stays=true keeps=false done>
                    <input type="hidden" name="organization" value=organization.get_untracked() />
                    <input type="hidden" name="namespace" value=namespace />
                    <Member found node search />
                    <Submit class="button">"Give access"</Submit>
                </Form>
            }
            .into_any()
        },
        |error| view! { <p class="form-error" role="alert">{error.message}</p> }.into_any(),
        || ().into_any(),
    )
}

#[component]
fn Member(found: Signal<Candidates>, node: NodeRef<html::Input>, search: Callback<String>) -> impl IntoView {
    let post = use_post();
    let (problem, described, error) = described(post, "member", "give-member", true);
    let options = move || {
        let option = |candidate: matrix::Candidate| view! { <option value=candidate.email></option> };
        found.get().members.into_iter().map(option).collect::<Vec<_>>()
    };
    view! {
        <div class="field">
            <label for="give-member">"Give access to"</label>
            <input
                class="input"
                type="text"
                inputmode="email"
                autocomplete="off"
                spellcheck="false"
                node_ref=node
                id="give-member"
                name="member"
                list="give-members"
                value=post.and_then(|post| post.typed("member"))
                placeholder="Email of a member"
                maxlength=EmailAddress::LONGEST
                required=true
                aria-invalid=move || (!problem.with(String::is_empty)).then_some("true")
                aria-describedby=described
                on:input=move |event| search.run(event_target_value(&event))
            />
            <datalist id="give-members">{options}</datalist>
            {error}
            <small id="give-member-hint">"Active members who do not have it are offered."</small>
        </div>
    }
    .into_any()
}

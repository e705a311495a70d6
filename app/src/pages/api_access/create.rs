//! Making a token, and proving the password again where the sign-in is too old for that.

use super::choice::Choice;
use crate::{
    components::form::{Field, Form, failed},
    pages::Flash,
};
use domain::{
    text::{NamespaceName, Slug, TokenName},
    token::{Lifetime, Scope},
};
use leptos::prelude::*;

const ACTION: &str = "/api/v1/tokens/create";

#[component]
pub(super) fn Create(
    slug: Slug,
    namespaces: Vec<NamespaceName>,
    longest: Lifetime,
    cluster: bool,
    close: String,
) -> impl IntoView {
    let none = namespaces.is_empty();
    view! {
        <Form action=ACTION next=close.clone() class="dialog-in">
            <header>
                <h2 id="dialog-title">"Create a New Token"</h2>
                <p>"The secret is shown once, right after this."</p>
            </header>
            <input type="hidden" name="organization" value=slug.to_string() />
            // Each says "none" when nothing is ticked.
            <input type="hidden" name="namespaces[]" value="" />
            <input type="hidden" name="scopes[]" value="" />
            <div class="side-by-side">
                <Field
                    name="name"
                    label="Name"
                    placeholder="ci-deploy"
                    hint="Optional: what it is for."
                    autocomplete="off"
                    longest=TokenName::LONGEST
                    required=false
                    autofocus=true
                />
                <Expires longest />
            </div>
            <Choice action=ACTION slug=slug.clone() all=namespaces given=Vec::new() editing=false />
            {(!none)
                .then(|| {
                    view! {
                        <p class="quiet small">
                            "Without a namespace the token is blank: it can sign in to the cluster but do nothing there until \
                             your own RBAC names it, or you assign namespaces later."
                        </p>
                    }
                })}
            <Scopes />
            <Download slug cluster />
            <footer>
                <a class="button" href=close>
                    "Cancel"
                </a>
                <button type="submit" class="button primary">
                    "Create"
                </button>
            </footer>
        </Form>
    }
}

#[component]
fn Expires(longest: Lifetime) -> impl IntoView {
    let flash = failed(ACTION).unwrap_or_default();
    let typed = typed(&flash, "expires").and_then(|expires| Lifetime::parse(expires).ok());
    let chosen = typed.filter(|lifetime| *lifetime <= longest).unwrap_or(Lifetime::default_within(longest));
    let error = flash.error.filter(|error| error.field.as_deref() == Some("expires"));
    let message = error.map(|error| error.message).unwrap_or_default();
    let fine = message.is_empty();
    let options = Lifetime::ALL.into_iter().filter(|lifetime| *lifetime <= longest).map(|lifetime| {
        let word = if lifetime == Lifetime::Never { "Never".to_owned() } else { format!("In {}", lifetime.words()) };
        view! {
            <option value=lifetime.as_str() selected=lifetime == chosen>
                {word}
            </option>
        }
    });
    let hint = if longest == Lifetime::Never {
        "The admins are reminded a week before.".to_owned()
    } else {
        format!("The operator allows {} at most.", longest.words())
    };
    view! {
        <div class="field">
            <label for="expires">"Expires"</label>
            <select
                class="input"
                id="expires"
                name="expires"
                aria-invalid=(!fine).then_some("true")
                aria-describedby="expires-error expires-hint"
            >
                {options.collect::<Vec<_>>()}
            </select>
            <p class="field-error" id="expires-error" hidden=fine>
                {message}
            </p>
            <small id="expires-hint">{hint}</small>
        </div>
    }
}

/// What was typed into a field of the form that failed.
fn typed<'a>(flash: &'a Flash, name: &str) -> Option<&'a str> {
    flash.values.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
}

#[component]
fn Scopes() -> impl IntoView {
    let flash = failed(ACTION).unwrap_or_default();
    let ticked =
        |scope: Scope| flash.values.iter().any(|(field, value)| field.starts_with("scopes") && value == scope.as_str());
    let open = Scope::ALL.into_iter().any(ticked);
    let boxes = Scope::ALL.map(|scope| {
        view! {
            <label class="check">
                <input type="checkbox" name="scopes[]" value=scope.as_str() checked=ticked(scope) />
                <span>{scope.explanation()}</span>
            </label>
        }
    });
    view! {
        <details class="more" open=open>
            <summary>"What it may change in Bailiwick"</summary>
            <fieldset>
                <legend class="visually-hidden">"What it may change in Bailiwick"</legend>
                {boxes}
                <p class="quiet small">"A token can read this organization. It can never see, make or remove tokens."</p>
            </fieldset>
        </details>
    }
}

/// Read by the scripts alone, which press the button of the page to come; without them the button is there to be pressed.
#[component]
fn Download(slug: Slug, cluster: bool) -> impl IntoView {
    let flash = failed(ACTION);
    let wanted = flash.is_none_or(|flash| typed(&flash, "download").is_some());
    let hint = if cluster {
        format!("Saved as {slug}-kubeconfig.yaml. It carries the secret.")
    } else {
        "No cluster is connected, so there is no kubeconfig. The operator can connect one.".to_owned()
    };
    view! {
        <div class="field scripted">
            <label class="check" for="download">
                <input
                    type="checkbox"
                    id="download"
                    name="download"
                    value="1"
                    checked=cluster && wanted
                    disabled=!cluster
                    data-then="kubeconfig"
                    aria-describedby="download-hint"
                />
                <span>"Automatically download Kubeconfig"</span>
            </label>
            <small id="download-hint">{hint}</small>
        </div>
    }
}

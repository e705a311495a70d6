//! Making a token.

use super::{Shared, choice::Choice};
use crate::{
    api::tokens::{CreateCall, CreateForm, Created},
    components::{
        dialog::{Cancel, forget_opener},
        fields::Select,
        form::{Field, Form, Submit, use_post},
    },
    write::Write,
};
use domain::{
    text::TokenName,
    token::{Lifetime, Scope},
};
use leptos::{html, prelude::*};

#[component]
pub(super) fn Create(shared: Shared, facts: CreateForm, action: Write<CreateCall>) -> impl IntoView {
    let CreateForm { namespaces, longest } = facts;
    let (slug, none) = (shared.slug.get_untracked(), namespaces.is_empty());
    let cluster = shared.page.with_untracked(|page| page.cluster);
    let download = NodeRef::<html::Input>::new();
    let done = Callback::new(move |created: Created| {
        let download = download.get_untracked().is_some_and(|download| download.checked() && !download.disabled());
        // It is on the page from now on, and the action keeps nothing of it.
        action.clear();
        forget_opener();
        shared.fresh.show(created, download);
    });
    let blank = (!none).then(|| {
        view! {
            <p class="quiet small">
                "Without a namespace the token is blank: it can sign in to the cluster but do nothing there until your own \
                 RBAC names it, or you assign namespaces later."
            </p>
        }
    });
    view! {
        <Form action class="dialog-in" done>
            <header>
                <h2 id="dialog-title">"Create a New Token"</h2>
                <p>"The secret is shown once, right after this."</p>
            </header>
            <input type="hidden" name="organization" value=slug.clone() />
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
            <Choice slug=slug.clone() all=namespaces given=Vec::new() editing=false />
            {blank}
            <Scopes />
            <Download slug cluster node=download />
            <footer>
                <Cancel />
                <Submit>"Create"</Submit>
            </footer>
        </Form>
    }
    .into_any()
}

#[component]
fn Expires(longest: Lifetime) -> impl IntoView {
    let options = Lifetime::ALL.into_iter().filter(|lifetime| *lifetime <= longest).map(|lifetime| {
        let word = if lifetime == Lifetime::Never { "Never".to_owned() } else { format!("In {}", lifetime.words()) };
        (lifetime.as_str().to_owned(), word)
    });
    let hint = if longest == Lifetime::Never {
        "The admins are reminded a week before.".to_owned()
    } else {
        format!("The operator allows {} at most.", longest.words())
    };
    let chosen = Lifetime::default_within(longest).as_str();
    view! { <Select name="expires" label="Expires" options=options.collect() chosen hint /> }
}

#[component]
fn Scopes() -> impl IntoView {
    let typed = use_post().and_then(|post| post.all_typed("scopes")).unwrap_or_default();
    let ticked = |scope: Scope| typed.iter().any(|typed| typed == scope.as_str());
    let open = Scope::ALL.into_iter().any(ticked);
    let boxes = Scope::ALL.map(|scope| {
        view! {
            <label class="check">
                <input type="checkbox" name="scopes[]" value=scope.as_str() checked=ticked(scope) />
                <span>{scope.explanation()}</span>
            </label>
        }
    });
    let boxes = boxes.into_iter().collect::<Vec<_>>();
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
    .into_any()
}

/// Read by the scripts alone, which press the button of the page to come; without them the button is there to be pressed.
#[component]
fn Download(slug: String, cluster: bool, node: NodeRef<html::Input>) -> impl IntoView {
    let typed = use_post().and_then(|post| post.all_typed("download"));
    let wanted = typed.is_none_or(|typed| !typed.is_empty());
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
                    node_ref=node
                    checked=cluster && wanted
                    disabled=!cluster
                    aria-describedby="download-hint"
                />
                <span>"Automatically download Kubeconfig"</span>
            </label>
            <small id="download-hint">{hint}</small>
        </div>
    }
}

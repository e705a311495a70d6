//! The dialog that makes a namespace.

use super::Shared;
use crate::{
    api::namespaces::CreateCall,
    components::{
        dialog::{Cancel, Dialog},
        form::{Form, Submit},
        namespace_form::NamespaceField,
        opened::opened,
    },
    write::Write,
};
use domain::namespace::Prefix;
use leptos::prelude::*;

#[component]
pub(super) fn Create(shared: Shared) -> impl IntoView {
    let action = Write::<CreateCall>::begin();
    // What was just made may be the last one: the dialog that made it closes by itself.
    let asked =
        Memo::new(move |_| shared.address.with(|address| address.has("create")) && shared.admin() && !shared.is_full());
    let close = Signal::derive(move || shared.address.with(|address| address.with(&[("create", "")])));
    opened(
        move || asked.get().then_some(()),
        move |()| {
            view! {
                <Dialog close>
                    <Form action class="dialog-in">
                        <Fields slug=shared.slug.get_untracked() prefix=shared.prefix() />
                    </Form>
                </Dialog>
            }
            .into_any()
        },
    )
}

#[component]
fn Fields(slug: String, prefix: Prefix) -> impl IntoView {
    view! {
        <header>
            <h2 id="dialog-title">"Create a namespace"</h2>
            <p>"You get access to it, and nobody else does until you give it. Its name can't be changed later."</p>
        </header>
        <input type="hidden" name="organization" value=slug.clone() />
        <NamespaceField slug prefix />
        <footer>
            <Cancel />
            <Submit>"Create"</Submit>
        </footer>
    }
    .into_any()
}

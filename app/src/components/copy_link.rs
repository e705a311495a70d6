//! Copying an invitation's link.

use super::{announcer::announce, clipboard};
use leptos::{prelude::*, task::spawn_local};

/// A button that fetches the link of an invitation and puts it on the clipboard; where the clipboard is closed to pages,
/// the link is shown to be copied by hand. Without scripts the same button opens a page that shows the link.
#[component]
pub fn CopyLink(organization: Memo<String>, invitation: String, email: String) -> impl IntoView {
    let busy = RwSignal::new(false);
    let id = format!("link-{invitation}");
    let value = invitation.clone();
    let copy = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let (organization, invitation, email) = (organization.get_untracked(), invitation.clone(), email.clone());
        spawn_local(async move {
            match crate::api::invitations::link(organization, invitation).await {
                Ok(found) => {
                    let by_hand = format!("Copy the link by hand: {}", found.link);
                    clipboard::copy(&found.link, &format!("The link for {email}"), &by_hand).await;
                }
                Err(error) => announce(&error.message),
            }
            busy.set(false);
        });
    };
    view! {
        <button
            form="view"
            name="link"
            value=value
            id=id
            class="icon"
            title="Copy invite link"
            aria-label="Copy invite link"
            aria-busy=move || busy.get().then_some("true")
            on:click=copy
        >
            <super::icon::Glyph icon=super::icon::Icon::Copy />
        </button>
    }
}

//! What is there only while the address, or a row, says so.

use leptos::{prelude::*, tachys::reactive_graph::OwnedView};

/// Shows what `draw` draws of `what`, anew each time that this changes, and nothing while it is `None`.
///
/// Values that are made while it is drawn end with it. The framework may run what is deeper inside once more after that, which
/// would read them (leptos-rs/leptos#3922): so all of it is told to rest first.
pub fn opened<K: 'static>(
    what: impl Fn() -> Option<K> + Send + Sync + 'static,
    draw: impl Fn(K) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let around = Owner::current();
    let inside = StoredValue::new(None::<Owner>);
    let view = move || {
        let what = what();
        if let Some(left) = inside.try_update_value(Option::take).flatten() {
            left.pause();
        }
        let what = what?;
        // The server draws several times, and reads what it drew before.
        let Some(owner) = around.as_ref().filter(|_| !is_server()).map(Owner::child) else {
            return Some(untrack(|| draw(what)));
        };
        let drawn = owner.with(|| untrack(|| draw(what)));
        inside.set_value(Some(owner.clone()));
        Some(OwnedView::new_with_owner(drawn, owner).into_any())
    };
    view.into_any()
}

//! Which rows are drawn: those that can be seen, and some around them. A thousand people in fifty namespaces are fifty thousand
//! cells, and no browser scrolls over so many.

use crate::{
    api::matrix::Matrix,
    components::{browser::closest, row_keys},
};
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// Rows that come and go together.
const BLOCK: usize = 10;
/// As many as a page has that is drawn by the server.
const AT_FIRST: usize = 50;

#[derive(Clone, Copy)]
pub(super) struct Window {
    page: Signal<Matrix>,
    /// The first row that is drawn, and the one after the last.
    drawn: RwSignal<(usize, usize)>,
    /// Asks for more people than there are.
    more: Callback<usize>,
}

/// What is drawn of so many rows that are so high together, in a box that shows so much from there on: a block more on either
/// side. By their mean height, so that the end of the box is that of the rows, whatever a browser makes of one of them.
fn around(top: usize, seen: usize, rows: usize, height: usize) -> (usize, usize) {
    let at = |px: usize| px * rows / height.max(1);
    let first = at(top) / BLOCK * BLOCK;
    let last = (at(top + seen) + 1).next_multiple_of(BLOCK);
    (first.saturating_sub(BLOCK), last + BLOCK)
}

impl Window {
    pub(super) fn new(page: Signal<Matrix>, more: Callback<usize>) -> Self {
        Self { page, drawn: RwSignal::new((0, AT_FIRST)), more }
    }

    /// Another list is shown from its beginning.
    pub(super) fn begin_anew(self) {
        self.drawn.set((0, AT_FIRST));
    }

    /// A list may have become shorter than what was drawn of it.
    fn drawn(self) -> (usize, usize) {
        let (first, last) = self.drawn.get();
        if first < self.loaded() { (first, last) } else { (0, AT_FIRST) }
    }

    fn loaded(self) -> usize {
        self.page.with(|page| page.members.len())
    }

    /// The ids of the members that are drawn.
    pub(super) fn rows(self) -> Vec<String> {
        let (first, last) = self.drawn();
        self.page.with(|page| {
            let rows = page.members.iter().skip(first).take(last.saturating_sub(first));
            rows.map(|member| member.id.clone()).collect()
        })
    }

    pub(super) fn gap_above(self) -> Option<AnyView> {
        gap(self.drawn().0)
    }

    pub(super) fn gap_below(self) -> Option<AnyView> {
        gap(self.loaded().saturating_sub(self.drawn().1))
    }

    pub(super) fn scrolled(self, scrolling: &Element) {
        let head = scrolling.query_selector("thead").ok().flatten().map_or(0, |head| head.client_height());
        let [top, seen, height] =
            [scrolling.scroll_top(), scrolling.client_height() - head, scrolling.scroll_height() - head]
                .map(|px| usize::try_from(px).unwrap_or(0));
        let (loaded, goes_on) = self.page.with_untracked(|page| (page.members.len(), page.next.is_some()));
        let drawn = around(top, seen, loaded, height);
        if self.drawn.get_untracked() != drawn {
            self.drawn.set(drawn);
        }
        if goes_on && drawn.1 + BLOCK >= loaded {
            self.more.run(loaded);
        }
    }
}

/// Stands for rows that are not drawn.
fn gap(rows: usize) -> Option<AnyView> {
    (rows > 0).then(|| {
        view! {
            <tr class="matrix-gap" aria-hidden="true" style:height=format!("calc(var(--matrix-row) * {rows})")>
                <td></td>
            </tr>
        }
        .into_any()
    })
}

/// Arrows lead from cell to cell.
pub(super) fn walk(event: &ev::KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key() {
        return;
    }
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let Some(place) = target.and_then(|target| closest(&target, "td")) else { return };
    let Some(column) = row_keys::place(&place) else { return };
    let row = place.parent_element();
    let beside = |row: Option<Element>| row.and_then(|row| row.children().item(u32::try_from(column).ok()?));
    let to = match event.key().as_str() {
        "ArrowLeft" => place.previous_element_sibling(),
        "ArrowRight" => place.next_element_sibling(),
        "ArrowUp" => beside(row.and_then(|row| row.previous_element_sibling())),
        "ArrowDown" => beside(row.and_then(|row| row.next_element_sibling())),
        _ => return,
    };
    let cell = to.and_then(|to| to.query_selector(".cell").ok().flatten());
    if let Some(cell) = cell.and_then(|cell| cell.dyn_into::<HtmlElement>().ok()) {
        event.prevent_default();
        // With scrolling: it may be outside of what can be seen.
        let _ = cell.focus();
    }
}

#[cfg(test)]
mod tests {
    use super::around;

    #[test]
    fn what_is_seen_is_drawn_with_a_block_around_it() {
        assert_eq!(around(0, 600, 1_000, 36_000), (0, 30));
        assert_eq!(around(359, 600, 1_000, 36_000), (0, 40));
        assert_eq!(around(1_000, 600, 1_000, 36_000), (10, 60));
        assert_eq!(around(35_400, 600, 1_000, 36_000), (970, 1_020));
        assert_eq!(around(35_400, 600, 400, 36_000), (380, 420), "the end of the box is that of the rows");
        assert_eq!(around(0, 600, 0, 0), (0, 20));
    }
}

//! One person's row: a button for each namespace, which posts by the row's form.

use super::{Shared, cell::Cell, save::Save};
use crate::{
    api::{
        grants::{GiveCall, TakeCall},
        matrix::{self, Column},
    },
    components::email::broken,
};
use leptos::{prelude::*, server_fn::ServerFn};

/// Drawn again whenever something of it changes, in place: the button that was pressed keeps the focus.
#[component]
pub(super) fn Row(shared: Shared, id: String, columns: Memo<Vec<Column>>) -> impl IntoView {
    let Shared { page, saves, .. } = shared;
    let (this, whose) = (id.clone(), id);
    let row = Memo::new(move |_| {
        page.with(|page| {
            let at = page.members.iter().position(|member| member.id == this)?;
            let row = &page.members[at];
            let cells = (0..page.namespaces.len()).map(|namespace| Cell::of(page, row, namespace)).collect::<Vec<_>>();
            Some(Drawn { at, row: row.clone(), cells })
        })
    });
    let saves = Memo::new(move |_| saves.of(&whose));
    move || row.get().map(|drawn| draw(shared, drawn, &columns.get(), &saves.get()))
}

/// What a row is drawn of.
#[derive(Clone, PartialEq)]
struct Drawn {
    at: usize,
    row: matrix::Row,
    cells: Vec<Cell>,
}

fn draw(shared: Shared, drawn: Drawn, columns: &[Column], saves: &[(String, Save)]) -> AnyView {
    let Drawn { at, row: matrix::Row { id, email, deactivated, .. }, cells } = drawn;
    let Shared { slug, address, .. } = shared;
    let (form, slug) = (format!("cells-{id}"), slug.get_untracked());
    let to = format!("/o/{slug}/organization?search={}&open={id}", crate::address::encode(&email));
    let back = address.with_untracked(crate::address::Address::here);
    let cells = columns.iter().zip(cells).map(|(column, cell)| {
        let name = column.name.to_string();
        let save = saves.iter().find(|(namespace, _)| *namespace == name).map(|(_, save)| save);
        place(&email, deactivated, column.id.as_str(), name, &form, &cell, save)
    });
    view! {
        <tr class="matrix-row" class:off=deactivated aria-rowindex=(at + 2).to_string()>
            <th scope="row">
                <a href=to title=email.clone()>
                    {broken(&email)}
                </a>
                <form method="post" action=GiveCall::PATH id=form.clone()>
                    <input type="hidden" name="organization" value=slug />
                    <input type="hidden" name="member" value=id />
                    <input type="hidden" name="back" value=back />
                </form>
            </th>
            {cells.collect::<Vec<_>>()}
        </tr>
    }
    .into_any()
}

/// Whoever is off is given nothing here, and loses nothing: they are reactivated first.
fn place(
    email: &str,
    deactivated: bool,
    label: &str,
    name: String,
    form: &str,
    cell: &Cell,
    save: Option<&Save>,
) -> AnyView {
    let ticked = save.and_then(Save::gives).unwrap_or(cell.tick.is_some());
    let title = match save {
        Some(Save::Sent(true)) => format!("Giving {email} access to {label}…"),
        Some(Save::Sent(false)) => format!("Taking access to {label} from {email}…"),
        Some(Save::Done(true)) => format!("{email} has all permissions in {label}."),
        Some(Save::Done(false)) => format!("{email} has no access to {label}."),
        Some(Save::Failed(_)) | None => cell.sentence(email, label),
    };
    let title = if deactivated { format!("{title} They are deactivated: reactivate them first.") } else { title };
    let error = match save {
        Some(Save::Failed(why)) => Some(view! { <small class="row-error" role="alert">{why.clone()}</small> }),
        _ => None,
    };
    let action = if ticked { TakeCall::PATH } else { GiveCall::PATH };
    view! {
        <td>
            <button
                type=if deactivated { "button" } else { "submit" }
                form=form.to_owned()
                formaction=action
                name="namespace"
                value=name
                class=cell.class(ticked)
                title=title
                aria-pressed=ticked.to_string()
                aria-disabled=deactivated.then_some("true")
                aria-busy=matches!(save, Some(Save::Sent(_))).then_some("true")
            ></button>
            {error}
        </td>
    }
    .into_any()
}

//! One member's namespaces: what would change stands there before it is saved, and stays until it is.

mod drafts;

use super::{
    ask::{Asking, Pending, locks},
    ends::{self, Ends},
    form::{Form, Submit},
    locks::Locks,
    row::keep_focus,
};
use crate::{
    address::use_address,
    api::grants::{Grants, NamespaceGrant, SaveCall, Sync},
    write::Write,
};
use domain::{grant::Change, id::MemberId, permission::Permission, text::NamespaceName};
use leptos::prelude::*;
use std::collections::BTreeSet;

use drafts::Draft;
pub use drafts::Drafts;

type Names = BTreeSet<NamespaceName>;

fn ticked(namespaces: &[NamespaceGrant]) -> Names {
    namespaces.iter().filter(|grant| grant.is_ticked()).map(|grant| grant.namespace.clone()).collect()
}

/// `1 change: adds a, removes b`.
pub(super) fn summary(change: &Change<NamespaceName>) -> String {
    let list = |names: &Names| crate::words::list(&names.iter().collect::<Vec<_>>());
    let mut parts = Vec::new();
    if !change.added.is_empty() {
        parts.push(format!("adds {}", list(&change.added)));
    }
    if !change.removed.is_empty() {
        parts.push(format!("removes {}", list(&change.removed)));
    }
    if parts.is_empty() {
        return "Nothing changed.".to_owned();
    }
    format!("{}: {}", crate::words::count(change.len() as u64, "change", "changes"), parts.join(", "))
}

/// One member's namespaces, as they are and as somebody wants them.
#[derive(Clone, Copy)]
struct Edit {
    base: RwSignal<Names>,
    wanted: RwSignal<Names>,
    /// What somebody else changed while this was edited.
    meanwhile: RwSignal<Option<Change<NamespaceName>>>,
    version: RwSignal<i64>,
}

impl Edit {
    fn new(grants: &Grants, draft: Option<Draft>) -> Self {
        let now = ticked(&grants.namespaces);
        let (base, wanted) = draft.map_or_else(|| (now.clone(), now.clone()), |draft| (draft.base, draft.wanted));
        let edit = Self {
            base: RwSignal::new(base),
            wanted: RwSignal::new(wanted),
            meanwhile: RwSignal::new(None),
            version: RwSignal::new(grants.version),
        };
        edit.rebase(now, grants.version);
        edit
    }

    fn change(self) -> Change<NamespaceName> {
        self.base.with(|base| self.wanted.with(|wanted| Change::between(base, wanted)))
    }

    /// What is there now is another than what this began with: theirs, with what was added here, without what was removed.
    fn rebase(self, theirs: Names, version: i64) {
        let (base, mine) = (self.base.get_untracked(), untrack(|| self.change()));
        if base != theirs {
            if !mine.is_empty() {
                self.meanwhile.set(Some(Change::between(&base, &theirs)));
            }
            self.wanted.set(mine.onto(&theirs));
            self.base.set(theirs);
        }
        self.version.set(version);
    }

    fn saved(self, version: i64) {
        self.base.set(self.wanted.get_untracked());
        self.version.set(version);
        self.meanwhile.set(None);
    }

    fn reset(self) {
        self.wanted.set(self.base.get_untracked());
        self.meanwhile.set(None);
    }
}

/// The expander of the Users table. `may_save` is false for a member who looks at their own. `active`: whether more can be
/// given to them.
#[component]
pub fn GrantsEditor(
    organization: String,
    member: MemberId,
    grants: Signal<Grants>,
    pending: Signal<Pending>,
    may_save: bool,
    active: bool,
) -> impl IntoView {
    let drafts = use_context::<Drafts>();
    let draft = drafts.and_then(|drafts| drafts.of(member));
    let first = draft.is_none();
    let edit = grants.with_untracked(|grants| Edit::new(grants, draft));
    // Not before the page is alive: the server, which drew it, knows of nothing that this browser keeps.
    Effect::new(move |_| {
        if let Some(Draft { base, wanted }) = Draft::kept(member).filter(|_| first && may_save) {
            edit.base.set(base);
            edit.wanted.set(wanted);
            grants.with_untracked(|grants| edit.rebase(ticked(&grants.namespaces), grants.version));
        }
    });
    Effect::new(move |first: Option<()>| {
        grants.with(|grants| {
            if first.is_some() {
                edit.rebase(ticked(&grants.namespaces), grants.version);
            }
        });
    });
    Effect::new(move |_| {
        let draft = Draft { base: edit.base.get(), wanted: edit.wanted.get() };
        draft.keep(member);
        if let Some(drafts) = drafts {
            drafts.put(member, draft);
        }
    });
    let save = Write::<SaveCall>::begin();
    let error = save.error();
    Effect::new(move |_| {
        if let Some(saved) = save.answer() {
            edit.saved(saved.version);
            // There is nothing left to save: the button that did it can't keep the focus.
            keep_focus(member.to_string());
        } else if let Some(present) = error.get().and_then(|error| error.present) {
            edit.rebase(present.namespaces.into_iter().collect(), present.version);
        }
    });
    let names = Memo::new(move |_| {
        grants.with(|grants| grants.namespaces.iter().map(|it| it.namespace.clone()).collect::<Vec<_>>())
    });
    let rows = view! {
        <ul class="namespaces">
            <For each=move || names.get() key=Clone::clone let:name>
                <Row name grants pending edit member may_save active />
            </For>
        </ul>
    };
    let create = format!("/o/{organization}/namespaces?create=1");
    let empty = view! {
        <p class="quiet" hidden=move || !names.with(Vec::is_empty)>
            "This organization has no namespace yet. " <a href=create>"Create the first one"</a>
        </p>
    };
    let head = view! {
        <div class="panel-head">
            <h2>"Namespaces"</h2>
            <p class="quiet">"A tick gives everything an admin may give in that namespace."</p>
        </div>
    };
    if !may_save {
        return view! { <div class="panel-in">{head} {empty} {rows}</div> }.into_any();
    }
    view! {
        <Form action=save class="panel-in" stays=true keeps=false>
            <input type="hidden" name="organization" value=organization />
            <input type="hidden" name="member" value=member.to_string() />
            <input type="hidden" name="version" value=move || edit.version.get().to_string() />
            {head}
            {empty}
            {rows}
            <p class="form-error" role="alert" hidden=move || edit.meanwhile.with(Option::is_none)>
                {move || {
                    edit.meanwhile
                        .with(|change| change.as_ref().map(summary))
                        .map(|what| format!("Somebody else saved meanwhile ({what}). Yours stands on top of it: look at it, and save."))
                }}
            </p>
            <Foot edit names />
        </Form>
    }
    .into_any()
}

#[component]
fn Foot(edit: Edit, names: Memo<Vec<NamespaceName>>) -> impl IntoView {
    // Until the program is here every button is open: the server decides either way.
    let alive = RwSignal::new(false);
    Effect::new(move |_| alive.set(true));
    let none = Signal::derive(move || alive.get() && edit.change().is_empty());
    view! {
        <div class="panel-foot" hidden=move || names.with(Vec::is_empty)>
            <p aria-live="polite">{move || summary(&edit.change())}</p>
            <button
                type="reset"
                class="button small"
                disabled=move || none.get()
                on:click=move |event| {
                    event.prevent_default();
                    edit.reset();
                }
            >
                "Reset"
            </button>
            <button
                type="button"
                class="button small scripted"
                on:click=move |_| edit.wanted.set(names.get_untracked().into_iter().collect())
            >
                "Add All"
            </button>
            <button
                type="button"
                class="button small danger scripted"
                on:click=move |_| edit.wanted.set(Names::new())
            >
                "Remove All"
            </button>
            <Submit class="button small primary" closed=none>
                "Save Changes"
            </Submit>
        </div>
    }
    .into_any()
}

#[component]
fn Row(
    name: NamespaceName,
    grants: Signal<Grants>,
    pending: Signal<Pending>,
    edit: Edit,
    member: MemberId,
    may_save: bool,
    active: bool,
) -> impl IntoView {
    let this = name.clone();
    let grant =
        Memo::new(move |_| grants.with(|grants| grants.namespaces.iter().find(|it| it.namespace == this).cloned()));
    let (of_now, of_base) = (name.clone(), name.clone());
    let wanted = Memo::new(move |_| edit.wanted.with(|wanted| wanted.contains(&of_now)));
    let based = Memo::new(move |_| edit.base.with(|base| base.contains(&of_base)));
    let state = move || {
        let sync = grant.with(|grant| grant.as_ref().map(|grant| grant.sync.clone())).unwrap_or(Sync::NoCluster);
        match (wanted.get(), based.get()) {
            (true, true) => (sync.badge(), sync.words()),
            (true, false) => ("badge wait", "not saved"),
            (false, true) => ("badge wait", "not saved: will be removed"),
            // What was taken away is not gone before the cluster has let go of it.
            (false, false) if sync.is_under_way() => (sync.badge(), sync.words()),
            (false, false) => ("quiet small", "no access"),
        }
    };
    let reason = move || {
        let reason = grant.with(|grant| grant.as_ref()?.sync.reason().map(ToOwned::to_owned));
        reason.map(|reason| view! { <small class="quiet">{reason}</small> })
    };
    // A tick that was not saved yet has no end; one that is taken away has none any longer.
    let end = move || {
        let at =
            grant.with(|grant| grant.as_ref().filter(|grant| grant.is_ticked())?.ends_at).filter(|_| wanted.get())?;
        Some(view! {
            <small class="ends">
                <Ends at=Some(at) />
            </small>
        })
    };
    let toggled = name.clone();
    let toggle = move |event| {
        let on = event_target_checked(&event);
        edit.wanted.update(|wanted| {
            if on {
                wanted.insert(toggled.clone());
            } else {
                wanted.remove(&toggled);
            }
        });
    };
    view! {
        <li class:changed=move || wanted.get() != based.get()>
            <label>
                <input
                    type="checkbox"
                    name="namespaces[]"
                    value=name.to_string()
                    checked=wanted.get_untracked()
                    prop:checked=move || wanted.get()
                    disabled=!may_save
                    on:change=toggle
                />
                <span>{name.to_string()} " " {end}</span>
            </label>
            <span class=move || state().0>{move || state().1}</span>
            {reason}
            <Permissions name grant pending member may_save active />
        </li>
    }
    .into_any()
}

/// What stands behind the tick: what it gives, when it ends, and what only the operator gives.
#[component]
fn Permissions(
    name: NamespaceName,
    grant: Memo<Option<NamespaceGrant>>,
    pending: Signal<Pending>,
    member: MemberId,
    may_save: bool,
    active: bool,
) -> impl IntoView {
    let given = Permission::STANDARD
        .map(|permission| view! { <li class="chip" title=permission.explanation()>{permission.as_str()}</li> });
    let address = use_address();
    let of_change = name.clone();
    let change = move || {
        let ends_at = grant
            .with(|grant| grant.as_ref().filter(|grant| may_save && grant.is_ticked()).map(|grant| grant.ends_at))?;
        let word = if ends_at.is_some() { "Change the end" } else { "Set an end" };
        let (id, about) = (format!("ends-{of_change}"), format!(" of {of_change}"));
        let to = address.with(|address| ends::address(address, &of_change));
        Some(view! {
            <a class="button small" id=id href=to>
                {word}
                <span class="visually-hidden">{about}</span>
            </a>
        })
    };
    let locked = move || {
        let given = grant.with(|grant| grant.as_ref().map(|grant| grant.given.clone())).unwrap_or_default();
        let lines = pending.with(|pending| {
            address.with(|here| {
                let asking = Asking { pending, holder: member.into(), here, may_ask: may_save, may_get: active };
                locks(&asking, &name, &given)
            })
        });
        view! { <Locks locks=lines namespace=name.to_string() /> }
    };
    view! {
        <details class="permissions">
            <summary>"Permissions"</summary>
            <ul>{given.into_iter().collect::<Vec<_>>()}</ul>
            {change}
            {locked}
            <p class="quiet small">"The locked ones only the operator gives."</p>
        </details>
    }
    .into_any()
}

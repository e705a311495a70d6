//! Who is signed in, for all pages of the console; and whether somebody has to say again who they are.

use crate::{
    address::{Address, use_address},
    api::sessions::{Current, OwnOrganization},
    error::ApiError,
    refresh::{Read, Refresh},
};
use domain::{membership::Role, path};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// The person, the organizations open to them, and how much there is in the one that the address names.
#[derive(Clone, Copy)]
pub struct Session {
    pub current: Read<Current>,
}

impl Session {
    pub fn provide() -> Self {
        let (refresh, here) = (use_context::<Refresh>(), use_location().pathname);
        let slug = Memo::new(move |before: Option<&String>| {
            let slug = here.with(|here| slug_of(here).to_owned());
            // Pages outside of any organization ask for nothing else.
            if slug.is_empty() { before.cloned().unwrap_or_default() } else { slug }
        });
        let last = StoredValue::new(None::<Current>);
        let current = Read::new(
            move || (refresh.map(|refresh| refresh.0.get()), slug.get()),
            move |(_, slug)| async move {
                match crate::api::sessions::current(Some(slug)).await {
                    Ok(current) => {
                        last.try_update_value(|last| *last = Some(current.clone()));
                        Ok(current)
                    }
                    // Once somebody is in, it is for the page to say that they are not any longer: it keeps what they do.
                    Err(error) => last.try_get_value().flatten().ok_or(error),
                }
            },
        );
        let session = Self { current };
        provide_context(session);
        session
    }
}

/// `/o/<slug>/…`; empty for pages outside of any organization.
pub fn slug_of(path: &str) -> &str {
    path.strip_prefix("/o/").and_then(|rest| rest.split('/').next()).unwrap_or_default()
}

/// The organization of this slug, or else the first: what the navigation leads through.
pub fn open_organization(current: &Current, slug: &str) -> Option<OwnOrganization> {
    let own = &current.organizations;
    if slug.is_empty() {
        own.first().cloned()
    } else {
        own.iter().find(|own| own.organization.as_str() == slug).cloned()
    }
}

pub fn is_admin(own: Option<&OwnOrganization>) -> bool {
    own.is_some_and(|own| own.role == Role::Admin)
}

/// What is done once somebody has said who they are.
type Then = Box<dyn FnOnce() + Send + Sync>;

/// Asks for the password again, without leaving the page: what is typed and ticked there stays.
#[derive(Clone, Copy)]
pub struct Proof {
    asked: RwSignal<Option<ApiError>>,
    then: StoredValue<Option<Then>>,
}

impl Proof {
    pub fn provide() -> Self {
        let proof = Self { asked: RwSignal::new(None), then: StoredValue::new(None) };
        provide_context(proof);
        proof
    }

    /// `then` repeats what was refused.
    pub fn ask(self, why: ApiError, then: impl FnOnce() + Send + Sync + 'static) {
        self.then.set_value(Some(Box::new(then)));
        self.asked.set(Some(why));
    }

    /// What is shown was to be read again, and could not.
    pub fn ask_to_go_on(self, why: ApiError) {
        self.asked.set(Some(why));
    }

    /// What is asked, while it is.
    pub fn asked(self) -> Option<ApiError> {
        self.asked.get()
    }

    pub fn forget(self) {
        self.then.set_value(None);
        self.asked.set(None);
    }

    pub fn given(self, refresh: Option<Refresh>) {
        self.asked.set(None);
        if let Some(refresh) = refresh {
            refresh.now();
        }
        if let Some(then) = self.then.try_update_value(Option::take).flatten() {
            then();
        }
    }
}

/// Where somebody signs in who comes to a page without a session, and is led back to it.
pub fn use_sign_in_address() -> String {
    use_address().with_untracked(sign_in_address)
}

pub fn sign_in_address(from: &Address) -> String {
    let here = from.here();
    if here == path::HOME {
        path::SIGN_IN.to_owned()
    } else {
        format!("{}?next={}", path::SIGN_IN, crate::address::encode(&here))
    }
}

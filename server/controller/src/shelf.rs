//! What the watches have shown, kept so that one organization's part is found at once: a cluster may hold a hundred
//! thousand bindings, of which one organization has ten.

use crate::object;
use domain::id::OrganizationId;
use k8s_openapi::api::{core::v1::Namespace, rbac::v1::RoleBinding};
use kube::runtime::watcher::Event;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Namespace and name.
pub(crate) type Place = (String, String);
type Touched = BTreeSet<OrganizationId>;

/// Every role binding with our label. Ordered by namespace.
#[derive(Debug, Default)]
pub(crate) struct Bindings {
    all: BTreeMap<Place, Arc<RoleBinding>>,
    by_organization: BTreeMap<OrganizationId, BTreeSet<Place>>,
    /// What a new list has brought so far.
    listing: BTreeMap<Place, Arc<RoleBinding>>,
    pub(crate) listed: bool,
}

impl Bindings {
    /// Takes in what happened; answers the organizations whose label stood or stands on it.
    pub(crate) fn take(&mut self, event: Event<RoleBinding>, touched: &mut Touched) -> BTreeSet<String> {
        let mut namespaces = BTreeSet::new();
        match event {
            Event::Apply(object) => {
                self.put(place(&object), Some(Arc::new(object)), touched, &mut namespaces);
            }
            Event::Delete(object) => self.put(place(&object), None, touched, &mut namespaces),
            Event::Init => self.listing.clear(),
            Event::InitApply(object) => {
                self.listing.insert(place(&object), Arc::new(object));
            }
            Event::InitDone => {
                let mut listing = std::mem::take(&mut self.listing);
                for place in self.all.keys().cloned().collect::<Vec<_>>() {
                    let now = listing.remove(&place);
                    self.put(place, now, touched, &mut namespaces);
                }
                for (place, object) in listing {
                    self.put(place, Some(object), touched, &mut namespaces);
                }
                self.listed = true;
            }
        }
        namespaces
    }

    fn put(
        &mut self,
        place: Place,
        now: Option<Arc<RoleBinding>>,
        touched: &mut Touched,
        namespaces: &mut BTreeSet<String>,
    ) {
        let before = self.all.remove(&place);
        let version =
            |object: &Option<Arc<RoleBinding>>| object.as_ref().and_then(|it| it.metadata.resource_version.clone());
        let same = before.is_some() && version(&before) == version(&now);
        let organization = |object: &Option<Arc<RoleBinding>>| object::organization(&object.as_ref()?.metadata);
        if let Some(id) = organization(&before)
            && let Some(places) = self.by_organization.get_mut(&id)
        {
            places.remove(&place);
            if places.is_empty() {
                self.by_organization.remove(&id);
            }
        }
        if let Some(id) = organization(&now) {
            self.by_organization.entry(id).or_default().insert(place.clone());
        }
        if !same {
            touched.extend(organization(&before).into_iter().chain(organization(&now)));
            namespaces.insert(place.0.clone());
        }
        if let Some(now) = now {
            self.all.insert(place, now);
        }
    }

    pub(crate) fn get(&self, place: &Place) -> Option<&Arc<RoleBinding>> {
        self.all.get(place)
    }

    /// What names this organization, or lies in one of these namespaces.
    pub(crate) fn of<'a>(
        &self,
        organization: OrganizationId,
        namespaces: impl Iterator<Item = &'a str>,
    ) -> Vec<Arc<RoleBinding>> {
        let mut found: BTreeMap<&Place, &Arc<RoleBinding>> = BTreeMap::new();
        let named = self.by_organization.get(&organization).into_iter().flatten();
        found.extend(named.filter_map(|place| self.all.get_key_value(place)));
        for namespace in namespaces {
            let from = (namespace.to_owned(), String::new());
            found.extend(self.all.range(from..).take_while(|((there, _), _)| there == namespace));
        }
        found.into_values().cloned().collect()
    }
}

/// Every namespace with our label.
#[derive(Debug, Default)]
pub(crate) struct Namespaces {
    all: BTreeMap<String, Owned>,
    listing: BTreeMap<String, Owned>,
    pub(crate) listed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owned {
    pub(crate) organization: OrganizationId,
    /// It is being deleted.
    pub(crate) ending: bool,
}

impl Namespaces {
    pub(crate) fn take(&mut self, event: Event<Namespace>, touched: &mut Touched) {
        match event {
            Event::Apply(object) => self.put(named(&object), owned(&object), touched),
            Event::Delete(object) => self.put(named(&object), None, touched),
            Event::Init => self.listing.clear(),
            Event::InitApply(object) => {
                self.listing.extend(owned(&object).map(|owned| (named(&object), owned)));
            }
            Event::InitDone => {
                let mut listing = std::mem::take(&mut self.listing);
                for name in self.all.keys().cloned().collect::<Vec<_>>() {
                    let now = listing.remove(&name);
                    self.put(name, now, touched);
                }
                for (name, owned) in listing {
                    self.put(name, Some(owned), touched);
                }
                self.listed = true;
            }
        }
    }

    fn put(&mut self, name: String, now: Option<Owned>, touched: &mut Touched) {
        let before = match now {
            Some(now) => self.all.insert(name, now),
            None => self.all.remove(&name),
        };
        if before != now {
            touched.extend([before, now].into_iter().flatten().map(|owned| owned.organization));
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<Owned> {
        self.all.get(name).copied()
    }

    pub(crate) fn of(&self, organization: OrganizationId) -> impl Iterator<Item = &str> {
        self.all.iter().filter(move |(_, owned)| owned.organization == organization).map(|(name, _)| name.as_str())
    }
}

fn owned(object: &Namespace) -> Option<Owned> {
    let organization = object::organization(&object.metadata)?;
    Some(Owned { organization, ending: object.metadata.deletion_timestamp.is_some() })
}

fn named(object: &Namespace) -> String {
    object.metadata.name.clone().unwrap_or_default()
}

pub(crate) fn place(object: &RoleBinding) -> Place {
    let text = |it: &Option<String>| it.clone().unwrap_or_default();
    (text(&object.metadata.namespace), text(&object.metadata.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

    fn organization(number: u8) -> OrganizationId {
        OrganizationId::from_random([number; 16])
    }

    fn binding(namespace: &str, name: &str, number: u8, version: &str) -> RoleBinding {
        let labels = [(object::label::ORGANIZATION.to_owned(), organization(number).to_string())];
        let metadata = ObjectMeta {
            name: Some(name.into()),
            namespace: Some(namespace.into()),
            labels: Some(labels.into()),
            resource_version: Some(version.into()),
            ..ObjectMeta::default()
        };
        RoleBinding { metadata, ..RoleBinding::default() }
    }

    fn take(shelf: &mut Bindings, events: Vec<Event<RoleBinding>>) -> Touched {
        let mut touched = Touched::new();
        for event in events {
            shelf.take(event, &mut touched);
        }
        touched
    }

    fn names(shelf: &Bindings, number: u8, namespaces: &[&str]) -> Vec<String> {
        let found = shelf.of(organization(number), namespaces.iter().copied());
        found.iter().filter_map(|object| object.metadata.name.clone()).collect()
    }

    #[test]
    fn an_organization_finds_what_names_it_and_what_lies_in_its_namespaces() {
        let mut shelf = Bindings::default();
        let all = [
            binding("a", "1", 1, "1"),
            binding("a-b", "2", 2, "1"),
            binding("b", "3", 2, "1"),
            binding("c", "4", 1, "1"),
        ];
        take(&mut shelf, all.map(Event::Apply).into());
        assert_eq!(names(&shelf, 1, &[]), ["1", "4"]);
        assert_eq!(names(&shelf, 1, &["a", "b"]), ["1", "3", "4"], "`a-b` is not in `a`");
        assert_eq!(names(&shelf, 3, &[]), Vec::<String>::new());
    }

    #[test]
    fn a_label_that_moves_touches_both_organizations() {
        let mut shelf = Bindings::default();
        take(&mut shelf, vec![Event::Apply(binding("a", "1", 1, "1"))]);
        let touched = take(&mut shelf, vec![Event::Apply(binding("a", "1", 2, "2"))]);
        assert_eq!(touched, [organization(1), organization(2)].into());
        assert_eq!((names(&shelf, 1, &[]).len(), names(&shelf, 2, &[]).len()), (0, 1));
    }

    #[test]
    fn a_new_list_touches_what_is_gone_new_or_other_and_counts_when_it_is_complete() {
        let mut shelf = Bindings::default();
        let first = [binding("a", "1", 1, "1"), binding("a", "2", 2, "1"), binding("a", "3", 3, "1")];
        let listed = |objects: Vec<RoleBinding>| {
            [vec![Event::Init], objects.into_iter().map(Event::InitApply).collect()].concat()
        };
        take(&mut shelf, listed(first.to_vec()));
        assert!(!shelf.listed && names(&shelf, 1, &[]).is_empty(), "half a list would look like deletions");
        take(&mut shelf, vec![Event::InitDone]);
        assert!(shelf.listed);

        let second = vec![binding("a", "1", 1, "1"), binding("a", "2", 2, "5"), binding("a", "4", 4, "5")];
        assert_eq!(take(&mut shelf, listed(second)), Touched::new());
        assert_eq!(names(&shelf, 3, &[]), ["3"]);
        let touched = take(&mut shelf, vec![Event::InitDone]);
        assert_eq!(touched, [organization(2), organization(3), organization(4)].into());
        assert_eq!(names(&shelf, 3, &[]), Vec::<String>::new());
    }
}

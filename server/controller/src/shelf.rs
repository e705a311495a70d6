//! What the watches have shown, kept so that one organization's part is found at once: a cluster may hold a hundred
//! thousand bindings, of which one organization has ten.

use crate::{
    object,
    roles::wrong::{Wrong, wrong},
};
use domain::{binding::ClusterRole as Bound, id::OrganizationId, namespace::PodSecurity};
use k8s_openapi::api::{
    core::v1::Namespace,
    rbac::v1::{ClusterRole, RoleBinding},
};
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
    /// The newest resource version that the watch has brought.
    newest: u64,
}

impl Bindings {
    /// Takes in what the API server answered to our own write, if the watch has not come so far yet: one that broke off
    /// meanwhile would leave us without knowing of a binding that is there, and call it withdrawn.
    pub(crate) fn put_answered(&mut self, object: RoleBinding) {
        if object::version(&object).is_some_and(|version| version > self.newest) {
            // Nobody has to look because of it: who wrote it knows.
            self.put(place(&object), Some(Arc::new(object)), &mut Touched::new(), &mut BTreeSet::new());
        }
    }

    /// Takes in what happened; answers the organizations whose label stood or stands on it.
    pub(crate) fn take(&mut self, event: Event<RoleBinding>, touched: &mut Touched) -> BTreeSet<String> {
        let mut namespaces = BTreeSet::new();
        if let Event::Apply(object) | Event::Delete(object) | Event::InitApply(object) = &event {
            self.newest = self.newest.max(object::version(object).unwrap_or_default());
        }
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
    pub(crate) pod_security: Option<PodSecurity>,
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

/// What is wrong with each role that bindings refer to.
#[derive(Debug, Default)]
pub(crate) struct Roles {
    /// Of a role that was read, what is wrong with it, if anything; of one that can't be read, that nobody knows.
    all: BTreeMap<Bound, Known>,
    /// What a new list has brought so far. By name it brings one object at most.
    listing: BTreeMap<Bound, ClusterRole>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Known {
    Read(Option<Wrong>),
    /// It can't be read: then nothing is said of it, and no binding to it is called failing.
    Unread,
}

impl Roles {
    /// Takes in what happened to one role; answers whether something else is known of it now.
    pub(crate) fn take(&mut self, role: Bound, event: Event<ClusterRole>) -> bool {
        let found = match event {
            Event::Apply(object) => Some(object),
            Event::Delete(_) => None,
            Event::Init => {
                self.listing.remove(&role);
                return false;
            }
            Event::InitApply(object) => {
                self.listing.insert(role, object);
                return false;
            }
            Event::InitDone => self.listing.remove(&role),
        };
        self.know(role, Known::Read(wrong(role, found.as_ref())))
    }

    /// This role can't be read; answers whether it was not known before.
    pub(crate) fn is_unread(&mut self, role: Bound) -> bool {
        self.know(role, Known::Unread)
    }

    fn know(&mut self, role: Bound, now: Known) -> bool {
        let changed = self.all.get(&role) != Some(&now);
        self.all.insert(role, now);
        changed
    }

    /// Those that nothing is known of yet.
    pub(crate) fn unlisted(&self) -> impl Iterator<Item = Bound> {
        Bound::ALL.into_iter().filter(|role| !self.all.contains_key(role))
    }

    /// Whether there is one that can't be read.
    pub(crate) fn some_unread(&self) -> bool {
        self.all.values().any(|known| *known == Known::Unread)
    }

    pub(crate) fn broken(&self) -> BTreeMap<Bound, Wrong> {
        let wrong = |(role, known): (&Bound, &Known)| match known {
            Known::Read(Some(wrong)) => Some((*role, wrong.clone())),
            Known::Read(None) | Known::Unread => None,
        };
        self.all.iter().filter_map(wrong).collect()
    }
}

fn owned(object: &Namespace) -> Option<Owned> {
    let organization = object::organization(&object.metadata)?;
    let ending = object.metadata.deletion_timestamp.is_some();
    Some(Owned { organization, ending, pod_security: object::pod_security(&object.metadata) })
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

    #[test]
    fn a_role_is_broken_until_it_gives_what_it_should_and_never_while_it_cant_be_read() {
        const PODS: Bound = Bound::Withheld(domain::permission::Permission::WritePods);
        let right =
            || crate::roles::permissions().into_iter().find(|it| it.metadata.name == Some(PODS.name())).unwrap();
        let empty = || ClusterRole { rules: None, ..right() };
        let mut roles = Roles::default();
        assert_eq!(roles.unlisted().count(), 3);
        assert!(
            !roles.take(PODS, Event::Init) && roles.unlisted().count() == 3,
            "nothing is known before the list's end"
        );
        assert!(roles.take(PODS, Event::InitDone));
        assert_eq!((roles.unlisted().count(), roles.broken()), (2, [(PODS, Wrong::Missing(PODS))].into()));
        assert!(roles.take(PODS, Event::Apply(empty())));
        assert_eq!(roles.broken(), [(PODS, Wrong::Empty(PODS))].into());
        assert!(roles.is_unread(PODS) && roles.some_unread());
        assert_eq!(roles.broken(), BTreeMap::new());
        assert!(!roles.is_unread(PODS), "it is said once");
        assert!(!roles.take(PODS, Event::InitApply(right())));
        assert!(roles.take(PODS, Event::InitDone) && !roles.some_unread());
        assert!(!roles.take(PODS, Event::Apply(right())), "a label more is nobody's concern");
        assert_eq!(roles.broken(), BTreeMap::new());
        assert!(roles.take(PODS, Event::Delete(right())));
        assert_eq!(roles.broken(), [(PODS, Wrong::Missing(PODS))].into());
    }

    #[test]
    fn an_answered_write_counts_until_the_watch_has_come_so_far() {
        let mut shelf = Bindings::default();
        take(&mut shelf, vec![Event::Apply(binding("a", "1", 1, "5"))]);
        shelf.put_answered(binding("a", "2", 1, "7"));
        assert_eq!(names(&shelf, 1, &[]), ["1", "2"]);
        take(&mut shelf, vec![Event::Delete(binding("a", "2", 1, "9"))]);
        shelf.put_answered(binding("a", "2", 1, "7"));
        assert_eq!(names(&shelf, 1, &[]), ["1"], "the watch knows that it was deleted since");
    }
}

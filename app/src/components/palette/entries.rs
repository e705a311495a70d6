//! What the search of the console can lead to: pages, actions, and what the open organization has.

use crate::{
    address::encode,
    api::{
        members::{Member, RowStatus},
        namespaces::Namespace,
        sessions::{Current, OwnOrganization},
        token::Token,
    },
    components::icon::Icon,
    session::is_admin,
};
use domain::{path, text::Slug};

/// In the order in which groups stand that fit equally well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    GoTo,
    Actions,
    People,
    Namespaces,
    Tokens,
}

impl Group {
    pub(super) const ALL: [Self; 5] = [Self::GoTo, Self::Actions, Self::People, Self::Namespaces, Self::Tokens];

    pub(super) const fn heading(self) -> &'static str {
        match self {
            Self::GoTo => "Go to",
            Self::Actions => "Actions",
            Self::People => "People",
            Self::Namespaces => "Namespaces",
            Self::Tokens => "Tokens",
        }
    }
}

/// One thing that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub group: Group,
    /// Its own within its group.
    pub id: String,
    pub label: String,
    /// What stands beside the label, and is searched as well.
    pub hint: String,
    pub icon: Icon,
    pub address: String,
}

impl Entry {
    fn place(group: Group, label: &str, icon: Icon, address: String) -> Self {
        Self { group, id: label.to_owned(), label: label.to_owned(), hint: String::new(), icon, address }
    }

    /// Whether it asks something about one person: that is never offered by itself.
    pub(super) fn asks_first(&self) -> bool {
        self.group == Group::Actions && self.id != self.label
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.group == other.group && self.id == other.id
    }
}

/// Who searches, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The address of whoever is signed in.
    pub email: String,
    pub organization: Option<Slug>,
    pub admin: bool,
    pub operator: bool,
}

impl Scope {
    pub fn new(current: &Current, open: Option<&OwnOrganization>) -> Self {
        Self {
            email: current.user.email.to_string(),
            organization: open.map(|own| own.organization.clone()),
            admin: is_admin(open),
            operator: current.operator,
        }
    }

    /// The pages and actions that are open to them.
    pub(super) fn places(&self) -> Vec<Entry> {
        let go = |label, icon, address: String| Entry::place(Group::GoTo, label, icon, address);
        let act = |label, address: String| Entry::place(Group::Actions, label, Icon::Plus, address);
        let mut places = Vec::new();
        if let Some(slug) = &self.organization {
            places.push(go("Organization", Icon::Users, path::organization(slug)));
            places.push(go("Namespaces", Icon::Box, path::namespaces(slug)));
            if self.admin {
                places.push(go("Access", Icon::Grid, path::access(slug)));
                places.push(go("API access", Icon::Key, path::api_access(slug)));
                places.push(go("Activity", Icon::Activity, path::activity(slug)));
                places.push(go("Settings", Icon::Settings, path::settings(slug)));
                places.push(act("Invite people", format!("{}?invite=1", path::organization(slug))));
                places.push(act("Create a namespace", format!("{}?create=1", path::namespaces(slug))));
                places.push(act("Create a token", format!("{}?create=1", path::api_access(slug))));
            }
        }
        if self.operator {
            let desk = [
                ("Operator", path::OPERATOR),
                ("Operator: requests", path::OPERATOR_REQUESTS),
                ("Operator: organizations", path::OPERATOR_ORGANIZATIONS),
                ("Operator: cluster", path::OPERATOR_CLUSTER),
                ("Operator: mail", path::OPERATOR_MAIL),
                ("Operator: activity", path::OPERATOR_ACTIVITY),
            ];
            places.extend(desk.map(|(label, path)| go(label, Icon::Server, path.to_owned())));
        }
        places.push(go("Account", Icon::Person, path::ACCOUNT.to_owned()));
        places
    }

    /// A row of the Users table; opened, where they may see what is in it.
    pub(super) fn person(&self, member: &Member) -> Option<Entry> {
        let may_open = !member.status.is_invitation() && (self.admin || member.email == self.email);
        let open = may_open.then_some(member.id.as_str());
        let mut hint = names(member);
        if member.status != RowStatus::Active {
            let between = if hint.is_empty() { "" } else { ", " };
            hint = format!("{hint}{between}{}", member.status.words());
        }
        self.found(Group::People, open.unwrap_or_default(), &member.email, hint)
    }

    /// Its row; opened for admins, who alone see what is in it.
    pub(super) fn namespace(&self, namespace: &Namespace) -> Option<Entry> {
        self.found(Group::Namespaces, namespace.id.as_str(), namespace.name.as_str(), String::new())
    }

    /// Its dialog. An expired one has none, and is shown with the others.
    pub(super) fn token(&self, token: &Token) -> Option<Entry> {
        let (id, hint) = if token.expired {
            (String::new(), format!("{}, expired", token.mask()))
        } else {
            (token.id.to_string(), token.mask().to_string())
        };
        match &token.name {
            Some(name) => self.found(Group::Tokens, &id, name.as_str(), hint),
            None => self.found(Group::Tokens, &id, &hint, String::new()),
        }
    }

    /// The question that the button in their row asks; `None` where they may not be deactivated.
    pub(super) fn deactivation(&self, member: &Member) -> Option<Entry> {
        let slug = self.organization.as_ref().filter(|_| self.admin)?;
        let may_be = member.status == RowStatus::Active && member.keeps.is_none();
        may_be.then(|| Entry {
            group: Group::Actions,
            id: format!("deactivate {}", member.id),
            label: format!("Deactivate {}", member.email),
            hint: names(member),
            icon: Icon::Lock,
            address: format!(
                "{}?search={}&deactivate={}",
                path::organization(slug),
                encode(&member.email),
                encode(&member.id)
            ),
        })
    }

    /// What the organization has, by its id and name; an empty id opens nothing but the page. `None` where they may not see it.
    pub(super) fn found(&self, group: Group, id: &str, label: &str, hint: String) -> Option<Entry> {
        let slug = self.organization.as_ref()?;
        let opened = |name: &str| if id.is_empty() { String::new() } else { format!("{name}={}", encode(id)) };
        let (icon, page, query) = match group {
            Group::People => {
                let open = opened("&open");
                (Icon::Person, path::organization(slug), format!("?search={}{open}", encode(label)))
            }
            Group::Namespaces if self.admin => (Icon::Box, path::namespaces(slug), opened("?open")),
            Group::Namespaces => (Icon::Box, path::namespaces(slug), String::new()),
            Group::Tokens if self.admin => (Icon::Key, path::api_access(slug), opened("?assign")),
            Group::Tokens | Group::GoTo | Group::Actions => return None,
        };
        // Two that open nothing are still two.
        let id = if id.is_empty() { format!("={label}") } else { id.to_owned() };
        Some(Entry { group, id, label: label.to_owned(), hint, icon, address: format!("{page}{query}") })
    }
}

fn names(member: &Member) -> String {
    let names = [member.first_name.as_deref(), member.last_name.as_deref()].into_iter().flatten();
    names.filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
pub(super) mod tests {
    use super::{Group, Scope};
    use crate::api::members::{Member, RowStatus};
    use domain::{membership::Role, text::Slug};

    pub(in crate::components::palette) fn scope(admin: bool) -> Scope {
        let organization = Slug::parse("northwind").ok();
        Scope { email: "ada@x.example".to_owned(), organization, admin, operator: false }
    }

    fn member(email: &str, status: RowStatus, keeps: Option<&str>) -> Member {
        Member {
            id: "m1".to_owned(),
            email: email.to_owned(),
            first_name: Some("Bo".to_owned()),
            last_name: Some("Lind".to_owned()),
            two_factor: None,
            invited_by: None,
            status,
            role: Role::Member,
            founder: false,
            version: 1,
            keeps: keeps.map(ToOwned::to_owned),
            withdrawn_at: None,
            expires_at: None,
            since: None,
            last_active: None,
            mail: None,
        }
    }

    #[test]
    fn a_person_is_opened_where_their_row_may_be() {
        let address = |admin, email, status| scope(admin).person(&member(email, status, None)).unwrap().address;
        let closed = "/o/northwind/organization?search=bo%40x.example";
        assert_eq!(address(true, "bo@x.example", RowStatus::Active), format!("{closed}&open=m1"));
        assert_eq!(address(true, "bo@x.example", RowStatus::InviteSent), closed);
        assert_eq!(address(false, "bo@x.example", RowStatus::Active), closed);
        assert!(address(false, "ada@x.example", RowStatus::Active).ends_with("&open=m1"), "their own");
        let off = scope(true).person(&member("bo@x.example", RowStatus::Deactivated, None)).unwrap();
        assert_eq!(off.hint, "Bo Lind, deactivated");
    }

    #[test]
    fn a_deactivation_is_offered_to_admins_where_the_button_is_enabled() {
        let offered = |admin, status, keeps| scope(admin).deactivation(&member("bo@x.example", status, keeps));
        let address = "/o/northwind/organization?search=bo%40x.example&deactivate=m1";
        assert_eq!(offered(true, RowStatus::Active, None).unwrap().address, address);
        assert_eq!(offered(true, RowStatus::Active, Some("the founder stays")), None);
        assert_eq!(offered(true, RowStatus::Deactivated, None), None);
        assert_eq!(offered(false, RowStatus::Active, None), None);
    }

    #[test]
    fn places_of_a_member_hold_no_page_or_action_of_admins() {
        let labels = scope(false).places().into_iter().map(|place| place.label).collect::<Vec<_>>();
        assert_eq!(labels, ["Organization", "Namespaces", "Account"]);
        assert_eq!(scope(false).found(Group::Tokens, "1", "ci", String::new()), None);
        assert_eq!(
            scope(true).found(Group::Tokens, "1", "ci", String::new()).unwrap().address,
            "/o/northwind/api-access?assign=1"
        );
    }
}

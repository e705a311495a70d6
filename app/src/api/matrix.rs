//! Who has which namespace, as a picture: people are its rows, namespaces its columns.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::exchange::context;
use crate::api::client::Browser;
use domain::{
    permission::Permission,
    text::{NamespaceLabel, NamespaceName, OrganizationName},
    time::Timestamp,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// `id` is the organization's own part (`dev`), `name` what the cluster calls it (`northwind-dev`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub id: NamespaceLabel,
    pub name: NamespaceName,
}

/// A member, and what they have. What is empty is left out. Namespaces, givers and reasons are places in the lists of
/// [`Matrix`]: a page of 50 people in 10 namespaces stays below 12 KB.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub id: String,
    pub email: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deactivated: bool,
    /// The cluster has yet to apply what was changed last of them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub applying: bool,
    /// Where they have all that an admin may give: the namespace, who gave it, and in days since 1970 when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub has: Vec<(usize, usize, i64)>,
    /// When some of it ends by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ends: Vec<(usize, Timestamp)>,
    /// What the operator gave them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<(usize, Permission)>,
    /// What the cluster does not take: the namespace and the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failing: Vec<(usize, usize)>,
}

/// One page, and the lists that its rows refer to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matrix {
    /// The organization's.
    pub name: OrganizationName,
    pub namespaces: Vec<Column>,
    pub members: Vec<Row>,
    /// Addresses, and names of tokens.
    pub givers: Vec<String>,
    /// Why the cluster does not take something.
    pub reasons: Vec<String>,
    pub total: u64,
    pub next: Option<String>,
    /// Whether a controller keeps a cluster as this says.
    pub enforced: bool,
}

impl Matrix {
    /// Puts the next page below this one.
    pub fn append(&mut self, mut page: Self) {
        for row in &mut page.members {
            for (_, giver, _) in &mut row.has {
                *giver = page.givers.get(*giver).map_or(0, |text| place(&mut self.givers, text));
            }
            for (_, reason) in &mut row.failing {
                *reason = page.reasons.get(*reason).map_or(0, |text| place(&mut self.reasons, text));
            }
        }
        self.members.append(&mut page.members);
        self.next = page.next;
    }
}

/// Where this text stands in the list; at its end, where it did not.
fn place(list: &mut Vec<String>, text: &str) -> usize {
    list.iter().position(|known| known == text).unwrap_or_else(|| {
        list.push(text.to_owned());
        list.len() - 1
    })
}

#[cfg(feature = "ssr")]
mod rows {
    use super::{Column, Matrix, Row, place};
    use domain::membership::Status;
    use usecases::{cluster::Sync, matrix};

    impl From<matrix::Matrix> for Matrix {
        fn from(matrix: matrix::Matrix) -> Self {
            let (mut givers, mut reasons) = (Vec::new(), Vec::new());
            let row = |row: matrix::Row| {
                let mut read = Row {
                    id: row.person.id.to_string(),
                    email: row.person.email,
                    deactivated: row.person.status == Status::Deactivated,
                    applying: false,
                    has: Vec::new(),
                    ends: Vec::new(),
                    withheld: Vec::new(),
                    failing: Vec::new(),
                };
                for (at, cell) in row.cells.into_iter().enumerate() {
                    if let Some(tick) = cell.tick {
                        read.ends.extend(tick.ends_at().map(|ends_at| (at, ends_at)));
                        read.has.push((at, place(&mut givers, &tick.granted_by), tick.granted_at.days()));
                    }
                    read.withheld.extend(cell.withheld.into_iter().map(|permission| (at, permission)));
                    match cell.sync {
                        Sync::Applying => read.applying = true,
                        Sync::Failing(reason) => read.failing.push((at, place(&mut reasons, &reason))),
                        Sync::NoCluster | Sync::InSync => {}
                    }
                }
                read
            };
            let members = matrix.rows.into_iter().map(row).collect();
            let column = |namespace: usecases::namespaces::Stored| Column { id: namespace.label, name: namespace.name };
            Self {
                name: matrix.organization.name,
                namespaces: matrix.namespaces.into_iter().map(column).collect(),
                members,
                givers,
                reasons,
                total: matrix.total,
                next: matrix.next,
                enforced: matrix.enforced,
            }
        }
    }
}

/// One page of the people of an organization, and what each has in every namespace; for admins, and for tokens. Invitees have
/// nothing yet, and are left out.
///
/// * `search`: in addresses and names. `cursor`: the `next` of a page with the same search. `limit`: 50, and at most 200.
///
/// # Errors
/// 422 `bad_field` on `cursor` and `search`; 403 `admins_only`.
#[server(name = MatrixCall, prefix = "/api/v1", endpoint = "grants/matrix", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn matrix(
    organization: String,
    search: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
) -> Result<Matrix, ApiError> {
    let query = usecases::matrix::Query { search: search.unwrap_or_default(), cursor, limit };
    Ok(usecases::matrix::read(&context()?, &organization, &query).await?.into())
}

/// Somebody to whom a namespace can be given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    pub id: String,
    pub email: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidates {
    pub members: Vec<Candidate>,
}

/// The first 50 active members, by address, to whom an admin has not given this namespace; for admins, and for tokens.
///
/// * `search`: in addresses and names.
///
/// # Errors
/// 422 `unknown_namespace`, `bad_field` on `search`; 403 `admins_only`.
#[server(name = LackingCall, prefix = "/api/v1", endpoint = "grants/lacking", client = Browser, input = server_fn::codec::GetUrl)]
pub async fn lacking(organization: String, namespace: String, search: Option<String>) -> Result<Candidates, ApiError> {
    let search = search.unwrap_or_default();
    let found = usecases::matrix::lacking(&context()?, &organization, &namespace, &search).await?;
    let members = found.into_iter().map(|person| Candidate { id: person.id.to_string(), email: person.email });
    Ok(Candidates { members: members.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(email: &str, givers: &[&str], has: &[(usize, usize, i64)]) -> Matrix {
        let row = Row {
            id: email.to_owned(),
            email: email.to_owned(),
            deactivated: false,
            applying: false,
            has: has.to_vec(),
            ends: Vec::new(),
            withheld: Vec::new(),
            failing: Vec::new(),
        };
        Matrix {
            name: OrganizationName::parse("Northwind").unwrap(),
            namespaces: Vec::new(),
            members: vec![row],
            givers: givers.iter().map(|giver| (*giver).to_owned()).collect(),
            reasons: Vec::new(),
            total: 2,
            next: (email == "a").then(|| "more".to_owned()),
            enforced: false,
        }
    }

    #[test]
    fn a_page_below_another_names_the_same_givers() {
        let mut matrix = page("a", &["ada"], &[(0, 0, 1)]);
        matrix.append(page("b", &["bo", "ada"], &[(0, 0, 2), (1, 1, 3)]));
        assert_eq!(matrix.givers, ["ada", "bo"]);
        assert_eq!(matrix.members[1].has, [(0, 1, 2), (1, 0, 3)]);
        assert_eq!((matrix.members.len(), matrix.next), (2, None));
    }

    #[test]
    fn what_is_empty_is_not_written() {
        let written = serde_json::to_string(&page("a", &[], &[]).members[0]).unwrap();
        assert_eq!(written, r#"{"id":"a","email":"a"}"#);
    }
}

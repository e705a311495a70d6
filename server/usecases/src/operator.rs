//! What only the operator does. Each act is written once, for work that is under way: an operator does it directly, and
//! approving an admin's request does the very same within the decision.

mod directory;
mod installation;
mod namespaces;
mod people;
mod permissions;
mod requests;
mod restore;
mod standing;

pub use directory::{
    Cluster, Deed, Details, Did, Mail, Organizations, Overview, Requests, activity, cluster, details, mail,
    organizations, overview, request, requests, waiting,
};
pub use installation::{
    Dismissed, NewAccount, add, credentials, end_credential, list, make_credential, remove, retry_all_mail, retry_mail,
    set_sign_ups,
};
pub use namespaces::{adopt, delete};
pub use people::{Removal, change_founder, change_role, preview_removal, remove_user};
pub use permissions::{Given, give, given, take};
pub use requests::{Verdict, decide};
pub use restore::confirm_restore;
pub use standing::{confirm_deletions, limit_members, limit_namespaces, resume, suspend};

pub use domain::operator::PREFIX;
pub use storage::{
    credentials::Credential,
    directory::{Drift, Listed},
    operators::Operator,
};

use crate::{Error, gates::Work};
use domain::{Refusal, id::NamespaceId, membership::Role, request::Wish, text::NamespaceName};
use storage::namespaces::Namespace;

/// Does what was asked for.
pub(crate) async fn carry_out(work: &mut Work, wish: &Wish) -> Result<(), Error> {
    match wish {
        Wish::MakeAdmin { member, .. } => people::set_role(work, *member, Role::Admin).await.map(drop),
        Wish::TakeAdmin { member, .. } => people::set_role(work, *member, Role::Member).await.map(drop),
        Wish::ChangeFounder { member, .. } => people::set_founder(work, *member).await.map(drop),
        Wish::GivePermission(asked) => {
            let namespace = present(work, asked.namespace, &asked.name).await?;
            permissions::insert(work, asked.holder, &namespace, asked.permission, asked.lifetime).await.map(drop)
        }
        Wish::TakePermission(asked) => {
            let namespace = present(work, asked.namespace, &asked.name).await?;
            permissions::delete(work, asked.holder, &namespace, asked.permission).await
        }
        Wish::NamespaceLimit { limit } => standing::set_namespace_limit(work, *limit).await,
        Wish::MemberLimit { limit } => standing::set_member_limit(work, Some(*limit)).await,
        Wish::RemoveUser { member, .. } => people::forget(work, *member).await.map(drop),
        Wish::AdoptNamespace { name } => namespaces::insert(work, name).await.map(drop),
        Wish::DeleteNamespace { namespace, name } => {
            let namespace = present(work, *namespace, name).await?;
            namespaces::take_away(work, &namespace).await
        }
    }
}

/// A namespace that was there when somebody asked.
async fn present(work: &mut Work, id: NamespaceId, name: &NamespaceName) -> Result<Namespace, Error> {
    let all = storage::namespaces::list(&mut work.c, work.organization.id).await?;
    let found = all.into_iter().find(|namespace| namespace.id == id);
    found.ok_or_else(|| Refusal::UnknownNamespace { name: name.to_string() }.into())
}

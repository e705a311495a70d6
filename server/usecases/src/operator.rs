//! What only the operator does. Each act is written once, for work that is under way: an operator does it directly, and
//! approving an admin's request does the very same within the decision.

mod directory;
mod installation;
mod namespaces;
mod people;
mod permissions;
mod requests;
mod standing;

pub use directory::{
    Cluster, Deed, Details, Did, Mail, Organizations, Overview, Requests, activity, cluster, details, mail,
    organizations, overview, requests,
};
pub use installation::{
    NewAccount, PREFIX, add, credentials, end_credential, list, make_credential, remove, retry_all_mail, retry_mail,
    set_sign_ups,
};
pub use namespaces::{adopt, delete};
pub use people::{Removal, change_founder, change_role, preview_removal, remove_user};
pub use permissions::{give, take};
pub use requests::{Verdict, decide};
pub use standing::{confirm_deletions, limit_members, limit_namespaces, resume, suspend};

pub use storage::directory::Listed;

use crate::{Error, gates::Work};
use domain::{membership::Role, request::Wish};

/// Does what was asked for.
pub(crate) async fn carry_out(work: &mut Work, wish: &Wish) -> Result<(), Error> {
    match wish {
        Wish::MakeAdmin { member, .. } => people::set_role(work, *member, Role::Admin).await.map(drop),
        Wish::TakeAdmin { member, .. } => people::set_role(work, *member, Role::Member).await.map(drop),
        Wish::ChangeFounder { member, .. } => people::set_founder(work, *member).await.map(drop),
        Wish::GivePermission(asked) => {
            permissions::insert(work, asked.holder, asked.namespace, asked.permission, asked.lifetime).await.map(drop)
        }
        Wish::TakePermission(asked) => permissions::delete(work, asked.holder, asked.namespace, asked.permission).await,
        Wish::NamespaceLimit { limit } => standing::set_namespace_limit(work, *limit).await,
        Wish::MemberLimit { limit } => standing::set_member_limit(work, Some(*limit)).await,
        Wish::RemoveUser { member, .. } => people::forget(work, *member).await.map(drop),
        Wish::AdoptNamespace { name } => namespaces::insert(work, name).await.map(drop),
        Wish::DeleteNamespace { namespace, .. } => namespaces::take_away(work, *namespace).await.map(drop),
    }
}

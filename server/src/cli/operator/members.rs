//! People are named by their addresses here; the API knows them by ids.

use super::{
    desk::{Desk, Rows},
    ended::Ended,
};
use app::api::members::Member;
use domain::text::EmailAddress;

/// As many as the API gives at once.
const PAGE: &str = "200";

/// Members and invitees of an organization.
pub(super) async fn list(desk: &Desk, slug: &str, search: &str) -> Result<Rows<Member>, Ended> {
    let fields = vec![("organization", slug.to_owned()), ("search", search.to_owned()), ("limit", PAGE.to_owned())];
    desk.list("members/list", "members", fields, usize::MAX).await
}

/// The member with exactly this address: a search finds every address that it is a part of.
///
/// # Errors
/// Nobody has it, or nobody has accepted the invitation to it yet.
pub(super) async fn named(desk: &Desk, slug: &str, email: &EmailAddress) -> Result<Member, Ended> {
    let found = list(desk, slug, email.as_str()).await?.rows.into_iter().find(|it| it.email == email.as_str());
    let found = found.ok_or_else(|| {
        Ended::not_found(format!(
            "{email} is no member of {slug}. `bailiwick operator user list {slug}` shows everybody."
        ))
    })?;
    if found.status.is_invitation() {
        return Err(Ended::not_found(format!("{email} is invited to {slug}, and no member before they accept.")));
    }
    Ok(found)
}

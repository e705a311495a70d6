//! An organization as its people see it.

use crate::{Context, Error};
use domain::{access::Action, membership::Membership};
pub use storage::organizations::{Organization, OwnOrganization};

/// The organization, and the asker's own membership; a token has none.
pub async fn see(context: &Context, slug: &str) -> Result<(Organization, Option<Membership>), Error> {
    let look = context.look(slug, Action::SeeOrganization).await?;
    let membership = look.membership();
    Ok((look.organization, membership))
}

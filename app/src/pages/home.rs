//! `/`: leads to the organization, or to the door.

use super::{Away, Loaded, Visit};
use domain::path;

pub(super) async fn load(visit: &Visit) -> Loaded {
    if visit.context.signed_in().is_err() {
        let first = usecases::sign_up::is_first(&visit.context).await?;
        return Err(Away::To(if first { path::SIGN_UP } else { path::SIGN_IN }.into()));
    }
    let (person, organizations) = usecases::sessions::current(&visit.context).await?;
    let home = match organizations.first() {
        Some(own) => path::organization(&own.slug),
        None if person.operator => path::OPERATOR.into(),
        None => path::ACCOUNT.into(),
    };
    Err(Away::To(home))
}

//! Being written.

use super::{Loaded, Visit};
use crate::error::ApiError;

pub(super) async fn load(visit: &Visit) -> Loaded {
    let _ = visit;
    Err(ApiError::not_found().into())
}

//! Every address of the console, as a function: links, redirects and mails all ask here.

use crate::{login::UserCode, text::Slug};

pub const HOME: &str = "/";
pub const SIGN_UP: &str = "/sign-up";
pub const SIGN_IN: &str = "/sign-in";
pub const FORGOT_PASSWORD: &str = "/forgot-password";
pub const ACCOUNT: &str = "/account";
/// Where a person says whether a machine may be let in.
pub const DEVICE: &str = "/device";

pub const OPERATOR: &str = "/operator";
pub const OPERATOR_REQUESTS: &str = "/operator/requests";
pub const OPERATOR_ORGANIZATIONS: &str = "/operator/organizations";
pub const OPERATOR_CLUSTER: &str = "/operator/cluster";
pub const OPERATOR_MAIL: &str = "/operator/mail";
pub const OPERATOR_ACTIVITY: &str = "/operator/activity";

pub fn verify(secret: &str) -> String {
    format!("/verify/{secret}")
}

pub fn reset_password(secret: &str) -> String {
    format!("/reset-password/{secret}")
}

pub fn invitation(secret: &str) -> String {
    format!("/invitations/{secret}")
}

/// With the code that the machine shows.
pub fn device(code: &UserCode) -> String {
    format!("{DEVICE}?code={code}")
}

pub fn organization(slug: &Slug) -> String {
    format!("/o/{slug}/organization")
}

pub fn namespaces(slug: &Slug) -> String {
    format!("/o/{slug}/namespaces")
}

/// Who has which namespace.
pub fn access(slug: &Slug) -> String {
    format!("/o/{slug}/access")
}

pub fn api_access(slug: &Slug) -> String {
    format!("/o/{slug}/api-access")
}

pub fn activity(slug: &Slug) -> String {
    format!("/o/{slug}/activity")
}

pub fn settings(slug: &Slug) -> String {
    format!("/o/{slug}/settings")
}

pub fn operator_organization(slug: &Slug) -> String {
    format!("{OPERATOR_ORGANIZATIONS}/{slug}")
}

/// A path of this very origin. `//host` and `/\\host` lead elsewhere in browsers, and so do control characters they skip.
pub fn local(path: &str) -> Option<&str> {
    let own = path.starts_with('/')
        && !path.starts_with("//")
        && path.is_ascii()
        && !path.contains('\\')
        && !path.bytes().any(|byte| byte.is_ascii_control());
    own.then_some(path)
}

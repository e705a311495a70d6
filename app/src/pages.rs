//! Pages: one file or folder for each route. A page reads by one server function and writes by server actions.

pub(crate) mod access;
pub(crate) mod account;
pub(crate) mod activity;
pub(crate) mod api_access;
pub(crate) mod console;
pub(crate) mod device;
pub(crate) mod forgot_password;
pub(crate) mod home;
pub(crate) mod invitation;
pub(crate) mod namespaces;
pub(crate) mod not_found;
pub(crate) mod operator;
pub(crate) mod organization;
pub(crate) mod reset_password;
pub(crate) mod settings;
pub(crate) mod sign_in;
pub(crate) mod sign_up;
pub(crate) mod verify;

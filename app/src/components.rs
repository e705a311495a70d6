//! What two pages or more use, and the islands: the parts that come alive in the browser.

#[cfg(feature = "ssr")]
pub mod access;
#[cfg(feature = "ssr")]
pub mod address;
pub mod announcer;
pub mod browser;
pub mod copy_link;
#[cfg(feature = "ssr")]
pub mod credentials;
#[cfg(feature = "ssr")]
pub mod device;
pub mod dual_list;
pub mod enhance;
#[cfg(feature = "ssr")]
pub mod form;
pub mod grants_editor;
pub mod icon;
pub mod invite_form;
#[cfg(feature = "ssr")]
pub mod moment;
pub mod namespace_form;
pub mod new_secret;
pub mod palette;
pub mod theme;

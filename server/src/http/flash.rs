//! What a plain form post leaves for the next page: one short-lived cookie, read once.

use super::caller::cookie;
use app::pages::Flash;
use axum::http::{HeaderMap, HeaderValue, header};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// Bound to this very host where it can be: a neighbour must not put words into our mouth.
const fn name(https: bool) -> &'static str {
    if https { "__Host-bailiwick-flash" } else { "bailiwick-flash" }
}

/// Browsers keep cookies of 4096 bytes; what does not fit is left out, longest values first.
const LONGEST: usize = 3500;

pub(super) fn read(headers: &HeaderMap, https: bool) -> Option<Flash> {
    let bytes = URL_SAFE_NO_PAD.decode(cookie(headers, name(https))?).ok()?;
    serde_json::from_slice(&bytes).ok()
}

pub(super) fn leave(mut flash: Flash, https: bool) -> Option<HeaderValue> {
    flash.values.sort_by_key(|(_, value)| value.len());
    let value = loop {
        let value = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&flash).ok()?);
        if value.len() <= LONGEST || flash.values.pop().is_none() {
            break value;
        }
    };
    set(&value, 60, https)
}

pub(super) fn remove(https: bool) -> Option<HeaderValue> {
    set("", 0, https)
}

fn set(value: &str, seconds: u32, https: bool) -> Option<HeaderValue> {
    let secure = if https { "; Secure" } else { "" };
    let name = name(https);
    let line = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&line).ok()
}

/// Puts cookies onto an answer without taking others off.
pub(super) fn append(headers: &mut HeaderMap, value: Option<HeaderValue>) {
    if let Some(value) = value {
        headers.append(header::SET_COOKIE, value);
    }
}

//! The built site: the module, its loader and the style sheet, compressed when they were built.

use super::Server;
use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use leptos::config::LeptosOptions;
use sha2::{Digest, Sha256};

/// Inside the program in a release build; read from the folder in a debug build, where it changes under our hands.
#[derive(rust_embed::RustEmbed)]
#[folder = "../target/site"]
#[allow_missing = true]
struct Folder;

/// What the site is made of, and the address it is served at.
#[derive(Debug, Clone)]
pub struct Assets {
    pub site: app::Site,
    version: String,
}

impl Assets {
    /// Names the site by a hash of its contents: another site has another address, so browsers may keep this one for ever.
    pub fn find() -> Self {
        let mut hash = Sha256::new();
        let mut has_wasm = false;
        let mut files: Vec<_> = Folder::iter().filter(|file| file.starts_with("pkg/")).collect();
        files.sort();
        for file in files {
            has_wasm |= file.ends_with(".wasm");
            if let Some(found) = Folder::get(&file) {
                hash.update(found.metadata.sha256_hash());
            }
        }
        let version: String = hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        let options = LeptosOptions::builder().output_name("bailiwick").site_pkg_dir(format!("pkg/{version}")).build();
        Self { site: app::Site { options, has_wasm }, version }
    }
}

pub(super) async fn file(
    State(server): State<Server>,
    path: Result<Path<(String, String)>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    // The extractor's own refusal says more about us than a browser needs.
    let Ok(Path((version, file))) = path else { return StatusCode::NOT_FOUND.into_response() };
    // A page of an older version may still ask for its files: they are gone, and a wrong one would be worse than none.
    if version != server.assets.version {
        return StatusCode::NOT_FOUND.into_response();
    }
    send(&format!("pkg/{file}"), &headers, "public, max-age=31536000, immutable")
}

pub(super) async fn favicon(headers: HeaderMap) -> Response {
    send("favicon.svg", &headers, "public, max-age=86400")
}

fn send(file: &str, headers: &HeaderMap, keep: &'static str) -> Response {
    let accepts = headers.get(header::ACCEPT_ENCODING).and_then(|line| line.to_str().ok()).unwrap_or_default();
    let accepts =
        |name: &str| accepts.split(',').any(|part| part.split(';').next().is_some_and(|part| part.trim() == name));
    let compressed = [("br", ".br"), ("gzip", ".gz")]
        .into_iter()
        .filter(|(name, _)| accepts(name))
        .find_map(|(name, ending)| Folder::get(&format!("{file}{ending}")).map(|found| (found, Some(name))));
    let Some((found, encoding)) = compressed.or_else(|| Folder::get(file).map(|found| (found, None))) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kind = match file.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let mut response = found.data.into_owned().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

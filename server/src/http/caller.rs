//! Who sends a request, and from where.

use super::{Server, forwarded};
use axum::{
    extract::{ConnectInfo, Request},
    http::{HeaderMap, header},
};
use std::net::{IpAddr, SocketAddr};
use usecases::{Context, Credential, Error};

/// The cookie of a session. `__Host-` binds it to this very host and to TLS; plain HTTP on loopback can't have that.
pub(super) const fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-bailiwick" } else { "bailiwick" }
}

/// The cookie of a browser that has signed in before, which outlives its sessions.
pub(super) const fn device_cookie_name(https: bool) -> &'static str {
    if https { "__Host-bailiwick-device" } else { "bailiwick-device" }
}

/// Reads the request before it waits for anything: a request's body can't be shared between threads.
///
/// `bearer` is what [`bearer`] found, where programs may ask; it is never looked for in a cookie or a query, and while it is
/// there no cookie counts.
pub(super) fn identify<B>(
    server: &Server,
    request: &Request<B>,
    bearer: Option<String>,
) -> impl Future<Output = Result<Context, Error>> + Send + use<B> {
    let secret = cookie(request.headers(), cookie_name(server.https)).map(ToOwned::to_owned);
    let device = cookie(request.headers(), device_cookie_name(server.https)).map(ToOwned::to_owned);
    let agent = request.headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).map(ToOwned::to_owned);
    let (installation, ip) = (server.installation.clone(), address(server, request));
    async move {
        let credential = match (&bearer, &secret) {
            (Some(token), _) => Credential::Bearer(token),
            (None, Some(secret)) => Credential::Cookie(secret),
            (None, None) => Credential::None,
        };
        let mut context = Context::identify(installation, credential, ip, agent).await?;
        context.caller.device = device;
        Ok(context)
    }
}

/// What stands after `Authorization: Bearer` (RFC 6750). Other schemes are a front's own business.
pub(super) fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().unwrap_or_default();
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// The value of the first cookie of this name.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// Whether what it says of others counts.
pub(super) fn is_from_trusted_proxy<B>(server: &Server, request: &Request<B>) -> bool {
    peer(request).is_some_and(|peer| server.trusts(&peer))
}

fn peer<B>(request: &Request<B>) -> Option<IpAddr> {
    let ConnectInfo(peer) = request.extensions().get::<ConnectInfo<SocketAddr>>()?;
    Some(peer.ip().to_canonical())
}

/// The peer, or whom a trusted proxy names.
fn address<B>(server: &Server, request: &Request<B>) -> Option<IpAddr> {
    let peer = peer(request)?;
    if server.trusts(&peer) {
        return Some(forwarded::client(peer, request.headers(), |ip| server.trusts(ip)));
    }
    // Said once: it says the same with each request.
    if forwarded::is_named(request.headers()) && server.installation.untrusted_forwarders.notice(peer) {
        tracing::warn!(
            %peer,
            "X-Forwarded-For or Forwarded came from a peer that is not trusted, and does not count: all who come through it share \
             its address and its limits. If it is a proxy of yours, name it in BAILIWICK_TRUSTED_PROXIES."
        );
    }
    Some(peer)
}

//! Who sends a request, and from where.

use super::Server;
use axum::{
    extract::{ConnectInfo, Request},
    http::{HeaderMap, HeaderValue, header},
};
use std::net::{IpAddr, SocketAddr};
use usecases::{Context, Error};

/// The cookie of a session. `__Host-` binds it to this very host and to TLS; plain HTTP on loopback can't have that.
pub(super) const fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-bailiwick" } else { "bailiwick" }
}

/// Reads the request before it waits for anything: a request's body can't be shared between threads.
pub(super) fn identify(
    server: &Server,
    request: &Request,
) -> impl Future<Output = Result<Context, Error>> + Send + use<> {
    let secret = cookie(request.headers(), cookie_name(server.https)).map(ToOwned::to_owned);
    let agent = request.headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).map(ToOwned::to_owned);
    let (installation, ip) = (server.installation.clone(), address(server, request));
    async move { Context::identify(installation, secret.as_deref(), ip, agent).await }
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

/// The peer, or whom a trusted proxy names: the last address in `X-Forwarded-For` that is no trusted proxy itself.
fn address(server: &Server, request: &Request) -> Option<IpAddr> {
    let ConnectInfo(peer) = request.extensions().get::<ConnectInfo<SocketAddr>>()?;
    let peer = peer.ip().to_canonical();
    let trusted = |ip: &IpAddr| server.trusted_proxies.contains(ip);
    if !trusted(&peer) {
        return Some(peer);
    }
    let lines = request.headers().get_all("x-forwarded-for").iter().filter_map(|line: &HeaderValue| line.to_str().ok());
    let named = lines.flat_map(|line| line.split(',')).filter_map(|ip| ip.trim().parse::<IpAddr>().ok());
    let named: Vec<IpAddr> = named.map(|ip| ip.to_canonical()).collect();
    Some(named.into_iter().rev().find(|ip| !trusted(ip)).unwrap_or(peer))
}

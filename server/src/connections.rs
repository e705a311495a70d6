//! The HTTP server's connections: timeouts for slow clients, limits on how many there are, eviction, graceful shutdown.
//!
//! A client costs a file and memory for as long as it is connected, and it decides for how long it says nothing. So the head
//! and the body of a request, an answer that nobody reads and a connection without a request each have a time, and there are
//! fewer connections than files that may be open.
//!
//! **Where all places are taken, the connection that has waited for its client longest is closed** (no head yet, idle, a body
//! that does not come, an answer that is not read) and the new one gets its place. Nothing is refused while any client is
//! silent, so silent ones keep nobody out, whatever they ask for and wherever they come from. This holds better than places
//! kept for an address or for a first request: before the head is read nobody knows what a connection is for, and whoever may
//! wait in a kept place may fill all of those too. What has its head within the time in which as many others connect as there
//! are places is never closed.
//!
//! If every connection waits for this server instead, then a few more are let in, and only health checks and the cluster's
//! questions (TokenReview) are answered there; the rest is told to come back. So these stay reachable under load as well.
//!
//! The same by address, for each a share of all places: its own connections make room for its next one. Loopback and trusted
//! proxies have no such limit, because everybody behind a proxy has its address.

mod exchange;
mod limits;
mod phase;
mod socket;
mod table;

pub use limits::{Limits, TooFewFiles, open_files};
pub use table::ConnectionMetrics;

use axum::Router;
use exchange::Exchange;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::TokioIo;
use ipnet::IpNet;
use phase::End;
use socket::Socket;
use std::{
    future::poll_fn,
    io::{self, ErrorKind},
    net::SocketAddr,
    pin::pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};
use table::{Place, Table};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::watch,
    time::{Instant, sleep, sleep_until},
};

/// How long others get to free a file when there is none for the next connection, and no connection can be closed for it.
const WITHOUT_FILES: Duration = Duration::from_millis(50);
/// How often that is logged.
const LOGGED_EVERY: Duration = Duration::from_secs(10);

/// How many the system keeps until they are accepted. Beyond them a client tries again after a second, and the usual 128 are
/// reached by one burst.
const BACKLOG: u32 = 1024;

/// Listens there, for [`serve`].
///
/// # Errors
/// Another program does, or this one may not.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // As usual for servers: connections of the last one that are still being closed don't hold up the next.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves until it is told to stop, and then until every request under way is answered.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    trusted_proxies: Arc<[IpNet]>,
    metrics: ConnectionMetrics,
    stop: watch::Receiver<bool>,
) {
    let table = Arc::new(Table::new(limits, trusted_proxies, metrics));
    let mut told = pin!(stopped(stop.clone()));
    let mut logged = None;
    loop {
        let next = async {
            let (stream, peer) = accept(&listener, &table, &mut logged).await;
            table.admit(peer.ip()).await.map(|place| (stream, peer, place))
        };
        tokio::select! {
            accepted = next => {
                // A refused one is closed, which is the one answer that costs nothing.
                if let Some((stream, peer, place)) = accepted {
                    tokio::spawn(attend(stream, peer, place, router.clone(), stop.clone()));
                }
            }
            () = &mut told => break,
        }
    }
    // From here on the system refuses whoever comes.
    drop(listener);
    table.emptied().await;
}

/// When it is time to stop.
async fn stopped(mut stop: watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn accept(listener: &TcpListener, table: &Table, logged: &mut Option<Instant>) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_of_the_client(&error) => {}
            // No file is left: others of this process, or of the system, have them. Asking again at once would be a busy loop.
            Err(error) => {
                if logged.is_none_or(|logged: Instant| logged.elapsed() > LOGGED_EVERY) {
                    *logged = Some(Instant::now());
                    tracing::warn!(%error, "no connection can be accepted; idle ones are closed. `ulimit -n` may be too low");
                }
                // A place that was given up is a file, for this one; without it only time helps.
                if !table.make_room().await {
                    sleep(WITHOUT_FILES).await;
                }
            }
        }
    }
}

/// Whether only this one client is gone.
fn is_of_the_client(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset)
}

/// Serves one connection until either side, a limit or the stop ends it.
async fn attend(stream: TcpStream, peer: SocketAddr, place: Place, router: Router, stop: watch::Receiver<bool>) {
    // Without it the kernel holds small answers back for 40 ms.
    let _ = stream.set_nodelay(true);
    let (connection, limits) = (place.connection.clone(), place.limits());
    let socket = TokioIo::new(Socket::new(stream, connection.clone(), limits.stall));
    // hyper has one time for an idle connection and for a head, which need two: both are kept here.
    let mut builder = Builder::new();
    builder.header_read_timeout(None).max_header_size(limits.head_bytes).max_buf_size(2 * limits.head_bytes);
    let mut http = pin!(builder.serve_connection(socket, Exchange::new(router, peer, connection.clone(), limits.body)));
    let mut stopped = pin!(stopped(stop));
    let mut evicted = pin!(connection.evicted());
    let mut timer = pin!(sleep_until(Instant::now() + limits.head));
    let mut leaving = false;
    let end = poll_fn(|cx| {
        if evicted.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Some(End::Evicted));
        }
        if !leaving && stopped.as_mut().poll(cx).is_ready() {
            leaving = true;
            http.as_mut().graceful_shutdown();
        }
        if http.as_mut().poll(cx).is_ready() {
            return Poll::Ready(None);
        }
        // After it: what was just read may have begun another phase, with another time.
        let Some((deadline, end)) = connection.deadline(limits) else { return Poll::Pending };
        if timer.deadline() != deadline {
            timer.as_mut().reset(deadline);
        }
        timer.as_mut().poll(cx).map(|()| Some(end))
    });
    if let Some(end) = end.await {
        connection.count(end);
    }
}

#[cfg(test)]
mod tests;

//! All open connections: how many there are, whose they are, and which one is closed for the next.

use super::{
    Limits,
    phase::{Connection, End},
};
use ipnet::IpNet;
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{sync::Notify, task::yield_now};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: &'static str,
}

/// How many connections there are, and how many this server has ended, and why.
#[derive(Debug, Clone, Default)]
pub struct ConnectionMetrics {
    open: Gauge,
    ended: Family<Reason, Counter>,
}

impl ConnectionMetrics {
    pub(super) fn count(&self, end: End) {
        self.ended.get_or_create(&Reason { reason: end.as_str() }).inc();
    }

    #[cfg(test)]
    pub(super) fn ended(&self, reason: &'static str) -> u64 {
        self.ended.get_or_create(&Reason { reason }).get()
    }

    #[cfg(test)]
    pub(super) fn open(&self) -> i64 {
        self.open.get()
    }

    pub(crate) fn register(&self, registry: &mut Registry) {
        registry.register("http_connections", "Connections of clients that are open", self.open.clone());
        let ended = "Connections that this server ended or refused, by reason";
        registry.register("http_connections_ended", ended, self.ended.clone());
    }
}

pub(super) struct Table {
    limits: Limits,
    trusted_proxies: Arc<[IpNet]>,
    metrics: ConnectionMetrics,
    open: Mutex<Open>,
    /// Some connection has ended.
    freed: Notify,
}

#[derive(Default)]
struct Open {
    next: u64,
    connections: HashMap<u64, Entry>,
    /// How many of them are being closed. Their places are free.
    closing: usize,
    by_address: HashMap<IpAddr, usize>,
}

struct Entry {
    connection: Arc<Connection>,
    /// Whose places it counts among.
    address: Option<IpAddr>,
    closing: bool,
}

/// Which connections may be closed for another.
#[derive(Debug, Clone, Copy)]
enum Among {
    Address(IpAddr),
    /// Not those let in beyond the total: they were given time to say that they ask for health or for the cluster.
    Ordinary,
    All,
}

impl Table {
    pub(super) fn new(limits: Limits, trusted_proxies: Arc<[IpNet]>, metrics: ConnectionMetrics) -> Self {
        Self { limits, trusted_proxies, metrics, open: Mutex::default(), freed: Notify::new() }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self) -> usize {
        let open = self.open();
        open.connections.len() - open.closing
    }

    /// A place for a connection from there, for which another may be closed. `None`: it can have none.
    pub(super) async fn admit(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let address = self.limited(peer);
        if let Some(address) = address {
            while self.open().of(address) >= self.limits.per_address {
                if !self.evict(Among::Address(address)).await {
                    self.metrics.count(End::FullForAddress);
                    return None;
                }
            }
        }
        let mut reserved = false;
        if self.count() >= self.limits.total && !self.evict(Among::Ordinary).await {
            reserved = true;
            if self.count() >= self.limits.total + self.limits.reserved && !self.evict(Among::All).await {
                self.metrics.count(End::Full);
                return None;
            }
        }
        Some(self.take(address, reserved))
    }

    fn take(self: &Arc<Self>, address: Option<IpAddr>, reserved: bool) -> Place {
        let connection = Arc::new(Connection::new(reserved, self.metrics.clone()));
        let mut open = self.open();
        let id = open.next;
        open.next += 1;
        open.connections.insert(id, Entry { connection: connection.clone(), address, closing: false });
        if let Some(address) = address {
            *open.by_address.entry(address).or_default() += 1;
        }
        self.metrics.open.inc();
        Place { table: self.clone(), id, connection }
    }

    /// Whose places are counted; `None` for whoever may be many. An IPv6 network of 64 bits is one client's.
    fn limited(&self, peer: IpAddr) -> Option<IpAddr> {
        let peer = peer.to_canonical();
        if peer.is_loopback() || self.trusted_proxies.iter().any(|proxy| proxy.contains(&peer)) {
            return None;
        }
        Some(match peer {
            IpAddr::V4(_) => peer,
            IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() & (u128::MAX << 64)).into(),
        })
    }

    /// Closes the connection that waits for its client longest. `false`: none waits. Waits for an end only where many are being
    /// closed: one after the other, whoever connects would wait for two turns of the scheduler.
    async fn evict(&self, among: Among) -> bool {
        let mut freed = pin!(self.freed.notified());
        // Before one is chosen: it could end at once.
        freed.as_mut().enable();
        let mut evicted = self.open().evict(among);
        if !evicted {
            // Of a burst, those that came before have their first turn: until then nobody knows whether they are silent.
            yield_now().await;
            evicted = self.open().evict(among);
        }
        if evicted && self.open().closing > self.limits.closing {
            freed.await;
        }
        evicted
    }

    /// Closes one because the system has no file for the next, and waits until there is one. `false`: none can be closed.
    pub(super) async fn make_room(&self) -> bool {
        self.metrics.count(End::NoFile);
        let mut freed = pin!(self.freed.notified());
        freed.as_mut().enable();
        let evicted = self.open().evict(Among::All);
        if evicted {
            freed.await;
        }
        evicted
    }

    /// When the last one has ended.
    pub(super) async fn emptied(&self) {
        loop {
            let mut freed = pin!(self.freed.notified());
            freed.as_mut().enable();
            if self.open().connections.is_empty() {
                return;
            }
            freed.await;
        }
    }
}

impl Open {
    fn of(&self, address: IpAddr) -> usize {
        self.by_address.get(&address).copied().unwrap_or_default()
    }

    fn evict(&mut self, among: Among) -> bool {
        loop {
            let those = self.connections.iter().filter(|(_, entry)| match among {
                Among::Address(wanted) => entry.address == Some(wanted),
                Among::Ordinary => !entry.connection.reserved,
                Among::All => true,
            });
            let waiting = those.filter_map(|(id, entry)| Some((entry.connection.waiting_since()?, *id)));
            let Some((_, id)) = waiting.min() else { return false };
            // If not, then its client has just sent what it waited for.
            if let Some(entry) = self.connections.get_mut(&id)
                && entry.connection.evict()
            {
                entry.closing = true;
                let address = entry.address.take();
                self.closing += 1;
                self.leave(address);
                return true;
            }
        }
    }

    fn leave(&mut self, address: Option<IpAddr>) {
        let Some(address) = address else { return };
        if let Some(count) = self.by_address.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                self.by_address.remove(&address);
            }
        }
    }
}

/// Held for as long as a connection is open.
pub(super) struct Place {
    table: Arc<Table>,
    id: u64,
    pub(super) connection: Arc<Connection>,
}

impl Place {
    pub(super) fn limits(&self) -> &Limits {
        &self.table.limits
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.table.open();
        if let Some(entry) = open.connections.remove(&self.id) {
            open.closing -= usize::from(entry.closing);
            open.leave(entry.address);
        }
        drop(open);
        self.table.metrics.open.dec();
        self.table.freed.notify_waiters();
    }
}

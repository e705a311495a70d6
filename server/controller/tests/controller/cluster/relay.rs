//! A way to a server that can be cut, so that it is away for one test and for no other.

use std::sync::Arc;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

pub(crate) struct Relay {
    pub(crate) address: String,
    open: Arc<watch::Sender<bool>>,
    connections: Arc<watch::Sender<usize>>,
    turned_away: Arc<watch::Sender<usize>>,
    task: JoinHandle<()>,
}

impl Relay {
    /// To a `scheme://host:port`, from another port of this machine.
    pub(crate) async fn to(server: &str) -> Self {
        let (scheme, target) = server.split_once("://").unwrap();
        let target = target.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("{scheme}://{}", listener.local_addr().unwrap());
        let open = Arc::new(watch::Sender::new(true));
        let connections = Arc::new(watch::Sender::new(0));
        let turned_away = Arc::new(watch::Sender::new(0));
        let (gate, count, tries) = (open.clone(), connections.clone(), turned_away.clone());
        let task = tokio::spawn(async move {
            loop {
                let (mut near, _) = listener.accept().await.unwrap();
                let (target, mut gate, count, tries) = (target.clone(), gate.subscribe(), count.clone(), tries.clone());
                tokio::spawn(async move {
                    if !*gate.borrow() {
                        tries.send_modify(|tries| *tries += 1);
                        return;
                    }
                    count.send_modify(|count| *count += 1);
                    let mut far = TcpStream::connect(target).await.unwrap();
                    tokio::select! {
                        _ = copy_bidirectional(&mut near, &mut far) => {}
                        _ = gate.wait_for(|open| !open) => {}
                    }
                    drop((near, far));
                    count.send_modify(|count| *count -= 1);
                });
            }
        });
        Self { address, open, connections, turned_away, task }
    }

    /// Ends every connection, and answers when the last one has ended.
    pub(crate) async fn cut(&self) {
        self.open.send_replace(false);
        self.connections.subscribe().wait_for(|count| *count == 0).await.unwrap();
    }

    /// Waits until so many more have come in vain.
    #[allow(dead_code, reason = "not every test that has this file waits so")]
    pub(crate) async fn turns_away(&self, more: usize) {
        let mut tries = self.turned_away.subscribe();
        let before = *tries.borrow_and_update();
        tries.wait_for(|tries| *tries >= before + more).await.unwrap();
    }

    pub(crate) fn mend(&self) {
        self.open.send_replace(true);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

//! The house behind a port of this machine, as a controller far away comes to it.

use crate::{house::House, relay::Relay};
use axum::{Router, extract::Request};
use controller::There;
use secrecy::ExposeSecret;
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use tokio::{net::TcpListener, task::JoinHandle};
use tower::ServiceExt;
use usecases::Clock;

/// Served until it is dropped, by a way that can be cut.
pub(crate) struct Remote {
    way: Relay,
    pub(crate) address: String,
    pub(crate) credential: String,
    router: Arc<Mutex<Router>>,
    task: JoinHandle<()>,
}

impl Remote {
    pub(crate) async fn serve(house: &House) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let way = Relay::to(&format!("https://{}", listener.local_addr().unwrap())).await;
        let router = Arc::new(Mutex::new(house.router.clone()));
        let served = router.clone();
        let service = Router::new().fallback(move |request: Request| {
            let router = served.lock().unwrap().clone();
            async move { router.oneshot(request).await }
        });
        let service = service.into_make_service_with_connect_info::<SocketAddr>();
        let task = tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        let credential = house.installation.keys.controller_secret().expose_secret().to_owned();
        // What the way carries is nobody's business: here it is no TLS.
        let address = way.address.replace("https://", "http://");
        Self { way, address, credential, router, task }
    }

    /// From now on it serves this house.
    pub(crate) fn serves(&self, house: &House) {
        *self.router.lock().unwrap() = house.router.clone();
    }

    pub(crate) fn office(&self) -> There {
        There::at(&self.address.parse().unwrap(), &self.credential, Arc::new(|| Clock::System.now())).unwrap()
    }

    /// The server is away. Answers when whoever comes has found out.
    pub(crate) async fn leave(&self) {
        self.way.cut().await;
        self.way.turns_away(4).await;
    }

    pub(crate) fn come_back(&self) {
        self.way.mend();
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        self.task.abort();
    }
}

//! HTTPS where the API server expects its webhook, as a proxy before Bailiwick would serve it.

use crate::{house::House, place::Facts};
use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode, header::AUTHORIZATION},
    response::{IntoResponse, Response},
    serve::Listener,
};
use secrecy::ExposeSecret;
use std::{io, net::SocketAddr, sync::Arc};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
    server::TlsStream,
};
use tower::ServiceExt;

struct Tls {
    tcp: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        loop {
            let (stream, peer) = self.tcp.accept().await.unwrap();
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, peer);
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }
}

/// Served until it is dropped. There is one port for it, and so one test at a time.
pub(crate) struct Front(JoinHandle<()>);

impl Front {
    pub(crate) async fn open(house: &House, facts: &Facts) -> Self {
        let tcp = TcpListener::bind(("127.0.0.1", facts.get("WEBHOOK_PORT").parse().unwrap())).await.unwrap();
        let chain = CertificateDer::pem_file_iter(facts.get("WEBHOOK_CERT")).unwrap().map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_file(facts.get("WEBHOOK_KEY")).unwrap();
        let config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
        let tls = Tls { tcp, acceptor: TlsAcceptor::from(Arc::new(config)) };
        // The API server runs longer than this test and knows another credential than this house's.
        let (theirs, ours) = (facts.get("WEBHOOK_TOKEN"), house.installation.keys.cluster_secret());
        let (theirs, ours) = (format!("Bearer {theirs}"), format!("Bearer {}", ours.expose_secret()));
        let inner = house.router.clone();
        let forward = async move |mut request: Request<Body>| -> Response {
            if request.headers().get(AUTHORIZATION).is_none_or(|it| it.as_bytes() != theirs.as_bytes()) {
                return StatusCode::UNAUTHORIZED.into_response();
            }
            request.headers_mut().insert(AUTHORIZATION, ours.parse().unwrap());
            request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 50_000))));
            inner.oneshot(request).await.unwrap()
        };
        let app = Router::new().fallback(forward);
        Self(tokio::spawn(async move { axum::serve(tls, app).await.unwrap() }))
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.0.abort();
    }
}

//! HTTPS where the API server expects its webhook, as a proxy before Bailiwick would serve it.

use crate::{given::Facts, house::House, laptop::Served};
use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode, header::AUTHORIZATION},
    response::{IntoResponse, Response},
    serve::Listener,
};
use secrecy::ExposeSecret;
use std::{
    env, fs, io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, spawn_blocking},
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
use usecases::Settings;

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

/// Served until it is dropped.
pub(crate) struct Front {
    task: JoinHandle<()>,
    asked: Arc<AtomicUsize>,
    /// The API server knows one port: whoever else would serve there waits.
    _turn: fs::File,
}

impl Tls {
    async fn listen(port: u16, facts: &Facts) -> Self {
        let tcp = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let chain = CertificateDer::pem_file_iter(facts.get("WEBHOOK_CERT")).unwrap().map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_file(facts.get("WEBHOOK_KEY")).unwrap();
        let config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
        Self { tcp, acceptor: TlsAcceptor::from(Arc::new(config)) }
    }
}

/// The same house where people come, on a port of its own.
pub(crate) async fn for_people(house: &House, facts: &Facts) -> Served {
    let tls = Tls::listen(0, facts).await;
    let address = format!("https://{}", tls.local_addr().unwrap());
    let inner = house.router.clone();
    let forward = async move |mut request: Request<Body>| -> Response {
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 50_000))));
        inner.oneshot(request).await.unwrap()
    };
    let app = Router::new().fallback(forward);
    Served::by(address, async move { axum::serve(tls, app).await.unwrap() })
}

impl Front {
    pub(crate) async fn open(house: &House, facts: &Facts) -> Self {
        let port = facts.get("WEBHOOK_PORT");
        let turn = fs::File::create(env::temp_dir().join(format!("bailiwick-webhook-{port}.lock"))).unwrap();
        let turn = spawn_blocking(move || turn.lock().map(|()| turn)).await.unwrap().unwrap();
        let tls = Tls::listen(port.parse().unwrap(), facts).await;
        // The API server runs longer than this test and knows another credential than this house's.
        let (theirs, ours) = (facts.get("WEBHOOK_TOKEN"), house.installation.keys.cluster_secret());
        let (theirs, ours) = (format!("Bearer {theirs}"), format!("Bearer {}", ours.expose_secret()));
        let (inner, asked) = (house.router.clone(), Arc::<AtomicUsize>::default());
        let count = asked.clone();
        let forward = async move |mut request: Request<Body>| -> Response {
            if request.headers().get(AUTHORIZATION).is_none_or(|it| it.as_bytes() != theirs.as_bytes()) {
                return StatusCode::UNAUTHORIZED.into_response();
            }
            count.fetch_add(1, Ordering::SeqCst);
            request.headers_mut().insert(AUTHORIZATION, ours.parse().unwrap());
            request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 50_000))));
            inner.oneshot(request).await.unwrap()
        };
        let app = Router::new().fallback(forward);
        Self { task: tokio::spawn(async move { axum::serve(tls, app).await.unwrap() }), asked, _turn: turn }
    }

    /// How often it has been asked whose a token is.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The API server of the tests is its tokens' audience: its issuer is its own address.
pub(crate) fn audience(facts: &Facts) -> impl Fn(&mut Settings) {
    let server = facts.get("SERVER").to_owned();
    move |settings| settings.cluster_audiences = vec![server.clone()]
}

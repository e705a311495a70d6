//! Slow, silent and many clients, on real sockets. Times are short, and each test waits for what happens and not for a time.

use super::{ConnectionMetrics, Limits, listen, serve};
use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    routing::{get, post},
};
use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::{Semaphore, watch},
    task::JoinHandle,
    time::{sleep, timeout},
};

mod places;

const SHORT: Duration = Duration::from_millis(50);
/// Nothing takes as long as this; a test that would wait for ever fails by it.
const PATIENCE: Duration = Duration::from_secs(10);
const LARGE: usize = 16 * 1024 * 1024;

fn limits() -> Limits {
    Limits::for_files(1024, 8).unwrap()
}

struct Served {
    address: SocketAddr,
    metrics: ConnectionMetrics,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
    /// Has one permit for each request at `/wait` that has begun.
    begun: Arc<Semaphore>,
    /// Each permit answers one of them.
    released: Arc<Semaphore>,
}

impl Served {
    async fn with(limits: Limits) -> Self {
        let (begun, released) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let wait = {
            let (begun, released) = (begun.clone(), released.clone());
            async move || {
                begun.add_permits(1);
                released.acquire().await.unwrap().forget();
                "waited"
            }
        };
        let large = || async {
            let pieces = (0..LARGE / 65_536).map(|_| Ok::<_, Infallible>(vec![b'x'; 65_536]));
            Body::from_stream(futures::stream::iter(pieces))
        };
        let router = Router::new()
            .route("/", get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() }))
            .route("/healthz", get(async || "alive"))
            .route("/cluster/v1/token-review", post(async |body: String| body))
            .route("/echo", post(async |body: String| body))
            .route("/large", get(large))
            .route("/wait", get(wait));
        let listener = listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let (metrics, (stop, stopping)) = (ConnectionMetrics::default(), watch::channel(false));
        let serving = tokio::spawn(serve(listener, router, limits, Arc::new([]), metrics.clone(), stopping));
        Self { address, metrics, stop, serving, begun, released }
    }

    async fn send(&self, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }

    async fn get(&self, path: &str) -> String {
        rest(&mut self.send(&format!("GET {path} HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n")).await).await
    }

    /// Requests under way.
    async fn waiting(&self, count: u32) -> Vec<TcpStream> {
        let mut all = Vec::new();
        for _ in 0..count {
            all.push(self.send("GET /wait HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n").await);
        }
        self.begun.acquire_many(count).await.unwrap().forget();
        all
    }

    async fn silent(&self, count: usize) -> Vec<TcpStream> {
        let mut all = Vec::new();
        for _ in 0..count {
            all.push(TcpStream::connect(self.address).await.unwrap());
        }
        all
    }

    /// Stops, and ends when no connection is left.
    async fn end(self) {
        // It may have ended already.
        let _ = self.stop.send(true);
        timeout(PATIENCE, self.serving).await.expect("it stops").unwrap();
    }
}

/// What comes until the other side closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    // A connection that is closed with bytes unread is reset, after its answer.
    let _ = timeout(PATIENCE, stream.read_to_end(&mut all)).await.expect("the other side closes");
    String::from_utf8(all).unwrap()
}

/// One answer on a connection that stays open.
async fn answer(stream: &mut TcpStream, end: &str) -> String {
    let mut all = String::new();
    while !all.ends_with(end) {
        let mut piece = [0; 1024];
        let length = timeout(PATIENCE, stream.read(&mut piece)).await.expect("an answer").unwrap();
        assert!(length > 0, "closed after {all:?}");
        all.push_str(std::str::from_utf8(&piece[..length]).unwrap());
    }
    all
}

#[track_caller]
fn assert_status(answer: &str, status: u16) {
    assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer:?} is no {status}");
}

#[tokio::test]
async fn silent_connections_beyond_the_limit_keep_no_request_out() {
    let served = Served::with(Limits { total: 8, reserved: 2, closing: 0, ..limits() }).await;
    let mut silent = served.silent(40).await;
    for _ in 0..20 {
        assert_status(&served.get("/").await, 200);
    }
    // The oldest were closed for the later ones.
    assert_eq!(rest(&mut silent[0]).await, "");
    assert!(served.metrics.ended("evicted") >= 32);
    assert!(served.metrics.open() <= 8);
}

#[tokio::test]
async fn half_heads_and_half_bodies_beyond_the_limit_keep_no_request_out() {
    let served = Served::with(Limits { total: 8, reserved: 2, ..limits() }).await;
    let mut open = Vec::new();
    for _ in 0..20 {
        open.push(served.send("GET / HTTP/1.1\r\nhost: he").await);
        open.push(served.send("POST /echo HTTP/1.1\r\nhost: here\r\ncontent-length: 9\r\n\r\nhalf").await);
        assert_status(&served.get("/").await, 200);
    }
}

#[tokio::test]
async fn answers_that_nobody_reads_beyond_the_limit_keep_no_request_out() {
    let served = Served::with(Limits { total: 4, reserved: 1, ..limits() }).await;
    let mut unread = Vec::new();
    for _ in 0..12 {
        let mut stream = served.send("GET /large HTTP/1.1\r\nhost: here\r\n\r\n").await;
        let mut first = [0; 8];
        stream.read_exact(&mut first).await.unwrap();
        unread.push(stream);
    }
    assert_status(&served.get("/").await, 200);
}

#[tokio::test]
async fn an_unfinished_head_is_ended_after_its_time_however_it_trickles() {
    let served = Served::with(Limits { head: SHORT, ..limits() }).await;
    let began = Instant::now();
    let mut silent = TcpStream::connect(served.address).await.unwrap();
    let mut half = served.send("GET / HTTP/1.1\r\nhost: he").await;
    let mut trickling = served.send("GET / HTTP/1.1\r\nx: ").await;
    assert_eq!(rest(&mut silent).await, "");
    assert!(began.elapsed() >= SHORT);
    assert_eq!(rest(&mut half).await, "");
    let trickle = async {
        while trickling.write_all(b"x").await.is_ok() {
            sleep(SHORT / 10).await;
        }
    };
    timeout(PATIENCE, trickle).await.expect("it is closed");
    assert_eq!(served.metrics.ended("head_timeout"), 3);
}

#[tokio::test]
async fn a_later_head_has_the_same_time_as_the_first() {
    let served = Served::with(Limits { head: SHORT, ..limits() }).await;
    let mut stream = served.send("GET /healthz HTTP/1.1\r\nhost: here\r\n\r\n").await;
    assert_status(&answer(&mut stream, "alive").await, 200);
    stream.write_all(b"GET /healthz HTTP/1.1\r\nho").await.unwrap();
    assert_eq!(rest(&mut stream).await, "");
    assert_eq!(served.metrics.ended("head_timeout"), 1);
}

#[tokio::test]
async fn a_body_that_stalls_is_answered_by_408_and_ended() {
    let served = Served::with(Limits { body: SHORT, ..limits() }).await;
    for head in ["content-length: 9", "transfer-encoding: chunked"] {
        let began = Instant::now();
        let mut stream = served.send(&format!("POST /echo HTTP/1.1\r\nhost: here\r\n{head}\r\n\r\n5\r\nh")).await;
        let answer = rest(&mut stream).await;
        assert_status(&answer, 408);
        assert!(answer.to_lowercase().contains("connection: close"), "{answer}");
        assert!(began.elapsed() >= SHORT);
    }
    assert_eq!(served.metrics.ended("body_timeout"), 2);
}

#[tokio::test]
async fn a_body_that_comes_in_pieces_is_read() {
    let served = Served::with(limits()).await;
    let mut stream = served.send("POST /echo HTTP/1.1\r\nhost: here\r\ncontent-length: 6\r\n\r\nabc").await;
    tokio::task::yield_now().await;
    stream.write_all(b"def").await.unwrap();
    assert_status(&answer(&mut stream, "abcdef").await, 200);
}

#[tokio::test]
async fn a_head_of_more_than_32_kb_is_refused_by_431() {
    let served = Served::with(limits()).await;
    let head = |length: usize| {
        format!("GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\nx: {}\r\n\r\n", "x".repeat(length))
    };
    assert_status(&rest(&mut served.send(&head(31 * 1024)).await).await, 200);
    assert_status(&rest(&mut served.send(&head(33 * 1024)).await).await, 431);
    // Without an end it is no different.
    let mut endless = served.send(&format!("GET / HTTP/1.1\r\nx: {}", "x".repeat(40 * 1024))).await;
    assert_status(&rest(&mut endless).await, 431);
}

#[tokio::test]
async fn an_idle_connection_is_kept_for_its_time_and_then_closed() {
    let served = Served::with(Limits { idle: SHORT, ..limits() }).await;
    let mut stream = served.send("GET /healthz HTTP/1.1\r\nhost: here\r\n\r\n").await;
    assert_status(&answer(&mut stream, "alive").await, 200);
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: here\r\n\r\n").await.unwrap();
    assert_status(&answer(&mut stream, "alive").await, 200);
    assert_eq!(rest(&mut stream).await, "");
    assert_eq!(served.metrics.ended("idle_timeout"), 1);
}

#[tokio::test]
async fn a_request_under_way_is_neither_timed_nor_closed_for_others() {
    let all = Limits { head: SHORT, body: SHORT, idle: SHORT, stall: SHORT, total: 4, reserved: 1, ..limits() };
    let served = Served::with(all).await;
    let mut waiting = served.waiting(3).await;
    let began = Instant::now();
    let mut silent = served.silent(30).await;
    assert_eq!(rest(silent.last_mut().unwrap()).await, "");
    assert!(began.elapsed() >= SHORT, "the last one is closed by its own time");
    served.released.add_permits(3);
    for stream in &mut waiting {
        assert_status(&rest(stream).await, 200);
    }
}

#[tokio::test]
async fn while_requests_under_way_have_all_places_health_and_the_cluster_are_answered() {
    let served = Served::with(Limits { total: 3, reserved: 2, ..limits() }).await;
    let mut waiting = served.waiting(3).await;
    // Those who want such a place and say nothing keep nobody out either.
    let _silent = served.silent(10).await;
    for _ in 0..5 {
        assert_status(&served.get("/healthz").await, 200);
        let review = "POST /cluster/v1/token-review HTTP/1.1\r\nhost: here\r\ncontent-length: 2\r\n\r\nok";
        assert_status(&rest(&mut served.send(review).await).await, 200);
        let refused = served.get("/").await;
        assert_status(&refused, 503);
        assert!(refused.contains("retry-after: 2"), "{refused}");
    }
    served.released.add_permits(3);
    for stream in &mut waiting {
        assert_status(&rest(stream).await, 200);
    }
    assert_status(&served.get("/").await, 200);
}

#[tokio::test]
async fn an_answer_that_is_read_slowly_is_sent_to_its_end() {
    let stall = SHORT * 10;
    let served = Served::with(Limits { stall, ..limits() }).await;
    let mut stream = served.send("GET /large HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n").await;
    let (began, mut read, mut piece) = (Instant::now(), 0, vec![0; LARGE / 64]);
    loop {
        match timeout(PATIENCE, stream.read(&mut piece)).await.unwrap().unwrap() {
            0 => break,
            length => read += length,
        }
        // The pauses are far shorter than what is too long, and longer than that together.
        sleep(stall / 40).await;
    }
    assert!(read > LARGE && began.elapsed() > stall, "{read} bytes in {:?}", began.elapsed());
    assert_eq!(served.metrics.ended("stalled"), 0);
}

#[tokio::test]
async fn an_answer_that_nobody_reads_is_ended() {
    let served = Served::with(Limits { stall: SHORT, ..limits() }).await;
    let mut stream = served.send("GET /large HTTP/1.1\r\nhost: here\r\n\r\n").await;
    stream.read_exact(&mut [0; 8]).await.unwrap();
    let metrics = served.metrics.clone();
    // It ends when its last connection has.
    served.end().await;
    assert_eq!((metrics.ended("stalled"), metrics.open()), (1, 0));
}

#[tokio::test]
async fn stopping_answers_what_is_under_way_and_waits_for_nothing_else() {
    let served = Served::with(limits()).await;
    let mut silent = served.silent(1).await;
    let mut idle = served.send("GET /healthz HTTP/1.1\r\nhost: here\r\n\r\n").await;
    assert_status(&answer(&mut idle, "alive").await, 200);
    let mut waiting = served.waiting(2).await;
    served.stop.send(true).unwrap();
    assert_eq!(rest(&mut idle).await, "");
    assert_eq!(rest(&mut silent[0]).await, "");
    assert!(TcpStream::connect(served.address).await.is_err(), "nobody is accepted any more");
    served.released.add_permits(2);
    for stream in &mut waiting {
        let answer = rest(stream).await;
        assert_status(&answer, 200);
        assert!(answer.ends_with("waited"), "{answer}");
    }
    served.end().await;
}

//! Whether it is ready: what strangers hear of it, what whoever runs it does, and what asking costs.

use crate::{
    browser::{Answer, Ask},
    house::{House, on_both},
};
use axum::{body::Body, http::Request};
use bailiwick::http::{self, Server};
use futures::future::join_all;
use http_body_util::BodyExt;
use mailer::Mailer;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::net::TcpListener;
use tower::ServiceExt;

/// What is told beside the metrics, found at this moment.
pub(crate) async fn details(house: &House) -> Answer {
    details_of(house.server()).await
}

async fn details_of(server: Server) -> Answer {
    let request = Request::builder().uri("/readyz").body(Body::empty()).unwrap();
    let response = http::details(server).oneshot(request).await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = response.into_body().collect().await.unwrap().to_bytes();
    Answer { status, headers, text: String::from_utf8_lossy(&body).into_owned() }
}

fn served_by(mut house: House, server: Server) -> House {
    house.router = http::router(server);
    house
}

/// A mail server that ends every connection, and how many there were.
async fn sullen() -> (Mailer, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap()).into();
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = connections.clone();
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            counted.fetch_add(1, Ordering::Relaxed);
        }
    });
    (Mailer::smtp(&url, "Bailiwick <no-reply@bailiwick.example>").unwrap(), connections)
}

#[test]
fn strangers_hear_whether_it_is_ready_and_nothing_more() {
    on_both(async |house| {
        let (mailer, _) = sullen().await;
        let server = Server { mailer, ..house.server() };
        let told = details_of(server.clone()).await;
        assert_eq!((told.status, told.json()["database"].as_str()), (200, Some("ok")), "{}", told.text);
        assert_eq!(told.json()["ready"], true);
        assert_ne!(told.json()["mail"], "ok");
        assert!(told.json()["cluster"].as_str().unwrap().starts_with("not followed"), "{}", told.text);
        let house = served_by(house, server.clone());
        let ada = house.found("Northwind", "ada@northwind.example").await;
        for browser in [&house.anonymous(), &*ada] {
            let answer = browser.send(Ask::get("/readyz")).await;
            assert_eq!((answer.status, answer.text.as_str()), (200, r#"{"ready":true}"#));
        }
        server.leaving.store(true, Ordering::Relaxed);
        let answer = house.anonymous().send(Ask::get("/readyz")).await;
        assert_eq!((answer.status, answer.text.as_str()), (503, r#"{"ready":false}"#));
        assert_eq!(details_of(server).await.json()["leaving"], true);
    });
}

#[test]
fn a_database_that_can_be_read_alone_is_not_ready() {
    on_both(async |house| {
        house.found("Northwind", "ada@northwind.example").await;
        house.post().await;
        let db = house.trial.read_only().await;
        let server = house.at(db.clone()).server();
        let told = details_of(server.clone()).await;
        assert_eq!(told.status, 503, "{}", told.text);
        assert!(told.json()["database"].as_str().unwrap().starts_with("can be read and not written"), "{}", told.text);
        let stranger = served_by(house.clone(), server).anonymous();
        assert_eq!(stranger.send(Ask::get("/readyz")).await.status, 503);
        if house.trial.url().starts_with("postgres:") {
            db.close().await;
        }
    });
}

#[test]
fn however_often_readiness_is_asked_the_mail_server_is_asked_once() {
    on_both(async |house| {
        let (mailer, connections) = sullen().await;
        let server = Server { mailer, ..house.server() };
        let house = served_by(house, server.clone());
        let asked = (0..50).map(async |_| house.anonymous().send(Ask::get("/readyz")).await.status);
        let answers = join_all(asked).await;
        assert!(answers.iter().all(|status| *status == 200), "{answers:?}");
        assert_ne!(details_of(server.clone()).await.json()["mail"], "ok");
        house.installation.db.close().await;
        // A database that failed is asked again sooner, and the mail server is not.
        for _ in 0..50 {
            details_of(server.clone()).await;
        }
        assert_eq!(connections.load(Ordering::Relaxed), 1);
    });
}

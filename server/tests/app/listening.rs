//! Browsers that are told of changes as they happen, and what those get for whom there is no place.

use crate::{
    browser::Person,
    house::{House, on_both},
};
use axum::{
    body::Body,
    http::{Request, Response},
};
use tower::ServiceExt;

const EVENTS: &str = "text/event-stream";
/// As many windows as one person may have open.
const OF_ONE_ACCOUNT: usize = 20;

/// The answer without its end, which events don't have.
async fn listen(house: &House, person: &Person, accept: &str) -> Response<Body> {
    let cookie = format!("{}={}", house.cookie_name(), person.session().unwrap());
    let path = "/api/v1/live?organization=northwind";
    let request = Request::get(path).header("cookie", cookie).header("accept", accept).body(Body::empty()).unwrap();
    house.router.clone().oneshot(request).await.unwrap()
}

#[test]
fn a_person_with_too_many_windows_asks_from_time_to_time_until_one_is_closed() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let mut open = Vec::new();
        for _ in 0..OF_ONE_ACCOUNT {
            let answer = listen(&house, &ada, EVENTS).await;
            assert_eq!((answer.status().as_u16(), &answer.headers()["content-type"]), (200, &EVENTS.parse().unwrap()));
            open.push(answer);
        }
        // By this a browser gives up on events, and asks.
        assert_eq!(listen(&house, &ada, EVENTS).await.status(), 204);
        let asked = listen(&house, &ada, "application/json").await;
        assert_eq!(asked.status(), 200);
        assert!(asked.headers().contains_key("etag"));

        open.pop();
        assert_eq!(listen(&house, &ada, "application/json").await.status(), 204, "it may listen again");
        assert_eq!(listen(&house, &ada, EVENTS).await.status(), 200);
    });
}

//! A server far away that says what the test has written down, and what its office makes of it.

use crate::people::{binding, now, organization, user};
use controller::{
    Connection, Failure, Lease, Office, Report, Standing, There, Trouble, Wanted,
    plan::{Deletions, Held},
    wire::{Changes, Counted, LARGEST, TOLD, Wish},
};
use domain::{binding::ClusterRole, namespace::PodSecurity, time::Timestamp, told::Told};
use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

const CREDENTIAL: &str = "bwr_of-the-tests";
/// How far the controller's clock is ahead of the server's.
const AHEAD: Duration = Duration::from_secs(3600);

struct Server {
    address: String,
    /// Status and body, one after the other; then nobody is there.
    answers: Arc<Mutex<VecDeque<(u16, String)>>>,
    /// What it counts, beside answers without content.
    counts: Arc<Mutex<Option<String>>>,
    /// What was asked: the first line, and the body.
    asked: Arc<Mutex<Vec<(String, String)>>>,
    task: JoinHandle<()>,
}

impl Server {
    async fn that_says(answers: impl IntoIterator<Item = (u16, String)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let answers = Arc::new(Mutex::new(answers.into_iter().collect::<VecDeque<_>>()));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let counts = Arc::new(Mutex::new(None::<String>));
        let (left, heard, counted) = (answers.clone(), asked.clone(), counts.clone());
        let task = tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let Some((status, body)) = left.lock().unwrap().pop_front() else { continue };
                let (head, sent) = read(&mut stream).await;
                assert!(head.contains(&format!("authorization: Bearer {CREDENTIAL}\r\n")), "{head}");
                heard.lock().unwrap().push((head.lines().next().unwrap().to_owned(), sent));
                let told = counted.lock().unwrap().as_ref().filter(|_| status == 204).cloned();
                let told = told.map(|told| format!("{TOLD}: {told}\r\n")).unwrap_or_default();
                let length = body.len();
                let head =
                    format!("HTTP/1.1 {status} Said\r\ncontent-length: {length}\r\n{told}connection: close\r\n\r\n");
                // Whoever has read enough hangs up.
                let _ = stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()).await;
            }
        });
        Self { address, answers, counts, asked, task }
    }

    fn office(&self) -> There {
        There::at(&self.address.parse().unwrap(), CREDENTIAL, Arc::new(|| now().plus(AHEAD))).unwrap()
    }

    fn last(&self) -> (String, String) {
        self.asked.lock().unwrap().last().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
        let left = self.answers.lock().unwrap().len();
        assert!(left == 0 || std::thread::panicking(), "not all that was to be said was asked for");
    }
}

/// A request's head and body.
async fn read(stream: &mut TcpStream) -> (String, String) {
    let (mut all, mut part) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&all).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return (format!("{head}\r\n"), body.to_owned());
            }
        }
        let count = stream.read(&mut part).await.unwrap();
        assert!(count > 0, "half a request: {text}");
        all.extend_from_slice(&part[..count]);
    }
}

fn wanted(version: i64) -> Wanted {
    Wanted {
        version,
        bindings: vec![binding("northwind-dev", user(1), ClusterRole::Standard)],
        namespaces: [crate::people::named("northwind-dev")].into(),
        adopted: BTreeSet::new(),
        pod_security: Some(PodSecurity::Baseline),
        deletions: Deletions::WithinReason,
        until: None,
        news: false,
        told: None,
    }
}

fn wish(wanted: &Wanted) -> (u16, String) {
    (200, serde_json::to_string(&Wish { wanted: wanted.clone(), now: now() }).unwrap())
}

const NOTHING: (u16, String) = (204, String::new());

#[tokio::test]
async fn a_wish_is_asked_for_once_and_then_whether_there_is_a_newer_one() {
    let (first, second) = (wanted(7), wanted(8));
    let server = Server::that_says([wish(&first), NOTHING, wish(&second), NOTHING]).await;
    let office = server.office();
    let one = organization(1);
    assert_eq!(office.wanted(one).await, Ok(first.clone()));
    assert_eq!(server.last().0, format!("GET /cluster/v1/organizations/{one}/wanted HTTP/1.1"));
    assert_eq!(office.wanted(one).await, Ok(first));
    assert_eq!(
        server.last().0,
        format!("GET /cluster/v1/organizations/{one}/wanted?newer_than=7&pod_security=baseline HTTP/1.1")
    );
    assert_eq!(office.wanted(one).await, Ok(second.clone()));
    assert_eq!(office.wanted(one).await, Ok(second));
    assert!(server.last().0.contains("?newer_than=8&pod_security=baseline "));
}

#[tokio::test]
async fn the_end_of_a_wish_is_the_servers_to_say_and_by_our_clock_to_wait_for() {
    let end = now().plus(Duration::from_secs(90));
    let server = Server::that_says([wish(&Wanted { until: Some(end), ..wanted(7) }), NOTHING]).await;
    let office = server.office();
    for _ in 0..2 {
        assert_eq!(office.wanted(organization(1)).await.unwrap().until, Some(end.plus(AHEAD)));
    }
    assert!(
        server.last().0.contains("?newer_than=7&until=2026-11-24T12:01:30Z&pod_security=baseline "),
        "{:?}",
        server.last()
    );
}

#[tokio::test]
async fn deletions_that_were_confirmed_once_are_not_confirmed_again() {
    let confirmed = Wanted { deletions: Deletions::Confirmed, ..wanted(7) };
    let server = Server::that_says([wish(&confirmed), wish(&wanted(7)), NOTHING]).await;
    let office = server.office();
    assert_eq!(office.wanted(organization(1)).await, Ok(confirmed));
    assert_eq!(office.wanted(organization(1)).await, Ok(wanted(7)));
    assert!(!server.last().0.contains("newer_than"), "{:?}", server.last());
    assert_eq!(office.wanted(organization(1)).await, Ok(wanted(7)));
}

#[tokio::test]
async fn whatever_is_no_wish_is_trouble_and_never_an_empty_one() {
    let text = |body: &str| body.to_owned();
    let role = wish(&wanted(7)).1.replace("bailiwick:standard", "cluster-admin");
    let subject = wish(&wanted(7)).1.replace("bailiwick:user:", "system:user:");
    for (status, body) in [
        (200, text("")),
        (200, text("{}")),
        (200, text("[]")),
        (200, text("null")),
        (200, text("<html>Please sign in to this network</html>")),
        (200, wish(&wanted(7)).1.replace("\"bindings\"", "\"tied\"")),
        (200, role),
        (200, subject),
        (200, " ".repeat(LARGEST + 1)),
        (204, text("")),
        (302, text("")),
        (401, text(r#"{"code":"not_a_controller","message":"Only a controller may ask this."}"#)),
        (404, text("")),
        (500, text("")),
        (503, text(r#"{"code":"unavailable","message":"Try again."}"#)),
    ] {
        let short: String = body.chars().take(40).collect();
        let server = Server::that_says([(status, body.clone()), (status, body)]).await;
        let office = server.office();
        let Err(Trouble(why)) = office.wanted(organization(1)).await else { panic!("{status} {short}") };
        println!("{status} {short}: {why}");
        assert!(why.len() > 5 && why.len() < 400 && !why.contains('\n'), "{why}");
        assert!(office.organizations().await.is_err() || short == "[]", "{status} {short}");
    }
    let nobody = Server::that_says([]).await;
    assert!(nobody.office().wanted(organization(1)).await.is_err());
    nobody.task.abort();
}

#[tokio::test]
async fn a_report_is_told_by_what_is_wrong() {
    let server = Server::that_says([NOTHING, (503, String::new())]).await;
    let office = server.office();
    let (bob, carol) = (wanted(7).bindings[0].key(), binding("northwind-dev", user(2), ClusterRole::Standard).key());
    let report = Report {
        version: 7,
        at: now(),
        bindings: [(bob, Ok(())), (carol.clone(), Err(Failure::Forbidden("no".into())))].into(),
        lingering: [(carol.clone(), Failure::Conflict)].into(),
        namespaces: [(carol.namespace.clone(), Ok(()))].into(),
        drift: Vec::new(),
        namespace_drift: Vec::new(),
        claimed: Vec::new(),
        held: Some(Held { deletions: 3, of: 4 }),
    };
    assert_eq!(office.report(organization(1), report.clone()).await, Ok(()));
    let (line, sent) = server.last();
    assert_eq!(line, format!("POST /cluster/v1/organizations/{}/report HTTP/1.1", organization(1)));
    let told: Report = serde_json::from_str(&sent).unwrap();
    let expected = Report {
        bindings: [(carol, Err(Failure::Forbidden("no".into())))].into(),
        namespaces: Default::default(),
        ..report.clone()
    };
    assert_eq!(told, expected);
    assert!(office.report(organization(1), report).await.is_err());
}

#[tokio::test]
async fn changes_are_heard_from_where_the_last_answer_ended_and_through_any_trouble() {
    let changes = |organizations: &[u8], next: &str| {
        let organizations = organizations.iter().map(|number| organization(*number)).collect();
        (200, serde_json::to_string(&Changes { organizations, next: next.into() }).unwrap())
    };
    let server = Server::that_says([
        changes(&[1], "a-1"),
        (503, String::new()),
        (200, "garbage".to_owned()),
        changes(&[9], "a-2&after=x"),
        changes(&[], "a-2"),
        changes(&[2, 3], "a-4"),
    ])
    .await;
    let office = server.office();
    assert_eq!(office.changed().await, [organization(1)]);
    assert_eq!(office.changed().await, [organization(2), organization(3)]);
    let asked: Vec<_> = server.asked.lock().unwrap().iter().map(|(line, _)| line.clone()).collect();
    let after = |mark: &str| format!("GET /cluster/v1/changes?after={mark}&seconds=25 HTTP/1.1");
    assert_eq!(asked, ["", "a-1", "a-1", "a-1", "a-1", "a-2"].map(after));
}

#[test]
fn what_travels_arrives_as_it_was() {
    let end: Timestamp = now();
    let wish = Wish { wanted: Wanted { until: Some(end), ..wanted(7) }, now: now() };
    let text = serde_json::to_string(&wish).unwrap();
    assert_eq!(serde_json::from_str::<Wish>(&text).unwrap(), wish);
    println!("{text}");
}

fn told(count: i64) -> Told {
    Told::new(organization(9), count).unwrap()
}

#[tokio::test]
async fn a_wish_that_is_no_newer_comes_with_what_is_counted_and_is_none_of_another_history() {
    let first = Wanted { told: Some(told(4)), ..wanted(7) };
    let confirmed = Wanted { told: Some(told(1_000_000_000)), ..wanted(7) };
    let server = Server::that_says([wish(&first), NOTHING, NOTHING, wish(&confirmed), NOTHING, NOTHING]).await;
    let (office, one) = (server.office(), organization(1));
    let counts = |count: &str| *server.counts.lock().unwrap() = Some(count.to_owned());
    assert_eq!(office.wanted(one).await, Ok(first.clone()));
    counts(&told(3).to_string());
    assert_eq!(office.wanted(one).await, Ok(Wanted { told: Some(told(3)), ..first.clone() }), "it went back");
    // An operator has let an older copy be followed, which may have come to the same version by another way.
    counts(&told(1_000_000_000).to_string());
    assert_eq!(office.wanted(one).await, Ok(confirmed.clone()));
    assert!(!server.last().0.contains("newer_than"), "{:?}", server.last());
    assert_eq!(office.wanted(one).await, Ok(confirmed));
    counts("seventeen");
    assert!(office.wanted(one).await.is_err(), "what can't be read is no wish");
}

#[tokio::test]
async fn a_server_of_the_version_before_counts_nothing_and_is_followed_without() {
    let before = wish(&wanted(7)).1.replace(",\"news\":false,\"told\":null", "");
    assert!(!before.contains("told"), "{before}");
    let counted = serde_json::to_string(&Counted { told: Some(told(5)) }).unwrap();
    let server = Server::that_says([(200, before), NOTHING, NOTHING, (200, counted.clone()), (200, counted)]).await;
    let office = server.office();
    assert_eq!(office.wanted(organization(1)).await, Ok(wanted(7)));
    assert_eq!(office.wanted(organization(1)).await.unwrap().told, None);
    let (connection, lease, remembered) = (Connection::Unknown, Lease::Ours, Some(told(4)));
    let standing = Standing { identity: "far".into(), connection, lease, remembered };
    assert_eq!(office.standing(standing.clone()).await, Ok(None));
    // The same of one that counts.
    assert_eq!(office.standing(standing.clone()).await, Ok(Some(told(5))));
    assert_eq!(serde_json::from_str::<Standing>(&server.last().1).unwrap(), standing);
    assert_eq!(office.count_up(remembered).await, Ok(Some(told(5))));
    let (line, sent) = server.last();
    assert_eq!(
        (line.as_str(), sent),
        ("POST /cluster/v1/count HTTP/1.1", format!("{{\"remembered\":\"{}\"}}", told(4)))
    );
    // And what a controller of the version before says.
    let old: Standing = serde_json::from_str(r#"{"identity":"far","connection":"unknown","lease":"ours"}"#).unwrap();
    assert_eq!(old.remembered, None);
}

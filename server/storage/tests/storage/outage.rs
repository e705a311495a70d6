//! PostgreSQL that is away, or lets nobody in: who hears of it, how soon, and in what words.

use std::{sync::Arc, time::Duration};
use storage::{
    Db, Error, Options, Rest,
    trial::{Trial, on_postgres},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

/// What issue 13 asks for.
const WITHIN: Duration = Duration::from_secs(1);
/// A machine with other things to do.
const SLACK: Duration = Duration::from_millis(500);
/// Nobody waits longer for a database that is back.
const PATIENCE: Duration = Duration::from_secs(10);
const MANY: usize = 50;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Open,
    /// Connections are ended as soon as they are made.
    Cut,
    /// Connections are kept, and nothing comes through any more.
    Silent,
}

/// A way to PostgreSQL that a test can change, and the database's address by it.
async fn relayed(trial: &Trial) -> (watch::Sender<Way>, String) {
    let (way, _, through) = counted(trial).await;
    (way, through)
}

/// The same with how many connections there were.
async fn counted(trial: &Trial) -> (watch::Sender<Way>, watch::Sender<usize>, String) {
    let url = trial.url();
    let (before, after) = url.split_once('@').unwrap();
    let (server, database) = after.split_once('/').unwrap();
    let server = server.to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let through = format!("{before}@{}/{database}", listener.local_addr().unwrap());
    let way = watch::Sender::new(Way::Open);
    let tries = watch::Sender::new(0);
    let (ways, count) = (way.clone(), tries.clone());
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let (server, mut way) = (server.clone(), ways.subscribe());
            count.send_modify(|tries| *tries += 1);
            tokio::spawn(async move {
                if *way.borrow() == Way::Open {
                    let mut far = TcpStream::connect(server).await.unwrap();
                    tokio::select! {
                        _ = copy_bidirectional(&mut near, &mut far) => return,
                        _ = way.wait_for(|way| *way != Way::Open) => {}
                    }
                }
                let _ = way.wait_for(|way| *way != Way::Silent).await;
            });
        }
    });
    (way, tries, through)
}

async fn opened(url: &str, rest: Rest) -> Result<Db, Error> {
    Db::open(url, Options { connections: 4, rest, ..Options::default() }).await
}

/// Why it can't be used, and how long it took to say so.
async fn refused(db: &Db) -> (String, Duration) {
    let began = Instant::now();
    match db.read().await {
        Err(Error::Unavailable(why)) => (why, began.elapsed()),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it can be used"),
    }
}

async fn used_again(db: &Db) {
    let again = async {
        while db.version().await.is_err() {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, again).await.expect("it recovers by itself");
    assert_eq!(db.outage(), None);
}

#[test]
fn a_database_that_is_away_is_noticed_within_a_second_and_then_nobody_waits() {
    on_postgres(async |trial| {
        let (way, through) = relayed(&trial).await;
        let db = Arc::new(opened(&through, Rest::Running).await.unwrap());
        for (trouble, words) in [(Way::Cut, "ended the connection"), (Way::Silent, "does not answer")] {
            db.version().await.unwrap();
            way.send_replace(trouble);
            let mut asking = JoinSet::new();
            for _ in 0..MANY {
                let db = db.clone();
                asking.spawn(async move { refused(&db).await });
            }
            for (why, took) in asking.join_all().await {
                assert!(why.contains(words) && why.contains("PostgreSQL at 127.0.0.1:"), "{why}");
                assert!(took < WITHIN + SLACK, "{took:?}");
            }
            assert!(db.outage().is_some_and(|why| why.contains(words)));
            for _ in 0..MANY {
                let (why, took) = refused(&db).await;
                assert!(why.contains(words) && took < SLACK, "{took:?}: {why}");
            }
            way.send_replace(Way::Open);
            used_again(&db).await;
        }
        db.close().await;
    });
}

#[test]
fn a_process_that_stands_still_between_requests_finds_the_database_back_by_asking() {
    on_postgres(async |trial| {
        let (way, through) = relayed(&trial).await;
        let db = opened(&through, Rest::Frozen).await.unwrap();
        db.version().await.unwrap();
        way.send_replace(Way::Cut);
        for _ in 0..3 {
            assert!(refused(&db).await.1 < WITHIN + SLACK);
        }
        way.send_replace(Way::Open);
        // The first one already, and nothing tried in between.
        db.version().await.unwrap();
        db.close().await;
    });
}

#[test]
fn a_pool_that_is_busy_is_no_outage_and_whoever_waits_goes_on_waiting() {
    on_postgres(async |trial| {
        let options = Options { connections: 1, acquire_timeout: Duration::from_secs(1), ..Options::default() };
        let db = Db::open(&trial.url(), options).await.unwrap();
        let held = db.read().await.unwrap();
        let (why, took) = refused(&db).await;
        assert!(why.contains("the one connection to it was in use for 1 s"), "{why}");
        assert!(took >= Duration::from_secs(1), "{took:?}");
        assert_eq!(db.outage(), None);
        drop(held);
        db.version().await.unwrap();
        db.close().await;
    });
}

/// A server that answers whoever connects with an error of PostgreSQL's.
async fn that_says(code: &'static str, message: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let mut read = [0; 1024];
            // It is asked for TLS first, which it has not.
            if near.read(&mut read).await.is_ok_and(|length| length == 8) {
                let _ = near.write_all(b"N").await;
                let _ = near.read(&mut read).await;
            }
            let fields = format!("SFATAL\0VFATAL\0C{code}\0M{message}\0\0");
            let length = u32::try_from(fields.len() + 4).unwrap().to_be_bytes();
            let _ = near.write_all(&[b"E", &length[..], fields.as_bytes()].concat()).await;
        }
    });
    format!("postgres://ada:a-wrong-password@{address}/harbour")
}

#[test]
fn why_nobody_is_let_in_is_said_at_once_and_never_the_password() {
    on_postgres(async |_| {
        for (code, message, words) in [
            ("28P01", "password authentication failed", "refused the password of the user “ada”"),
            ("28000", "no pg_hba.conf entry", "does not let the user “ada” in (no pg_hba.conf entry)"),
            ("3D000", "database \"harbour\" does not exist", "has no database “harbour”"),
        ] {
            let url = that_says(code, message).await;
            let began = Instant::now();
            let Err(error) = opened(&url, Rest::Running).await else { panic!("{code}: it opened") };
            assert!(began.elapsed() < WITHIN + SLACK, "{code}: waiting would not help");
            let Error::Unavailable(why) = error else { panic!("{code}: {error}") };
            assert!(why.contains(words) && !why.contains("a-wrong-password"), "{code}: {why}");
            let db = opened(&url, Rest::Frozen).await.unwrap();
            assert!(refused(&db).await.0.contains(words), "{code}");
        }
    });
}

#[test]
fn a_server_that_does_not_run_is_said_to_refuse_and_one_that_starts_is_waited_for() {
    on_postgres(async |trial| {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let url = format!("postgres://ada@{address}/harbour");
        let options = Options { acquire_timeout: Duration::from_secs(1), ..Options::default() };
        let Err(Error::Unavailable(why)) = Db::open(&url, options).await else { panic!("it opened") };
        assert!(why.contains(&format!("PostgreSQL at {address} refused the connection")), "{why}");

        let (way, tries, through) = counted(&trial).await;
        way.send_replace(Way::Cut);
        let (db, ()) = tokio::join!(opened(&through, Rest::Running), async {
            tries.subscribe().wait_for(|tries| *tries > 0).await.unwrap();
            way.send_replace(Way::Open);
        });
        db.unwrap().close().await;
    });
}

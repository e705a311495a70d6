//! The program itself as a function: started by a Runtime API, stopped after each answer, ended at any time.

use crate::{
    browser::Ask,
    fleet::Fleet,
    front::{Invoke, front, scheduled},
    house::{House, PASSWORD, Postman},
    instance::Instance,
    serving::relayed,
    smtp::SmtpServer,
    story,
    traces::{self, Collector},
};
use mailer::SentMail;
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    pin::Pin,
    sync::{Arc, Mutex},
    time::Instant,
};
use storage::trial::{Trial, on_postgres};
use tokio::{task::JoinSet, time::sleep};

const KILLS: u32 = 12;

/// As many as start at once when a link is opened by a whole office.
const AT_ONCE: usize = 20;

fn program() -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_bailiwick")).to_path_buf()
}

/// The settings of the house that these tests look into.
fn settings(house: &House, smtp: &SmtpServer) -> Vec<(String, String)> {
    [
        ("BAILIWICK_DATABASE_URL", house.trial.url()),
        ("BAILIWICK_SMTP_URL", format!("smtp://127.0.0.1:{}", smtp.port)),
        ("BAILIWICK_SECRET_KEY", "a-key-of-the-tests-that-is-long-enough".to_owned()),
        ("BAILIWICK_BASE_URL", house.base().to_owned()),
        ("BAILIWICK_CLUSTER_SERVER", "https://cluster.example:6443".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// Lets the schedule send what is due, and reads what arrived.
struct Schedule {
    fleet: Arc<Fleet>,
    smtp: Mutex<SmtpServer>,
    arrived: Mutex<Vec<SentMail>>,
}

impl Schedule {
    fn keep(&self, told: &Value) {
        // Long lines are broken by quoted-printable; nothing else of it stands in a link.
        let content = told["content"].as_str().unwrap().replace("=\r\n", "");
        let header =
            |name: &str| content.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned();
        self.arrived.lock().unwrap().push(SentMail {
            to: told["recipients"][0].as_str().unwrap().to_owned(),
            subject: header("Subject: "),
            message_id: header("Message-ID: "),
            text: content.clone(),
            html: content,
        });
    }

    fn now_sent_to(&self, email: &str) -> Vec<SentMail> {
        self.arrived.lock().unwrap().iter().filter(|mail| mail.to == email).cloned().collect()
    }
}

impl Postman for Schedule {
    fn post(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {
            assert_eq!(self.fleet.invoke(scheduled()).await, Ok(Value::Null));
        })
    }

    fn sent_to(&self, email: &str) -> Vec<SentMail> {
        let smtp = self.smtp.lock().unwrap();
        smtp.so_far("message").iter().for_each(|told| self.keep(told));
        while self.now_sent_to(email).is_empty() {
            self.keep(&smtp.wait_for("message"));
        }
        self.now_sent_to(email)
    }
}

/// Runs a test in a house that a fleet of functions serves.
fn served<T: AsyncFn(Arc<Fleet>, House)>(test: T) {
    on_postgres(async |trial| {
        House::live_in(trial, &async |house: House| {
            let house = house.on_real_time();
            let smtp = SmtpServer::start("accept");
            let fleet = Arc::new(Fleet::new(program(), settings(&house, &smtp)));
            let postman = Schedule { fleet: fleet.clone(), smtp: Mutex::new(smtp), arrived: Mutex::default() };
            let house = house.served_by(front(fleet.clone()), Arc::new(postman));
            test(fleet, house.clone()).await;
            house.post().await;
        })
        .await;
    });
}

/// Whatever a process does that stands still, it must not hold others up.
async fn nobody_is_in_a_transaction(trial: &Trial) {
    let open = "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in%'";
    assert_eq!(trial.number(open).await, 0);
}

#[test]
fn the_story_of_an_organization_is_the_same_on_a_function_that_stands_still_after_each_answer() {
    served(async |fleet, house| {
        story::tell(&house).await;
        nobody_is_in_a_transaction(&house.trial).await;
        assert_eq!(fleet.size(), 1, "one after the other, one process answers all");
    });
}

#[test]
fn twenty_that_start_at_once_share_one_database() {
    served(async |fleet, house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let began = Instant::now();
        let mut all = JoinSet::new();
        for n in 0..AT_ONCE {
            let (fleet, ada) = (fleet.clone(), ada.clone());
            all.spawn(async move {
                let own = ada.house.served_by(front(Arc::new(fleet.start().await)), Arc::new(NoPost));
                let ada = ada.at(&own);
                ada.invite(&format!("p{n}@northwind.example")).await;
                ada.create_token(&[]).await.secret
            });
        }
        let secrets: BTreeSet<_> = all.join_all().await.into_iter().collect();
        println!("{AT_ONCE} functions at once: started and answered two writes each within {:?}", began.elapsed());
        assert_eq!(secrets.len(), AT_ONCE);
        let counted = ada.read("members/list", &[("organization", &ada.slug)]).await.json();
        assert_eq!(counted["total"], 1 + AT_ONCE);
        nobody_is_in_a_transaction(&house.trial).await;
    });
}

/// Where one process of many is looked at, none of its letters.
struct NoPost;

impl Postman for NoPost {
    fn post(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {})
    }

    fn sent_to(&self, _: &str) -> Vec<SentMail> {
        Vec::new()
    }
}

#[test]
fn killed_in_the_middle_of_a_request_it_leaves_nothing_half_done_and_another_goes_on() {
    served(async |fleet, house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let mut done = 0;
        for round in 0..KILLS {
            let doomed = Arc::new(fleet.start().await);
            let asked = ada.at(&house.served_by(front(doomed.clone()), Arc::new(NoPost)));
            // The second takes as long as the first, about: the process dies before, in, or after the middle of it.
            asked.invite(&format!("first-{round}@northwind.example")).await;
            let began = Instant::now();
            asked.invite(&format!("second-{round}@northwind.example")).await;
            let usual = began.elapsed();
            let email = format!("third-{round}@northwind.example");
            let fields = [("organization", ada.slug.as_str()), ("emails[]", &email)];
            let (answer, ()) = tokio::join!(asked.call("invitations/send", &fields), async {
                sleep(usual * round * 3 / KILLS / 2).await;
                doomed.kill();
            });
            let of = [("organization", ada.slug.as_str()), ("search", email.as_str())];
            let invited = ada.read("members/list", &of).await.json()["total"] == 1;
            let log = ada.read("activity/list", &[("organization", &ada.slug), ("limit", "200")]).await;
            assert!(invited || answer.status != 200, "what was answered is there");
            assert_eq!(invited, log.text.contains(&email), "an invitation and what the log says of it come together");
            done += usize::from(invited);
        }
        println!("killed in the middle of {KILLS} requests, {done} of which were done");
        nobody_is_in_a_transaction(&house.trial).await;
    });
}

#[test]
fn a_schedule_that_asks_twice_at_once_sends_each_letter_once() {
    on_postgres(async |trial| {
        House::live_in(trial, &async |house: House| {
            let house = house.on_real_time();
            let smtp = SmtpServer::start("accept");
            let fleet = Arc::new(Fleet::new(program(), settings(&house, &smtp)));
            let ada = house.found("Northwind", "ada@northwind.example").await;
            let served = house.served_by(front(fleet.clone()), Arc::new(NoPost));
            let ada = ada.at(&served);
            for n in 0..30 {
                ada.invite(&format!("p{n}@northwind.example")).await;
            }
            let (one, two) = tokio::join!(fleet.invoke(scheduled()), fleet.invoke(scheduled()));
            assert_eq!((one, two), (Ok(Value::Null), Ok(Value::Null)));
            assert_eq!(fleet.size(), 2, "two processes did that");
            assert_eq!(smtp.count("message"), 30);
        })
        .await;
    });
}

#[test]
fn one_that_stood_still_while_the_database_was_away_says_so_and_then_goes_on() {
    served(async |fleet, house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let cut = "select pg_terminate_backend(pid)::text from pg_stat_activity \
                   where datname = current_database() and application_name = 'bailiwick' and pid <> pg_backend_pid()";
        for _ in 0..3 {
            // Its connection is gone, and nobody has told it.
            house.trial.texts(cut).await;
            assert_eq!(ada.read("sessions/current", &[]).await.status, 200);
        }
        assert_eq!(fleet.size(), 1, "the same process all along");
    });
}

#[test]
fn one_whose_database_is_away_says_when_to_come_back_and_goes_on_when_it_is_there() {
    on_postgres(async |trial| {
        House::live_in(trial, &async |house: House| {
            let house = house.on_real_time();
            let ada = house.found("Northwind", "ada@northwind.example").await;
            let (relay, through) = relayed(&house.trial.url()).await;
            let smtp = SmtpServer::start("accept");
            let mut settings = settings(&house, &smtp);
            settings.retain(|(name, _)| name != "BAILIWICK_DATABASE_URL");
            let more = [("BAILIWICK_DATABASE_URL", through.as_str()), ("BAILIWICK_DATABASE_WAIT_SECONDS", "1")];
            settings.extend(more.map(|(name, value)| (name.to_owned(), value.to_owned())));
            let fleet = Arc::new(Fleet::new(program(), settings));
            let ada = ada.at(&house.served_by(front(fleet.clone()), Arc::new(NoPost)));
            for _ in 0..2 {
                relay.cut().await;
                let answer = ada.read("sessions/current", &[]).await;
                assert_eq!(answer.status, 503, "{}", answer.text);
                assert!(!answer.header("retry-after").is_empty());
                assert!(fleet.invoke(scheduled()).await.is_err(), "the platform counts what was not done");
                relay.mend();
                assert_eq!(ada.read("sessions/current", &[]).await.status, 200);
            }
            assert_eq!(fleet.size(), 1, "the same process all along");
        })
        .await;
    });
}

#[test]
fn what_it_can_not_work_with_is_said_at_its_start() {
    on_postgres(async |trial| {
        House::live_in(trial, &async |house: House| {
            let smtp = SmtpServer::start("accept");
            let change = |name: &str, value: &str| {
                let mut settings = settings(&house, &smtp);
                settings.retain(|(it, _)| it != name);
                settings.push((name.to_owned(), value.to_owned()));
                settings
            };
            for (name, value) in [
                ("BAILIWICK_DATABASE_URL", "sqlite:/tmp/bailiwick.db"),
                ("BAILIWICK_SMTP_URL", ""),
                ("BAILIWICK_SECRET_KEY", ""),
                ("BAILIWICK_CONTROLLER", "inside"),
            ] {
                let said = said_at_start(change(name, value));
                assert!(said.contains("as a function") && said.contains(name), "{said}");
            }
            house.trial.as_if_older().await;
            let said = said_at_start(settings(&house, &smtp));
            assert!(said.contains("bailiwick migrate"), "it migrates nothing: {said}");
        })
        .await;
    });
}

/// What a process says that does not come to its first event.
fn said_at_start(settings: Vec<(String, String)>) -> String {
    let ran = std::process::Command::new(program())
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9")
        .envs(settings)
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(1));
    String::from_utf8(ran.stderr).unwrap()
}

#[test]
fn an_event_that_it_does_not_know_is_an_error_and_the_next_one_is_answered() {
    served(async |fleet, house| {
        let instance: Instance = fleet.start().await;
        let refused = instance.invoke(json!({"detail-type": "Object Created"})).await;
        assert!(refused.unwrap_err().contains("means nothing here"));
        let own = house.served_by(front(Arc::new(instance)), Arc::new(NoPost));
        let wrong = [("email", "nobody@northwind.example"), ("password", PASSWORD)];
        assert_eq!(own.anonymous().call("sessions/sign-in", &wrong).await.brief(), "401 wrong_credentials");
    });
}

#[test]
fn a_span_of_each_request_is_sent_before_it_stands_still() {
    on_postgres(async |trial| {
        House::live_in(trial, &async |house: House| {
            let smtp = SmtpServer::start("accept");
            let (collector, address) = Collector::start().await;
            let mut settings = settings(&house, &smtp);
            settings.extend(traces::settings(&address).into_iter().map(|(name, value)| (name.to_owned(), value)));
            let fleet = Arc::new(Fleet::new(program(), settings));
            let served = house.served_by(front(fleet.clone()), Arc::new(NoPost));
            for asked in 1..=3 {
                assert_eq!(served.anonymous().visit("/sign-up").await.status, 200);
                assert_eq!(collector.spans().len(), asked);
            }
            assert_eq!(fleet.size(), 1);
        })
        .await;
    });
}

#[test]
fn what_nobody_can_read_is_answered_and_so_is_the_next_request() {
    served(async |fleet, house| {
        let stranger = house.anonymous();
        for path in ["/%zz", "/%2e%2e/%2e%2e/etc/passwd", "//evil.example/", "/a%0d%0aset-cookie:x", "/?%ff=%00"] {
            let status = stranger.visit(path).await.status;
            assert!(matches!(status, 303 | 404), "{path}: {status}");
        }
        // No address can be made of it, which the library that reads events holds to be impossible.
        let ask = Ask::get("/sign-up").with("x-forwarded-proto", "no scheme");
        assert_eq!(stranger.send(ask).await.status, 500);
        assert_eq!(stranger.visit("/sign-up").await.status, 200);
        assert_eq!(fleet.size(), 1, "the same process");
    });
}

//! The same as a function: events instead of requests, and nothing that goes on after an answer.

use crate::{
    calls::CALLS,
    front::{Invoke, front, scheduled},
    house::{House, Postman},
    story,
};
use bailiwick::function::Function;
use lambda_http::{Context, LambdaEvent};
use mailer::{Mailer, SentMail};
use serde_json::{Value, json, value::to_raw_value};
use std::{
    collections::BTreeSet,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use storage::trial::on_postgres;
use tokio::runtime::Handle;

/// A function in this very process, and a look at what it leaves behind.
struct Watched {
    function: Function,
    mailer: Mailer,
    /// What went on after an answer.
    left: Mutex<BTreeSet<String>>,
}

impl Watched {
    fn of(house: &House) -> (Arc<Self>, House) {
        let function = Function::new(house.server());
        let watched = Arc::new(Self { function, mailer: house.mailer.clone(), left: Mutex::default() });
        let served = house.served_by(front(watched.clone()), watched.clone());
        (watched, served)
    }

    fn left(&self) -> BTreeSet<String> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn tell(&self, event: &Value) -> Result<Value, String> {
        let mut context = Context::default();
        context.deadline = u64::MAX;
        let event = LambdaEvent::new(to_raw_value(event).unwrap(), context);
        let answer = self.function.answer(event).await.map_err(|error| error.to_string())?;
        Ok(serde_json::from_str(answer.get()).unwrap())
    }
}

impl Invoke for Watched {
    async fn invoke(&self, event: Value) -> Result<Value, String> {
        let metrics = Handle::current().metrics();
        let before = metrics.num_alive_tasks();
        let answer = self.tell(&event).await;
        // At once: a moment later this process would stand still.
        if metrics.num_alive_tasks() > before {
            self.left.lock().unwrap_or_else(PoisonError::into_inner).insert(event["rawPath"].to_string());
        }
        answer
    }
}

impl Postman for Watched {
    fn post(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {
            assert_eq!(self.invoke(scheduled()).await, Ok(Value::Null));
        })
    }

    fn sent_to(&self, email: &str) -> Vec<SentMail> {
        self.mailer.sent().into_iter().filter(|mail| mail.to == email).collect()
    }
}

/// Runs a test in a house that a function serves.
fn served<T: AsyncFn(Arc<Watched>, House)>(test: T) {
    on_postgres(async |trial| {
        House::live_in(trial, &async |house: House| {
            let house = house.with(|settings| settings.seen_apart = Duration::from_secs(60));
            let (watched, served) = Watched::of(&house);
            test(watched, served).await;
        })
        .await;
    });
}

#[test]
fn the_story_of_an_organization_is_the_same_and_nothing_goes_on_after_an_answer() {
    served(async |watched, house| {
        story::tell(&house).await;
        let ada = house.again("ada@northwind.example", "northwind-traders").await;
        let id = ada.id().await;
        for page in ["/", "/sign-in", "/o/northwind-traders/organization", "/account", "/nowhere", "/favicon.svg"] {
            for query in ["", "?invite=1", &format!("?open={id}"), &format!("?deactivate={id}"), "?__err=forged"] {
                for browser in [&ada.browser, &house.anonymous()] {
                    assert!(browser.visit(&format!("{page}{query}")).await.status < 500, "{page}{query}");
                }
            }
        }
        assert_eq!(watched.left(), BTreeSet::new());
    });
}

#[test]
fn nothing_goes_on_after_any_answer_of_the_api_be_it_a_refusal() {
    served(async |watched, house| {
        let cast = house.cast().await;
        for call in &CALLS {
            let column = call.may_be_asked_by();
            for column in [0, column] {
                let asker = cast.asker(column).await;
                let fields = cast.fill(call.fields, column).await;
                assert!(call.ask(&asker, &fields).await.status < 500, "{}", call.function);
            }
        }
        assert_eq!(watched.left(), BTreeSet::new());
    });
}

#[test]
fn the_address_a_person_comes_from_is_the_one_that_the_front_names() {
    served(async |_, house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let sessions = ada.read("account/sessions", &[]).await.json();
        assert_eq!(sessions["sessions"][0]["ip"], ada.ip.to_string(), "{sessions}");
    });
}

#[test]
fn when_a_session_was_last_used_is_written_down_by_the_request_itself_but_once_a_minute() {
    served(async |_, house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let written = async || house.trial.texts("select last_seen_at::text from sessions").await;
        let first = written().await;
        house.advance(Duration::from_secs(59));
        assert_eq!(ada.read("sessions/current", &[]).await.status, 200);
        assert_eq!(written().await, first);
        house.advance(Duration::from_secs(1));
        assert_eq!(ada.read("sessions/current", &[]).await.status, 200);
        let second = written().await;
        assert_ne!(second, first);
        assert_eq!(ada.read("sessions/current", &[]).await.status, 200);
        assert_eq!(written().await, second);
        // Never looked at for more than an hour in one go, and yet in use.
        for _ in 0..3 {
            house.advance(Duration::from_secs(59 * 60));
            assert_eq!(ada.read("sessions/current", &[]).await.status, 200);
        }
        house.advance(Duration::from_secs(60 * 60));
        assert_eq!(ada.read("sessions/current", &[]).await.status, 401);
    });
}

#[test]
fn an_event_of_another_kind_is_an_error_and_does_nothing() {
    served(async |watched, house| {
        let before = house.rows().await;
        for event in [json!({"detail-type": "Object Created"}), json!({}), json!(null), json!({"Records": []})] {
            assert!(watched.invoke(event.clone()).await.is_err(), "{event}");
        }
        assert_eq!(house.rows().await, before);
    });
}

#[test]
fn what_a_schedule_asks_for_is_done_once_though_it_asks_twice_at_once() {
    served(async |watched, house| {
        let (second, _) = Watched::of(&house);
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let invited: Vec<_> = (0..20).map(|n| format!("p{n}@northwind.example")).collect();
        for email in &invited {
            ada.invite(email).await;
        }
        let (one, two) = tokio::join!(watched.invoke(scheduled()), second.invoke(scheduled()));
        assert_eq!((one, two), (Ok(Value::Null), Ok(Value::Null)));
        for email in &invited {
            assert_eq!(watched.sent_to(email).len(), 1, "{email}");
        }
    });
}

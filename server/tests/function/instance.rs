//! One process of a function with a Runtime API of its own, as AWS Lambda has one in each place where it runs a function
//! (docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html). It runs while it has an event to answer, and at no other time.

use crate::front::Invoke;
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, Path, State},
    http::{Response, StatusCode},
    routing::{get, post},
};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::{
    ffi::OsStr,
    path::Path as FilePath,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};
use tokio::{
    net::TcpListener,
    process::{Child, Command},
    sync::{Mutex, mpsc, oneshot},
    task::JoinHandle,
};

/// How long the platform lets one event take.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(60);

type Answer = Result<Value, String>;

/// An event on its way, and where its answer is awaited.
struct Given {
    event: Value,
    answer: oneshot::Sender<Answer>,
}

pub(crate) struct Instance {
    child: Mutex<Child>,
    pid: Pid,
    events: mpsc::Sender<Given>,
    serving: JoinHandle<()>,
}

struct Api {
    events: Mutex<mpsc::Receiver<Given>>,
    /// The one that is being answered.
    awaited: Mutex<Option<(u64, oneshot::Sender<Answer>)>>,
    last: AtomicU64,
    pid: Mutex<Option<Pid>>,
}

impl Instance {
    /// Started by the platform: no words, and nothing in its environment but what is given.
    pub(crate) async fn start<K: AsRef<OsStr>, V: AsRef<OsStr>>(
        program: &FilePath,
        settings: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (events, given) = mpsc::channel(1);
        let api = Arc::new(Api {
            events: Mutex::new(given),
            awaited: Mutex::default(),
            last: AtomicU64::default(),
            pid: Mutex::default(),
        });
        let invocation = "/2018-06-01/runtime/invocation";
        let routes = Router::new()
            .route(&format!("{invocation}/next"), get(next))
            .route(&format!("{invocation}/{{id}}/response"), post(answered))
            .route(&format!("{invocation}/{{id}}/error"), post(failed))
            .layer(DefaultBodyLimit::disable())
            .with_state(api.clone());
        let serving = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        let child = Command::new(program)
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "bailiwick")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
            .envs(settings)
            // There is no folder that it may write to.
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let pid = Pid::from_raw(child.id().unwrap().try_into().unwrap()).unwrap();
        *api.pid.lock().await = Some(pid);
        Self { child: Mutex::new(child), pid, events, serving }
    }

    pub(crate) async fn runs(&self) -> bool {
        matches!(self.child.lock().await.try_wait(), Ok(None))
    }

    /// As the platform ends one, perhaps in the middle of an answer.
    pub(crate) fn kill(&self) {
        let _ = kill_process(self.pid, Signal::KILL);
    }
}

impl Invoke for Instance {
    async fn invoke(&self, event: Value) -> Answer {
        let (answer, answered) = oneshot::channel();
        let _ = kill_process(self.pid, Signal::CONT);
        self.events.send(Given { event, answer }).await.map_err(|_| "the platform is gone".to_owned())?;
        let mut child = self.child.lock().await;
        tokio::select! {
            answer = answered => answer.map_err(|_| "nobody answers".to_owned())?,
            ended = child.wait() => Err(format!("the process ended: {ended:?}")),
        }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.kill();
        self.serving.abort();
    }
}

async fn next(State(api): State<Arc<Api>>) -> Response<Body> {
    let Given { event, answer } = api.events.lock().await.recv().await.unwrap();
    let id = api.last.fetch_add(1, Ordering::Relaxed);
    *api.awaited.lock().await = Some((id, answer));
    let deadline = SystemTime::UNIX_EPOCH.elapsed().unwrap() + TIMEOUT;
    Response::builder()
        .header("content-type", "application/json")
        .header("lambda-runtime-aws-request-id", id.to_string())
        .header("lambda-runtime-deadline-ms", deadline.as_millis().to_string())
        .header("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-central-1:123456789012:function:bailiwick")
        .body(Body::from(event.to_string()))
        .unwrap()
}

async fn answered(State(api): State<Arc<Api>>, Path(id): Path<u64>, answer: Bytes) -> StatusCode {
    api.take(id, Ok(serde_json::from_slice(&answer).unwrap())).await
}

async fn failed(State(api): State<Arc<Api>>, Path(id): Path<u64>, error: String) -> StatusCode {
    api.take(id, Err(error)).await
}

impl Api {
    /// From the moment that an answer is here, nothing of the process goes on.
    async fn take(&self, id: u64, answer: Answer) -> StatusCode {
        kill_process(self.pid.lock().await.unwrap(), Signal::STOP).unwrap();
        match self.awaited.lock().await.take() {
            Some((awaited, sender)) if awaited == id => {
                let _ = sender.send(answer);
                StatusCode::ACCEPTED
            }
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

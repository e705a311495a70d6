//! Browsers and the people before them: requests as they send them, answers as they get them.

use crate::house::House;
use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Request, header},
};
use domain::text::EmailAddress;
use http_body_util::BodyExt;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    ops::Deref,
    sync::{Arc, Mutex},
};
use tower::ServiceExt;

#[path = "drawn.rs"]
mod drawn;

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// A request that is being written.
#[derive(Clone)]
pub(crate) struct Ask {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    headers: BTreeMap<String, Vec<u8>>,
    body: Vec<u8>,
}

/// `a=1&b=2`, everything odd percent-encoded.
pub(crate) fn encode(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

impl Ask {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self { method: "GET", path: path.into(), headers: BTreeMap::new(), body: Vec::new() }
    }

    /// A form, to be read by a program.
    pub(crate) fn post(path: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        let ask = Self { method: "POST", path: path.into(), headers: BTreeMap::new(), body: body.into() };
        ask.with("content-type", FORM)
    }

    pub(crate) fn method(self, method: &'static str) -> Self {
        Self { method, ..self }
    }

    pub(crate) fn body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..self }
    }

    pub(crate) fn with(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.insert(name.to_owned(), value.as_ref().to_vec());
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{} and no JSON: {}", self.status, self.text))
    }

    /// The code of an error.
    #[track_caller]
    pub(crate) fn code(&self) -> String {
        let json = self.json();
        assert!(json["message"].as_str().is_some_and(|message| message.len() > 10), "{json}");
        json["code"].as_str().expect("a code").to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// All but the id, which is random and so says nothing.
    pub(crate) fn headers_but_id(&self) -> HeaderMap {
        let mut headers = self.headers.clone();
        assert!(headers.remove("x-request-id").is_some());
        headers
    }

    pub(crate) fn location(&self) -> &str {
        self.header("location")
    }

    pub(crate) fn cookies(&self) -> Vec<&str> {
        self.headers.get_all(header::SET_COOKIE).iter().map(|line| line.to_str().unwrap()).collect()
    }

    /// Status and code, or the status alone.
    pub(crate) fn brief(&self) -> String {
        let json: Value = serde_json::from_str(&self.text).unwrap_or_default();
        format!("{} {}", self.status, json["code"].as_str().unwrap_or_default()).trim_end().to_owned()
    }
}

/// A browser with its cookies, at a network address of its own.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) house: House,
    pub(crate) ip: IpAddr,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
    /// A program's, which has no cookies.
    bearer: Option<String>,
}

impl Browser {
    pub(crate) fn new(house: &House) -> Self {
        Self { house: house.clone(), ip: house.new_ip(), cookies: Arc::default(), bearer: None }
    }

    /// A program that sends this token's secret with everything.
    pub(crate) fn with_bearer(self, secret: &str) -> Self {
        Self { bearer: Some(secret.to_owned()), ..self }
    }

    pub(crate) fn take_cookie(&self, name: &str, value: &str) {
        self.house.note(value);
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    pub(crate) fn session(&self) -> Option<String> {
        self.cookie(self.house.cookie_name())
    }

    fn keep(&self, answer: &Answer) {
        for line in answer.cookies() {
            let (pair, attributes) = line.split_once("; ").unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.lock().unwrap().remove(name);
            } else if name == self.house.cookie_name() {
                self.take_cookie(name, value);
            } else {
                self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// Sends exactly this, with this browser's cookies.
    pub(crate) async fn send(&self, ask: Ask) -> Answer {
        let host = self.house.base().split_once("://").unwrap().1;
        let mut request = Request::builder().method(ask.method).uri(&ask.path);
        if !ask.headers.contains_key("host") {
            request = request.header("host", host);
        }
        for (name, value) in &ask.headers {
            request = request.header(name, value.as_slice());
        }
        let cookies: Vec<String> =
            self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() && !ask.headers.contains_key("cookie") {
            request = request.header("cookie", cookies.join("; "));
        }
        if let Some(secret) = &self.bearer {
            request = request.header("authorization", format!("Bearer {secret}"));
        }
        let mut request = request.body(Body::from(ask.body)).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(self.ip, 50_000)));
        let response = self.house.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let answer = Answer { status, headers, text: String::from_utf8_lossy(&body).into_owned() };
        self.keep(&answer);
        answer
    }

    /// Asks a reading function, as our own program does.
    pub(crate) async fn read(&self, function: &str, fields: &[(&str, &str)]) -> Answer {
        let query = encode(fields);
        let path = format!("/api/v1/{function}{}{query}", if query.is_empty() { "" } else { "?" });
        self.send(Ask::get(path).with("accept", "application/json")).await
    }

    pub(crate) fn posting(&self, function: &str, fields: &[(&str, &str)]) -> Ask {
        Ask::post(format!("/api/v1/{function}"), encode(fields))
            .with("accept", "application/json")
            .with("origin", self.house.base())
            .with("sec-fetch-site", "same-origin")
    }

    /// Asks a writing function, as our own program does.
    pub(crate) async fn call(&self, function: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(self.posting(function, fields)).await
    }

    /// Presses the button of a plain form. Our pages send no referrer, and so browsers send `Origin: null`.
    pub(crate) async fn submit(&self, function: &str, fields: &[(&str, &str)]) -> Answer {
        let accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        self.send(self.posting(function, fields).with("accept", accept).with("origin", "null")).await
    }

    pub(crate) async fn visit(&self, path: &str) -> Answer {
        self.send(Ask::get(path).with("accept", "text/html")).await
    }
}

/// A token that was made.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) id: String,
    pub(crate) secret: String,
}

/// A machine that waits to be let in, or was.
#[derive(Clone)]
pub(crate) struct Machine {
    pub(crate) browser: Browser,
    /// What it shows, and what it proves itself with.
    pub(crate) user_code: String,
    pub(crate) device_code: String,
}

/// What a machine that was let in holds.
pub(crate) struct Login {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl House {
    pub(crate) async fn begin_login(&self) -> Machine {
        let browser = self.anonymous();
        let answer = browser.call("logins/begin", &[("machine", "laptop")]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let (json, text) = (answer.json(), |value: &Value| value.as_str().unwrap().to_owned());
        let machine = Machine { browser, user_code: text(&json["user_code"]), device_code: text(&json["device_code"]) };
        self.note(&machine.device_code);
        machine
    }
}

impl Machine {
    pub(crate) async fn claim(&self) -> Answer {
        self.browser.call("logins/claim", &[("device_code", &self.device_code)]).await
    }
}

impl Login {
    /// What the API server is shown.
    pub(crate) async fn credential(&self, house: &House) -> Answer {
        house.anonymous().call("logins/credential", &[("secret", &self.secret)]).await
    }
}

/// Somebody at a browser that is signed in.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) browser: Browser,
    pub(crate) email: String,
    /// The organization they look at.
    pub(crate) slug: String,
}

impl Deref for Person {
    type Target = Browser;
    fn deref(&self) -> &Browser {
        &self.browser
    }
}

impl Person {
    /// This person at another browser.
    pub(crate) async fn elsewhere(&self) -> Self {
        self.house.again(&self.email, &self.slug).await
    }

    /// The same browser, which asks the same house another way.
    #[allow(dead_code, reason = "the tests of functions use it")]
    pub(crate) fn at(&self, house: &House) -> Self {
        Self { browser: Browser { house: house.clone(), ..self.browser.clone() }, ..self.clone() }
    }

    async fn member(&self) -> storage::members::Member {
        let organization = self.house.organization(&self.slug).await.id;
        let mut c = self.house.installation.db.read().await.unwrap();
        let email = EmailAddress::parse(&self.email).unwrap();
        storage::members::find_by_email(&mut c, organization, &email).await.unwrap().unwrap()
    }

    /// This member's id as text, as others name it.
    pub(crate) async fn id(&self) -> String {
        self.member().await.id.to_string()
    }

    pub(crate) async fn version(&self) -> i64 {
        self.member().await.version
    }

    /// The id of this browser's session.
    pub(crate) async fn session_id(&self) -> String {
        let sessions = self.read("account/sessions", &[]).await.json();
        let current = sessions["sessions"].as_array().unwrap().iter().find(|session| session["current"] == true);
        current.unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// Invites one address; answers the invitation's id.
    pub(crate) async fn invite(&self, email: &str) -> String {
        let answer = self.call("invitations/send", &[("organization", &self.slug), ("emails[]", email)]).await;
        let results = answer.json();
        assert_eq!(results["results"][0]["outcome"], "sent", "{}", answer.text);
        results["results"][0]["invitation"].as_str().unwrap().to_owned()
    }

    /// The secret in an invitation's link.
    pub(crate) async fn copy_link(&self, invitation: &str) -> String {
        let fields = [("organization", self.slug.as_str()), ("invitation", invitation)];
        let link = self.read("invitations/link", &fields).await.json()["link"].as_str().unwrap().to_owned();
        let secret = link.rsplit('/').next().unwrap().to_owned();
        self.house.note(&secret);
        secret
    }

    pub(crate) async fn create_namespace(&self, label: &str) -> String {
        let answer = self.call("namespaces/create", &[("organization", &self.slug), ("id", label)]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["namespace"]["name"].as_str().unwrap().to_owned()
    }

    /// Makes a token; `more` are fields such as `namespaces[]`, `scopes[]`, `expires`.
    pub(crate) async fn create_token(&self, more: &[(&str, &str)]) -> Token {
        let answer = self.call("tokens/create", &[&[("organization", self.slug.as_str())], more].concat()).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let (json, text) = (answer.json(), |value: &Value| value.as_str().unwrap().to_owned());
        let token = Token { id: text(&json["token"]["id"]), secret: text(&json["secret"]) };
        self.house.note(&token.secret);
        token
    }

    pub(crate) async fn approve(&self, machine: &Machine) -> Answer {
        let fields = [("organization", self.slug.as_str()), ("code", &machine.user_code)];
        self.call("logins/approve", &fields).await
    }

    /// Lets a machine into the cluster, all the way.
    pub(crate) async fn log_in(&self) -> Login {
        let machine = self.house.begin_login().await;
        let approved = self.approve(&machine).await;
        assert_eq!(approved.status, 200, "{}", approved.text);
        let json = machine.claim().await.json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let login = Login { id: text(&json["login"]), secret: text(&json["secret"]) };
        self.house.note(&login.secret);
        login
    }

    pub(crate) async fn deactivate(&self, other: &Self) {
        let fields = [("organization", self.slug.as_str()), ("member", &other.id().await)];
        let answer = self.call("members/deactivate", &fields).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }

    pub(crate) async fn reactivate(&self, other: &Self) {
        let fields = [("organization", self.slug.as_str()), ("member", &other.id().await)];
        let answer = self.call("members/reactivate", &fields).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
}

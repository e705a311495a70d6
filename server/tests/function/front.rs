//! What stands before a function: it makes of each request the event that API Gateway's HTTP API makes (payload format 2.0), and
//! of what the function says an answer again.

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request},
    http::{HeaderName, HeaderValue, Response, StatusCode, header},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use std::{net::SocketAddr, sync::Arc};

/// Whatever answers events.
pub(crate) trait Invoke: Send + Sync + 'static {
    /// What the function says, or how it failed.
    fn invoke(&self, event: Value) -> impl Future<Output = Result<Value, String>> + Send;
}

/// A service that sends everything there.
pub(crate) fn front<I: Invoke>(function: Arc<I>) -> Router {
    Router::new().fallback(async move |request: Request| {
        let event = event_of(request).await;
        match function.invoke(event).await {
            Ok(answer) => response(&answer),
            // As the gateway says it, whatever was the matter.
            Err(why) => {
                eprintln!("the function failed: {why}");
                let mut response = Response::new(Body::from(r#"{"message":"Internal Server Error"}"#));
                *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                response
            }
        }
    })
}

async fn event_of(request: Request) -> Value {
    let (parts, body) = request.into_parts();
    let ConnectInfo(peer) = parts.extensions.get::<ConnectInfo<SocketAddr>>().copied().unwrap();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let mut headers = Map::new();
    let mut cookies = Vec::new();
    for (name, value) in &parts.headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        if name == header::COOKIE {
            cookies.extend(value.split("; ").map(ToOwned::to_owned));
            continue;
        }
        // Of several with one name it makes one.
        match headers.get_mut(name.as_str()) {
            Some(Value::String(before)) => before.push_str(&format!(",{value}")),
            _ => drop(headers.insert(name.to_string(), json!(value))),
        }
    }
    let agent = headers.get("user-agent").cloned().unwrap_or_default();
    let host = headers.get("host").cloned().unwrap_or_default();
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": parts.uri.path(),
        "rawQueryString": parts.uri.query().unwrap_or_default(),
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "r3pmxmplak",
            "domainName": host,
            "domainPrefix": "r3pmxmplak",
            "http": {
                "method": parts.method.as_str(),
                "path": parts.uri.path(),
                "protocol": "HTTP/1.1",
                "sourceIp": peer.ip().to_string(),
                "userAgent": agent,
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": "$default",
            "time": "26/Nov/2026:09:30:05 +0000",
            "timeEpoch": 1_795_685_405_250_u64,
        },
        "isBase64Encoded": !body.is_empty(),
    });
    if !cookies.is_empty() {
        event["cookies"] = json!(cookies);
    }
    if !body.is_empty() {
        event["body"] = json!(STANDARD.encode(&body));
    }
    event
}

fn response(answer: &Value) -> Response<Body> {
    let text = answer["body"].as_str().unwrap_or_default();
    let body = match answer["isBase64Encoded"].as_bool() {
        Some(true) => STANDARD.decode(text).unwrap(),
        _ => text.as_bytes().to_vec(),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(answer["statusCode"].as_u64().unwrap().try_into().unwrap()).unwrap();
    let headers = response.headers_mut();
    for (name, value) in answer["headers"].as_object().into_iter().flatten() {
        headers.append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value.as_str().unwrap()).unwrap());
    }
    for cookie in answer["cookies"].as_array().into_iter().flatten() {
        headers.append(header::SET_COOKIE, HeaderValue::from_str(cookie.as_str().unwrap()).unwrap());
    }
    response
}

/// What EventBridge sends once a minute.
pub(crate) fn scheduled() -> Value {
    json!({
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "2026-11-26T09:30:05Z",
        "region": "eu-central-1",
        "resources": ["arn:aws:events:eu-central-1:123456789012:rule/bailiwick-work"],
        "detail": {},
    })
}

//! How the browser sends what a page asks for, and what is heard of every answer, whatever asked: a sentence for the person,
//! and whether the server can be reached.

use crate::{
    error::ApiError,
    said::{announce, report},
};
use leptos::server_fn::{
    Bytes, ContentType,
    client::{Client, browser::BrowserClient},
    codec::{Json, PostUrl},
    error::FromServerFnError,
    redirect::call_redirect_hook,
    request::{ClientReq, browser::BrowserRequest},
    response::{ClientRes, browser::BrowserResponse},
};
use percent_encoding::percent_decode_str;

/// Percent-encoded: a header is ASCII.
pub const NOTICE: &str = "bailiwick-notice";

pub struct Browser;

impl<E: FromServerFnError> Client<E> for Browser {
    type Request = BrowserRequest;
    type Response = BrowserResponse;

    async fn send(request: Self::Request) -> Result<Self::Response, E> {
        let answer = <BrowserClient as Client<E>>::send(request).await;
        report(answer.is_ok());
        if let Ok(answer) = &answer
            && let Some(notice) = answer.generate_headers().get(NOTICE).and_then(|notice| notice.to_str().ok())
        {
            announce(&percent_decode_str(notice).decode_utf8_lossy());
        }
        answer
    }

    async fn open_websocket(
        path: &str,
    ) -> Result<
        (
            impl futures::Stream<Item = Result<Bytes, Bytes>> + Send + 'static,
            impl futures::Sink<Bytes> + Send + 'static,
        ),
        E,
    > {
        <BrowserClient as Client<E>>::open_websocket(path).await
    }

    fn spawn(future: impl Future<Output = ()> + Send + 'static) {
        <BrowserClient as Client<E>>::spawn(future);
    }
}

/// Posts a form's fields to the function at `path`, and answers its JSON.
///
/// # Errors
/// What the function refused, or that the server was not reached.
pub async fn post(path: &str, fields: String) -> Result<Bytes, ApiError> {
    let request: BrowserRequest =
        ClientReq::<ApiError>::try_new_post(path, PostUrl::CONTENT_TYPE, Json::CONTENT_TYPE, fields)?;
    let answer = <Browser as Client<ApiError>>::send(request).await?;
    let (status, redirects) = (ClientRes::<ApiError>::status(&answer), ClientRes::<ApiError>::has_redirect(&answer));
    let to = ClientRes::<ApiError>::location(&answer);
    let answer = ClientRes::<ApiError>::try_into_bytes(answer).await?;
    if status >= 400 {
        return Err(ApiError::de(answer));
    }
    if redirects {
        call_redirect_hook(&to);
    }
    Ok(answer)
}

//! Posting a form without leaving the page, so that an error can stand at its field.

use super::{
    leave,
    visit::{self, Step},
};
use crate::{
    components::{
        announcer::announce,
        browser::{by_id, focus, window},
    },
    error::ApiError,
};
use leptos::{server_fn::error::FromServerFnError, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, FormData, HtmlFormElement, Request, RequestInit, Response, Url, UrlSearchParams};

/// What a form would send, its pressed button included.
pub(super) fn pairs(form: &HtmlFormElement, submitter: Option<&Element>) -> Option<Vec<(String, String)>> {
    let data = FormData::new_with_form(form).ok()?;
    let mut pairs = Vec::new();
    for entry in js_sys::try_iter(&data).ok()??.flatten() {
        let entry: js_sys::Array = entry.dyn_into().ok()?;
        pairs.push((entry.get(0).as_string()?, entry.get(1).as_string()?));
    }
    let named = submitter.and_then(|button| Some((button.get_attribute("name")?, button.get_attribute("value")?)));
    // A button's own value stands for a hidden field of that name.
    if let Some((name, value)) = named {
        pairs.retain(|(key, _)| *key != name);
        pairs.push((name, value));
    }
    Some(pairs)
}

pub(super) fn send(form: HtmlFormElement, submitter: Option<Element>) {
    // A second press while the first is under way is the same wish.
    if form.has_attribute("data-sending") {
        return;
    }
    // Asked before anything is done: afterwards the page is left in any case.
    if !leave::may_leave() {
        return;
    }
    clear_errors(&form);
    set_sending(&form, submitter.as_ref(), true);
    spawn_local(async move {
        let outcome = post(&form, submitter.as_ref()).await;
        set_sending(&form, submitter.as_ref(), false);
        match outcome {
            Ok(Done::Page { address, html }) => {
                let then = then(&form);
                if !visit::put(&address, &html) {
                    show_error(&form, &ApiError::internal());
                } else if let Some(form) = then.and_then(|id| by_id(&id)?.dyn_into::<HtmlFormElement>().ok()) {
                    let _ = form.request_submit();
                }
            }
            Ok(Done::Next { next, notice }) => {
                match next {
                    Some(next) => visit::go(next, Step::Forward),
                    None => visit::refresh(),
                }
                if let Some(notice) = notice {
                    announce(&notice);
                }
            }
            Err(error) => show_error(&form, &error),
        }
    });
}

enum Done {
    Next {
        next: Option<String>,
        notice: Option<String>,
    },
    /// The answer itself is what to show, and is to be had only this once.
    Page {
        address: String,
        html: String,
    },
}

/// The form of the page to come that a ticked box wants sent at once, by its id.
fn then(form: &HtmlFormElement) -> Option<String> {
    form.query_selector("[data-then]:checked").ok()??.get_attribute("data-then")
}

async fn post(form: &HtmlFormElement, submitter: Option<&Element>) -> Result<Done, ApiError> {
    let unreached =
        |_: JsValue| ApiError::new("unavailable", "The server can't be reached. Check the connection and try again.");
    let body = UrlSearchParams::new().map_err(unreached)?;
    let pairs = pairs(form, submitter).unwrap_or_default();
    for (name, value) in &pairs {
        body.append(name, value);
    }
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&body);
    let action = form.get_attribute("action").unwrap_or_default();
    let request = Request::new_with_str_and_init(&action, &init).map_err(unreached)?;
    let _ = request.headers().set("Accept", "application/json");
    let _ = request.headers().set("Bailiwick-Enhanced", "1");
    let window = window().ok_or_else(ApiError::internal)?;
    let response: Response = JsFuture::from(window.fetch_with_request(&request)).await.map_err(unreached)?.into();
    let header = |name: &str| response.headers().get(name).ok().flatten();
    let text = || async {
        let text = JsFuture::from(response.text().map_err(unreached)?).await.map_err(unreached)?;
        Ok::<_, ApiError>(text.as_string().unwrap_or_default())
    };
    if response.ok() && header("content-type").is_some_and(|kind| kind.starts_with("text/html")) {
        let next = pairs.into_iter().find(|(name, _)| name == "next").map(|(_, value)| value);
        let address = next.and_then(|next| Some(Url::new_with_base(&next, &visit::here()?).ok()?.href()));
        return Ok(Done::Page { address: address.unwrap_or_default(), html: text().await? });
    }
    if response.ok() {
        let notice =
            header("bailiwick-notice").and_then(|text| js_sys::decode_uri_component(&text).ok()).map(String::from);
        return Ok(Done::Next { next: header("bailiwick-next"), notice });
    }
    Err(ApiError::de(text().await?.into()))
}

fn set_sending(form: &HtmlFormElement, submitter: Option<&Element>, sending: bool) {
    for element in [Some(form.unchecked_ref::<Element>()), submitter].into_iter().flatten() {
        let _ =
            if sending { element.set_attribute("data-sending", "") } else { element.remove_attribute("data-sending") };
        let _ =
            if sending { element.set_attribute("aria-busy", "true") } else { element.remove_attribute("aria-busy") };
    }
}

fn clear_errors(form: &HtmlFormElement) {
    let Ok(messages) = form.query_selector_all(".field-error, .form-error") else { return };
    for index in 0..messages.length() {
        if let Some(message) = messages.item(index).and_then(|message| message.dyn_into::<Element>().ok()) {
            message.set_text_content(None);
            let _ = message.set_attribute("hidden", "");
        }
    }
    let Ok(invalid) = form.query_selector_all("[aria-invalid]") else { return };
    for index in 0..invalid.length() {
        if let Some(input) = invalid.item(index).and_then(|input| input.dyn_into::<Element>().ok()) {
            let _ = input.remove_attribute("aria-invalid");
        }
    }
}

fn show_error(form: &HtmlFormElement, error: &ApiError) {
    if matches!(error.code.as_str(), "not_signed_in" | "reauthentication_required") {
        // The session ended meanwhile, or is too old for this: where the form leads back to asks, and goes on from there.
        let back = form.query_selector("[name='back']").ok().flatten().and_then(|back| back.get_attribute("value"));
        match back.filter(|back| !back.is_empty()) {
            Some(back) => visit::go(back, Step::Replace),
            None => visit::refresh(),
        }
        return;
    }
    let input = error.field.as_ref().and_then(|field| form.query_selector(&format!("[name='{field}']")).ok().flatten());
    let place = match &input {
        Some(input) => form.query_selector(&format!("[id='{}-error']", input.id())).ok().flatten(),
        None => None,
    };
    let place = place.or_else(|| form.query_selector(".form-error").ok().flatten());
    match place {
        Some(place) => {
            let _ = place.remove_attribute("hidden");
            place.set_text_content(Some(&error.message));
        }
        None => announce(&error.message),
    }
    if let Some(input) = input {
        let _ = input.set_attribute("aria-invalid", "true");
        focus(&input);
    }
}

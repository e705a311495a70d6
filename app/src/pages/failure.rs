//! What is shown instead of a page: why not, and where to go.

use super::{
    Document, Visit,
    frame::{Card, Console, Entry, Frame},
};
use crate::error::ApiError;
use domain::path;
use leptos::prelude::*;

pub(super) async fn document(visit: &Visit, error: ApiError) -> Document {
    let frame = Frame::load(visit, None).await.ok();
    let status = error.status();
    let heading = match status {
        404 => "Nothing here",
        403 if error.code == "organization_suspended" => "Suspended",
        403 => "Not for you",
        410 => "This is over",
        503 => "Back in a moment",
        400..=499 => "That did not work",
        _ => "Something went wrong",
    };
    // Where home leads for this person, by its name.
    let (onward, word) = match &frame {
        Some(Frame { open: None, waiting: None, .. }) => (path::ACCOUNT, "To your account"),
        Some(Frame { open: None, .. }) => (path::OPERATOR, "To the operator's page"),
        _ => (path::HOME, "To your organization"),
    };
    let document = Document::new(heading, move || match frame {
        Some(frame) => view! {
            <Console frame entry=Entry::Account>
                <section class="empty">
                    <h1>{heading}</h1>
                    <p>{error.message}</p>
                    <a class="button" href=onward>
                        {word}
                    </a>
                </section>
            </Console>
        }
        .into_any(),
        None => view! {
            <Card heading>
                <p class="lead">{error.message}</p>
                <a class="button wide" href=path::SIGN_IN>
                    "Sign in"
                </a>
            </Card>
        }
        .into_any(),
    });
    Document { status, ..document }
}

//! `/operator/organizations/<slug>`: one organization, and every act on it.

mod people;

use super::{
    super::{Document, Loaded, Visit, dialog::Dialog, frame::Frame},
    Act, Desk, Tab, View,
    acts::{self, ACTS, holder_value},
    decide::Tickets,
    organizations::Standing,
};
use crate::{
    api::{
        operator::directory::{Details, Organization},
        requests::Request,
        tokens::Token,
    },
    components::{
        address::broken,
        icon::{Glyph, Icon},
        moment::{Distance, Moment},
        table::Columns,
    },
    pages::ends::ends,
    words::day,
};
use domain::{activity::Named, path, text::NamespaceName, time::Timestamp};
use leptos::prelude::*;
use people::{Crowd, People};
use usecases::operator::Given;

/// How many tokens are named here; the rest is given what is asked for.
const TOKENS: u32 = 50;

struct Facts {
    frame: Frame,
    details: Details,
    given: Vec<Given>,
    tokens: Vec<Token>,
    crowd: Crowd,
    dialog: Option<Dialog>,
    enforced: bool,
    now: Timestamp,
}

pub(super) async fn load(visit: &Visit, frame: Frame, slug: &str) -> Loaded {
    let context = visit.context.as_operator()?;
    let details = Details::from(usecases::operator::details(&context, slug).await?);
    let given = usecases::operator::given(&context, slug).await?;
    let tokens = usecases::tokens::list(&context, slug, None, Some(TOKENS)).await?.tokens;
    let dialog = acts::asked(visit, &details, &given).await?;
    let title = format!("{} · Operator", details.organization.name);
    let facts = Facts {
        crowd: people::load(visit, &context, slug).await?,
        enforced: context.settings().enforced,
        now: context.now(),
        tokens: tokens.into_iter().map(Token::from).collect(),
        frame,
        details,
        given,
        dialog,
    };
    Ok(Document::new(title, move || view! { <Page facts /> }))
}

#[component]
fn Page(facts: Facts) -> impl IntoView {
    let Facts { frame, details, given, tokens, crowd, dialog, enforced, now } = facts;
    let Details { organization, namespaces, requests, .. } = details;
    let own = frame.person.email.to_string();
    let action = path::operator_organization(&organization.organization);
    let tools = if organization.suspended_at.is_some() {
        view! { <Act name="resume" value="1" word="Resume" class="button revive" /> }.into_any()
    } else {
        view! { <Act name="suspend" value="1" word="Suspend" class="button danger" /> }.into_any()
    };
    let since = organization.suspended_at.map(|at| {
        view! {
            <p class="note" role="status">
                <Glyph icon=Icon::Warning />
                <span>
                    "Suspended since " <Moment at />
                    ". Nobody of it gets in, its tokens are refused, and its bindings are withdrawn."
                </span>
            </p>
        }
    });
    let lead = format!("{}, founded by {}.", organization.organization, organization.founder);
    let kept = crowd.kept();
    view! {
        <Desk frame tab=Tab::Organizations heading=organization.name.to_string() lead tools=Some(tools) dialog>
            <View action=action.clone() kept />
            {since}
            <Waiting requests own now />
            <Figures organization enforced now />
            <People crowd action />
            <Withheld given now />
            <Namespaces namespaces />
            <Tokens tokens />
        </Desk>
    }
    .into_any()
}

#[component]
fn Waiting(requests: Vec<Request>, own: String, now: Timestamp) -> impl IntoView {
    (!requests.is_empty()).then(|| {
        view! {
            <section class="card" aria-labelledby="waiting">
                <header class="card-head">
                    <h2 id="waiting">"Requests waiting"</h2>
                </header>
                <Tickets requests own now />
            </section>
        }
    })
}

#[component]
fn Figures(organization: Organization, enforced: bool, now: Timestamp) -> impl IntoView {
    let (active, off) = (organization.members_active, organization.members_deactivated);
    let invited = organization.invitations_pending;
    let limit = organization.member_limit.map_or_else(String::new, |limit| format!(" of {limit}"));
    let namespaces = format!("{} of {}", organization.namespaces, organization.namespace_limit);
    let last = match organization.last_activity {
        Some(at) => view! { <Distance at now /> }.into_any(),
        None => "never".into_any(),
    };
    let held = organization.cluster.held_deletions.map(|held| {
        view! {
            <span class="quiet">{format!("{held} deletions are held back. ")}</span>
            <Act name="confirm-deletions" value=organization.organization.to_string() word="Confirm deletions" class="button small danger" />
        }
    });
    let trouble = organization.cluster.trouble.clone().map(|why| view! { <span class="quiet">{why}</span> });
    view! {
        <section class="card" aria-labelledby="figures">
            <header class="card-head">
                <h2 id="figures">"How it stands"</h2>
            </header>
            <dl class="facts wide">
                <div>
                    <dt>"State"</dt>
                    <dd>
                        <Standing suspended=organization.suspended_at.is_some() cluster=organization.cluster enforced /> " "
                        {trouble} {held}
                    </dd>
                </div>
                <div>
                    <dt>"Members"</dt>
                    <dd>
                        {format!("{active}{limit} active, {off} deactivated, {invited} invited")} " "
                        <Act name="member-limit" value="1" word="Change the limit" about=" of members".to_owned() />
                    </dd>
                </div>
                <div>
                    <dt>"Namespaces"</dt>
                    <dd>
                        {namespaces} " "
                        <Act name="namespace-limit" value="1" word="Change the limit" about=" of namespaces".to_owned() />
                    </dd>
                </div>
                <div>
                    <dt>"Created"</dt>
                    <dd>
                        <Moment at=organization.created_at say=day />
                    </dd>
                </div>
                <div>
                    <dt>"Last activity"</dt>
                    <dd>{last}</dd>
                </div>
            </dl>
        </section>
    }
    .into_any()
}

/// A person by an address that may break, a token by its name.
fn called(whose: &Named) -> AnyView {
    match whose {
        Named::Member { email } => view! { <span><b>{broken(email.as_str())}</b></span> }.into_any(),
        Named::Token { .. } => view! { <b>{whose.to_string()}</b> }.into_any(),
    }
}

/// What only operators give, and have given here.
#[component]
fn Withheld(given: Vec<Given>, now: Timestamp) -> impl IntoView {
    let list = if given.is_empty() {
        view! { <p class="quiet card-line">"Nobody has w:pods or w:full here. They are given in the row of a person, or of a token."</p> }.into_any()
    } else {
        let rows = given.into_iter().map(|Given { whose, withheld }| {
            let end = withheld.ends_at.map_or_else(|| "no end".to_owned(), |at| ends(at, now));
            let about = format!(" {} in {} from {whose}", withheld.permission, withheld.namespace);
            view! {
                <tr class="row">
                    <td>{called(&whose)}</td>
                    <td data-label="Permission">
                        <code>{withheld.permission.as_str()}</code>
                    </td>
                    <td data-label="Namespace">
                        <code>{withheld.namespace.to_string()}</code>
                    </td>
                    <td data-label="Given">
                        <span>
                            <Moment at=withheld.granted_at say=day />
                            <small class="quiet">" by " {broken(&withheld.granted_by)}</small>
                        </span>
                    </td>
                    <td data-label="Ends">{end}</td>
                    <td>
                        <Act name="take" value=withheld.id.to_string() word="Take back" about class="button small danger" />
                    </td>
                </tr>
            }
        });
        view! {
            <table class="rows withheld-given">
                <Columns names=["Who", "Permission", "Namespace", "Given", "Ends", "Actions"] />
                <tbody>{rows.collect::<Vec<_>>()}</tbody>
            </table>
        }
        .into_any()
    };
    view! {
        <section class="card" aria-labelledby="withheld">
            <header class="card-head">
                <h2 id="withheld">"Given by operators"</h2>
            </header>
            {list}
        </section>
    }
    .into_any()
}

#[component]
fn Namespaces(namespaces: Vec<NamespaceName>) -> impl IntoView {
    let list = if namespaces.is_empty() {
        view! { <p class="quiet card-line">"It has none yet."</p> }.into_any()
    } else {
        let lines = namespaces.into_iter().map(|name| {
            let about = format!(" {name}");
            view! {
                <li class="line">
                    <code>{name.to_string()}</code>
                    <Act name="delete-namespace" value=name.to_string() word="Delete" about class="button small danger" />
                </li>
            }
        });
        view! { <ul class="lines">{lines.collect::<Vec<_>>()}</ul> }.into_any()
    };
    view! {
        <section class="card" aria-labelledby="namespaces">
            <header class="card-head with-act">
                <h2 id="namespaces">"Namespaces"</h2>
                <Act name="adopt" value="1" word="Adopt a namespace" class="button" />
            </header>
            {list}
        </section>
    }
    .into_any()
}

#[component]
fn Tokens(tokens: Vec<Token>) -> impl IntoView {
    (!tokens.is_empty()).then(|| {
        let lines = tokens.into_iter().filter(|token| !token.expired).map(|token| {
            let about = format!(" to the token {}", token.mask());
            let name = token.name.as_ref().map(|name| view! { <b>{name.to_string()}</b> " " });
            view! {
                <li class="line">
                    <span>{name} <code>{token.mask().to_string()}</code></span>
                    <Act name="give" value=holder_value(token.id.into()) word="Give a permission" about />
                </li>
            }
        });
        view! {
            <section class="card" aria-labelledby="tokens">
                <header class="card-head">
                    <h2 id="tokens">"Tokens"</h2>
                </header>
                <ul class="lines">{lines.collect::<Vec<_>>()}</ul>
            </section>
        }
    })
}

/// This page without a question, for whatever leads on from it.
fn plain(visit: &Visit, more: &[(&str, &str)]) -> String {
    visit.with(&[&ACTS[..], more].concat())
}

//! The Users table in each order, and filtered by role and namespace.

use crate::{bearers::*, people::*};
use domain::{
    Refusal,
    membership::Role,
    text::Problem,
    time::Timestamp,
    token::{Lifetime, Scopes},
};
use std::{cmp::Ordering, collections::BTreeSet, time::Duration};
use usecases::{
    Context, Settings, grants, invitations,
    members::{self, Query, Row, Show, Sort},
};
use uuid::Uuid;

const SORTS: [Sort; 6] = [Sort::Email, Sort::Name, Sort::InvitedBy, Sort::Status, Sort::Joined, Sort::LastActive];
const MINUTE: Duration = Duration::from_secs(60);

fn ids(rows: &[Row]) -> Vec<Uuid> {
    rows.iter().map(|row| row.id).collect()
}

async fn page(context: &Context, slug: &str, query: &Query) -> members::Page {
    members::list(context, slug, query).await.unwrap_or_else(|error| panic!("{query:?}: {error:?}"))
}

/// Reads every page to the end and back again, and holds the two against each other.
async fn read_both_ways(context: &Context, slug: &str, query: &Query) -> Vec<Row> {
    let (mut query, mut pages) = (query.clone(), Vec::new());
    let mut previous = loop {
        let page = page(context, slug, &query).await;
        assert_eq!(page.previous.is_some(), query.cursor.is_some(), "{query:?}");
        pages.push(page.rows);
        let Some(next) = page.next else {
            assert_eq!(page.total, pages.iter().map(Vec::len).sum::<usize>() as u64, "{query:?}");
            break page.previous;
        };
        query.cursor = Some(next);
    };
    query.backwards = true;
    let mut at = pages.len() - 1;
    while let Some(cursor) = previous {
        at -= 1;
        query.cursor = Some(cursor);
        let page = page(context, slug, &query).await;
        assert_eq!(ids(&page.rows), ids(&pages[at]), "{query:?}");
        assert!(page.next.is_some(), "{query:?}");
        previous = page.previous;
    }
    assert_eq!(at, 0, "the way back ends at the first page: {query:?}");
    pages.concat()
}

/// The order as a person would write it down. What a row is ordered by is a text, or a time, or unknown.
fn compare(a: &Row, b: &Row, query: &Query, now: Timestamp) -> Ordering {
    let time = |at: Option<Timestamp>| at.map(|at| format!("{:020}", at.micros()));
    let key = |row: &Row| match query.sort {
        Sort::Email => Some(row.email.clone()),
        Sort::Name => {
            (row.kind == "member").then(|| format!("{}\t{}", row.last_name, row.first_name).to_ascii_lowercase())
        }
        Sort::InvitedBy => row.invited_by.as_ref().map(|name| name.to_ascii_lowercase()),
        Sort::Status if row.kind == "member" => Some(row.status.clone()),
        Sort::Status => Some(if row.at > now { "invite_sent" } else { "invite_expired" }.to_owned()),
        Sort::Joined => time(Some(row.since)),
        Sort::LastActive => time(row.last_active()),
    };
    let email = |row: &Row| match query.sort {
        Sort::Joined | Sort::LastActive => String::new(),
        _ => row.email.clone(),
    };
    let (one, other) = (key(a), key(b));
    let unknown = one.is_none().cmp(&other.is_none());
    let known = (one, email(a), a.id).cmp(&(other, email(b), b.id));
    unknown.then(if query.descending { known.reverse() } else { known })
}

/// People with the same names, in large and small letters and in none of ASCII; invited by two people and a program, at
/// several times; of every status.
async fn crowd(house: &House) -> (Person, Context) {
    let ada = house.found("Northwind", "ada@northwind.example").await;
    ada.create_namespace("dev").await;
    let bea = ada.welcome_admin("bea@northwind.example").await;
    let context = ada.context().await;
    for (email, first, last) in [
        ("a-1@x.example", "Ann", "Lee"),
        ("a.1@x.example", "ann", "LEE"),
        ("a_1@x.example", "Ann", "Lee"),
        ("lee@x.example", "Ann", "Lee An"),
        ("zed@x.example", "Zed", "de Silva"),
        ("dan@x.example", "Dan", "Davis"),
        ("unal@x.example", "Émile", "Ünal"),
        ("uno@x.example", "Émile", "ünal"),
    ] {
        house.seat(&ada.slug, email, (first, last)).await;
    }
    let send = async |by: &Context, emails: &[&str]| {
        let emails: Vec<_> = emails.iter().map(|email| (*email).to_owned()).collect();
        invitations::send(by, &ada.slug, &emails, None).await.unwrap();
    };
    send(&context, &["old-1@x.example", "old-2@x.example"]).await;
    house.advance(Settings::INVITATION_LIFETIME);
    let (ada, bea) = (ada.back().await.confirm(PASSWORD).await.unwrap(), bea.back().await);
    let context = ada.context().await;
    send(&bea.context().await, &["new-1@x.example", "new-2@x.example"]).await;
    let invites = Scopes { invitations: true, ..NO_SCOPES };
    let program = ada.token("ci", &["dev"], invites).await;
    house.advance(MINUTE);
    send(&program.context().await, &["new-3@x.example"]).await;
    let carl = bea.welcome("carl@northwind.example").await;
    house.advance(MINUTE);
    ada.deactivate(&carl).await.unwrap();
    for email in ["dan@x.example", "unal@x.example"] {
        let id = house.member(&ada.slug, email).await.id.to_string();
        members::deactivate(&context, &ada.slug, &id, &[]).await.unwrap();
    }
    (ada, context)
}

#[test]
fn each_order_is_the_same_from_both_ends_with_the_unknown_last() {
    on_both(async |house| {
        let (ada, context) = crowd(&house).await;
        let all = page(&context, &ada.slug, &Query { limit: Some(200), ..Query::default() }).await.rows;
        assert_eq!(all.len(), 16);
        for sort in SORTS {
            for descending in [false, true] {
                for limit in [1, 3, 200] {
                    let query = Query { sort, descending, limit: Some(limit), ..Query::default() };
                    let mut expected = all.clone();
                    expected.sort_by(|a, b| compare(a, b, &query, house.now()));
                    let read = read_both_ways(&context, &ada.slug, &query).await;
                    let emails = |rows: &[Row]| rows.iter().map(|row| row.email.clone()).collect::<Vec<_>>();
                    assert_eq!(emails(&read), emails(&expected), "{query:?}");
                }
            }
        }
    });
}

#[test]
fn names_are_read_as_a_directory_has_them() {
    on_both(async |house| {
        let (ada, context) = crowd(&house).await;
        let query =
            Query { sort: Sort::Name, show: Some(Show::Active), search: "x.example".into(), ..Query::default() };
        let rows = page(&context, &ada.slug, &query).await.rows;
        let names: Vec<_> = rows.iter().map(|row| format!("{}, {}", row.last_name, row.first_name)).collect();
        assert_eq!(names, ["de Silva, Zed", "Lee, Ann", "LEE, ann", "Lee, Ann", "Lee An, Ann", "ünal, Émile"]);
    });
}

#[test]
fn each_order_is_paged_under_every_filter() {
    on_both(async |house| {
        let (ada, context) = crowd(&house).await;
        let all = page(&context, &ada.slug, &Query { limit: Some(200), ..Query::default() }).await.rows;
        let shows = [Show::Active, Show::Deactivated, Show::Invited, Show::InviteSent, Show::InviteExpired];
        for sort in SORTS {
            for show in shows {
                for role in [None, Some(Role::Admin), Some(Role::Member)] {
                    let query = Query { sort, show: Some(show), role, limit: Some(2), ..Query::default() };
                    let has = |row: &&Row| {
                        let alive = row.at > house.now();
                        let shown = match show {
                            Show::All => true,
                            Show::Active | Show::Deactivated => {
                                row.kind == "member" && (row.status == "active") == (show == Show::Active)
                            }
                            Show::Invited => row.kind == "invitation",
                            Show::InviteSent | Show::InviteExpired => {
                                row.kind == "invitation" && alive == (show == Show::InviteSent)
                            }
                        };
                        shown && role.is_none_or(|role| row.role == role.as_str())
                    };
                    let expected: BTreeSet<_> = all.iter().filter(has).map(|row| row.id).collect();
                    let read = read_both_ways(&context, &ada.slug, &query).await;
                    assert_eq!(ids(&read).into_iter().collect::<BTreeSet<_>>(), expected, "{query:?}");
                    assert_eq!(read.len(), expected.len(), "no row comes twice: {query:?}");
                }
            }
        }
    });
}

#[test]
fn a_cursor_goes_on_from_a_row_that_is_gone() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let context = ada.context().await;
        for (i, sort) in SORTS.into_iter().enumerate() {
            // Nobody is mailed again and again.
            for name in ["b", "c", "d"] {
                ada.invite(&format!("{name}{i}@x.example")).await;
            }
            let mut query = Query { sort, show: Some(Show::Invited), limit: Some(1), ..Query::default() };
            let mut left = BTreeSet::new();
            loop {
                let page = page(&context, &ada.slug, &query).await;
                let row = &page.rows[0];
                left.insert(row.email.clone());
                invitations::revoke(&context, &ada.slug, &row.id.to_string()).await.unwrap();
                let Some(next) = page.next else { break };
                query.cursor = Some(next);
            }
            assert_eq!(left.len(), 3, "{sort:?}");
        }
    });
}

#[test]
fn a_cursor_that_does_not_fit_its_order_is_a_mistake_of_the_field() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let context = ada.context().await;
        let id = Uuid::nil().simple();
        let wrong = |sort: Sort| {
            let mut wrong = vec![String::new(), "x".into(), "x~y".into(), "~".into(), "%".into()];
            match sort {
                Sort::Email => wrong.extend(["", "x", "a\0@x.example"].map(|key| format!("{id}~{key}"))),
                Sort::Name | Sort::InvitedBy | Sort::Status => {
                    wrong.extend([format!("{id}~a\0b"), format!("{id}~{}", "x".repeat(5_000))]);
                }
                Sort::Joined | Sort::LastActive => {
                    let times = ["x", "-1", "9223372036854775807", "99999999999999999999", "1.5", "1\0"];
                    wrong.extend(times.map(|key| format!("{id}~{key}")));
                }
            }
            wrong
        };
        for sort in SORTS {
            for cursor in wrong(sort) {
                let query = Query { sort, cursor: Some(cursor), ..Query::default() };
                let why = refused(members::list(&context, &ada.slug, &query).await);
                assert_eq!(why, Refusal::BadField { field: "cursor", problem: Problem::Unknown }, "{query:?}");
            }
        }
    });
}

async fn emails(context: &Context, slug: &str, query: &Query) -> Vec<String> {
    let page = page(context, slug, query).await;
    assert_eq!(page.total, page.rows.len() as u64, "{query:?}");
    page.rows.into_iter().map(|row| row.email).collect()
}

#[test]
fn a_namespace_leaves_those_who_may_work_in_it_now() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let dev = ada.create_namespace("dev").await;
        let bo = ada.welcome("bo@northwind.example").await;
        ada.create_namespace("lab").await;
        let eve = ada.welcome("eve@northwind.example").await;
        ada.invite("cleo@northwind.example").await;
        let context = ada.context().await;
        let of = |namespace: &str| Query { namespace: Some(namespace.to_owned()), ..Query::default() };
        let everybody = ["ada", "bo", "eve"].map(|name| format!("{name}@northwind.example"));
        for name in ["dev", "northwind-dev", " dev ", dev.as_str()] {
            assert_eq!(emails(&context, &ada.slug, &of(name)).await, everybody, "{name}");
        }
        assert_eq!(
            emails(&context, &ada.slug, &of("lab")).await,
            ["ada", "eve"].map(|n| format!("{n}@northwind.example"))
        );
        assert_eq!(emails(&context, &ada.slug, &of("")).await.len(), 4, "an empty field of a form asks for nothing");
        let members = Query { role: Some(Role::Member), sort: Sort::Name, descending: true, ..of("lab") };
        assert_eq!(emails(&context, &ada.slug, &members).await, ["eve@northwind.example"]);
        ada.deactivate(&bo).await.unwrap();
        let off = Query { show: Some(Show::Deactivated), ..of("dev") };
        assert_eq!(emails(&context, &ada.slug, &off).await, ["bo@northwind.example"]);
        let invited = Query { show: Some(Show::Invited), ..of("dev") };
        assert!(emails(&context, &ada.slug, &invited).await.is_empty(), "an invitee has no grant yet");

        let holder = eve.holder().await;
        grants::limit(&context, &ada.slug, holder, "lab", Lifetime::Hour).await.unwrap();
        assert_eq!(emails(&context, &ada.slug, &of("lab")).await.len(), 2);
        house.advance(Duration::from_secs(60 * 60));
        let context = ada.back().await.context().await;
        for sort in SORTS {
            let query = Query { sort, ..of("lab") };
            assert_eq!(emails(&context, &ada.slug, &query).await, ["ada@northwind.example"], "its time is over");
        }
        let why = refused(members::list(&context, &ada.slug, &of("nowhere")).await);
        assert_eq!(why, Refusal::BadField { field: "namespace", problem: Problem::Unknown });
    });
}

#[test]
fn a_member_learns_neither_who_was_given_what_nor_who_was_here() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let bo = ada.welcome("bo@northwind.example").await;
        let context = bo.context().await;
        for query in [
            Query { namespace: Some("dev".into()), ..Query::default() },
            Query { namespace: Some("nowhere".into()), ..Query::default() },
            Query { sort: Sort::LastActive, ..Query::default() },
        ] {
            assert_eq!(refused(members::list(&context, &ada.slug, &query).await), Refusal::AdminsOnly, "{query:?}");
        }
        for sort in [Sort::Email, Sort::Name, Sort::InvitedBy, Sort::Status, Sort::Joined] {
            let seen = page(&context, &ada.slug, &Query { sort, ..Query::default() }).await;
            assert!(!seen.sees_grants && seen.rows.iter().all(|row| row.last_active().is_none()), "{sort:?}");
        }
        let seen = page(&ada.context().await, &ada.slug, &Query::default()).await;
        assert!(seen.sees_grants && seen.rows.iter().all(|row| row.last_active().is_some()));
    });
}

#[test]
fn a_member_was_last_here_when_they_signed_in_or_out_whatever_became_of_the_session() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bo = ada.welcome("bo@northwind.example").await;
        ada.invite("cleo@northwind.example").await;
        let joined = house.now();
        house.advance(Duration::from_secs(3 * 60 * 60));
        let back = house.sign_in(&bo.email, &bo.slug, PASSWORD).await.unwrap();
        let signed_in = house.now();
        let ada = ada.back().await;
        ada.deactivate(&back).await.unwrap();
        house.advance(MINUTE);
        let context = ada.context().await;
        for sort in [Sort::Email, Sort::Name, Sort::LastActive] {
            let rows = page(&context, &ada.slug, &Query { sort, ..Query::default() }).await.rows;
            let of = |email: &str| rows.iter().find(|row| row.email.starts_with(email)).unwrap();
            assert_eq!((of("bo").since, of("bo").last_active()), (joined, Some(signed_in)), "{sort:?}");
            assert_eq!((of("cleo").since, of("cleo").last_active()), (joined, None), "{sort:?}");
        }
    });
}

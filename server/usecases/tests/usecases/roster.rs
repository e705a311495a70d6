//! The Users table: pages, search, filters and totals.

use crate::people::*;
use domain::{Refusal, text::Problem};
use std::collections::BTreeSet;
use storage::roster::Show;
use usecases::{
    Context, Settings, invitations,
    members::{self, Query},
};

/// Reads every page, and holds what each says of itself against the whole.
async fn read_all(context: &Context, slug: &str, query: &Query) -> Vec<String> {
    let (mut emails, mut query) = (Vec::new(), query.clone());
    loop {
        let page = members::list(context, slug, &query).await.unwrap();
        let limit = query.limit.unwrap_or(members::PAGE) as usize;
        emails.extend(page.rows.iter().map(|row| row.email.clone()));
        let Some(next) = page.next else {
            assert_eq!(page.total, emails.len() as u64, "{query:?}");
            return emails;
        };
        assert_eq!(page.rows.len(), limit, "a page with a next one is full: {query:?}");
        query.cursor = Some(next);
    }
}

struct Crowd {
    house: House,
    context: Context,
    slug: String,
    active: BTreeSet<String>,
    deactivated: BTreeSet<String>,
    invited: BTreeSet<String>,
    expired: BTreeSet<String>,
}

impl Crowd {
    /// 500 rows: the founder, 299 members of whom every seventh is switched off, 120 invitations alive and 80 expired.
    async fn of(house: &House) -> Self {
        let ada = house.found("Northwind", "mm@northwind.example").await;
        // Their order differs between bytes and dictionaries: `-`, `.`, `_` and digits beside letters.
        let name =
            |i: usize, kind: &str| format!("{}{kind}{}{i}@x.example", ["a", "m-", "m.", "m_", "z"][i % 5], i % 13);
        let people: Vec<_> = (0..299).map(|i| (name(i, "p"), format!("First{i}"), "Ünal".to_owned())).collect();
        let seated = house.seat_all(&ada.slug, &people).await;
        let context = ada.context().await;
        let (mut active, mut deactivated) = (BTreeSet::from([ada.email.clone()]), BTreeSet::new());
        for (i, ((email, ..), id)) in people.into_iter().zip(seated).enumerate() {
            if i % 7 == 0 {
                members::deactivate(&context, &ada.slug, &id.to_string(), &[]).await.unwrap();
                deactivated.insert(email);
            } else {
                active.insert(email);
            }
        }
        let send = async |range: std::ops::Range<usize>| {
            let emails: Vec<_> = range.map(|i| name(i, "i")).collect();
            for some in emails.chunks(100) {
                invitations::send(&context, &ada.slug, some, None).await.unwrap();
            }
            emails.into_iter().collect::<BTreeSet<_>>()
        };
        let expired = send(0..80).await;
        house.advance(Settings::INVITATION_LIFETIME);
        let invited = send(80..200).await;
        Self { house: house.clone(), context, slug: ada.slug, active, deactivated, invited, expired }
    }

    fn expected(&self, show: Show) -> Vec<String> {
        let sets: &[&BTreeSet<String>] = match show {
            Show::All => &[&self.active, &self.deactivated, &self.invited, &self.expired],
            Show::Active => &[&self.active],
            Show::Deactivated => &[&self.deactivated],
            Show::Invited => &[&self.invited, &self.expired],
            Show::InviteSent => &[&self.invited],
            Show::InviteExpired => &[&self.expired],
        };
        // Byte order, which is what a Rust string has.
        sets.iter().flat_map(|set| set.iter().cloned()).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

#[test]
fn paging_gives_each_row_once_and_in_order_in_both_directions_under_every_filter() {
    on_both(async |house| {
        let crowd = Crowd::of(&house).await;
        assert_eq!(crowd.expected(Show::All).len(), 500);
        for show in [Show::All, Show::Active, Show::Deactivated, Show::Invited, Show::InviteSent, Show::InviteExpired] {
            for limit in [Some(7), None, Some(200)] {
                let mut expected = crowd.expected(show);
                let mut query = Query { show: Some(show), limit, ..Query::default() };
                assert_eq!(read_all(&crowd.context, &crowd.slug, &query).await, expected, "{query:?}");
                query.descending = true;
                expected.reverse();
                assert_eq!(read_all(&crowd.context, &crowd.slug, &query).await, expected, "{query:?}");
            }
        }
    });
}

#[test]
fn a_search_is_paged_filtered_and_counted_like_the_whole() {
    on_both(async |house| {
        let crowd = Crowd::of(&house).await;
        for search in ["p3", "M_", "@X.example", "northwind", "nothing like it"] {
            for show in [Show::All, Show::Active, Show::Deactivated, Show::Invited, Show::InviteSent] {
                let mut expected = crowd.expected(show);
                expected.retain(|email| email.contains(&search.to_lowercase()));
                let query = Query { search: search.into(), show: Some(show), limit: Some(9), ..Query::default() };
                assert_eq!(read_all(&crowd.context, &crowd.slug, &query).await, expected, "{query:?}");
            }
        }
        let by_name = Query { search: "ÜNAL".into(), ..Query::default() };
        assert_eq!(read_all(&crowd.context, &crowd.slug, &by_name).await.len(), 299);
        let page = members::list(&crowd.context, &crowd.slug, &Query { limit: Some(9999), ..Query::default() }).await;
        assert_eq!(page.unwrap().rows.len(), 200, "no page is longer than this");
        assert_eq!(crowd.house.organization(&crowd.slug).await.members_active, crowd.active.len() as i64);
    });
}

#[test]
fn a_search_takes_every_character_as_itself() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        for (email, first, last) in [
            ("percent@x.example", "100%", "Sure"),
            ("under@x.example", "snake_case", "Case"),
            ("back@x.example", r"C:\Users", "Slash"),
            ("quote@x.example", "O'Neil", "\"Q\""),
            ("oe@x.example", "Łukasz", "Ğöksel"),
            ("plain@x.example", "snakeXcase", "Plain"),
        ] {
            house.seat(&ada.slug, email, (first, last)).await;
        }
        let context = ada.context().await;
        for (search, found) in [
            ("%", vec!["percent@x.example"]),
            ("100%", vec!["percent@x.example"]),
            ("_", vec!["under@x.example"]),
            ("snake_", vec!["under@x.example"]),
            (r"\", vec!["back@x.example"]),
            (r"c:\u", vec!["back@x.example"]),
            ("o'n", vec!["quote@x.example"]),
            ("\"q\"", vec!["quote@x.example"]),
            ("ŁUK", vec!["oe@x.example"]),
            ("ğÖK", vec!["oe@x.example"]),
            ("  plain ", vec!["plain@x.example"]),
            ("%%", vec![]),
            ("__", vec![]),
        ] {
            let query = Query { search: search.into(), ..Query::default() };
            assert_eq!(read_all(&context, &ada.slug, &query).await, found, "{search}");
        }
    });
}

#[test]
fn a_cursor_that_is_none_is_a_mistake_of_the_field() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        for cursor in ["", "x", "x~y", "~", "%"] {
            let query = Query { cursor: Some(cursor.into()), ..Query::default() };
            let why = refused(members::list(&ada.context().await, &ada.slug, &query).await);
            assert_eq!(why, Refusal::BadField { field: "cursor", problem: Problem::Unknown }, "{cursor}");
        }
    });
}

#[test]
fn a_row_says_who_invited_and_what_may_be_done_with_it() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let invited = ada.invite("eve@northwind.example").await;
        let founder = ada.row(&ada.email).await.unwrap();
        assert_eq!((founder.kind.as_str(), founder.role.as_str(), founder.invited_by), ("member", "admin", None));
        let member = ada.row(&bob.email).await.unwrap();
        assert_eq!((member.id.to_string(), member.person), (bob.id().await, bob.user.uuid()));
        assert_eq!((member.first_name.as_str(), member.status.as_str()), ("New", "active"));
        assert_eq!(member.invited_by.as_deref(), Some("ada@northwind.example"));
        let offer = ada.row(&invited.email).await.unwrap();
        assert_eq!((offer.kind.as_str(), offer.id.to_string()), ("invitation", invited.id));
        assert_eq!(offer.at, house.now().plus(Settings::INVITATION_LIFETIME));
        assert_eq!(offer.mail_attempts, 0, "its mail has not been tried yet");
        house.post().await;
        assert_eq!(ada.row(&invited.email).await.unwrap().mail_attempts, -1, "its mail is out");
        let seen = bob.row(&invited.email).await;
        assert!(seen.is_some(), "members see the table too");
    });
}

//! Who has which namespace, as a picture; and giving and taking one of them.

use crate::{bearers::*, people::*};
use domain::{Refusal, letter::GATHERED, permission::Permission::WritePods, text::Problem, token::Lifetime};
use usecases::{
    cluster::Sync,
    grants,
    matrix::{self, Matrix, Query, Row},
    operator,
};

impl Person {
    async fn matrix(&self, search: &str) -> Matrix {
        let query = Query { search: search.to_owned(), ..Query::default() };
        matrix::read(&self.context().await, &self.slug, &query).await.unwrap()
    }

    async fn give_one(&self, member: &str, namespace: &str) -> Result<grants::Changed, usecases::Error> {
        grants::give(&self.context().await, &self.slug, member, namespace).await
    }

    async fn take_one(&self, member: &str, namespace: &str) -> Result<grants::Changed, usecases::Error> {
        grants::take(&self.context().await, &self.slug, member, namespace).await
    }
}

fn emails(matrix: &Matrix) -> Vec<&str> {
    matrix.rows.iter().map(|row| row.person.email.as_str()).collect()
}

/// In the order of the namespaces.
fn ticks(row: &Row) -> Vec<bool> {
    row.cells.iter().map(|cell| cell.tick.is_some()).collect()
}

#[test]
fn the_matrix_shows_what_each_member_has_in_each_namespace_and_who_gave_it() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        ada.create_namespace("lab").await;
        let bob = ada.welcome("bob@northwind.example").await;
        ada.invite("guest@northwind.example").await;
        ada.take_one(&bob.id().await, "lab").await.unwrap();
        let (operator, member) = (house.operator(), bob.member().await.id);
        operator::give(&operator, &ada.slug, member.into(), "lab", WritePods, Lifetime::Hour).await.unwrap();

        let matrix = ada.matrix("").await;
        let labels: Vec<_> = matrix.namespaces.iter().map(|namespace| namespace.label.as_str()).collect();
        assert_eq!(labels, ["dev", "lab"]);
        assert_eq!(emails(&matrix), ["ada@northwind.example", "bob@northwind.example"], "an invitee has nothing yet");
        assert_eq!((matrix.total, &matrix.next, matrix.enforced), (2, &None, false));
        assert_eq!((ticks(&matrix.rows[0]), ticks(&matrix.rows[1])), (vec![true, true], vec![true, false]));
        let tick = matrix.rows[1].cells[0].tick.clone().unwrap();
        assert_eq!(
            (tick.granted_by.as_str(), tick.granted_at, tick.ends_at()),
            (ada.email.as_str(), house.now(), None)
        );
        assert_eq!((&matrix.rows[1].cells[0].withheld, &matrix.rows[1].cells[1].withheld), (&vec![], &vec![WritePods]));
        assert!(matrix.rows.iter().flat_map(|row| &row.cells).all(|cell| cell.sync == Sync::NoCluster));

        house.advance(HOUR);
        let ada = ada.back().await;
        assert_eq!(ada.matrix("").await.rows[1].cells[1].withheld, [], "its time is over");
        ada.deactivate(&bob).await.unwrap();
        let matrix = ada.matrix("BOB@").await;
        assert_eq!((emails(&matrix), matrix.total), (vec!["bob@northwind.example"], 1));
        assert_eq!(ticks(&matrix.rows[0]), [true, false], "whoever is off keeps what they were given");
    });
}

#[test]
fn the_matrix_is_read_page_by_page_and_a_page_has_the_ticks_of_its_own_people_alone() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let people = house.seat_many(&ada.slug).await;
        let context = ada.context().await;
        for (_, id) in people.iter().step_by(2) {
            grants::give(&context, &ada.slug, &id.to_string(), "dev").await.unwrap();
        }
        let mut expected: Vec<_> =
            people.iter().enumerate().map(|(i, (email, ..))| (email.clone(), i % 2 == 0)).collect();
        expected.push((ada.email.clone(), true));
        expected.sort_unstable();

        for (search, limit, pages) in
            [("", None, vec![50, 50, 10]), ("", Some(1000), vec![110]), ("m.", Some(20), vec![20, 16])]
        {
            let (mut all, mut sizes, mut cursor) = (Vec::new(), Vec::new(), None);
            loop {
                let query = Query { search: search.to_owned(), cursor, limit };
                let page = matrix::read(&context, &ada.slug, &query).await.unwrap();
                sizes.push(page.rows.len());
                assert_eq!(page.total, pages.iter().sum::<usize>() as u64);
                all.extend(page.rows.into_iter().map(|row| (row.person.email.clone(), ticks(&row)[0])));
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
            }
            let expected: Vec<_> = expected.iter().filter(|(email, _)| email.contains(search)).cloned().collect();
            assert_eq!((all, sizes), (expected, pages), "{search} {limit:?}");
        }
    });
}

#[test]
fn the_matrix_is_for_admins() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let context = bob.context().await;
        assert_eq!(refused(matrix::read(&context, &bob.slug, &Query::default()).await), Refusal::AdminsOnly);
        assert_eq!(refused(matrix::lacking(&context, &bob.slug, "dev", "").await), Refusal::AdminsOnly);
        for cursor in ["nonsense", "~", "1~ada@northwind.example", "00000000-0000-4000-8000-000000000000~nobody"] {
            let query = Query { cursor: Some(cursor.to_owned()), ..Query::default() };
            let read = matrix::read(&ada.context().await, &ada.slug, &query).await;
            assert_eq!(refused(read), Refusal::BadField { field: "cursor", problem: Problem::Unknown }, "{cursor}");
        }
    });
}

#[test]
fn one_namespace_is_given_and_taken_whatever_else_was_changed_meanwhile() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        for label in ["dev", "lab", "live"] {
            ada.create_namespace(label).await;
        }
        let bob = ada.welcome("bob@northwind.example").await;
        let id = bob.id().await;
        ada.take_one(&id, "dev").await.unwrap();
        ada.take_one(&id, "northwind-lab").await.unwrap();
        let has = async || ticks(&ada.matrix("bob").await.rows[0]);
        assert_eq!(has().await, [false, false, true]);
        house.advance(GATHERED);
        house.post().await;

        let given = ada.give_one(&id, "dev").await.unwrap();
        assert_eq!((given.email.as_str(), given.namespace.as_str()), ("bob@northwind.example", "northwind-dev"));
        assert_eq!(given.version, bob.member().await.version);
        assert_eq!(has().await, [true, false, true]);
        let written = ada.codes().await.len();
        assert_eq!(ada.give_one(&id, "dev").await.unwrap().version, given.version, "they have it already");
        ada.take_one(&id, "lab").await.unwrap();
        assert_eq!(ada.codes().await.len(), written, "what changes nothing is not written down");
        house.advance(GATHERED);
        house.post().await;
        let mail = house.mails_to("bob@northwind.example").pop().unwrap();
        assert!(mail.subject.contains("access") && mail.text.contains("northwind-dev"), "{}", mail.text);
    });
}

#[test]
fn a_namespace_is_given_to_whom_the_address_names() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let sam = house.found("Southwind", "sam@southwind.example").await;
        ada.create_namespace("dev").await;
        let bob = ada.welcome("bob@northwind.example").await;
        ada.take_one(&bob.id().await, "dev").await.unwrap();
        ada.give_one(" Bob@Northwind.example ", "dev").await.unwrap();
        assert_eq!(ticks(&ada.matrix("bob").await.rows[0]), [true]);
        for nobody in ["sam@southwind.example", "nobody@northwind.example"] {
            let unknown = Refusal::BadField { field: "member", problem: Problem::Unknown };
            assert_eq!(refused(ada.give_one(nobody, "dev").await), unknown, "{nobody}");
        }
        assert_eq!(refused(ada.give_one(&sam.id().await, "dev").await), Refusal::NotFound);
        assert_eq!(refused(ada.take_one("nobody", "dev").await), Refusal::NotFound);
        assert_eq!(
            refused(ada.give_one(&bob.id().await, "no-such").await),
            Refusal::UnknownNamespace { name: "no-such".into() }
        );
        assert_eq!(refused(bob.give_one(&bob.id().await, "dev").await), Refusal::AdminsOnly);
    });
}

#[test]
fn a_token_gives_where_it_has_the_scope_and_stands_there_as_the_giver() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let id = bob.id().await;
        ada.take_one(&id, "dev").await.unwrap();
        let reader = ada.token("reader", &["dev"], NO_SCOPES).await;
        let ci = ada.token("ci", &["dev"], EVERY_SCOPE).await;
        let refusal = refused(grants::give(&reader.context().await, &ada.slug, &id, "dev").await);
        assert!(matches!(refusal, Refusal::ScopeMissing { .. }), "{refusal:?}");
        grants::give(&ci.context().await, &ada.slug, &id, "dev").await.unwrap();
        let query = Query { search: "bob".to_owned(), ..Query::default() };
        let seen = matrix::read(&reader.context().await, &ada.slug, &query).await.unwrap();
        assert_eq!(seen.rows[0].cells[0].tick.as_ref().unwrap().granted_by, "API token ci");
    });
}

#[test]
fn those_who_lack_a_namespace_are_active_and_found_by_address_and_name() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let people: Vec<_> = (0..60).map(|i| (format!("p{i:02}@x.example"), "Pat".into(), format!("No{i}"))).collect();
        house.seat_all(&ada.slug, &people).await;
        let off = ada.welcome("off@northwind.example").await;
        ada.take_one(&off.id().await, "dev").await.unwrap();
        ada.deactivate(&off).await.unwrap();
        let lacking = async |search: &str| {
            let found = matrix::lacking(&ada.context().await, &ada.slug, "dev", search).await.unwrap();
            found.into_iter().map(|person| person.email).collect::<Vec<_>>()
        };
        let first: Vec<_> = people.iter().take(50).map(|(email, ..)| email.clone()).collect();
        assert_eq!(lacking("").await, first, "neither ada, who has it, nor whoever is off");
        assert_eq!(lacking("no55").await, ["p55@x.example"]);
        ada.give_one("p55@x.example", "dev").await.unwrap();
        assert!(lacking("no55").await.is_empty());
    });
}

#[test]
fn each_cell_says_whether_the_cluster_has_applied_it() {
    on_both(async |house| {
        let house = house.with(|settings| settings.enforced = true);
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let matrix = ada.matrix("").await;
        assert!(matrix.enforced);
        assert_eq!(matrix.rows[0].cells[0].sync, Sync::Applying);
    });
}

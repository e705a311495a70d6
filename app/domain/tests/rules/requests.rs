//! What is asked of the operator, the words with it, and how it ends.

use crate::people::{organization, steady, user};
use domain::{
    Refusal,
    id::RequestId,
    request::{How, Outcome, Request, Wish},
    text::{
        Problem::{self, Empty, Invisible, TooLong},
        Remark,
    },
    time::Timestamp,
    token::Lifetime,
};
use proptest::prelude::*;

fn waiting() -> Request {
    Request {
        id: RequestId::from_random([7; 16]),
        organization: organization(1),
        wish: Wish::NamespaceLimit { limit: 20 },
        reason: Remark::parse("We grow.").expect("a remark"),
        requested_by: user(1),
        requested_at: Timestamp::from_micros(0),
        outcome: None,
    }
}

fn ended(how: How) -> Request {
    let outcome = Outcome { how, by: "Operator".into(), at: Timestamp::from_micros(1), note: None };
    Request { outcome: Some(outcome), ..waiting() }
}

#[test]
fn nobody_decides_what_they_asked_for_themselves() {
    assert_eq!(waiting().may_be_decided_by(Some(user(1))), Err(Refusal::OwnRequest));
    assert_eq!(waiting().may_be_decided_by(Some(user(2))), Ok(()));
    assert_eq!(waiting().may_be_decided_by(None), Ok(()), "whoever is at the machine has no account");
}

#[test]
fn a_request_ends_once() {
    assert_eq!(waiting().state(), "waiting");
    assert_eq!(waiting().may_be_withdrawn(), Ok(()));
    for how in [How::Approved, How::Declined, How::Withdrawn] {
        let request = ended(how);
        assert_eq!(request.state(), how.as_str());
        assert_eq!(request.may_be_withdrawn(), Err(Refusal::RequestDecided));
        for operator in [None, Some(user(1)), Some(user(2))] {
            assert_eq!(request.may_be_decided_by(operator), Err(Refusal::RequestDecided));
        }
    }
}

#[test]
fn a_remark_keeps_its_lines_and_refuses_what_nobody_sees() {
    let parsed = |text: &str| Remark::parse(text).map(|remark| remark.to_string());
    assert_eq!(parsed("  Rosa is on call.\r\nFor a week.\n"), Ok("Rosa is on call.\nFor a week.".into()));
    assert_eq!(parsed("<script>alert(1)</script>"), Ok("<script>alert(1)</script>".into()));
    let refused: [(&str, Problem); 9] = [
        ("", Empty),
        (" \n\r\n ", Empty),
        ("\u{200B}\n\u{200B}", Empty),
        ("a\0b", Invisible),
        ("a\rb", Invisible),
        ("a\tb", Invisible),
        ("a\u{202E}b", Invisible),
        ("a\n\u{1B}[31mb", Invisible),
        ("a\u{2028}b", Invisible),
    ];
    for (text, problem) in refused {
        assert_eq!(parsed(text), Err(problem), "{text:?}");
    }
    assert_eq!(parsed(&"é".repeat(500)), Ok("é".repeat(500)));
    assert_eq!(parsed(&"é".repeat(501)), Err(TooLong { most: 500 }));
    assert_eq!(parsed(&format!("{}\r\n", "é".repeat(500))), Ok("é".repeat(500)), "what is cut off does not count");
}

#[test]
fn nothing_written_is_no_remark() {
    assert_eq!(Remark::parse_some(" \n "), Ok(None));
    assert_eq!(Remark::parse_some(" yes "), Ok(Remark::parse("yes").ok()));
    assert_eq!(Remark::parse_some("\0"), Err(Invisible));
}

#[test]
fn a_period_is_stored_under_the_word_by_which_it_is_asked_for() {
    for lifetime in Lifetime::ALL {
        let text = serde_json::to_string(&lifetime).expect("it is JSON");
        assert_eq!(text, format!("\"{}\"", lifetime.as_str()));
        assert_eq!(serde_json::from_str::<Lifetime>(&text).expect("it is read again"), lifetime);
    }
    for text in ["\"\"", "\"2w\"", "\"Never\"", "8", "null"] {
        assert!(serde_json::from_str::<Lifetime>(text).is_err(), "{text}");
    }
}

proptest! {
    #![proptest_config(steady())]

    #[test]
    fn what_was_stored_of_a_remark_is_read_again(text in any::<String>()) {
        if let Ok(remark) = Remark::parse(&text) {
            prop_assert_eq!(Remark::parse(remark.as_str()), Ok(remark.clone()));
            let json = serde_json::to_string(&remark).expect("it is JSON");
            prop_assert_eq!(serde_json::from_str::<Remark>(&json).ok(), Some(remark));
        }
    }
}

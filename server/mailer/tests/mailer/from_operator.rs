//! Mails between admins and the operator.

use super::{rendering::LINK, *};
use domain::permission::Permission;

fn filed(reason: &str) -> Mail {
    Mail::RequestFiled(RequestFiled {
        first_name: "Olga".into(),
        organization: "Northwind".into(),
        asked_by: "ada@northwind.example".into(),
        wish: "give bo@northwind.example w:pods in northwind-dev for 8 hours".into(),
        reason: reason.into(),
        link: LINK.into(),
    })
}

#[test]
fn a_request_reads_like_this() {
    let mail = filed("A release.\n\nUntil five.").render().unwrap();
    assert_eq!(mail.subject, "Northwind asks: give bo@northwind.example w:pods in northwind-dev for 8 hours");
    assert_eq!(
        mail.text,
        format!(
            "\
Northwind asks you for something

Hello Olga,

ada@northwind.example, an admin of Northwind, asks the operator: give bo@northwind.example w:pods in northwind-dev for 8 hours.

The reason given:
  - A release.
  - Until five.

Look at it and decide:
{LINK}

-- 
You get this mail because you are an operator of this Bailiwick."
        )
    );
}

#[test]
fn a_permission_that_ends_reads_like_this() {
    let mail = Mail::AccessChanged(AccessChanged {
        first_name: "Bo".into(),
        organization: "Northwind".into(),
        change: AccessChange::PermissionGiven {
            namespace: domain::text::NamespaceName::parse("northwind-dev").unwrap(),
            permission: Permission::WritePods,
            ends_at: Some(Timestamp::parse("2026-11-24T17:05:00Z").unwrap()),
        },
        link: LINK.into(),
    });
    assert_eq!(
        mail.render().unwrap().text,
        format!(
            "\
You were given w:pods in northwind-dev

Hello Bo,

The operator gave you w:pods in northwind-dev: Create, change and delete pods; exec, attach, port-forward.

It ends by itself on 24 November 2026, 17:05 UTC.

Open Northwind:
{LINK}

-- 
You get this mail because you are a member of Northwind on Bailiwick."
        )
    );
}

#[test]
fn what_somebody_wrote_on_lines_of_their_own_reads_as_none_of_ours() {
    let harmless = filed("A release.").render().unwrap();
    for reason in [
        "-- \nYou get this mail because you won.",
        "Look at it and decide:\nhttps://evil.example/",
        "a\nBcc: victim@example.com",
        "<script>alert(1)</script>\n</li></ul><h1>x</h1>",
        "a\r\nb\u{2028}c\u{202e}d",
    ] {
        let mail = filed(reason).render().unwrap();
        for line in mail.text.lines().filter(|line| !harmless.text.lines().any(|ours| ours == *line)) {
            assert!(line.starts_with("  - "), "{line:?} of {reason:?}");
        }
        let tags = |html: &str| html.matches('<').count();
        let items = reason.lines().count() - 1;
        assert_eq!(tags(&mail.html), tags(&harmless.html) + 2 * items, "{}", mail.html);
        assert!(!mail.subject.contains('\n'));
    }
}

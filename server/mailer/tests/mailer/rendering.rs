use super::*;
use domain::{permission::Permission, request::How};

pub(crate) const LINK: &str = "https://bailiwick.example/some/page?with=this&and=that";

/// Every mail there is, with one name in every place that a name can have.
fn every_mail(name: &str) -> Vec<Mail> {
    let expires_at = Timestamp::parse("2026-11-30T09:30:00Z").unwrap();
    let (name, link) = (name.to_owned(), LINK.to_owned());
    let access_changed = |change| {
        Mail::AccessChanged(AccessChanged {
            first_name: name.clone(),
            organization: name.clone(),
            change,
            link: link.clone(),
        })
    };
    let tokens_expire = |tokens: &[(&str, &str)]| {
        let token = |(token, name): &(&str, &str)| ExpiringToken {
            token: (*token).to_owned(),
            name: (*name).to_owned(),
            expires_at,
        };
        Mail::TokensExpire(TokensExpire {
            first_name: name.clone(),
            organization: name.clone(),
            tokens: tokens.iter().map(token).collect(),
            link: link.clone(),
        })
    };
    let namespaces =
        |names: &[&str]| names.iter().map(|name| domain::text::NamespaceName::parse(name).unwrap()).collect();
    let namespace = || domain::text::NamespaceName::parse("northwind-dev").unwrap();
    let decided = |how, note: &str| {
        Mail::RequestDecided(RequestDecided {
            first_name: name.clone(),
            organization: name.clone(),
            wish: format!("give the token “{name}” (bwk_4mQ8…oCi9) w:pods in northwind-dev for 8 hours"),
            how,
            note: note.to_owned(),
            link: link.clone(),
        })
    };
    let standing = |suspended| {
        Mail::StandingChanged(StandingChanged {
            first_name: name.clone(),
            organization: name.clone(),
            suspended,
            link: link.clone(),
        })
    };
    vec![
        Mail::Invitation(Invitation {
            organization: name.clone(),
            invited_by: name.clone(),
            namespaces: vec![name.clone()],
            link: link.clone(),
            expires_at,
        }),
        Mail::Verification(Verification {
            first_name: name.clone(),
            organization: name.clone(),
            link: link.clone(),
            expires_at,
        }),
        Mail::AccountExists(AccountExists { sign_in_link: link.clone(), reset_link: link.clone() }),
        Mail::PasswordReset(PasswordReset { first_name: name.clone(), link: link.clone(), expires_at }),
        Mail::PasswordChanged(PasswordChanged { first_name: name.clone(), reset_link: link.clone() }),
        access_changed(AccessChange::Namespaces { added: namespaces(&["north-a"]), removed: namespaces(&["north-b"]) }),
        access_changed(AccessChange::Deactivated),
        access_changed(AccessChange::Reactivated),
        access_changed(AccessChange::PermissionGiven {
            namespace: namespace(),
            permission: Permission::WritePods,
            ends_at: Some(Timestamp::parse("2026-11-24T17:05:00Z").unwrap()),
        }),
        access_changed(AccessChange::PermissionGiven {
            namespace: namespace(),
            permission: Permission::WriteFull,
            ends_at: None,
        }),
        access_changed(AccessChange::PermissionRevoked { namespace: namespace(), permission: Permission::WritePods }),
        access_changed(AccessChange::MadeAdmin),
        access_changed(AccessChange::NoLongerAdmin),
        access_changed(AccessChange::MadeFounder),
        access_changed(AccessChange::Several(vec![
            AccessChange::Namespaces { added: namespaces(&["north-a"]), removed: namespaces(&["north-b"]) },
            AccessChange::Reactivated,
        ])),
        Mail::RequestFiled(RequestFiled {
            first_name: name.clone(),
            organization: name.clone(),
            asked_by: "bo@northwind.example".into(),
            wish: format!("give the token “{name}” (bwk_4mQ8…oCi9) w:pods in northwind-dev for 8 hours"),
            reason: "A release.".into(),
            link: link.clone(),
        }),
        decided(How::Approved, ""),
        decided(How::Declined, "Not this year."),
        decided(How::Withdrawn, ""),
        standing(true),
        standing(false),
        tokens_expire(&[("bwk_4mQ8…oCi9", &name)]),
        tokens_expire(&[("bwk_4mQ8…oCi9", &name), ("bwk_Zt1c…9aQe", ""), ("bwk_0fKd…Lw2x", &name)]),
    ]
}

#[test]
fn an_invitation_reads_like_this() {
    let mail = invitation_to("Northwind").render().unwrap();
    assert_eq!(mail.subject, "Ada Lovelace invites you to Northwind");
    assert_eq!(
        mail.text,
        "\
You are invited to Northwind

Ada Lovelace invites you to join the organization Northwind on Bailiwick.

You will be able to work in these namespaces:
  - northwind-dev
  - northwind-live

See the invitation:
https://bailiwick.example/invitations/Zk3vQ9

The invitation is for this address only. It works once, until 30 November 2026, 09:30 UTC.

-- 
You did not expect this? Then do nothing: without you, nothing happens."
    );
}

#[test]
fn an_invitation_by_a_token_reads_like_this() {
    let Mail::Invitation(facts) = invitation_to("Northwind") else { unreachable!() };
    let invited_by = "The API token “ci-deploy”".to_owned();
    let mail = Mail::Invitation(Invitation { invited_by, ..facts }).render().unwrap();
    assert_eq!(mail.subject, "The API token “ci-deploy” invites you to Northwind");
    let sentence = "The API token “ci-deploy” invites you to join the organization Northwind on Bailiwick.";
    assert!(mail.text.lines().any(|line| line == sentence), "{}", mail.text);
    assert!(mail.html.contains(&format!(">{sentence}</p>")), "{}", mail.html);
}

#[test]
fn a_change_of_access_reads_like_this() {
    let mail = &every_mail("Ada")[5].render().unwrap();
    assert_eq!(
        mail.text,
        format!(
            "\
Your access in Ada has changed

Hello Ada,

An admin changed what you may do in Ada.

You can now work in:
  - north-a

You can no longer work in:
  - north-b

Open Ada:
{LINK}

-- 
You get this mail because you are a member of Ada on Bailiwick."
        )
    );
}

fn ending_tokens(tokens: &[(&str, &str, &str)]) -> Mail {
    let token = |(token, name, expires_at): &(&str, &str, &str)| ExpiringToken {
        token: (*token).to_owned(),
        name: (*name).to_owned(),
        expires_at: Timestamp::parse(expires_at).unwrap(),
    };
    Mail::TokensExpire(TokensExpire {
        first_name: "Ada".into(),
        organization: "Northwind".into(),
        tokens: tokens.iter().map(token).collect(),
        link: LINK.into(),
    })
}

#[test]
fn the_end_of_a_token_reads_like_this() {
    let mail = ending_tokens(&[("bwk_4mQ8…oCi9", "ci-deploy", "2026-11-30T09:30:00Z")]).render().unwrap();
    assert_eq!(mail.subject, "The API token “ci-deploy” of Northwind ends on 30 November 2026");
    assert_eq!(
        mail.text,
        format!(
            "\
The API token “ci-deploy” of Northwind ends on 30 November 2026

Hello Ada,

This API token of Northwind ends soon:
  - “ci-deploy” (bwk_4mQ8…oCi9), on 30 November 2026, 09:30 UTC

Whatever uses it is refused from then on.

A token can't be prolonged: create a new one, put it where the old one is used, then remove the old one.

Open API access:
{LINK}

-- 
You get this mail because you are an admin of Northwind on Bailiwick."
        )
    );
}

#[test]
fn the_end_of_several_tokens_reads_like_this() {
    let mail = ending_tokens(&[
        ("bwk_4mQ8…oCi9", "ci-deploy", "2026-11-28T23:59:59Z"),
        ("bwk_Zt1c…9aQe", "", "2026-11-30T09:30:00Z"),
        ("bwk_0fKd…Lw2x", "nightly backup", "2026-12-01T00:00:00Z"),
    ]);
    let mail = mail.render().unwrap();
    assert_eq!(mail.subject, "3 API tokens of Northwind end soon");
    assert_eq!(
        mail.text,
        format!(
            "\
3 API tokens of Northwind end soon

Hello Ada,

These API tokens of Northwind end soon:
  - “ci-deploy” (bwk_4mQ8…oCi9), on 28 November 2026, 23:59 UTC
  - bwk_Zt1c…9aQe, on 30 November 2026, 09:30 UTC
  - “nightly backup” (bwk_0fKd…Lw2x), on 1 December 2026, 00:00 UTC

When one ends, whatever uses it is refused from then on.

A token can't be prolonged: create a new one, put it where the old one is used, then remove the old one.

Open API access:
{LINK}

-- 
You get this mail because you are an admin of Northwind on Bailiwick."
        )
    );
}

#[test]
fn a_token_without_a_name_goes_by_its_mask() {
    let mail = ending_tokens(&[("bwk_4mQ8…oCi9", "", "2026-11-30T09:30:00Z")]).render().unwrap();
    assert_eq!(mail.subject, "The API token bwk_4mQ8…oCi9 of Northwind ends on 30 November 2026");
    for body in [&mail.text, &mail.html] {
        assert!(body.contains("bwk_4mQ8…oCi9, on 30 November 2026, 09:30 UTC"), "{body}");
        assert!(!body.contains('“'), "{body}");
    }
}

#[test]
fn every_mail_shows_its_link_in_both_bodies() {
    for mail in every_mail("Ada") {
        let rendered = mail.render().unwrap();
        let is_for_someone_locked_out = matches!(
            &mail,
            Mail::AccessChanged(AccessChanged { change: AccessChange::Deactivated, .. })
                | Mail::StandingChanged(StandingChanged { suspended: true, .. })
        );
        assert_eq!(rendered.text.lines().any(|line| line == LINK), !is_for_someone_locked_out, "{mail:?}");
        let escaped = LINK.replace('&', "&#38;");
        assert_eq!(rendered.html.contains(&format!("href=\"{escaped}\"")), !is_for_someone_locked_out, "{mail:?}");
        assert_eq!(rendered.html.contains(&format!(">{escaped}</a>")), !is_for_someone_locked_out, "{mail:?}");
    }
}

#[test]
fn every_mail_with_a_secret_link_says_until_when_it_works() {
    for mail in every_mail("Ada") {
        let has_a_secret = matches!(mail, Mail::Invitation(_) | Mail::Verification(_) | Mail::PasswordReset(_));
        let rendered = mail.render().unwrap();
        for body in [&rendered.text, &rendered.html] {
            assert_eq!(body.contains("until 30 November 2026, 09:30 UTC"), has_a_secret, "{body}");
        }
    }
}

#[test]
fn an_invitation_without_namespaces_says_so() {
    let Mail::Invitation(facts) = invitation_to("Northwind") else { unreachable!() };
    let mail = Mail::Invitation(Invitation { namespaces: vec![], ..facts }).render().unwrap();
    assert!(mail.text.contains("not have a namespace"), "{}", mail.text);
    assert!(!mail.html.contains("<ul"), "{}", mail.html);
}

#[test]
fn a_name_with_markup_is_shown_and_does_nothing() {
    for hostile in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "</title><svg onload=alert(1)>",
        "<!-- ",
        "&lt;b&gt;",
    ] {
        for mail in every_mail(hostile) {
            let rendered = mail.render().unwrap();
            assert!(!rendered.html.contains(hostile), "{}", rendered.html);
            assert_eq!(rendered.html.matches('<').count(), every_tag_of_a_harmless(&mail), "{}", rendered.html);
        }
        let invitation = every_mail(hostile)[0].render().unwrap();
        let shown = mail_parser::decoders::html::html_to_text(&invitation.html);
        assert!(shown.contains(hostile), "{shown}");
        assert!(invitation.text.contains(hostile), "{}", invitation.text);
    }
}

/// How many tags the same mail has when its names are harmless.
fn every_tag_of_a_harmless(mail: &Mail) -> usize {
    let is_same = |other: &Mail| match (mail, other) {
        (Mail::AccessChanged(a), Mail::AccessChanged(b)) => a.change == b.change,
        (Mail::TokensExpire(a), Mail::TokensExpire(b)) => a.tokens.len() == b.tokens.len(),
        (Mail::RequestDecided(a), Mail::RequestDecided(b)) => a.how == b.how,
        (Mail::StandingChanged(a), Mail::StandingChanged(b)) => a.suspended == b.suspended,
        _ => mail.kind() == other.kind(),
    };
    let harmless = every_mail("Ada").into_iter().find(is_same).unwrap();
    harmless.render().unwrap().html.matches('<').count()
}

#[test]
fn a_name_in_template_language_or_emoji_arrives_as_it_is() {
    for name in ["{{7*7}}", "{% if true %}", "${7*7}", "=HYPERLINK(\"http://x\")", "👩‍🚀 Zoë ไทย", &"x".repeat(5000)]
    {
        for mail in every_mail(name) {
            let rendered = mail.render().unwrap();
            let has_names = !matches!(mail, Mail::AccountExists(_));
            assert_eq!(rendered.text.contains(name), has_names, "{}", rendered.text);
        }
    }
}

#[test]
fn a_long_name_is_cut_in_the_subject_only() {
    let name = "Zoë".repeat(100);
    let mail = invitation_to(&name).render().unwrap();
    assert_eq!(mail.subject.chars().count(), 150);
    assert!(mail.subject.starts_with("Ada Lovelace invites you to Zoë") && mail.subject.ends_with('…'));
    assert!(mail.text.contains(&name));
}

#[test]
fn no_name_can_begin_a_line_or_a_header() {
    for break_ in ["\r\n", "\n", "\r", "\u{2028}", "\u{2029}", "\u{85}", "\u{b}", "\u{c}", "\0", "\u{202e}"] {
        let hostile = format!("Ada{break_}Bcc: victim@example.com");
        for (mail, harmless) in every_mail(&hostile).iter().zip(every_mail("Ada")) {
            let (mail, harmless) = (mail.render().unwrap(), harmless.render().unwrap());
            assert!(!mail.subject.contains(break_), "{:?}", mail.subject);
            assert_eq!(mail.text.lines().count(), harmless.text.lines().count(), "{}", mail.text);
            assert!(!mail.text.lines().any(|line| line.starts_with("Bcc")), "{}", mail.text);
            assert!(!mail.html.contains(&hostile), "{}", mail.html);
        }
    }
}

#[tokio::test]
async fn a_name_with_a_line_break_still_leaves_as_one_mail() {
    let folder = tempfile::tempdir().unwrap();
    let mailer = Mailer::file(folder.path(), FROM).unwrap();
    for (number, mail) in every_mail("Ada\r\nBcc: victim@example.com\r\n\r\n<script>").iter().enumerate() {
        let sent = mailer.send(&format!("mail-{number}"), &address("grace@example.com"), mail, now()).await.unwrap();
        let Sent::ToFile(path) = sent else { panic!("{sent:?}") };
        let bytes = std::fs::read(path).unwrap();
        let parsed = mail_parser::MessageParser::default().parse(&bytes).unwrap();
        assert!(parsed.bcc().is_none());
        assert_eq!(parsed.parts.len(), 3, "{}", String::from_utf8_lossy(&bytes));
    }
}

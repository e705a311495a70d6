//! Making tokens: what is answered, what is kept, and what is refused.

use crate::{bearers::*, people::*};
use domain::{
    Refusal,
    activity::ActivityEvent,
    text::{Problem, TokenName},
    token::{Lifetime, Scopes},
};
use sha2::{Digest, Sha256};
use usecases::tokens::{self, Created, Wanted};

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_new_token_is_answered_listed_and_written_down_with_all_that_was_asked() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        for label in ["live", "dev", "lab"] {
            ada.create_namespace(label).await;
        }
        let before = house.organization(&ada.slug).await.version;
        let namespaces = texts(["live", "northwind-dev"]);
        let scopes = Scopes { invitations: true, ..Scopes::default() };
        let wanted = Wanted { name: " ci-deploy ", namespaces: &namespaces, expires: Some(Lifetime::Year), scopes };
        let Created { listed, secret, kubeconfig } = ada.create(&wanted).await.unwrap();
        let (name, end) = (TokenName::parse("ci-deploy").unwrap(), house.now().plus(365 * DAY));
        let token = &listed.token;
        assert_eq!(token.name.as_ref(), Some(&name));
        assert_eq!((&token.mask, token.scopes, token.maker), (&secret.mask(), scopes, ada.user));
        assert_eq!(token.created_by.as_str(), ada.email);
        assert_eq!((token.created_at, token.expires_at, token.last_used_at), (house.now(), Some(end), None));
        assert_eq!(strings(&listed.namespaces), ["northwind-dev", "northwind-live"]);
        assert!(!listed.expired && kubeconfig.is_none(), "without a cluster there is no kubeconfig");

        let page = ada.token_page(None, 50).await.unwrap();
        assert_eq!((page.tokens.len(), page.total, page.next), (1, 1, None));
        let found = tokens::find(&ada.context().await, &ada.slug, &token.id.to_string()).await.unwrap();
        assert_eq!(format!("{found:?}"), format!("{listed:?}"));
        assert_eq!(format!("{:?}", page.tokens[0]), format!("{listed:?}"));
        assert_eq!(house.secret_hashes().await, [hex(Sha256::digest(secret.reveal()))]);

        let entry = ada.log().await.remove(0);
        let namespaces = listed.namespaces.clone();
        let event = ActivityEvent::TokenCreated {
            token: secret.mask(),
            name: Some(name),
            namespaces,
            scopes,
            expires_at: Some(end),
        };
        assert_eq!(entry.event, event);
        assert_eq!((entry.actor_kind.as_str(), entry.actor_name.as_str()), ("user", ada.email.as_str()));
        assert_eq!((entry.position, entry.at), ((before + 1, 0), house.now()));
        assert_eq!(house.organization(&ada.slug).await.version, before + 1);
    });
}

#[test]
fn no_table_holds_the_secret_of_a_token_nor_its_random_digits() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let program = ada.token("ci", &["dev"], EVERY_SCOPE).await;
        program.invite("bob@northwind.example", None, &ada).await;
        ada.assign(&program, &[]).await.unwrap();
        usecases::upkeep::write_seen(&house.installation).await.unwrap();
        house.advance(85 * DAY);
        usecases::upkeep::remind(&house.installation).await.unwrap();
        house.post().await;
        ada.back().await.remove(&program).await.unwrap();
        let (rows, secret) = (house.trial.everything().await, program.secret.reveal());
        assert!(rows.contains(&secret[..8]) && rows.contains(&secret[36..]), "the mask is there: all was read");
        assert!(!rows.contains(secret) && !rows.contains(program.digits()));
        // Nor any other part of it that the mask does not show.
        for piece in [&secret[8..20], &secret[20..32], &secret[26..36]] {
            assert!(!rows.contains(piece));
        }
        for mail in house.mailer.sent() {
            let all = [mail.subject, mail.text, mail.html].concat();
            assert!(!all.contains(program.digits()) && !all.contains(&secret[8..20]));
        }
        assert!(!format!("{:?}", program.secret).contains(&secret[8..20]));
    });
}

#[test]
fn each_lifetime_has_its_end_and_ninety_days_is_what_nobody_chose() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        for (expires, end) in [
            (None, Some(90 * DAY)),
            (Some(Lifetime::Hour), Some(HOUR)),
            (Some(Lifetime::EightHours), Some(8 * HOUR)),
            (Some(Lifetime::ThirtyDays), Some(30 * DAY)),
            (Some(Lifetime::NinetyDays), Some(90 * DAY)),
            (Some(Lifetime::Year), Some(365 * DAY)),
            (Some(Lifetime::Never), None),
        ] {
            let created = ada.create(&Wanted { expires, ..Wanted::default() }).await.unwrap();
            let end = end.map(|end| house.now().plus(end));
            assert_eq!(created.listed.token.expires_at, end, "{expires:?}");
        }
    });
}

#[test]
fn no_token_lives_longer_than_the_operator_allows_and_the_default_shrinks_with_that() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        for most in Lifetime::ALL {
            let ada = ada.at(&house.with(|settings| settings.token_longest = most));
            for expires in Lifetime::ALL {
                let before = house.rows(&[]).await;
                let created = ada.create(&Wanted { expires: Some(expires), ..Wanted::default() }).await;
                if expires <= most {
                    assert_eq!(created.unwrap().listed.token.expires_at, expires.ends(house.now()));
                } else {
                    assert_eq!(refused(created), Refusal::TokenLifetime { most });
                    assert_eq!(house.rows(&[]).await, before);
                }
            }
            let default = ada.create(&Wanted::default()).await.unwrap().listed.token.expires_at;
            assert_eq!(default, most.min(Lifetime::NinetyDays).ends(house.now()));
        }
    });
}

#[test]
fn a_name_that_deceives_or_is_too_long_is_refused_and_nothing_is_made() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let before = house.rows(&[]).await;
        let (most, long) = (TokenName::LONGEST, "x".repeat(5_000));
        assert_eq!(most, 60);
        for (name, problem) in [
            ("two\nlines", Problem::Invisible),
            ("two\r\nlines", Problem::Invisible),
            ("a\0b", Problem::Invisible),
            ("a\u{7f}b", Problem::Invisible),
            ("a\u{1b}[31mb", Problem::Invisible),
            ("a\u{85}b", Problem::Invisible),
            ("\u{202E}gnp.exe", Problem::Invisible),
            ("a\u{2066}b", Problem::Invisible),
            ("a\u{2028}b", Problem::Invisible),
            ("\u{FEFF}a", Problem::Invisible),
            ("\u{200B}\u{200D}", Problem::Empty),
            (&"x".repeat(61), Problem::TooLong { most }),
            (&"🚢".repeat(61), Problem::TooLong { most }),
            (&long, Problem::TooLong { most }),
        ] {
            let created = ada.create(&Wanted { name, ..Wanted::default() }).await.map(|created| created.listed);
            assert_eq!(refused(created), Refusal::BadField { field: "name", problem }, "{name:?}");
        }
        assert_eq!(house.rows(&[]).await, before);
        assert_eq!(ada.codes().await, ["organization.created"]);
    });
}

#[test]
fn a_token_needs_no_name_and_two_may_have_the_same() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        for name in ["", "  \t ", "\n"] {
            let created = ada.create(&Wanted { name, ..Wanted::default() }).await.unwrap();
            assert_eq!(created.listed.token.name, None, "{name:?}");
        }
        let (one, two) = (ada.token("ci", &[], NO_SCOPES).await, ada.token("ci", &[], NO_SCOPES).await);
        assert_ne!((one.token, one.secret.reveal()), (two.token, two.secret.reveal()));
        ada.remove(&one).await.unwrap();
        assert_eq!(refused(one.identify().await), Refusal::TokenUnknown);
        two.identify().await.unwrap();
    });
}

#[test]
fn a_strange_name_comes_back_as_it_went_in() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let longest = "🚢".repeat(60);
        for name in "<script>alert(1)</script>|=HYPERLINK(\"http://x\")|+1|-1|@x|- a: b|a: b|&a|*a|!!str|>|# no|'|\"|''|\
                     null|~|yes|0x1f|1e3|%TAG|`|{{7*7}}|${HOME}|$1|?1|\\|%00|%_|--|;drop table tokens;--|👩‍🚀🚢|نامه|名前|\
                     é|ada@northwind.example|bwk_4mQ8…oCi9|API token x|“quoted”|token x made by eve@e.example|Operator|a  b"
            .split('|')
            .chain(["|", "a | b", &longest])
        {
            let program = ada.token(name, &[], NO_SCOPES).await;
            let newest = &ada.find_token(&program).await.unwrap().token;
            assert_eq!(newest.name.as_ref().map(TokenName::as_str), Some(name));
            let (_, own) = tokens::current(&program.context().await).await.unwrap();
            assert_eq!(own.token.name.as_ref().map(TokenName::as_str), Some(name));
            match ada.log().await.remove(0).event {
                ActivityEvent::TokenCreated { name: logged, .. } => {
                    assert_eq!(logged.as_ref().map(TokenName::as_str), Some(name));
                }
                other => panic!("{other:?}"),
            }
            let listed = ada.tokens().await;
            let row = listed.iter().find(|listed| listed.token.id == program.token).unwrap();
            assert_eq!(row.token.name.as_ref().map(TokenName::as_str), Some(name));
        }
    });
}

#[test]
fn a_token_is_given_namespaces_by_either_of_their_names_and_each_once() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let carl = house.found("Contoso", "carl@contoso.example").await;
        for label in ["dev", "live"] {
            ada.create_namespace(label).await;
        }
        carl.create_namespace("dev").await;
        carl.create_namespace("secret").await;
        let all = ["northwind-dev", "northwind-live"];
        for (wanted, got) in [
            (&["dev"][..], &all[..1]),
            (&["northwind-live"], &all[1..]),
            (&["dev", "northwind-dev", " dev ", "", "live"], &all[..]),
            (&[], &[]),
            (&["", " "], &[]),
        ] {
            let program = ada.token("", wanted, NO_SCOPES).await;
            assert_eq!(program.namespaces().await, got, "{wanted:?}");
            assert_eq!(strings(&ada.find_token(&program).await.unwrap().namespaces), got, "{wanted:?}");
        }
        let before = house.rows(&[]).await;
        for unknown in ["secret", "contoso-dev", "contoso-secret", "DEV", "northwind", "d\0v", "'; drop table tokens"] {
            let namespaces = texts(["dev", unknown]);
            let created = ada.create(&Wanted { namespaces: &namespaces, ..Wanted::default() }).await;
            let expected = Refusal::UnknownNamespace { name: unknown.into() };
            assert_eq!(refused(created.map(|created| created.listed)), expected);
        }
        assert_eq!(house.rows(&[]).await, before);
    });
}

#[test]
fn a_blank_token_is_somebody_who_may_work_nowhere() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let blank = ada.token("", &[], NO_SCOPES).await;
        assert_eq!(blank.namespaces().await, Vec::<String>::new());
        assert_eq!(house.trial.number("select count(*) from token_grants").await, 0);
        let (organization, listed) = tokens::current(&blank.context().await).await.unwrap();
        assert_eq!((organization.slug.as_str(), listed.token.id), (ada.slug.as_str(), blank.token));
        for nobody in [ada.context().await, house.stranger().await, house.operator()] {
            assert_eq!(refused(tokens::current(&nobody).await), Refusal::NotSignedIn);
        }
    });
}

#[test]
fn a_token_bears_the_organizations_version_of_its_last_change() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let now = async || house.organization(&ada.slug).await.version;
        let program = ada.token("", &[], NO_SCOPES).await;
        let (other, made) = (ada.token("", &[], NO_SCOPES).await, now().await);
        let version = async |program: &Program| ada.find_token(program).await.unwrap().token.version;
        assert_eq!((version(&program).await, version(&other).await), (made - 1, made));
        let assigned = ada.assign(&program, &["dev"]).await.unwrap();
        assert_eq!((assigned.token.version, version(&program).await), (made + 1, made + 1));
        assert_eq!((version(&other).await, now().await), (made, made + 1));
        let again = ada.assign(&program, &["dev"]).await.unwrap();
        assert_eq!((again.token.version, now().await), (made + 1, made + 1));
        ada.remove(&program).await.unwrap();
        let of_removed = "select version from tokens where removed_at is not null";
        assert_eq!(house.trial.number(of_removed).await, made + 2);
    });
}

#[test]
fn assigning_makes_the_named_namespaces_all_that_a_token_has() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome_admin("bob@northwind.example").await;
        for label in ["dev", "lab", "live"] {
            ada.create_namespace(label).await;
        }
        let program = ada.token("ci", &["dev", "lab"], NO_SCOPES).await;
        let listed = bob.assign(&program, &["northwind-lab", "live"]).await.unwrap();
        assert_eq!(strings(&listed.namespaces), ["northwind-lab", "northwind-live"]);
        assert_eq!(program.namespaces().await, ["northwind-lab", "northwind-live"]);
        let entry = ada.log().await.remove(0);
        assert_eq!(entry.actor_name, bob.email);
        match entry.event {
            ActivityEvent::TokenAssigned { token, name, added, removed } => {
                assert_eq!((token, name.unwrap().as_str()), (program.secret.mask(), "ci"));
                assert_eq!((strings(&added), strings(&removed)), (texts(["northwind-live"]), texts(["northwind-dev"])));
            }
            other => panic!("{other:?}"),
        }
        let before = house.rows(&[]).await;
        bob.assign(&program, &["live", "lab", "lab"]).await.unwrap();
        assert_eq!(house.rows(&[]).await, before, "what is there already is not written again");
        let why = refused(bob.assign(&program, &["dev", "nowhere"]).await);
        assert_eq!(why, Refusal::UnknownNamespace { name: "nowhere".into() });
        assert_eq!(house.rows(&[]).await, before);
        bob.assign(&program, &[]).await.unwrap();
        assert_eq!(program.namespaces().await, Vec::<String>::new());
    });
}

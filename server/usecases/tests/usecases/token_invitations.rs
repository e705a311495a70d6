//! What tokens give: invitations, grants, memberships. All of it carries the token.

use crate::{bearers::*, people::*};
use domain::{
    Refusal,
    letter::GATHERED,
    membership::{Role, Status},
    token::{EXPIRED_LISTED, Lifetime, Scopes},
};
use usecases::{
    grants,
    invitations::{self, Preview},
    members,
    outbox::Delivery,
    tokens::Wanted,
    upkeep,
};

const INVITES: Scopes = Scopes { invitations: true, ..NO_SCOPES };

async fn preview(house: &House, invited: &Invited) -> Result<Preview, usecases::Error> {
    invitations::preview(&house.stranger().await, &invited.secret).await
}

/// The namespaces that this member has.
async fn has(admin: &Person, email: &str) -> Vec<String> {
    let id = admin.house.member(&admin.slug, email).await.id.to_string();
    let of = grants::of(&admin.context().await, &admin.slug, &id).await.unwrap();
    let had = of.namespaces.into_iter().filter(|held| held.granted);
    had.map(|held| held.namespace.name.to_string()).collect()
}

#[test]
fn a_token_passes_on_its_own_namespaces_and_no_others() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        for label in ["dev", "lab", "live"] {
            ada.create_namespace(label).await;
        }
        let program = ada.token("ci", &["dev", "lab"], INVITES).await;
        let before = house.rows(&["activity", "organizations"]).await;
        let emails = texts(["bob@northwind.example"]);
        for wanted in [texts(["live"]), texts(["dev", "northwind-live"])] {
            let sent = invitations::send(&program.context().await, &ada.slug, &emails, Some(&wanted)).await;
            assert_eq!(refused(sent), Refusal::NamespaceNotHeld { name: "northwind-live".into() });
        }
        let (unknown, name) = (texts(["nowhere"]), "nowhere".to_owned());
        let sent = invitations::send(&program.context().await, &ada.slug, &emails, Some(&unknown)).await;
        assert_eq!(refused(sent), Refusal::UnknownNamespace { name });
        assert_eq!(house.rows(&["activity", "organizations"]).await, before, "nobody is invited");
        assert_eq!(ada.codes().await[5..], ["refused"], "the second within a minute is counted with the first");

        let all = program.invite("bob@northwind.example", None, &ada).await;
        let some = program.invite("eve@northwind.example", Some(&texts(["lab"])), &ada).await;
        let none = program.invite("joe@northwind.example", Some(&[]), &ada).await;
        assert_eq!(strings(&preview(&house, &all).await.unwrap().namespaces), ["northwind-dev", "northwind-lab"]);
        // What the token has lost meanwhile, it can't pass on; what it got meanwhile was never offered.
        ada.assign(&program, &["lab", "live"]).await.unwrap();
        for (invited, expected) in [(&all, &["northwind-lab"][..]), (&some, &["northwind-lab"]), (&none, &[])] {
            assert_eq!(strings(&preview(&house, invited).await.unwrap().namespaces), expected);
            house.accept(invited).await.unwrap();
            assert_eq!(has(&ada, &invited.email).await, expected, "{}", invited.email);
        }
        let blank = ada.token("", &[], INVITES).await;
        house.accept(&blank.invite("sam@northwind.example", None, &ada).await).await.unwrap();
        assert_eq!(has(&ada, "sam@northwind.example").await, Vec::<String>::new());
    });
}

#[test]
fn preview_mail_and_table_name_the_token_and_not_its_maker() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let (named, blank) = (ada.token("<i>ci</i>", &[], INVITES).await, ada.token("", &[], INVITES).await);
        let mask = format!("API token {}", blank.mask());
        for (program, email, table, called) in [
            (&named, "bob@northwind.example", "API token <i>ci</i>", "The API token “<i>ci</i>”"),
            (&blank, "eve@northwind.example", mask.as_str(), "An API token"),
        ] {
            let invited = program.invite(email, None, &ada).await;
            assert_eq!(preview(&house, &invited).await.unwrap().invited_by, called);
            assert_eq!(ada.row(email).await.unwrap().invited_by.as_deref(), Some(table));
            house.post().await;
            let mail = house.mails_to(email).pop().unwrap();
            assert!([&mail.subject, &mail.text].iter().any(|text| text.contains(called)), "{}", mail.text);
            for text in [&mail.subject, &mail.text, &mail.html] {
                assert!(!text.contains(&ada.email) && !text.contains(program.digits()), "{text}");
            }
            assert!(!mail.html.contains("<i>"));
            assert_eq!(house.secret_to(email), invited.secret);
            house.accept(&invited).await.unwrap();
            let row = ada.row(email).await.unwrap();
            assert_eq!((row.kind.as_str(), row.invited_by.as_deref()), ("member", Some(table)));
            assert_eq!(house.member(&ada.slug, email).await.invited_by.as_deref(), Some(table));
            // It stays so when the token is gone.
            ada.remove(program).await.unwrap();
            assert_eq!(ada.row(email).await.unwrap().invited_by.as_deref(), Some(table));
        }
    });
}

#[test]
fn what_a_token_gave_carries_it_and_its_maker() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        ada.create_namespace("live").await;
        let program = ada.token("ci", &["dev"], EVERY_SCOPE).await;
        let bob = house.accept(&program.invite("bob@northwind.example", None, &ada).await).await.unwrap().member;
        let context = program.context().await;
        let wanted = texts(["dev", "live"]);
        house.post().await;
        grants::save(&context, &ada.slug, &bob.id.to_string(), &wanted, bob.version).await.unwrap();
        let own = ada.member().await;
        grants::save(&context, &ada.slug, &own.id.to_string(), &[], own.version).await.unwrap();
        let token = "(select id from tokens)";
        let maker = "(select id from users where email like 'ada@%')";
        for (table, by, rows) in
            [("invitations", "invited_by", 1), ("members", "invited_by", 1), ("grants", "granted_by", 2)]
        {
            let carry = format!("select count(*) from {table} where {by}_token in {token} and {by} in {maker}");
            assert_eq!(house.trial.number(&carry).await, rows, "{table}");
        }
        // Whoever made the token is told what it took from them: it was not their own hand.
        house.advance(GATHERED);
        house.post().await;
        let mails = (house.mails_to("bob@northwind.example").len(), house.mails_to(&ada.email).len());
        assert_eq!(mails, (1, 1));
        assert!(house.mails_to(&ada.email)[0].text.contains("northwind-live"));
    });
}

#[test]
fn removing_a_token_takes_back_what_it_offered() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let program = ada.token("ci", &[], INVITES).await;
        let joined = program.invite("bob@northwind.example", None, &ada).await;
        house.accept(&joined).await.unwrap();
        let pending = program.invite("eve@northwind.example", None, &ada).await;
        let unsent = program.invite("joe@northwind.example", None, &ada).await;
        ada.remove(&program).await.unwrap();
        let before = house.rows(&[]).await;
        for invited in [&pending, &unsent] {
            assert_eq!(refused(preview(&house, invited).await), Refusal::InviterNoLongerAdmin);
            assert_eq!(refused(house.accept(invited).await), Refusal::InviterNoLongerAdmin);
        }
        assert_eq!(house.rows(&[]).await, before);
        assert_eq!(ada.member().await.status, Status::Active);
        assert_eq!(house.member(&ada.slug, "bob@northwind.example").await.status, Status::Active, "who came stays");
        // An admin still decides about what is pending.
        invitations::revoke(&ada.context().await, &ada.slug, &pending.id).await.unwrap();
        ada.invite("eve@northwind.example").await;
    });
}

#[test]
fn an_acceptance_and_the_removal_of_the_inviting_token_at_once_end_one_way_or_the_other() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let bob = ada.welcome("bob@northwind.example").await;
        let carl = house.found("Contoso", "carl@contoso.example").await;
        let (there, context) = (house.elsewhere().await, bob.context().await);
        for round in 0..20 {
            // Bob has an account: no password to be hashed.
            let program = carl.token("", &[], INVITES).await;
            let invited = program.invite(&bob.email, None, &carl).await;
            let carl_there = carl.at(&there);
            let (accepted, removed) =
                tokio::join!(invitations::accept(&context, &invited.secret, NOTHING), carl_there.remove(&program));
            removed.unwrap();
            let codes = carl.codes().await;
            match accepted {
                Ok(_) => {
                    assert_eq!(codes[codes.len() - 2..], ["invitation.accepted", "token.removed"], "{round}");
                    let gone = "delete from grants where member_id in (select id from members where invited_by_token is not null); \
                                delete from members where invited_by_token is not null";
                    house.trial.execute(gone).await;
                }
                Err(why) => {
                    assert_eq!(refused::<()>(Err(why)), Refusal::InviterNoLongerAdmin, "{round}");
                    invitations::revoke(&carl.context().await, &carl.slug, &invited.id).await.unwrap();
                }
            }
            house.trial.execute("delete from attempts").await;
        }
    });
}

#[test]
fn an_invitation_outlives_the_token_that_ended_by_itself() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let namespaces = texts(["dev"]);
        let wanted = Wanted { namespaces: &namespaces, expires: Some(Lifetime::Hour), scopes: INVITES, name: "ci" };
        let program = ada.equip(&wanted).await;
        let invited = program.invite("bob@northwind.example", None, &ada).await;
        house.advance(2 * HOUR);
        assert!(matches!(refused(program.identify().await), Refusal::TokenExpired { .. }));
        upkeep::sweep(&house.installation).await.unwrap();
        assert_eq!(preview(&house, &invited).await.unwrap().invited_by, "The API token “ci”");
        assert!(matches!(house.post().await[..], [Delivery::Sent { .. }]));
        house.accept(&invited).await.unwrap();
        assert_eq!(has(&ada.back().await, "bob@northwind.example").await, ["northwind-dev"]);
    });
}

/// An admin sends the invitation again when the token has left the list: it ended by itself, nobody took it back.
#[test]
fn an_invitation_outlives_even_the_memory_of_the_token_that_ended_by_itself() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let wanted = Wanted { expires: Some(Lifetime::Hour), scopes: INVITES, ..Wanted::default() };
        let invited = ada.equip(&wanted).await.invite("bob@northwind.example", None, &ada).await;
        house.advance(HOUR + EXPIRED_LISTED);
        let ada = ada.back().await;
        invitations::resend(&ada.context().await, &ada.slug, &invited.id).await.unwrap();
        preview(&house, &invited).await.unwrap();
        house.advance(HOUR);
        upkeep::sweep(&house.installation).await.unwrap();
        preview(&house, &invited).await.unwrap();
        house.accept(&invited).await.unwrap();
    });
}

#[test]
fn what_becomes_of_a_tokens_maker_is_nothing_to_its_invitations() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome_admin("bob@northwind.example").await;
        let program = bob.token("ci", &[], INVITES).await;
        let invited = program.invite("eve@northwind.example", None, &ada).await;
        let own = bob.invite("joe@northwind.example").await;
        bob.become_role(Role::Member).await.unwrap();
        ada.deactivate(&bob).await.unwrap();
        assert_eq!(refused(house.accept(&own).await), Refusal::InviterNoLongerAdmin, "unlike what the maker sent");
        house.accept(&invited).await.unwrap();
        house.accept(&program.invite("sam@northwind.example", None, &ada).await).await.unwrap();
    });
}

#[test]
fn a_token_sends_again_copies_and_revokes_what_people_sent() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let program = ada.token("", &[], INVITES).await;
        let invited = ada.invite("bob@northwind.example").await;
        let context = program.context().await;
        let link = invitations::link(&context, &ada.slug, &invited.id).await.unwrap();
        assert!(link.ends_with(&invited.secret));
        invitations::resend(&context, &ada.slug, &invited.id).await.unwrap();
        assert_eq!(ada.row(&invited.email).await.unwrap().invited_by.as_deref(), Some("ada@northwind.example"));
        invitations::revoke(&context, &ada.slug, &invited.id).await.unwrap();
        assert_eq!(refused(house.accept(&invited).await), Refusal::InvitationRevoked);
    });
}

#[test]
fn the_founder_and_the_last_admin_stay_whatever_a_token_tries() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        let bob = ada.welcome_admin("bob@northwind.example").await;
        let program = bob.token("", &[], Scopes { members: true, ..NO_SCOPES }).await;
        let context = program.context().await;
        let founder = members::deactivate(&context, &ada.slug, &ada.id().await, &[]).await;
        assert_eq!(refused(founder), Refusal::FounderStays);
        members::deactivate(&context, &ada.slug, &bob.id().await, &[]).await.unwrap();
        assert!(!bob.is_signed_in().await, "a token may switch its own maker off");
        program.identify().await.unwrap();
        let twice = members::deactivate(&context, &ada.slug, &bob.id().await, &[]).await;
        assert_eq!(refused(twice), Refusal::AlreadyDeactivated);
    });
}

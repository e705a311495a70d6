//! What ends the logins of people's machines, and what is kept of them.

use crate::{logins::*, people::*};
use domain::{
    Refusal,
    login::{CREDENTIAL_LIFETIME, LOGIN_LIFETIME},
};
use std::time::Duration;
use usecases::{
    account, cluster,
    logins::{self, Claimed, Credential},
    members, password_reset, upkeep,
};

const SECOND: Duration = Duration::from_secs(1);
const ANOTHER: &str = "seven quiet herons at dusk";

/// Whether a login still opens anything: by its secret, and by a credential that it gave before.
async fn stands(house: &House, claimed: &Claimed, credential: &Credential) -> bool {
    let gives = house.credential(&claimed.secret).await;
    let opens = house.whose(&credential.token).await.is_some();
    assert_eq!(gives.is_ok(), opens, "one without the other");
    if !opens {
        assert_eq!(refused(gives), Refusal::LoginEnded);
    }
    opens
}

#[test]
fn a_login_ends_by_its_owner_by_its_machine_and_by_time() {
    with_ada(async |house, ada| {
        let (by_owner, by_machine, by_time) = (ada.log_in().await, ada.log_in().await, ada.log_in().await);
        let credential = async |claimed: &Claimed| house.credential(&claimed.secret).await.unwrap();
        let credentials = [credential(&by_owner).await, credential(&by_machine).await, credential(&by_time).await];
        logins::end(&ada.context().await, &by_owner.login.id.to_string()).await.unwrap();
        assert!(!stands(&house, &by_owner, &credentials[0]).await);
        logins::log_out(&house.stranger().await, &by_machine.secret).await.unwrap();
        assert!(!stands(&house, &by_machine, &credentials[1]).await);
        logins::log_out(&house.stranger().await, &by_machine.secret).await.unwrap();
        assert!(stands(&house, &by_time, &credentials[2]).await);
        house.advance(CREDENTIAL_LIFETIME - SECOND);
        assert!(house.whose(&credentials[2].token).await.is_some());
        house.advance(SECOND);
        assert!(house.whose(&credentials[2].token).await.is_none(), "it is for minutes");
        house.advance(LOGIN_LIFETIME - CREDENTIAL_LIFETIME - SECOND);
        let last = credential(&by_time).await;
        assert_eq!(last.expires_at.seconds(), by_time.login.expires_at.seconds(), "never after the login");
        house.advance(SECOND);
        assert!(!stands(&house, &by_time, &last).await);
        house.advance(MICROSECOND);
        upkeep::sweep(&house.installation).await.unwrap();
        assert_eq!(house.trial.number("select count(*) from logins").await, 0);
    });
}

#[test]
fn deactivation_ends_the_logins_of_that_organization_at_once_and_for_good() {
    with_ada(async |house, ada| {
        let bob = ada.welcome("bob@northwind.example").await;
        let sam = house.found("Southwind", "sam@southwind.example").await;
        let invited = sam.invite(&bob.email).await;
        usecases::invitations::accept(&bob.context().await, &invited.secret, NOTHING).await.unwrap();
        let here = bob.log_in().await;
        let there = Person { slug: sam.slug.clone(), ..bob.clone() }.log_in().await;
        let (half, untaken) = (house.begin().await, house.begin().await);
        bob.approve(&untaken).await.unwrap();
        let credential = async |claimed: &Claimed| house.credential(&claimed.secret).await.unwrap();
        let (ours, theirs) = (credential(&here).await, credential(&there).await);
        ada.deactivate(&bob).await.unwrap();
        assert!(!stands(&house, &here, &ours).await);
        assert_eq!(refused(house.claim(&untaken).await), Refusal::LoginExpired);
        assert_eq!(refused(bob.approve(&half).await), Refusal::NotSignedIn);
        assert!(stands(&house, &there, &theirs).await, "another organization's is not theirs to end");
        ada.reactivate(&bob).await.unwrap();
        assert!(!stands(&house, &here, &ours).await, "a lost machine must not come back with its person");
        assert_eq!(refused(house.claim(&untaken).await), Refusal::LoginExpired);
    });
}

#[test]
fn an_admin_who_ends_a_members_sessions_ends_their_logins_here() {
    with_ada(async |house, ada| {
        let bob = ada.welcome("bob@northwind.example").await;
        let elsewhere = house.sign_in(&bob.email, &bob.slug, PASSWORD).await.unwrap();
        let claimed = bob.log_in().await;
        let credential = house.credential(&claimed.secret).await.unwrap();
        let id = bob.id().await;
        let by_member = members::end_sessions(&bob.context().await, &bob.slug, &ada.id().await).await;
        assert_eq!(refused(by_member), Refusal::AdminsOnly);
        let sam = house.found("Southwind", "sam@southwind.example").await;
        let by_stranger = members::end_sessions(&sam.context().await, &sam.slug, &id).await;
        assert_eq!(refused(by_stranger), Refusal::NotFound);
        assert!(bob.is_signed_in().await && elsewhere.is_signed_in().await && ada.is_signed_in().await);

        members::end_sessions(&ada.context().await, &ada.slug, &id).await.unwrap();
        assert!(!bob.is_signed_in().await && !elsewhere.is_signed_in().await);
        assert!(!stands(&house, &claimed, &credential).await);
        assert!(ada.is_signed_in().await);
        let again = house.sign_in(&bob.email, &bob.slug, PASSWORD).await.unwrap();
        assert!(again.is_signed_in().await, "they are a member as before");
    });
}

/// Whatever an act forgets to end is closed all the same: each use asks for the membership.
#[test]
fn a_login_is_good_for_nothing_while_its_membership_is_off_or_gone() {
    with_ada(async |house, ada| {
        let bob = ada.welcome("bob@northwind.example").await;
        let claimed = bob.log_in().await;
        let credential = house.credential(&claimed.secret).await.unwrap();
        let id = match house.trial.db.kind() {
            "SQLite" => format!("x'{}'", bob.member().await.id.uuid().simple()),
            _ => format!("'{}'", bob.member().await.id),
        };
        house.trial.execute(&format!("update members set status = 'deactivated' where id = {id}")).await;
        assert!(!stands(&house, &claimed, &credential).await);
        house.trial.execute(&format!("update members set status = 'active' where id = {id}")).await;
        assert!(stands(&house, &claimed, &credential).await);
        house.trial.execute(&format!("delete from grants where member_id = {id}")).await;
        house.trial.execute(&format!("delete from members where id = {id}")).await;
        assert!(!stands(&house, &claimed, &credential).await);
        assert_eq!(house.trial.number("select count(*) from logins").await, 0);
    });
}

#[test]
fn a_new_password_ends_every_login() {
    with_ada(async |house, ada| {
        let first = ada.log_in().await;
        let credential = house.credential(&first.secret).await.unwrap();
        let untaken = house.begin().await;
        ada.approve(&untaken).await.unwrap();
        let cookie = account::change_password(&ada.context().await, PASSWORD, ANOTHER).await.unwrap();
        assert!(!stands(&house, &first, &credential).await);
        assert_eq!(refused(house.claim(&untaken).await), Refusal::LoginExpired);
        let ada = Person { cookie: cookie.value().to_owned(), ..ada.clone() };

        let second = ada.log_in().await;
        let credential = house.credential(&second.secret).await.unwrap();
        password_reset::request(&house.stranger().await, &ada.email).await.unwrap();
        house.post().await;
        assert!(stands(&house, &second, &credential).await, "asking for a new password is not choosing one");
        password_reset::finish(&house.stranger().await, &house.secret_to(&ada.email), PASSWORD).await.unwrap();
        assert!(!stands(&house, &second, &credential).await);
    });
}

#[test]
fn a_session_that_ends_while_it_approves_leaves_no_login_behind() {
    with_ada(async |house, ada| {
        for _ in 0..20 {
            let ada = house.sign_in(&ada.email, &ada.slug, PASSWORD).await.unwrap();
            let thief = house.sign_in(&ada.email, &ada.slug, PASSWORD).await.unwrap();
            let begun = house.begin().await;
            let (stolen, own) = (thief.context().await, ada.context().await);
            let code = begun.user_code.to_string();
            let (_, changed) = tokio::join!(
                logins::approve(&stolen, "northwind", &code),
                account::change_password(&own, PASSWORD, PASSWORD)
            );
            changed.unwrap();
            assert_eq!(house.trial.number("select count(*) from logins").await, 0);
            house.trial.execute("delete from attempts").await;
        }
    });
}

#[test]
fn checking_and_giving_credentials_writes_nothing_and_the_use_is_written_down_later() {
    with_ada(async |house, ada| {
        let claimed = ada.log_in().await;
        let blind = house.read_only().await;
        assert_eq!(ada.logins().await[0].last_used_at, None);
        house.advance(MINUTE);
        let credential = blind.credential(&claimed.secret).await.unwrap();
        for _ in 0..20 {
            assert!(blind.whose(&credential.token).await.is_some());
        }
        assert_eq!(house.trial.texts("select 'used' from logins where last_used_at is not null").await.len(), 0);
        let used = house.credential(&claimed.secret).await.unwrap();
        assert_eq!(ada.logins().await[0].last_used_at, Some(house.now()), "known before it is written");
        house.advance(MINUTE);
        assert!(house.whose(&used.token).await.is_some());
        upkeep::write_seen(&house.installation).await.unwrap();
        let elsewhere = Person { house: house.elsewhere().await, ..ada.clone() };
        assert_eq!(elsewhere.logins().await[0].last_used_at, Some(house.now()));
    });
}

#[test]
fn a_copy_of_the_database_opens_nothing() {
    with_ada(async |house, ada| {
        let waiting = house.begin().await;
        let claimed = ada.log_in().await;
        let credential = house.credential(&claimed.secret).await.unwrap();
        let kept = house.trial.everything().await;
        assert!(kept.contains("laptop"));
        let code = waiting.user_code.letters();
        for secret in [&waiting.device_code, &claimed.secret, &credential.token, code, &waiting.user_code.to_string()] {
            assert!(!kept.contains(secret), "{secret}");
        }
        // Under another key nothing that was given out is good.
        let stranger = house.under_another_key();
        assert!(stranger.whose(&credential.token).await.is_none());
        let ada = Person { house: stranger, ..ada };
        let refusal = refused(logins::waiting(&ada.context().await, &waiting.user_code.to_string()).await);
        assert_eq!(refusal, Refusal::LoginCodeUnknown);
    });
}

#[test]
fn without_a_cluster_there_is_nothing_to_log_in_to() {
    on_both(async |house| {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        assert_eq!(refused(logins::begin(&house.stranger().await, "laptop", "").await), Refusal::NoCluster);
        assert_eq!(refused(logins::kubeconfig(&ada.context().await, "northwind").await), Refusal::NoCluster);
        assert!(logins::list(&ada.context().await).await.unwrap().is_empty());
    });
}

#[test]
fn trouble_of_ours_is_never_a_no() {
    with_ada(async |house, ada| {
        let claimed = ada.log_in().await;
        let credential = house.credential(&claimed.secret).await.unwrap();
        house.installation.db.close().await;
        let trouble = cluster::identify(&house.installation, &credential.token).await;
        assert!(matches!(trouble, Err(usecases::Error::Unavailable(_))), "{trouble:?}");
        assert_eq!(house.whose("bwu_1800000000_nonsense").await, None, "what can be told without asking is told");
    });
}

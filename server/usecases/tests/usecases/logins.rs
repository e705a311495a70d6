//! Machines that people let into the cluster: the way in, and everything that ends it.

use crate::people::*;
use domain::{
    Refusal,
    account::AccountEvent,
    binding::Subject,
    id::OrganizationId,
    login::{CREDENTIAL_LIFETIME, INTERVAL, LOGIN_LIFETIME, REQUEST_LIFETIME},
};
use std::time::Duration;
use usecases::{
    Cluster, Context, Settings, account,
    cluster::{self, Identity},
    logins::{self, Begun, Claimed, Credential, Login},
    password_reset, sessions, upkeep,
};

const ANOTHER: &str = "seven quiet herons at dusk";
const SECOND: Duration = Duration::from_secs(1);

fn connected(house: &House) -> House {
    let cluster = Cluster::at("https://k8s.example:6443").unwrap().called("harbour").unwrap();
    house.with(|settings| settings.cluster = Some(cluster))
}

/// Runs a test in a house with a cluster, whose founder is Ada.
fn with_ada<T: AsyncFn(House, Person)>(test: T) {
    on_both(async |house| {
        let house = connected(&house);
        let ada = house.found("Northwind", "ada@northwind.example").await;
        test(house, ada).await;
    });
}

impl House {
    pub(crate) async fn begin(&self) -> Begun {
        logins::begin(&self.stranger().await, "laptop", "").await.unwrap()
    }

    async fn claim(&self, begun: &Begun) -> Result<Claimed, usecases::Error> {
        logins::claim(&self.stranger().await, &begun.device_code).await
    }

    async fn credential(&self, secret: &str) -> Result<Credential, usecases::Error> {
        logins::credential(&self.stranger().await, secret).await
    }

    pub(crate) async fn whose(&self, credential: &str) -> Option<Identity> {
        cluster::identify(&self.installation, credential).await.unwrap()
    }
}

impl Person {
    async fn approve(&self, begun: &Begun) -> Result<logins::Request, usecases::Error> {
        logins::approve(&self.context().await, &self.slug, &begun.user_code.to_string()).await
    }

    /// Lets a machine in, all the way.
    pub(crate) async fn log_in(&self) -> Claimed {
        let begun = self.house.begin().await;
        self.approve(&begun).await.unwrap();
        self.house.claim(&begun).await.unwrap()
    }

    async fn logins(&self) -> Vec<Login> {
        logins::list(&self.context().await).await.unwrap()
    }
}

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

async fn attempt(context: &Context, slug: &str, code: &str) -> Refusal {
    refused(logins::approve(context, slug, code).await)
}

#[test]
fn a_machine_that_its_person_approves_gets_credentials_that_the_cluster_knows_them_by() {
    with_ada(async |house, ada| {
        ada.create_namespace("dev").await;
        let begun = house.begin().await;
        assert_eq!(refused(house.claim(&begun).await), Refusal::LoginPending);
        let seen = logins::waiting(&ada.context().await, &begun.user_code.to_string()).await.unwrap();
        assert_eq!(seen.machine.unwrap().as_str(), "laptop");
        assert!(seen.ip.is_some() && seen.user_agent.is_some());
        ada.approve(&begun).await.unwrap();
        let claimed = house.claim(&begun).await.unwrap();
        assert_eq!((claimed.user.id, claimed.login.slug.as_str()), (ada.user, "northwind"));
        assert_eq!(claimed.namespaces.iter().map(ToString::to_string).collect::<Vec<_>>(), ["northwind-dev"]);
        assert_eq!(claimed.login.expires_at, house.now().plus(LOGIN_LIFETIME));
        assert!(claimed.secret.starts_with("bwl_") && claimed.secret.len() == 48, "{}", claimed.secret);

        let credential = house.credential(&claimed.secret).await.unwrap();
        assert!(credential.token.starts_with("bwu_"), "{}", credential.token);
        let organization: OrganizationId = house.organization("northwind").await.id;
        let identity = Identity { subject: Subject::User(ada.user), organization };
        assert_eq!(house.whose(&credential.token).await, Some(identity));
        // Neither is good for the other, and neither for Bailiwick itself.
        assert_eq!(house.whose(&claimed.secret).await, None);
        assert_eq!(refused(house.credential(&credential.token).await), Refusal::LoginEnded);
        for secret in [&claimed.secret, &credential.token] {
            assert_eq!(refused(house.knock(secret).await), Refusal::TokenMalformed);
        }
        let codes = ada.codes().await;
        assert_eq!(codes.last(), Some(&"login.approved"));
        let own = account::recent(&ada.context().await).await.unwrap();
        for event in [AccountEvent::LoginApproved, AccountEvent::LoginClaimed] {
            assert!(own.iter().any(|entry| entry.code == event.code()), "{event:?}");
        }
    });
}

#[test]
fn a_request_is_claimed_once_however_many_ask() {
    with_ada(async |house, ada| {
        let begun = house.begin().await;
        ada.approve(&begun).await.unwrap();
        let (contexts, code) = ([house.stranger().await, house.elsewhere().await.stranger().await], &begun.device_code);
        let (one, two) = tokio::join!(logins::claim(&contexts[0], code), logins::claim(&contexts[1], code));
        let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
        assert_eq!(refused(lost), Refusal::LoginExpired);
        assert_eq!(refused(house.claim(&begun).await), Refusal::LoginExpired);
        assert!(house.credential(&won.unwrap().secret).await.is_ok());
        assert_eq!(ada.logins().await.len(), 1);
    });
}

#[test]
fn a_request_that_nobody_answers_is_over_after_ten_minutes() {
    with_ada(async |house, ada| {
        let (ignored, late) = (house.begin().await, house.begin().await);
        ada.approve(&late).await.unwrap();
        house.advance(REQUEST_LIFETIME - MICROSECOND);
        assert_eq!(refused(house.claim(&ignored).await), Refusal::LoginPending);
        house.advance(MICROSECOND);
        for begun in [&ignored, &late] {
            assert_eq!(refused(house.claim(begun).await), Refusal::LoginExpired);
        }
        let ada = house.sign_in(&ada.email, &ada.slug, PASSWORD).await.unwrap();
        assert_eq!(refused(ada.approve(&ignored).await), Refusal::LoginCodeUnknown);
        assert!(ada.logins().await.is_empty(), "what no machine took is no login");
        house.advance(MICROSECOND);
        upkeep::sweep(&house.installation).await.unwrap();
        assert_eq!(house.trial.number("select count(*) from login_requests").await, 0);
        assert_eq!(house.trial.number("select count(*) from logins").await, 0);
        assert_eq!(refused(house.claim(&late).await), Refusal::LoginExpired);
    });
}

#[test]
fn a_machine_that_was_turned_away_stays_so() {
    with_ada(async |house, ada| {
        let begun = house.begin().await;
        let code = begun.user_code.to_string();
        logins::deny(&ada.context().await, &code).await.unwrap();
        for _ in 0..3 {
            assert_eq!(refused(house.claim(&begun).await), Refusal::LoginDenied);
        }
        assert_eq!(refused(ada.approve(&begun).await), Refusal::LoginCodeUnknown);
        assert_eq!(refused(logins::deny(&ada.context().await, &code).await), Refusal::LoginCodeUnknown);
        assert_eq!(house.trial.number("select count(*) from logins").await, 0);
    });
}

#[test]
fn a_machine_that_asks_too_often_is_told_to_wait() {
    with_ada(async |house, ada| {
        let (begun, other) = (house.begin().await, house.begin().await);
        assert_eq!(refused(house.claim(&begun).await), Refusal::LoginPending);
        assert_eq!(refused(house.claim(&begun).await), Refusal::LoginTooSoon { retry_after: INTERVAL });
        assert_eq!(refused(house.claim(&other).await), Refusal::LoginPending, "each for itself");
        for _ in 0..5 {
            house.advance(INTERVAL);
            assert_eq!(refused(house.claim(&begun).await), Refusal::LoginPending);
        }
        ada.approve(&begun).await.unwrap();
        assert!(house.claim(&begun).await.is_ok(), "what is decided is told at once");
    });
}

#[test]
fn codes_are_guessed_no_oftener_than_passwords() {
    with_ada(async |house, ada| {
        let begun = house.begin().await;
        let (context, code) = (ada.context().await, begun.user_code.to_string());
        for _ in 0..30 {
            logins::waiting(&context, &code).await.unwrap();
        }
        let wrong = if code == "BBBB-BBBB" { "CCCC-CCCC" } else { "BBBB-BBBB" };
        for n in 0..10 {
            let refusal = match n % 3 {
                0 => refused(logins::waiting(&context, wrong).await),
                1 => refused(logins::deny(&context, wrong).await),
                _ => attempt(&context, "northwind", wrong).await,
            };
            assert_eq!(refusal, Refusal::LoginCodeUnknown);
        }
        let over = Refusal::TooManyRequests { retry_after: MINUTE };
        for code in [wrong, &code] {
            assert_eq!(refused(logins::waiting(&context, code).await), over);
            assert_eq!(refused(logins::deny(&context, code).await), over);
            assert_eq!(attempt(&context, "northwind", code).await, over);
        }
        assert_eq!(refused(sessions::sign_in(&context, &ada.email, PASSWORD).await), over, "they count together");
        house.advance(MINUTE);
        assert!(logins::waiting(&context, &code).await.is_ok());
    });
}

#[test]
fn requests_come_no_faster_than_a_stranger_may_ask() {
    with_ada(async |house, _| {
        let stranger = house.stranger().await;
        for _ in 0..30 {
            logins::begin(&stranger, "", "").await.unwrap();
        }
        let refusal = refused(logins::begin(&stranger, "", "").await);
        assert_eq!(refusal, Refusal::TooManyRequests { retry_after: MINUTE });
    });
}

#[test]
fn letting_a_machine_in_takes_a_recent_sign_in_and_turning_it_away_does_not() {
    with_ada(async |house, ada| {
        let early = house.begin().await;
        house.advance(Settings::FRESH - MICROSECOND);
        ada.approve(&early).await.unwrap();
        house.advance(MICROSECOND);
        let begun = house.begin().await;
        let code = begun.user_code.to_string();
        assert_eq!(refused(ada.approve(&begun).await), Refusal::ReauthenticationRequired);
        assert!(logins::waiting(&ada.context().await, &code).await.is_ok(), "the page is seen");
        let again = account::confirm(&ada.context().await, PASSWORD).await.unwrap();
        let ada = Person { cookie: again.value().to_owned(), ..ada };
        ada.approve(&begun).await.unwrap();
        house.advance(Settings::FRESH);
        let begun = house.begin().await;
        assert!(logins::deny(&ada.context().await, &begun.user_code.to_string()).await.is_ok());
    });
}

#[test]
fn only_a_member_lets_a_machine_in_and_only_into_what_it_asked_for() {
    with_ada(async |house, ada| {
        let sam = house.found("Southwind", "sam@southwind.example").await;
        let begun = logins::begin(&house.stranger().await, "laptop", "northwind").await.unwrap();
        let code = begun.user_code.to_string();
        assert_eq!(attempt(&house.stranger().await, "northwind", &code).await, Refusal::NotSignedIn);
        assert_eq!(attempt(&sam.context().await, "northwind", &code).await, Refusal::NotFound);
        assert_eq!(attempt(&sam.context().await, "no-where", &code).await, Refusal::NotFound);
        let other = attempt(&sam.context().await, "southwind", &code).await;
        assert!(matches!(other, Refusal::BadField { field: "organization", .. }), "{other:?}");
        let bob = ada.welcome("bob@northwind.example").await;
        ada.deactivate(&bob).await.unwrap();
        assert_eq!(attempt(&bob.context().await, "northwind", &code).await, Refusal::NotSignedIn);
        assert_eq!(attempt(&house.operator(), "northwind", &code).await, Refusal::NotSignedIn);
        ada.approve(&begun).await.unwrap();
        // From here on it is nobody else's to answer.
        for person in [&ada, &sam] {
            let context = person.context().await;
            assert_eq!(refused(logins::waiting(&context, &code).await), Refusal::LoginCodeUnknown);
            assert_eq!(refused(logins::deny(&context, &code).await), Refusal::LoginCodeUnknown);
            assert_eq!(attempt(&context, &person.slug, &code).await, Refusal::LoginCodeUnknown);
        }
        let claimed = house.claim(&begun).await.unwrap();
        let id = claimed.login.id.to_string();
        for foreign in [id.as_str(), "00000000-0000-4000-8000-000000000000", "x", ""] {
            assert_eq!(refused(logins::end(&sam.context().await, foreign).await), Refusal::NotFound);
        }
        assert!(sam.logins().await.is_empty());
        assert!(house.credential(&claimed.secret).await.is_ok());
    });
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
        account::change_password(&ada.context().await, PASSWORD, ANOTHER).await.unwrap();
        assert!(!stands(&house, &first, &credential).await);
        assert_eq!(refused(house.claim(&untaken).await), Refusal::LoginExpired);

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

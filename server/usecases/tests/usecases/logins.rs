//! Machines that people let into the cluster: the way in, and who may be let in by whom.

use crate::people::*;
use domain::{
    Refusal,
    account::AccountEvent,
    binding::Subject,
    id::OrganizationId,
    login::{INTERVAL, LOGIN_LIFETIME, REQUEST_LIFETIME},
};
use usecases::{
    Cluster, Context, Settings, account,
    cluster::{self, Identity},
    logins::{self, Begun, Claimed, Credential, Login},
    sessions, upkeep,
};

fn connected(house: &House) -> House {
    let cluster = Cluster::at("https://k8s.example:6443").unwrap().called("harbour").unwrap();
    house.with(|settings| settings.cluster = Some(cluster))
}

/// Runs a test in a house with a cluster, whose founder is Ada.
pub(crate) fn with_ada<T: AsyncFn(House, Person)>(test: T) {
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

    pub(crate) async fn claim(&self, begun: &Begun) -> Result<Claimed, usecases::Error> {
        logins::claim(&self.stranger().await, &begun.device_code).await
    }

    pub(crate) async fn credential(&self, secret: &str) -> Result<Credential, usecases::Error> {
        logins::credential(&self.stranger().await, secret).await
    }

    pub(crate) async fn whose(&self, credential: &str) -> Option<Identity> {
        cluster::identify(&self.installation, credential).await.unwrap()
    }
}

impl Person {
    pub(crate) async fn approve(&self, begun: &Begun) -> Result<logins::Request, usecases::Error> {
        logins::approve(&self.context().await, &self.slug, &begun.user_code.to_string()).await
    }

    /// Lets a machine in, all the way.
    pub(crate) async fn log_in(&self) -> Claimed {
        let begun = self.house.begin().await;
        self.approve(&begun).await.unwrap();
        self.house.claim(&begun).await.unwrap()
    }

    pub(crate) async fn logins(&self) -> Vec<Login> {
        logins::list(&self.context().await).await.unwrap()
    }
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
        let colleague = house.browser(None, ada.ip).await;
        sessions::sign_in(&colleague, &ada.email, PASSWORD).await.unwrap();
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
        assert_eq!(attempt(&house.operator(), "northwind", &code).await, Refusal::PeopleOnly);
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

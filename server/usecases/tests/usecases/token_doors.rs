//! Who may see, make, assign and remove tokens: admins who are people, and nobody else.

use crate::{
    bearers::*,
    people::*,
    tenants::{ABSENT, Answers, why},
};
use domain::{
    Refusal,
    activity::ActivityEvent,
    membership::{Role, Status},
};
use usecases::{Cluster, Context, tokens};

/// Every verb about tokens: those that only look, and those that change something.
async fn ask(context: &Context, slug: &str, maker: &str, program: &Program) -> (Answers, Answers) {
    let (id, secret) = (program.id(), program.secret.reveal());
    let wanted = texts(["dev"]);
    let looks = vec![
        ("list", why(tokens::list(context, slug, None, None).await)),
        ("find", why(tokens::find(context, slug, &id).await)),
        ("find nothing", why(tokens::find(context, slug, ABSENT).await)),
        ("made_by", why(tokens::made_by(context, slug, maker).await)),
        ("kubeconfig", why(tokens::kubeconfig(context, slug, secret).await)),
    ];
    let writes = vec![
        ("create", why(tokens::create(context, slug, &Default::default()).await)),
        ("assign", why(tokens::assign(context, slug, &id, &wanted).await)),
        ("assign nothing", why(tokens::assign(context, slug, ABSENT, &wanted).await)),
        ("remove", why(tokens::remove(context, slug, &id).await)),
    ];
    (looks, writes)
}

/// What the log tells of refused attempts, the oldest first: who, what, why.
async fn attempts(person: &Person) -> Vec<(String, String, String)> {
    let refused = person.log().await.into_iter().rev().filter_map(|entry| match entry.event {
        ActivityEvent::Refused { action, reason, .. } => Some((entry.actor_kind, action, reason)),
        _ => None,
    });
    refused.collect()
}

/// The second assignment repeats a refusal, and is counted.
const ACTIONS: [&str; 3] = ["tokens.create", "tokens.assign", "tokens.remove"];

struct Scene {
    house: House,
    ada: Person,
    maker: String,
    program: Program,
}

impl Scene {
    async fn of(house: House) -> Self {
        let cluster = Cluster::at("https://k8s.example:6443").unwrap();
        let house = house.with(|settings| settings.cluster = Some(cluster));
        let ada = house.found("Northwind", "ada@northwind.example").await;
        ada.create_namespace("dev").await;
        let program = ada.token("ci", &[], EVERY_SCOPE).await;
        Self { maker: ada.id().await, house, ada, program }
    }

    /// Asks everything as somebody whom all of it is refused to, for this reason; answers what the log tells of it.
    async fn all_refused(&self, context: &Context, slug: &str, refusal: &Refusal) -> Vec<(String, String, String)> {
        let logged = attempts(&self.ada).await.len();
        let before = self.house.rows(&["activity", "organizations"]).await;
        let (looks, writes) = ask(context, slug, &self.maker, &self.program).await;
        for (verb, answer) in looks.into_iter().chain(writes) {
            assert_eq!(answer.as_ref(), Err(refusal), "{verb}");
        }
        assert_eq!(self.house.rows(&["activity", "organizations"]).await, before);
        attempts(&self.ada).await.split_off(logged)
    }
}

fn lines(kind: &str, refusal: &Refusal) -> Vec<(String, String, String)> {
    ACTIONS.map(|action| (kind.to_owned(), action.to_owned(), refusal.code().to_owned())).into()
}

#[test]
fn a_member_who_is_no_admin_has_nothing_to_do_with_tokens() {
    on_both(async |house| {
        let scene = Scene::of(house).await;
        let bob = scene.ada.welcome("bob@northwind.example").await;
        let logged = scene.all_refused(&bob.context().await, &bob.slug, &Refusal::AdminsOnly).await;
        assert_eq!(logged, lines("user", &Refusal::AdminsOnly));
        // Nor has who was an admin until a moment ago.
        bob.become_role(Role::Admin).await.unwrap();
        let under_way = bob.context().await;
        bob.become_role(Role::Member).await.unwrap();
        scene.all_refused(&under_way, &bob.slug, &Refusal::AdminsOnly).await;
    });
}

#[test]
fn an_admin_who_was_switched_off_has_nothing_to_do_with_tokens() {
    on_both(async |house| {
        let scene = Scene::of(house).await;
        let bob = scene.ada.welcome_admin("bob@northwind.example").await;
        let under_way = bob.context().await;
        scene.ada.deactivate(&bob).await.unwrap();
        let logged = scene.all_refused(&under_way, &bob.slug, &Refusal::MembershipDeactivated).await;
        assert_eq!(logged, lines("user", &Refusal::MembershipDeactivated));
        assert_eq!(bob.member().await.status, Status::Deactivated);
    });
}

#[test]
fn an_admin_of_another_organization_finds_no_tokens_here() {
    on_both(async |house| {
        let scene = Scene::of(house).await;
        let carl = scene.house.found("Contoso", "carl@contoso.example").await;
        let context = carl.context().await;
        for slug in [scene.ada.slug.as_str(), "nowhere"] {
            assert!(scene.all_refused(&context, slug, &Refusal::NotFound).await.is_empty(), "strangers leave no line");
        }
        // Nor in their own organization, by the ids of ours.
        let (looks, writes) = ask(&context, &carl.slug, &scene.maker, &scene.program).await;
        let expected = [
            Ok(()),
            Err(Refusal::NotFound),
            Err(Refusal::NotFound),
            Err(Refusal::NotFound),
            Err(Refusal::TokenUnknown),
        ];
        assert_eq!(looks.into_iter().map(|(_, answer)| answer).collect::<Vec<_>>(), expected);
        let expected = [Ok(()), Err(Refusal::NotFound), Err(Refusal::NotFound), Err(Refusal::NotFound)];
        assert_eq!(writes.into_iter().map(|(_, answer)| answer).collect::<Vec<_>>(), expected);
        scene.program.identify().await.unwrap();
    });
}

#[test]
fn a_stranger_is_told_to_sign_in() {
    on_both(async |house| {
        let scene = Scene::of(house).await;
        let stranger = scene.house.stranger().await;
        for slug in [scene.ada.slug.as_str(), "nowhere"] {
            assert!(scene.all_refused(&stranger, slug, &Refusal::NotSignedIn).await.is_empty());
        }
    });
}

#[test]
fn no_token_sees_makes_assigns_or_removes_a_token_not_even_itself() {
    on_both(async |house| {
        let scene = Scene::of(house).await;
        let other = scene.ada.token("other", &[], NO_SCOPES).await;
        for program in [&scene.program, &other] {
            let logged = scene.all_refused(&program.context().await, &program.slug, &Refusal::PeopleOnly).await;
            assert_eq!(logged, lines("token", &Refusal::PeopleOnly));
        }
        let named: Vec<_> = scene.ada.log().await.iter().take(3).map(|entry| entry.actor_id).collect();
        assert_eq!(named, [Some(other.token.uuid()); 3]);
        let carl = scene.house.found("Contoso", "carl@contoso.example").await;
        let foreign = carl.token("foreign", &[], EVERY_SCOPE).await;
        for slug in [scene.ada.slug.as_str(), "nowhere"] {
            let logged = scene.all_refused(&foreign.context().await, slug, &Refusal::NotFound).await;
            assert!(logged.is_empty(), "a token of another organization leaves no line");
        }
        assert!(attempts(&carl).await.is_empty());
    });
}

/// The operator acts through the same gates, but has no password to prove and gives nothing on anybody's account.
#[test]
fn the_operator_sees_and_removes_tokens_and_makes_none() {
    on_both(async |house| {
        let scene = Scene::of(house).await;
        let operator = scene.house.operator();
        let before = scene.house.rows(&[]).await;
        let (id, slug) = (scene.program.id(), scene.ada.slug.as_str());
        let created = tokens::create(&operator, slug, &Default::default()).await.map(|created| created.listed);
        assert_eq!(refused(created), Refusal::PeopleOnly);
        assert_eq!(refused(tokens::assign(&operator, slug, &id, &texts(["dev"])).await), Refusal::PeopleOnly);
        assert_eq!(tokens::list(&operator, slug, None, None).await.unwrap().total, 1);
        tokens::find(&operator, slug, &id).await.unwrap();
        assert_eq!(tokens::made_by(&operator, slug, &scene.maker).await.unwrap().1, 1);
        assert_eq!(scene.house.rows(&[]).await, before);
        tokens::remove(&operator, slug, &id).await.unwrap();
        let entry = scene.ada.log().await.remove(0);
        assert_eq!((entry.event.code(), entry.actor_kind.as_str()), ("token.removed", "operator"));
        assert_eq!(refused(scene.program.identify().await), Refusal::TokenUnknown);
    });
}

#[test]
fn any_admin_assigns_and_removes_the_tokens_of_another() {
    on_both(async |house| {
        let scene = Scene::of(house).await;
        let bob = scene.ada.welcome_admin("bob@northwind.example").await;
        bob.assign(&scene.program, &["dev"]).await.unwrap();
        assert_eq!(scene.program.namespaces().await, ["northwind-dev"]);
        bob.remove(&scene.program).await.unwrap();
        assert_eq!(refused(scene.program.identify().await), Refusal::TokenUnknown);
        let entry = scene.ada.log().await.remove(0);
        assert_eq!(entry.actor_name, bob.email);
        let ActivityEvent::TokenRemoved { token, name } = entry.event else { panic!("{:?}", entry.event) };
        assert_eq!((token, name.unwrap().as_str()), (scene.program.secret.mask(), "ci"));
    });
}

//! Those who run the installation, and an installation with one of everybody: more words for the tests.

use crate::{bearers::*, people::*, tenants::Answers, tenants::why};
use domain::{
    Refusal,
    grant::Holder,
    letter::GATHERED,
    membership::Role,
    permission::Permission::{self, WritePods},
    time::Timestamp,
    token::Lifetime,
    told::Told,
};
use std::collections::BTreeMap;
use usecases::{
    Context, Error,
    cluster::{self, Lease, Outcome, Report, Standing},
    operator::{self, NewAccount, Verdict},
    requests::{self, Asked},
};

/// Who is to run the installation and has no account yet.
pub(crate) const ACCOUNT: NewAccount<'_> = NewAccount { first_name: "Olga", last_name: "Operator", password: PASSWORD };

impl House {
    /// Somebody who runs the installation and is in no organization.
    pub(crate) async fn runs(&self, email: &str) -> Person {
        operator::add(&self.operator(), email, Some(ACCOUNT)).await.unwrap();
        self.sign_in(email, "", PASSWORD).await.unwrap()
    }

    /// The secret of a program of the operator's.
    pub(crate) async fn operators_program(&self, name: &str) -> String {
        operator::make_credential(&self.operator(), name).await.unwrap().1
    }

    /// As [`refused`]; and nothing was changed in any table, not even a line of a log added.
    pub(crate) async fn refuses<T>(&self, act: impl Future<Output = Result<T, Error>>) -> Refusal {
        let before = self.rows(&[]).await;
        let refusal = refused(act.await);
        assert_eq!(self.rows(&[]).await, before, "{refusal:?}");
        refusal
    }

    /// All rows but those of the organizations' logs, where refused attempts of their own people stand.
    pub(crate) async fn rows_but_log(&self) -> BTreeMap<String, Vec<String>> {
        self.rows(&["activity", "organizations"]).await
    }

    /// What the controller says when it holds deletions back.
    pub(crate) async fn hold_deletions(&self, slug: &str, deletions: u64, of: u64) {
        let organization = self.organization(slug).await;
        let report = Report {
            organization: organization.id,
            version: organization.version,
            outcome: Outcome::Held { deletions, of },
            withdrawn: false,
            troubles: Vec::new(),
            drifts: Vec::new(),
        };
        cluster::report(&self.installation, &report).await.unwrap();
    }

    /// What the controller that writes says of the cluster: so much of our count it remembers beyond what is counted here.
    pub(crate) async fn remembers(&self, beyond: i64) -> Option<Told> {
        let told = cluster::told(&self.installation).await.unwrap().unwrap();
        let remembered = Told::new(told.line, told.count() + beyond).unwrap();
        self.says(Some(remembered)).await
    }

    /// The same of any count. Answers what is counted here.
    pub(crate) async fn says(&self, remembered: Option<Told>) -> Option<Told> {
        let (identity, lease) = ("one".to_owned(), Lease::Ours);
        let standing = Standing { identity, connected: true, version: None, lease, remembered };
        cluster::stands(&self.installation, &standing).await.unwrap()
    }
}

impl Person {
    /// A request from this person's browser, as the operator.
    pub(crate) async fn acting(&self) -> Context {
        self.context().await.acting_as_operator().unwrap()
    }

    /// This person, as the holder of grants.
    pub(crate) async fn holder(&self) -> Holder {
        Holder::Member(self.member().await.id)
    }

    pub(crate) async fn ask(&self, asked: Asked, reason: &str) -> Result<String, Error> {
        Ok(requests::file(&self.context().await, &self.slug, asked, reason).await?.id.to_string())
    }

    pub(crate) async fn ask_for_namespaces(&self, limit: u32) -> String {
        self.ask(Asked::NamespaceLimit { limit }, "We grow.").await.unwrap()
    }
}

/// An installation with one of everybody.
pub(crate) struct Scene {
    /// The founder.
    pub(crate) ada: Person,
    /// An admin.
    pub(crate) bob: Person,
    /// A member.
    pub(crate) eve: Person,
    /// Who is switched off.
    pub(crate) joe: Person,
    pub(crate) program: Program,
    /// The founder of another organization.
    pub(crate) carl: Person,
    /// An operator, and a member of nothing.
    pub(crate) olga: Person,
    pub(crate) request: String,
    credential: String,
    letter: String,
    /// When it was noticed that a backup was restored.
    noticed: Timestamp,
    ids: [String; 3],
}

impl Scene {
    pub(crate) async fn of(house: &House) -> Self {
        let ada = house.found("Northwind", "ada@northwind.example").await;
        for label in ["dev", "live"] {
            ada.create_namespace(label).await;
        }
        let bob = ada.welcome_admin("bob@northwind.example").await;
        let eve = ada.welcome("eve@northwind.example").await;
        let joe = ada.welcome("joe@northwind.example").await;
        ada.deactivate(&joe).await.unwrap();
        let program = ada.token("ci", &["dev"], EVERY_SCOPE).await;
        let carl = house.found("Contoso", "carl@contoso.example").await;
        house.advance(GATHERED);
        let olga = house.runs("olga@bailiwick.example").await;
        house.post().await;
        let request = ada.ask_for_namespaces(30).await;
        house.hold_deletions(&ada.slug, 40, 50).await;
        let (credential, _) = operator::make_credential(&house.operator(), "nightly").await.unwrap();
        let letter = operator::mail(&house.operator(), "").await.unwrap().letters[0].id.to_string();
        let ids = [bob.id().await, eve.id().await, joe.id().await];
        let credential = credential.to_string();
        house.remembers(1).await;
        let noticed = house.now();
        Self { ada, bob, eve, joe, program, carl, olga, request, credential, letter, noticed, ids }
    }

    /// Every act on an organization, in an order in which an operator may do all of them.
    pub(crate) async fn acts(&self, by: &Context) -> Answers {
        let (slug, [bob, eve, joe]) = (self.ada.slug.as_str(), &self.ids);
        let holder = Holder::Member(eve.parse().unwrap());
        let give = async |permission: Permission| {
            operator::give(by, slug, holder, "dev", permission, Lifetime::EightHours).await
        };
        vec![
            ("operator::change_role", why(operator::change_role(by, slug, eve, Role::Admin).await)),
            ("operator::change_role back", why(operator::change_role(by, slug, bob, Role::Member).await)),
            ("operator::change_founder", why(operator::change_founder(by, slug, eve).await)),
            ("operator::give", why(give(WritePods).await)),
            ("operator::take", why(operator::take(by, slug, holder, "dev", WritePods).await)),
            ("operator::limit_namespaces", why(operator::limit_namespaces(by, slug, 20).await)),
            ("operator::limit_members", why(operator::limit_members(by, slug, Some(50)).await)),
            ("operator::adopt", why(operator::adopt(by, slug, "team-a").await)),
            ("operator::delete", why(operator::delete(by, slug, "live").await)),
            ("operator::suspend", why(operator::suspend(by, slug, "unpaid").await)),
            ("operator::resume", why(operator::resume(by, slug).await)),
            ("operator::confirm_deletions", why(operator::confirm_deletions(by, slug).await)),
            ("operator::remove_user", why(operator::remove_user(by, slug, joe).await)),
        ]
    }

    /// Every act on the installation as a whole, and the decision of a request, which names no organization either.
    pub(crate) async fn acts_on_all(&self, by: &Context) -> Answers {
        let oscar = "oscar@bailiwick.example";
        vec![
            ("operator::decide", why(operator::decide(by, &self.request, Verdict::Approve, "fine").await)),
            ("operator::add", why(operator::add(by, oscar, Some(ACCOUNT)).await)),
            ("operator::remove", why(operator::remove(by, oscar).await)),
            ("operator::make_credential", why(operator::make_credential(by, "weekly").await)),
            ("operator::end_credential", why(operator::end_credential(by, &self.credential).await)),
            ("operator::set_sign_ups", why(operator::set_sign_ups(by, false).await)),
            ("operator::retry_mail", why(operator::retry_mail(by, &self.letter).await)),
            ("operator::retry_all_mail", why(operator::retry_all_mail(by).await)),
            ("operator::confirm_restore", why(operator::confirm_restore(by, &self.noticed.to_string()).await)),
        ]
    }

    /// Everything that operators see.
    pub(crate) async fn looks(&self, by: &Context) -> Answers {
        let slug = self.ada.slug.as_str();
        vec![
            ("operator::overview", why(operator::overview(by).await)),
            ("operator::organizations", why(operator::organizations(by, "", "").await)),
            ("operator::details", why(operator::details(by, slug).await)),
            ("operator::requests", why(operator::requests(by, true, "").await)),
            ("operator::cluster", why(operator::cluster(by).await)),
            ("operator::mail", why(operator::mail(by, "").await)),
            ("operator::activity", why(operator::activity(by, "").await)),
            ("operator::list", why(operator::list(by).await)),
            ("operator::credentials", why(operator::credentials(by).await)),
        ]
    }
}

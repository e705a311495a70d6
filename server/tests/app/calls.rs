//! Every function of the API, what it is asked with, and what it answers to whom. A function without a line fails a test.

use crate::{
    browser::{Answer, Browser, Person},
    house::{House, PASSWORD},
};
use domain::membership::Role;

#[path = "calls_of_operators.rs"]
mod of_operators;

/// Who asks, in the order of the columns below.
pub(crate) const ASKERS: [&str; 9] = [
    "anonymous",
    "member",
    "admin",
    "founder",
    "admin of another organization",
    "deactivated, old cookie",
    "token",
    "token with every scope",
    "token of another organization",
];

/// Anybody may; only whoever is signed in; members; admins, and what a token may beside them; members who are people. What the
/// others get instead.
const ANYBODY: [u16; 9] = [200, 200, 200, 200, 200, 200, 200, 200, 200];
const LINK: [u16; 9] = [200, 200, 200, 200, 200, 200, 403, 403, 404];
const SIGNED_IN: [u16; 9] = [401, 200, 200, 200, 200, 401, 403, 403, 403];
const MEMBERS: [u16; 9] = [401, 200, 200, 200, 404, 401, 200, 200, 404];
const ADMINS_AND_TOKENS: [u16; 9] = [401, 403, 200, 200, 404, 401, 200, 200, 404];
const ADMINS_AND_SCOPED_TOKENS: [u16; 9] = [401, 403, 200, 200, 404, 401, 403, 200, 404];
const ADMINS: [u16; 9] = [401, 403, 200, 200, 404, 401, 403, 403, 404];
const PEOPLE: [u16; 9] = [401, 200, 200, 200, 404, 401, 403, 403, 404];
/// Nobody of these: what an operator alone may do, who is at the column after them.
const OPERATORS: [u16; 9] = [401, 403, 403, 403, 403, 401, 403, 403, 403];
/// Where [`Cast::asker`] has the operator.
pub(crate) const OPERATOR: usize = ASKERS.len();
const TOKENS: [u16; 9] = [401, 401, 401, 401, 401, 401, 200, 200, 200];

pub(crate) struct Call {
    pub(crate) method: &'static str,
    pub(crate) function: &'static str,
    /// What is sent; each word in braces is made for this very request by [`Cast::fill`].
    pub(crate) fields: &'static str,
    /// The status for each of [`ASKERS`].
    pub(crate) answers: [u16; 9],
}

const fn get(function: &'static str, fields: &'static str, answers: [u16; 9]) -> Call {
    Call { method: "GET", function, fields, answers }
}

const fn post(function: &'static str, fields: &'static str, answers: [u16; 9]) -> Call {
    Call { method: "POST", function, fields, answers }
}

pub(crate) const CALLS: [Call; 117] = [
    post(
        "sessions/sign-up",
        "organization_name=Eastwind&first_name=E&last_name=W&email={address}&password={password}",
        ANYBODY,
    ),
    post("sessions/verify-preview", "secret={verification}", ANYBODY),
    post("sessions/verify", "secret={verification}", ANYBODY),
    post("sessions/sign-in", "email={account}&password={password}", ANYBODY),
    post("sessions/sign-out", "", ANYBODY),
    get("sessions/current", "", SIGNED_IN),
    get("sessions/door", "", ANYBODY),
    post("sessions/forgot-password", "email={account}", ANYBODY),
    post("sessions/reset-preview", "secret={reset}", ANYBODY),
    post("sessions/reset-password", "secret={reset}&password={new password}", ANYBODY),
    get("account/page", "", SIGNED_IN),
    post("account/rename", "first_name=New&last_name=Name", SIGNED_IN),
    post("account/confirm-password", "current_password={password}", SIGNED_IN),
    post("account/change-password", "current_password={password}&password={new password}", SIGNED_IN),
    get("account/sessions", "", SIGNED_IN),
    post("account/end-session", "session={own session}", SIGNED_IN),
    post("account/end-other-sessions", "", SIGNED_IN),
    get("members/list", "organization=northwind&search=a&status=active&sort=-email&limit=5", MEMBERS),
    get("members/list", "organization=northwind&role=member&sort=-joined&limit=5", MEMBERS),
    get("members/list", "organization=northwind&namespace={namespace}&sort=name", ADMINS_AND_TOKENS),
    get("members/list", "organization=northwind&sort=-last_active", ADMINS_AND_TOKENS),
    get("members/page", "organization=northwind&search=a&status=active&sort=-email&to=previous&limit=5", MEMBERS),
    post("members/deactivate", "organization=northwind&member={member}", ADMINS_AND_SCOPED_TOKENS),
    post("members/reactivate", "organization=northwind&member={switched off}", ADMINS_AND_SCOPED_TOKENS),
    post("members/end-sessions", "organization=northwind&member={member}", ADMINS),
    post("invitations/send", "organization=northwind&emails[]={address}&namespaces[]=", ADMINS_AND_SCOPED_TOKENS),
    get("invitations/link", "organization=northwind&invitation={invitation}", ADMINS_AND_SCOPED_TOKENS),
    post("invitations/resend", "organization=northwind&invitation={invitation}", ADMINS_AND_SCOPED_TOKENS),
    post("invitations/revoke", "organization=northwind&invitation={invitation}", ADMINS_AND_SCOPED_TOKENS),
    post("invitations/preview", "secret={link}", ANYBODY),
    post("invitations/page", "secret={link}", ANYBODY),
    post("invitations/accept", "secret={link}&first_name=New&last_name=Comer&password={password}", LINK),
    get("grants/of", "organization=northwind&member={member}", ADMINS_AND_TOKENS),
    get("grants/of", "organization=northwind&member={own member}", MEMBERS),
    post(
        "grants/save",
        "organization=northwind&member={member}&namespaces[]=&version={version}",
        ADMINS_AND_SCOPED_TOKENS,
    ),
    post("grants/give", "organization=northwind&namespace={namespace}&member={member}", ADMINS_AND_SCOPED_TOKENS),
    post("grants/take", "organization=northwind&namespace={namespace}&member={ticked}", ADMINS_AND_SCOPED_TOKENS),
    get("grants/matrix", "organization=northwind&search=a&limit=5", ADMINS_AND_TOKENS),
    get("grants/lacking", "organization=northwind&namespace={namespace}&search=a", ADMINS_AND_TOKENS),
    get("access/of", "organization=northwind&member={member}", ADMINS_AND_TOKENS),
    get("access/of", "organization=northwind&member={own member}", MEMBERS),
    get("access/check-of", "organization=northwind&member={member}", ADMINS_AND_TOKENS),
    get("access/check-of", "organization=northwind&member={own member}", MEMBERS),
    get("access/in", "organization=northwind&namespace={namespace}&limit=5", ADMINS_AND_TOKENS),
    get("access/check-in", "organization=northwind&namespace={namespace}&limit=5", ADMINS_AND_TOKENS),
    get("namespaces/list", "organization=northwind", MEMBERS),
    get("namespaces/page", "organization=northwind", MEMBERS),
    post("namespaces/create", "organization=northwind&id={label}", ADMINS),
    get("tokens/list", "organization=northwind&limit=5", ADMINS),
    get("tokens/page", "organization=northwind", ADMINS),
    get("tokens/create-form", "organization=northwind", ADMINS),
    get("tokens/assign-form", "organization=northwind&token={token}", ADMINS),
    post(
        "tokens/create",
        "organization=northwind&name=ci&namespaces[]=&expires=8h&scopes[]=members&scopes[]=grants",
        ADMINS,
    ),
    get("tokens/made-by", "organization=northwind&member={member}", ADMINS),
    post("tokens/assign", "organization=northwind&token={token}&namespaces[]=", ADMINS),
    post("tokens/remove", "organization=northwind&token={token}", ADMINS),
    post("tokens/kubeconfig", "organization=northwind&secret={token secret}", ADMINS),
    get("tokens/current", "", TOKENS),
    post("logins/begin", "machine=laptop&organization={slug}", ANYBODY),
    get("logins/page", "code={user code}", SIGNED_IN),
    post("logins/approve", "organization=northwind&code={user code}", PEOPLE),
    post("logins/deny", "code={user code}", SIGNED_IN),
    post("logins/claim", "device_code={device code}", ANYBODY),
    post("logins/credential", "secret={login secret}", ANYBODY),
    post("logins/log-out", "secret={login secret}", ANYBODY),
    get("logins/list", "", SIGNED_IN),
    post("logins/end", "login={own login}", SIGNED_IN),
    post("logins/kubeconfig", "organization=northwind", PEOPLE),
    post(
        "grants/limit",
        "organization=northwind&namespace={namespace}&member={ticked}&lasts=8h",
        ADMINS_AND_SCOPED_TOKENS,
    ),
    get("requests/list", "organization=northwind", ADMINS),
    get("requests/page", "organization=northwind", ADMINS),
    post("requests/file", "organization=northwind&kind=adopt_namespace&namespace={label}&reason=We grow", ADMINS),
    get("requests/question", "organization=northwind&kind=make_admin&member={member}", ADMINS),
    post("requests/withdraw", "organization=northwind&request={request}", ADMINS),
    get("operator/overview", "", OPERATORS),
    get("operator/overview-page", "", OPERATORS),
    get("operator/organizations", "search=north", OPERATORS),
    get("operator/organization", "organization={slug}", OPERATORS),
    get("operator/organizations-page", "search=north", OPERATORS),
    get("operator/organization-page", "organization={slug}&search=a", OPERATORS),
    get("operator/requests", "all=true", OPERATORS),
    get("operator/requests-page", "all=true", OPERATORS),
    get("operator/request", "request={request}", OPERATORS),
    get("operator/cluster", "", OPERATORS),
    get("operator/cluster-page", "", OPERATORS),
    get("operator/mail", "", OPERATORS),
    get("operator/mail-page", "", OPERATORS),
    get("operator/activity", "", OPERATORS),
    post("operator/make-admin", "organization={slug}&member={member}", OPERATORS),
    post("operator/take-admin", "organization={slug}&member={second admin}", OPERATORS),
    post("operator/change-founder", "organization={spare}&member={heir}", OPERATORS),
    post(
        "operator/give-permission",
        "organization={slug}&namespace={namespace}&member={member}&permission=w:pods&lasts=8h",
        OPERATORS,
    ),
    post(
        "operator/take-permission",
        "organization={slug}&namespace={namespace}&member={privileged}&permission=w:full",
        OPERATORS,
    ),
    post("operator/limit-namespaces", "organization={slug}&limit=500", OPERATORS),
    post("operator/limit-members", "organization={slug}&limit=5000", OPERATORS),
    get("operator/person", "organization={slug}&member={switched off}&removing=true", OPERATORS),
    get("operator/preview-removal", "organization={slug}&member={switched off}", OPERATORS),
    post("operator/remove-user", "organization={slug}&member={switched off}", OPERATORS),
    post("operator/adopt-namespace", "organization={slug}&namespace={label}", OPERATORS),
    post("operator/delete-namespace", "organization={spare}&namespace={doomed}", OPERATORS),
    post("operator/suspend", "organization={spare}&reason=the bill is open", OPERATORS),
    post("operator/resume", "organization={suspended}", OPERATORS),
    post("operator/confirm-deletions", "organization={holding}", OPERATORS),
    post("operator/approve", "request={request}&note=done", OPERATORS),
    post("operator/decline", "request={request}&note=not now", OPERATORS),
    get("operator/operators", "", OPERATORS),
    post("operator/add-operator", "email={account}", OPERATORS),
    post("operator/remove-operator", "email={fellow}", OPERATORS),
    get("operator/credentials", "", OPERATORS),
    post("operator/make-credential", "name=ci", OPERATORS),
    post("operator/end-credential", "credential={credential}", OPERATORS),
    post("operator/close-sign-ups", "", OPERATORS),
    post("operator/open-sign-ups", "", OPERATORS),
    post("operator/retry-mail", "", OPERATORS),
    post("operator/confirm-restore", "since={noticed}", OPERATORS),
    get("activity/list", "organization=northwind&code=member.deactivated&since=2026-01-01&limit=5", ADMINS_AND_TOKENS),
    get("activity/page", "organization=northwind&code=member.deactivated", ADMINS_AND_TOKENS),
];

/// Two organizations and one of everybody.
pub(crate) struct Cast {
    pub(crate) house: House,
    pub(crate) founder: Person,
    pub(crate) admin: Person,
    pub(crate) member: Person,
    /// The admin of Southwind.
    pub(crate) stranger: Person,
    /// Of a member who was signed in when they were deactivated.
    pub(crate) old_cookie: String,
    /// Who is a member of nothing.
    pub(crate) operator: Person,
    /// Secrets of three tokens: without a scope, with every scope, and of Southwind with every scope.
    pub(crate) tokens: [String; 3],
}

pub(crate) type Fields = Vec<(String, String)>;

impl Cast {
    /// One of [`ASKERS`], each time at a browser of their own.
    pub(crate) async fn asker(&self, column: usize) -> Browser {
        match column {
            0 => self.house.anonymous(),
            1 => self.member.elsewhere().await.browser,
            2 => self.admin.elsewhere().await.browser,
            3 => self.founder.elsewhere().await.browser,
            4 => self.stranger.elsewhere().await.browser,
            6..=8 => self.house.program(&self.tokens[column - 6]),
            OPERATOR => self.operator.elsewhere().await.browser,
            _ => {
                let browser = self.house.anonymous();
                browser.take_cookie(self.house.cookie_name(), &self.old_cookie);
                browser
            }
        }
    }

    /// Fields as they stand in [`CALLS`], with something fresh and valid for each word in braces.
    pub(crate) async fn fill(&self, fields: &str, asker: usize) -> Fields {
        let mut filled = Fields::new();
        let mut member = None;
        for field in fields.split('&').filter(|field| !field.is_empty()) {
            let (name, value) = field.split_once('=').unwrap();
            let value = match value {
                "{password}" => PASSWORD.to_owned(),
                "{new password}" => "seven quiet herons at dusk".to_owned(),
                "{address}" => self.new_address(),
                "{account}" => self.seated().await.email,
                "{namespace}" => {
                    // There the second time, and for whom else it is made it would be one too many.
                    let fields = [("organization", "northwind"), ("id", "shared")];
                    self.at_work().await.call("namespaces/create", &fields).await;
                    "northwind-shared".to_owned()
                }
                "{ticked}" => {
                    let member = member.insert(self.seated().await);
                    let (id, version) = (member.id().await, member.version().await.to_string());
                    let fields = [("organization", "northwind"), ("member", &id), ("version", &version)];
                    let fields = [&fields[..], &[("namespaces[]", "northwind-shared")]].concat();
                    assert_eq!(self.at_work().await.call("grants/save", &fields).await.status, 200);
                    id
                }
                "{request}" | "{second admin}" | "{heir}" | "{privileged}" | "{doomed}" | "{spare}" | "{suspended}"
                | "{holding}" | "{fellow}" | "{credential}" | "{noticed}" => self.of_operators(value, &filled).await,
                "{label}" => format!("lab-{}", self.house.next()),
                "{member}" => member.insert(self.seated().await).id().await,
                "{version}" => member.as_ref().unwrap().version().await.to_string(),
                "{own member}" if asker == 4 => self.founder.id().await,
                "{own member}" => self.asking(asker).id().await,
                "{switched off}" => {
                    let person = self.seated().await;
                    self.at_work().await.deactivate(&person).await;
                    person.id().await
                }
                "{own session}" => match asker {
                    0 | 5..=8 => self.at_work().await.session_id().await,
                    _ => self.asking(asker).elsewhere().await.session_id().await,
                },
                "{invitation}" => self.at_work().await.invite(&self.new_address()).await,
                "{link}" => {
                    let founder = self.at_work().await;
                    founder.copy_link(&founder.invite(&self.new_address()).await).await
                }
                "{token}" => self.at_work().await.create_token(&[]).await.id,
                "{token secret}" => self.at_work().await.create_token(&[]).await.secret,
                "{slug}" => "northwind".to_owned(),
                "{user code}" => self.house.begin_login().await.user_code,
                "{device code}" => {
                    let begun = self.house.begin_login().await;
                    self.at_work().await.approve(&begun).await;
                    begun.device_code
                }
                "{login secret}" => self.at_work().await.log_in().await.secret,
                "{own login}" => match asker {
                    0 | 5..=8 => self.at_work().await.log_in().await.id,
                    _ => self.asking(asker).elsewhere().await.log_in().await.id,
                },
                "{verification}" => {
                    let email = self.new_address();
                    let fields = self.sign_up_fields(&email);
                    assert_eq!(self.house.anonymous().call("sessions/sign-up", &fields).await.status, 200);
                    self.house.secret_to(&email).await
                }
                "{reset}" => {
                    let email = self.seated().await.email;
                    self.house.anonymous().call("sessions/forgot-password", &[("email", &email)]).await;
                    self.house.secret_to(&email).await
                }
                plain => plain.to_owned(),
            };
            filled.push((name.to_owned(), value));
        }
        filled
    }

    fn sign_up_fields<'a>(&self, email: &'a str) -> [(&'static str, &'a str); 5] {
        [
            ("organization_name", "Westwind"),
            ("first_name", "W"),
            ("last_name", "W"),
            ("email", email),
            ("password", PASSWORD),
        ]
    }

    /// The founder at a browser of their own: some calls end every other session.
    async fn at_work(&self) -> Person {
        self.founder.elsewhere().await
    }

    async fn seated(&self) -> Person {
        self.house.seat("northwind", Role::Member).await
    }

    /// The person of this column; the founder where it has none of Northwind.
    fn asking(&self, column: usize) -> &Person {
        match column {
            1 => &self.member,
            2 => &self.admin,
            4 => &self.stranger,
            _ => &self.founder,
        }
    }

    pub(crate) fn new_address(&self) -> String {
        format!("new-{}@elsewhere.example", self.house.next())
    }
}

impl Call {
    /// The column of somebody who gets what they ask for: the founder, or a token where people get nothing.
    pub(crate) fn may_be_asked_by(&self) -> usize {
        match self.answers {
            OPERATORS => OPERATOR,
            answers if answers[3] == 200 => 3,
            _ => 7,
        }
    }

    pub(crate) fn path(&self) -> String {
        format!("/api/v1/{}", self.function)
    }

    pub(crate) async fn ask(&self, browser: &Browser, fields: &Fields) -> Answer {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        match self.method {
            "GET" => browser.read(self.function, &fields).await,
            _ => browser.call(self.function, &fields).await,
        }
    }
}

//! What happened, as sentences: the organizations' logs, the operators', and a person's own.

use super::{count, list, machine, time};
use domain::{
    activity::ActivityEvent,
    operator::OperatorEvent,
    text::{NamespaceName, Remark, TokenName},
    token::Mask,
};

fn with(namespaces: &[NamespaceName]) -> String {
    if namespaces.is_empty() { "without namespaces".into() } else { format!("with {}", list(namespaces)) }
}

fn grants_changed(whose: &str, added: &[NamespaceName], removed: &[NamespaceName]) -> String {
    match (added, removed) {
        (added, []) => format!("gave {whose} access to {}", list(added)),
        ([], removed) => format!("took access to {} from {whose}", list(removed)),
        (added, removed) => format!("gave {whose} access to {} and took {} away", list(added), list(removed)),
    }
}

fn called(token: &Mask, name: Option<&TokenName>) -> String {
    name.map_or_else(|| token.to_string(), |name| format!("“{name}” ({token})"))
}

/// What happened, as a sentence that follows the name of who did it.
pub fn event(event: &ActivityEvent) -> String {
    match event {
        ActivityEvent::OrganizationCreated { name } => format!("created the organization {name}"),
        ActivityEvent::InvitationSent { email, namespaces } => format!("invited {email} {}", with(namespaces)),
        ActivityEvent::InvitationResent { email } => format!("sent the invitation of {email} again"),
        ActivityEvent::InvitationRevoked { email } => format!("revoked the invitation of {email}"),
        ActivityEvent::InvitationAccepted { namespaces, .. } => {
            format!("accepted the invitation and joined {}", with(namespaces))
        }
        ActivityEvent::MemberDeactivated { email } => format!("deactivated {email}"),
        ActivityEvent::MemberReactivated { email } => format!("reactivated {email}"),
        ActivityEvent::MemberSessionsEnded { email } => format!("signed {email} out everywhere"),
        ActivityEvent::MemberRoleChanged { email, admin: true } => format!("made {email} an admin"),
        ActivityEvent::MemberRoleChanged { email, admin: false } => format!("took the role of admin from {email}"),
        ActivityEvent::GrantsChanged { email, added, removed } => grants_changed(email.as_str(), added, removed),
        ActivityEvent::TokenCreated { token, name, namespaces, scopes, expires_at } => {
            let until = expires_at.map_or_else(|| "never expires".to_owned(), |at| format!("expires on {}", time(at)));
            let scopes: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
            let manages = if scopes.is_empty() { String::new() } else { format!(", may change {}", list(&scopes)) };
            format!("created the token {} {}; it {until}{manages}", called(token, name.as_ref()), with(namespaces))
        }
        ActivityEvent::TokenAssigned { token, name, added, removed } => {
            grants_changed(&format!("the token {}", called(token, name.as_ref())), added, removed)
        }
        ActivityEvent::TokenRemoved { token, name } => format!("removed the token {}", called(token, name.as_ref())),
        ActivityEvent::PermissionGiven { whose, namespace, permission, ends_at } => {
            let until = ends_at.map(|at| format!(" until {}", time(at))).unwrap_or_default();
            format!("gave {whose} {permission} in {namespace}{until}")
        }
        ActivityEvent::PermissionRevoked { whose, namespace, permission } => {
            format!("took {permission} in {namespace} back from {whose}")
        }
        ActivityEvent::PermissionEnded { whose, namespace, permission } => {
            format!("ended {permission} of {whose} in {namespace}: its time was over")
        }
        ActivityEvent::GrantLimited { whose, namespace, ends_at: Some(at) } => {
            format!("limited the access of {whose} to {namespace}: it ends on {}", time(*at))
        }
        ActivityEvent::GrantLimited { whose, namespace, ends_at: None } => {
            format!("let the access of {whose} to {namespace} stay without an end")
        }
        ActivityEvent::GrantEnded { whose, namespace } => {
            format!("ended the access of {whose} to {namespace}: its time was over")
        }
        ActivityEvent::FounderChanged { email } => format!("made {email} the founder"),
        ActivityEvent::NamespaceLimitChanged { limit } => format!("set the limit of namespaces to {limit}"),
        ActivityEvent::MemberLimitChanged { limit: Some(limit) } => {
            format!("set the limit of active members to {limit}")
        }
        ActivityEvent::MemberLimitChanged { limit: None } => "took the limit of active members away".to_owned(),
        ActivityEvent::UserRemoved { name } => format!("removed {name} completely"),
        ActivityEvent::NamespaceAdopted { namespace } => format!("adopted the namespace {namespace}"),
        ActivityEvent::NamespaceDeleted { namespace } => format!("deleted the namespace {namespace}"),
        ActivityEvent::OrganizationSuspended { reason } => {
            format!("suspended the organization{}", said(reason.as_ref()))
        }
        ActivityEvent::OrganizationResumed => "resumed the organization".to_owned(),
        ActivityEvent::RequestFiled { wish, reason } => format!("asked the operator: {wish}. The reason: {reason}"),
        ActivityEvent::RequestWithdrawn { wish } => format!("took a request back: {wish}"),
        ActivityEvent::RequestApproved { wish, note } => format!("approved a request: {wish}{}", said(note.as_ref())),
        ActivityEvent::RequestDeclined { wish, note } => format!("declined a request: {wish}{}", said(note.as_ref())),
        ActivityEvent::DeletionsConfirmed { deletions } => {
            format!("confirmed {} in the cluster that were held back", count(*deletions, "deletion", "deletions"))
        }
        ActivityEvent::LoginApproved { machine: name } => {
            format!("let {} into the cluster in their own name", machine(name.as_ref()))
        }
        ActivityEvent::NamespaceCreated { namespace } => format!("created the namespace {namespace}"),
        ActivityEvent::Refused { action, reason, times } => {
            format!("tried to {}, which was refused: {}{}", attempt(action), reason.replace('_', " "), repeated(*times))
        }
    }
}

/// How often, where it was more than once.
pub fn repeated(times: u64) -> String {
    if times > 1 { format!(" ({times} times)") } else { String::new() }
}

/// What somebody wrote beside it.
fn said(remark: Option<&Remark>) -> String {
    remark.map(|remark| format!(". They wrote: {remark}")).unwrap_or_default()
}

/// What an operator did to the installation itself, as a sentence that follows their name.
pub fn operator_event(event: &OperatorEvent) -> String {
    match event {
        OperatorEvent::Added { email } => format!("made {email} an operator"),
        OperatorEvent::Removed { email } => format!("took the role of operator from {email}"),
        OperatorEvent::CredentialMade { name } => format!("made the credential “{name}” for a program"),
        OperatorEvent::CredentialEnded { name } => format!("ended the credential “{name}”"),
        OperatorEvent::SignUpsOpened => "opened sign-ups".to_owned(),
        OperatorEvent::SignUpsClosed => "closed sign-ups".to_owned(),
        OperatorEvent::UserRemoved { name } => format!("removed {name} completely"),
        OperatorEvent::RestoreConfirmed => "had the cluster follow the database as it was restored".to_owned(),
        OperatorEvent::MailRetried { letters } => format!("had {} sent again", count(*letters, "mail", "mails")),
    }
}

fn attempt(action: &str) -> &str {
    match action {
        "activity.list" => "read the activity",
        "grants.of" => "see somebody's namespaces",
        "invitations.send" => "invite somebody",
        "invitations.link" => "copy an invitation link",
        "invitations.resend" => "send an invitation again",
        "invitations.revoke" => "revoke an invitation",
        "members.deactivate" => "deactivate a member",
        "members.reactivate" => "reactivate a member",
        "members.role" => "change a role",
        "grants.save" => "change somebody's namespaces",
        "namespaces.create" => "create a namespace",
        "tokens.list" => "see the API access tokens",
        "tokens.create" => "create a token",
        "tokens.assign" => "change a token's namespaces",
        "tokens.remove" => "remove a token",
        "logins.approve" => "let a machine into the cluster",
        "grants.limit" => "limit somebody's access",
        "requests.list" => "see the requests",
        "requests.file" => "ask the operator",
        "requests.withdraw" => "withdraw a request",
        "requests.decide" => "decide a request",
        "members.founder" => "change the founder",
        "permissions.give" => "give a withheld permission",
        "permissions.take" => "take a withheld permission",
        "limits.change" => "change a limit",
        "users.remove" => "remove a person",
        "namespaces.adopt" => "adopt a namespace",
        "namespaces.delete" => "delete a namespace",
        "organization.suspend" => "suspend the organization",
        "organization.resume" => "resume the organization",
        "deletions.confirm" => "confirm deletions",
        other => other,
    }
}

/// What a code means, for the filter of the activity page.
pub fn event_kind(code: &str) -> &str {
    match code {
        "organization.created" => "Organization created",
        "invitation.sent" => "Invitation sent",
        "invitation.resent" => "Invitation sent again",
        "invitation.revoked" => "Invitation revoked",
        "invitation.accepted" => "Invitation accepted",
        "member.deactivated" => "Member deactivated",
        "member.reactivated" => "Member reactivated",
        "member.sessions_ended" => "Member signed out",
        "member.role_changed" => "Role changed",
        "grants.changed" => "Namespaces changed",
        "namespace.created" => "Namespace created",
        "token.created" => "Token created",
        "token.assigned" => "Token's namespaces changed",
        "token.removed" => "Token removed",
        "login.approved" => "Machine let in",
        "permission.given" => "Withheld permission given",
        "permission.revoked" => "Withheld permission revoked",
        "permission.ended" => "Withheld permission ended",
        "grant.limited" => "Access limited in time",
        "grant.ended" => "Access ended",
        "founder.changed" => "Founder changed",
        "limit.namespaces" => "Limit of namespaces changed",
        "limit.members" => "Limit of members changed",
        "user.removed" => "Person removed",
        "namespace.adopted" => "Namespace adopted",
        "namespace.deleted" => "Namespace deleted",
        "organization.suspended" => "Organization suspended",
        "organization.resumed" => "Organization resumed",
        "request.filed" => "Request filed",
        "request.withdrawn" => "Request withdrawn",
        "request.approved" => "Request approved",
        "request.declined" => "Request declined",
        "deletions.confirmed" => "Deletions confirmed",
        "refused" => "Refused attempt",
        other => other,
    }
}

/// A line of a person's own log.
pub fn account_event(code: &str) -> &str {
    match code {
        "created" => "Account created",
        "signed_in" => "Signed in",
        "signed_out" => "Signed out",
        "sign_in_failed" => "Wrong password given",
        "names_changed" => "Names changed",
        "password_changed" => "Password changed",
        "password_rehashed" => "Password stored more strongly",
        "password_reset_requested" => "Password reset asked for",
        "password_reset" => "Password reset",
        "sessions_ended" => "Other sessions ended",
        "confirmed" => "Password confirmed",
        "login_approved" => "A machine let into the cluster",
        "login_denied" => "A machine turned away from the cluster",
        "login_claimed" => "A machine took its access to the cluster",
        "login_ended" => "A machine's access to the cluster ended",
        "sign_up_requested" => "Sign-up asked for with this address",
        other => other,
    }
}

//! Every sentence that explains a refusal or an event, in one place. Each says what to do next.

use domain::{
    Refusal,
    activity::ActivityEvent,
    text::{NamespaceName, Problem, TokenName},
    time::Timestamp,
    token::Mask,
};

/// `a`, `a and b`, `a, b and c`.
pub fn list<T: ToString>(items: &[T]) -> String {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    match items.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

pub fn count(n: u64, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

/// `23 Nov 2026, 09:30 UTC`.
pub fn time(at: Timestamp) -> String {
    match at.calendar() {
        Some((year, month, day, hour, minute)) => {
            format!("{day} {} {year}, {hour:02}:{minute:02} UTC", MONTHS[usize::from(month) - 1])
        }
        None => at.to_rfc3339(),
    }
}

/// `23 Nov 2026`.
pub fn day(at: Timestamp) -> String {
    match at.calendar() {
        Some((year, month, day, ..)) => format!("{day} {} {year}", MONTHS[usize::from(month) - 1]),
        None => at.to_rfc3339(),
    }
}

/// How far a point in time is from now, either way: `2 minutes ago`, `in 90 days`. What is long past is told by its day.
pub fn relative(at: Timestamp, now: Timestamp) -> String {
    const LONG_AGO: u64 = 30;
    let past = at <= now;
    let seconds = (if past { now.since(at) } else { at.since(now) }).as_secs_f64();
    // To the nearest: what was just made for 90 days has a little less than 90 left.
    let [minutes, hours, days] = [60.0, 3_600.0, 86_400.0].map(|unit| (seconds / unit).round() as u64);
    let distance = match (minutes, hours, days) {
        _ if seconds < 60.0 => return if past { "just now" } else { "in less than a minute" }.to_owned(),
        (..60, ..) => count(minutes, "minute", "minutes"),
        (_, ..24, _) => count(hours, "hour", "hours"),
        _ if past && days > LONG_AGO => return day(at),
        _ => count(days, "day", "days"),
    };
    if past { format!("{distance} ago") } else { format!("in {distance}") }
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// What a field is called on the page.
fn field_name(field: &str) -> &str {
    match field {
        "organization_name" => "The organization's name",
        "first_name" => "The first name",
        "last_name" => "The last name",
        "email" | "emails" => "The email address",
        "password" => "The password",
        "current_password" => "The present password",
        "id" => "The namespace's name",
        "since" | "until" => "The date",
        "name" => "The token's name",
        "expires" => "The time until it expires",
        "scopes" => "The scope",
        "cursor" => "The place in the list",
        _ => "This",
    }
}

/// One problem of one field, as a whole sentence.
pub fn problem(field: &str, problem: Problem) -> String {
    let name = field_name(field);
    match problem {
        Problem::Empty | Problem::Missing if field == "emails" => "Type at least one email address.".into(),
        Problem::Empty | Problem::Missing => format!("{name} is empty. Fill it in."),
        Problem::TooLong { most } => format!("{name} is too long: {most} characters at most."),
        Problem::TooShort { least } => {
            format!("{name} is too short: at least {least} characters. A few words in a row are good.")
        }
        Problem::Invisible => {
            format!("{name} has characters that can't be seen, such as a line break. Type it again by hand.")
        }
        Problem::NotAnAddress => "This is no email address. It looks like someone@email.com.".into(),
        Problem::NotDnsSafe => format!(
            "{name} may have lower-case letters, digits and hyphens, and begins and ends with a letter or digit."
        ),
        Problem::CommonPassword => {
            "Everybody tries this password. Take a few words that have nothing to do with each other.".into()
        }
        Problem::PasswordFromNames => {
            "This password is made of your own names or address. Take words that nobody would guess of you.".into()
        }
        Problem::NotATime => "This is no date. Write it as 2026-11-23.".into(),
        Problem::Unknown if field == "current_password" => {
            "This is not your present password. Try again, or sign out and reset it.".into()
        }
        Problem::Unknown => format!("{name} is none that Bailiwick knows. Go back and start again."),
    }
}

pub fn refusal(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotSignedIn => "You are not signed in, or your session has ended. Sign in and try again.".into(),
        Refusal::NotFound => "There is nothing here that you can see. Check the address, or ask an admin for access.".into(),
        Refusal::AdminsOnly => "Only an admin of this organization can do this. Ask one of them.".into(),
        Refusal::OperatorOnly => "Only the operator of this installation can do this. Ask them.".into(),
        Refusal::MembershipDeactivated => "Your membership in this organization is switched off. Ask one of its admins to reactivate it.".into(),
        Refusal::AccountDeactivated { organizations } => {
            format!("Your account is deactivated in {}. Ask an admin there to reactivate it.", list(organizations))
        }
        Refusal::WrongCredentials => "The email address or the password is wrong. Try again, or reset your password.".into(),
        Refusal::ReauthenticationRequired => "Your sign-in is older than ten minutes. Enter your password again, then repeat this.".into(),
        Refusal::TokenMalformed => "This is no token of Bailiwick, or a character in it is wrong. Copy it again, all of it.".into(),
        Refusal::TokenUnknown => "This token was removed, or never existed. Ask an admin of the organization for a new one.".into(),
        Refusal::TokenExpired { at } => {
            format!("This token expired on {}. Ask an admin of the organization for a new one.", time(*at))
        }
        Refusal::ScopeMissing { scope } => {
            format!("This token lacks the scope {}. Ask an admin for a token that has it.", scope.as_str())
        }
        Refusal::PeopleOnly => "No token can do this; it takes a person. Sign in with your own account.".into(),
        Refusal::TokenLifetime { most } => {
            format!("Tokens live for {} at most on this installation. Choose a shorter time.", most.words())
        }
        Refusal::NoCluster => "No cluster is connected, so there is no kubeconfig. The operator can connect one.".into(),
        Refusal::SignUpsClosed => "Sign-up is closed on this installation. Ask an admin of your organization to invite you.".into(),
        Refusal::FounderStays => "The founder can't be deactivated. The operator can make somebody else the founder.".into(),
        Refusal::OwnMembership => "You can't deactivate yourself. Ask another admin to do it.".into(),
        Refusal::LastActiveAdmin => "This is the last active admin, and an organization always keeps one. Make somebody else an admin first.".into(),
        Refusal::AlreadyDeactivated => "This member is deactivated already. Reload the page to see the present state.".into(),
        Refusal::AlreadyActive => "This member is active already. Reload the page to see the present state.".into(),
        Refusal::InvitationExpired { at } => {
            format!("This invitation ended on {}. Ask whoever invited you to send it again; the same link will work.", time(*at))
        }
        Refusal::InvitationRevoked => "This invitation was revoked. Ask an admin of the organization for a new one.".into(),
        Refusal::InvitationAccepted => "This invitation was used already. Sign in to see your organization.".into(),
        Refusal::InviterNoLongerAdmin => "Whoever invited you is no longer an admin. Ask a present admin for a new invitation.".into(),
        Refusal::DeactivatedMember => "You were a member before and are deactivated. Ask an admin to reactivate you; an invitation can't.".into(),
        Refusal::AlreadyMember => "You are a member of this organization already. Sign in to see it.".into(),
        Refusal::InvitedSomebodyElse => "This invitation is for another address than the one you are signed in with. Sign out, then open the link again.".into(),
        Refusal::SignInToAccept => "The invited address has an account. Enter its password to accept.".into(),
        Refusal::PermissionWithheld(permission) => format!("Only the operator can give {permission}. Ask them."),
        Refusal::StaleVersion => "Somebody else changed this member meanwhile; nothing was saved. Look at the present state and decide again.".into(),
        Refusal::UnknownNamespace { name } => format!("This organization has no namespace {name}. Reload the page and choose again."),
        Refusal::NamespaceNotHeld { name } => format!("You have no access to {name} yourself, so you can't pass it on. Leave it off the list."),
        Refusal::NamespaceTaken { name } => format!("There is a namespace {name} already. Choose another name."),
        Refusal::NamespaceLimit { most } => format!("This organization has {most} namespaces, which is its limit. The operator can raise it."),
        Refusal::LinkExpired => "This link is too old. Ask for a new one.".into(),
        Refusal::LinkUnknown => "This link is not valid, or was used already. Check that you copied all of it, or ask for a new one.".into(),
        Refusal::BadField { field, problem: what } => problem(field, *what),
        Refusal::TooMany { most, .. } => format!("That is too many at once: {most} at most. Send the rest afterwards."),
        Refusal::TooManyRequests { retry_after } => {
            let seconds = retry_after.as_secs().max(1);
            let wait = if seconds < 90 { count(seconds, "second", "seconds") } else { count(seconds.div_ceil(60), "minute", "minutes") };
            format!("Too many tries in a short time. Wait {wait} and try again.")
        }
    }
}

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
        ActivityEvent::NamespaceCreated { namespace } => format!("created the namespace {namespace}"),
        ActivityEvent::Refused { action, reason } => {
            format!("tried to {}, which was refused: {}", attempt(action), reason.replace('_', " "))
        }
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
        "member.role_changed" => "Role changed",
        "grants.changed" => "Namespaces changed",
        "namespace.created" => "Namespace created",
        "token.created" => "Token created",
        "token.assigned" => "Token's namespaces changed",
        "token.removed" => "Token removed",
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
        "names_changed" => "Names changed",
        "password_changed" => "Password changed",
        "password_rehashed" => "Password stored more strongly",
        "password_reset_requested" => "Password reset asked for",
        "password_reset" => "Password reset",
        "sessions_ended" => "Other sessions ended",
        "confirmed" => "Password confirmed",
        "sign_up_requested" => "Sign-up asked for with this address",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::relative;
    use domain::time::Timestamp;
    use std::time::Duration;

    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-23T09:30:00Z").unwrap()
    }

    #[test]
    fn what_is_past_is_told_by_how_long_ago_and_later_by_its_day() {
        for (seconds, words) in [
            (0, "just now"),
            (59, "just now"),
            (MINUTE, "1 minute ago"),
            (2 * MINUTE, "2 minutes ago"),
            (59 * MINUTE, "59 minutes ago"),
            (HOUR - 1, "1 hour ago"),
            (3 * HOUR, "3 hours ago"),
            (DAY, "1 day ago"),
            (14 * DAY, "14 days ago"),
            (30 * DAY, "30 days ago"),
            (31 * DAY, "23 Oct 2026"),
            (400 * DAY, "19 Oct 2025"),
        ] {
            assert_eq!(relative(now().minus(Duration::from_secs(seconds)), now()), words, "{seconds}");
        }
    }

    #[test]
    fn what_is_to_come_is_told_by_how_long_it_will_take() {
        for (seconds, words) in [
            (1, "in less than a minute"),
            (MINUTE, "in 1 minute"),
            (20 * MINUTE, "in 20 minutes"),
            (HOUR, "in 1 hour"),
            (8 * HOUR, "in 8 hours"),
            (6 * DAY, "in 6 days"),
            (365 * DAY, "in 365 days"),
        ] {
            assert_eq!(relative(now().plus(Duration::from_secs(seconds)), now()), words, "{seconds}");
        }
    }

    #[test]
    fn what_was_just_made_has_all_of_its_life_left() {
        let moment_later = now().plus(Duration::from_millis(900));
        for (lifetime, words) in [(HOUR, "in 1 hour"), (8 * HOUR, "in 8 hours"), (90 * DAY, "in 90 days")] {
            assert_eq!(relative(now().plus(Duration::from_secs(lifetime)), moment_later), words);
        }
    }
}

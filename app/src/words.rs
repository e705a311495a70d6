//! Every sentence that explains a refusal or an event, in one place. Each says what to do next.

mod happened;
mod times;
mod wishes;

pub use happened::{account_event, event, event_kind, operator_event, repeated};
pub use times::{clock_at, day, day_at, exact, relative_at, time, time_at};
pub use wishes::{consequences, letter};

use domain::{
    Refusal,
    text::{MachineName, Problem},
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

/// `“laptop”`; a machine need not say what it is called.
pub fn machine(name: Option<&MachineName>) -> String {
    name.map_or_else(|| "a machine without a name".to_owned(), |name| format!("“{name}”"))
}

/// What a field is called on the page.
fn field_name(field: &str) -> &str {
    match field {
        "organization_name" => "The organization's name",
        "first_name" => "The first name",
        "last_name" => "The last name",
        "email" | "emails" => "The email address",
        "password" => "The password",
        "current_password" => "The current password",
        "id" | "namespace" => "The namespace's name",
        "since" | "until" => "The date",
        "name" => "The name",
        "reason" => "The reason",
        "note" => "The note",
        "permission" => "The permission",
        "search" => "The search",
        "expires" => "The time until it expires",
        "scopes" => "The scope",
        "machine" => "The machine's name",
        "organization" => "The organization",
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
            "This is not your current password. Try again, or sign out and reset it.".into()
        }
        Problem::Unknown if field == "member" => {
            "No member of this organization has this address. Check it, or invite them first.".into()
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
        Refusal::AccountDeactivated { organizations } if organizations.is_empty() => {
            "Your account is in no organization. Open the invitation that you were sent, or ask an admin for one.".into()
        }
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
        Refusal::OrganizationSuspended => "This organization is suspended by the operator of this installation. Nothing of it is lost; ask them when it will be resumed.".into(),
        Refusal::LoginPending => "Nobody has answered yet. Approve this machine on the page that it names, then ask again.".into(),
        Refusal::LoginTooSoon { retry_after } => {
            format!("This asks too often. Wait {} and ask again.", count(retry_after.as_secs(), "second", "seconds"))
        }
        Refusal::LoginDenied => "This machine was turned away. If that was a mistake, run `bailiwick login` again.".into(),
        Refusal::LoginExpired => "This was not approved in time, or is over. Run `bailiwick login` again.".into(),
        Refusal::LoginCodeUnknown => {
            "No machine waits with this code. Compare it with the terminal; after ten minutes, run `bailiwick login` again.".into()
        }
        Refusal::LoginEnded => "This login has ended. Run `bailiwick login` again.".into(),
        Refusal::SignUpsClosed => "Sign-up is closed on this installation. Ask an admin of your organization to invite you.".into(),
        Refusal::FounderStays => "The founder can't be deactivated. The operator can make somebody else the founder.".into(),
        Refusal::OwnMembership => "You can't deactivate yourself. Ask another admin to do it.".into(),
        Refusal::LastActiveAdmin => "This is the last active admin, and an organization always keeps one. Make somebody else an admin first.".into(),
        Refusal::AlreadyDeactivated => "This member is deactivated already. Reload the page to see the present state.".into(),
        Refusal::AlreadyActive => "This member is active already. Reload the page to see the present state.".into(),
        Refusal::AlreadyFounder => "This member is the founder already. Reload the page to see the present state.".into(),
        Refusal::RoleUnchanged => "This member has that role already. Reload the page to see the present state.".into(),
        Refusal::NotActive => "This member is deactivated. Reactivate them first.".into(),
        Refusal::StillActive => "This person is still active, here or in another organization. Have them deactivated everywhere first; then remove them.".into(),
        Refusal::MemberLimit { most } => format!("This organization may have {} at a time. Deactivate somebody, or ask the operator to raise the limit.", count(u64::from(*most), "active member", "active members")),
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
        Refusal::NameReserved { name } => format!("{name} is a name for the cluster's own namespaces, which no organization gets. Choose another name."),
        Refusal::NameOfAnother { name } => format!("{name} begins like the names of another organization. Choose another name, best one without a hyphen."),
        Refusal::NameTakenInCluster { name } => format!("The cluster has a namespace {name} already, which is not yours. Choose another name, or ask the operator to let you adopt it."),
        Refusal::NamespaceLimit { most } => format!("This organization has {most} namespaces, which is its limit. The operator can raise it."),
        Refusal::LimitTooLow { present } => format!("There are {present} already. Take that many or more, or remove some first."),
        Refusal::NotGranted => "There is no access to this namespace that could end. Give it first.".into(),
        Refusal::AlreadyGiven => "They have this permission there already. To change its end, take it back and give it again.".into(),
        Refusal::NotGiven => "They don't have this permission there. Reload the page to see the present state.".into(),
        Refusal::OwnRequest => "You asked for this yourself, so another operator has to decide it.".into(),
        Refusal::RequestDecided => "This request has ended already. Reload the page to see how.".into(),
        Refusal::AlreadyRequested => "The very same is asked already and waits for the operator. You find it on the Settings page.".into(),
        Refusal::AlreadySuspended => "This organization is suspended already.".into(),
        Refusal::NotSuspended => "This organization is not suspended.".into(),
        Refusal::NotOlder => "No restore waits to be confirmed, or it is another one than you have seen. Look again whether the cluster is followed.".into(),
        Refusal::NothingHeld => "No deletions are held back for this organization. Look again whether the cluster has followed.".into(),
        Refusal::AlreadyOperator => "This person is an operator already.".into(),
        Refusal::NotOperator => "No operator has this address. List the operators to see who they are.".into(),
        Refusal::LastOperator => "This is the last operator. Make somebody else one first.".into(),
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

//! What is asked of the operator, in the words of whoever decides: what each wish brings when it is granted.

use domain::{
    grant::Holder,
    request::{Wish, Withheld},
};

/// What happens when this is done, one line each.
pub fn consequences(wish: &Wish) -> Vec<String> {
    let lines: &[&str] = match wish {
        Wish::MakeAdmin { .. } => &[
            "They may invite and deactivate people, decide who works in which namespace, and make API access tokens.",
            "Their own namespaces stay as they are.",
        ],
        Wish::TakeAdmin { .. } => &[
            "They stay a member and keep their namespaces.",
            "Tokens they made belong to the organization and go on working; invitations they sent and nobody accepted stop working.",
        ],
        Wish::ChangeFounder { .. } => &[
            "They become an admin with it, and nobody can deactivate them.",
            "Whoever is the founder now stays an admin, and can be deactivated from then on.",
        ],
        Wish::GivePermission(asked) => return giving(asked),
        Wish::TakePermission(_) => &[
            "What an admin may give in that namespace stays as it is.",
            "In the cluster it is withdrawn at once; what is open, such as a shell, goes on until it ends.",
        ],
        Wish::NamespaceLimit { .. } => &["Its admins may create namespaces in the cluster up to that number."],
        Wish::MemberLimit { .. } => {
            &["No more members than that may be active at a time; invitees count once they join."]
        }
        Wish::RemoveUser { .. } => &[
            "They leave every organization. Their address, password, sessions, access and invitations are forgotten.",
            "Their name stays readable in the activity, and tokens they made stay with their organizations.",
            "It can't be undone.",
        ],
        Wish::AdoptNamespace { .. } => &[
            "The namespace is there in the cluster and becomes the organization's: it is labelled, and its admins decide who works in it.",
            "What runs in it, and access that others gave in it by hand, stays.",
        ],
        Wish::DeleteNamespace { .. } => &[
            "Every access that was given in it ends, in the cluster too.",
            "What runs in it stays in the cluster until whoever runs it deletes the namespace there.",
        ],
    };
    lines.iter().map(|line| (*line).to_owned()).collect()
}

fn giving(asked: &Withheld) -> Vec<String> {
    let end = match (asked.lifetime.duration(), asked.holder) {
        (Some(_), _) => format!("It ends by itself after {}, in the cluster too.", asked.lifetime.words()),
        (None, Holder::Token(_)) => "It stays until the token ends or an operator takes it back.".to_owned(),
        (None, Holder::Member(_)) => "It stays until an operator takes it back.".to_owned(),
    };
    vec![format!("{}: {}.", asked.permission, asked.permission.explanation()), end]
}

/// A letter of the outbox by its kind.
pub fn letter(kind: &str) -> &str {
    match kind {
        "invitation" => "Invitation",
        "verification" => "Confirmation of an address",
        "account_exists" => "Notice that an account exists",
        "password_reset" => "Link to set a password",
        "password_changed" => "Notice of a changed password",
        "access_changed" => "Notice of changed access",
        "tokens_expire" => "Reminder of tokens that end",
        "request_filed" => "Request to the operator",
        "request_decided" => "Decision about a request",
        "standing_changed" => "Notice of a suspension or its end",
        other => other,
    }
}

//! What a page costs must not grow with the organization, so SQLite is asked how it would read what each statement
//! asks for. PostgreSQL decides by the rows there are; it has the same indexes.

use storage::trial::Trial;

/// Run by the worker or the controller alone, or over what is bounded: a page's own rows, the letters and the requests that
/// wait, the operators and their credentials, one row.
const MAY_SCAN: [(&str, &str); 28] = [
    ("account_activity", "DELETE_OVER"),
    ("attempts", "KEYS"),
    ("cluster", "BEHIND"),
    ("credentials", "ALL"),
    ("credentials", "END_OF"),
    ("operators", "ALL"),
    ("organizations", "ALL"),
    ("outbox", "DELETE_SENT"),
    ("outbox", "DELETE_WAITING"),
    ("outbox", "FREE"),
    ("outbox", "STATE"),
    ("requests", "COUNT_WAITING"),
    ("roster", "ALL_DOWN"),
    ("roster", "ALL_UP"),
    ("roster_sorts", "ACTIVE_DOWN"),
    ("roster_sorts", "ACTIVE_UP"),
    ("roster_sorts", "INVITER_DOWN"),
    ("roster_sorts", "INVITER_UP"),
    ("roster_sorts", "JOINED_DOWN"),
    ("roster_sorts", "JOINED_UP"),
    ("roster_sorts", "NAME_DOWN"),
    ("roster_sorts", "NAME_UP"),
    ("roster_sorts", "STATUS_DOWN"),
    ("roster_sorts", "STATUS_UP"),
    ("sessions", "DELETE_OVER"),
    ("told", "COUNT_UP"),
    ("told", "FIRST"),
    ("users", "ANY"),
];

/// What an operator does once in a while: looking over all of the installation, deleting a namespace (SQLite then looks for
/// whatever names it still), and removing a person, of whom nothing may be left in any table.
const OPERATORS_MAY_SCAN: [(&str, &str); 7] = [
    ("directory", "COUNTS"),
    ("directory", "DIFFERING"),
    ("directory", "DRIFTS"),
    ("directory", "RETRY_ALL"),
    ("namespaces", "DELETE"),
    ("namespaces", "DELETE_OFFERED"),
    ("told", "FOLLOW_ANEW"),
];

#[tokio::test]
async fn no_request_reads_a_whole_table() {
    let trial = Trial::sqlite().await;
    let mut scanning = Vec::new();
    for (module, name, sql) in storage::statements() {
        if trial.plan(sql).await.iter().any(|step| step.starts_with("SCAN")) {
            scanning.push((module, name));
        }
    }
    scanning.sort_unstable();
    scanning.retain(|(module, _)| *module != "removal");
    let mut may: Vec<_> = MAY_SCAN.into_iter().chain(OPERATORS_MAY_SCAN).collect();
    may.sort_unstable();
    assert_eq!(scanning, may);
}

#[tokio::test]
async fn a_page_of_the_roster_is_read_in_the_order_of_an_index() {
    let trial = Trial::sqlite().await;
    for (_, name, sql) in storage::statements().filter(|(module, ..)| *module == "roster") {
        let plan = trial.plan(sql).await;
        let halves: Vec<_> =
            plan.iter().filter(|step| step.starts_with("SEARCH m ") || step.starts_with("SEARCH n ")).collect();
        match name {
            "ALL_UP" | "ALL_DOWN" => assert_eq!(halves.len(), 2, "{name}: {plan:#?}"),
            _ if name.starts_with("COUNT") => continue,
            // The union alone sorts: two pages of rows, whatever the organization's size.
            _ => assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{name}: {plan:#?}"),
        }
        for half in halves {
            let sought =
                half.contains("(email,id)") || half.contains("invitations_pending (organization_id=? AND email");
            assert!(sought, "{name}: {half}");
        }
    }
}

#[tokio::test]
async fn the_admins_are_counted_without_reading_the_members() {
    let trial = Trial::sqlite().await;
    let (_, _, sql) = storage::statements().find(|(_, name, _)| *name == "ACTIVE_ADMINS").unwrap();
    let plan = trial.plan(sql).await;
    assert!(plan[0].contains("COVERING INDEX members_admins"), "{plan:#?}");
}

#[tokio::test]
async fn a_token_is_found_by_one_step_in_an_index_and_listed_in_the_order_of_another() {
    let trial = Trial::sqlite().await;
    for (_, name, sql) in storage::statements().filter(|(module, ..)| *module == "tokens") {
        let plan = trial.plan(sql).await;
        let index = match name {
            "FIND_BY_SECRET" => "SEARCH t USING INDEX sqlite_autoindex_tokens_2 (secret_hash=?)",
            "FIND" => "SEARCH t USING INDEX sqlite_autoindex_tokens_1 (id=?)",
            "LIST" => "SEARCH t USING INDEX tokens_by_organization (organization_id=? AND (created_at,id)<(?,?))",
            "GRANTED" => "SEARCH t USING INDEX tokens_by_organization (organization_id=? AND (created_at,id)>(?,?)",
            "MADE_BY" => "SEARCH t USING INDEX tokens_by_creator (organization_id=? AND created_by=?)",
            "ENDING" => "SEARCH t USING INDEX tokens_by_end (expires_at>? AND expires_at<?)",
            _ => continue,
        };
        assert!(plan.iter().any(|step| step.starts_with(index)), "{name}: {plan:#?}");
        assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{name}: {plan:#?}");
    }
}

#[tokio::test]
async fn a_login_is_found_by_one_step_in_an_index() {
    let trial = Trial::sqlite().await;
    for (module, name, sql) in storage::statements() {
        let index = match (module, name) {
            ("logins", "FIND") => "SEARCH l USING INDEX sqlite_autoindex_logins_1 (id=?)",
            ("logins", "FIND_BY_SECRET") => "SEARCH l USING INDEX sqlite_autoindex_logins_2 (secret_hash=?)",
            ("logins", "LIST") => "SEARCH l USING INDEX logins_by_member (member_id=?)",
            ("login_requests", "FIND_BY_USER_CODE") => {
                "SEARCH login_requests USING INDEX sqlite_autoindex_login_requests_3"
            }
            ("login_requests", "FIND_BY_DEVICE_CODE") => {
                "SEARCH login_requests USING INDEX sqlite_autoindex_login_requests_2"
            }
            _ => continue,
        };
        let plan = trial.plan(sql).await;
        assert!(plan.iter().any(|step| step.starts_with(index)), "{module}::{name}: {plan:#?}");
    }
}

#[tokio::test]
async fn who_was_given_something_is_read_in_the_order_of_an_index_and_no_further_than_the_page() {
    let trial = Trial::sqlite().await;
    for (_, name, sql) in storage::statements().filter(|(module, ..)| *module == "access") {
        let plan = trial.plan(sql).await;
        let index = match name {
            "MEMBERS_IN" => "SEARCH m USING INDEX members_by_email (organization_id=? AND (email,id)>(?,?))",
            "TOKENS_IN" => "SEARCH t USING INDEX tokens_by_organization (organization_id=? AND (created_at,id)<(?,?))",
            "GIVEN_TO_MEMBERS_IN" => {
                "SEARCH m USING COVERING INDEX members_by_email (organization_id=? AND (email,id)>(?,?) AND (email,id)<(?,?))"
            }
            "GIVEN_TO_TOKENS_IN" => {
                "SEARCH t USING INDEX tokens_by_organization (organization_id=? AND (created_at,id)>(?,?) AND (created_at,id)<(?,?))"
            }
            _ => continue,
        };
        assert!(plan.iter().any(|step| step.starts_with(index)), "{name}: {plan:#?}");
        assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{name}: {plan:#?}");
    }
}

#[tokio::test]
async fn a_page_of_the_matrix_is_read_in_the_order_of_an_index_and_no_further() {
    let trial = Trial::sqlite().await;
    for (_, name, sql) in storage::statements().filter(|(module, ..)| *module == "matrix") {
        let plan = trial.plan(sql).await;
        let index = match name {
            "MEMBERS" => "SEARCH m USING INDEX members_by_email (organization_id=? AND (email,id)>(?,?))",
            "TICKS" | "WITHHELD" => {
                "SEARCH m USING INDEX members_by_email (organization_id=? AND (email,id)>(?,?) AND (email,id)<(?,?))"
            }
            "LACKING" => "SEARCH m USING INDEX members_by_status (organization_id=? AND status=?)",
            _ => continue,
        };
        assert!(plan.iter().any(|step| step.starts_with(index)), "{name}: {plan:#?}");
        // What the operator gave is little, and stands in the order of its permissions.
        assert!(name == "WITHHELD" || !plan.iter().any(|step| step.contains("TEMP B-TREE")), "{name}: {plan:#?}");
    }
}

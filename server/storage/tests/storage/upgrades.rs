//! What an earlier program kept is there after an upgrade, and says the same.

use domain::{
    id::{MemberId, OrganizationId, TokenId},
    membership::Status,
    text::Slug,
    time::Timestamp,
};
use storage::{
    Db, cluster, grants, members, organizations, requests, tokens, told,
    trial::{Trial, on_both},
    withheld,
};

/// The last migration of the program that knew no operator and let no machines of people in.
const BEFORE_OPERATORS: i64 = 3;

/// An organization with an admin, a member who is switched off, a namespace, a token, and a tick of each.
const ROWS: &str = "
    insert into users values (ID1, 'ada@northwind.example', 'Ada', 'Okafor', 'hash', AT);
    insert into users values (ID2, 'bo@northwind.example', 'Bo', 'Lindqvist', 'hash', AT);
    insert into organizations values (ID3, 'northwind', 'Northwind', ID1, 9, 10, 1, 1, 0, AT);
    insert into members values (ID4, ID3, ID1, 'ada@northwind.example', 'ada', 'admin', 'active', null, 2, AT, null, null);
    insert into members values (ID5, ID3, ID2, 'bo@northwind.example', 'bo', 'member', 'deactivated', ID1, 8, AT, null, AT);
    insert into namespaces values (ID6, ID3, 'dev', 'northwind-dev', ID1, AT);
    insert into grants values (ID4, ID6, ID1, AT, null);
    insert into grants values (ID5, ID6, ID1, AT, null);
    insert into tokens values (ID7, ID3, 'ci', HASH, 'bwk_', 'abcd', true, false, false, ID1, 9, AT, null, AT, null, null);
    insert into token_grants values (ID7, ID6, ID1, AT);
    insert into cluster_states values (ID3, 9, AT, null, null, null, null, false);
    insert into cluster_connections values ('connection', true, AT, 'v1.30.0');
    insert into drifts values (ID8, ID3, 'northwind-dev', 'bailiwick:user:x', 'subjects', 'kubectl', 'patched', AT)";

fn at() -> Timestamp {
    Timestamp::from_micros(1_790_000_000_000_000)
}

/// The rows in the SQL of one database.
fn written(trial: &Trial) -> String {
    let (id, hash): (fn(u8) -> String, String) = match trial.db {
        Db::Sqlite { .. } => (|n| format!("x'{n:032x}'"), format!("x'{}'", "5a".repeat(32))),
        Db::Postgres { .. } => (|n| format!("'00000000-0000-0000-0000-{n:012x}'"), format!("'\\x{}'", "5a".repeat(32))),
    };
    let rows = (1..=8).fold(ROWS.to_owned(), |rows, n| rows.replace(&format!("ID{n}"), &id(n)));
    rows.replace("HASH", &hash).replace("AT", &trial.written(at()))
}

fn id<I: From<uuid::Uuid>>(n: u128) -> I {
    I::from(uuid::Uuid::from_u128(n))
}

#[test]
fn what_was_kept_before_there_were_operators_is_kept_and_nobody_gets_or_loses_anything_by_it() {
    on_both(async |trial| {
        trial.as_of(BEFORE_OPERATORS).await;
        trial.execute(&written(&trial)).await;
        trial.db.migrate().await.unwrap();

        let mut c = trial.db.read().await.unwrap();
        let organization =
            organizations::find_by_slug(&mut c, &Slug::parse("northwind").unwrap()).await.unwrap().unwrap();
        assert_eq!((organization.id, organization.version), (id::<OrganizationId>(3), 9));
        assert!(!organization.suspended && organization.member_limit().is_none());
        assert_eq!((organization.members_active, organization.members_deactivated), (1, 1));
        let bo = members::find(&mut c, organization.id, id(5)).await.unwrap().unwrap();
        assert_eq!((bo.email.as_str(), bo.status), ("bo@northwind.example", Status::Deactivated));

        // A tick has no end, nothing is withheld that was given, and nothing was asked for.
        for holder in [id::<MemberId>(4), id::<MemberId>(5)] {
            assert_eq!(grants::of(&mut c, holder, at()).await.unwrap().len(), 1);
        }
        assert_eq!(grants::of(&mut c, id::<TokenId>(7), at()).await.unwrap().len(), 1);
        assert!(grants::over(&mut c, Timestamp::from_micros(i64::MAX / 2)).await.unwrap().is_empty());
        assert!(withheld::of_organization(&mut c, organization.id).await.unwrap().is_empty());
        assert!(requests::waiting_of(&mut c, organization.id).await.unwrap().is_empty());
        let token = tokens::find_by_secret(&mut c, &[0x5a; 32]).await.unwrap().unwrap();
        assert_eq!((token.id, token.organization), (id::<TokenId>(7), organization.id));

        // The controller wants what it wanted; what was said of the connection is said anew.
        let given = cluster::member_grants(&mut c, organization.id).await.unwrap();
        let given: Vec<_> = given.iter().map(|grant| (grant.email.as_str(), grant.ends_at())).collect();
        assert_eq!(given, [("ada@northwind.example", None)]);
        assert_eq!(cluster::token_grants(&mut c, organization.id, at()).await.unwrap().len(), 1);
        assert_eq!(cluster::state(&mut c, organization.id).await.unwrap().unwrap().applied_version, 9);
        assert_eq!(cluster::drifts(&mut c, organization.id, 9).await.unwrap().len(), 1);
        assert!(cluster::connection(&mut c).await.unwrap().is_none());
        // Nothing was counted yet, and nothing is older than it.
        let told = told::read(&mut c).await.unwrap().unwrap();
        assert_eq!((told.line, told.count()), (organization.id, 0));
        assert!(told::kept(&mut c).await.unwrap().older_since().is_none());
    });
}

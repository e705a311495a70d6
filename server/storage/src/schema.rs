//! The schema and the statements, looked at by the tests that keep both databases alike.

use crate::{Connection, Error};
use sqlx::{Executor, SqlSafeStr};

// Each for its own database alone, so they stand outside `statements!`.
const SQLITE_COLUMNS: &str = "select m.name, p.name, case when p.\"notnull\" = 1 then 'not null' else 'null' end from sqlite_master m
        join pragma_table_info(m.name) p where m.type = 'table' and m.name not like 'sqlite_%' and m.name not like '_sqlx_%' order by 1, 2";
const SQLITE_INDEXES: &str =
    "select tbl_name, name, '' from sqlite_master where type = 'index' and name not like 'sqlite_autoindex_%'
        and tbl_name not like '_sqlx_%' order by 1, 2";
const POSTGRES_COLUMNS: &str = "select table_name::text collate \"C\", column_name::text collate \"C\",
        case when is_nullable = 'NO' then 'not null' else 'null' end from information_schema.columns
        where table_schema = current_schema() and table_name not like '\\_sqlx\\_%' order by 1, 2";
const POSTGRES_INDEXES: &str = "select tablename::text collate \"C\", indexname::text collate \"C\", '' from pg_indexes
        where schemaname = current_schema() and tablename not like '\\_sqlx\\_%'
        and indexname not like '%\\_pkey' and indexname not like '%\\_key' order by 1, 2";

/// Every table's columns and whether they may be null, and every named index: lines that are equal on both databases.
pub async fn describe(c: &mut Connection) -> Result<Vec<String>, Error> {
    let (columns, indexes) = match c.either() {
        crate::db::Either::Sqlite(_) => (SQLITE_COLUMNS, SQLITE_INDEXES),
        crate::db::Either::Postgres(_) => (POSTGRES_COLUMNS, POSTGRES_INDEXES),
    };
    let columns: Vec<(String, String, String)> = all!(c, columns)?;
    let indexes: Vec<(String, String, String)> = all!(c, indexes)?;
    Ok(columns
        .into_iter()
        .map(|(table, column, null)| format!("{table}.{column} {null}"))
        .chain(indexes.into_iter().map(|(table, index, _)| format!("{table} index {index}")))
        .collect())
}

/// Asks the database to prepare one statement, without running it.
pub async fn prepare(c: &mut Connection, sql: &'static str) -> Result<(), Error> {
    on!(c, c => c.prepare(sql.into_sql_str()).await.map(|_| ()))?;
    Ok(())
}

/// Names this module's statements and lists them in `STATEMENTS`, so that none escapes the test that prepares
/// every one on both databases.
macro_rules! statements {
    ($($name:ident = $sql:expr;)+) => {
        $(const $name: &str = $sql;)+
        pub(crate) const STATEMENTS: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}

/// Expands the body once for each database: the drivers share no type, so no function could.
macro_rules! on {
    ($connection:expr, $c:ident => $body:expr) => {
        match $connection.either() {
            $crate::db::Either::Sqlite($c) => $body,
            $crate::db::Either::Postgres($c) => $body,
        }
    };
}

/// Runs a statement; answers how many rows it changed.
macro_rules! execute {
    ($connection:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        {
            let kept = $connection.keeps_statements();
            on!($connection, c => sqlx::query($sql).persistent(kept)$(.bind($bind))*.execute(c).await
                .map(|done| done.rows_affected()))
                .map_err($crate::Error::from)
        }
    };
}

/// Reads one row or none.
macro_rules! one {
    ($connection:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        {
            let kept = $connection.keeps_statements();
            on!($connection, c => sqlx::query_as($sql).persistent(kept)$(.bind($bind))*.fetch_optional(c).await)
                .map_err($crate::Error::from)
        }
    };
}

/// Reads every row.
macro_rules! all {
    ($connection:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        {
            let kept = $connection.keeps_statements();
            on!($connection, c => sqlx::query_as($sql).persistent(kept)$(.bind($bind))*.fetch_all(c).await)
                .map_err($crate::Error::from)
        }
    };
}

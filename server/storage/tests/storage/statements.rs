use storage::trial::on_both;

#[test]
fn both_databases_understand_every_statement() {
    on_both(async |trial| {
        let mut wrong = Vec::new();
        for (module, name, sql) in storage::statements() {
            // A connection each: PostgreSQL takes nothing more on one that failed inside a transaction.
            let mut c = trial.db.read().await.unwrap();
            if let Err(error) = storage::schema::prepare(&mut c, sql).await {
                wrong.push(format!("{module}::{name}: {error}"));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    });
}

/// The text of a constant could be prepared and still not be in the list: a module left out of it.
#[test]
fn every_module_that_has_statements_is_in_the_list() {
    let listed: std::collections::BTreeSet<_> = storage::statements().map(|(module, ..)| module.to_owned()).collect();
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in std::fs::read_dir(source).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let module = path.file_stem().unwrap().to_str().unwrap();
        assert_eq!(text.contains("\nstatements! {"), listed.contains(module), "{module}");
    }
}

#[test]
fn no_statement_asks_for_what_only_one_database_has() {
    for (module, name, sql) in storage::statements() {
        let sql = sql.to_lowercase();
        for word in ["for update", "ilike", "now()", "::", "rowid", "datetime(", "json_", "->>", "any("] {
            assert!(!sql.contains(word), "{module}::{name} has {word}");
        }
    }
}

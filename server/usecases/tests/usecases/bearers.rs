//! Programs that hold an API access token, and what people do with tokens: more words for the tests.

use crate::people::*;
use domain::{
    id::TokenId,
    text::NamespaceName,
    token::{Lifetime, Scopes, Secret},
};
use std::collections::BTreeMap;
use storage::activity::Entry;
use usecases::{
    Context, Credential, Error, account, activity, invitations,
    members::{self, Deactivated},
    tokens::{self, Created, Listed, Page, Token, Wanted},
};

pub(crate) const NO_SCOPES: Scopes = Scopes { members: false, invitations: false, grants: false };
pub(crate) const EVERY_SCOPE: Scopes = Scopes { members: true, invitations: true, grants: true };

/// A program that holds a token.
#[derive(Clone)]
pub(crate) struct Program {
    pub(crate) house: House,
    pub(crate) slug: String,
    pub(crate) token: TokenId,
    pub(crate) secret: Secret,
}

pub(crate) fn strings(names: &[NamespaceName]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

impl House {
    /// A request with this text behind `Authorization: Bearer`.
    pub(crate) async fn knock(&self, secret: &str) -> Result<Context, Error> {
        let from = ("192.0.2.7".parse().unwrap(), "CI/1".to_owned());
        Context::identify(self.installation.clone(), Credential::Bearer(secret), Some(from.0), Some(from.1)).await
    }

    /// Every row of every table, as text, but of those named.
    pub(crate) async fn rows(&self, except: &[&str]) -> BTreeMap<String, Vec<String>> {
        let postgres = self.trial.db.kind() == "PostgreSQL";
        let tables = if postgres {
            "select tablename::text from pg_tables where schemaname = 'public'"
        } else {
            "select name from sqlite_master where type = 'table'"
        };
        let mut all = BTreeMap::new();
        for table in self.trial.texts(tables).await {
            if except.contains(&table.as_str()) {
                continue;
            }
            let row = if postgres {
                "row_to_json(t)::text".to_owned()
            } else {
                let columns = format!("select 'quote(\"' || name || '\")' from pragma_table_info('{table}')");
                self.trial.texts(&columns).await.join(" || ' ' || ")
            };
            let mut rows = self.trial.texts(&format!("select {row} from {table} t")).await;
            rows.sort();
            all.insert(table, rows);
        }
        all
    }

    /// The hashes of the secrets that still open something.
    pub(crate) async fn secret_hashes(&self) -> Vec<String> {
        let hex = match self.trial.db.kind() {
            "PostgreSQL" => "encode(secret_hash, 'hex')",
            _ => "lower(hex(secret_hash))",
        };
        self.trial.texts(&format!("select {hex} from tokens where secret_hash is not null")).await
    }

    /// What removed tokens were given, which nothing wants any more.
    pub(crate) async fn leftovers(&self) -> i64 {
        let removed = "select id from tokens where removed_at is not null";
        self.trial.number(&format!("select count(*) from token_grants where token_id in ({removed})")).await
    }
}

impl Person {
    /// The same browser at another door of the same house.
    pub(crate) fn at(&self, house: &House) -> Person {
        Person { house: house.clone(), ..self.clone() }
    }

    /// Signs in anew, after the hours took the session away.
    pub(crate) async fn back(&self) -> Person {
        self.house.sign_in(&self.email, &self.slug, PASSWORD).await.unwrap()
    }

    /// Proves the password once more.
    pub(crate) async fn confirm(&self, password: &str) -> Result<Person, Error> {
        let cookie = account::confirm(&self.context().await, password).await?;
        Ok(Person { cookie: cookie.value().to_owned(), ..self.clone() })
    }

    pub(crate) async fn create(&self, wanted: &Wanted<'_>) -> Result<Created, Error> {
        tokens::create(&self.context().await, &self.slug, wanted).await
    }

    /// Makes a token that a program takes away.
    pub(crate) async fn equip(&self, wanted: &Wanted<'_>) -> Program {
        let Created { listed, secret, .. } = self.create(wanted).await.unwrap();
        Program { house: self.house.clone(), slug: self.slug.clone(), token: listed.token.id, secret }
    }

    /// As [`Person::equip`], for 90 days.
    pub(crate) async fn token(&self, name: &str, namespaces: &[&str], scopes: Scopes) -> Program {
        let namespaces = owned(namespaces);
        self.equip(&Wanted { name, namespaces: &namespaces, expires: None, scopes }).await
    }

    /// A token without a name or a namespace.
    pub(crate) async fn token_for(&self, lifetime: Lifetime) -> Program {
        self.equip(&Wanted { expires: Some(lifetime), ..Wanted::default() }).await
    }

    pub(crate) async fn assign(&self, program: &Program, namespaces: &[&str]) -> Result<Listed, Error> {
        tokens::assign(&self.context().await, &self.slug, &program.id(), &owned(namespaces)).await
    }

    pub(crate) async fn remove(&self, program: &Program) -> Result<Token, Error> {
        tokens::remove(&self.context().await, &self.slug, &program.id()).await
    }

    pub(crate) async fn token_page(&self, cursor: Option<&str>, limit: u32) -> Result<Page, Error> {
        tokens::list(&self.context().await, &self.slug, cursor, Some(limit)).await
    }

    /// The first two hundred.
    pub(crate) async fn tokens(&self) -> Vec<Listed> {
        self.token_page(None, 200).await.unwrap().tokens
    }

    /// The masks of the tokens that are listed, the newest first.
    pub(crate) async fn masks(&self) -> Vec<String> {
        self.tokens().await.iter().map(|listed| listed.token.mask.to_string()).collect()
    }

    pub(crate) async fn find_token(&self, program: &Program) -> Result<Listed, Error> {
        tokens::find(&self.context().await, &self.slug, &program.id()).await
    }

    /// Deactivates somebody, and ticks these tokens.
    pub(crate) async fn deactivate_with(&self, other: &Person, tokens: &[String]) -> Result<Deactivated, Error> {
        members::deactivate(&self.context().await, &self.slug, &other.id().await, tokens).await
    }

    /// The organization's log, the newest first.
    pub(crate) async fn log(&self) -> Vec<Entry> {
        let query = activity::Query { limit: Some(200), ..Default::default() };
        activity::list(&self.context().await, &self.slug, &query).await.unwrap().entries
    }
}

impl Program {
    /// The token's id as text, as people name it.
    pub(crate) fn id(&self) -> String {
        self.token.to_string()
    }

    pub(crate) fn mask(&self) -> String {
        self.secret.mask().to_string()
    }

    /// The digits that nobody but this program has.
    pub(crate) fn digits(&self) -> &str {
        &self.secret.reveal()[4..34]
    }

    pub(crate) fn at(&self, house: &House) -> Program {
        Program { house: house.clone(), ..self.clone() }
    }

    pub(crate) async fn identify(&self) -> Result<Context, Error> {
        self.house.knock(self.secret.reveal()).await
    }

    /// A request with this token.
    pub(crate) async fn context(&self) -> Context {
        self.identify().await.unwrap()
    }

    /// The namespaces that the token has, as it sees itself.
    pub(crate) async fn namespaces(&self) -> Vec<String> {
        let (_, listed) = tokens::current(&self.context().await).await.unwrap();
        strings(&listed.namespaces)
    }

    /// Invites somebody; a person copies the link.
    pub(crate) async fn invite(&self, email: &str, namespaces: Option<&[String]>, admin: &Person) -> Invited {
        let sent = invitations::send(&self.context().await, &self.slug, &texts([email]), namespaces).await.unwrap();
        let invitations::Outcome::Sent(pending) = &sent[0].outcome else { panic!("{:?}", sent[0].outcome) };
        let id = pending.offer.id.to_string();
        let link = invitations::link(&admin.context().await, &admin.slug, &id).await.unwrap();
        Invited { id, email: email.to_owned(), secret: link.rsplit('/').next().unwrap().to_owned() }
    }
}

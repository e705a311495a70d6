//! What operators' calls are asked with: each is made for one request.

use super::{Cast, Fields};
use domain::{grant::Holder, membership::Role, permission::Permission, token::Lifetime};
use usecases::operator;

impl Cast {
    /// What operators' calls are asked with.
    pub(super) async fn of_operators(&self, word: &str, filled: &Fields) -> String {
        let by = usecases::Context::operator(self.house.installation.clone());
        let number = self.house.next();
        match word {
            "{request}" => {
                let name = format!("asked-{number}");
                let fields = [("organization", "northwind"), ("kind", "adopt_namespace"), ("namespace", &name)];
                let fields = [&fields[..], &[("reason", "We grow")]].concat();
                let admin = self.at_work().await;
                // One that waits already will do: an organization may ask only so often.
                let listed = admin.read("requests/list", &[("organization", "northwind")]).await.json();
                let waits = |request: &&serde_json::Value| {
                    request["state"] == "waiting" && request["summary"].as_str().is_some_and(|it| it.contains("asked-"))
                };
                if let Some(found) = listed["requests"].as_array().and_then(|all| all.iter().find(waits)) {
                    return found["id"].as_str().unwrap_or_else(|| panic!("{found}")).to_owned();
                }
                let answer = admin.call("requests/file", &fields).await.json();
                answer["request"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
            }
            "{second admin}" => self.house.seat("northwind", Role::Admin).await.id().await,
            "{heir}" => self.house.seat(&made_before(filled), Role::Member).await.id().await,
            "{privileged}" => {
                let id = self.seated().await.id().await;
                let (holder, full) = (Holder::Member(id.parse().unwrap()), Permission::WriteFull);
                operator::give(&by, "northwind", holder, "northwind-shared", full, Lifetime::Never).await.unwrap();
                id
            }
            "{doomed}" => {
                let name = format!("doomed-{number}");
                operator::adopt(&by, &made_before(filled), &name).await.unwrap();
                name
            }
            "{fellow}" => {
                let email = self.seated().await.email;
                operator::add(&by, &email, None).await.unwrap();
                email
            }
            "{noticed}" => self.house.is_an_older_copy().await.to_string(),
            "{credential}" => operator::make_credential(&by, "ci").await.unwrap().0.to_string(),
            _ => {
                let slug = self.house.found(&format!("Spare {number}"), &self.new_address()).await.slug;
                match word {
                    "{suspended}" => operator::suspend(&by, &slug, "").await.unwrap(),
                    "{holding}" => {
                        let id = self.house.organization(&slug).await.id;
                        let mut c = self.house.installation.db.write().await.unwrap();
                        let now = self.house.installation.clock.now();
                        storage::cluster::troubled(&mut c, id, "too many", Some((40, 50)), now).await.unwrap();
                        c.commit().await.unwrap();
                    }
                    _ => {}
                }
                slug
            }
        }
    }
}

/// The organization that the fields before this one name.
fn made_before(filled: &Fields) -> String {
    filled.iter().find(|(name, _)| name == "organization").map(|(_, slug)| slug.clone()).unwrap()
}

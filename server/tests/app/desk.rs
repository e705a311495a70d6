//! The operator and the forms of their pages, as a browser without scripts has them.

use crate::{
    browser::{Answer, Browser, Person},
    house::House,
};
use domain::{
    id::UserId,
    text::{EmailAddress, PersonName},
};
use sha2::{Digest, Sha256};
use storage::users::User;

/// Makes somebody an operator who has an account already.
pub(crate) async fn appoint(house: &House, email: &str) {
    let mut c = house.installation.db.write().await.unwrap();
    let user = storage::users::find_by_email(&mut c, &EmailAddress::parse(email).unwrap()).await.unwrap().unwrap();
    storage::operators::insert(&mut c, user.id, "Operator", house.installation.clock.now()).await.unwrap();
    c.commit().await.unwrap();
}

/// An operator who is in no organization, signed in.
pub(crate) async fn olga(house: &House) -> Person {
    let email = "olga@operators.example";
    let mut c = house.installation.db.write().await.unwrap();
    let founder = EmailAddress::parse("ada@northwind.example").unwrap();
    let founder = storage::users::find_by_email(&mut c, &founder).await.unwrap().unwrap();
    let user = User {
        id: UserId::from_random(Sha256::digest(email)[..16].try_into().unwrap()),
        email: EmailAddress::parse(email).unwrap(),
        first_name: PersonName::parse("Olga").unwrap(),
        last_name: PersonName::parse("Petrova").unwrap(),
        password_hash: founder.password_hash,
    };
    storage::users::insert(&mut c, &user, house.installation.clock.now()).await.unwrap();
    c.commit().await.unwrap();
    appoint(house, email).await;
    house.again(email, "").await
}

pub(crate) async fn ada(house: &House) -> Person {
    house.found("Northwind", "ada@northwind.example").await
}

/// One attribute of a tag.
pub(crate) fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?;
    Some(value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
}

/// What a browser would send of the form that posts to this function, as it stands on the page.
#[track_caller]
pub(crate) fn form(page: &Answer, function: &str) -> Vec<(String, String)> {
    let opening = format!("action=\"/api/v1/{function}\"");
    let drawn = page.drawn();
    let inside = drawn.split(&opening).nth(1).unwrap_or_else(|| panic!("no form for {function}: {}", page.text));
    let inside = inside.split("</form>").next().unwrap();
    let mut fields = Vec::new();
    for tag in inside.split('<') {
        let Some(name) = attribute(tag, "name") else { continue };
        if tag.starts_with("input") && !tag.contains("type=\"checkbox\"") {
            fields.push((name, attribute(tag, "value").unwrap_or_default()));
        } else if tag.starts_with("textarea") {
            fields.push((name, String::new()));
        } else if tag.starts_with("select") {
            let options = inside.split(&format!("name=\"{name}\"")).nth(1).unwrap().split("</select>").next().unwrap();
            let options: Vec<_> = options.split('<').filter(|tag| tag.starts_with("option")).collect();
            let chosen = options.iter().find(|tag| tag.contains(" selected")).or(options.first()).unwrap();
            fields.push((name, attribute(chosen, "value").unwrap_or_default()));
        }
    }
    fields
}

/// Opens a page, types into the form that it shows for this function, presses its button, and sees what comes then.
pub(crate) async fn fill(who: &Browser, path: &str, function: &str, typed: &[(&str, &str)]) -> Answer {
    let page = who.visit(path).await;
    assert_eq!(page.status, 200, "{path}: {}", page.text);
    let mut fields = form(&page, function);
    for (name, value) in typed {
        let field = fields.iter_mut().find(|(field, _)| field == name);
        field.unwrap_or_else(|| panic!("no field {name} in {function}")).1 = (*value).to_owned();
    }
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let done = who.submit(function, &fields).await;
    assert_eq!(done.status, 303, "{function}: {}", done.text);
    who.visit(done.location()).await
}

/// The addresses on this page that ask the operator, by the id of their link.
#[track_caller]
pub(crate) fn asking(page: &Answer, id: &str) -> String {
    let drawn = page.drawn();
    let tag = drawn.split('<').find(|tag| tag.starts_with("a ") && attribute(tag, "id").as_deref() == Some(id));
    attribute(tag.unwrap_or_else(|| panic!("no link {id}: {}", page.text)), "href").unwrap()
}

/// The id of the only request on a page, by the button that opens its question.
#[track_caller]
pub(crate) fn requested(page: &Answer) -> String {
    let drawn = page.drawn();
    let after = drawn.split("id=\"approve-").nth(1).unwrap_or_else(|| panic!("nothing to approve: {}", page.text));
    after.split('"').next().unwrap().to_owned()
}

//! New accounts.

use serde_json::json;

use super::browser::{Browser, House, Seen};

const FIELDS: [(&str, &str); 6] = [
    ("username", "carol"),
    ("email", "carol@port.example"),
    ("firstName", "Carol"),
    ("lastName", "Clark"),
    ("password", "carols own password"),
    ("password-confirm", "carols own password"),
];

async fn at_the_form(house: &House) -> (Browser, Seen) {
    let (mut browser, page) = house.knock().await;
    let page = browser.get(house, &page.link("login-actions/registration")).await;
    assert!(page.has("name=\"password-confirm\""), "{}", page.body);
    (browser, page)
}

#[tokio::test]
async fn a_new_person_registers_and_is_in() {
    let house = House::with(json!({ "registrationAllowed": true })).await;
    let (mut browser, page) = at_the_form(&house).await;
    let seen = browser.submit(&house, &page, &FIELDS).await;
    let seen = browser.follow(&house, seen).await;
    assert_eq!(seen.user(), Some("carol"), "{}", seen.body);
    assert!(house.has_event("REGISTER", None).await);
    let (mut other, page) = house.knock().await;
    assert_eq!(other.log_in(&house, &page, "carol", "carols own password").await.user(), Some("carol"));
}

#[tokio::test]
async fn a72_a_form_cannot_give_itself_more_than_the_profile_lets_it() {
    let house = House::with(json!({ "registrationAllowed": true })).await;
    let (mut browser, page) = at_the_form(&house).await;
    let mut fields = FIELDS.to_vec();
    fields.extend([
        ("emailVerified", "true"),
        ("enabled", "true"),
        ("realmRoles", "admin"),
        ("id", "x"),
        ("secret-attribute", "y"),
    ]);
    let seen = browser.submit(&house, &page, &fields).await;
    assert_eq!(browser.follow(&house, seen).await.user(), Some("carol"));
    let user = house.store.identity.find_user_by_login(&*house.realm().await, "carol").await.unwrap().unwrap();
    assert!(!user.email_verified());
    assert!(user.attributes.is_empty(), "{:?}", user.attributes);
    assert_ne!(user.id.as_str(), "x");
}

#[tokio::test]
async fn what_is_wrong_is_said_at_its_field_and_makes_nobody() {
    let house = House::with(json!({ "registrationAllowed": true, "passwordPolicy": "length(12)" })).await;
    let before = house.store.count("realm_user").await;
    for (field, value, words) in [
        ("email", "no address", "Invalid email address."),
        ("username", "alice", "taken"),
        ("email", "alice@port.example", "taken"),
        ("password-confirm", "another", "do not match"),
        ("lastName", "", "Please fill in"),
        ("username", "аlice", "invalid character"),
    ] {
        let (mut browser, page) = at_the_form(&house).await;
        let fields: Vec<(&str, &str)> =
            FIELDS.iter().map(|(name, own)| (*name, if *name == field { value } else { own })).collect();
        let seen = browser.submit(&house, &page, &fields).await;
        assert_eq!(seen.status, 200);
        assert!(seen.has(words), "{field}={value}: {}", seen.body);
        assert!(seen.has("Clark") || field == "lastName", "what was typed is still there");
    }
    assert_eq!(house.store.count("realm_user").await, before);
    assert_eq!(house.store.count("user_session").await, 0);
}

#[tokio::test]
async fn a_realm_that_takes_nobody_has_no_form() {
    let house = House::build().await;
    let (mut browser, page) = house.knock().await;
    assert!(!page.has("login-actions/registration"));
    let to = page.action().replace("authenticate", "registration");
    let seen = browser.get(&house, &to).await;
    assert_eq!(seen.status, 400);
    assert_eq!(browser.post(&house, &to, &FIELDS).await.user(), None);
}

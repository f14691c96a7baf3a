//! Required actions.

use identity::UserChange;
use serde_json::json;

use super::browser::{Browser, House, PASSWORD, Seen};

async fn asked(house: &House, action: &str) -> (Browser, Seen) {
    let change = UserChange { required_actions: Some(vec![action.to_owned()]), ..UserChange::default() };
    house.change_user(change).await;
    let (mut browser, page) = house.knock().await;
    let seen = browser.submit(house, &page, &[("username", "alice"), ("password", PASSWORD)]).await;
    let to = seen.location().unwrap_or_else(|| panic!("{}", seen.body));
    assert!(to.contains("login-actions/required-action") && to.contains(action), "{to}");
    assert!(!browser.cookies.contains_key("KEYCLOAK_IDENTITY"), "nothing is open yet");
    let page = browser.get(house, &to).await;
    (browser, page)
}

#[tokio::test]
async fn a_new_password_is_chosen_before_the_application_gets_anybody() {
    let house = House::with(json!({ "passwordPolicy": "length(12)" })).await;
    let (mut browser, page) = asked(&house, "UPDATE_PASSWORD").await;
    let again = browser.submit(&house, &page, &[("password-new", "short"), ("password-confirm", "short")]).await;
    assert!(again.has("at least 12"), "{}", again.body);
    let fields = [("password-new", "a new long password"), ("password-confirm", "a new long password")];
    let seen = browser.submit(&house, &again, &fields).await;
    assert_eq!(seen.user(), Some("alice"), "{}", seen.body);
    assert!(house.has_event("UPDATE_PASSWORD", None).await);
    let (mut other, page) = house.knock().await;
    assert_eq!(other.log_in(&house, &page, "alice", "a new long password").await.user(), Some("alice"));
    let (mut old, page) = house.knock().await;
    assert_eq!(old.log_in(&house, &page, "alice", PASSWORD).await.user(), None);
}

#[tokio::test]
async fn a57_an_action_is_not_passed_by_asking_again() {
    let house = House::build().await;
    let (mut browser, _) = asked(&house, "UPDATE_PASSWORD").await;
    let seen = browser.get(&house, "/realms/port/protocol/knock/auth?client_id=app&prompt=none").await;
    assert_eq!(seen.given("error").as_deref(), Some("LoginRequired"));
    assert_eq!(house.store.count("user_session").await, 0);
}

#[tokio::test]
async fn a_profile_that_lacks_something_is_asked_for() {
    let house = House::build().await;
    house.change_user(UserChange { last_name: Some(None), ..UserChange::default() }).await;
    let (mut browser, page) = house.knock().await;
    let page = browser.log_in(&house, &page, "alice", PASSWORD).await;
    assert!(page.has("name=\"lastName\""), "{}", page.body);
    let fields = [("email", "alice@port.example"), ("firstName", "Alice"), ("lastName", "Adams")];
    let seen = browser.submit(&house, &page, &fields).await;
    assert_eq!(seen.user(), Some("alice"), "{}", seen.body);
}

#[tokio::test]
async fn an_application_may_ask_for_an_action_and_the_person_may_leave_it() {
    let house = House::build().await;
    let mut browser = house.logged_in().await;
    let to = "/realms/port/protocol/knock/auth?client_id=app&kc_action=UPDATE_PASSWORD";
    let seen = browser.get(&house, to).await;
    let page = browser.follow(&house, seen).await;
    assert!(page.has("cancel-aia"), "{}", page.body);
    let seen = browser.submit(&house, &page, &[("cancel-aia", "true")]).await;
    assert_eq!(seen.given("action").as_deref(), Some("UPDATE_PASSWORD:cancelled"), "{}", seen.body);
}

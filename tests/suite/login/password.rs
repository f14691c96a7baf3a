//! User name and password.

use identity::UserChange;
use serde_json::json;

use super::browser::{House, PASSWORD};

#[tokio::test]
async fn a_person_logs_in_and_the_application_gets_them() {
    let house = House::build().await;
    let (mut browser, page) = house.knock().await;
    assert_eq!(page.status, 200);
    assert!(page.has("name=\"username\"") && page.has("name=\"password\"") && page.has("id=\"kc-login\""));
    assert!(page.headers["cache-control"].to_str().unwrap().contains("no-store"));
    assert!(page.headers["content-security-policy"].to_str().unwrap().contains("frame-ancestors"));
    for name in ["AUTH_SESSION_ID", "KC_RESTART"] {
        assert!(browser.cookies.contains_key(name), "{name}");
    }
    let before = browser.cookies["AUTH_SESSION_ID"].clone();
    let seen = browser.log_in(&house, &page, "alice", PASSWORD).await;
    assert_eq!(seen.status, 302);
    assert_eq!((seen.user(), seen.given("fresh").as_deref()), (Some("alice"), Some("true")));
    for name in ["KEYCLOAK_IDENTITY", "KEYCLOAK_SESSION"] {
        assert!(browser.cookies.contains_key(name), "{name}");
    }
    assert!(!browser.cookies.contains_key("KC_RESTART"));
    assert_ne!(browser.cookies["AUTH_SESSION_ID"], before, "A55: a new id at log-in");
    assert!(house.has_event("LOGIN", None).await);
}

#[tokio::test]
async fn a63_wrong_unknown_and_empty_look_alike() {
    let house = House::build().await;
    let mut bodies = Vec::new();
    for (name, password, error) in
        [("alice", "wrong", "invalid_user_credentials"), ("nobody", "wrong", "user_not_found")]
    {
        let (mut browser, page) = house.knock().await;
        let seen = browser.submit(&house, &page, &[("username", name), ("password", password)]).await;
        assert_eq!(seen.status, 200);
        assert!(seen.has("Invalid username or password."));
        assert!(!browser.cookies.contains_key("KEYCLOAK_IDENTITY"));
        assert!(house.has_event("LOGIN_ERROR", Some(error)).await, "{:?}", house.events().await);
        let action = seen.action();
        bodies.push(
            seen.body.replace(&action.replace('&', "&amp;"), "").replace(&action.replace('&', "&#38;"), "").len()
                - name.len(),
        );
    }
    assert_eq!(house.store.count("user_session").await, 0);
}

#[tokio::test]
async fn a_page_that_comes_back_can_be_answered_again() {
    let house = House::build().await;
    let (mut browser, page) = house.knock().await;
    let page = browser.submit(&house, &page, &[("username", "alice"), ("password", "wrong")]).await;
    let seen = browser.log_in(&house, &page, "alice", PASSWORD).await;
    assert_eq!(seen.user(), Some("alice"));
}

#[tokio::test]
async fn a64_a_locked_account_looks_like_a_wrong_password_even_with_the_right_one() {
    let house = House::with(json!({ "bruteForceProtected": true, "failureFactor": 2 })).await;
    let (mut browser, mut page) = house.knock().await;
    for wrong in ["one", "two", "three"] {
        page = browser.submit(&house, &page, &[("username", "alice"), ("password", wrong)]).await;
    }
    let seen = browser.submit(&house, &page, &[("username", "alice"), ("password", PASSWORD)]).await;
    assert!(seen.has("Invalid username or password."), "{}", seen.body);
    assert!(house.has_event("LOGIN_ERROR", Some("user_temporarily_disabled")).await);
    assert_eq!(house.store.count("user_session").await, 0);
}

#[tokio::test]
async fn a_disabled_person_is_told_so_only_with_the_right_password() {
    let house = House::build().await;
    house.change_user(UserChange { enabled: Some(false), ..UserChange::default() }).await;
    let (mut browser, page) = house.knock().await;
    let page = browser.submit(&house, &page, &[("username", "alice"), ("password", "wrong")]).await;
    assert!(page.has("Invalid username or password."));
    let seen = browser.submit(&house, &page, &[("username", "alice"), ("password", PASSWORD)]).await;
    assert!(seen.has("Account is disabled"), "{}", seen.body);
    assert_eq!(house.store.count("user_session").await, 0);
}

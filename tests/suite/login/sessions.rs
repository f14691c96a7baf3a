//! The session after a log-in: single sign-on, prompts, other people.

use identity::NewUser;

use super::browser::{Browser, House, PASSWORD};

const AUTH: &str = "/realms/port/protocol/knock/auth?client_id=app";

#[tokio::test]
async fn a_session_lets_other_applications_in_without_a_page() {
    let house = House::build().await;
    let mut browser = house.logged_in().await;
    let seen = browser.get(&house, "/realms/port/protocol/knock/auth?client_id=other").await;
    assert_eq!((seen.user(), seen.given("fresh").as_deref()), (Some("alice"), Some("false")));
    assert_eq!(house.store.count("user_session").await, 1);
}

#[tokio::test]
async fn a21_nothing_is_shown_where_nothing_may_be() {
    let house = House::build().await;
    let mut browser = Browser::default();
    let seen = browser.get(&house, &format!("{AUTH}&prompt=none")).await;
    assert_eq!(seen.given("error").as_deref(), Some("LoginRequired"));
    let mut browser = house.logged_in().await;
    let seen = browser.get(&house, &format!("{AUTH}&prompt=none")).await;
    assert_eq!(seen.user(), Some("alice"));
    let seen = browser.get(&house, &format!("{AUTH}&prompt=none&max_age=0")).await;
    assert_eq!(seen.given("error").as_deref(), Some("LoginRequired"));
    let seen = browser.get(&house, "/realms/port/protocol/knock/auth?client_id=asks&prompt=none").await;
    assert_eq!(seen.given("error").as_deref(), Some("ConsentRequired"));
}

#[tokio::test]
async fn a_prompt_asks_the_same_person_again_and_the_session_goes_on() {
    let house = House::build().await;
    let mut browser = house.logged_in().await;
    house.store.clock.advance(60_000);
    let page = browser.get(&house, &format!("{AUTH}&prompt=login")).await;
    assert!(page.has("name=\"password\"") && page.has("alice"), "{}", page.body);
    let seen = browser.submit(&house, &page, &[("password", PASSWORD)]).await;
    assert_eq!((seen.user(), seen.given("fresh").as_deref()), (Some("alice"), Some("true")));
    let now = identity::Clock::now(&house.store.clock).seconds();
    assert_eq!(seen.given("auth_time"), Some(now.to_string()), "the time of the last proof");
    assert_eq!(house.store.count("user_session").await, 1);
}

#[tokio::test]
async fn a55_somebody_elses_password_does_not_get_into_the_session() {
    let house = House::build().await;
    let realm = house.realm().await;
    house.store.add_user(&realm.id, NewUser::named("bob"), "bobs own password").await;
    let mut browser = house.logged_in().await;
    let page = browser.get(&house, &format!("{AUTH}&prompt=login")).await;
    let seen = browser.submit(&house, &page, &[("username", "bob"), ("password", "bobs own password")]).await;
    assert!(seen.user().is_none(), "the form is for alice, whatever it says");
}

#[tokio::test]
async fn a35_a56_a_cookie_that_is_not_the_realms_own_is_no_session() {
    let house = House::build().await;
    let good = house.logged_in().await;
    let identity = good.cookies["KEYCLOAK_IDENTITY"].clone();
    let realm = house.realm().await;
    let claims = serde_json::json!({
        "jti": "x", "iss": "http://localhost:8080/realms/port", "sub": house.alice.as_str(),
        "sid": "a".repeat(24), "iat": 0, "exp": i64::MAX,
    });
    let other_kind =
        house.store.identity.sign_internal(&realm, identity::InternalKind::LogoutConfirm, &claims).unwrap();
    for cookie in ["x".to_owned(), format!("{identity}x"), identity[..identity.len() - 2].to_owned(), other_kind] {
        let mut browser = Browser::default();
        browser.cookies.insert("KEYCLOAK_IDENTITY".to_owned(), cookie);
        let seen = browser.get(&house, &format!("{AUTH}&prompt=none")).await;
        assert_eq!(seen.given("error").as_deref(), Some("LoginRequired"));
    }
}

#[tokio::test]
async fn a_closed_session_and_a_disabled_person_are_asked_again() {
    let house = House::build().await;
    let realm = house.realm().await;
    let mut browser = house.logged_in().await;
    house.store.identity.close_user_sessions(&realm, &house.alice, false).await.unwrap();
    let seen = browser.get(&house, &format!("{AUTH}&prompt=none")).await;
    assert_eq!(seen.given("error").as_deref(), Some("LoginRequired"));
    let mut browser = house.logged_in().await;
    house.change_user(identity::UserChange { enabled: Some(false), ..Default::default() }).await;
    let seen = browser.get(&house, &format!("{AUTH}&prompt=none")).await;
    assert_eq!(seen.given("error").as_deref(), Some("LoginRequired"));
}

#[tokio::test]
async fn consent_is_asked_for_and_may_be_refused() {
    let house = House::build().await;
    let ask = "/realms/port/protocol/knock/auth?client_id=asks";
    let mut browser = house.logged_in().await;
    let seen = browser.get(&house, ask).await;
    let page = browser.follow(&house, seen).await;
    assert!(page.has("id=\"kc-cancel\""), "{}", page.body);
    let seen = browser.submit(&house, &page, &[("cancel", "No")]).await;
    assert_eq!(seen.given("error").as_deref(), Some("AccessDenied"));
    assert!(house.has_event("LOGIN_ERROR", Some("rejected_by_user")).await);
    let seen = browser.get(&house, ask).await;
    let page = browser.follow(&house, seen).await;
    let seen = browser.submit(&house, &page, &[("accept", "Yes")]).await;
    assert_eq!(seen.user(), Some("alice"), "{}", seen.body);
    assert!(house.has_event("GRANT_CONSENT", None).await);
}

#[tokio::test]
async fn who_asks_to_be_remembered_is() {
    let house = House::with(serde_json::json!({ "rememberMe": true })).await;
    let (mut browser, page) = house.knock().await;
    assert!(page.has("name=\"rememberMe\""));
    let fields = [("username", "alice"), ("password", PASSWORD), ("rememberMe", "on")];
    let seen = browser.submit(&house, &page, &fields).await;
    let cookies: Vec<&str> = seen.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    let identity = cookies.iter().find(|line| line.starts_with("KEYCLOAK_IDENTITY=")).unwrap();
    assert!(identity.contains("Max-Age=") && identity.contains("HttpOnly"), "{identity}");
    assert!(browser.cookies["KEYCLOAK_REMEMBER_ME"].contains("alice"));
}

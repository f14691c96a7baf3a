//! Parallel tabs, the back button, double submits, lost cookies.

use super::browser::{Browser, House, PASSWORD};

const AUTH: &str = "/realms/port/protocol/knock/auth?client_id=app";
const RIGHT: &[(&str, &str)] = &[("username", "alice"), ("password", PASSWORD)];

#[tokio::test]
async fn a57_tabs_do_not_get_in_each_others_way() {
    let house = House::build().await;
    let mut browser = Browser::default();
    let first = browser.get(&house, &format!("{AUTH}&state=one")).await;
    let second = browser.get(&house, &format!("{AUTH}&state=two")).await;
    let second = browser.submit(&house, &second, &[("username", "alice"), ("password", "wrong")]).await;
    let seen = browser.submit(&house, &first, RIGHT).await;
    assert_eq!(seen.given("state").as_deref(), Some("one"));
    // The other tab goes on after the log-in, with the request that it was opened for.
    let seen = browser.submit(&house, &second, RIGHT).await;
    assert_eq!(seen.given("state").as_deref(), Some("two"), "{}", seen.body);
}

#[tokio::test]
async fn a57_an_older_page_is_not_answered_but_can_be_gone_on_from() {
    let house = House::build().await;
    let (mut browser, old) = house.knock().await;
    browser.submit(&house, &old, &[("username", "alice"), ("password", "wrong")]).await;
    let expired = browser.submit(&house, &old, RIGHT).await;
    assert_eq!(expired.status, 200);
    assert!(expired.has("Page has expired"), "{}", expired.body);
    assert_eq!(house.store.count("user_session").await, 0);
    let page = browser.get(&house, &expired.link("login-actions/authenticate")).await;
    assert_eq!(browser.submit(&house, &page, RIGHT).await.user(), Some("alice"));
}

#[tokio::test]
async fn f22_of_two_equal_submits_one_logs_in() {
    let house = House::build().await;
    let (browser, page) = house.knock().await;
    let (mut one, mut two) = (browser.clone(), browser);
    let (first, second) = tokio::join!(one.submit(&house, &page, RIGHT), two.submit(&house, &page, RIGHT));
    let through = [&first, &second].iter().filter(|seen| seen.user().is_some()).count();
    assert_eq!(through, 1, "{} {}", first.status, second.status);
    assert_eq!(house.store.count("user_session").await, 1);
}

#[tokio::test]
async fn a53_a_form_without_the_browsers_cookies_is_refused() {
    let house = House::build().await;
    let (_, page) = house.knock().await;
    let mut stranger = Browser::default();
    let seen = stranger.submit(&house, &page, RIGHT).await;
    assert_eq!(seen.status, 400);
    assert!(seen.has("cookie"), "{}", seen.body);
    assert!(house.has_event("LOGIN_ERROR", Some("cookie_not_found")).await);
    assert_eq!(house.store.count("user_session").await, 0);
    // With the cookies of another log-in it is no better: the tab is not that browser's.
    let (mut other, _) = house.knock().await;
    other.cookies.remove("KC_RESTART");
    assert_eq!(other.submit(&house, &page, RIGHT).await.status, 400);
}

#[tokio::test]
async fn a_lost_session_cookie_begins_the_same_request_anew() {
    let house = House::build().await;
    let mut browser = Browser::default();
    let page = browser.get(&house, &format!("{AUTH}&state=kept")).await;
    browser.cookies.remove("AUTH_SESSION_ID");
    let page = browser.submit(&house, &page, RIGHT).await;
    assert_eq!(page.status, 200, "the form again, with nothing taken over");
    let seen = browser.submit(&house, &page, RIGHT).await;
    assert_eq!(seen.given("state").as_deref(), Some("kept"), "{}", seen.body);
}

#[tokio::test]
async fn a_log_in_in_progress_survives_a_restart() {
    let mut house = House::build().await;
    let (mut browser, page) = house.knock().await;
    house.restart().await;
    assert_eq!(browser.submit(&house, &page, RIGHT).await.user(), Some("alice"));
    house.restart().await;
    let seen = browser.get(&house, &format!("{AUTH}&prompt=none")).await;
    assert_eq!(seen.user(), Some("alice"), "and so does the session");
}

#[tokio::test]
async fn a57_a_page_of_a_later_step_cannot_be_jumped_to() {
    let house = House::build().await;
    let (mut browser, page) = house.knock().await;
    for place in ["required-action", "consent"] {
        let seen = browser.submit(&house, &at(&page, place), &[("accept", "Yes")]).await;
        assert!(seen.user().is_none());
    }
    assert_eq!(house.store.count("user_session").await, 0);
}

/// The page, with its form sent elsewhere.
fn at(page: &super::browser::Seen, place: &str) -> super::browser::Seen {
    let mut page = page.clone();
    page.body = page.body.replace("login-actions/authenticate", &format!("login-actions/{place}"));
    page
}

#[tokio::test]
async fn a_page_that_waits_too_long_is_not_answered() {
    let house = House::build().await;
    let (mut browser, page) = house.knock().await;
    house.store.clock.advance(1801 * 1000);
    let seen = browser.submit(&house, &page, RIGHT).await;
    assert!(seen.has("Page has expired"), "{}", seen.body);
    assert_eq!(house.store.count("user_session").await, 0);
}

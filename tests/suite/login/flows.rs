//! Flows as a realm has them: second factors, recovery codes, changed flows.

use crypto::otp::{OtpAlgorithm, Totp};
use identity::{Clock as _, UserChange};
use serde_json::json;

use super::browser::{Browser, House, PASSWORD, Seen};

/// Sets a device up, and answers its secret.
async fn enrol(house: &House) -> String {
    let change = UserChange { required_actions: Some(vec!["CONFIGURE_TOTP".to_owned()]), ..UserChange::default() };
    house.change_user(change).await;
    let (mut browser, page) = house.knock().await;
    let page = browser.log_in(house, &page, "alice", PASSWORD).await;
    let field = page.body.split("name=\"totpSecret\"").nth(1).expect("the secret");
    let secret = field.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let again = browser.submit(house, &page, &[("totp", "000000"), ("totpSecret", "my own")]).await;
    assert!(again.has("Invalid authenticator code."), "{}", again.body);
    let seen = browser.submit(house, &again, &[("totp", &code(house, &secret)), ("userLabel", "phone")]).await;
    assert_eq!(seen.user(), Some("alice"), "{}", seen.body);
    house.store.clock.advance(60_000);
    secret
}

fn code(house: &House, secret: &str) -> String {
    let secret = zeroize_bytes(secret);
    let totp = Totp { secret, algorithm: OtpAlgorithm::Sha1, digits: 6, period: 30 };
    totp.code(totp.step_at(house.store.clock.now().seconds()) as u64).to_string()
}

fn zeroize_bytes(text: &str) -> zeroize::Zeroizing<Vec<u8>> {
    zeroize::Zeroizing::new(text.as_bytes().to_vec())
}

async fn at_the_code(house: &House) -> (Browser, Seen) {
    let (mut browser, page) = house.knock().await;
    let page = browser.submit(house, &page, &[("username", "alice"), ("password", PASSWORD)]).await;
    assert!(page.has("name=\"otp\""), "{}", page.body);
    assert!(!browser.cookies.contains_key("KEYCLOAK_IDENTITY"));
    (browser, page)
}

#[tokio::test]
async fn a67_a_second_factor_is_asked_for_and_each_code_counts_once() {
    let house = House::build().await;
    let secret = enrol(&house).await;
    let (mut browser, page) = at_the_code(&house).await;
    let right = code(&house, &secret);
    let wrong = if right == "000000" { "000001" } else { "000000" };
    let page = browser.submit(&house, &page, &[("otp", wrong)]).await;
    assert!(page.has("Invalid authenticator code."));
    let seen = browser.submit(&house, &page, &[("otp", &right)]).await;
    assert_eq!(seen.user(), Some("alice"), "{}", seen.body);
    let (mut other, page) = at_the_code(&house).await;
    let seen = other.submit(&house, &page, &[("otp", &right)]).await;
    assert_eq!(seen.user(), None, "used up");
}

#[tokio::test]
async fn a57_a_half_finished_log_in_is_none() {
    let house = House::build().await;
    enrol(&house).await;
    let (mut browser, page) = at_the_code(&house).await;
    let seen = browser.get(&house, "/realms/port/protocol/knock/auth?client_id=app&prompt=none").await;
    assert_eq!(seen.given("error").as_deref(), Some("LoginRequired"));
    let jumped = page.action().replace("authenticate", "required-action");
    assert_eq!(browser.post(&house, &jumped, &[("otp", "x")]).await.user(), None);
    assert_eq!(house.store.count("user_session").await, 1, "the one of the set-up");
}

#[tokio::test]
async fn a64_a_right_password_buys_no_new_guesses_at_the_code() {
    let house = House::with(json!({ "bruteForceProtected": true, "failureFactor": 3 })).await;
    let secret = enrol(&house).await;
    for wrong in ["111111", "222222", "333333", "444444"] {
        let (mut browser, page) = house.knock().await;
        let page = browser.submit(&house, &page, &[("username", "alice"), ("password", PASSWORD)]).await;
        if page.has("name=\"otp\"") {
            browser.submit(&house, &page, &[("otp", wrong)]).await;
        }
    }
    let (mut browser, page) = house.knock().await;
    let page = browser.submit(&house, &page, &[("username", "alice"), ("password", PASSWORD)]).await;
    assert!(page.has("Invalid username or password."), "{}", page.body);
    let _ = secret;
}

#[tokio::test]
async fn recovery_codes_are_set_up_in_a_realm_that_has_them() {
    let house = House::build().await;
    let action = "CONFIGURE_RECOVERY_AUTHN_CODES".to_owned();
    house.change_user(UserChange { required_actions: Some(vec![action]), ..UserChange::default() }).await;
    let (mut browser, page) = house.knock().await;
    let page = browser.log_in(&house, &page, "alice", PASSWORD).await;
    let seen = browser.submit(&house, &page, &[]).await;
    assert_eq!(seen.user(), Some("alice"), "{}", seen.body);
    let user = house.store.identity.find_user(&*house.realm().await, &house.alice).await.unwrap().unwrap();
    assert!(user.has_credential("recovery-authn-codes"));
    assert_eq!(house.store.identity.next_recovery_code(&user).await.unwrap(), Some(1));
}

#[tokio::test]
async fn a_flow_runs_as_the_realm_has_it_and_an_unknown_required_step_lets_nobody_in() {
    let flow = |steps: serde_json::Value| {
        json!({
            "browserFlow": "mine",
            "authenticationFlows": [{ "alias": "mine", "providerId": "basic-flow", "topLevel": true, "builtIn": false,
                "authenticationExecutions": steps }],
        })
    };
    let two_pages = House::with(flow(json!([
        { "authenticator": "auth-username-form", "requirement": "REQUIRED", "priority": 10 },
        { "authenticator": "auth-password-form", "requirement": "REQUIRED", "priority": 20 },
    ])))
    .await;
    let (mut browser, page) = two_pages.knock().await;
    assert!(!page.has("name=\"password\""));
    let page = browser.submit(&two_pages, &page, &[("username", "alice")]).await;
    assert!(page.has("name=\"password\"") && page.has("alice"), "{}", page.body);
    let seen = browser.submit(&two_pages, &page, &[("password", PASSWORD)]).await;
    assert_eq!(seen.user(), Some("alice"), "{}", seen.body);

    let (mut browser, page) = two_pages.knock().await;
    let page = browser.submit(&two_pages, &page, &[("username", "nobody")]).await;
    assert!(page.has("name=\"password\"") && page.has("nobody"), "A63: a name that is nobody's goes on alike");
    let seen = browser.submit(&two_pages, &page, &[("password", "x")]).await;
    assert!(seen.has("Invalid password."), "{}", seen.body);

    let unknown = House::with(flow(json!([
        { "authenticator": "auth-username-password-form", "requirement": "REQUIRED", "priority": 10 },
        { "authenticator": "somebody-elses-check", "requirement": "REQUIRED", "priority": 20 },
    ])))
    .await;
    let (mut browser, page) = unknown.knock().await;
    let seen = browser.submit(&unknown, &page, &[("username", "alice"), ("password", PASSWORD)]).await;
    assert_eq!(seen.status, 500);
    assert!(unknown.has_event("LOGIN_ERROR", Some("invalid_configuration")).await);
    assert_eq!(unknown.store.count("user_session").await, 0);
}

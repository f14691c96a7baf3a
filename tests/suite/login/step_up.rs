//! More than a password: levels of authentication, and recovery codes.

use identity::UserChange;
use serde_json::{Value, json};

use super::browser::{House, PASSWORD};

/// A realm whose browser flow is these executions; sub-flows stand beside it.
fn realm(executions: Value, sub_flows: &[Value]) -> Value {
    let own = json!({"alias": "mine", "providerId": "basic-flow", "topLevel": true, "builtIn": false, "authenticationExecutions": executions});
    let flows: Vec<Value> = [own].into_iter().chain(sub_flows.iter().cloned()).collect();
    json!({
        "browserFlow": "mine", "authenticationFlows": flows,
        "authenticatorConfig": [
            {"alias": "silver", "config": {"loa-condition-level": "1", "loa-max-age": "36000"}},
            {"alias": "gold", "config": {"loa-condition-level": "2", "loa-max-age": "300"}},
        ],
        "attributes": {"acr.loa.map": "{\"silver\":1,\"gold\":2}"},
    })
}

fn level(alias: &str, step: &str) -> Value {
    json!({"alias": alias, "providerId": "basic-flow", "topLevel": false, "builtIn": false, "authenticationExecutions": [
        {"authenticator": "conditional-level-of-authentication", "authenticatorConfig": alias, "requirement": "REQUIRED", "priority": 10},
        {"authenticator": step, "requirement": "REQUIRED", "priority": 20},
    ]})
}

/// A password is silver, and the password once more is gold.
async fn house() -> House {
    let levels = json!([
        {"flowAlias": "levels", "requirement": "ALTERNATIVE", "priority": 20, "authenticatorFlow": true},
        {"authenticator": "auth-cookie", "requirement": "ALTERNATIVE", "priority": 10},
    ]);
    let inner = json!({"alias": "levels", "providerId": "basic-flow", "topLevel": false, "builtIn": false, "authenticationExecutions": [
        {"flowAlias": "silver", "requirement": "CONDITIONAL", "priority": 10, "authenticatorFlow": true},
        {"flowAlias": "gold", "requirement": "CONDITIONAL", "priority": 20, "authenticatorFlow": true},
    ]});
    let (silver, gold) = (level("silver", "auth-username-password-form"), level("gold", "auth-password-form"));
    House::with(realm(levels, &[inner, silver, gold])).await
}

const ASK: &str = "/realms/port/protocol/knock/auth?client_id=app";

#[tokio::test]
async fn a_level_is_reached_kept_for_a_while_and_asked_for_again() {
    let house = house().await;
    let (mut browser, page) = house.knock().await;
    let silver = browser.log_in(&house, &page, "alice", PASSWORD).await;
    assert_eq!((silver.user(), silver.given("level").as_deref()), (Some("alice"), Some("1")), "{}", silver.body);

    // More is asked for than the session has: only what is missing.
    let page = browser.get(&house, &format!("{ASK}&acr=gold")).await;
    assert!(page.has("name=\"password\"") && !page.has("id=\"username\""), "{}", page.body);
    let wrong = browser.submit(&house, &page, &[("password", "wrong")]).await;
    assert_eq!(wrong.user(), None);
    let gold = browser.submit(&house, &wrong, &[("password", PASSWORD)]).await;
    assert_eq!((gold.user(), gold.given("level").as_deref()), (Some("alice"), Some("2")), "{}", gold.body);
    assert_eq!(gold.given("session"), silver.given("session"), "the same session");

    let again = browser.get(&house, &format!("{ASK}&acr=gold")).await;
    assert_eq!((again.user(), again.given("level").as_deref()), (Some("alice"), Some("2")));
    house.store.clock.advance(301_000);
    let page = browser.get(&house, &format!("{ASK}&acr=gold")).await;
    assert!(page.has("name=\"password\""), "gold holds for five minutes: {} {}", page.status, page.body);
    let less = browser.get(&house, ASK).await;
    assert_eq!(less.user(), Some("alice"), "silver still holds");
}

#[tokio::test]
async fn an_essential_level_that_nobody_can_reach_is_told() {
    let house = house().await;
    let mut browser = house.logged_in().await;
    let seen = browser.get(&house, &format!("{ASK}&acr=9&essential=true")).await;
    let seen = if seen.has("name=\"password\"") {
        browser.submit(&house, &seen, &[("password", PASSWORD)]).await
    } else {
        seen
    };
    assert_eq!(seen.given("error").as_deref(), Some("UnmetAuthentication"), "{} {}", seen.status, seen.body);
    assert_eq!(seen.user(), None);
}

#[tokio::test]
async fn a67_a_recovery_code_lets_in_once_and_in_its_order() {
    let steps = json!([
        {"authenticator": "auth-username-password-form", "requirement": "REQUIRED", "priority": 10},
        {"authenticator": "auth-recovery-authn-code-form", "requirement": "REQUIRED", "priority": 20},
    ]);
    let house = House::with(realm(steps, &[])).await;
    // Whoever has no codes makes some first.
    let action = "CONFIGURE_RECOVERY_AUTHN_CODES".to_owned();
    house.change_user(UserChange { required_actions: Some(vec![action]), ..UserChange::default() }).await;
    let (mut browser, page) = house.knock().await;
    let page = browser.log_in(&house, &page, "alice", PASSWORD).await;
    let codes: Vec<String> = page
        .body
        .split("<li><code>")
        .skip(1)
        .filter_map(|rest| Some(rest.split('<').next()?.replace([' ', '-'], "")))
        .collect();
    assert!(codes.len() >= 10, "{}", page.body);
    assert_eq!(browser.submit(&house, &page, &[]).await.user(), Some("alice"));

    let at_the_code = async || {
        let (mut browser, page) = house.knock().await;
        let page = browser.submit(&house, &page, &[("username", "alice"), ("password", PASSWORD)]).await;
        assert!(page.has("recoveryCodeInput"), "{}", page.body);
        (browser, page)
    };
    let (mut browser, page) = at_the_code().await;
    let wrong = browser.submit(&house, &page, &[("recoveryCodeInput", &codes[1])]).await;
    assert_eq!(wrong.user(), None, "it is not its turn");
    let seen = browser.submit(&house, &wrong, &[("recoveryCodeInput", &codes[0])]).await;
    assert_eq!(seen.user(), Some("alice"), "{}", seen.body);
    let (mut browser, page) = at_the_code().await;
    assert_eq!(browser.submit(&house, &page, &[("recoveryCodeInput", &codes[0])]).await.user(), None, "used up");
    assert!(house.has_event("LOGIN_ERROR", Some("invalid_user_credentials")).await);
}

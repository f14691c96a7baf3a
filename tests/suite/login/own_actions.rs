//! What people may do about their own accounts while they log in, where an application asks for it (`kc_action`).

use identity::{NewUser, UserChange};
use serde_json::{Value, json};

use super::browser::{Browser, House, PASSWORD, Seen};
use super::mail::{Sink, house as house_with_mail};

/// Asks for an action in this browser; answers its page.
async fn asked(house: &House, browser: &mut Browser, action: &str) -> Seen {
    let to = format!("/realms/port/protocol/knock/auth?client_id=app&kc_action={action}");
    let seen = browser.get(house, &to).await;
    browser.follow(house, seen).await
}

fn action(alias: &str, priority: i64, config: Value) -> Value {
    json!({"alias": alias, "name": alias, "providerId": alias, "enabled": true, "defaultAction": false, "priority": priority, "config": config})
}

#[tokio::test]
async fn a69_a_new_address_counts_when_it_was_seen_to_be_the_persons() {
    let mut sink = Sink::open().await;
    let actions = json!([action("UPDATE_EMAIL", 70, json!({}))]);
    let house = house_with_mail(&sink, json!({"verifyEmail": true, "requiredActions": actions})).await;
    let mut tx = house.store.identity.begin().await.unwrap();
    tx.set_email_verified(&house.alice, true).await.unwrap();
    tx.commit().await.unwrap();
    let realm = house.realm().await;
    let victim = NewUser { email: Some("victim@port.example".to_owned()), ..NewUser::named("victim") };
    house.store.add_user(&realm.id, victim, PASSWORD).await;

    let mut browser = house.logged_in().await;
    let page = asked(&house, &mut browser, "UPDATE_EMAIL").await;
    assert!(page.has("name=\"email\""), "{}", page.body);
    let sent = browser.submit(&house, &page, &[("email", "new@port.example")]).await;
    assert_eq!(sent.user(), None, "{}", sent.body);
    let email = async || {
        house.store.identity.find_user(&*house.realm().await, &house.alice).await.unwrap().unwrap().email.clone()
    };
    assert_eq!(email().await.as_deref(), Some("alice@port.example"), "nothing is changed yet");
    let (link, mail) = sink.link().await;
    assert!(mail.contains("To: new@port.example"), "the new address is asked, not the old: {mail}");
    let seen = browser.get(&house, &link).await;
    browser.follow(&house, seen).await;
    assert_eq!(email().await.as_deref(), Some("new@port.example"));
    assert!(house.has_event("UPDATE_EMAIL", None).await);
    let again = Browser::default().get(&house, &format!("{link}&confirm=true")).await;
    assert_eq!(again.status, 400, "once");

    // Somebody else's address is nobody's new one, link or not.
    let page = asked(&house, &mut browser, "UPDATE_EMAIL").await;
    browser.submit(&house, &page, &[("email", "victim@port.example")]).await;
    assert_eq!(email().await.as_deref(), Some("new@port.example"));
}

#[tokio::test]
async fn a73_only_ones_own_credential_goes_and_no_password() {
    let house = House::build().await;
    let realm = house.realm().await;
    let other = house.store.add_user(&realm.id, NewUser::named("bob"), PASSWORD).await;
    let mut ids = Vec::new();
    let mut tx = house.store.identity.begin().await.unwrap();
    for user in [&house.alice, &other] {
        let codes = house.store.identity.new_recovery_codes();
        let credential = codes.to_credential(None, identity::Clock::now(&house.store.clock));
        ids.push(tx.add_credential(user, credential).await.unwrap());
    }
    tx.commit().await.unwrap();
    let count = async || house.store.count("credential").await;
    assert_eq!(count().await, 4);
    let user = house.store.identity.find_user(&realm, &house.alice).await.unwrap().unwrap();
    let password = user.credentials.iter().find(|own| own.kind == "password").unwrap().id.clone();

    let mut browser = house.logged_in().await;
    for foreign in [&ids[1], &password] {
        let page = asked(&house, &mut browser, &format!("delete_credential:{}", foreign.as_str())).await;
        let seen = browser.submit(&house, &page, &[]).await;
        assert_eq!((seen.user(), count().await), (Some("alice"), 4), "{}", seen.body);
    }
    let page = asked(&house, &mut browser, &format!("delete_credential:{}", ids[0].as_str())).await;
    let seen = browser.submit(&house, &page, &[]).await;
    assert_eq!(seen.given("action").as_deref(), Some("delete_credential:success"), "{}", seen.body);
    assert_eq!(count().await, 3);
    assert!(house.has_event("REMOVE_CREDENTIAL", None).await);
}

/// A realm that lets people delete their accounts.
async fn letting_go() -> House {
    House::with(json!({"requiredActions": [action("delete_account", 60, json!({}))]})).await
}

async fn grant_deletion(house: &House) {
    let realm = house.realm().await;
    let role = realm.client_role_named("account", "delete-account").expect("Keycloak's role").clone();
    let mut tx = house.store.identity.begin().await.unwrap();
    tx.grant_role(&house.alice, &role).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn an_account_goes_with_its_sessions_when_its_person_says_so() {
    let house = letting_go().await;
    grant_deletion(&house).await;
    let mut browser = house.logged_in().await;
    let page = asked(&house, &mut browser, "delete_account").await;
    assert!(page.has("cancel-aia"), "{}", page.body);
    let seen = browser.submit(&house, &page, &[]).await;
    assert!(seen.has("Your account has been deleted."), "{}", seen.body);
    assert_eq!((house.store.count("realm_user").await, house.store.count("user_session").await), (0, 0));
    assert!(!browser.cookies.contains_key("KEYCLOAK_IDENTITY"));
    assert!(house.has_event("DELETE_ACCOUNT", None).await);
}

#[tokio::test]
async fn a74_nobody_deletes_an_account_without_the_role() {
    let house = letting_go().await;
    let mut browser = house.logged_in().await;
    let page = asked(&house, &mut browser, "delete_account").await;
    assert_eq!(page.status, 403, "{}", page.body);
    assert_eq!(house.store.count("realm_user").await, 1);
    // And not where the realm has the action switched off, as a new one has.
    let house = House::build().await;
    grant_deletion(&house).await;
    let mut browser = house.logged_in().await;
    let seen = asked(&house, &mut browser, "delete_account").await;
    assert_eq!(seen.user(), Some("alice"), "{}", seen.body);
    assert_eq!(house.store.count("realm_user").await, 1);
}

#[tokio::test]
async fn an_old_log_in_is_proved_anew_before_something_is_changed() {
    let house =
        House::with(json!({"requiredActions": [action("UPDATE_PASSWORD", 30, json!({"max_auth_age": "60"}))]})).await;
    let mut browser = house.logged_in().await;
    let page = asked(&house, &mut browser, "UPDATE_PASSWORD").await;
    assert!(page.has("name=\"password-new\""), "{}", page.body);
    house.store.clock.advance(61_000);
    let page = asked(&house, &mut browser, "UPDATE_PASSWORD").await;
    assert!(!page.has("name=\"password-new\"") && page.has("name=\"password\""), "{}", page.body);
    let page = browser.log_in(&house, &page, "alice", PASSWORD).await;
    assert!(page.has("name=\"password-new\""), "{}", page.body);
}

#[tokio::test]
async fn a_language_is_kept_if_the_realm_speaks_it() {
    let house = House::with(
        json!({"internationalizationEnabled": true, "supportedLocales": ["en", "de"], "defaultLocale": "en"}),
    )
    .await;
    let change = UserChange { required_actions: Some(vec!["update_user_locale".to_owned()]), ..UserChange::default() };
    house.change_user(change).await;
    let (mut browser, page) = house.knock().await;
    let page = browser.log_in(&house, &page, "alice", PASSWORD).await;
    assert!(page.has("name=\"locale\"") && page.has("value=\"de\""), "{}", page.body);
    let again = browser.submit(&house, &page, &[("locale", "tlh")]).await;
    assert!(again.has("name=\"locale\""), "{}", again.body);
    let seen = browser.submit(&house, &again, &[("locale", "de")]).await;
    assert_eq!(seen.user(), Some("alice"), "{}", seen.body);
    let user = house.store.identity.find_user(&*house.realm().await, &house.alice).await.unwrap().unwrap();
    assert_eq!(user.attributes.get("locale").map(Vec::as_slice), Some(&["de".to_owned()][..]));
}

//! A new password against the realm's policy, its history included.

use super::*;
use crate::{NoLists, PasswordRefused};

async fn rules_broken(house: &House, user: &UserId, password: &str) -> Vec<&'static str> {
    let user = house.loaded(user).await;
    let answer = house.identity.hash_new_password(&house.realm, &user, &Secret::from(password), &NoLists).await;
    match answer {
        Ok(_) => Vec::new(),
        Err(PasswordRefused::Broken(violations)) => violations.into_iter().map(|broken| broken.rule).collect(),
        Err(PasswordRefused::Error(error)) => panic!("{error}"),
    }
}

#[tokio::test]
async fn rules_are_told_together_and_cost_no_hash() {
    let policy = format!("{CHEAP} and length(12) and digits(1) and passwordHistory(3)");
    on_each(json!({ "passwordPolicy": policy }), async |house| {
        let alice = house.user("alice").await;
        let jobs = house.jobs();
        assert_eq!(rules_broken(&house, &alice, "short").await, ["length", "digits"]);
        assert_eq!(rules_broken(&house, &alice, "").await, ["length"]);
        assert_eq!(rules_broken(&house, &alice, &"1".repeat(4097)).await, ["maxLength"]);
        assert_eq!(house.jobs(), jobs);
        assert!(rules_broken(&house, &alice, "long enough 1").await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_newest_passwords_do_not_come_back() {
    on_each(json!({ "passwordPolicy": format!("{CHEAP} and passwordHistory(2)") }), async |house| {
        let alice = house.user("alice").await;
        for (age, old) in [(1, "previous"), (2, "ancient")] {
            let (data, secret) = hash(old, cheap()).await.to_keycloak();
            let mut tx = house.identity.begin().await.unwrap();
            let credential = NewCredential {
                id: None,
                kind: "password-history".to_owned(),
                label: None,
                created_at: Some(START.plus_seconds(-age * 86_400)),
                credential_data: data,
                secret_data: Zeroizing::new(secret),
                document: Value::Null,
            };
            tx.add_credential(&alice, credential).await.unwrap();
            tx.commit().await.unwrap();
        }
        assert_eq!(rules_broken(&house, &alice, PASSWORD).await, ["passwordHistory"]);
        assert_eq!(rules_broken(&house, &alice, "previous").await, ["passwordHistory"]);
        assert!(rules_broken(&house, &alice, "ancient").await.is_empty());
        // An old password opens nothing.
        assert_eq!(house.outcome("alice", "previous").await, "invalid_user_credentials");
    })
    .await;
}

#[tokio::test]
async fn a_new_password_gets_the_policys_hash() {
    on_each(json!({ "passwordPolicy": CHEAP }), async |house| {
        let alice = house.user("alice").await;
        let user = house.loaded(&alice).await;
        let new = house.identity.hash_new_password(&house.realm, &user, &Secret::from("new"), &NoLists).await.unwrap();
        assert_eq!(new.spec(), cheap());
        let mut tx = house.identity.begin().await.unwrap();
        tx.set_password_hash(&alice, &new).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(house.outcome("alice", "new").await, "ok");
        assert_eq!(house.outcome("alice", PASSWORD).await, "invalid_user_credentials");
    })
    .await;
}

//! What stands against a user whose password is right, and that nothing of it is told before.

use super::*;

#[tokio::test]
async fn a41_disabled_pending_and_not_yet_are_told_only_to_who_knows_the_password() {
    on_each(json!({ "passwordPolicy": CHEAP }), async |house| {
        let alice = house.user("alice").await;
        let cases = [
            (UserChange { enabled: Some(false), ..UserChange::default() }, "user_disabled"),
            (
                UserChange {
                    enabled: Some(true),
                    required_actions: Some(vec!["VERIFY_EMAIL".to_owned()]),
                    ..UserChange::default()
                },
                "resolve_required_actions",
            ),
            (
                UserChange {
                    required_actions: Some(Vec::new()),
                    not_before: Some(START.seconds() + 1),
                    ..UserChange::default()
                },
                "invalid_token",
            ),
            (UserChange { not_before: Some(START.seconds()), ..UserChange::default() }, "ok"),
        ];
        for (change, expected) in cases {
            house.change(&alice, change).await;
            for factor in [SecondFactor::Refuse, SecondFactor::Append, SecondFactor::Ignore] {
                assert_eq!(word(&house.try_as("alice", "wrong", factor).await), "invalid_user_credentials");
                assert_eq!(word(&house.try_as("alice", PASSWORD, factor).await), expected);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_refused_right_password_neither_counts_nor_forgets() {
    on_each(guarded(10), async |house| {
        let alice = house.user("alice").await;
        house.outcome("alice", "wrong").await;
        house.change(&alice, UserChange { enabled: Some(false), ..UserChange::default() }).await;
        assert_eq!(house.outcome("alice", PASSWORD).await, "user_disabled");
        assert_eq!(house.failures(&alice).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_user_of_one_realm_is_nobody_in_another() {
    on_each(json!({ "passwordPolicy": CHEAP }), async |mut house| {
        house.user("alice").await;
        let mut tx = house.identity.begin().await.unwrap();
        tx.add_realm(NewRealm { id: None, name: "other".to_owned(), document: Value::Null }).await.unwrap();
        tx.commit().await.unwrap();
        house.realm = house.identity.realm("other").await.unwrap().unwrap();
        assert_eq!(house.outcome("alice", PASSWORD).await, "user_not_found");
    })
    .await;
}

#[tokio::test]
async fn a_password_older_than_the_policy_allows_must_be_changed_first() {
    let policy = format!("{CHEAP} and forceExpiredPasswordChange(30)");
    on_each(json!({ "passwordPolicy": policy }), async |mut house| {
        let alice = house.user("alice").await;
        let token = house.ticket(&alice).await;
        house.clock.advance(30 * 86_400_000);
        assert_eq!(house.outcome("alice", PASSWORD).await, "ok");
        house.clock.advance(1);
        let denied = house.attempt("alice", PASSWORD).await.unwrap_err();
        assert!(
            matches!(&denied, Denied::ActionRequired { actions, .. } if actions == &["UPDATE_PASSWORD"]),
            "{denied:?}"
        );
        assert_ne!(house.outcome("alice", "guess").await, "resolve_required_actions", "only for the right password");
        house.identity.prove_ticket(&house.realm, "test", &token, None, &house.peer).await.unwrap();
        // A newer hash of the same password is no newer password; a new password is.
        house.identity.rehashes_done().await;
        assert_eq!(house.outcome("alice", PASSWORD).await, "resolve_required_actions");
        let new = hash(PASSWORD, cheap()).await;
        let mut tx = house.identity.begin().await.unwrap();
        tx.set_password_hash(&alice, &new).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(house.outcome("alice", PASSWORD).await, "ok");
        house.settings(json!({ "passwordPolicy": CHEAP })).await;
        house.clock.advance(1_000 * 86_400_000);
        assert_eq!(house.outcome("alice", PASSWORD).await, "ok");
    })
    .await;
}

#[tokio::test]
async fn a_password_whose_age_nobody_knows_is_too_old() {
    let policy = format!("{CHEAP} and forceExpiredPasswordChange(30)");
    on_each(json!({ "passwordPolicy": policy }), async |house| {
        let alice = house.add(NewUser::named("alice"), None).await;
        let (credential_data, secret_data) = hash(PASSWORD, cheap()).await.to_keycloak();
        let mut tx = house.identity.begin().await.unwrap();
        let credential = NewCredential {
            id: None,
            kind: "password".to_owned(),
            label: None,
            created_at: None,
            credential_data,
            secret_data: zeroize::Zeroizing::new(secret_data),
            document: serde_json::Value::Null,
        };
        tx.add_credential(&alice, credential).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(house.outcome("alice", PASSWORD).await, "resolve_required_actions");
    })
    .await;
}

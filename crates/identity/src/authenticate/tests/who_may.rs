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

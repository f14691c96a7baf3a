//! A right password is hashed anew when the realm's policy has moved on.

use super::*;

async fn kind_of(house: &House, user: &UserId) -> Option<String> {
    let facts = &house.loaded(user).await.credentials;
    facts.iter().find(|facts| facts.kind == "password").and_then(|facts| facts.algorithm.clone())
}

/// The stored hash's kind, past what memory holds of the user.
async fn stored_spec(house: &House, user: &UserId) -> HashSpec {
    let stored = house.identity.credentials_of(user, "password").await.unwrap();
    PasswordHash::from_keycloak(&stored[0].credential_data, &stored[0].secret_data).unwrap().spec()
}

#[tokio::test]
async fn every_kind_of_keycloak_is_taken_and_hashed_anew_with_the_policys() {
    on_each(json!({}), async |house| {
        for id in ["argon2", "pbkdf2-sha512", "pbkdf2-sha256", "pbkdf2"] {
            let iterations = if id == "argon2" { None } else { Some(10) };
            let old = HashSpec::from_policy(Some(id), iterations).unwrap();
            let user = house.user_with(id, PASSWORD, old).await;
            let ticket = house.ticket(&user).await;
            let version = house.loaded(&user).await.version;
            assert_eq!(house.outcome(id, "wrong").await, "invalid_user_credentials");
            house.identity.rehashes_done().await;
            assert_eq!(stored_spec(&house, &user).await, old, "a wrong password changes nothing");
            assert_eq!(house.outcome(id, PASSWORD).await, "ok");
            house.identity.rehashes_done().await;
            assert_eq!(stored_spec(&house, &user).await, HashSpec::DEFAULT, "{id}");
            assert_eq!(house.outcome(id, PASSWORD).await, "ok");
            assert_eq!(house.outcome(id, "wrong").await, "invalid_user_credentials");
            // It is the same password: nobody is logged out by it.
            assert_eq!(house.loaded(&user).await.version, version);
            house.identity.prove_ticket(&house.realm, "test", &ticket, None, &house.peer).await.unwrap();
            assert!(kind_of(&house, &user).await.is_some());
        }
    })
    .await;
}

#[tokio::test]
async fn a_hash_of_the_policys_kind_is_left_alone() {
    on_each(json!({ "passwordPolicy": CHEAP }), async |house| {
        house.user("alice").await;
        let jobs = house.jobs();
        assert_eq!(house.outcome("alice", PASSWORD).await, "ok");
        house.identity.rehashes_done().await;
        assert_eq!(house.jobs() - jobs, 1);
    })
    .await;
}

#[tokio::test]
async fn parallel_logins_make_one_new_hash_and_all_succeed() {
    on_each(json!({ "passwordPolicy": CHEAP }), async |house| {
        let old = HashSpec::from_policy(Some("pbkdf2-sha256"), Some(1)).unwrap();
        let alice = house.user_with("alice", PASSWORD, old).await;
        let before = house.identity.hashing().stats().done_total.pbkdf2_sha512;
        // Both have read the old hash before either is answered.
        house.gate.pause();
        let shared = house.identity.hashing().stats().shared_total;
        let ask = || Box::pin(house.outcome("alice", PASSWORD));
        let opened = async {
            while house.identity.hashing().stats().shared_total <= shared {
                tokio::task::yield_now().await;
            }
            house.gate.resume();
        };
        let (one, other, ()) = tokio::join!(ask(), ask(), opened);
        assert_eq!((one, other), ("ok", "ok"));
        house.identity.rehashes_done().await;
        assert_eq!(stored_spec(&house, &alice).await, cheap());
        assert_eq!(house.identity.hashing().stats().done_total.pbkdf2_sha512 - before, 1);
    })
    .await;
}

#[tokio::test]
async fn a_password_that_was_changed_meanwhile_is_not_put_back() {
    on_each(json!({ "passwordPolicy": CHEAP }), async |house| {
        let old = HashSpec::from_policy(Some("pbkdf2-sha256"), Some(1)).unwrap();
        let alice = house.user_with("alice", PASSWORD, old).await;
        assert_eq!(house.outcome("alice", PASSWORD).await, "ok");
        // The new hash waits behind the held gate, or is done already; the change comes in either way.
        house.gate.pause();
        let new = hash("another", cheap()).await;
        let mut tx = house.identity.begin().await.unwrap();
        tx.set_password_hash(&alice, &new).await.unwrap();
        tx.commit().await.unwrap();
        house.gate.resume();
        house.identity.rehashes_done().await;
        assert_eq!(house.outcome("alice", PASSWORD).await, "invalid_user_credentials");
        assert_eq!(house.outcome("alice", "another").await, "ok");
    })
    .await;
}

//! A client that asks twice with the same wrong words is counted once.

use super::*;

#[tokio::test]
async fn a_post_and_its_get_with_the_same_wrong_password_count_once() {
    let mut settings = guarded(5);
    // Keycloak's default: two failures within a second lock at once.
    settings["quickLoginCheckMilliSeconds"] = json!(1_000);
    on_each(settings, async |house| {
        let alice = house.user("alice").await;
        let jobs = house.jobs();
        for login in ["alice", "Alice"] {
            assert_eq!(house.outcome(login, "wrong").await, "invalid_user_credentials");
            house.clock.advance(200);
        }
        assert_eq!(house.failures(&alice).await, 1);
        assert_eq!(house.jobs() - jobs, 2, "a repeat costs its hash: nothing is answered from memory");
        assert_eq!(house.outcome("alice", PASSWORD).await, "ok");
    })
    .await;
}

#[tokio::test]
async fn another_password_another_address_and_a_later_try_count() {
    on_each(guarded(100), async |mut house| {
        let alice = house.user("alice").await;
        house.outcome("alice", "wrong").await;
        house.outcome("alice", "wronger").await;
        assert_eq!(house.failures(&alice).await, 2);
        house.peer.address = IpAddr::from([192, 0, 2, 2]);
        house.outcome("alice", "wrong").await;
        assert_eq!(house.failures(&alice).await, 3);
        house.outcome("alice", "wrong").await;
        assert_eq!(house.failures(&alice).await, 3);
        house.clock.advance(5_000);
        house.outcome("alice", "wrong").await;
        assert_eq!(house.failures(&alice).await, 4);
    })
    .await;
}

#[tokio::test]
async fn a_right_password_is_not_remembered() {
    on_each(guarded(100), async |house| {
        house.user("alice").await;
        let jobs = house.jobs();
        assert_eq!(house.outcome("alice", PASSWORD).await, "ok");
        assert_eq!(house.outcome("alice", PASSWORD).await, "ok");
        assert_eq!(house.jobs() - jobs, 2);
    })
    .await;
}

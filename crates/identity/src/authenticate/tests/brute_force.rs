//! A64: guessing is counted exactly and stopped, and the lock is no weapon.

use tokio::task::JoinSet;

use super::*;
use crate::{EventQuery, LOCK_TOKENS};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a64_a_hundred_parallel_guesses_count_a_hundred() {
    on_each(guarded(1_000), async |house| {
        let alice = house.user("alice").await;
        let house = Arc::new(house);
        let mut guesses = JoinSet::new();
        for number in 0..100 {
            let house = Arc::clone(&house);
            guesses.spawn(async move { house.outcome("alice", &format!("guess {number}")).await });
        }
        while let Some(answer) = guesses.join_next().await {
            assert_eq!(answer.unwrap(), "invalid_user_credentials");
        }
        assert_eq!(house.failures(&alice).await, 100);
    })
    .await;
}

#[tokio::test]
async fn a64_the_right_password_does_not_open_a_lock_until_its_time_is_over() {
    on_each(guarded(3), async |house| {
        let alice = house.user("alice").await;
        for number in 0..3 {
            assert_eq!(house.outcome("alice", &format!("guess {number}")).await, "invalid_user_credentials");
        }
        let denied = house.attempt("alice", PASSWORD).await.unwrap_err();
        assert!(matches!(denied, Denied::Locked { permanent: false, .. }) && denied.looks_wrong());
        assert_eq!(denied.event_error(), "user_temporarily_disabled");
        assert_eq!(house.failures(&alice).await, 3, "an attempt under a lock does not lengthen it");
        house.clock.advance(59_999);
        assert_eq!(house.outcome("alice", PASSWORD).await, "user_temporarily_disabled");
        house.clock.advance(1);
        assert_eq!(house.outcome("alice", PASSWORD).await, "ok");
        assert_eq!(house.failures(&alice).await, 0, "a success forgets");
    })
    .await;
}

#[tokio::test]
async fn a64_a_right_guess_that_waited_while_the_lock_came_down_is_refused() {
    on_each(guarded(3), async |house| {
        let alice = house.user("alice").await;
        house.gate.pause();
        let guess = house.attempt("alice", PASSWORD);
        let lock = async {
            house.until_queued(1).await;
            for _ in 0..3 {
                house.identity.record_failure(&house.realm, &alice, None).await.unwrap();
            }
            house.gate.resume();
        };
        let (answer, ()) = tokio::join!(guess, lock);
        assert!(matches!(answer, Err(Denied::Locked { permanent: false, .. })), "{answer:?}");
        assert_eq!(house.failures(&alice).await, 3);
    })
    .await;
}

#[tokio::test]
async fn a64_many_names_with_one_password_lock_nobody_else() {
    on_each(guarded(2), async |house| {
        house.user("alice").await;
        for number in 0..70 {
            assert_eq!(house.outcome(&format!("nobody-{number}"), "spray").await, "user_not_found");
        }
        // The rows that stand in for unknown names count too, but they lock nobody: not even themselves.
        assert_eq!(house.outcome("nobody-1", "spray again").await, "user_not_found");
        assert_eq!(house.outcome("alice", PASSWORD).await, "ok");
    })
    .await;
}

#[tokio::test]
async fn a64_a_permanent_lock_holds_until_somebody_enables_the_user() {
    let mut settings = guarded(2);
    settings["permanentLockout"] = json!(true);
    on_each(settings, async |house| {
        let alice = house.user("alice").await;
        let ticket = house.ticket(&alice).await;
        house.outcome("alice", "guess 1").await;
        house.outcome("alice", "guess 2").await;
        house.clock.advance(1_000_000_000);
        let denied = house.attempt("alice", PASSWORD).await.unwrap_err();
        assert!(matches!(denied, Denied::Locked { permanent: true, .. }) && denied.looks_wrong(), "{denied:?}");
        assert_eq!(denied.event_error(), "user_disabled");
        let by_ticket = house.identity.prove_ticket(&house.realm, "test", &ticket, None, &house.peer).await;
        assert!(by_ticket.is_err(), "a permanent lock stops tokens too");
        house.change(&alice, UserChange { enabled: Some(true), ..UserChange::default() }).await;
        assert_eq!(house.outcome("alice", PASSWORD).await, "ok");
        let by_ticket = house.identity.prove_ticket(&house.realm, "test", &ticket, None, &house.peer).await;
        assert!(by_ticket.is_err(), "it does not come back with the user");
    })
    .await;
}

#[tokio::test]
async fn a64_who_only_knows_a_name_does_not_stop_that_users_tokens_unless_the_realm_says_so() {
    on_each(guarded(2), async |mut house| {
        let alice = house.user("alice").await;
        let ticket = house.ticket(&alice).await;
        house.outcome("alice", "guess 1").await;
        house.outcome("alice", "guess 2").await;
        assert_eq!(house.outcome("alice", PASSWORD).await, "user_temporarily_disabled");
        house.identity.prove_ticket(&house.realm, "test", &ticket, None, &house.peer).await.unwrap();
        house.settings(json!({ "attributes": { LOCK_TOKENS: "true" } })).await;
        let denied = house.identity.prove_ticket(&house.realm, "test", &ticket, None, &house.peer).await.unwrap_err();
        assert!(matches!(denied, Denied::Locked { permanent: false, .. }));
        house.clock.advance(60_000);
        house.identity.prove_ticket(&house.realm, "test", &ticket, None, &house.peer).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a64_a_lock_is_an_event() {
    let mut settings = guarded(2);
    settings["eventsEnabled"] = json!(true);
    on_each(settings, async |house| {
        let alice = house.user("alice").await;
        house.outcome("alice", "guess 1").await;
        house.identity.flush_events().await;
        assert!(house.identity.events(&house.realm, EventQuery::default()).await.unwrap().is_empty());
        house.outcome("alice", "guess 2").await;
        house.identity.flush_events().await;
        let events = house.identity.events(&house.realm, EventQuery::default()).await.unwrap();
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].kind, "USER_DISABLED_BY_TEMPORARY_LOCKOUT");
        assert_eq!(events[0].user.as_ref(), Some(&alice));
    })
    .await;
}

#[tokio::test]
async fn a_realm_that_counts_nothing_locks_nobody() {
    on_each(json!({ "passwordPolicy": CHEAP }), async |house| {
        let alice = house.user("alice").await;
        for number in 0..50 {
            house.outcome("alice", &format!("guess {number}")).await;
        }
        assert_eq!(house.failures(&alice).await, 0);
        assert_eq!(house.outcome("alice", PASSWORD).await, "ok");
    })
    .await;
}

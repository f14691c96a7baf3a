//! Failed log-ins on each database.

use std::{net::IpAddr, sync::Arc};

use serde_json::json;
use tokio::task::JoinSet;

use super::*;
use crate::{
    Clock, NewTicket, UserChange,
    test_store::{Town, each_database},
};

const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));

impl Town {
    async fn fail(&self) -> FailureState {
        self.identity.record_failure(&self.realm, &self.user, Some(ADDRESS)).await.unwrap()
    }

    async fn failures(&self) -> FailureState {
        self.identity.failure_state(&self.realm, &self.user).await.unwrap()
    }
}

#[tokio::test]
async fn a_hundred_failures_at_once_count_a_hundred() {
    each_database(async |mut store| {
        store.set(json!({ "failureFactor": 100, "quickLoginCheckMilliSeconds": 0 })).await;
        assert!(store.failures().await.is_clean());
        let mut guesses = JoinSet::new();
        for _ in 0..100 {
            let (identity, realm, user) = (store.identity.clone(), Arc::clone(&store.realm), store.user.clone());
            guesses.spawn(async move { identity.record_failure(&realm, &user, Some(ADDRESS)).await.unwrap() });
        }
        let states = guesses.join_all().await;
        let mut counts: Vec<u32> = states.iter().map(|state| state.failures).collect();
        counts.sort_unstable();
        assert_eq!(counts, (1..=100).collect::<Vec<u32>>());
        assert_eq!(states.iter().filter(|state| state.lock == Some(Lock::Temporary)).count(), 1);
        let state = store.failures().await;
        assert_eq!((state.failures, state.lockouts), (100, 1));
        assert_eq!(state.last_address.as_deref(), Some("192.0.2.7"));
        assert!(state.is_locked(store.clock.now()));
    })
    .await;
}

#[tokio::test]
async fn a_success_forgets_and_what_is_clean_costs_nothing_on_one_node() {
    each_database(async |store| {
        store.fail().await;
        assert_eq!(store.failures().await.failures, 1);
        store.identity.clear_failures(&store.realm, &store.user).await.unwrap();
        assert!(store.failures().await.is_clean());
        assert_eq!(store.count("login_failure").await, 0);
        if store.identity.is_single_node() {
            let sent = store
                .statements(async {
                    for _ in 0..100 {
                        assert!(store.failures().await.is_clean());
                        store.identity.clear_failures(&store.realm, &store.user).await.unwrap();
                    }
                })
                .await;
            assert!(sent <= 2, "only the poller may have sent something: {sent}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_lock_ends_by_the_clock() {
    each_database(async |mut store| {
        store.set(json!({ "failureFactor": 2, "waitIncrementSeconds": 30 })).await;
        store.fail().await;
        store.clock.advance(5_000);
        assert_eq!(store.fail().await.lock, Some(Lock::Temporary));
        assert!(store.failures().await.is_locked(store.clock.now()));
        store.clock.advance(29_999);
        assert!(store.failures().await.is_locked(store.clock.now()));
        store.clock.advance(1);
        assert!(!store.failures().await.is_locked(store.clock.now()));
        assert!(store.identity.find_user(&store.realm, &store.user).await.unwrap().unwrap().enabled);
    })
    .await;
}

#[tokio::test]
async fn a_permanent_lockout_disables_the_user_and_their_tickets() {
    each_database(async |mut store| {
        store.set(json!({ "failureFactor": 2, "permanentLockout": true, "quickLoginCheckMilliSeconds": 0 })).await;
        let ticket = NewTicket { user: Some(&store.user), ..NewTicket::new(&store.realm, "test") };
        let secret = store.identity.issue_ticket(ticket, "ptr").await.unwrap();
        let before = store.identity.find_user(&store.realm, &store.user).await.unwrap().unwrap();
        assert_eq!(store.fail().await.lock, None);
        assert!(store.identity.find_ticket(&store.realm, "test", &secret).await.unwrap().is_some());
        assert_eq!(store.fail().await.lock, Some(Lock::Permanent));
        let after = store.identity.find_user(&store.realm, &store.user).await.unwrap().unwrap();
        assert!(before.enabled && !after.enabled);
        assert!(after.version > before.version);
        assert!(store.identity.find_ticket(&store.realm, "test", &secret).await.unwrap().is_none());
        assert!(store.failures().await.permanent);
        assert_eq!(store.count("ticket").await, 0, "revoked, not asleep");
        assert_eq!(after.attributes["disabledReason"], ["permanentLockout"]);
        assert!(after.is_locked_out());

        let mut tx = store.identity.begin().await.unwrap();
        let enable = UserChange { enabled: Some(true), ..UserChange::default() };
        tx.change_user(&store.user, enable).await.unwrap();
        tx.commit().await.unwrap();
        let again = store.identity.find_user(&store.realm, &store.user).await.unwrap().unwrap();
        assert!(again.attributes.is_empty() && !again.is_locked_out());
        assert!(store.identity.find_ticket(&store.realm, "test", &secret).await.unwrap().is_none());
        assert!(store.failures().await.is_clean());
        assert_eq!(store.fail().await.lock, None, "counted from the beginning");
    })
    .await;
}

#[tokio::test]
async fn enabling_a_user_leaves_another_reason_and_a_temporary_lock_alone() {
    each_database(async |mut store| {
        store.set(json!({ "failureFactor": 1, "waitIncrementSeconds": 60 })).await;
        assert_eq!(store.fail().await.lock, Some(Lock::Temporary));
        let mut tx = store.identity.begin().await.unwrap();
        tx.set_attribute(&store.user, "disabledReason", &["left the docks".to_owned()]).await.unwrap();
        for enabled in [false, true] {
            tx.change_user(&store.user, UserChange { enabled: Some(enabled), ..UserChange::default() }).await.unwrap();
        }
        tx.commit().await.unwrap();
        let user = store.identity.find_user(&store.realm, &store.user).await.unwrap().unwrap();
        assert_eq!(user.attributes["disabledReason"], ["left the docks"]);
        assert!(store.failures().await.is_locked(store.clock.now()));
    })
    .await;
}

#[tokio::test]
async fn users_of_one_batch_are_counted_apart_and_a_decoy_counts_for_nobody() {
    each_database(async |store| {
        let mut tx = store.identity.begin().await.unwrap();
        let bert = tx.add_user(&store.realm.id, crate::NewUser::named("bert")).await.unwrap();
        tx.commit().await.unwrap();
        let decoy = UserId::from("nobody 1");
        let (anna, other, nobody) = tokio::join!(
            store.identity.record_failure(&store.realm, &store.user, None),
            store.identity.record_failure(&store.realm, &bert, None),
            store.identity.record_decoy_failure(&store.realm, &decoy, ADDRESS),
        );
        assert_eq!(anna.unwrap().failures, 1);
        assert_eq!(other.unwrap().failures, 1);
        nobody.unwrap();
        assert_eq!(store.count("login_failure").await, 3);
        let mut tx = store.identity.begin().await.unwrap();
        tx.remove_user(&bert).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.count("login_failure").await, 2);
        assert!(store.identity.failure_state(&store.realm, &bert).await.unwrap().is_clean());
    })
    .await;
}

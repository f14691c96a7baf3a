//! The writer's promises that belong to no single command.

use std::sync::Arc;

use serde_json::json;
use tokio::task::JoinSet;

use super::{BATCH, QUEUE};
use crate::{
    Error, NewTicket, NotReady, UserId,
    test_store::{Town, each_database},
    testing::TestStore,
};

/// Asks for `count` writes at once and tells how many were done and how many were sent away.
async fn ask(town: &Town, count: usize) -> JoinSet<Result<(), Error>> {
    let mut asked = JoinSet::new();
    for number in 0..count {
        let (identity, realm) = (town.identity.clone(), Arc::clone(&town.realm));
        asked.spawn(async move { identity.clear_failures(&realm, &UserId::from(format!("user {number}"))).await });
    }
    // Let each of them put its command into the queue.
    tokio::task::yield_now().await;
    asked
}

#[tokio::test]
async fn a_full_queue_sends_away_and_loses_nothing_it_took() {
    let town = Town::found(TestStore::sqlite().await).await;
    // Holds the one write connection, so that the writer has to wait.
    let tx = town.identity.begin().await.unwrap();
    let asked = ask(&town, QUEUE + BATCH + 10).await;
    while town.identity.statistics().queued_commands < QUEUE as u64 {
        tokio::task::yield_now().await;
    }
    let refused = town.identity.clear_failures(&town.realm, &town.user).await;
    assert!(matches!(refused, Err(Error::Busy { retry_after_seconds: 1 })), "{refused:?}");
    tx.roll_back().await.unwrap();
    let (done, refused): (Vec<_>, Vec<_>) = asked.join_all().await.into_iter().partition(Result::is_ok);
    assert!(done.len() >= QUEUE, "{} done", done.len());
    assert!(refused.iter().all(|answer| matches!(answer, Err(Error::Busy { .. }))));
    assert_eq!(done.len() + refused.len(), QUEUE + BATCH + 10);
    assert_eq!(town.identity.ready().await, Ok(()));
}

#[tokio::test]
async fn commands_asked_together_share_a_transaction_on_sqlite() {
    let town = Town::found(TestStore::sqlite().await).await;
    let sent = town
        .statements(async {
            let asked = ask(&town, BATCH).await;
            assert!(asked.join_all().await.into_iter().all(|answer| answer.is_ok()));
        })
        .await;
    // Begin, one statement for all of a batch, commit; the first may have gone alone, and the poller may have looked.
    assert!(sent <= 10, "{sent} statements for {BATCH} commands");
}

#[tokio::test]
async fn stopping_answers_what_was_taken_and_takes_no_more() {
    each_database(async |town| {
        let mut asked = JoinSet::new();
        for _ in 0..50 {
            let (identity, realm) = (town.identity.clone(), Arc::clone(&town.realm));
            asked.spawn(async move { identity.issue_ticket(NewTicket::new(&realm, "test"), "ptr").await });
        }
        tokio::task::yield_now().await;
        town.identity.0.writer.stop().await;
        assert!(asked.join_all().await.into_iter().all(|answer| answer.is_ok()));
        assert_eq!(town.count("ticket").await, 50);
        let late = town.identity.issue_ticket(NewTicket::new(&town.realm, "test"), "ptr").await;
        assert!(matches!(late, Err(Error::Fault(_))), "{late:?}");
        assert_eq!(town.count("ticket").await, 50);
        assert_eq!(town.identity.ready().await, Err(NotReady::Writer));
    })
    .await;
}

#[tokio::test]
async fn kinds_of_commands_mix_in_a_batch() {
    each_database(async |mut town| {
        town.set(json!({ "eventsEnabled": true })).await;
        let first = town.identity.issue_ticket(NewTicket::new(&town.realm, "test"), "ptr").await.unwrap();
        town.identity.record(&town.realm, town.event("LOGIN"));
        let (issued, consumed, failed, ()) = tokio::join!(
            town.identity.issue_ticket(NewTicket::new(&town.realm, "test"), "ptr"),
            town.identity.consume_ticket(&town.realm, "test", &first),
            town.identity.record_failure(&town.realm, &town.user, None),
            town.identity.flush_events(),
        );
        assert!(consumed.unwrap().is_some());
        assert_eq!(failed.unwrap().failures, 1);
        let issued = issued.unwrap();
        assert!(town.identity.find_ticket(&town.realm, "test", &issued).await.unwrap().is_some());
        assert_eq!(town.count("event").await, 1);
    })
    .await;
}

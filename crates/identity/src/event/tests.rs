//! Events on each database.

use sea_orm::ConnectionTrait;
use serde_json::json;

use super::*;
use crate::test_store::each_database;

#[tokio::test]
async fn a_realm_that_stores_events_has_rows_and_another_has_none() {
    each_database(async |mut store| {
        store.identity.record(&store.realm, store.event("docker.token-issued"));
        store.identity.flush_events().await;
        assert_eq!(store.count("event").await, 0);
        store.set(json!({ "eventsEnabled": true })).await;
        let event = store.event("docker.token-issued");
        store.identity.record(&store.realm, event.clone());
        store.clock.advance(1);
        let refused = Event { error: Some("invalid_user_credentials".into()), ..store.event("docker.token-refused") };
        store.identity.record(&store.realm, refused.clone());
        store.identity.flush_events().await;
        let all = store.identity.events(&store.realm, EventQuery::default()).await.unwrap();
        assert_eq!(all, [refused.clone(), event]);
        let query = EventQuery { kinds: vec!["docker.token-refused".to_owned()], ..EventQuery::default() };
        assert_eq!(store.identity.events(&store.realm, query).await.unwrap(), [refused]);
        let query = EventQuery { client: Some("other".to_owned()), ..EventQuery::default() };
        assert_eq!(store.identity.events(&store.realm, query).await.unwrap(), []);
        assert_eq!(store.identity.statistics().lost_events, 0);
    })
    .await;
}

#[tokio::test]
async fn events_of_one_millisecond_keep_their_order() {
    each_database(async |mut store| {
        store.set(json!({ "eventsEnabled": true })).await;
        for number in 0..200 {
            let details = vec![("number".into(), number.to_string())];
            store.identity.record(&store.realm, Event { details, ..store.event("LOGIN") });
            if number == 100 {
                store.identity.flush_events().await;
            }
        }
        store.identity.flush_events().await;
        let mut listed = Vec::new();
        for skip in [0, 70, 140] {
            let query = EventQuery { skip, limit: 70, ..EventQuery::default() };
            let page = store.identity.events(&store.realm, query).await.unwrap();
            listed.extend(page.into_iter().map(|event| event.details[0].1.clone()));
        }
        let newest_first: Vec<String> = (0..200).rev().map(|number: u32| number.to_string()).collect();
        assert_eq!(listed, newest_first);
    })
    .await;
}

#[tokio::test]
async fn only_enabled_kinds_are_stored() {
    each_database(async |mut store| {
        store.set(json!({ "eventsEnabled": true, "enabledEventTypes": ["LOGIN"] })).await;
        store.identity.record(&store.realm, store.event("LOGIN"));
        store.identity.record(&store.realm, store.event("LOGOUT"));
        store.identity.flush_events().await;
        let kinds: Vec<_> = store
            .identity
            .events(&store.realm, EventQuery::default())
            .await
            .unwrap()
            .into_iter()
            .map(|event| event.kind)
            .collect();
        assert_eq!(kinds, ["LOGIN"]);
    })
    .await;
}

#[tokio::test]
async fn many_events_cost_few_statements_and_none_is_lost() {
    each_database(async |mut store| {
        store.set(json!({ "eventsEnabled": true })).await;
        let sent = store
            .statements(async {
                for _ in 0..5000 {
                    store.identity.record(&store.realm, store.event("LOGIN"));
                }
                store.identity.flush_events().await;
            })
            .await;
        assert_eq!(store.count("event").await, 5000);
        assert!(sent <= 60, "{sent} statements for 5000 events");
        assert_eq!(store.identity.statistics().lost_events, 0);
        assert_eq!(store.identity.ready().await, Ok(()));
    })
    .await;
}

#[tokio::test]
async fn a_lost_flush_is_counted_and_shows_in_readiness() {
    each_database(async |mut store| {
        store.set(json!({ "eventsEnabled": true })).await;
        store.identity.store().writer.execute_unprepared("ALTER TABLE event RENAME TO elsewhere").await.unwrap();
        for _ in 0..3 {
            store.identity.record(&store.realm, store.event("LOGIN"));
        }
        store.identity.flush_events().await;
        assert_eq!(store.identity.statistics().lost_events, 3);
        assert_eq!(store.identity.ready().await, Err(NotReady::Events));
        store.identity.store().writer.execute_unprepared("ALTER TABLE elsewhere RENAME TO event").await.unwrap();
        store.identity.record(&store.realm, store.event("LOGIN"));
        store.identity.flush_events().await;
        assert_eq!(store.count("event").await, 1);
        assert_eq!(store.identity.statistics().lost_events, 3);
    })
    .await;
}

#[tokio::test]
async fn shutting_down_writes_what_waits() {
    each_database(async |mut store| {
        store.set(json!({ "eventsEnabled": true })).await;
        for _ in 0..100 {
            store.identity.record(&store.realm, store.event("LOGIN"));
        }
        store.identity.shutdown().await;
        store.identity.record(&store.realm, store.event("LOGIN"));
        assert_eq!(store.identity.statistics().lost_events, 1);
        let again = store.store.another_node().await;
        let query = EventQuery { limit: 1000, ..EventQuery::default() };
        assert_eq!(again.events(&store.realm, query).await.unwrap().len(), 100);
        again.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn events_go_when_their_realm_no_longer_keeps_them() {
    each_database(async |mut store| {
        store.set(json!({ "eventsEnabled": true, "eventsExpiration": 60 })).await;
        store.identity.record(&store.realm, store.event("LOGIN"));
        store.clock.advance(30_000);
        store.identity.record(&store.realm, store.event("LOGOUT"));
        store.identity.flush_events().await;
        assert_eq!(store.identity.sweep().await.unwrap().events, 0);
        store.clock.advance(31_000);
        assert_eq!(store.identity.sweep().await.unwrap().events, 1);
        assert_eq!(store.count("event").await, 1);
        let mut tx = store.identity.begin().await.unwrap();
        tx.remove_realm(&store.realm.id).await.unwrap();
        tx.commit().await.unwrap();
        // An event that comes after its realm has gone is neither kept nor lost.
        store.identity.record(&store.realm, store.event("LOGIN"));
        store.identity.flush_events().await;
        store.identity.sweep().await.unwrap();
        assert_eq!(store.count("event").await, 0);
        assert_eq!(store.identity.statistics().lost_events, 0);
    })
    .await;
}

//! Realms in memory: read once, dropped by every change, and never older than a commit that was answered.

use std::sync::Arc;

use serde_json::json;

use crate::{
    MapperOwner, MapperSeed, NewGroup, NewRole, NewUser, Realm,
    testing::{TestStore, on_each_database},
};

#[tokio::test]
async fn a_realm_in_memory_costs_no_statement() {
    let store = TestStore::sqlite().await;
    let first = store.add_realm("quay", json!({})).await;
    let before = store.identity.statistics().statements;
    let again = store.realm("quay").await;
    assert!(Arc::ptr_eq(&first, &again));
    assert_eq!(store.identity.statistics().statements, before);
}

#[tokio::test]
async fn many_at_once_load_it_once() {
    let mut store = TestStore::sqlite().await;
    store.add_realm("quay", json!({})).await;
    store.restart().await;
    let before = store.identity.statistics().statements;
    store.realm("quay").await;
    let one = store.identity.statistics().statements - before;
    store.restart().await;
    let before = store.identity.statistics().statements;
    let mut tasks = Vec::new();
    for _ in 0..50 {
        let identity = store.identity.clone();
        tasks.push(tokio::spawn(async move { identity.realm("quay").await.unwrap().unwrap() }));
    }
    let mut loaded = Vec::new();
    for task in tasks {
        loaded.push(task.await.unwrap());
    }
    assert!(loaded.iter().all(|realm| Arc::ptr_eq(realm, &loaded[0])));
    // The poller may have looked once or twice meanwhile.
    let spent = store.identity.statistics().statements - before;
    assert!(spent < 2 * one, "{spent} statements instead of {one}");
}

#[tokio::test]
async fn each_verb_is_seen_by_the_next_request() {
    on_each_database(async |store| {
        let identity = &store.identity;
        let realm = store.add_realm("quay", json!({})).await;
        let mut last = realm.version;
        let mut newer = async || -> Arc<Realm> {
            let realm = store.realm("quay").await;
            assert!(realm.version > last, "the version moved");
            last = realm.version;
            realm
        };
        let mut tx = identity.begin().await.unwrap();
        let document = json!({
            "clientId": "registry", "protocol": "docker-v2", "redirectUris": ["https://a"], "webOrigins": ["+"],
            "attributes": { "docker.registry.profile": "any", "n": 3 }, "notBefore": 5,
        });
        let client = tx.add_client(&realm.id, document).await.unwrap();
        tx.commit().await.unwrap();
        let realm = newer().await;
        let registry = realm.client("registry").unwrap();
        assert_eq!(realm.client_by_id(&client).unwrap().client_id, registry.client_id);
        assert_eq!(registry.attribute("docker.registry.profile"), Some("any"));
        assert_eq!(registry.attribute("n"), Some("3"));
        assert_eq!((registry.not_before, registry.redirect_uris.len(), registry.mappers.len()), (5, 1, 0));

        let owner = MapperOwner::Client(client.clone());
        let seed = MapperSeed {
            name: "all".to_owned(),
            mapper: "docker-v2-allow-all-mapper".to_owned(),
            protocol: "docker-v2".to_owned(),
            config: [("k".to_owned(), "v".to_owned())].into(),
        };
        let mut tx = identity.begin().await.unwrap();
        let mapper = tx.add_mapper(&owner, seed.clone()).await.unwrap();
        tx.commit().await.unwrap();
        let realm_now = newer().await;
        let mappers = &realm_now.client("registry").unwrap().mappers;
        assert_eq!(mappers.len(), 1);
        assert_eq!((mappers[0].config.get("k").map(String::as_str), &mappers[0].id), (Some("v"), &mapper));

        let mut tx = identity.begin().await.unwrap();
        tx.remove_mapper(&mapper).await.unwrap();
        tx.change_client(&client, json!({ "enabled": false, "attributes": { "n": null } })).await.unwrap();
        tx.commit().await.unwrap();
        let realm_now = newer().await;
        let registry = realm_now.client("registry").unwrap();
        assert!(!registry.enabled && registry.mappers.is_empty());
        assert_eq!(registry.attribute("n"), None);
        assert_eq!(registry.attribute("docker.registry.profile"), Some("any"));

        let mut tx = identity.begin().await.unwrap();
        tx.remove_client(&client).await.unwrap();
        tx.change_realm(&realm.id, json!({ "realm": "harbour" })).await.unwrap();
        tx.commit().await.unwrap();
        assert!(identity.realm("quay").await.unwrap().is_none(), "the old name is nobody's");
        let realm = store.realm("harbour").await;
        assert!(realm.client("registry").is_none());
        assert_eq!(identity.realm_names().await.unwrap(), ["harbour"]);
    })
    .await;
}

#[tokio::test]
async fn a_protocols_view_of_a_client_is_made_once() {
    let store = TestStore::sqlite().await;
    let realm = store.add_realm("quay", json!({})).await;
    let client = realm.client("account").unwrap();
    let made = std::cell::Cell::new(0);
    let make = |client: &crate::Client| {
        made.set(made.get() + 1);
        client.client_id.len()
    };
    let first = client.typed(make);
    assert!(Arc::ptr_eq(&first, &client.typed(make)));
    assert_eq!((*first, made.get()), (7, 1));
    assert_eq!(*client.typed(|client| client.client_id.to_string()), "account", "another type is made for the asker");
}

#[tokio::test]
async fn roles_come_by_grant_group_and_composite() {
    on_each_database(async |store| {
        let realm = store.add_realm("quay", json!({})).await;
        let user = store.add_user(&realm.id, NewUser::named("anna"), "secret").await;
        let mut tx = store.identity.begin().await.unwrap();
        let mut roles = Vec::new();
        for name in ["reader", "writer", "chief"] {
            roles.push(tx.add_role(&realm.id, NewRole { name: name.to_owned(), ..NewRole::default() }).await.unwrap());
        }
        tx.add_composite(&roles[1], &roles[0]).await.unwrap();
        tx.add_composite(&roles[1], &roles[0]).await.unwrap();
        let top = tx.add_group(&realm.id, NewGroup { name: "team".to_owned(), ..NewGroup::default() }).await.unwrap();
        let below = NewGroup { name: "docks".to_owned(), parent: Some(top.clone()), ..NewGroup::default() };
        let below = tx.add_group(&realm.id, below).await.unwrap();
        tx.grant_group_role(&top, &roles[1]).await.unwrap();
        tx.join_group(&user, &below).await.unwrap();
        tx.join_group(&user, &below).await.unwrap();
        tx.commit().await.unwrap();

        let realm = store.realm("quay").await;
        let anna = store.identity.find_user(&realm, &user).await.unwrap().unwrap();
        let effective = realm.effective(&anna);
        assert_eq!(effective.group_paths, ["/team/docks"]);
        assert_eq!(realm.group_at("/team/docks"), Some(&below));
        let has = |index: usize| effective.has_role(&roles[index]);
        assert_eq!([has(0), has(1), has(2)], [true, true, false]);
        assert!(Arc::ptr_eq(&effective, &realm.effective(&anna)), "worked out once");

        let mut tx = store.identity.begin().await.unwrap();
        tx.remove_composite(&roles[1], &roles[0]).await.unwrap();
        tx.grant_role(&user, &roles[2]).await.unwrap();
        tx.commit().await.unwrap();
        let realm = store.realm("quay").await;
        let anna = store.identity.find_user(&realm, &user).await.unwrap().unwrap();
        let effective = realm.effective(&anna);
        let has = |index: usize| effective.has_role(&roles[index]);
        assert_eq!([has(0), has(1), has(2)], [false, true, true]);

        let mut tx = store.identity.begin().await.unwrap();
        tx.remove_group(&top).await.unwrap();
        tx.commit().await.unwrap();
        let realm = store.realm("quay").await;
        let effective = realm.effective(&anna);
        assert!(
            effective.group_paths.is_empty() && !effective.has_role(&roles[1]),
            "groups below go with the one above"
        );
    })
    .await;
}

#[tokio::test]
async fn a_composite_does_not_reach_into_another_realm() {
    let store = TestStore::sqlite().await;
    let one = store.add_realm("one", json!({})).await;
    let two = store.add_realm("two", json!({})).await;
    let mut tx = store.identity.begin().await.unwrap();
    let role = |realm: &Realm| realm.role_named("offline_access").unwrap().clone();
    assert!(matches!(tx.add_composite(&role(&one), &role(&two)).await, Err(crate::Error::NotFound("role"))));
}

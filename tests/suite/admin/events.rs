//! `/admin/realms/{realm}/events`, `…/admin-events`, attack detection, sessions, texts.

use serde_json::{Value, json};

use crate::harness::{World, names};

const HERE: &str = "/admin/realms/port";

#[tokio::test]
async fn events_are_kept_as_configured_listed_by_filters_and_cleared() {
    let world = World::port().await;
    let caller = world.admin_with(&["manage-events", "manage-users"]).await;
    let config = json!({"eventsEnabled": true, "eventsExpiration": 600, "adminEventsEnabled": true,
                        "adminEventsDetailsEnabled": true});
    caller.json("PUT", &format!("{HERE}/events/config"), &config).await.expect(204);
    let unknown = caller.json("PUT", &format!("{HERE}/events/config"), &json!({"eventsListeners": ["x"]})).await;
    assert_eq!(unknown.expect(400).json(), json!({"error": "Unknown event listener"}));
    let now = caller.get(&format!("{HERE}/events/config")).await.expect(200).json();
    assert_eq!((&now["eventsEnabled"], &now["eventsExpiration"]), (&json!(true), &json!(600)));

    world.admin_named("somebody", &[]).await;
    let somebody = world.user_id("somebody").await.clone();
    let logins = caller.get(&format!("{HERE}/events?type=LOGIN&user={somebody}")).await.expect(200).json();
    assert_eq!(names(&logins, "type"), ["LOGIN"]);
    assert_eq!(logins[0]["userId"], json!(somebody));
    let none = caller.get(&format!("{HERE}/events?type=LOGIN&dateTo=2020-01-01")).await.expect(200).json();
    assert_eq!(none, json!([]));
    let wrong = caller.get(&format!("{HERE}/events?dateFrom=yesterday")).await.expect(400).json();
    assert_eq!(
        wrong,
        json!({"error": "Invalid value for 'dateFrom', expected format is yyyy-MM-dd or an Epoch timestamp"})
    );

    let body = json!({"username": "noted", "credentials": [{"type": "password", "value": "canary-secret"}]});
    caller.json("POST", &format!("{HERE}/users"), &body).await.expect(201);
    let path = format!("{HERE}/admin-events?operationTypes=CREATE&resourceTypes=USER&resourcePath=users/*");
    let noted = caller.get(&path).await.expect(200);
    assert!(!String::from_utf8_lossy(&noted.body).contains("canary-secret"), "a77");
    let noted = noted.json();
    assert_eq!(noted.as_array().unwrap().len(), 1);
    let told: Value = serde_json::from_str(noted[0]["representation"].as_str().unwrap()).unwrap();
    assert_eq!(told, json!({"username": "noted"}));
    let other = caller.get(&format!("{HERE}/admin-events?authUser=nobody")).await.expect(200).json();
    assert_eq!(other, json!([]));
    caller.delete(&format!("{HERE}/events")).await.expect(204);
    caller.delete(&format!("{HERE}/admin-events")).await.expect(204);
    assert_eq!(caller.get(&format!("{HERE}/events?type=LOGIN")).await.expect(200).json(), json!([]));
    assert_eq!(caller.get(&format!("{HERE}/admin-events")).await.expect(200).json(), json!([]));
    let viewer = world.admin_with(&["view-events"]).await;
    viewer.delete(&format!("{HERE}/events")).await.expect(403);
}

#[tokio::test]
async fn failures_are_shown_and_forgotten() {
    let world = World::port().await;
    let caller = world.admin_with(&["manage-users"]).await;
    let path = format!("{HERE}/attack-detection/brute-force/users");
    let zeros = json!({"numFailures": 0, "numTemporaryLockouts": 0, "numSecondaryAuthFailures": 0, "disabled": false,
                       "lastIPFailure": "n/a", "lastFailure": 0, "failedLoginNotBefore": 0});
    assert_eq!(caller.get(&format!("{path}/nobody")).await.expect(200).json(), zeros);
    let realm = world.realm("port").await;
    world.admin_named("victim", &[]).await;
    let id = world.user_id("victim").await;
    world.identity.record_failure(&realm, &id.as_str().into(), None).await.unwrap();
    let state = caller.get(&format!("{path}/{id}")).await.expect(200).json();
    assert_eq!(state["numFailures"], 1);
    caller.delete(&format!("{path}/{id}")).await.expect(204);
    assert_eq!(caller.get(&format!("{path}/{id}")).await.expect(200).json(), zeros);
    world.identity.record_failure(&realm, &id.as_str().into(), None).await.unwrap();
    caller.delete(&path).await.expect(204);
    assert_eq!(caller.get(&format!("{path}/{id}")).await.expect(200).json(), zeros);
}

#[tokio::test]
async fn sessions_are_counted_and_closed() {
    let world = World::port().await;
    let caller = world.admin_with(&["realm-admin"]).await;
    world.admin_named("somebody", &[]).await;
    let id = world.user_id("somebody").await;
    let stats = caller.get(&format!("{HERE}/client-session-stats")).await.expect(200).json();
    assert_eq!((names(&stats, "clientId"), names(&stats, "active")), (vec!["admin-cli"], vec!["2"]));
    let list = caller.get(&format!("{HERE}/users/{id}/sessions")).await.expect(200).json();
    let session = list[0]["id"].as_str().expect("one").to_owned();
    caller.delete(&format!("{HERE}/sessions/{session}")).await.expect(204);
    let gone = caller.delete(&format!("{HERE}/sessions/{session}")).await.expect(404);
    assert_eq!(gone.json(), json!({"error": "Sesssion not found"}));
    caller.delete(&format!("{HERE}/sessions/nonsense")).await.expect(404);
    assert_eq!(
        caller.json("POST", &format!("{HERE}/push-revocation"), &Value::Null).await.expect(200).json(),
        json!({})
    );
    world.clock.advance(1_000);
    assert_eq!(caller.json("POST", &format!("{HERE}/logout-all"), &Value::Null).await.expect(200).json(), json!({}));
    assert_eq!(caller.get(HERE).await.status.as_u16(), 401, "the caller's own session, too");
}

#[tokio::test]
async fn texts_are_kept_by_language() {
    let world = World::port().await;
    let caller = world.admin_with(&["manage-realm"]).await;
    let path = format!("{HERE}/localization");
    assert_eq!(caller.get(&path).await.expect(200).json(), json!([]));
    caller.json("POST", &format!("{path}/en"), &json!({"hello": "Hello", "bye": "Bye"})).await.expect(204);
    assert_eq!(caller.get(&path).await.expect(200).json(), json!(["en"]));
    assert_eq!(caller.get(&format!("{path}/en/hello")).await.expect(200).body, "Hello".as_bytes());
    let none = caller.get(&format!("{path}/en/nothing")).await.expect(404).json();
    assert_eq!(none, json!({"error": "Localization text not found"}));
    caller.delete(&format!("{path}/en/hello")).await.expect(204);
    assert_eq!(caller.get(&format!("{path}/en")).await.expect(200).json(), json!({"bye": "Bye"}));
    caller.delete(&format!("{path}/en")).await.expect(204);
    caller.delete(&format!("{path}/en")).await.expect(404);
    let rows = world.rows().await;
    caller.json("POST", &format!("{path}/en"), &json!({"x": 1})).await.expect(400);
    assert_eq!(world.rows().await, rows);
}

//! Who gets in: whichever operation it is, the door is the same.

use identity::UserChange;
use serde_json::{Value, json};

use crate::harness::{Answer, World};

const HERE: &str = "/admin/realms/port";

#[track_caller]
fn refused(answer: &Answer, status: u16) {
    let words = if status == 401 { "HTTP 401 Unauthorized" } else { "HTTP 403 Forbidden" };
    assert_eq!((answer.status.as_u16(), answer.json()), (status, json!({ "error": words })));
    assert_eq!(answer.header("content-type"), "application/json");
}

#[tokio::test]
async fn nobody_gets_in_without_a_token_that_holds() {
    let world = World::port().await;
    let local = world.anonymous().from("127.0.0.1");
    let rows = world.rows().await;
    for header in [None, Some("Bearer "), Some("Bearer a.b.c"), Some("Basic YTpi"), Some("Bearer a b")] {
        let caller = header.map_or_else(|| local.clone(), |value| local.clone().header("authorization", value));
        for (method, path) in [("GET", HERE), ("GET", "/admin/realms"), ("DELETE", HERE), ("GET", "/admin/realms/none")]
        {
            refused(&caller.json(method, path, &Value::Null).await, 401);
        }
    }
    assert_eq!(world.rows().await, rows, "nothing was written");
}

#[tokio::test]
async fn a41_a_token_stops_at_once_when_its_user_client_or_session_does() {
    let world = World::port().await;
    let caller = world.admin_with(&["view-realm"]).await;
    caller.get(HERE).await.expect(200);
    let realm = world.realm("port").await;
    let user = world.user_id("with-view-realm").await.as_str().into();
    let mut tx = world.identity.begin().await.unwrap();
    tx.change_user(&user, UserChange { enabled: Some(false), ..UserChange::default() }).await.unwrap();
    tx.commit().await.unwrap();
    refused(&caller.get(HERE).await, 401);
    let caller = world.admin_named("other", &["view-realm"]).await;
    caller.get(HERE).await.expect(200);
    let client = realm.client("admin-cli").expect("built in").id.clone();
    let mut tx = world.identity.begin().await.unwrap();
    tx.change_client(&client, json!({ "enabled": false })).await.unwrap();
    tx.commit().await.unwrap();
    refused(&caller.get(HERE).await, 401);
}

#[tokio::test]
async fn rights_are_those_of_now_and_not_of_the_token() {
    let world = World::port().await;
    let caller = world.admin_with(&["view-events"]).await;
    refused(&caller.json("PUT", HERE, &json!({"displayName": "x"})).await, 403);
    let realm = world.realm("port").await;
    let role = realm.client_role_named("realm-management", "manage-realm").expect("built in");
    let user = world.user_id("with-view-events").await.as_str().into();
    let mut tx = world.identity.begin().await.unwrap();
    tx.grant_role(&user, role).await.unwrap();
    tx.commit().await.unwrap();
    caller.json("PUT", HERE, &json!({"displayName": "x"})).await.expect(204);
    let mut tx = world.identity.begin().await.unwrap();
    tx.revoke_role(&user, role).await.unwrap();
    tx.commit().await.unwrap();
    refused(&caller.json("PUT", HERE, &json!({"displayName": "y"})).await, 403);
    assert_eq!(world.realm("port").await.settings.display_name.as_deref(), Some("x"));
}

#[tokio::test]
async fn a74_somebody_of_one_realm_is_nobody_in_another() {
    let world = World::port().await;
    let admin = world.admin().await;
    admin.json("POST", "/admin/realms", &json!({"realm": "quay", "enabled": true})).await.expect(201);
    let caller = world.admin_with(&["realm-admin"]).await;
    caller.get(HERE).await.expect(200);
    let rows = world.rows().await;
    refused(&caller.get("/admin/realms/quay").await, 403);
    refused(&caller.json("PUT", "/admin/realms/quay", &json!({"enabled": false})).await, 403);
    refused(&caller.delete("/admin/realms/master").await, 403);
    refused(&caller.json("POST", "/admin/realms", &json!({"realm": "more"})).await, 403);
    assert_eq!(caller.get("/admin/realms/nowhere").await.json(), json!({"error": "Realm not found."}));
    assert_eq!(world.rows().await, rows, "nothing was written");
    let listed = caller.get("/admin/realms").await.expect(200).json();
    assert_eq!(crate::harness::names(&listed, "realm"), ["port"]);
}

#[tokio::test]
async fn a_page_of_another_origin_may_ask_and_reads_only_its_own_clients_answers() {
    let world = World::port().await;
    let ask = world.anonymous().header("origin", "https://console.example");
    let answer = ask.json("OPTIONS", HERE, &Value::Null).await.expect(200);
    assert_eq!(answer.header("access-control-allow-origin"), "https://console.example");
    assert_eq!(answer.header("access-control-max-age"), "3600");
    let caller = world.admin_with(&["view-realm"]).await.header("origin", "https://console.example");
    assert_eq!(
        caller.get(HERE).await.expect(200).header("access-control-allow-origin"),
        "",
        "not an origin of admin-cli"
    );
    let realm = world.realm("port").await;
    let client = realm.client("admin-cli").expect("built in").id.clone();
    let mut tx = world.identity.begin().await.unwrap();
    tx.change_client(&client, json!({ "webOrigins": ["https://console.example"] })).await.unwrap();
    tx.commit().await.unwrap();
    let answer = caller.get(HERE).await.expect(200);
    assert_eq!(answer.header("access-control-allow-origin"), "https://console.example");
    assert_eq!(answer.header("access-control-expose-headers"), "Location");
}

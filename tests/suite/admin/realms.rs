//! `/admin/realms` and `/admin/realms/{realm}`

use serde_json::{Value, json};

use crate::harness::{World, names};

#[tokio::test]
async fn a_realm_is_made_read_changed_renamed_and_removed() {
    let world = World::port().await;
    let admin = world.admin().await;
    let made = admin.json("POST", "/admin/realms", &json!({"realm": "quay", "displayName": "Quay"})).await.expect(201);
    assert_eq!(made.header("location"), "http://localhost:8080/admin/realms/quay");
    assert!(made.body.is_empty());
    let read = admin.get("/admin/realms/quay").await.expect(200);
    assert_eq!(read.header("content-type"), "application/json;charset=UTF-8");
    assert_eq!(read.header("cache-control"), "no-cache");
    let realm = read.json();
    assert_eq!((&realm["enabled"], &realm["displayName"]), (&json!(false), &json!("Quay")), "off until switched on");
    assert_eq!(realm["accessTokenLifespan"], 300);
    assert_eq!(realm["defaultRole"]["name"], "default-roles-quay");
    assert!(realm.get("clients").is_none() && realm.get("authenticationFlows").is_none());

    admin.json("PUT", "/admin/realms/quay", &json!({"accessTokenLifespan": 600, "realm": "pier"})).await.expect(204);
    admin.get("/admin/realms/quay").await.expect(404);
    let realm = admin.get("/admin/realms/pier").await.expect(200).json();
    assert_eq!((&realm["accessTokenLifespan"], &realm["displayName"]), (&json!(600), &json!("Quay")));
    let listed = admin.get("/admin/realms?briefRepresentation=true").await.expect(200).json();
    assert_eq!(names(&listed, "realm"), ["master", "pier", "port"]);
    admin.delete("/admin/realms/pier").await.expect(204);
    assert_eq!(admin.delete("/admin/realms/pier").await.expect(404).json(), json!({"error": "Realm not found."}));
}

#[tokio::test]
async fn what_cannot_be_a_realm_is_refused_and_changes_nothing() {
    let world = World::port().await;
    let admin = world.admin().await;
    let rows = world.rows().await;
    let message = |words: &str| json!({"errorMessage": words});
    for (body, status, words) in [
        (json!({"realm": "port"}), 409, message("Realm port already exists")),
        (json!({"enabled": true}), 400, message("Realm name cannot be empty")),
        (json!({"realm": "a/b"}), 400, json!({"error": "Character '/' not allowed."})),
        (json!({"realm": "x", "frobnicate": 1}), 400, message("unable to read contents from stream")),
        (json!([]), 400, message("unable to read contents from stream")),
    ] {
        let answer = admin.json("POST", "/admin/realms", &body).await;
        assert_eq!((answer.status.as_u16(), answer.json()), (status, words), "{body}");
    }
    for (body, status) in [
        (json!({"realm": "master"}), 409),
        (json!({"passwordPolicy": "nonsense(8)"}), 400),
        (json!({"frobnicate": 1}), 400),
        (json!({"browserFlow": "nonsense"}), 400),
        (json!({"accessTokenLifespan": "soon"}), 400),
    ] {
        admin.json("PUT", "/admin/realms/port", &body).await.expect(status);
    }
    admin.delete("/admin/realms/master").await.expect(400);
    assert_eq!(world.rows().await, rows, "nothing was written");
}

#[tokio::test]
async fn a77_a_mask_keeps_the_password_of_the_mail_server() {
    let world = World::port().await;
    let admin = world.admin().await;
    let smtp = json!({"host": "mail.example", "user": "u", "password": "canary-smtp"});
    admin.json("PUT", "/admin/realms/port", &json!({"smtpServer": smtp})).await.expect(204);
    let read = admin.get("/admin/realms/port").await.expect(200);
    assert!(!read.text().contains("canary"));
    let mut smtp = read.json()["smtpServer"].clone();
    assert_eq!(smtp["password"], "**********");
    smtp["host"] = json!("other.example");
    admin.json("PUT", "/admin/realms/port", &json!({"smtpServer": smtp})).await.expect(204);
    let realm = world.realm("port").await;
    let kept = world.identity.realm_secret(&realm, "/smtpServer/password").await.unwrap().expect("kept");
    assert_eq!(kept.expose(), "canary-smtp");
}

#[tokio::test]
async fn every_change_has_its_event_in_the_same_commit() {
    let world = World::port().await;
    let admin = world.admin().await;
    admin.json("PUT", "/admin/realms/port", &json!({"displayName": "one"})).await.expect(204);
    assert_eq!(world.rows_of("admin_event").await, 0, "the realm does not store them");
    admin.json("PUT", "/admin/realms/port", &json!({"adminEventsEnabled": true})).await.expect(204);
    assert_eq!(world.rows_of("admin_event").await, 1);
    admin.json("PUT", "/admin/realms/port", &json!({"frobnicate": true})).await.expect(400);
    assert_eq!(world.rows_of("admin_event").await, 1, "nothing happened");
}

#[tokio::test]
async fn who_sees_little_of_a_realm_is_told_its_name() {
    let world = World::port().await;
    let caller = world.admin_with(&["query-clients"]).await;
    assert_eq!(caller.get("/admin/realms/port").await.expect(200).json(), json!({"realm": "port"}));
    let listed = caller.get("/admin/realms").await.expect(200).json();
    assert_eq!(listed, json!([{"realm": "port"}]));
    let nobody = world.admin_named("plain", &[]).await;
    for path in ["/admin/realms/port", "/admin/realms"] {
        nobody.json("GET", path, &Value::Null).await.expect(403);
    }
}

//! `/admin/realms/{realm}/components`, keys, identity providers, client policies, `/admin/serverinfo`

use serde_json::{Value, json};

use crate::harness::{World, names};

const HERE: &str = "/admin/realms/port";
const KEYS: &str = "org.keycloak.keys.KeyProvider";

fn last(location: &str) -> String {
    location.rsplit('/').next().expect("an id").to_owned()
}

#[tokio::test]
async fn a_key_is_made_rests_and_goes_as_a_component() {
    let world = World::port().await;
    let caller = world.admin_with(&["manage-realm"]).await;
    let body = json!({"name": "curve", "providerId": "ecdsa-generated", "providerType": KEYS,
        "config": {"priority": ["200"], "ecdsaEllipticCurveKey": ["P-256"]}});
    let made = caller.json("POST", &format!("{HERE}/components"), &body).await.expect(201);
    let path = format!("{HERE}/components/{}", last(made.header("location")));
    let read = caller.get(&path).await.expect(200);
    assert_eq!(read.json()["config"]["priority"], json!(["200"]));
    assert!(!read.text().contains("PrivateKey"), "nothing of the private half");
    let status = async || {
        let keys = caller.get(&format!("{HERE}/keys")).await.expect(200).json();
        let found = keys["keys"].as_array().unwrap().iter().find(|key| key["algorithm"] == "ES256").cloned();
        found.map(|key| key["status"].as_str().unwrap().to_owned())
    };
    assert_eq!(status().await.as_deref(), Some("ACTIVE"));
    caller.json("PUT", &path, &json!({"config": {"priority": ["200"], "active": ["false"]}})).await.expect(204);
    assert_eq!(status().await.as_deref(), Some("PASSIVE"));
    caller.delete(&path).await.expect(204);
    assert_eq!(status().await, None);
    assert_eq!(caller.delete(&path).await.expect(404).json(), json!({"error": "Could not find component"}));
}

#[tokio::test]
async fn a_component_that_means_nothing_is_refused() {
    let world = World::port().await;
    let caller = world.admin_with(&["manage-realm"]).await;
    let rows = world.rows().await;
    let unknown = json!({"error": "Invalid provider type or no such provider"});
    for (body, told) in [
        (json!({"providerId": "nonsense", "providerType": KEYS}), unknown.clone()),
        (json!({"providerId": "rsa-generated", "providerType": "nonsense"}), unknown),
        (
            json!({"providerId": "rsa-generated", "providerType": KEYS, "config": {"keySize": ["1000"]}}),
            json!({"errorMessage": "'Key size' should be 1024, 2048, 3072 or 4096"}),
        ),
        (
            json!({"providerId": "ldap", "providerType": "org.keycloak.storage.UserStorageProvider"}),
            json!({"errorMessage": "Edit Mode is mandatory"}),
        ),
    ] {
        assert_eq!(caller.json("POST", &format!("{HERE}/components"), &body).await.expect(400).json(), told);
    }
    assert_eq!(world.rows().await, rows, "nothing was written");
}

#[tokio::test]
async fn a77_secrets_of_components_and_providers_are_masked_and_a_mask_keeps_them() {
    let world = World::port().await;
    let caller = world.admin_with(&["manage-realm", "manage-identity-providers"]).await;
    let ldap = json!({"name": "ldap", "providerId": "ldap", "providerType": "org.keycloak.storage.UserStorageProvider",
        "config": {"editMode": ["READ_ONLY"], "connectionUrl": ["ldap://127.0.0.1:9"], "bindCredential": ["canary-ldap"]}});
    let made = caller.json("POST", &format!("{HERE}/components"), &ldap).await.expect(201);
    let component = format!("{HERE}/components/{}", last(made.header("location")));
    let provider = json!({"alias": "up", "providerId": "oidc", "config": {"clientId": "x", "clientSecret": "canary-up",
        "tokenUrl": "https://up.example/t"}});
    let instances = format!("{HERE}/identity-provider/instances");
    caller.json("POST", &instances, &provider).await.expect(201);
    for path in [component, format!("{instances}/up")] {
        let read = caller.get(&path).await.expect(200);
        assert!(!read.text().contains("canary") && read.text().contains("**********"), "{}", read.text());
        caller.json("PUT", &path, &read.json()).await.expect(204);
    }
    let exported = world.export("port").await.to_string();
    assert!(exported.contains("canary-ldap") && exported.contains("canary-up"), "the masks kept them");
}

#[tokio::test]
async fn identity_providers_and_their_mappers_are_made_changed_and_removed() {
    let world = World::port().await;
    let caller = world.admin_with(&["manage-identity-providers"]).await;
    let instances = format!("{HERE}/identity-provider/instances");
    let up = json!({"alias": "up", "providerId": "oidc", "config": {"tokenUrl": "https://up.example/t"}});
    let made = caller.json("POST", &instances, &up).await.expect(201);
    assert_eq!(made.header("location"), format!("http://localhost:8080{instances}/up"));
    let again = caller.json("POST", &instances, &up).await.expect(409);
    assert_eq!(again.json(), json!({"errorMessage": "Identity Provider up already exists"}));
    let rows = world.rows().await;
    for (body, status) in [
        (json!({"alias": "x", "providerId": "nonsense"}), 400),
        (json!({"providerId": "oidc"}), 400),
        (json!({"alias": "x", "providerId": "oidc", "config": {"tokenUrl": "http://up.example/t"}}), 400),
    ] {
        caller.json("POST", &instances, &body).await.expect(status);
    }
    assert_eq!(world.rows().await, rows);
    let mapper =
        json!({"name": "m", "identityProviderMapper": "oidc-user-attribute-idp-mapper", "config": {"claim": "c"}});
    let made = caller.json("POST", &format!("{instances}/up/mappers"), &mapper).await.expect(201);
    let id = last(made.header("location"));
    caller.json("PUT", &format!("{instances}/up"), &json!({"alias": "down"})).await.expect(204);
    let mappers = caller.get(&format!("{instances}/down/mappers")).await.expect(200).json();
    assert_eq!(names(&mappers, "id"), [&id], "mappers follow their provider");
    caller.delete(&format!("{instances}/down")).await.expect(204);
    assert_eq!(
        caller.get(&format!("{instances}/down")).await.expect(404).json(),
        json!({"error": "HTTP 404 Not Found"})
    );
    caller.get(&format!("{HERE}/roles")).await.expect(403);
}

#[tokio::test]
async fn the_server_tells_what_it_knows() {
    let world = World::port().await;
    let caller = world.admin_with(&["view-events"]).await;
    let info = caller.get("/admin/serverinfo").await.expect(200).json();
    assert!(info["systemInfo"]["version"].as_str().unwrap().starts_with("26."));
    let mappers = &info["protocolMapperTypes"];
    assert!(names(&mappers["openid-connect"], "id").contains(&"oidc-usermodel-attribute-mapper"));
    assert!(names(&mappers["docker-v2"], "id").contains(&"docker-v2-allow-all-mapper"));
    world.admin_named("plain", &[]).await.json("GET", "/admin/serverinfo", &Value::Null).await.expect(403);
}

#[tokio::test]
async fn a77_a_partial_export_holds_no_secret_and_what_was_asked_for() {
    let world = World::port().await;
    let caller = world.admin_with(&["manage-realm", "manage-clients", "view-users"]).await;
    let client = json!({"clientId": "app", "secret": "canary-app"});
    caller.json("POST", &format!("{HERE}/clients"), &client).await.expect(201);
    let little = caller.json("POST", &format!("{HERE}/partial-export"), &Value::Null).await.expect(200).json();
    assert!(little.get("clients").is_none() && little.get("roles").is_none() && little.get("users").is_none());
    assert!(little["components"].is_object() && little["authenticationFlows"].is_array());
    assert!(
        little["authenticationFlows"][0]["authenticationExecutions"][0].get("id").is_none(),
        "as a realm file has it"
    );
    let path = format!("{HERE}/partial-export?exportClients=true&exportGroupsAndRoles=true");
    let whole = caller.json("POST", &path, &Value::Null).await.expect(200);
    assert!(whole.text().contains("\"app\"") && !whole.text().contains("canary"));
    assert!(whole.json()["roles"]["realm"].is_array() && whole.json()["groups"].is_array());
    let less = world.admin_named("less", &["manage-realm"]).await;
    less.json("POST", &path, &Value::Null).await.expect(403);
}

#[tokio::test]
async fn an_installation_file_is_for_who_may_know_the_secret() {
    let world = World::port().await;
    let caller = world.admin_named("manager", &["manage-clients"]).await;
    let client = json!({"clientId": "app", "secret": "canary-app"});
    let made = caller.json("POST", &format!("{HERE}/clients"), &client).await.expect(201);
    let app = format!("{HERE}/clients/{}", last(made.header("location")));
    let file = caller.get(&format!("{app}/installation/providers/keycloak-oidc-keycloak-json")).await.expect(200);
    assert_eq!(file.header("content-type"), "text/plain");
    assert_eq!(
        (&file.json()["resource"], &file.json()["credentials"]["secret"]),
        (&json!("app"), &json!("canary-app"))
    );
    let unknown = caller.get(&format!("{app}/installation/providers/nonsense")).await.expect(404);
    assert_eq!(unknown.json(), json!({"error": "Unknown Provider"}));
    let viewer = world.admin_with(&["view-clients"]).await;
    viewer.get(&format!("{app}/installation/providers/keycloak-oidc-keycloak-json")).await.expect(403);
    assert_eq!(viewer.get(&format!("{app}/session-count")).await.expect(200).json(), json!({"count": 0}));
    assert_eq!(viewer.get(&format!("{app}/user-sessions")).await.expect(200).json(), json!([]));
    caller.json("POST", &format!("{app}/nodes"), &json!({"node": "10.0.0.1"})).await.expect(204);
    assert!(caller.get(&app).await.json()["registeredNodes"]["10.0.0.1"].is_i64());
    caller.delete(&format!("{app}/nodes/10.0.0.1")).await.expect(204);
    caller.delete(&format!("{app}/nodes/10.0.0.1")).await.expect(404);
}

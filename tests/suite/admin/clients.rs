//! `/admin/realms/{realm}/clients` and what is below it; client scopes.

use serde_json::{Value, json};

use crate::harness::{Caller, World, names};

const CLIENTS: &str = "/admin/realms/port/clients";

async fn make(caller: &Caller<'_>, body: Value) -> String {
    let answer = caller.json("POST", CLIENTS, &body).await.expect(201);
    answer.header("location").rsplit('/').next().expect("an id").to_owned()
}

#[tokio::test]
async fn a_client_is_born_as_keycloaks_and_merged_when_it_is_changed() {
    let world = World::port().await;
    let caller = world.admin_with(&["manage-clients"]).await;
    let id = make(&caller, json!({"clientId": "app", "redirectUris": ["https://app.example/cb"]})).await;
    let client = caller.get(&format!("{CLIENTS}/{id}")).await.expect(200).json();
    assert_eq!(client["webOrigins"], json!(["https://app.example"]));
    assert_eq!((&client["publicClient"], &client["protocol"]), (&json!(false), &json!("openid-connect")));
    assert_eq!(client["secret"].as_str().map(str::len), Some(86));
    assert_eq!(client["access"], json!({"view": true, "configure": true, "manage": true}));
    assert!(client["defaultClientScopes"].as_array().unwrap().contains(&json!("roles")));

    let patch = json!({"name": "App", "attributes": {"x": "1"}, "secret": "**********"});
    caller.json("PUT", &format!("{CLIENTS}/{id}"), &patch).await.expect(204);
    caller.json("PUT", &format!("{CLIENTS}/{id}"), &json!({"attributes": {"y": "2"}})).await.expect(204);
    let now = caller.get(&format!("{CLIENTS}/{id}")).await.expect(200).json();
    assert_eq!(
        (&now["name"], &now["attributes"]["x"], &now["attributes"]["y"]),
        (&json!("App"), &json!("1"), &json!("2"))
    );
    assert_eq!(now["secret"], client["secret"], "the mask kept it");
    caller.json("PUT", &format!("{CLIENTS}/{id}"), &json!({"attributes": {"x": ""}})).await.expect(204);
    let now = caller.get(&format!("{CLIENTS}/{id}")).await.expect(200).json();
    assert!(now["attributes"].get("x").is_none(), "an empty attribute is removed");

    let listed = caller.get(&format!("{CLIENTS}?clientId=ap&search=true")).await.expect(200).json();
    assert_eq!(names(&listed, "clientId"), ["app", "append"]);
    caller.delete(&format!("{CLIENTS}/{id}")).await.expect(204);
    assert_eq!(
        caller.delete(&format!("{CLIENTS}/{id}")).await.expect(404).json(),
        json!({"error": "Could not find client"})
    );
}

#[tokio::test]
async fn a72_what_may_not_be_saved_is_refused_at_birth_and_at_every_change() {
    let world = World::port().await;
    let caller = world.admin_with(&["manage-clients"]).await;
    let id = make(&caller, json!({"clientId": "app"})).await;
    let rows = world.rows().await;
    for (body, words) in [
        (json!({"clientId": ""}), "Client ID cannot be blank"),
        (
            json!({"clientId": "b", "redirectUris": ["https://a.example/#x"]}),
            "A redirect URI must not contain an URL fragment",
        ),
        (json!({"clientId": "b", "redirectUris": ["javascript:alert(1)"]}), "A redirect URI uses an illegal scheme"),
        (json!({"clientId": "b", "rootUrl": "javascript:alert(1)"}), "Root URL uses an illegal scheme"),
        (json!({"clientId": "b", "protocol": "nonsense"}), "Invalid protocol: nonsense"),
    ] {
        for (method, path) in [("POST", CLIENTS.to_owned()), ("PUT", format!("{CLIENTS}/{id}"))] {
            let answer = caller.json(method, &path, &body).await.expect(400);
            assert_eq!(answer.json(), json!({"error": "invalid_input", "error_description": words}), "{method}");
        }
    }
    let mapper = json!({"name": "m", "protocol": "openid-connect", "protocolMapper": "nonsense", "config": {}});
    caller.json("PUT", &format!("{CLIENTS}/{id}"), &json!({"protocolMappers": [mapper]})).await.expect(404);
    let twice = caller.json("POST", CLIENTS, &json!({"clientId": "app"})).await.expect(409);
    assert_eq!(twice.json(), json!({"errorMessage": "Client app already exists"}));
    assert_eq!(world.rows().await, rows, "nothing was written");
}

#[tokio::test]
async fn a73_what_belongs_to_another_realm_is_not_there() {
    let world = World::port().await;
    let admin = world.admin().await;
    admin.json("POST", "/admin/realms", &json!({"realm": "quay", "enabled": true})).await.expect(201);
    let other = admin.json("POST", "/admin/realms/quay/clients", &json!({"clientId": "theirs"})).await.expect(201);
    let other = other.header("location").rsplit('/').next().unwrap().to_owned();
    let scopes = admin.get("/admin/realms/quay/client-scopes").await.expect(200).json();
    let scope = scopes[0]["id"].as_str().unwrap().to_owned();
    let caller = world.admin_with(&["manage-clients", "manage-realm"]).await;
    let own = make(&caller, json!({"clientId": "ours"})).await;
    let rows = world.rows().await;
    for (method, path) in [
        ("GET", format!("{CLIENTS}/{other}")),
        ("DELETE", format!("{CLIENTS}/{other}")),
        ("GET", format!("{CLIENTS}/{other}/client-secret")),
        ("POST", format!("{CLIENTS}/{other}/client-secret")),
        ("GET", format!("{CLIENTS}/{other}/roles")),
        ("GET", format!("{CLIENTS}/{other}/protocol-mappers/models")),
        ("GET", format!("{CLIENTS}/{other}/scope-mappings")),
        ("PUT", format!("{CLIENTS}/{own}/default-client-scopes/{scope}")),
        ("DELETE", format!("/admin/realms/port/client-scopes/{scope}")),
        ("PUT", format!("/admin/realms/port/default-default-client-scopes/{scope}")),
    ] {
        caller.json(method, &path, &Value::Null).await.expect(404);
    }
    assert_eq!(world.rows().await, rows, "nothing was written");
}

#[tokio::test]
async fn a_secret_is_for_who_may_change_the_client() {
    let world = World::port().await;
    let manager = world.admin_named("manager", &["manage-clients"]).await;
    let id = make(&manager, json!({"clientId": "app", "secret": "canary-secret"})).await;
    let viewer = world.admin_with(&["view-clients"]).await;
    let seen = viewer.get(&format!("{CLIENTS}/{id}")).await.expect(200);
    assert!(!seen.text().contains("canary"));
    viewer.get(&format!("{CLIENTS}/{id}/client-secret")).await.expect(403);
    viewer.json("POST", &format!("{CLIENTS}/{id}/client-secret"), &Value::Null).await.expect(403);
    let told = manager.get(&format!("{CLIENTS}/{id}/client-secret")).await.expect(200).json();
    assert_eq!(told, json!({"type": "secret", "value": "canary-secret"}));
    let other = manager.json("POST", &format!("{CLIENTS}/{id}/client-secret"), &Value::Null).await.expect(200).json();
    assert_ne!(other["value"], "canary-secret");
    let asker = world.admin_with(&["query-clients"]).await;
    assert_eq!(asker.get(CLIENTS).await.expect(200).json(), json!([]), "an empty list, not a refusal");
    asker.get(&format!("{CLIENTS}/{id}")).await.expect(403);
}

#[tokio::test]
async fn mappers_are_added_changed_and_removed_with_their_owner() {
    let world = World::port().await;
    let caller = world.admin_with(&["manage-clients"]).await;
    let id = make(&caller, json!({"clientId": "app"})).await;
    let body = json!({"name": "billing", "protocol": "openid-connect"});
    let scope = caller.json("POST", "/admin/realms/port/client-scopes", &body);
    let scope = scope.await.expect(201).header("location").rsplit('/').next().unwrap().to_owned();
    for owner in [format!("{CLIENTS}/{id}"), format!("/admin/realms/port/client-scopes/{scope}")] {
        let mapper = json!({"name": "m", "protocol": "openid-connect", "protocolMapper": "oidc-hardcoded-claim-mapper",
            "config": {"claim.name": "x", "claim.value": "1", "jsonType.label": "String", "access.token.claim": "true"}});
        let models = format!("{owner}/protocol-mappers/models");
        let made = caller.json("POST", &models, &mapper).await.expect(201);
        let address = made.header("location").strip_prefix("http://localhost:8080").expect("absolute").to_owned();
        let read = caller.get(&address).await.expect(200).json();
        assert_eq!(read["config"]["introspection.token.claim"], "true", "what follows from the rest");
        let again = caller.json("POST", &models, &mapper).await.expect(409);
        assert_eq!(again.json(), json!({"errorMessage": "Protocol mapper exists with same name"}));
        caller.json("PUT", &address, &json!({"name": "n"})).await.expect(204);
        assert_eq!(names(&caller.get(&models).await.json(), "name"), ["n"]);
        caller.delete(&address).await.expect(204);
        assert_eq!(caller.delete(&address).await.expect(404).json(), json!({"error": "Model not found"}));
    }
}

#[tokio::test]
async fn a79_roles_let_through_follow_a_client_and_end_with_it() {
    let world = World::port().await;
    let caller = world.admin_with(&["manage-realm", "manage-clients"]).await;
    let of = |client: &str, roles: &str| format!("{CLIENTS}/{client}/scope-mappings/{roles}");
    let (app, other) =
        (make(&caller, json!({"clientId": "app"})).await, make(&caller, json!({"clientId": "other"})).await);
    caller.json("POST", &format!("{CLIENTS}/{app}/roles"), &json!({"name": "writer"})).await.expect(201);
    let writer = caller.get(&format!("{CLIENTS}/{app}/roles/writer")).await.json();
    let reader = caller.get("/admin/realms/port/roles/reader").await.json();
    caller.json("POST", &of(&app, "realm"), &json!([reader])).await.expect(204);
    caller.json("POST", &of(&other, &format!("clients/{app}")), &json!([writer])).await.expect(204);

    caller.json("PUT", &format!("{CLIENTS}/{app}"), &json!({"clientId": "renamed"})).await.expect(204);
    assert_eq!(names(&caller.get(&of(&app, "realm")).await.json(), "name"), ["reader"]);
    assert_eq!(names(&caller.get(&of(&other, &format!("clients/{app}"))).await.json(), "name"), ["writer"]);

    caller.delete(&format!("{CLIENTS}/{app}")).await.expect(204);
    let namesake = make(&caller, json!({"clientId": "renamed"})).await;
    caller.json("POST", &format!("{CLIENTS}/{namesake}/roles"), &json!({"name": "writer"})).await.expect(201);
    assert_eq!(caller.get(&of(&namesake, "realm")).await.json(), json!([]));
    assert_eq!(caller.get(&of(&other, &format!("clients/{namesake}"))).await.json(), json!([]));
}

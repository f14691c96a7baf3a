//! The realm that answers were recorded in.

use identity::{NewRole, UserChange};
use serde_json::{Map, Value, json};

use crate::harness::World;

pub const REALM: &str = "rec-oidc";
/// The plugin's place.
pub const BASE: &str = "/realms/rec-oidc/protocol/openid-connect";
/// Where codes are sent.
pub const BACK: &str = "http://127.0.0.1:9/cb";

/// A new server with that realm.
pub async fn world() -> World {
    World::with(file()).await
}

fn client(client_id: &str, more: &Value) -> Value {
    let mut client = json!({
        "clientId": client_id, "protocol": "openid-connect", "enabled": true, "secret": format!("{client_id}-secret"),
        "publicClient": false, "standardFlowEnabled": true, "fullScopeAllowed": true,
    });
    merge(&mut client, more);
    client
}

/// A client that a browser comes back to.
fn web(client_id: &str, more: &Value) -> Value {
    let common =
        json!({"redirectUris": [BACK], "webOrigins": ["https://app.example"], "directAccessGrantsEnabled": true});
    let mut client = client(client_id, &common);
    merge(&mut client, more);
    client
}

fn user(name: &str, more: &Value) -> Value {
    let mut chars = name.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect();
    let mut user = json!({
        "username": name, "enabled": true, "email": format!("{name}@example.org"), "emailVerified": true,
        "firstName": first, "lastName": "Example", "realmRoles": [format!("default-roles-{REALM}")],
        "credentials": [{"type": "password", "value": format!("{name}-password")}],
    });
    merge(&mut user, more);
    user
}

fn merge(into: &mut Value, from: &Value) {
    let none = Map::new();
    let from = from.as_object().unwrap_or(&none).clone();
    into.as_object_mut().expect("an object").extend(from);
}

fn file() -> Value {
    json!({
        "realm": REALM, "enabled": true, "eventsEnabled": true, "resetPasswordAllowed": true,
        "roles": {"realm": [{"name": "reader"}]},
        "clients": [
            web("web", &json!({"attributes": {"post.logout.redirect.uris": "http://127.0.0.1:9/bye"}})),
            web("spa", &json!({"publicClient": true})),
            web("pkce", &json!({"publicClient": true, "attributes": {"pkce.code.challenge.method": "S256"}})),
            web("hybrid", &json!({"implicitFlowEnabled": true})),
            web("consent", &json!({"consentRequired": true})),
            client("robot", &json!({"serviceAccountsEnabled": true, "standardFlowEnabled": false})),
            client("nodirect", &json!({"redirectUris": [BACK], "standardFlowEnabled": false})),
            client("off", &json!({"enabled": false, "redirectUris": [BACK]})),
            client("bearer", &json!({"bearerOnly": true})),
        ],
        "users": [
            user("alice", &json!({"attributes": {"department": ["lab"]}, "realmRoles": ["reader", format!("default-roles-{REALM}")]})),
            user("bob", &json!({"enabled": false})),
            user("carol", &json!({"requiredActions": ["UPDATE_PASSWORD"]})),
        ],
    })
}

/// Changes as an administrator makes them.
pub async fn change_realm(world: &World, settings: Value) {
    let realm = world.realm(REALM).await;
    let mut tx = world.identity.begin().await.expect("a unit of work");
    tx.change_realm(&realm.id, settings).await.expect("the realm changes");
    tx.commit().await.expect("the change is kept");
}

/// Sets attributes of `web`; `null` takes one away.
pub async fn change_web(world: &World, attributes: Value) {
    let realm = world.realm(REALM).await;
    let id = realm.client("web").expect("the client").id.clone();
    let mut tx = world.identity.begin().await.expect("a unit of work");
    tx.change_client(&id, json!({ "attributes": attributes })).await.expect("the client changes");
    tx.commit().await.expect("the change is kept");
}

/// Gives `web` mappers.
pub async fn add_mappers(world: &World, mappers: &Value) {
    let realm = world.realm(REALM).await;
    let owner = identity::MapperOwner::Client(realm.client("web").expect("the client").id.clone());
    let mut tx = world.identity.begin().await.expect("a unit of work");
    for mapper in mappers.as_array().expect("a list") {
        let seed = identity::MapperSeed {
            name: mapper["name"].as_str().expect("a name").to_owned(),
            mapper: mapper["protocolMapper"].as_str().expect("a kind").to_owned(),
            protocol: "openid-connect".to_owned(),
            config: serde_json::from_value(mapper["config"].clone()).expect("texts"),
        };
        tx.add_mapper(&owner, seed).await.expect("a mapper");
    }
    tx.commit().await.expect("the change is kept");
}

/// Gives alice the role `editor` of `web`.
pub async fn add_editor(world: &World) {
    let realm = world.realm(REALM).await;
    let alice = alice(world).await;
    let mut tx = world.identity.begin().await.expect("a unit of work");
    let role = NewRole {
        client: Some(realm.client("web").expect("the client").id.clone()),
        id: None,
        name: "editor".to_owned(),
        document: Value::Null,
    };
    let role = tx.add_role(&realm.id, role).await.expect("a role");
    tx.grant_role(&alice, &role).await.expect("the role is given");
    tx.commit().await.expect("the change is kept");
}

pub async fn change_alice(world: &World, change: UserChange) {
    let alice = alice(world).await;
    let mut tx = world.identity.begin().await.expect("a unit of work");
    tx.change_user(&alice, change).await.expect("the user changes");
    tx.commit().await.expect("the change is kept");
}

/// Ends all that alice is logged in to, as an administrator does.
pub async fn log_alice_out(world: &World) {
    let realm = world.realm(REALM).await;
    let alice = alice(world).await;
    let now = world.clock_seconds();
    change_alice(world, UserChange { not_before: Some(now), ..UserChange::default() }).await;
    world.identity.close_user_sessions(&realm, &alice, false).await.expect("the sessions end");
}

async fn alice(world: &World) -> identity::UserId {
    let realm = world.realm(REALM).await;
    let user = world.identity.find_user_by_login(&realm, "alice").await.expect("the store answers");
    user.expect("alice is there").id.clone()
}

//! The realm that Keycloak's answers were recorded on, under the name that the harness looks at.

use serde_json::{Value, json};

use crate::harness::realm::{allow_all, otp_credential, registry, user};

/// Where codes are sent.
pub const BACK: &str = "http://127.0.0.1:9/cb";
/// Origin whose pages may use the clients.
pub const ORIGIN: &str = "https://app.example";

/// A client with what most of them share.
pub fn client(client_id: &str, more: Value) -> Value {
    let mut client = json!({
        "clientId": client_id, "protocol": "openid-connect", "enabled": true, "secret": format!("{client_id}-secret"),
        "redirectUris": [BACK], "webOrigins": [ORIGIN], "directAccessGrantsEnabled": true, "standardFlowEnabled": true,
        "fullScopeAllowed": true, "publicClient": false,
    });
    let (Some(into), Some(from)) = (client.as_object_mut(), more.as_object()) else { return client };
    into.extend(from.clone());
    client
}

/// `port`, with OpenID Connect clients of every kind and one registry.
pub fn port() -> Value {
    json!({
        "realm": "port", "enabled": true, "sslRequired": "none", "eventsEnabled": true, "loginWithEmailAllowed": true,
        "enabledEventTypes": [],
        "bruteForceProtected": true, "failureFactor": 5, "waitIncrementSeconds": 60, "maxFailureWaitSeconds": 900,
        "maxDeltaTimeSeconds": 43200, "quickLoginCheckMilliSeconds": 0, "minimumQuickLoginWaitSeconds": 60,
        "roles": {"realm": [{"name": "reader"}, {"name": "writer"}], "client": {"web": [{"name": "editor"}]}},
        "groups": [{"name": "team", "subGroups": [{"name": "backend"}]}],
        "clients": [
            client("web", json!({})),
            client("spa", json!({"publicClient": true})),
            client("pkce", json!({"publicClient": true, "attributes": {"pkce.code.challenge.method": "S256"}})),
            client("consent", json!({"consentRequired": true})),
            client("robot", json!({"serviceAccountsEnabled": true, "standardFlowEnabled": false, "directAccessGrantsEnabled": false, "webOrigins": []})),
            client("nodirect", json!({"directAccessGrantsEnabled": false, "standardFlowEnabled": false})),
            client("off", json!({"enabled": false})),
            client("bearer", json!({"bearerOnly": true})),
            client("narrow", json!({"fullScopeAllowed": false})),
            registry("registry", json!({}), json!([allow_all()])),
        ],
        "users": [
            user("alice", json!({"firstName": "Alice", "lastName": "Example", "emailVerified": true, "realmRoles": ["reader", "default-roles-port"],
                "groups": ["/team/backend"], "attributes": {"department": ["lab"]}})),
            user("bob", json!({"enabled": false})),
            user("carol", json!({"requiredActions": ["UPDATE_PASSWORD"]})),
            user("nobody", json!({"realmRoles": []})),
            user("otp", json!({"credentials": [{"type": "password", "value": "pw-otp"}, otp_credential()]})),
        ],
    })
}

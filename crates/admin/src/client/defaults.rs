//! What a client is where its document says nothing, as Keycloak has it.

use serde_json::{Map, Value, json};

/// Kept in the attribute of the time at which a secret was made, in whole seconds.
pub(super) const SECRET_TIME: &str = "client.secret.creation.time";
/// Keycloak's mark of the clients that every realm has.
pub(super) const REALM_CLIENT: &str = "realm_client";

/// Adds what is not said.
pub(super) fn fill(document: &mut Map<String, Value>) {
    let defaults = [
        ("surrogateAuthRequired", json!(false)),
        ("enabled", json!(true)),
        ("alwaysDisplayInConsole", json!(false)),
        ("clientAuthenticatorType", json!("client-secret")),
        ("redirectUris", json!([])),
        ("webOrigins", json!([])),
        ("notBefore", json!(0)),
        ("bearerOnly", json!(false)),
        ("consentRequired", json!(false)),
        ("standardFlowEnabled", json!(true)),
        ("implicitFlowEnabled", json!(false)),
        ("directAccessGrantsEnabled", json!(false)),
        ("serviceAccountsEnabled", json!(false)),
        ("publicClient", json!(false)),
        ("frontchannelLogout", json!(false)),
        ("attributes", json!({})),
        ("authenticationFlowBindingOverrides", json!({})),
        ("fullScopeAllowed", json!(true)),
        ("nodeReRegistrationTimeout", json!(-1)),
    ];
    for (member, value) in defaults {
        document.entry(member).or_insert(value);
    }
    if document.get("protocol").and_then(Value::as_str).is_none_or(str::is_empty) {
        document.insert("protocol".to_owned(), json!("openid-connect"));
    }
}

/// Whether it has to prove itself.
pub(super) fn is_confidential(document: &Map<String, Value>) -> bool {
    let flag = |member: &str| document.get(member) == Some(&Value::Bool(true));
    !flag("publicClient") && !flag("bearerOnly")
}

/// Whether the client is one that every realm has, or stands for a realm in `master`.
pub(super) fn is_built_in(realm: &str, client_id: &str) -> bool {
    const BUILT_IN: [&str; 6] =
        ["account", "account-console", "admin-cli", "broker", "realm-management", "security-admin-console"];
    BUILT_IN.contains(&client_id) || (realm == "master" && client_id.ends_with("-realm"))
}

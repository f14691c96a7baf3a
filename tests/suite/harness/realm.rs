//! The realm that most tests live in.

use serde_json::{Value, json};

/// One access rule, as Keycloak's admin REST and realm files carry it.
pub fn rule(name: &str, config: Value) -> Value {
    json!({"name": name, "protocol": "docker-v2", "protocolMapper": "docker-v2-access-rule", "config": config})
}

/// Keycloak's mapper that grants whatever a logged-in user asks for.
pub fn allow_all() -> Value {
    json!({"name": "docker-v2-allow-all-mapper", "protocol": "docker-v2", "protocolMapper": "docker-v2-allow-all-mapper", "config": {}})
}

/// A registry with the given attributes and mappers.
pub fn registry(client_id: &str, attributes: Value, mappers: Value) -> Value {
    json!({"clientId": client_id, "protocol": "docker-v2", "enabled": true, "attributes": attributes, "protocolMappers": mappers})
}

/// A user whose password is `pw-NAME`.
pub fn user(name: &str, more: Value) -> Value {
    let mut user = json!({"username": name, "enabled": true, "email": format!("{name}@example.org"),
        "credentials": [{"type": "password", "value": format!("pw-{name}")}]});
    let (Some(into), Some(from)) = (user.as_object_mut(), more.as_object()) else { return user };
    into.extend(from.clone());
    user
}

/// A Keycloak credential of kind `otp`, secret `JBSWY3DPEHPK3PXPJBSW` (its characters are the key's bytes).
pub fn otp_credential() -> Value {
    json!({"type": "otp", "secretData": "{\"value\":\"JBSWY3DPEHPK3PXPJBSW\"}",
        "credentialData": "{\"subType\":\"totp\",\"digits\":6,\"counter\":0,\"period\":30,\"algorithm\":\"HmacSHA1\"}"})
}

/// `port`: one realm, registries of several settings, people of several states.
pub fn port() -> Value {
    let rules = json!([
        rule("public", json!({"subject": "anyone", "name": "public/**", "actions": "pull"})),
        rule("admins", json!({"subject": "role:admin", "name": "**", "actions": "*"})),
        rule("admins-catalog", json!({"subject": "role:admin", "type": "registry", "name": "catalog", "actions": "*"})),
        rule("own", json!({"subject": "authenticated", "name": "home/${username}/**", "actions": "*"})),
        rule("teams", json!({"subject": "authenticated", "name": "${group}/*", "actions": "pull,push"})),
        rule("readers", json!({"subject": "role:reader", "name": "team-a/**", "actions": "pull"})),
        rule("sealed", json!({"effect": "deny", "subject": "anyone", "name": "team-a/sealed", "actions": "*"})),
    ]);
    json!({
        "realm": "port", "enabled": true, "sslRequired": "none", "eventsEnabled": true, "accessTokenLifespan": 300,
        "loginWithEmailAllowed": true,
        "bruteForceProtected": true, "failureFactor": 5, "waitIncrementSeconds": 60, "maxFailureWaitSeconds": 900,
        "maxDeltaTimeSeconds": 43200, "quickLoginCheckMilliSeconds": 0, "minimumQuickLoginWaitSeconds": 60,
        "roles": {"realm": [{"name": "admin"}, {"name": "reader"}]},
        "groups": [{"name": "team-a", "subGroups": [{"name": "backend"}]}, {"name": "team-b"}],
        "clients": [
            registry("registry", json!({"docker.identity.tokens": "true", "docker.service.aliases": "https://registry.example, reg.example:5000"}), rules.clone()),
            registry("plain", json!({}), json!([allow_all()])),
            registry("shut", json!({}), json!([])),
            json!({"clientId": "off", "protocol": "docker-v2", "enabled": false, "protocolMappers": [allow_all()]}),
            json!({"clientId": "web", "protocol": "openid-connect", "enabled": true, "protocolMappers": [allow_all()]}),
            registry("es256", json!({"docker.signature.algorithm": "ES256", "docker.token.lifespan": "900", "docker.identity.tokens": "true"}), json!([allow_all()])),
            registry("two", json!({"docker.registry.profile": "registry-2"}), json!([allow_all()])),
            registry("three", json!({"docker.registry.profile": "registry-3", "docker.signature.algorithm": "ES384"}), json!([allow_all()])),
            registry("jwks", json!({"docker.registry.profile": "jwks", "docker.signature.algorithm": "EdDSA"}), json!([allow_all()])),
            registry("append", json!({"docker.second.factor": "append"}), json!([allow_all()])),
            registry("lax", json!({"docker.second.factor": "ignore", "docker.subject": "id"}), json!([allow_all()])),
        ],
        "users": [
            user("alice", json!({"realmRoles": ["admin"]})),
            user("bob", json!({"groups": ["/team-a"]})),
            user("carol", json!({"realmRoles": ["reader"]})),
            user("dave", json!({"groups": ["/team-a/backend"]})),
            user("disabled", json!({"enabled": false})),
            user("pending", json!({"requiredActions": ["UPDATE_PASSWORD"]})),
            user("otp", json!({"credentials": [{"type": "password", "value": "pw-otp"}, otp_credential()]})),
            user("nopassword", json!({"credentials": []})),
        ],
    })
}

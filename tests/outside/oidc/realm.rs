//! The realm `people`, with a client for every kind of program that logs people in, and the people.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rcgen::{KeyPair, PublicKeyData as _};
use serde_json::{Value, json};

pub(crate) const NAME: &str = "people";
/// Where the applications of library clients are said to be; nobody is there.
pub(crate) const BACK: &str = "https://app.example/cb";
/// Where those want people to land who have logged out.
pub(crate) const BYE: &str = "https://app.example/bye";

/// What a person may be asked for, in this order.
const ACTIONS: [&str; 7] = [
    "CONFIGURE_TOTP",
    "CONFIGURE_RECOVERY_AUTHN_CODES",
    "TERMS_AND_CONDITIONS",
    "UPDATE_PASSWORD",
    "UPDATE_PROFILE",
    "VERIFY_EMAIL",
    "UPDATE_EMAIL",
];

/// A client that must prove itself by `{client_id}-secret`.
fn confidential(client_id: &str, attributes: &Value) -> Value {
    json!({
        "clientId": client_id, "protocol": "openid-connect", "enabled": true, "secret": format!("{client_id}-secret"),
        "redirectUris": [BACK], "standardFlowEnabled": true, "attributes": attributes,
    })
}

/// A client on somebody's own machine, at whatever port.
fn at_home(client_id: &str, public: bool) -> Value {
    json!({
        "clientId": client_id, "protocol": "openid-connect", "enabled": true, "publicClient": public,
        "secret": format!("{client_id}-secret"), "redirectUris": ["http://localhost/*"], "webOrigins": ["*"],
        "standardFlowEnabled": true, "attributes": {"post.logout.redirect.uris": "+"},
    })
}

/// An application that the browser runs come from.
fn in_browser(client_id: &str) -> Value {
    let client = confidential(client_id, &json!({"post.logout.redirect.uris": "+"}));
    with(client, json!({"publicClient": true, "redirectUris": ["http://app.test/*"]}))
}

/// A mapper that puts a client into the audience of its own tokens: who is not in it learns nothing by introspection.
fn in_its_own_audience(client: Value) -> Value {
    let mapper = json!([{"name": "own", "protocol": "openid-connect", "protocolMapper": "oidc-audience-mapper",
        "config": {"included.client.audience": client["clientId"], "access.token.claim": "true", "introspection.token.claim": "true"}}]);
    with(client, json!({"protocolMappers": mapper}))
}

fn with(mut client: Value, more: Value) -> Value {
    let (Some(into), Value::Object(from)) = (client.as_object_mut(), more) else { return client };
    into.extend(from);
    client
}

/// The realm file. `key` is what the client `keyed` proves itself with.
pub(crate) fn people(key: &KeyPair) -> Value {
    let post_logout = json!({"post.logout.redirect.uris": BYE});
    let device = json!({"oauth2.device.authorization.grant.enabled": "true", "oauth2.device.polling.interval": "1"});
    json!({
        "realm": NAME, "displayName": "Harbour office", "enabled": true, "sslRequired": "none",
        "eventsEnabled": true, "eventsExpiration": 86400,
        // A refresh token that was used is worth nothing.
        "revokeRefreshToken": true, "refreshTokenMaxReuse": 0,
        "roles": {"realm": [{"name": "pilot"}]},
        "clients": [
            in_its_own_audience(with(confidential("web", &post_logout), json!({"serviceAccountsEnabled": true}))),
            with(confidential("hybrid", &post_logout), json!({"implicitFlowEnabled": true})),
            confidential("pushed", &json!({"post.logout.redirect.uris": BYE, "require.pushed.authorization.requests": "true",
                "pkce.code.challenge.method": "S256", "dpop.bound.access.tokens": "true"})),
            with(confidential("keyed", &json!({"use.jwks.string": "true", "jwks.string": jwks(key).to_string(),
                "token.endpoint.auth.signing.alg": "ES256"})),
                json!({"clientAuthenticatorType": "client-jwt", "serviceAccountsEnabled": true})),
            with(confidential("consent", &post_logout), json!({"consentRequired": true})),
            with(confidential("device", &device), json!({"publicClient": true, "standardFlowEnabled": false})),
            with(confidential("native", &json!({"pkce.code.challenge.method": "S256", "post.logout.redirect.uris": BYE})), json!({"publicClient": true})),
            confidential("api", &json!({})),
            at_home("page", true),
            in_its_own_audience(at_home("express", false)),
            at_home("apache", false),
            json!({"clientId": "registry", "protocol": "docker-v2", "enabled": true,
                "attributes": {"docker.identity.tokens": "true"},
                "protocolMappers": [{"name": "all", "protocol": "docker-v2", "protocolMapper": "docker-v2-allow-all-mapper", "config": {}}]}),
        ],
        "users": [
            user("alice", &json!(["pilot", "offline_access"])),
            user("bob", &json!(["offline_access"])),
        ],
    })
}

/// The same realm as a person meets it in a browser: with registration, forgotten passwords, mails by the server at `mail_port`, all
/// required actions, recovery codes beside one-time codes, and somebody for each of these.
pub(crate) fn people_in_browsers(key: &KeyPair, mail_port: u16) -> Value {
    let mut realm = people(key);
    let actions: Vec<Value> = ACTIONS
        .iter()
        .enumerate()
        .map(|(at, alias)| {
            json!({"alias": alias, "name": alias, "providerId": alias, "enabled": true, "defaultAction": false,
                "priority": 10 * (at + 1), "config": {}})
        })
        .collect();
    let more = json!({
        "registrationAllowed": true, "resetPasswordAllowed": true, "rememberMe": true, "verifyEmail": true,
        "loginWithEmailAllowed": true, "internationalizationEnabled": true, "supportedLocales": ["en", "de", "fr"],
        "passwordPolicy": "length(8) and notUsername(undefined)",
        "smtpServer": {"host": "127.0.0.1", "port": mail_port.to_string(), "from": "office@harbour.test"},
        "requiredActions": actions,
        "browserFlow": "browser with recovery codes",
        "authenticationFlows": flows(),
    });
    realm = with(realm, more);
    let clients = [
        with(in_browser("app"), json!({"name": "Tide tables"})),
        with(
            in_browser("asks"),
            json!({"name": "Berth bookings", "consentRequired": true, "attributes": {"tosUri": "https://app.example/terms", "policyUri": "https://app.example/privacy"}}),
        ),
    ];
    let who = |name: &str, actions: Value| with(user(name, &json!([])), json!({"requiredActions": actions}));
    let users = [
        who("otto", json!(["CONFIGURE_TOTP", "CONFIGURE_RECOVERY_AUTHN_CODES"])),
        who("olga", json!(["CONFIGURE_TOTP"])),
        who("terry", json!(["TERMS_AND_CONDITIONS", "UPDATE_PASSWORD", "UPDATE_PROFILE"])),
        who("frida", json!([])),
        who("fred", json!([])),
        who("ada", json!([])),
        with(user("vera", &json!([])), json!({"emailVerified": false})),
    ];
    realm["clients"].as_array_mut().expect("a list").extend(clients);
    realm["users"].as_array_mut().expect("a list").extend(users);
    realm
}

/// Keycloak's browser flow, with recovery codes switched on as the other second factor.
fn flows() -> Value {
    let step = |authenticator: &str, requirement: &str, priority: u32| {
        json!({"authenticator": authenticator, "authenticatorFlow": false, "requirement": requirement, "priority": priority,
            "userSetupAllowed": false})
    };
    let part = |alias: &str, requirement: &str, priority: u32| json!({"flowAlias": alias, "authenticatorFlow": true, "requirement": requirement, "priority": priority, "userSetupAllowed": false});
    let flow = |alias: &str, top: bool, executions: Value| json!({"alias": alias, "providerId": "basic-flow", "topLevel": top, "builtIn": false, "authenticationExecutions": executions});
    json!([
        flow(
            "browser with recovery codes",
            true,
            json!([step("auth-cookie", "ALTERNATIVE", 10), part("forms with recovery codes", "ALTERNATIVE", 20),])
        ),
        flow(
            "forms with recovery codes",
            false,
            json!([step("auth-username-password-form", "REQUIRED", 10), part("second factor", "CONDITIONAL", 20),])
        ),
        flow(
            "second factor",
            false,
            json!([
                step("conditional-user-configured", "REQUIRED", 10),
                step("auth-otp-form", "ALTERNATIVE", 20),
                step("auth-recovery-authn-code-form", "ALTERNATIVE", 30),
            ])
        ),
    ])
}

/// A realm that Keycloak exported, with one more client: the application that the browser runs come from.
pub(crate) fn exported() -> Value {
    let mut realm: Value =
        serde_json::from_str(include_str!("../../realms/keycloak-26/harbour.json")).expect("harbour.json is JSON");
    realm["clients"].as_array_mut().expect("a list").push(in_browser("app"));
    // Its flow asks managers twice. Without this the run would wait for half a minute until the next code.
    realm["otpPolicyCodeReusable"] = json!(true);
    realm
}

/// Whoever's password is their name and `-secret`.
pub(crate) fn user(name: &str, roles: &Value) -> Value {
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().collect::<String>() + letters.as_str());
    json!({
        "username": name, "enabled": true, "email": format!("{name}@example.org"), "emailVerified": true,
        "firstName": first, "lastName": "Example", "realmRoles": roles,
        "credentials": [{"type": "password", "value": format!("{name}-secret"), "temporary": false}],
    })
}

/// The public half of a P-256 key as a set of one (RFC 7517).
fn jwks(key: &KeyPair) -> Value {
    // An uncompressed point: one byte, then both coordinates.
    let point = key.der_bytes();
    let (x, y) = point[1..].split_at(32);
    json!({"keys": [{"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "own",
        "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y)}]})
}

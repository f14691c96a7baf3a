//! The document.

use protocol::{FieldKind, FormField, Plugins};
use serde_json::{Map, Value, json};

use super::catalogue;
use crate::flow::{of_kind, set};
use crate::{AnyAdmin, Permit};

/// The version of Keycloak whose interface this is: tools go by it.
pub(crate) const KEYCLOAK: &str = "26.7.3";
/// Names that a realm may give its themes.
const THEMES: [&str; 5] = ["base", "keycloak", "keycloak.v2", "keycloak.v3", "portreeve"];

/// What this server knows, in Keycloak's shape.
#[must_use]
pub fn get(permit: &Permit<AnyAdmin>) -> Value {
    let plugins = permit.plugins();
    let words = catalogue::all();
    let word = |member: &str| words.get(member).cloned().unwrap_or_default();
    let uptime = permit.identity().clock().monotonic_micros() / 1000;
    let now = permit.identity().clock().now();
    let themes: Vec<Value> = THEMES.iter().map(|name| json!({ "name": name })).collect();
    json!({
        "systemInfo": {
            "version": KEYCLOAK, "serverTime": now.0.to_string(), "uptime": format!("{} seconds", uptime / 1000),
            "uptimeMillis": uptime, "portreeveVersion": env!("CARGO_PKG_VERSION"),
        },
        "cpuInfo": { "processorCount": std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get) },
        "profileInfo": {
            "name": "default", "disabledFeatures": [], "previewFeatures": [], "experimentalFeatures": [],
        },
        "features": features(plugins),
        "cryptoInfo": {
            "cryptoProvider": "aws-lc-rs", "supportedKeystoreTypes": [],
            "clientSignatureSymmetricAlgorithms": ["HS256", "HS384", "HS512"],
            "clientSignatureAsymmetricAlgorithms":
                ["ES256", "ES384", "ES512", "EdDSA", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"],
        },
        "themes": {
            "login": themes, "account": themes, "admin": themes, "email": themes, "common": themes, "welcome": themes,
        },
        "socialProviders": word("socialProviders"),
        "identityProviders": word("identityProviders"),
        "clientImporters": [],
        "providers": providers(permit, plugins),
        "protocolMapperTypes": by_protocol(plugins, |plugin| plugin.mappers().iter().map(|kind| json!({
            "id": kind.id(), "name": kind.label(), "category": kind.category(), "helpText": kind.help(), "priority": 0,
            "properties": kind.form().iter().map(property).collect::<Vec<_>>(),
        })).collect()),
        "builtinProtocolMappers": built_in_mappers(),
        "clientInstallations": by_protocol(plugins, |plugin| plugin.artefacts().iter().map(|artefact| json!({
            "id": artefact.id(), "protocol": plugin.id(), "downloadOnly": artefact.download_only(),
            "displayType": artefact.label(), "helpText": artefact.help(), "filename": artefact.file_name(),
            "mediaType": artefact.media_type(),
        })).collect()),
        "componentTypes": catalogue::all_component_types(),
        "passwordPolicies": word("passwordPolicies"),
        "enums": word("enums"),
        "parameterizedScopeTypes": [],
    })
}

fn by_protocol(plugins: &Plugins, list: impl Fn(&dyn protocol::Plugin) -> Vec<Value>) -> Value {
    Value::Object(plugins.iter().map(|plugin| (plugin.id().to_owned(), list(&**plugin).into())).collect::<Map<_, _>>())
}

fn property(field: &FormField) -> Value {
    let (kind, options) = match field.kind {
        FieldKind::Text | FieldKind::Number { .. } => ("String", None),
        FieldKind::Flag => ("boolean", None),
        FieldKind::Choice(choices) => ("List", Some(choices.iter().map(|(value, _)| *value).collect::<Vec<_>>())),
        FieldKind::List => ("MultivaluedString", None),
    };
    let mut told = json!({
        "name": field.name, "label": field.label, "helpText": field.help, "type": kind, "secret": false,
        "required": false, "readOnly": false,
    });
    if let Some(default) = field.default {
        set(&mut told, "defaultValue", json!(default));
    }
    if let Some(options) = options {
        set(&mut told, "options", json!(options));
    }
    told
}

/// The mappers that a new realm's client scopes have, by protocol.
fn built_in_mappers() -> Value {
    let mut by_protocol: Map<String, Value> = Map::new();
    for mapper in identity::realm_file::built_in_mappers() {
        let protocol = mapper.get("protocol").and_then(Value::as_str).unwrap_or_default().to_owned();
        if let Value::Array(list) = by_protocol.entry(protocol).or_insert_with(|| json!([])) {
            list.push(mapper);
        }
    }
    Value::Object(by_protocol)
}

/// What is switched on, by Keycloak's names, as far as it is about what is here.
fn features(plugins: &Plugins) -> Vec<Value> {
    let docker = plugins.get("docker-v2").is_some();
    let features = [
        ("ADMIN_API", "Admin API", "DEFAULT", true),
        ("ADMIN_FINE_GRAINED_AUTHZ", "Fine-Grained Admin Permissions", "DEPRECATED", false),
        ("ADMIN_FINE_GRAINED_AUTHZ_V2", "Fine-Grained Admin Permissions version 2", "DEFAULT", false),
        ("AUTHORIZATION", "Authorization Service", "DEFAULT", false),
        ("CIBA", "OpenID Connect Client Initiated Backchannel Authentication", "DEFAULT", false),
        ("CLIENT_POLICIES", "Client configuration policies", "DEFAULT", false),
        ("CLIENT_TYPES", "Client Types", "EXPERIMENTAL", false),
        ("DEVICE_FLOW", "OAuth 2.0 Device Authorization Grant", "DEFAULT", true),
        ("DOCKER", "Docker Registry protocol", "DISABLED_BY_DEFAULT", docker),
        ("DPOP", "OAuth 2.0 Demonstrating Proof-of-Possession at the Application Layer", "DEFAULT", true),
        ("IMPERSONATION", "Ability for admins to impersonate users", "DEFAULT", false),
        ("ORGANIZATION", "Organization support within realms", "DEFAULT", false),
        ("PAR", "OAuth 2.0 Pushed Authorization Requests", "DEFAULT", true),
        ("RECOVERY_CODES", "Recovery codes", "DEFAULT", true),
        ("STEP_UP_AUTHENTICATION", "Step-up Authentication", "DEFAULT", true),
        ("TOKEN_EXCHANGE_STANDARD_V2", "Standard Token Exchange version 2", "DEFAULT", true),
        ("WEB_AUTHN", "W3C Web Authentication", "DEFAULT", false),
        ("WORKFLOWS", "Automate administrative tasks and processes", "DEFAULT", false),
    ];
    features
        .iter()
        .map(|(name, label, kind, enabled)| {
            json!({ "name": name, "label": label, "type": kind, "enabled": enabled, "dependencies": [] })
        })
        .collect()
}

/// Providers by Keycloak's name of what they provide, as far as tools look for them.
fn providers(permit: &Permit<AnyAdmin>, plugins: &Plugins) -> Value {
    let named = |ids: Vec<String>| -> Value {
        let all: Map<String, Value> = ids.into_iter().map(|id| (id, json!({ "order": 0 }))).collect();
        json!({ "internal": false, "providers": all })
    };
    let flows = |kind: &str| -> Value {
        let ids = of_kind(permit, kind).into_iter();
        named(ids.filter_map(|one| Some(one.get("id")?.as_str()?.to_owned())).collect())
    };
    json!({
        "authenticator": flows("authenticator"),
        "client-authenticator": flows("client"),
        "form-action": flows("form-action"),
        "form-authenticator": flows("form"),
        "login-protocol": named(plugins.iter().map(|plugin| plugin.id().to_owned()).collect()),
    })
}

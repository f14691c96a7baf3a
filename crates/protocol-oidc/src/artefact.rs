//! Installation artefacts: what an application is given so that it finds its realm.

use std::sync::Arc;

use identity::{Client, Error, Realm, SslRequired};
use protocol::{Artefact, BoxFuture, Portreeve};
use serde_json::{Map, json};

/// All of them.
pub(crate) static ALL: &[&dyn Artefact] = &[&KeycloakJson];

/// `keycloak.json`, as Keycloak's adapters read it.
struct KeycloakJson;

impl Artefact for KeycloakJson {
    fn id(&self) -> &'static str {
        "keycloak-oidc-keycloak-json"
    }

    fn label(&self) -> &'static str {
        "Keycloak OIDC JSON"
    }

    fn help(&self) -> &'static str {
        "keycloak.json for applications that use Keycloak's own adapters. It holds the client's secret."
    }

    fn file_name(&self) -> &'static str {
        "keycloak.json"
    }

    fn media_type(&self) -> &'static str {
        "application/json"
    }

    fn render<'a>(
        &'a self,
        portreeve: &'a Portreeve,
        realm: &'a Arc<Realm>,
        client: &'a Arc<Client>,
    ) -> BoxFuture<'a, Result<Vec<u8>, Error>> {
        Box::pin(std::future::ready(Ok(keycloak_json(portreeve, realm, client))))
    }
}

fn keycloak_json(portreeve: &Portreeve, realm: &Realm, client: &Client) -> Vec<u8> {
    let mut file = Map::new();
    let mut put = |member: &str, value: serde_json::Value| {
        file.insert(member.to_owned(), value);
    };
    put("realm", json!(*realm.name));
    if client.bearer_only {
        put("bearer-only", json!(true));
    }
    put("auth-server-url", json!(format!("{}/", portreeve.web.public_url)));
    put(
        "ssl-required",
        json!(match realm.settings.ssl_required {
            SslRequired::All => "all",
            SslRequired::External => "external",
            SslRequired::None => "none",
        }),
    );
    put("resource", json!(*client.client_id));
    let has_roles = realm.roles_of_client(&client.id).next().is_some();
    if has_roles {
        put("verify-token-audience", json!(true));
    }
    if client.public {
        put("public-client", json!(true));
    } else if let (Some(secret), false) = (&client.secret, client.bearer_only) {
        put("credentials", json!({ "secret": secret.expose() }));
    }
    if has_roles {
        put("use-resource-role-mappings", json!(true));
    }
    put("confidential-port", json!(0));
    serde_json::to_vec_pretty(&file).unwrap_or_default()
}

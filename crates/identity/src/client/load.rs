//! Clients and client scopes of a snapshot, from their rows.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, OnceLock},
};

use crypto::secret::Secret;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::SelectStatement,
};
use serde_json::{Map, Value};

use super::{Client, ClientSecret, entity};
use crate::{
    ClientId, ClientScope, Error, Identity, Mapper, mapper,
    realm::texts,
    role::RoleTree,
    rows, scope,
    scope::mapping::{Mappings, Of},
    sealing::{self, Noun},
};

/// What a snapshot knows of clients.
pub(crate) struct Loaded {
    pub(crate) clients: Vec<Arc<Client>>,
    pub(crate) scopes: Vec<Arc<ClientScope>>,
}

/// All clients and client scopes of a realm. `document` is the realm's own, which maps roles to both.
pub(crate) async fn of_realm(
    identity: &Identity,
    on: &impl ConnectionTrait,
    realm: &str,
    document: &Value,
    roles: &RoleTree,
) -> Result<Loaded, Error> {
    let rows = entity::Entity::find()
        .filter(entity::Column::RealmId.eq(realm))
        .order_by_asc(entity::Column::Position)
        .all(on)
        .await?;
    let names: HashMap<&str, ClientId> =
        rows.iter().map(|row| (row.client_id.as_str(), ClientId::from(row.id.as_str()))).collect();
    let mappings = Mappings::read(document, roles, &names);
    let (mut of_client, mut of_scope) = mappers(on, realm).await?;
    let scopes = scopes(on, realm, &mut of_scope, &mappings).await?;
    let by_row: HashMap<&str, &Arc<ClientScope>> = scopes.iter().map(|scope| (scope.id.as_str(), scope)).collect();
    let mut bindings = bindings(on, realm).await?;

    let mut clients = Vec::with_capacity(rows.len());
    for row in &rows {
        let mut bound = |optional: bool| -> Vec<Arc<ClientScope>> {
            let bound = bindings.remove(&(row.id.clone(), optional)).unwrap_or_default();
            bound.iter().filter_map(|scope| by_row.get(scope.as_str()).copied()).map(Arc::clone).collect()
        };
        let (default, optional) = (bound(false), bound(true));
        let own = of_client.remove(&row.id).unwrap_or_default();
        clients.push(Arc::new(client(identity, row, own, default, optional, &mappings)?));
    }
    Ok(Loaded { clients, scopes })
}

type Owned = HashMap<String, Vec<Arc<Mapper>>>;

/// Mappers by the client, and by the client scope, that has them.
async fn mappers(on: &impl ConnectionTrait, realm: &str) -> Result<(Owned, Owned), Error> {
    let (mut of_client, mut of_scope) = (Owned::new(), Owned::new());
    let rows = mapper::entity::Entity::find()
        .filter(mapper::entity::Column::RealmId.eq(realm))
        .order_by_asc(mapper::entity::Column::Position)
        .all(on)
        .await?;
    for mut row in rows {
        let (owners, owner) = match (row.client_id.take(), row.scope_id.take()) {
            (Some(client), _) => (&mut of_client, client),
            (None, Some(scope)) => (&mut of_scope, scope),
            (None, None) => continue,
        };
        owners.entry(owner).or_default().push(Arc::new(Mapper::from_row(row)?));
    }
    Ok((of_client, of_scope))
}

async fn scopes(
    on: &impl ConnectionTrait,
    realm: &str,
    mappers: &mut Owned,
    mappings: &Mappings,
) -> Result<Vec<Arc<ClientScope>>, Error> {
    let rows = scope::entity::Entity::find()
        .filter(scope::entity::Column::RealmId.eq(realm))
        .order_by_asc(scope::entity::Column::Position)
        .all(on)
        .await?;
    rows.into_iter()
        .map(|row| {
            let document = rows::document(&row.document, &format!("client scope {}", row.id))?;
            Ok(Arc::new(ClientScope {
                attributes: attributes(&document),
                mappers: mappers.remove(&row.id).unwrap_or_default(),
                roles: mappings.roles(Of::Scope, &row.name),
                document: Arc::new(document),
                id: row.id.into(),
                name: row.name.into(),
                protocol: row.protocol.into(),
            }))
        })
        .collect()
}

/// Rows of client scopes by client and whether they are given on request only, in order.
async fn bindings(on: &impl ConnectionTrait, realm: &str) -> Result<HashMap<(String, bool), Vec<String>>, Error> {
    let of_realm: SelectStatement = entity::Entity::find()
        .select_only()
        .column(entity::Column::Id)
        .filter(entity::Column::RealmId.eq(realm))
        .into_query();
    let rows = scope::binding::Entity::find()
        .filter(scope::binding::Column::ClientId.in_subquery(of_realm))
        .order_by_asc(scope::binding::Column::Position)
        .all(on)
        .await?;
    let mut bindings: HashMap<(String, bool), Vec<String>> = HashMap::new();
    for row in rows {
        bindings.entry((row.client_id, row.optional)).or_default().push(row.scope_id);
    }
    Ok(bindings)
}

fn client(
    identity: &Identity,
    row: &entity::Model,
    own: Vec<Arc<Mapper>>,
    default: Vec<Arc<ClientScope>>,
    optional: Vec<Arc<ClientScope>>,
    mappings: &Mappings,
) -> Result<Client, Error> {
    let document = rows::document(&row.document, &format!("client {}", row.id))?;
    let list = |member: &str| -> Vec<String> {
        let values = document.get(member).and_then(Value::as_array).into_iter().flatten();
        values.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let flag = |member: &str, absent: bool| document.get(member).and_then(Value::as_bool).unwrap_or(absent);
    let text = |member: &str| -> Option<String> {
        document.get(member).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let mut attributes = attributes(&document);
    let Secrets { secret, registration_token, sealed } = secrets(identity, row, &mut attributes);
    let own_mappers: Vec<Arc<Mapper>> = own.into_iter().filter(|mapper| mapper.protocol == row.protocol).collect();
    let brought = default.iter().flat_map(|scope| &scope.mappers).filter(|mapper| mapper.protocol == row.protocol);
    let mappers = own_mappers.iter().chain(brought).map(Arc::clone).collect();
    // A scope of another protocol says nothing to this client, as in Keycloak.
    let of_protocol = |scopes: Vec<Arc<ClientScope>>| -> Vec<Arc<ClientScope>> {
        scopes.into_iter().filter(|scope| *scope.protocol == *row.protocol).collect()
    };
    Ok(Client {
        attributes,
        sealed_attributes: sealed,
        secret,
        registration_token,
        mappers,
        own_mappers,
        default_scopes: of_protocol(default),
        optional_scopes: of_protocol(optional),
        full_scope_allowed: flag("fullScopeAllowed", true),
        scope_roles: mappings.roles(Of::Client, &row.client_id),
        public: flag("publicClient", false),
        bearer_only: flag("bearerOnly", false),
        service_accounts: flag("serviceAccountsEnabled", false),
        standard_flow: flag("standardFlowEnabled", true),
        implicit_flow: flag("implicitFlowEnabled", false),
        direct_grants: flag("directAccessGrantsEnabled", false),
        consent_required: flag("consentRequired", false),
        frontchannel_logout: flag("frontchannelLogout", false),
        root_url: text("rootUrl"),
        base_url: text("baseUrl"),
        admin_url: text("adminUrl"),
        authenticator: text("clientAuthenticatorType").map_or_else(|| "client-secret".into(), Into::into),
        web_origins: list("webOrigins"),
        redirect_uris: list("redirectUris"),
        not_before: document.get("notBefore").and_then(Value::as_i64).unwrap_or_default(),
        id: row.id.as_str().into(),
        client_id: row.client_id.as_str().into(),
        enabled: row.enabled,
        protocol: row.protocol.as_str().into(),
        document: Arc::new(document),
        typed: OnceLock::new(),
    })
}

fn attributes(document: &Value) -> BTreeMap<String, String> {
    match document.get("attributes") {
        Some(Value::Object(attributes)) => texts(attributes.clone()),
        _ => BTreeMap::new(),
    }
}

#[derive(Default)]
struct Secrets {
    secret: Option<ClientSecret>,
    registration_token: Option<Secret>,
    sealed: BTreeMap<String, Secret>,
}

/// What is sealed with a client. Public keys and certificates are sealed too, for caution and because of their names: they
/// come back as the plain attributes they are. A client whose secrets cannot be opened has none, which the log tells.
fn secrets(identity: &Identity, row: &entity::Model, attributes: &mut BTreeMap<String, String>) -> Secrets {
    let opened: Map<String, Value> =
        match sealing::open_secrets(&identity.0, Noun::Client, &row.id, row.sealed.as_deref()) {
            Ok(opened) => opened,
            Err(error) => {
                tracing::error!(client = %row.id, %error, "the secrets of a client cannot be opened");
                return Secrets::default();
            }
        };
    let mut secrets = Secrets::default();
    for (pointer, value) in opened {
        let text = match value {
            Value::String(text) => text,
            Value::Null => continue,
            other => other.to_string(),
        };
        match pointer.strip_prefix("/attributes/").map(sealing::unescape) {
            Some(name) if is_public_by_nature(&name) => {
                attributes.insert(name, text);
            }
            Some(name) => {
                secrets.sealed.insert(name, Secret::from(text));
            }
            None if pointer == "/secret" => secrets.secret = ClientSecret::new(&text),
            None if pointer == "/registrationAccessToken" => secrets.registration_token = Some(Secret::from(text)),
            None => {}
        }
    }
    secrets
}

fn is_public_by_nature(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    // A switch that has its name from what it switches.
    name == "client_credentials.use_refresh_token"
        || (name.contains("jwks") || name.contains("certificate"))
            && !name.contains("private")
            && !name.contains("secret")
}

#[cfg(test)]
mod tests {
    use super::is_public_by_nature;

    #[test]
    fn keys_and_certificates_are_public_and_secrets_are_not() {
        for name in
            ["jwks.string", "use.jwks.string", "jwt.credential.certificate", "client_credentials.use_refresh_token"]
        {
            assert!(is_public_by_nature(name), "{name}");
        }
        for name in
            ["client.secret.rotated", "saml.signing.private.key", "jwt.credential.private.certificate", "password"]
        {
            assert!(!is_public_by_nature(name), "{name}");
        }
    }
}

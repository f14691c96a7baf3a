//! Clients of every protocol. What only a plugin understands is attributes and document, typed by the plugin.

mod add;
pub(crate) mod entity;
pub(crate) mod load;
mod secret;

use std::{
    any::Any,
    collections::BTreeMap,
    fmt,
    sync::{Arc, OnceLock},
};

use crypto::secret::Secret;
use serde_json::Value;

pub use secret::ClientSecret;

use crate::{ClientId, ClientScope, Mapper, RoleId};

/// A client in its realm's snapshot.
pub struct Client {
    /// Its row (Keycloak's `id`).
    pub id: ClientId,
    /// Its name in the protocol.
    pub client_id: Arc<str>,
    /// Whether it may be used.
    pub enabled: bool,
    /// Id of the protocol plugin it belongs to.
    pub protocol: Arc<str>,
    /// Its attributes, where a protocol keeps its settings; less the secret ones.
    pub attributes: BTreeMap<String, String>,
    /// Its secret attributes.
    pub(crate) sealed_attributes: BTreeMap<String, Secret>,
    /// What it proves itself with; none for a public one.
    pub secret: Option<ClientSecret>,
    /// What its registration is changed with.
    pub registration_token: Option<Secret>,
    /// Its own mappers, then those of its default client scopes; all of its own protocol.
    pub mappers: Vec<Arc<Mapper>>,
    /// Its own mappers.
    pub own_mappers: Vec<Arc<Mapper>>,
    /// Client scopes of its protocol that it has by default, in order.
    pub default_scopes: Vec<Arc<ClientScope>>,
    /// Client scopes of its protocol that it gets on request, in order.
    pub optional_scopes: Vec<Arc<ClientScope>>,
    /// Whether it sees all roles of a user (`fullScopeAllowed`).
    pub full_scope_allowed: bool,
    /// Roles it is mapped to, directly: those it sees where it does not see all.
    pub scope_roles: Vec<RoleId>,
    /// Whether it cannot keep a secret (`publicClient`).
    pub public: bool,
    /// Whether it only takes tokens and never asks for one (`bearerOnly`).
    pub bearer_only: bool,
    /// Whether it may act for itself (`serviceAccountsEnabled`).
    pub service_accounts: bool,
    /// Whether it may use the code flow (`standardFlowEnabled`).
    pub standard_flow: bool,
    /// Whether it may use the implicit flow (`implicitFlowEnabled`).
    pub implicit_flow: bool,
    /// Whether it may bring a user's password (`directAccessGrantsEnabled`).
    pub direct_grants: bool,
    /// Whether its users are asked for consent (`consentRequired`).
    pub consent_required: bool,
    /// Whether it is logged out through the browser (`frontchannelLogout`).
    pub frontchannel_logout: bool,
    /// What relative addresses of it start from (`rootUrl`).
    pub root_url: Option<String>,
    /// Its front page (`baseUrl`).
    pub base_url: Option<String>,
    /// Where it takes orders (`adminUrl`).
    pub admin_url: Option<String>,
    /// How it proves itself (`clientAuthenticatorType`).
    pub authenticator: Arc<str>,
    /// Origins that browsers may call from; `+` stands for those of the redirect URIs.
    pub web_origins: Vec<String>,
    /// Where a browser may be sent back to.
    pub redirect_uris: Vec<String>,
    /// Tokens issued for it before this unix second are not taken.
    pub not_before: i64,
    /// The Keycloak ClientRepresentation, less what has rows of its own and less secrets.
    pub document: Arc<Value>,
    pub(crate) typed: OnceLock<Arc<dyn Any + Send + Sync>>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("client_id", &self.client_id)
            .field("protocol", &self.protocol)
            .field("enabled", &self.enabled)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// An attribute that is set and not empty.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A secret attribute (`client.secret.rotated`, a private key) that is set and not empty.
    #[must_use]
    pub fn sealed_attribute(&self, name: &str) -> Option<&Secret> {
        self.sealed_attributes.get(name).filter(|value| !value.is_empty())
    }

    /// The protocol's own view of this client, made at first need and kept as long as the snapshot. One type per client is
    /// kept (that of its protocol); another type is made anew at each call.
    pub fn typed<T: Any + Send + Sync>(&self, make: impl FnOnce(&Client) -> T) -> Arc<T> {
        if let Some(kept) = self.typed.get()
            && let Ok(kept) = Arc::clone(kept).downcast::<T>()
        {
            return kept;
        }
        let made = Arc::new(make(self));
        // Lost to another request at the same moment, or of another type: the made one serves this call alone.
        let _ = self.typed.set(Arc::clone(&made) as Arc<dyn Any + Send + Sync>);
        made
    }
}

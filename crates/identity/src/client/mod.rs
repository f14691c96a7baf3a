//! Clients of every protocol. What only a plugin understands is attributes and document, typed by the plugin.

mod add;
pub(crate) mod entity;

use std::{
    any::Any,
    collections::BTreeMap,
    fmt,
    sync::{Arc, OnceLock},
};

use serde_json::Value;

use crate::{ClientId, Mapper};

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
    /// Its attributes, where a protocol keeps its settings.
    pub attributes: BTreeMap<String, String>,
    /// Its own mappers, then those of its default client scopes; all of its own protocol.
    pub mappers: Vec<Arc<Mapper>>,
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

//! A client that may be served by this protocol.

use std::ops::Deref;
use std::sync::Arc;

use identity::{Client, Realm};

/// Proof that a client exists in the realm, is enabled and belongs to the protocol that serves it.
#[derive(Debug, Clone)]
pub struct ClientInRealm(Arc<Client>);

/// Why a client is not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientRefusal {
    /// There is none of this name.
    Unknown,
    /// It is disabled.
    Disabled,
    /// It belongs to another protocol.
    OtherProtocol,
}

impl ClientInRealm {
    /// Finds a client by its `clientId`.
    ///
    /// # Errors
    /// Why it is not served.
    pub fn find(realm: &Realm, client_id: &str, protocol: &str) -> Result<Self, ClientRefusal> {
        realm.client(client_id).ok_or(ClientRefusal::Unknown).and_then(|client| Self::check(client, protocol))
    }

    /// Checks a client of the realm that was found in another way.
    ///
    /// # Errors
    /// Why it is not served.
    pub fn check(client: &Arc<Client>, protocol: &str) -> Result<Self, ClientRefusal> {
        // CVE-2026-2733: Keycloak's docker door forgot the enabled flag; and it never asked for the protocol, so that a
        // client of another one reached code that was not made for it.
        if &*client.protocol != protocol {
            return Err(ClientRefusal::OtherProtocol);
        }
        if !client.enabled {
            return Err(ClientRefusal::Disabled);
        }
        Ok(Self(Arc::clone(client)))
    }

    /// The client.
    pub fn client(&self) -> &Arc<Client> {
        &self.0
    }
}

impl Deref for ClientInRealm {
    type Target = Arc<Client>;

    fn deref(&self) -> &Arc<Client> {
        &self.0
    }
}

//! Which client a `service` means: its `clientId`, or one of its aliases.

use std::collections::HashMap;
use std::sync::Arc;

use identity::{ClientId, Realm, RealmId};
use protocol::{ClientInRealm, ClientRefusal};
use quick_cache::sync::Cache;

use crate::PROTOCOL;
use crate::error::TokenError;
use crate::settings::DockerClient;

/// Realms whose aliases are kept.
const MOST_REALMS: usize = 1024;

/// Aliases of each realm, worked out once for each snapshot.
pub(crate) struct Services(Cache<RealmId, Arc<Aliases>>);

struct Aliases {
    version: i64,
    clients: HashMap<String, ClientId>,
}

impl Default for Services {
    fn default() -> Self {
        Self(Cache::new(MOST_REALMS))
    }
}

impl Services {
    /// Finds the client of a service. A `clientId` goes before an alias.
    ///
    /// # Errors
    /// When there is none that this protocol serves.
    pub(crate) fn find(&self, realm: &Realm, service: Option<&str>) -> Result<ClientInRealm, TokenError> {
        let service = service.ok_or(TokenError::ServiceMissing)?;
        match ClientInRealm::find(realm, service, PROTOCOL) {
            Err(ClientRefusal::Unknown) => {}
            other => return other.map_err(TokenError::Client),
        }
        let aliases = self.aliases(realm);
        aliases
            .clients
            .get(service)
            .and_then(|id| realm.client_by_id(id))
            .ok_or(ClientRefusal::Unknown)
            .and_then(|client| ClientInRealm::check(client, PROTOCOL))
            .map_err(TokenError::Client)
    }

    fn aliases(&self, realm: &Realm) -> Arc<Aliases> {
        if let Some(known) = self.0.get(&realm.id).filter(|known| known.version == realm.version) {
            return known;
        }
        let made = Arc::new(Aliases { version: realm.version, clients: read(realm) });
        self.0.insert(realm.id.clone(), Arc::clone(&made));
        made
    }
}

/// An alias that two clients claim means neither: tokens of one must not open the other's registry.
fn read(realm: &Realm) -> HashMap<String, ClientId> {
    let mut clients: HashMap<String, Option<ClientId>> = HashMap::new();
    for client in realm.clients().filter(|client| &*client.protocol == PROTOCOL) {
        if let Ok(settings) = &client.typed(DockerClient::read).settings {
            for alias in &settings.aliases {
                clients
                    .entry(alias.clone())
                    .and_modify(|claimed| {
                        if claimed.as_ref() != Some(&client.id) {
                            *claimed = None;
                        }
                    })
                    .or_insert_with(|| Some(client.id.clone()));
            }
        }
    }
    clients.into_iter().filter_map(|(alias, client)| Some((alias, client?))).collect()
}

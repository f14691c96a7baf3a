//! A realm as every request reads it: one immutable snapshot, replaced as a whole when the realm's version moves.

mod add;
mod birth;
mod change;
pub(crate) mod defaults;
mod edit;
mod effective;
pub(crate) mod entity;
mod load;
pub(crate) mod map;
mod master;
mod secret;
mod settings;
mod words;

use std::{collections::HashMap, fmt, sync::Arc};

use serde_json::Value;

pub use add::NewRealm;
pub(crate) use add::check_name;
pub(crate) use birth::BirthRules;
pub use effective::Effective;
pub(crate) use settings::texts;
pub use settings::{OtpPolicy, RealmSettings};
pub use words::{BruteForceStrategy, SslRequired};

use crate::{
    Client, ClientId, ClientScope, Error, GroupId, Identity, KeyRing, RealmId, RoleId, group::GroupTree,
    key::InternalKey, role::RoleTree,
};

/// A realm's snapshot: settings, clients with their mappers, keys, roles and groups.
pub struct Realm {
    /// Its row.
    pub id: RealmId,
    /// Its name, as in URLs.
    pub name: Arc<str>,
    /// Whether it serves anyone.
    pub enabled: bool,
    /// Value of the change counter at its last change.
    pub version: i64,
    /// Typed settings.
    pub settings: RealmSettings,
    /// The Keycloak RealmRepresentation, less what has rows of its own and less secrets.
    pub document: Arc<Value>,
    pub(crate) keys: KeyRing,
    pub(crate) internal: InternalKey,
    pub(crate) clients: Vec<Arc<Client>>,
    pub(crate) scopes: Vec<Arc<ClientScope>>,
    pub(crate) by_client_id: HashMap<Arc<str>, Arc<Client>>,
    pub(crate) by_row: HashMap<ClientId, Arc<Client>>,
    pub(crate) roles: RoleTree,
    pub(crate) groups: GroupTree,
    pub(crate) effective: effective::EffectiveMap,
    pub(crate) closures: effective::Closures,
    /// Kinds of password hash (`credential.algorithm`) and how many users have each, most frequent first.
    pub(crate) password_mix: Vec<(String, u64)>,
}

impl fmt::Debug for Realm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Realm").field("name", &self.name).field("version", &self.version).finish_non_exhaustive()
    }
}

impl Realm {
    /// The client with this `clientId`, of whatever protocol.
    #[must_use]
    pub fn client(&self, client_id: &str) -> Option<&Arc<Client>> {
        self.by_client_id.get(client_id)
    }

    /// The client with this row.
    #[must_use]
    pub fn client_by_id(&self, id: &ClientId) -> Option<&Arc<Client>> {
        self.by_row.get(id)
    }

    /// All clients, in the order they came.
    pub fn clients(&self) -> impl Iterator<Item = &Arc<Client>> {
        self.clients.iter()
    }

    /// All client scopes, in the order they came.
    pub fn scopes(&self) -> impl Iterator<Item = &Arc<ClientScope>> {
        self.scopes.iter()
    }

    /// The client scope of this name, of whatever protocol.
    #[must_use]
    pub fn scope_named(&self, name: &str) -> Option<&Arc<ClientScope>> {
        self.scopes.iter().find(|scope| *scope.name == *name)
    }

    /// The realm's signing keys.
    #[must_use]
    pub fn keys(&self) -> &KeyRing {
        &self.keys
    }

    /// A realm role by name.
    #[must_use]
    pub fn role_named(&self, name: &str) -> Option<&RoleId> {
        self.roles.realm_role(name)
    }

    /// A client's role by the client's `clientId` and the role's name.
    #[must_use]
    pub fn client_role_named(&self, client_id: &str, name: &str) -> Option<&RoleId> {
        let client = self.client(client_id)?;
        self.roles.client_role(&client.id, name)
    }

    /// The `clientId` of the client that has this role (none for a realm role) and the role's name.
    #[must_use]
    pub fn role_name(&self, id: &RoleId) -> Option<(Option<&str>, &str)> {
        let (client, name) = self.roles.name(id)?;
        let client_id = match client {
            Some(client) => Some(&*self.client_by_id(client)?.client_id),
            None => None,
        };
        Some((client_id, name))
    }

    /// The roles of a client, in no particular order.
    pub fn roles_of_client(&self, id: &ClientId) -> impl Iterator<Item = &RoleId> {
        self.roles.of_client(id)
    }

    /// A group's path, such as `/team/backend`.
    #[must_use]
    pub fn group_path(&self, id: &GroupId) -> Option<&str> {
        self.groups.path(id)
    }

    /// A group by its path.
    #[must_use]
    pub fn group_at(&self, path: &str) -> Option<&GroupId> {
        self.groups.at(path)
    }
}

impl Identity {
    /// A realm's snapshot by name, if there is such a realm and no import of it is under way. Loaded at first need and
    /// kept; a realm in memory costs neither a statement nor an allocation.
    pub async fn realm(&self, name: &str) -> Result<Option<Arc<Realm>>, Error> {
        map::find(self, name).await
    }

    /// Names of all realms, sorted.
    pub async fn realm_names(&self) -> Result<Vec<String>, Error> {
        load::names(self).await
    }
}

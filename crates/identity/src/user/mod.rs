//! Users: people, and the service accounts of clients.

mod add;
pub(crate) mod attribute;
mod change;
pub(crate) mod entity;
mod find;
mod load;
mod log_out;
pub(crate) mod map;
pub(crate) mod member;
mod register;
pub(crate) mod role;
mod standing;

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde_json::Value;

pub use add::NewUser;
pub(crate) use add::name_key;
pub use change::UserChange;
pub use find::UserQuery;
pub(crate) use standing::lock_out;

use crate::{ClientId, CredentialFacts, Error, GroupId, Identity, Realm, RealmId, RoleId, Timestamp, UserId};

/// A user with what a request needs to know: no secret, no hash.
#[derive(Clone, PartialEq)]
pub struct User {
    /// The row; the `sub` of tokens.
    pub id: UserId,
    /// The realm.
    pub realm: RealmId,
    /// The user name, in lower case.
    pub username: String,
    /// The e-mail address, in lower case.
    pub email: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Whether the user may do anything.
    pub enabled: bool,
    /// When the user was made.
    pub created_at: Timestamp,
    /// Tokens issued for the user before this unix second are not taken.
    pub not_before: i64,
    /// Moves at every change of the user, their credentials, roles, groups or attributes.
    pub version: i64,
    /// The client whose service account this is.
    pub service_account_client: Option<ClientId>,
    /// What the user must do before anything else.
    pub required_actions: Vec<String>,
    /// Attributes, each with its values in order.
    pub attributes: BTreeMap<String, Vec<String>>,
    /// Roles granted directly.
    pub roles: Vec<RoleId>,
    /// Groups the user is in directly.
    pub groups: Vec<GroupId>,
    /// Which credentials there are, in order of preference.
    pub credentials: Vec<CredentialFacts>,
    /// The Keycloak UserRepresentation, less what has columns and rows of its own.
    pub document: Arc<Value>,
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Names and addresses of people have no place in a log line.
        f.debug_struct("User").field("id", &self.id).field("version", &self.version).finish_non_exhaustive()
    }
}

impl User {
    /// Whether the user has a credential of this kind.
    #[must_use]
    pub fn has_credential(&self, kind: &str) -> bool {
        self.credentials.iter().any(|credential| credential.kind == kind)
    }
}

impl Identity {
    /// The user whom somebody means who logs in with this: the user name, or the e-mail address where the realm allows it.
    /// A user name wins over an e-mail address.
    pub async fn find_user_by_login(&self, realm: &Realm, login: &str) -> Result<Option<Arc<User>>, Error> {
        map::find_by_login(self, realm, login).await
    }

    /// A user of this realm by row.
    pub async fn find_user(&self, realm: &Realm, id: &UserId) -> Result<Option<Arc<User>>, Error> {
        map::find(self, realm, id).await
    }
}

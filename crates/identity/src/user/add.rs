//! Making and removing users.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{ClientId, Error, RealmId, Tx, UserId};

/// A user that is still to be made.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Its row, if it has one already; else a random one.
    pub id: Option<UserId>,
    /// The user name; kept in lower case, as Keycloak does.
    pub username: String,
    /// The e-mail address; kept in lower case.
    pub email: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Whether the user may do anything.
    pub enabled: bool,
    /// What the user must do before anything else.
    pub required_actions: Vec<String>,
    /// Attributes, each with its values.
    pub attributes: BTreeMap<String, Vec<String>>,
    /// The client whose service account this is.
    pub service_account_client: Option<ClientId>,
    /// The rest of Keycloak's UserRepresentation (`emailVerified`, …); null for none.
    pub document: Value,
}

impl NewUser {
    /// An enabled user with nothing but a name.
    pub fn named(username: impl Into<String>) -> Self {
        Self {
            id: None,
            username: username.into(),
            email: None,
            first_name: None,
            last_name: None,
            enabled: true,
            required_actions: Vec::new(),
            attributes: BTreeMap::new(),
            service_account_client: None,
            document: Value::Null,
        }
    }
}

impl Tx {
    /// Makes a user, with the realm's default role.
    pub async fn add_user(&mut self, realm: &RealmId, user: NewUser) -> Result<UserId, Error> {
        let _ = (realm, user);
        todo!()
    }

    /// Removes a user with their credentials, grants and tickets.
    pub async fn remove_user(&mut self, id: &UserId) -> Result<(), Error> {
        let _ = id;
        todo!()
    }
}

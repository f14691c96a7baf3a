//! Administrative events: who changed what. A log line always, and a row where the realm stores them; the row belongs to the
//! commit of the change itself, so that neither is there without the other.

pub(crate) mod entity;
mod query;
mod sweep;

use std::net::IpAddr;

pub use query::{AdminEventQuery, StoredAdminEvent};
pub(crate) use sweep::KEPT;

use sea_orm::{ActiveValue::Set, EntityTrait};
use serde_json::Value;

use crate::{ClientId, Error, RealmId, Timestamp, Tx, UserId, masks::masked, realm, rows};

/// What was done, in Keycloak's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdminOperation {
    /// Something is there that was not.
    Create,
    /// Something is not as it was.
    Update,
    /// Something is gone.
    Delete,
    /// Something else happened, such as an import.
    Action,
}

impl AdminOperation {
    /// Keycloak's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
            Self::Action => "ACTION",
        }
    }
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminActor {
    /// The realm that knows them.
    pub realm: RealmId,
    /// The client they did it with.
    pub client: ClientId,
    /// The user.
    pub user: UserId,
    /// Where the request came from.
    pub address: Option<IpAddr>,
}

/// One change.
#[derive(Debug, Clone, PartialEq)]
pub struct AdminEvent {
    /// Who did it.
    pub actor: AdminActor,
    /// What was done.
    pub operation: AdminOperation,
    /// What it was done to, in Keycloak's words (`CLIENT`, `REALM_ROLE`).
    pub resource: &'static str,
    /// Where that is, below the realm (`clients/ID`).
    pub path: String,
    /// What came in; kept only where the realm asks for details, and never with a secret in it.
    pub representation: Option<Value>,
}

/// A line that waits for the commit.
#[derive(Debug)]
pub(crate) struct Line {
    realm: RealmId,
    event: AdminEvent,
}

impl Line {
    pub(crate) fn write(self) {
        let Self { realm, event } = self;
        let address = event.actor.address.map(|address| address.to_string());
        tracing::info!(
            target: "admin_event",
            realm = realm.as_str(),
            operation = event.operation.as_str(),
            resource = event.resource,
            path = event.path.as_str(),
            auth_realm = event.actor.realm.as_str(),
            client = event.actor.client.as_str(),
            user = event.actor.user.as_str(),
            address = address.as_deref(),
        );
    }
}

impl Tx {
    /// Tells of a change that this unit of work makes in a realm: a line in the log once it is committed, and a row in the same
    /// commit where the realm stores administrative events. A realm that this unit of work has removed gets the line alone.
    pub async fn add_admin_event(&mut self, realm: &RealmId, event: AdminEvent) -> Result<(), Error> {
        if let Some(row) = realm::entity::Entity::find_by_id(realm.as_str()).one(self.connection()).await? {
            let document = rows::document(&row.document, &format!("realm {}", row.name))?;
            let flag = |member: &str| document.get(member) == Some(&Value::Bool(true));
            if flag("adminEventsEnabled") {
                let details = flag("adminEventsDetailsEnabled");
                self.insert_admin_event(realm, &event, details).await?;
            }
        }
        self.add_line(Line { realm: realm.clone(), event });
        Ok(())
    }

    async fn insert_admin_event(&self, realm: &RealmId, event: &AdminEvent, details: bool) -> Result<(), Error> {
        let identity = self.identity();
        let representation =
            event.representation.as_ref().filter(|_| details).map(|whole| masked(whole.clone()).to_string());
        let Timestamp(time) = identity.clock().now();
        let row = entity::ActiveModel {
            id: Set(crypto::random::uuid(identity.random()).to_string()),
            realm_id: Set(realm.to_string()),
            time: Set(time),
            auth_realm_id: Set(event.actor.realm.to_string()),
            auth_client_id: Set(event.actor.client.to_string()),
            auth_user_id: Set(event.actor.user.to_string()),
            auth_address: Set(event.actor.address.map(|address| address.to_string())),
            operation: Set(event.operation.as_str().to_owned()),
            resource_type: Set(event.resource.to_owned()),
            resource_path: Set(event.path.clone()),
            representation: Set(representation),
        };
        entity::Entity::insert(row).exec_without_returning(self.connection()).await?;
        Ok(())
    }
}

//! Secrets of a realm's document, opened where they are used.

use crypto::secret::Secret;
use sea_orm::EntityTrait;
use serde_json::Value;

use super::entity::Entity;
use crate::sealing::{self, Noun};
use crate::{Error, Identity, Realm};

impl Identity {
    /// A secret that was taken out of a realm's document, by its JSON pointer (`/smtpServer/password`). One statement.
    pub async fn realm_secret(&self, realm: &Realm, pointer: &str) -> Result<Option<Secret>, Error> {
        let row = Entity::find_by_id(realm.id.as_str()).one(self.store().reader()).await?;
        let row = row.ok_or(Error::NotFound("realm"))?;
        let Some(sealed) = row.sealed else { return Ok(None) };
        let secrets = sealing::open_secrets(&self.0, Noun::Realm, realm.id.as_str(), Some(&sealed))?;
        Ok(secrets.get(pointer).and_then(Value::as_str).map(|text| Secret::from(text.to_owned())))
    }
}

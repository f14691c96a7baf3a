//! Consents: which client may have what of a user, because the user said so.

pub(crate) mod entity;
#[cfg(test)]
mod tests;

use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::{ClientId, Error, Identity, Realm, ScopeId, Timestamp, UserId, user};
use entity::{ActiveModel, Column, Entity, Model};

/// What a user has consented to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Whom the user trusts.
    pub client: ClientId,
    /// With what: client scopes of the realm. One that was removed since is left out.
    pub scopes: Vec<ScopeId>,
    /// When the user first consented.
    pub created_at: Timestamp,
    /// When the user last did.
    pub updated_at: Timestamp,
}

impl Consent {
    /// Whether it covers all of these.
    #[must_use]
    pub fn covers<'s>(&self, scopes: impl IntoIterator<Item = &'s ScopeId>) -> bool {
        scopes.into_iter().all(|scope| self.scopes.contains(scope))
    }

    fn read(realm: &Realm, row: &Model) -> Result<Self, Error> {
        Ok(Self {
            scopes: stored(row)?.into_iter().filter(|id| realm.scopes().any(|scope| scope.id == *id)).collect(),
            client: row.client_id.as_str().into(),
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.updated_at),
        })
    }
}

fn stored(row: &Model) -> Result<Vec<ScopeId>, Error> {
    serde_json::from_str(&row.scopes).map_err(|error| Error::fault(format!("scopes of a consent: {error}")))
}

impl Identity {
    /// What a user has consented to towards a client: one statement.
    pub async fn consent_of(&self, realm: &Realm, user: &UserId, client: &ClientId) -> Result<Option<Consent>, Error> {
        // The row names no realm: that the client is of this one, and users consent within theirs, says as much.
        if realm.client_by_id(client).is_none() {
            return Ok(None);
        }
        let row = Entity::find_by_id((user.to_string(), client.to_string())).one(self.store().reader()).await?;
        row.map(|row| Consent::read(realm, &row)).transpose()
    }

    /// All that a user has consented to, in the order they first did.
    pub async fn consents_of_user(&self, realm: &Realm, user: &UserId) -> Result<Vec<Consent>, Error> {
        let rows = Entity::find()
            .filter(Column::UserId.eq(user.as_str()))
            .order_by_asc(Column::CreatedAt)
            .order_by_asc(Column::ClientId)
            .all(self.store().reader())
            .await?;
        let of_realm = rows.iter().filter(|row| realm.client_by_id(&row.client_id.as_str().into()).is_some());
        of_realm.map(|row| Consent::read(realm, row)).collect()
    }

    /// Notes that a user consents to these client scopes of the realm towards a client, besides those before.
    ///
    /// # Errors
    /// [`Error::NotFound`] without that user, client or scope in the realm.
    pub async fn grant_consent(
        &self,
        realm: &Realm,
        user: &UserId,
        client: &ClientId,
        scopes: &[ScopeId],
    ) -> Result<Consent, Error> {
        realm.client_by_id(client).ok_or(Error::NotFound("client"))?;
        if scopes.iter().any(|id| realm.scopes().all(|scope| scope.id != *id)) {
            return Err(Error::NotFound("client scope"));
        }
        let now = self.clock().now();
        let transaction = self.store().transaction().await?;
        let row = held(realm, user, client, now, &transaction).await?;
        let mut all = stored(&row)?;
        for scope in scopes {
            if !all.contains(scope) {
                all.push(scope.clone());
            }
        }
        let row = Model { scopes: serde_json::json!(all).to_string(), updated_at: now.0, ..row };
        Entity::update_many()
            .set(ActiveModel { scopes: Set(row.scopes.clone()), updated_at: Set(row.updated_at), ..Default::default() })
            .filter(Column::UserId.eq(user.as_str()))
            .filter(Column::ClientId.eq(client.as_str()))
            .exec(&transaction)
            .await?;
        self.store().commit(transaction).await?;
        Consent::read(realm, &row)
    }

    /// Takes a consent back, and with it what the client has of the user: its part of all their sessions, offline ones
    /// included. Tells whether there was anything to take back.
    pub async fn revoke_consent(&self, realm: &Realm, user: &UserId, client: &ClientId) -> Result<bool, Error> {
        if realm.client_by_id(client).is_none() {
            return Ok(false);
        }
        // The consent goes first: whoever refreshes in between is asked for it and fails.
        let transaction = self.store().transaction().await?;
        let removed = Entity::delete_by_id((user.to_string(), client.to_string())).exec(&transaction).await?;
        self.store().commit(transaction).await?;
        let closed = self.close_client_sessions_of_user(realm, client, user).await?;
        Ok(removed.rows_affected > 0 || closed > 0)
    }
}

/// The row of a consent, made empty if it is not there, and this transaction's alone until the commit: of two consents at
/// once none is lost.
async fn held(
    realm: &Realm,
    user: &UserId,
    client: &ClientId,
    now: Timestamp,
    on: &DatabaseTransaction,
) -> Result<Model, Error> {
    let of_realm: Option<String> = user::entity::Entity::find_by_id(user.as_str())
        .select_only()
        .column(user::entity::Column::Id)
        .filter(user::entity::Column::RealmId.eq(realm.id.as_str()))
        .into_tuple()
        .one(on)
        .await?;
    of_realm.ok_or(Error::NotFound("user"))?;
    let empty = ActiveModel {
        user_id: Set(user.to_string()),
        client_id: Set(client.to_string()),
        scopes: Set("[]".to_owned()),
        created_at: Set(now.0),
        updated_at: Set(now.0),
    };
    Entity::insert(empty).on_conflict_do_nothing().exec_without_returning(on).await?;
    let row = Entity::find_by_id((user.to_string(), client.to_string())).lock_exclusive().one(on).await?;
    row.ok_or(Error::NotFound("client"))
}

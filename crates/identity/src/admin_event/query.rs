//! Listing and deleting administrative events, and sweeping them.

use sea_orm::{ColumnTrait, Condition, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect, sea_query::LikeExpr};

use super::entity::{Column, Entity, Model};
use crate::{Error, Identity, Page, Realm, Timestamp, sql};

/// Which administrative events; the newest come first unless it says otherwise.
#[derive(Debug, Clone, Default)]
pub struct AdminEventQuery {
    /// Only these operations (`CREATE`); empty for all.
    pub operations: Vec<String>,
    /// Only about these kinds of thing (`USER`); empty for all.
    pub resources: Vec<String>,
    /// Only about this address below the realm; `*` stands for anything.
    pub path: Option<String>,
    /// Only by users of this realm, by its row.
    pub auth_realm: Option<String>,
    /// Only by way of this client, by its row.
    pub auth_client: Option<String>,
    /// Only by this user.
    pub auth_user: Option<String>,
    /// Only from this address of the network.
    pub auth_address: Option<String>,
    /// Not older than this.
    pub from: Option<Timestamp>,
    /// Not newer than this.
    pub to: Option<Timestamp>,
    /// The oldest first.
    pub ascending: bool,
}

/// An administrative event as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAdminEvent {
    /// Its row.
    pub id: String,
    /// When.
    pub time: Timestamp,
    /// The realm of who did it, by its row.
    pub auth_realm: String,
    /// The client they did it with, by its row.
    pub auth_client: String,
    /// Who did it.
    pub auth_user: String,
    /// Where the request came from.
    pub auth_address: Option<String>,
    /// What was done (`CREATE`).
    pub operation: String,
    /// What kind of thing it was done to (`USER`).
    pub resource: String,
    /// Where that is, below the realm.
    pub path: String,
    /// What came in, where the realm keeps that.
    pub representation: Option<String>,
}

impl From<Model> for StoredAdminEvent {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            time: Timestamp(row.time),
            auth_realm: row.auth_realm_id,
            auth_client: row.auth_client_id,
            auth_user: row.auth_user_id,
            auth_address: row.auth_address,
            operation: row.operation,
            resource: row.resource_type,
            path: row.resource_path,
            representation: row.representation,
        }
    }
}

impl AdminEventQuery {
    fn condition(&self, realm: &Realm) -> Option<Condition> {
        let texts = self.operations.iter().chain(&self.resources).chain(&self.path);
        let mut texts =
            texts.chain(&self.auth_realm).chain(&self.auth_client).chain(&self.auth_user).chain(&self.auth_address);
        // PostgreSQL's text has no NUL: no event has one, and asking for it is a fault there.
        if texts.any(|text| text.contains('\0')) {
            return None;
        }
        let mut chosen = Condition::all().add(Column::RealmId.eq(realm.id.as_str()));
        if !self.operations.is_empty() {
            chosen = chosen.add(Column::Operation.is_in(self.operations.iter().map(String::as_str)));
        }
        if !self.resources.is_empty() {
            chosen = chosen.add(Column::ResourceType.is_in(self.resources.iter().map(String::as_str)));
        }
        if let Some(path) = &self.path {
            chosen = chosen.add(if path.contains('*') {
                Column::ResourcePath.like(LikeExpr::new(sql::like(path)).escape('\\'))
            } else {
                Column::ResourcePath.eq(path.as_str())
            });
        }
        for (column, value) in [
            (Column::AuthRealmId, &self.auth_realm),
            (Column::AuthClientId, &self.auth_client),
            (Column::AuthUserId, &self.auth_user),
            (Column::AuthAddress, &self.auth_address),
        ] {
            if let Some(value) = value {
                chosen = chosen.add(column.eq(value.as_str()));
            }
        }
        chosen = chosen.add_option(self.from.map(|from| Column::Time.gte(from.0)));
        Some(chosen.add_option(self.to.map(|to| Column::Time.lte(to.0))))
    }
}

impl Identity {
    /// Administrative events of a realm.
    pub async fn admin_events(
        &self,
        realm: &Realm,
        query: &AdminEventQuery,
        page: Page,
    ) -> Result<Vec<StoredAdminEvent>, Error> {
        let Some(chosen) = query.condition(realm) else { return Ok(Vec::new()) };
        let order = if query.ascending { Order::Asc } else { Order::Desc };
        let rows = Entity::find()
            .filter(chosen)
            .order_by(Column::Time, order.clone())
            .order_by(Column::Id, order)
            .offset(Ord::min(page.first, i64::MAX.unsigned_abs()))
            .limit(page.limit())
            .all(self.store().reader())
            .await?;
        Ok(rows.into_iter().map(StoredAdminEvent::from).collect())
    }

    /// Deletes all administrative events of a realm.
    pub async fn clear_admin_events(&self, realm: &Realm) -> Result<(), Error> {
        let tx = self.begin().await?;
        Entity::delete_many().filter(Column::RealmId.eq(realm.id.as_str())).exec(tx.connection()).await?;
        tx.commit().await
    }
}

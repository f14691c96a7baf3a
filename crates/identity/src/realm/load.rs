//! Loading a snapshot from its rows: a dozen statements in one consistent read.

use std::sync::Arc;

use sea_orm::{
    AccessMode, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, IsolationLevel, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, TransactionTrait, sea_query::ExprTrait,
};

use super::{RealmSettings, entity};
use crate::{
    BoxFuture, Error, Identity, Realm, RealmId, client, credential,
    group::{self, GroupTree},
    key, meta, role,
    role::RoleTree,
    rows,
};

/// Names of the visible realms.
pub(crate) async fn names(identity: &Identity) -> Result<Vec<String>, Error> {
    let names = entity::Entity::find()
        .select_only()
        .column(entity::Column::Name)
        .filter(entity::Column::Visible.eq(true))
        .order_by_asc(entity::Column::Name)
        .into_tuple()
        .all(identity.store().reader())
        .await?;
    Ok(names)
}

/// A realm's version now; none if it is gone.
pub(crate) async fn version(identity: &Identity, id: &RealmId) -> Result<Option<i64>, Error> {
    let version = entity::Entity::find_by_id(id.as_str())
        .select_only()
        .column(entity::Column::Version)
        .into_tuple()
        .one(identity.store().reader())
        .await?;
    Ok(version)
}

/// A visible realm, and the change counter at the moment it was read.
pub(crate) fn by_name<'a>(identity: &'a Identity, name: &'a str) -> BoxFuture<'a, Result<Option<(Realm, i64)>, Error>> {
    Box::pin(async move {
        let store = identity.store();
        // All statements see one state. SQLite's read transactions do by nature.
        let on = match store.backend() {
            DbBackend::Postgres => {
                store
                    .reader()
                    .begin_with_config(Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly))
                    .await?
            }
            _ => store.reader().begin().await?,
        };
        store.statements.add(1);
        let loaded = match entity::Entity::find()
            .filter(entity::Column::Name.eq(name))
            .filter(entity::Column::Visible.eq(true))
            .one(&on)
            .await?
        {
            Some(row) => {
                let counter = meta::change_version(&on).await?;
                Some((realm(identity, &on, row).await?, counter))
            }
            None => None,
        };
        store.commit(on).await?;
        Ok(loaded)
    })
}

async fn realm(identity: &Identity, on: &DatabaseTransaction, row: entity::Model) -> Result<Realm, Error> {
    let whose = format!("realm {}", row.name);
    let document = rows::document(&row.document, &whose)?;
    let settings = RealmSettings::from_document(&document)
        .map_err(|reason| Error::fault(format!("document of {whose}: {reason}")))?;
    let id = row.id.as_str();

    let roles = role::entity::Entity::find().filter(role::entity::Column::RealmId.eq(id)).all(on).await?;
    let composites = role::composite::Entity::find()
        .filter(role::composite::Column::ParentId.in_subquery(ids(
            role::entity::Column::Id,
            role::entity::Column::RealmId,
            id,
        )))
        .all(on)
        .await?;
    let groups = group::entity::Entity::find().filter(group::entity::Column::RealmId.eq(id)).all(on).await?;
    let grants = group::role::Entity::find()
        .filter(group::role::Column::GroupId.in_subquery(ids(
            group::entity::Column::Id,
            group::entity::Column::RealmId,
            id,
        )))
        .all(on)
        .await?;
    let keys = key::entity::Entity::find().filter(key::entity::Column::RealmId.eq(id)).all(on).await?;
    let roles = RoleTree::new(roles, composites);
    let client::load::Loaded { clients, scopes } = client::load::of_realm(identity, on, id, &document, &roles).await?;

    Ok(Realm {
        keys: key::ring_of(identity, keys),
        internal: key::InternalKey::of(&identity.0.master_key, &RealmId::from(id))?,
        by_client_id: clients.iter().map(|client| (Arc::clone(&client.client_id), Arc::clone(client))).collect(),
        by_row: clients.iter().map(|client| (client.id.clone(), Arc::clone(client))).collect(),
        clients,
        scopes,
        roles,
        closures: super::effective::Closures::default(),
        groups: GroupTree::new(groups, grants),
        effective: super::effective::EffectiveMap::default(),
        password_mix: password_mix(on, id).await?,
        id: RealmId::from(row.id),
        name: row.name.into(),
        enabled: row.enabled,
        version: row.version,
        settings,
        document: Arc::new(document),
    })
}

/// `SELECT id FROM <the column's table> WHERE <realm> = id`.
fn ids<C: ColumnTrait>(column: C, realm: C, id: &str) -> sea_orm::sea_query::SelectStatement
where
    C::EntityName: EntityTrait,
{
    <C::EntityName as EntityTrait>::find().select_only().column(column).filter(realm.eq(id)).into_query()
}

/// Kinds of password hash in this realm, most frequent first: answered from an index.
async fn password_mix(on: &impl ConnectionTrait, realm: &str) -> Result<Vec<(String, u64)>, Error> {
    let counted: Vec<(Option<String>, i64)> = credential::entity::Entity::find()
        .select_only()
        .column(credential::entity::Column::Algorithm)
        .column_as(credential::entity::Column::Kind.into_expr().count(), "how_many")
        .filter(credential::entity::Column::RealmId.eq(realm))
        .filter(credential::entity::Column::Kind.eq(credential::PASSWORD))
        .group_by(credential::entity::Column::Algorithm)
        .into_tuple()
        .all(on)
        .await?;
    let mut mix: Vec<(String, u64)> =
        counted.into_iter().filter_map(|(kind, count)| Some((kind?, u64::try_from(count).ok()?))).collect();
    mix.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(mix)
}

//! Client scopes and protocol mappers.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use super::{Object, begin, object, put_list};
use crate::{Error, Identity, MapperOwner, RealmId, ScopeId, mapper, scope};

/// Mappers by the row of the client or client scope that has them.
pub(crate) type Mappers = HashMap<String, Vec<Value>>;

/// Mappers of a realm, or of one owner in it: those of clients, those of client scopes.
pub(crate) async fn mappers(
    on: &impl ConnectionTrait,
    realm: &str,
    only: Option<&MapperOwner>,
) -> Result<(Mappers, Mappers), Error> {
    let (mut of_client, mut of_scope) = (Mappers::new(), Mappers::new());
    let owned = match only {
        None => Condition::all(),
        Some(MapperOwner::Client(id)) => Condition::all().add(mapper::entity::Column::ClientId.eq(id.as_str())),
        Some(MapperOwner::Scope(id)) => Condition::all().add(mapper::entity::Column::ScopeId.eq(id.as_str())),
    };
    let rows = mapper::entity::Entity::find()
        .filter(mapper::entity::Column::RealmId.eq(realm))
        .filter(owned)
        .order_by_asc(mapper::entity::Column::Position)
        .all(on)
        .await?;
    for row in rows {
        let mut one = begin(&row.id, ("name", &row.name), object(&row.document, &row.id)?);
        one.insert("protocol".to_owned(), json!(row.protocol));
        one.insert("protocolMapper".to_owned(), json!(row.mapper));
        match (row.client_id, row.scope_id) {
            (Some(client), _) => of_client.entry(client).or_default().push(Value::Object(one)),
            (None, Some(scope)) => of_scope.entry(scope).or_default().push(Value::Object(one)),
            (None, None) => {}
        }
    }
    Ok((of_client, of_scope))
}

/// Client scopes of a realm, or one of them, with their mappers.
pub(crate) async fn scopes(
    on: &impl ConnectionTrait,
    realm: &str,
    only: Option<&str>,
    mappers: &mut Mappers,
) -> Result<Vec<Object>, Error> {
    let wanted = match only {
        None => Condition::all(),
        Some(id) => Condition::all().add(scope::entity::Column::Id.eq(id)),
    };
    let rows = scope::entity::Entity::find()
        .filter(scope::entity::Column::RealmId.eq(realm))
        .filter(wanted)
        .order_by_asc(scope::entity::Column::Position)
        .all(on)
        .await?;
    rows.into_iter()
        .map(|row| {
            let mut one = begin(&row.id, ("name", &row.name), object(&row.document, &row.id)?);
            one.insert("protocol".to_owned(), json!(row.protocol));
            put_list(&mut one, "protocolMappers", mappers.remove(&row.id).unwrap_or_default());
            Ok(one)
        })
        .collect()
}

impl Identity {
    /// All client scopes of a realm as Keycloak represents them, with their mappers.
    pub async fn scope_documents(&self, realm: &RealmId) -> Result<Vec<Object>, Error> {
        let on = self.store().reader();
        let (_, mut mappers) = mappers(on, realm.as_str(), None).await?;
        scopes(on, realm.as_str(), None, &mut mappers).await
    }

    /// One client scope of a realm.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the realm has none of this row.
    pub async fn scope_document(&self, realm: &RealmId, id: &ScopeId) -> Result<Object, Error> {
        let on = self.store().reader();
        let owner = MapperOwner::Scope(id.clone());
        let (_, mut mappers) = mappers(on, realm.as_str(), Some(&owner)).await?;
        let found = scopes(on, realm.as_str(), Some(id.as_str()), &mut mappers).await?;
        found.into_iter().next().ok_or(Error::NotFound("client scope"))
    }

    /// The mappers of a client or client scope, in order.
    pub async fn mapper_documents(&self, realm: &RealmId, owner: &MapperOwner) -> Result<Vec<Value>, Error> {
        let (mut of_client, mut of_scope) = mappers(self.store().reader(), realm.as_str(), Some(owner)).await?;
        Ok(match owner {
            MapperOwner::Client(id) => of_client.remove(id.as_str()),
            MapperOwner::Scope(id) => of_scope.remove(id.as_str()),
        }
        .unwrap_or_default())
    }
}

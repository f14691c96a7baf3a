//! Clients, with their mappers and client scopes.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use serde_json::{Value, json};

use super::scopes::Mappers;
use super::{Object, begin, mappers, put_list, unsealed};
use crate::sealing::Noun;
use crate::{ClientId, Error, Identity, MapperOwner, RealmId, client, scope};

/// Clients of a realm, or one of them. `scope_names` are names of client scopes by row.
pub(crate) async fn clients(
    identity: &Identity,
    on: &impl ConnectionTrait,
    realm: &str,
    only: Option<&str>,
    scope_names: &HashMap<String, String>,
    mut mappers: Mappers,
) -> Result<Vec<(String, Object)>, Error> {
    let mut bindings = bindings(on, realm, only, scope_names).await?;
    let wanted = match only {
        None => Condition::all(),
        Some(id) => Condition::all().add(client::entity::Column::Id.eq(id)),
    };
    let rows = client::entity::Entity::find()
        .filter(client::entity::Column::RealmId.eq(realm))
        .filter(wanted)
        .order_by_asc(client::entity::Column::Position)
        .all(on)
        .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let rest = unsealed(identity, Noun::Client, &row.id, &row.document, row.sealed.as_deref())?;
        let mut one = begin(&row.id, ("clientId", &row.client_id), rest);
        one.insert("enabled".to_owned(), json!(row.enabled));
        one.insert("protocol".to_owned(), json!(row.protocol));
        put_list(&mut one, "protocolMappers", mappers.remove(&row.id).unwrap_or_default());
        for (member, optional) in [("defaultClientScopes", false), ("optionalClientScopes", true)] {
            put_list(&mut one, member, bindings.remove(&(row.id.clone(), optional)).unwrap_or_default());
        }
        found.push((row.id, one));
    }
    Ok(found)
}

/// Names of client scopes by client and whether they are given on request only, in order.
async fn bindings(
    on: &impl ConnectionTrait,
    realm: &str,
    only: Option<&str>,
    names: &HashMap<String, String>,
) -> Result<HashMap<(String, bool), Vec<Value>>, Error> {
    let of_realm = scope::entity::Entity::find()
        .select_only()
        .column(scope::entity::Column::Id)
        .filter(scope::entity::Column::RealmId.eq(realm))
        .into_query();
    let wanted = match only {
        None => Condition::all(),
        Some(id) => Condition::all().add(scope::binding::Column::ClientId.eq(id)),
    };
    let rows = scope::binding::Entity::find()
        .filter(scope::binding::Column::ScopeId.in_subquery(of_realm))
        .filter(wanted)
        .order_by_asc(scope::binding::Column::Position)
        .all(on)
        .await?;
    let mut bindings: HashMap<(String, bool), Vec<Value>> = HashMap::new();
    for row in rows {
        if let Some(name) = names.get(&row.scope_id) {
            bindings.entry((row.client_id, row.optional)).or_default().push(json!(name));
        }
    }
    Ok(bindings)
}

impl Identity {
    /// All clients of a realm as Keycloak represents them, secrets included.
    pub async fn client_documents(&self, realm: &RealmId) -> Result<Vec<Object>, Error> {
        let on = self.store().reader();
        let (mappers, _) = mappers(on, realm.as_str(), None).await?;
        let names = self.scope_names(realm).await?;
        let found = clients(self, on, realm.as_str(), None, &names, mappers).await?;
        Ok(found.into_iter().map(|(_, document)| document).collect())
    }

    /// One client of a realm, secrets included.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the realm has none of this row.
    pub async fn client_document(&self, realm: &RealmId, id: &ClientId) -> Result<Object, Error> {
        let on = self.store().reader();
        let (mappers, _) = mappers(on, realm.as_str(), Some(&MapperOwner::Client(id.clone()))).await?;
        let names = self.scope_names(realm).await?;
        let found = clients(self, on, realm.as_str(), Some(id.as_str()), &names, mappers).await?;
        found.into_iter().next().map(|(_, document)| document).ok_or(Error::NotFound("client"))
    }

    async fn scope_names(&self, realm: &RealmId) -> Result<HashMap<String, String>, Error> {
        let names: Vec<(String, String)> = scope::entity::Entity::find()
            .select_only()
            .columns([scope::entity::Column::Id, scope::entity::Column::Name])
            .filter(scope::entity::Column::RealmId.eq(realm.as_str()))
            .into_tuple()
            .all(self.store().reader())
            .await?;
        Ok(names.into_iter().collect())
    }
}

//! Making, changing and removing clients.

use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::{Map, Value};

use super::entity;
use crate::{
    ClientId, Error, MapperOwner, RealmId, ScopeId, Tx, UserId, rows,
    scope::{self, mapping},
    sealing::{self, Noun},
    user,
};

const DEFAULT_SCOPES: &str = "defaultClientScopes";
const OPTIONAL_SCOPES: &str = "optionalClientScopes";
const MAPPERS: &str = "protocolMappers";

impl Tx {
    /// Makes a client from Keycloak's ClientRepresentation; `clientId` is required. Mappers and client scopes come in by
    /// their members; a client that says nothing of scopes gets the realm's for its protocol. Secrets are sealed. What a
    /// protocol gives its new clients (secrets, mappers) is the plugin's to add.
    pub async fn add_client(&mut self, realm: &RealmId, document: Value) -> Result<ClientId, Error> {
        let mut document = rows::members(document)?;
        let identity = self.identity().clone();
        let id = rows::take_optional_text(&mut document, "id")?
            .map_or_else(|| ClientId::random(identity.random()), ClientId::from);
        let client_id = rows::take_text(&mut document, "clientId")?;
        if client_id.len() > rows::LONGEST_NAME {
            return Err(Error::invalid("clientId", "is longer than 255 bytes"));
        }
        let protocol = rows::take_optional_text(&mut document, "protocol")?.unwrap_or_default();
        let enabled = rows::take_flag(&mut document, "enabled", true)?;
        let mappers = document.shift_remove(MAPPERS);
        let scopes = [(DEFAULT_SCOPES, false), (OPTIONAL_SCOPES, true)];
        let mut bindings = Vec::new();
        for (member, optional) in scopes {
            let named = match rows::take_texts(&mut document, member)? {
                Some(names) => self.scopes_named(realm, &names).await?,
                None => self.scopes_of_realm(realm, &protocol, optional).await?,
            };
            bindings.extend(named.into_iter().map(|scope| (scope, optional)));
        }
        let (document, sealed) = self.seal_client(&id, document);
        let among = Condition::all().add(entity::Column::RealmId.eq(realm.as_str()));
        let row = entity::ActiveModel {
            id: Set(id.to_string()),
            realm_id: Set(realm.to_string()),
            client_id: Set(client_id),
            enabled: Set(enabled),
            protocol: Set(protocol),
            document: Set(document),
            sealed: Set(sealed),
            position: Set(rows::next_position(self.connection(), entity::Column::Position, among).await?),
        };
        entity::Entity::insert(row)
            .exec_without_returning(self.connection())
            .await
            .map_err(rows::conflict("clientId"))?;
        for (scope, optional) in bindings {
            self.bind_client_scope(&id, &scope, optional).await?;
        }
        self.insert_mappers(realm, &MapperOwner::Client(id.clone()), mappers).await?;
        self.touch_realm(realm);
        Ok(id)
    }

    /// Changes a client by members of its ClientRepresentation: those present replace, `null` removes; `attributes` are
    /// merged one by one. Mappers and client scopes have verbs of their own.
    pub async fn change_client(&mut self, id: &ClientId, patch: Value) -> Result<(), Error> {
        let mut patch = rows::members(patch)?;
        rows::refuse_members(
            &patch,
            &["id", MAPPERS, DEFAULT_SCOPES, OPTIONAL_SCOPES],
            "is not changed with the client",
        )?;
        let row = self.client_row(id).await?;
        let mut changed = entity::ActiveModel { id: Unchanged(row.id.clone()), ..Default::default() };
        if let Some(client_id) = rows::take_optional_text(&mut patch, "clientId")? {
            if client_id.is_empty() || client_id.len() > rows::LONGEST_NAME {
                return Err(Error::invalid("clientId", "must have 1 to 255 bytes"));
            }
            if client_id != row.client_id {
                self.edit_realm(&RealmId::from(row.realm_id.as_str()), |document| {
                    mapping::rename_client(document, &row.client_id, &client_id);
                    Ok::<_, Error>(())
                })
                .await?;
            }
            changed.client_id = Set(client_id);
        }
        if let Some(protocol) = rows::take_optional_text(&mut patch, "protocol")? {
            changed.protocol = Set(protocol);
        }
        changed.enabled = Set(rows::take_flag(&mut patch, "enabled", row.enabled)?);

        let whose = format!("client {id}");
        let mut document = rows::document(&row.document, &whose)?;
        let secrets = sealing::open_secrets(&self.identity().0, Noun::Client, id.as_str(), row.sealed.as_deref())?;
        sealing::put_back(&mut document, &secrets);
        let mut document = rows::members(document)?;
        rows::merge_with_attributes(&mut document, patch);
        let (document, sealed) = self.seal_client(id, document);
        changed.document = Set(document);
        changed.sealed = Set(sealed);
        entity::Entity::update_many()
            .set(changed)
            .filter(entity::Column::Id.eq(id.as_str()))
            .exec(self.connection())
            .await
            .map_err(rows::conflict("clientId"))?;
        self.touch_realm(&row.realm_id.into());
        Ok(())
    }

    /// Removes a client with its roles, mappers, tickets and service account.
    pub async fn remove_client(&mut self, id: &ClientId) -> Result<(), Error> {
        let row = self.client_row(id).await?;
        let accounts: Vec<String> = user::entity::Entity::find()
            .select_only()
            .column(user::entity::Column::Id)
            .filter(user::entity::Column::ServiceAccountClientId.eq(id.as_str()))
            .into_tuple()
            .all(self.connection())
            .await?;
        entity::Entity::delete_by_id(id.as_str()).exec(self.connection()).await?;
        for account in accounts {
            self.removed_user(&UserId::from(account));
        }
        self.removed_client(id);
        self.edit_realm(&RealmId::from(row.realm_id.as_str()), |document| {
            mapping::forget_client(document, &row.client_id);
            Ok(())
        })
        .await
    }

    /// The row of a client who must be there.
    pub(crate) async fn client_row(&self, id: &ClientId) -> Result<entity::Model, Error> {
        entity::Entity::find_by_id(id.as_str()).one(self.connection()).await?.ok_or(Error::NotFound("client"))
    }

    /// The two columns that a client's document becomes.
    fn seal_client(&self, id: &ClientId, document: Map<String, Value>) -> (String, Option<Vec<u8>>) {
        let mut document = Value::Object(document);
        let secrets = sealing::take_secrets(Noun::Client, &mut document);
        let sealed = sealing::seal_secrets(&self.identity().0, Noun::Client, id.as_str(), &secrets);
        (document.to_string(), sealed)
    }

    async fn scopes_named(&self, realm: &RealmId, names: &[String]) -> Result<Vec<ScopeId>, Error> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let rows = scope::entity::Entity::find()
            .filter(scope::entity::Column::RealmId.eq(realm.as_str()))
            .filter(scope::entity::Column::Name.is_in(names.iter().map(String::as_str)))
            .all(self.connection())
            .await?;
        names
            .iter()
            .map(|name| {
                let row = rows.iter().find(|row| row.name == *name);
                row.map(|row| ScopeId::from(row.id.as_str())).ok_or(Error::NotFound("client scope"))
            })
            .collect()
    }

    async fn scopes_of_realm(
        &mut self,
        realm: &RealmId,
        protocol: &str,
        optional: bool,
    ) -> Result<Vec<ScopeId>, Error> {
        let rules = self.birth_rules(realm).await?;
        let names = if optional { rules.optional_scopes } else { rules.default_scopes };
        let rows = scope::entity::Entity::find()
            .filter(scope::entity::Column::RealmId.eq(realm.as_str()))
            .filter(scope::entity::Column::Protocol.eq(protocol))
            .order_by_asc(scope::entity::Column::Position)
            .all(self.connection())
            .await?;
        Ok(rows.into_iter().filter(|row| names.contains(&row.name)).map(|row| row.id.into()).collect())
    }
}

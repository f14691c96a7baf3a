//! Making and removing realms.

use std::collections::HashMap;

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Map, Value, json};

use super::{RealmSettings, defaults, entity};
use crate::{
    ClientId, Error, NewRole, RealmId, RoleId, Tx, event,
    realm::map::LONGEST_NAME,
    rows,
    sealing::{self, Noun},
};

/// A realm that is still to be made.
#[derive(Debug, Clone, Default)]
pub struct NewRealm {
    /// Its row, if it has one already; else a random one.
    pub id: Option<RealmId>,
    /// Its name, as in URLs.
    pub name: String,
    /// Members of Keycloak's RealmRepresentation that differ from a new realm's settings; null for none.
    pub document: Value,
}

/// Members of a RealmRepresentation that have rows of their own.
pub(super) const NOUNS: [&str; 9] = [
    "clients",
    "clientScopes",
    "roles",
    "groups",
    "users",
    "federatedUsers",
    "defaultRoles",
    "protocolMappers",
    "applications",
];

/// The roles of a new realm by the client that has them (none for the realm's own) and name.
type Roles = HashMap<(Option<String>, String), RoleId>;

impl Tx {
    /// Makes a realm as Keycloak does: settings, default roles, clients and client scopes, and the client in `master` that
    /// manages it, where there is a `master`. Its keys are made at first need.
    pub async fn add_realm(&mut self, realm: NewRealm) -> Result<RealmId, Error> {
        check_name(&realm.name)?;
        let name = realm.name;
        let given = rows::members(realm.document)?;
        rows::refuse_members(&given, &NOUNS, "is not made with the realm")?;
        let identity = self.identity().clone();
        let id = realm.id.unwrap_or_else(|| RealmId::random(identity.random()));

        let mut template = defaults::template(&name)?;
        let scopes = take_list(&mut template, "clientScopes");
        let clients = take_list(&mut template, "clients");
        let roles = template.shift_remove("roles").unwrap_or_default();
        rows::merge(&mut template, given);
        template.shift_remove("id");
        template.shift_remove("realm");
        crate::realm_file::give_ids(&mut template, identity.random());
        let enabled = rows::take_flag(&mut template, "enabled", true)?;
        let (document, sealed) = self.seal_realm(&id, template)?;
        let row = entity::ActiveModel {
            id: Set(id.to_string()),
            name: Set(name.clone()),
            enabled: Set(enabled),
            visible: Set(true),
            version: Set(0),
            document: Set(document),
            sealed: Set(sealed),
            created_at: Set(identity.clock().now().0),
        };
        entity::Entity::insert(row).exec_without_returning(self.connection()).await.map_err(rows::conflict("realm"))?;
        self.touch_realm_name(&name);

        for scope in scopes {
            self.add_client_scope(&id, scope).await?;
        }
        let mut by_client_id = HashMap::new();
        for client in clients {
            let Some(client_id) = client.get("clientId").and_then(Value::as_str).map(str::to_owned) else { continue };
            // `master` manages itself like the others, through a client of its own.
            if name == defaults::MASTER && client_id == defaults::REALM_MANAGEMENT {
                continue;
            }
            by_client_id.insert(client_id, self.add_client(&id, client).await?);
        }
        self.add_built_in_roles(&id, &roles, &by_client_id).await?;
        if name == defaults::MASTER {
            self.add_master_roles(&id).await?;
        }
        self.add_management_client(&name).await?;
        self.touch_realm(&id);
        Ok(id)
    }

    /// Removes a realm and everything in it, and the client in `master` that managed it.
    pub async fn remove_realm(&mut self, id: &RealmId) -> Result<(), Error> {
        let row = entity::Entity::find_by_id(id.as_str()).one(self.connection()).await?;
        let row = row.ok_or(Error::NotFound("realm"))?;
        if row.name == defaults::MASTER {
            return Err(Error::Refused("the realm `master` cannot be removed".to_owned()));
        }
        self.remove_management_client(&row.name).await?;
        // Events have no foreign key.
        event::entity::Entity::delete_many()
            .filter(event::entity::Column::RealmId.eq(id.as_str()))
            .exec(self.connection())
            .await?;
        entity::Entity::delete_by_id(id.as_str()).exec(self.connection()).await?;
        self.touch_realm_name(&row.name);
        self.removed_realm(id);
        Ok(())
    }

    /// The two columns that a realm's document becomes; refused if its settings make no sense.
    pub(super) fn seal_realm(
        &self,
        id: &RealmId,
        document: Map<String, Value>,
    ) -> Result<(String, Option<Vec<u8>>), Error> {
        let mut document = Value::Object(document);
        RealmSettings::from_document(&document).map_err(|reason| Error::invalid("", reason))?;
        let secrets = sealing::take_secrets(Noun::Realm, &mut document);
        let sealed = sealing::seal_secrets(&self.identity().0, Noun::Realm, id.as_str(), &secrets);
        Ok((document.to_string(), sealed))
    }

    async fn add_built_in_roles(
        &mut self,
        realm: &RealmId,
        roles: &Value,
        clients: &HashMap<String, ClientId>,
    ) -> Result<(), Error> {
        let mut made = Roles::new();
        let mut composites = Vec::new();
        let of_realm = roles.get("realm").and_then(Value::as_array).into_iter().flatten().map(|role| (None, role));
        let of_clients = roles.get("client").and_then(Value::as_object).into_iter().flatten();
        let of_clients = of_clients.flat_map(|(client, roles)| {
            roles.as_array().into_iter().flatten().map(move |role| (Some(client.clone()), role))
        });
        for (client_id, role) in of_realm.chain(of_clients) {
            let client = match &client_id {
                Some(client_id) => match clients.get(client_id) {
                    Some(client) => Some(client.clone()),
                    None => continue,
                },
                None => None,
            };
            let mut document = rows::members(role.clone())?;
            let name = rows::take_text(&mut document, "name")?;
            let brings = document.shift_remove("composites");
            let new = NewRole { id: None, client, name: name.clone(), document: Value::Object(document) };
            let id = self.add_role(realm, new).await?;
            composites.extend(brings.map(|brings| (id.clone(), brings)));
            made.insert((client_id, name), id);
        }
        for (parent, brings) in composites {
            for child in brought(&brings, &made) {
                self.add_composite(&parent, &child).await?;
            }
        }
        Ok(())
    }

    async fn add_master_roles(&mut self, master: &RealmId) -> Result<(), Error> {
        for name in ["admin", "create-realm"] {
            let document =
                json!({ "description": format!("${{role_{name}}}"), "composite": name == "admin", "attributes": {} });
            self.add_role(master, NewRole { id: None, client: None, name: name.to_owned(), document }).await?;
        }
        Ok(())
    }
}

/// A realm's name is one path segment of every URL.
pub(crate) fn check_name(name: &str) -> Result<(), Error> {
    let fits = (1..=LONGEST_NAME).contains(&name.len());
    let reserved = |character: char| character.is_control() || "/?#%\\<>\"'".contains(character);
    if !fits || name.contains(reserved) || name == "." || name == ".." || name.trim() != name {
        return Err(Error::invalid("realm", "must have 1 to 255 bytes and none of / ? # % \\ < > quotes or controls"));
    }
    Ok(())
}

fn take_list(document: &mut Map<String, Value>, member: &str) -> Vec<Value> {
    match document.shift_remove(member) {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    }
}

fn brought(composites: &Value, roles: &Roles) -> Vec<RoleId> {
    let names = |list: &Value| -> Vec<String> {
        list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let of_realm = composites.get("realm").map(names).unwrap_or_default().into_iter().map(|name| (None, name));
    let of_clients = composites.get("client").and_then(Value::as_object).into_iter().flatten();
    let of_clients =
        of_clients.flat_map(|(client, list)| names(list).into_iter().map(|name| (Some(client.clone()), name)));
    of_realm.chain(of_clients).filter_map(|key| roles.get(&key).cloned()).collect()
}

//! The realm `master`, its administrator, and the clients there that stand for the other realms.

use crypto::password::PasswordHash;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Value, json};

use super::{
    defaults::{MASTER, REALM_MANAGEMENT, management_client, template},
    entity,
};
use crate::{ClientId, Error, Identity, NewRealm, NewRole, NewUser, RealmId, RoleId, Tx, UserId, client, role};

/// Seconds an access token of `master` lives in Keycloak, shorter than elsewhere.
const MASTER_TOKEN_SECONDS: i64 = 60;
/// The role that may do everything everywhere.
const ADMIN: &str = "admin";

impl Identity {
    /// Makes the realm `master` with an administrator, unless it exists (then the answer is none).
    pub async fn bootstrap_master(&self, admin: &str, password: &PasswordHash) -> Result<Option<UserId>, Error> {
        let mut tx = self.begin().await?;
        if tx.realm_row_named(MASTER).await?.is_some() {
            tx.roll_back().await?;
            return Ok(None);
        }
        let document = json!({ "accessTokenLifespan": MASTER_TOKEN_SECONDS, "displayName": "Portreeve" });
        let realm = tx.add_realm(NewRealm { id: None, name: MASTER.to_owned(), document }).await?;
        // Realms that were imported before there was an administrator.
        tx.add_management_clients(MASTER).await?;
        let user = tx.add_user(&realm, NewUser::named(admin)).await?;
        tx.set_password_hash(&user, password).await?;
        let role = tx.realm_role_row(&realm, ADMIN).await?.ok_or(Error::NotFound("role"))?;
        tx.grant_role(&user, &role).await?;
        match tx.commit().await {
            Ok(()) => Ok(Some(user)),
            Err(error) => Err(error),
        }
    }
}

impl Tx {
    /// Adds what `master` has for a realm that an import has just made; for `master` itself, what it has for each realm.
    pub(crate) async fn add_management_clients(&mut self, imported: &str) -> Result<(), Error> {
        if imported != MASTER {
            return self.add_management_client(imported).await;
        }
        let names: Vec<String> = entity::Entity::find()
            .select_only()
            .column(entity::Column::Name)
            .filter(entity::Column::Visible.eq(true))
            .order_by_asc(entity::Column::Name)
            .into_tuple()
            .all(self.connection())
            .await?;
        for name in names {
            self.add_management_client(&name).await?;
        }
        Ok(())
    }

    /// Adds to `master` the client whose roles manage this realm, and lets the role `admin` bring them. Without a `master`
    /// it does nothing; a client that is there already stays as it is.
    pub(crate) async fn add_management_client(&mut self, realm: &str) -> Result<(), Error> {
        let Some(master) = self.realm_row_named(MASTER).await? else { return Ok(()) };
        let master = RealmId::from(master.id);
        let client_id = management_client(realm);
        if self.client_row_named(&master, &client_id).await?.is_some() {
            return Ok(());
        }
        let document = json!({
            "clientId": client_id, "name": format!("{realm} Realm"), "surrogateAuthRequired": false, "enabled": true,
            "alwaysDisplayInConsole": false, "clientAuthenticatorType": "client-secret", "redirectUris": [], "webOrigins": [],
            "notBefore": 0, "bearerOnly": true, "consentRequired": false, "standardFlowEnabled": true,
            "implicitFlowEnabled": false, "directAccessGrantsEnabled": false, "serviceAccountsEnabled": false,
            "publicClient": false, "frontchannelLogout": false, "attributes": { "realm_client": "true" },
            "authenticationFlowBindingOverrides": {}, "fullScopeAllowed": false, "nodeReRegistrationTimeout": 0,
            "defaultClientScopes": [], "optionalClientScopes": [],
        });
        let client = self.add_client(&master, document).await?;
        let admin = self.realm_role_row(&master, ADMIN).await?;
        self.add_management_roles(&master, &client, admin.as_ref()).await
    }

    /// The same roles as the realm's own `realm-management` has, but for the one that brings them all.
    async fn add_management_roles(
        &mut self,
        master: &RealmId,
        client: &ClientId,
        admin: Option<&RoleId>,
    ) -> Result<(), Error> {
        let template = template(MASTER)?;
        let roles = template.get("roles").and_then(|roles| roles.get("client")?.get(REALM_MANAGEMENT)?.as_array());
        let named = |role: &Value| role.get("name").and_then(Value::as_str).map(str::to_owned);
        let mut made = std::collections::HashMap::new();
        for role in roles.into_iter().flatten() {
            let Some(name) = named(role).filter(|name| name != "realm-admin") else { continue };
            let document = json!({
                "description": role.get("description"), "composite": role.get("composites").is_some(), "attributes": {},
            });
            let new = NewRole { id: None, client: Some(client.clone()), name: name.clone(), document };
            let id = self.add_role(master, new).await?;
            if let Some(admin) = admin {
                self.add_composite(admin, &id).await?;
            }
            made.insert(name, id);
        }
        for role in roles.into_iter().flatten() {
            let Some(parent) = named(role).and_then(|name| made.get(&name)).cloned() else { continue };
            let brings = role.pointer("/composites/client/realm-management").and_then(Value::as_array);
            for child in brings.into_iter().flatten().filter_map(Value::as_str).filter_map(|name| made.get(name)) {
                self.add_composite(&parent, child).await?;
            }
        }
        Ok(())
    }

    /// A realm that is renamed is managed through a client of the new name.
    pub(super) async fn rename_management_client(&mut self, from: &str, to: &str) -> Result<(), Error> {
        let Some(master) = self.realm_row_named(MASTER).await? else { return Ok(()) };
        match self.client_row_named(&master.id.into(), &management_client(from)).await? {
            Some(client) => {
                let patch = json!({ "clientId": management_client(to), "name": format!("{to} Realm") });
                self.change_client(&client.id.into(), patch).await
            }
            None => Ok(()),
        }
    }

    pub(super) async fn remove_management_client(&mut self, realm: &str) -> Result<(), Error> {
        let Some(master) = self.realm_row_named(MASTER).await? else { return Ok(()) };
        match self.client_row_named(&master.id.into(), &management_client(realm)).await? {
            Some(client) => self.remove_client(&client.id.into()).await,
            None => Ok(()),
        }
    }

    pub(crate) async fn realm_row_named(&self, name: &str) -> Result<Option<entity::Model>, Error> {
        Ok(entity::Entity::find().filter(entity::Column::Name.eq(name)).one(self.connection()).await?)
    }

    async fn client_row_named(&self, realm: &RealmId, client_id: &str) -> Result<Option<client::entity::Model>, Error> {
        let found = client::entity::Entity::find()
            .filter(client::entity::Column::RealmId.eq(realm.as_str()))
            .filter(client::entity::Column::ClientId.eq(client_id))
            .one(self.connection())
            .await?;
        Ok(found)
    }

    pub(crate) async fn realm_role_row(&self, realm: &RealmId, name: &str) -> Result<Option<RoleId>, Error> {
        let role = role::entity::Entity::find()
            .filter(role::entity::Column::RealmId.eq(realm.as_str()))
            .filter(role::entity::Column::ClientId.is_null())
            .filter(role::entity::Column::Name.eq(name))
            .one(self.connection())
            .await?;
        Ok(role.map(|role| role.id.into()))
    }
}

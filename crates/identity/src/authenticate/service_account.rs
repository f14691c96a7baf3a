//! A client that acts for itself.

use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{Denied, Method, Proven};
use crate::{
    Client, ClientId, Error, Identity, NewUser, Realm, User, UserId,
    cache::Map,
    user::entity::{Column, Entity},
};

/// Keycloak's name of a service account is this and the client's.
const PREFIX: &str = "service-account-";
/// Clients whose account is known.
const KEPT: usize = 4096;

/// Bounded map from a client to its account. An entry is a hint: who it names is looked at each time.
pub(super) struct Accounts(Map<ClientId, UserId>);

impl Default for Accounts {
    fn default() -> Self {
        Self(Map::new(KEPT))
    }
}

impl Identity {
    /// Proves the service account of a client. That the client is who it says must be known already. An account that is
    /// missing is made, as Keycloak does. One node: no statement once it was read.
    ///
    /// # Errors
    /// [`Denied::Invalid`] when the client has no service account, [`Denied::Disabled`] when that is switched off.
    pub async fn prove_service_account(&self, realm: &Arc<Realm>, client: &Arc<Client>) -> Result<Proven, Denied> {
        let own = realm.client_by_id(&client.id).is_some();
        if !own || !client.enabled || !client.service_accounts {
            return Err(Denied::Invalid { user: None, why: "unauthorized_client" });
        }
        let user = match self.service_account(realm, client).await? {
            Some(user) => user,
            None => self.add_service_account(realm, client).await?,
        };
        if !user.enabled {
            return Err(Denied::Disabled { user: user.id.clone() });
        }
        Ok(Proven::new(realm, user, self.clock().now(), Method::Client))
    }

    /// The service account of a client that has one, whether or not it may be used now; made where it is missing.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the client does not act for itself.
    pub async fn service_account_of(&self, realm: &Realm, client: &Client) -> Result<Arc<User>, Error> {
        if !client.service_accounts {
            return Err(Error::NotFound("service account"));
        }
        match self.service_account(realm, client).await? {
            Some(user) => Ok(user),
            None => self.add_service_account(realm, client).await,
        }
    }

    async fn service_account(&self, realm: &Realm, client: &Client) -> Result<Option<Arc<User>>, Error> {
        let accounts = &self.0.door.accounts.0;
        for _ in 0..2 {
            let load = async {
                let id: Option<String> = Entity::find()
                    .select_only()
                    .column(Column::Id)
                    .filter(Column::ServiceAccountClientId.eq(client.id.as_str()))
                    .filter(Column::RealmId.eq(realm.id.as_str()))
                    .order_by_asc(Column::CreatedAt)
                    .limit(1)
                    .into_tuple()
                    .one(self.store().reader())
                    .await?;
                Ok::<_, Error>(id.map(UserId::from))
            };
            let Some(id) = accounts.get_or_load(&client.id, load).await? else { return Ok(None) };
            let user = self.find_user(realm, &id).await?;
            let user = user.filter(|user| user.service_account_client.as_ref() == Some(&client.id));
            if user.is_some() {
                return Ok(user);
            }
            // Removed since it was noted.
            accounts.remove(&client.id);
        }
        Ok(None)
    }

    async fn add_service_account(&self, realm: &Realm, client: &Client) -> Result<Arc<User>, Error> {
        let name = [PREFIX, &client.client_id].concat();
        let mut tx = self.begin().await?;
        let account = NewUser { service_account_client: Some(client.id.clone()), ..NewUser::named(name) };
        match tx.add_user(&realm.id, account).await {
            Ok(_) => tx.commit().await?,
            // Another request was faster; or somebody else has the name, and then there is still no account.
            Err(Error::Conflict(_)) => tx.roll_back().await?,
            Err(error) => return Err(error),
        }
        let user = self.service_account(realm, client).await?;
        user.ok_or_else(|| Error::Refused("another user has the name of the service account".to_owned()))
    }
}

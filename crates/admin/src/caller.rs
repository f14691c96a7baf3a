//! Who asks.

use std::net::IpAddr;
use std::sync::Arc;

use identity::{AdminActor, Error, Realm};
use protocol::{Bearer, BearerRefused, Portreeve};

use crate::{Permit, Refusal, Right};

/// The realm that manages the others.
const MASTER: &str = "master";
/// The client whose roles manage a realm from inside.
const REALM_MANAGEMENT: &str = "realm-management";
/// Role of `master` that may do everything everywhere.
const ADMIN: &str = "admin";
/// Role of `master` that makes realms.
const CREATE_REALM: &str = "create-realm";

/// Somebody with a valid access token, and what they may do by now.
pub struct Caller {
    portreeve: Portreeve,
    bearer: Bearer,
    address: IpAddr,
}

/// Why nobody asks.
#[derive(Debug)]
pub enum NoCaller {
    /// The token is not taken.
    Invalid,
    /// Something here is busy or broken.
    Store(Error),
}

impl From<NoCaller> for Refusal {
    fn from(refused: NoCaller) -> Self {
        match refused {
            NoCaller::Invalid => Self::Unauthorized,
            NoCaller::Store(error) => Self::Store(error),
        }
    }
}

impl Caller {
    /// Whom an access token speaks for, whichever protocol issued it.
    ///
    /// # Errors
    /// [`NoCaller`]; of several protocols, the last one's reason.
    pub async fn of(portreeve: &Portreeve, token: &str, address: IpAddr) -> Result<Arc<Self>, NoCaller> {
        for plugin in portreeve.plugins.iter() {
            let Some(tokens) = plugin.bearer_tokens() else { continue };
            match tokens.verify(portreeve, token).await {
                Ok(bearer) => return Ok(Arc::new(Self { portreeve: portreeve.clone(), bearer, address })),
                Err(BearerRefused::Invalid) => {}
                Err(BearerRefused::Store(error)) => return Err(NoCaller::Store(error)),
            }
        }
        Err(NoCaller::Invalid)
    }

    /// The bearer of the token.
    pub fn bearer(&self) -> &Bearer {
        &self.bearer
    }

    /// Where the caller is.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// What every door has in hand.
    pub fn portreeve(&self) -> &Portreeve {
        &self.portreeve
    }

    /// Whether the caller is of the realm that manages the others.
    pub fn is_of_master(&self) -> bool {
        *self.bearer.realm.name == *MASTER
    }

    /// Leave to do what a right allows in a realm.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`].
    pub fn permit<R: Right>(self: &Arc<Self>, realm: &Arc<Realm>) -> Result<Permit<R>, Refusal> {
        Permit::check(self, realm)
    }

    /// Whether the caller has one of these management roles of a realm. Keycloak: somebody of `master` by the client there that
    /// stands for the realm, somebody of the realm itself by its own client, and nobody else.
    pub(crate) fn has_role_of(&self, realm: &Realm, names: &[&str]) -> bool {
        if self.is_of_master() {
            return self.has_role_of_named(&realm.name, names);
        }
        self.bearer.realm.id == realm.id && names.iter().any(|name| self.has_client_role(REALM_MANAGEMENT, name))
    }

    /// The same for somebody of `master`, by the realm's name alone.
    pub(crate) fn has_role_of_named(&self, realm: &str, names: &[&str]) -> bool {
        let client = format!("{realm}-realm");
        self.is_of_master() && names.iter().any(|name| self.has_client_role(&client, name))
    }

    /// Whether the caller has a management role of any realm.
    pub(crate) fn is_admin(&self) -> bool {
        if !self.is_of_master() {
            return crate::right::ALL_ROLES.iter().any(|name| self.has_client_role(REALM_MANAGEMENT, name));
        }
        self.bearer.roles.iter().any(|role| match self.bearer.realm.role_name(role) {
            Some((Some(client), name)) => client.ends_with("-realm") && crate::right::ALL_ROLES.contains(&name),
            Some((None, name)) => name == ADMIN || name == CREATE_REALM,
            None => false,
        })
    }

    /// Whether the caller may make realms.
    pub(crate) fn creates_realms(&self) -> bool {
        self.has_master_role(CREATE_REALM) || self.has_master_role(ADMIN)
    }

    /// Whether the caller has a role of the realm `master` itself.
    pub(crate) fn has_master_role(&self, name: &str) -> bool {
        self.is_of_master() && self.bearer.realm.role_named(name).is_some_and(|role| self.bearer.roles.contains(role))
    }

    fn has_client_role(&self, client: &str, name: &str) -> bool {
        let role = self.bearer.realm.client_role_named(client, name);
        role.is_some_and(|role| self.bearer.roles.contains(role))
    }

    /// For events.
    pub(crate) fn actor(&self) -> AdminActor {
        AdminActor {
            realm: self.bearer.realm.id.clone(),
            client: self.bearer.client.id.clone(),
            user: self.bearer.user.id.clone(),
            address: Some(self.address),
        }
    }
}

//! Finding the role that a path names.

use identity::{ClientId, Realm, RoleDocument, RoleId};

use crate::{ManageClients, ManageRealm, Permit, Refusal, Right, ViewClients, ViewRealm, client};

/// How a path names a role, or where its roles are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At<'p> {
    /// A role of the realm, by name.
    Realm(&'p str),
    /// A role of a client: the client's row and the role's name.
    Client(&'p str, &'p str),
    /// By its row.
    Id(&'p str),
}

impl At<'_> {
    /// The client that is named, which must be there.
    pub(super) fn container(self, realm: &Realm) -> Result<Option<ClientId>, Refusal> {
        match self {
            Self::Client(client, _) => Ok(Some(client::of_realm(realm, client)?.id.clone())),
            Self::Realm(_) | Self::Id(_) => Ok(None),
        }
    }

    pub(super) fn id(self, realm: &Realm) -> Result<RoleId, Refusal> {
        match self {
            Self::Realm(name) => {
                realm.role_named(name).cloned().ok_or_else(|| Refusal::not_found("Could not find role"))
            }
            Self::Client(client, name) => {
                let client = client::of_realm(realm, client)?;
                let role = realm.client_role_named(&client.client_id, name);
                role.cloned().ok_or_else(|| Refusal::not_found("Could not find role"))
            }
            Self::Id(id) => {
                let id = RoleId::from(id);
                let known = realm.role_name(&id).is_some();
                known.then_some(id).ok_or_else(|| Refusal::not_found("Could not find role with id"))
            }
        }
    }
}

/// The role.
///
/// # Errors
/// 404 where the realm has none, 403 where the caller may not see roles of its kind.
pub async fn find<R: Right>(permit: &Permit<R>, at: At<'_>) -> Result<RoleDocument, Refusal> {
    let realm = permit.realm();
    // Who may not see roles of this kind is not told which there are.
    match at {
        At::Realm(_) => drop(permit.to::<ViewRealm>()?),
        At::Client(..) => drop(permit.to::<ViewClients>()?),
        At::Id(_) if !permit.also::<ViewRealm>() => drop(permit.to::<ViewClients>()?),
        At::Id(_) => {}
    }
    let role = permit.identity().role_document(realm, &at.id(realm)?).await?;
    match role.client {
        Some(_) => drop(permit.to::<ViewClients>()?),
        None => drop(permit.to::<ViewRealm>()?),
    }
    Ok(role)
}

/// A role as Keycloak shows one.
///
/// # Errors
/// As [`find`].
pub async fn get<R: Right>(permit: &Permit<R>, at: At<'_>) -> Result<serde_json::Value, Refusal> {
    Ok(find(permit, at).await?.told(false))
}

/// Whether the caller may change roles of this kind.
pub(super) fn check_manages<R: Right>(permit: &Permit<R>, of_client: bool) -> Result<(), Refusal> {
    if of_client { permit.to::<ManageClients>().map(drop) } else { permit.to::<ManageRealm>().map(drop) }
}

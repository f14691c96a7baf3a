//! Finding the client that a path names: of this realm, or not at all.

use std::sync::Arc;

use identity::{Client, ClientId, MapperOwner, Realm};

use crate::Refusal;

/// A client of the realm by its row; one of another realm is not there.
///
/// # Errors
/// 404 in Keycloak's words.
pub(crate) fn of_realm<'r>(realm: &'r Realm, id: &str) -> Result<&'r Arc<Client>, Refusal> {
    realm.client_by_id(&ClientId::from(id)).ok_or_else(|| Refusal::not_found("Could not find client"))
}

/// The client as the owner of mappers.
pub(crate) fn owner(realm: &Realm, id: &str) -> Result<MapperOwner, Refusal> {
    Ok(MapperOwner::Client(of_realm(realm, id)?.id.clone()))
}

//! Removing clients.

use protocol::Removed;

use super::defaults;
use super::find::of_realm;
use crate::{Change, Happened, ManageClients, Permit, Refusal, Resource};

/// Removes a client with its roles, mappers, service account, tickets and sessions.
///
/// # Errors
/// 404, and 400 for the clients that every realm has.
pub async fn remove(permit: &Permit<ManageClients>, id: &str) -> Result<(), Refusal> {
    let mut change = permit.change().await?;
    erase(permit, &mut change, id).await?;
    change.commit(Happened::deleted(Resource::Client, format!("clients/{id}"))).await
}

/// The same as a part of a larger change.
pub(crate) async fn erase(permit: &Permit<ManageClients>, change: &mut Change<'_>, id: &str) -> Result<(), Refusal> {
    let client = of_realm(permit.realm(), id)?;
    if defaults::is_built_in(&permit.realm().name, &client.client_id) {
        return Err(Refusal::described("invalid_request", "Could not delete client"));
    }
    change.remove_client(&client.id).await?;
    change.removed(Removed::Client { client_id: &client.client_id }).await
}

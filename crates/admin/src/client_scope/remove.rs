//! Removing client scopes.

use super::{MISSING, of_realm};
use crate::{Happened, ManageClients, Permit, Refusal, Resource};

/// Removes a client scope, from the clients that have it too.
///
/// # Errors
/// 404 where the realm has none of this row.
pub async fn remove(permit: &Permit<ManageClients>, id: &str) -> Result<(), Refusal> {
    let scope = of_realm(permit.realm(), id, MISSING)?;
    let mut change = permit.change().await?;
    change.remove_client_scope(&scope.id).await?;
    change.commit(Happened::deleted(Resource::ClientScope, format!("client-scopes/{id}"))).await
}

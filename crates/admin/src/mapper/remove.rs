//! Removing mappers.

use identity::{Error, MapperId};

use super::Owner;
use crate::{Happened, ManageClients, Permit, Refusal, Resource};

/// Removes a mapper.
///
/// # Errors
/// 404 where the owner has none of this row.
pub async fn remove(permit: &Permit<ManageClients>, owner: Owner<'_>, id: &str) -> Result<(), Refusal> {
    let of = owner.of(permit.realm())?;
    let mut change = permit.change().await?;
    match change.remove_mapper_of(&of, &MapperId::from(id)).await {
        Ok(()) => {}
        Err(Error::NotFound(_)) => return Err(Refusal::not_found("Model not found")),
        Err(error) => return Err(error.into()),
    }
    change.commit(Happened::deleted(Resource::ProtocolMapper, owner.path(id))).await
}

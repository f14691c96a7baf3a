//! Changing mappers.

use identity::{Error, MapperId};
use serde_json::{Map, Value};

use super::{Owner, check::settle};
use crate::{Happened, ManageClients, Permit, Refusal, Resource, elsewhere};

/// Replaces a mapper.
///
/// # Errors
/// 404 where the owner has none of this row; as for a new one otherwise.
pub async fn change(
    permit: &Permit<ManageClients>,
    owner: Owner<'_>,
    id: &str,
    document: Map<String, Value>,
) -> Result<(), Refusal> {
    let realm = permit.realm();
    let of = owner.of(realm)?;
    let id = MapperId::from(id);
    let all = permit.identity().mapper_documents(&realm.id, &of).await?;
    let present = all.into_iter().find(|mapper| mapper.get("id").and_then(Value::as_str) == Some(id.as_str()));
    let Some(Value::Object(mut whole)) = present else { return Err(Refusal::not_found("Model not found")) };
    whole.extend(document.clone());
    // Everything is checked anew: a mapper that changes its kind becomes that kind's in full.
    settle(permit.plugins(), &mut whole, &owner.protocol(realm))?;
    elsewhere::check_mapper(permit, owner.client(realm), &whole).await?;
    let mut change = permit.change().await?;
    match change.change_mapper(&of, &id, whole).await {
        Ok(()) => {}
        Err(Error::Conflict(_)) => return Err(Refusal::conflict("Protocol mapper exists with same name")),
        Err(error) => return Err(error.into()),
    }
    change.commit(Happened::updated(Resource::ProtocolMapper, owner.path(id.as_str())).with(document)).await
}

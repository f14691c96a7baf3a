//! Adding mappers.

use identity::{Error, MapperId};
use serde_json::{Map, Value};

use super::{Owner, check::settle};
use crate::{Change, Happened, ManageClients, Permit, Refusal, Resource, elsewhere};

/// Adds a mapper; answers its row.
///
/// # Errors
/// 404 where there is no such owner or kind, 409 for a name that is taken, 400 for a configuration that makes no sense.
pub async fn add(
    permit: &Permit<ManageClients>,
    owner: Owner<'_>,
    document: Map<String, Value>,
) -> Result<String, Refusal> {
    elsewhere::check_mapper(permit, owner.client(permit.realm()), &document).await?;
    let mut change = permit.change().await?;
    let id = insert(permit, &mut change, owner, document.clone()).await?;
    change.commit(Happened::created(Resource::ProtocolMapper, owner.path(id.as_str())).with(document)).await?;
    Ok(id.to_string())
}

/// Adds several, all or none.
///
/// # Errors
/// As [`add`].
pub async fn add_all(
    permit: &Permit<ManageClients>,
    owner: Owner<'_>,
    documents: Vec<Map<String, Value>>,
) -> Result<(), Refusal> {
    for document in &documents {
        elsewhere::check_mapper(permit, owner.client(permit.realm()), document).await?;
    }
    let mut change = permit.change().await?;
    for document in documents {
        let id = insert(permit, &mut change, owner, document.clone()).await?;
        change.note(Happened::created(Resource::ProtocolMapper, owner.path(id.as_str())).with(document)).await?;
    }
    change.commit(Happened::action(Resource::ProtocolMapper, owner.path("").trim_end_matches('/'))).await
}

async fn insert(
    permit: &Permit<ManageClients>,
    change: &mut Change<'_>,
    owner: Owner<'_>,
    mut document: Map<String, Value>,
) -> Result<MapperId, Refusal> {
    let realm = permit.realm();
    let of = owner.of(realm)?;
    document.shift_remove("id");
    settle(permit.plugins(), &mut document, &owner.protocol(realm))?;
    match change.add_mapper_document(&realm.id, &of, document).await {
        Ok(id) => Ok(id),
        Err(Error::Conflict(_)) => Err(Refusal::conflict("Protocol mapper exists with same name")),
        Err(error) => Err(error.into()),
    }
}

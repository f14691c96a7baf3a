//! Listing mappers.

use serde_json::Value;

use super::Owner;
use crate::{Permit, Refusal, ViewClients};

/// The mappers of a client or client scope; of one protocol where it is named.
///
/// # Errors
/// 404 where the realm has no such owner.
pub async fn list(
    permit: &Permit<ViewClients>,
    owner: Owner<'_>,
    protocol: Option<&str>,
) -> Result<Vec<Value>, Refusal> {
    let owner = owner.of(permit.realm())?;
    let mut all = permit.identity().mapper_documents(&permit.realm().id, &owner).await?;
    if let Some(protocol) = protocol {
        all.retain(|mapper| mapper.get("protocol").and_then(Value::as_str) == Some(protocol));
    }
    Ok(all)
}

/// One mapper.
///
/// # Errors
/// 404 where the owner has none of this row.
pub async fn get(permit: &Permit<ViewClients>, owner: Owner<'_>, id: &str) -> Result<Value, Refusal> {
    let all = list(permit, owner, None).await?;
    let found = all.into_iter().find(|mapper| mapper.get("id").and_then(Value::as_str) == Some(id));
    found.ok_or_else(|| Refusal::not_found("Model not found"))
}

//! One group.

use serde_json::Value;

use super::represent::{Shape, group};
use crate::{Permit, Refusal, ViewUsers};

/// A group by its id.
///
/// # Errors
/// 404.
pub async fn get(permit: &Permit<ViewUsers>, id: &str) -> Result<Value, Refusal> {
    let id = super::find(permit, id)?;
    let documents = permit.identity().group_documents(permit.realm(), std::slice::from_ref(&id)).await?;
    Ok(Value::Object(group(permit, &documents, &id, Shape::whole(false))))
}

/// A group by its path.
///
/// # Errors
/// 404.
pub async fn by_path(permit: &Permit<ViewUsers>, path: &str) -> Result<Value, Refusal> {
    let path = format!("/{}", path.trim_matches('/'));
    let id = permit.realm().group_at(&path).cloned().ok_or_else(|| Refusal::not_found("Group path does not exist"))?;
    let documents = permit.identity().group_documents(permit.realm(), std::slice::from_ref(&id)).await?;
    let shape = Shape { access: false, ..Shape::whole(false) };
    Ok(Value::Object(group(permit, &documents, &id, shape)))
}

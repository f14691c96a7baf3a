//! Removing components.

use identity::{Error, KeyId};
use serde_json::Value;

use super::{KEYS, MISSING, list::get, tree};
use crate::flow::text;
use crate::{Happened, ManageRealm, Permit, Refusal, Resource};

/// Removes a component with all below it. A key that is removed signs and proves nothing any more.
///
/// # Errors
/// 404.
pub async fn remove(permit: &Permit<ManageRealm>, id: &str) -> Result<(), Refusal> {
    let realm = permit.realm();
    let present = get(&permit.to()?, id).await?;
    let mut change = permit.change().await?;
    if text(&present, "providerType") == KEYS {
        match change.remove_key_of(&realm.id, &KeyId::from(id)).await {
            Ok(()) | Err(Error::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let is_key = text(&present, "providerType") == KEYS;
    change
        .edit_realm(&realm.id, |whole| {
            let components = whole.get_mut("components").and_then(Value::as_object_mut);
            let taken = components.is_some_and(|components| tree::take(components, id));
            if taken || is_key { Ok(()) } else { Err(Refusal::not_found(MISSING)) }
        })
        .await?;
    change.commit(Happened::deleted(Resource::Component, format!("components/{id}"))).await
}

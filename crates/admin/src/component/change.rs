//! Changing components.

use identity::{Error, KeyId, keep_masked};
use serde_json::{Map, Value, json};

use super::{KEYS, MISSING, add::check, list::get, tree};
use crate::flow::text;
use crate::{Happened, ManageRealm, Permit, Refusal, Resource};

/// Changes a component: its configuration as a whole, in which a mask keeps its secret. A key keeps its material; name, priority and
/// what it may do change.
///
/// # Errors
/// 404, 400 for a configuration that makes no sense.
pub async fn change(permit: &Permit<ManageRealm>, id: &str, document: Map<String, Value>) -> Result<(), Refusal> {
    let realm = permit.realm();
    let present = get(&permit.to()?, id).await?;
    let config = document.get("config").and_then(Value::as_object).cloned();
    let name = document.get("name").and_then(Value::as_str);
    let mut change = permit.change().await?;
    let mut done = false;
    if text(&present, "providerType") == KEYS {
        let config = config
            .clone()
            .unwrap_or_else(|| present.get("config").and_then(Value::as_object).cloned().unwrap_or_default());
        done = match change.change_key_component(&realm.id, &KeyId::from(id), name, &config).await {
            Ok(()) => true,
            // One that has not made its key yet stands among the components.
            Err(Error::NotFound(_)) => false,
            Err(Error::Refused(words)) => return Err(Refusal::message(words)),
            Err(error) => return Err(error.into()),
        };
    }
    if !done {
        if let Some(config) = &config {
            check(text(&present, "providerType"), text(&present, "providerId"), config)?;
        }
        change
            .edit_realm(&realm.id, |whole| {
                let components = whole.get_mut("components").and_then(Value::as_object_mut);
                let found = components.and_then(|components| tree::find_mut(components, id));
                let component = found.ok_or_else(|| Refusal::not_found(MISSING))?;
                if let Some(mut config) = config {
                    keep_masked(&mut config, component.get("config").and_then(Value::as_object));
                    component.insert("config".to_owned(), Value::Object(config));
                }
                for member in ["name", "subType"] {
                    if let Some(value) = document.get(member) {
                        component.insert(member.to_owned(), value.clone());
                    }
                }
                Ok::<_, Refusal>(())
            })
            .await?;
    }
    change.commit(Happened::updated(Resource::Component, format!("components/{id}")).with(json!(document))).await
}

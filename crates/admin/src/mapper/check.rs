//! Whether a mapper means something.

use std::collections::BTreeMap;

use protocol::Plugins;
use serde_json::{Map, Value, json};

use crate::Refusal;

/// Checks a mapper as it would be saved, and gives it what Keycloak adds. One of a protocol that nobody here serves is let be.
///
/// # Errors
/// 404 for a kind that nobody knows, 400 for a configuration that makes no sense.
pub(super) fn settle(plugins: &Plugins, mapper: &mut Map<String, Value>, owner: &str) -> Result<(), Refusal> {
    let text = |mapper: &Map<String, Value>, member: &str| -> Option<String> {
        mapper.get(member).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let name = text(mapper, "name");
    if name.is_none_or(|name| name.len() > 255) {
        return Err(Refusal::message("Protocol mapper needs a name of 1 to 255 bytes"));
    }
    let protocol = text(mapper, "protocol").unwrap_or_else(|| owner.to_owned());
    mapper.insert("protocol".to_owned(), json!(protocol));
    mapper.entry("consentRequired").or_insert_with(|| json!(false));
    mapper.entry("config").or_insert_with(|| json!({}));
    let Some(plugin) = plugins.get(&protocol) else { return Ok(()) };
    let kind = text(mapper, "protocolMapper");
    let kind = kind.and_then(|kind| plugin.mappers().iter().find(|known| known.id() == kind));
    let kind = kind.ok_or_else(|| Refusal::not_found("ProtocolMapper provider not found"))?;
    let mut config: BTreeMap<String, String> = crate::client::config(&Value::Object(mapper.clone()));
    kind.settle(&mut config);
    let faults = kind.check(&config);
    mapper.insert("config".to_owned(), json!(config));
    if faults.is_empty() {
        return Ok(());
    }
    let told: Vec<String> = faults.iter().map(|fault| format!("{}: {}", fault.field, fault.reason)).collect();
    Err(Refusal::described("invalid_config", told.join("; ")))
}

/// The mappers that come in with their owner.
pub(crate) fn settle_all(plugins: &Plugins, owner: &mut Map<String, Value>) -> Result<(), Refusal> {
    let protocol = owner.get("protocol").and_then(Value::as_str).unwrap_or("openid-connect").to_owned();
    for mapper in owner.get_mut("protocolMappers").and_then(Value::as_array_mut).into_iter().flatten() {
        match mapper {
            Value::Object(mapper) => settle(plugins, mapper, &protocol)?,
            _ => return Err(Refusal::message("protocolMappers must be a list of objects")),
        }
    }
    Ok(())
}

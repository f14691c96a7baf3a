//! Flows inside a realm's document.

use identity::Error;
use serde_json::{Map, Value, json};

use super::provider::text;
use crate::{Change, Permit, Refusal, Right};

pub(super) const FLOWS: &str = "authenticationFlows";
pub(super) const EXECUTIONS: &str = "authenticationExecutions";
pub(super) const CONFIGS: &str = "authenticatorConfig";

pub(super) type Object = Map<String, Value>;

/// Sets a member of what is an object.
pub(crate) fn set(object: &mut Value, member: &str, value: Value) {
    if let Value::Object(members) = object {
        members.insert(member.to_owned(), value);
    }
}

/// The flows of a realm, as its snapshot has them.
pub(super) fn flows<R: Right>(permit: &Permit<R>) -> Vec<Value> {
    permit.realm().member(FLOWS).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// A list of the document, made where it is missing.
pub(super) fn list<'d>(document: &'d mut Object, member: &str) -> Result<&'d mut Vec<Value>, Refusal> {
    let list = document.entry(member).or_insert_with(|| json!([])).as_array_mut();
    list.ok_or_else(|| Refusal::Store(Error::fault(format!("{member} is no list"))))
}

/// A flow of the document, to be changed.
pub(super) fn flow_mut<'d>(document: &'d mut Object, id: &str) -> Result<&'d mut Value, Refusal> {
    let found = list(document, FLOWS)?.iter_mut().find(|flow| text(flow, "id") == id);
    found.ok_or_else(|| Refusal::not_found("Flow not found"))
}

/// The executions of a flow, to be changed.
pub(super) fn executions_mut(flow: &mut Value) -> Result<&mut Vec<Value>, Refusal> {
    let Value::Object(members) = flow else { return Err(Refusal::not_found("Flow not found")) };
    list(members, EXECUTIONS)
}

/// A flow by its alias.
pub(super) fn by_alias<'f>(flows: &'f [Value], alias: &str) -> Option<&'f Value> {
    flows.iter().find(|flow| text(flow, "alias") == alias)
}

/// The executions of a flow, in the order in which they run.
pub(super) fn executions_of(flow: &Value) -> Vec<&Value> {
    let list = flow.get(EXECUTIONS).and_then(Value::as_array);
    let mut executions: Vec<&Value> = list.into_iter().flatten().collect();
    executions.sort_by_key(|execution| priority(execution));
    executions
}

pub(super) fn priority(execution: &Value) -> i64 {
    execution.get("priority").and_then(Value::as_i64).unwrap_or_default()
}

/// The flow that has an execution, and the execution.
pub(super) fn execution<'f>(flows: &'f [Value], id: &str) -> Option<(&'f Value, &'f Value)> {
    flows.iter().find_map(|flow| {
        let executions = flow.get(EXECUTIONS).and_then(Value::as_array)?;
        executions.iter().find(|execution| text(execution, "id") == id).map(|execution| (flow, execution))
    })
}

pub(super) fn is_built_in(flow: &Value) -> bool {
    flow.get("builtIn") == Some(&Value::Bool(true))
}

/// Realms that came in before executions had ids get them at the first look.
///
/// # Errors
/// When the store fails.
pub(super) async fn ensure_ids<R: Right>(permit: &Permit<R>) -> Result<Vec<Value>, Refusal> {
    let flows = flows(permit);
    let has_ids = flows.iter().all(|flow| {
        let list = flow.get(EXECUTIONS).and_then(Value::as_array);
        list.into_iter().flatten().all(|execution| !text(execution, "id").is_empty())
    });
    if has_ids {
        return Ok(flows);
    }
    let mut tx = permit.identity().begin().await?;
    let given = tx
        .edit_realm(&permit.realm().id, |document| {
            identity::realm_file::give_ids(document, permit.identity().random());
            Ok::<_, Error>(document.get(FLOWS).and_then(Value::as_array).cloned().unwrap_or_default())
        })
        .await?;
    tx.commit().await?;
    Ok(given)
}

/// Edits the document of the permit's realm.
pub(super) async fn edit<T>(
    change: &mut Change<'_>,
    realm: &identity::RealmId,
    edit: impl FnOnce(&mut Object) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    change.edit_realm(realm, edit).await
}

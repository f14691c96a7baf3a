//! What every noun does with its rows.

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, SqlErr, sea_query::ExprTrait,
};
use serde_json::{Map, Value};

use crate::{Error, FieldFault};

/// Names of nouns are no longer than this, in bytes.
pub(crate) const LONGEST_NAME: usize = 255;

/// A column that holds a JSON object.
pub(crate) fn document(text: &str, whose: &str) -> Result<Value, Error> {
    serde_json::from_str(text).map_err(|error| Error::fault(format!("document of {whose}: {error}")))
}

/// The members of a document that somebody hands in; null stands for none.
pub(crate) fn members(document: Value) -> Result<Map<String, Value>, Error> {
    match document {
        Value::Object(members) => Ok(members),
        Value::Null => Ok(Map::new()),
        _ => Err(Error::invalid("", "must be an object")),
    }
}

/// Takes a required, non-empty text out of a document.
pub(crate) fn take_text(document: &mut Map<String, Value>, member: &str) -> Result<String, Error> {
    match document.shift_remove(member) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text),
        Some(Value::Null) | None => Err(Error::invalid(member, "is required")),
        Some(_) => Err(Error::invalid(member, "must be a text that is not empty")),
    }
}

/// Takes an optional text out of a document.
pub(crate) fn take_optional_text(document: &mut Map<String, Value>, member: &str) -> Result<Option<String>, Error> {
    match document.shift_remove(member) {
        Some(Value::String(text)) => Ok(Some(text)),
        Some(Value::Null) | None => Ok(None),
        Some(_) => Err(Error::invalid(member, "must be a text")),
    }
}

/// Takes an optional truth out of a document.
pub(crate) fn take_flag(document: &mut Map<String, Value>, member: &str, absent: bool) -> Result<bool, Error> {
    match document.shift_remove(member) {
        Some(Value::Bool(flag)) => Ok(flag),
        Some(Value::Null) | None => Ok(absent),
        Some(_) => Err(Error::invalid(member, "must be true or false")),
    }
}

/// Takes an optional list of texts out of a document.
pub(crate) fn take_texts(document: &mut Map<String, Value>, member: &str) -> Result<Option<Vec<String>>, Error> {
    match document.shift_remove(member) {
        Some(Value::Null) | None => Ok(None),
        Some(list) => {
            serde_json::from_value(list).map(Some).map_err(|_| Error::invalid(member, "must be a list of texts"))
        }
    }
}

/// Merges a change into a document: members present replace, `null` removes.
pub(crate) fn merge(document: &mut Map<String, Value>, patch: Map<String, Value>) {
    for (member, value) in patch {
        if value == Value::Null {
            document.shift_remove(&member);
        } else {
            document.insert(member, value);
        }
    }
}

/// Merges a change into a document whose `attributes` are merged one by one.
pub(crate) fn merge_with_attributes(document: &mut Map<String, Value>, mut patch: Map<String, Value>) {
    if let Some(Value::Object(given)) = patch.get_mut("attributes") {
        let mut merged = match document.shift_remove("attributes") {
            Some(Value::Object(present)) => present,
            _ => Map::new(),
        };
        merge(&mut merged, std::mem::take(given));
        *given = merged;
    }
    merge(document, patch);
}

/// Refuses members that have rows, and so verbs, of their own.
pub(crate) fn refuse_members(document: &Map<String, Value>, members: &[&str], hint: &str) -> Result<(), Error> {
    let faults: Vec<FieldFault> = members
        .iter()
        .filter(|member| document.contains_key(**member))
        .map(|member| FieldFault::new(*member, hint))
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

/// Turns a breach of a unique index into a conflict of this field.
pub(crate) fn conflict(field: &'static str) -> impl Fn(DbErr) -> Error {
    move |error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => Error::Conflict(field),
        Some(SqlErr::ForeignKeyConstraintViolation(_)) => Error::NotFound("owner"),
        _ => error.into(),
    }
}

/// The position behind all rows that fit.
pub(crate) async fn next_position<C: ColumnTrait>(
    on: &impl ConnectionTrait,
    position: C,
    among: Condition,
) -> Result<i64, Error>
where
    C::EntityName: EntityTrait,
{
    let last: Option<Option<i64>> = <C::EntityName as EntityTrait>::find()
        .filter(among)
        .select_only()
        .column_as(position.into_expr().max(), "last")
        .into_tuple()
        .one(on)
        .await?;
    Ok(last.flatten().map_or(0, |last| last.saturating_add(1)))
}

//! Identity providers and their mappers. They stand in the realm's document as a realm file has them.

mod mapper;
mod provider;

pub use mapper::{add_mapper, change_mapper, mapper, mapper_types, mappers, remove_mapper};
pub use provider::{ProviderQuery, add, change, get, kind, list, remove};

use identity::Error;
use serde_json::{Map, Value, json};

use crate::Refusal;

const PROVIDERS: &str = "identityProviders";
const MAPPERS: &str = "identityProviderMappers";

/// A list of the document, made where it is missing.
fn list_of<'d>(document: &'d mut Map<String, Value>, member: &str) -> Result<&'d mut Vec<Value>, Refusal> {
    let list = document.entry(member).or_insert_with(|| json!([])).as_array_mut();
    list.ok_or_else(|| Refusal::Store(Error::fault(format!("{member} is no list"))))
}

fn missing() -> Refusal {
    Refusal::not_found("HTTP 404 Not Found")
}

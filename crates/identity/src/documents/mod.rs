//! Rows → Keycloak's documents, noun by noun: the one code by which a realm file is written and a representation is read.

mod clients;
mod keys;
mod scopes;

use serde_json::{Map, Value, json};

use crate::sealing::{self, Noun};
use crate::{Error, Identity, rows};

pub(crate) use clients::clients;
pub(crate) use keys::keys;
pub(crate) use scopes::{mappers, scopes};

/// A noun's document.
pub(crate) type Object = Map<String, Value>;

/// A document that has no secrets.
pub(crate) fn object(text: &str, whose: &str) -> Result<Object, Error> {
    rows::members(rows::document(text, whose)?)
}

/// A document with its secrets.
pub(crate) fn unsealed(
    identity: &Identity,
    noun: Noun,
    id: &str,
    document: &str,
    sealed: Option<&[u8]>,
) -> Result<Object, Error> {
    let mut document = rows::document(document, id)?;
    let secrets = sealing::open_secrets(&identity.0, noun, id, sealed)?;
    sealing::put_back(&mut document, &secrets);
    rows::members(document)
}

/// Writes a list where there are items, or where the file had the member.
pub(crate) fn put_list(document: &mut Object, member: &str, items: Vec<Value>) {
    if !items.is_empty() || document.contains_key(member) {
        document.insert(member.to_owned(), Value::Array(items));
    }
}

/// Adds names to the lists of an object: what was empty in the file is there already.
pub(crate) fn put_lists(document: &mut Object, member: &str, lists: Vec<(String, Vec<Value>)>) {
    if lists.is_empty() {
        return;
    }
    if let Value::Object(object) = document.entry(member).or_insert_with(|| json!({})) {
        for (name, items) in lists {
            object.insert(name, Value::Array(items));
        }
    }
}

/// An object that begins with these members.
pub(crate) fn begin(id: &str, name: (&str, &str), rest: Object) -> Object {
    let mut object = Object::new();
    object.insert("id".to_owned(), json!(id));
    object.insert(name.0.to_owned(), json!(name.1));
    object.extend(rest);
    object
}

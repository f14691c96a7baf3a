//! Key components of a realm file → rows.

use crypto::random::uuid;
use serde_json::{Map, Value, json};

use super::document::{column, take_text};
use super::realm_rows::place;
use super::{ImportError, Stock};
use crate::realm_file::check::names::text;
use crate::realm_file::component_key::{self, Found, KEY_PROVIDER};
use crate::realm_file::report::{Remark, Report};
use crate::{Error, insert::Rows, key};

const KEY: &[&str] = &[
    "id",
    "realm_id",
    "name",
    "provider_id",
    "algorithm",
    "key_use",
    "status",
    "priority",
    "kid",
    "public_der",
    "certificate",
    "sealed",
    "created_at",
    "document",
    "position",
];

/// No rows yet.
pub(super) fn empty() -> Rows {
    Rows::new("realm_key", KEY)
}

/// Makes a row of every key that can be held here; what cannot be stays among the components.
pub(super) fn build(
    document: &mut Map<String, Value>,
    stock: &Stock,
    realm: &str,
    name: &str,
    report: &mut Report,
) -> Result<Rows, ImportError> {
    let mut rows = empty();
    let components = document.get_mut("components").and_then(Value::as_object_mut);
    let list = components.and_then(|all| all.get_mut(KEY_PROVIDER)).and_then(Value::as_array_mut);
    for (position, item) in list.into_iter().flatten().enumerate() {
        let Value::Object(component) = item else { continue };
        let Ok(found) = component_key::read(component) else { continue };
        let mut key = match found {
            Found::Key(key) => *key,
            Found::Kept(reason) => {
                report.remark(Remark::KeyKept(reason), text(component, "name").unwrap_or("(no name)"));
                continue;
            }
        };
        let id = take_text(component, "id").unwrap_or_else(|| uuid(stock.random()).to_string());
        key.document.shift_remove("id");
        let certificate = match (key.certificate.take(), &key.pair) {
            (None, Some(pair)) if key.key_use == key::SIGNING => {
                let mut serial = [0; 16];
                stock.random().fill(&mut serial);
                let made = key::certificate(pair, name, stock.now(), serial);
                Some(made.map_err(|error| Error::fault(format!("a key's certificate: {error}")))?)
            }
            (certificate, _) => certificate,
        };
        let sealed = stock.seal(key::TABLE, &id, &key.secret);
        rows.push([
            id.clone().into(),
            realm.into(),
            key.name.into(),
            key.provider_id.into(),
            key.algorithm.into(),
            key.key_use.into(),
            key.status.as_str().into(),
            key.priority.into(),
            key.kid.into(),
            key.pair.as_ref().map(|pair| pair.spki_der().to_vec()).into(),
            certificate.into(),
            Some(sealed).into(),
            stock.now().0.into(),
            column(key.document),
            place(position),
        ]);
        // Its place among the components is kept; an export finds the row by the id.
        *item = json!({ "id": id });
    }
    Ok(rows)
}

//! Secrets of documents, taken out and sealed, so that a dump of the database shows none.

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::{Error, store::Inner};

/// Whose document it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Noun {
    Realm,
    Client,
}

impl Noun {
    /// The table; with the row's id it binds a sealed blob to its row.
    pub(crate) fn table(self) -> &'static str {
        match self {
            Self::Realm => "realm",
            Self::Client => "client",
        }
    }
}

/// Takes every secret member out of a document, by JSON pointer.
pub(crate) fn take_secrets(noun: Noun, document: &mut Value) -> Map<String, Value> {
    let _ = (noun, document);
    todo!()
}

/// Puts them back.
pub(crate) fn put_back(document: &mut Value, secrets: &Map<String, Value>) {
    let _ = (document, secrets);
    todo!()
}

/// Seals what was taken out; none for nothing.
pub(crate) fn seal_secrets(inner: &Inner, noun: Noun, id: &str, secrets: &Map<String, Value>) -> Option<Vec<u8>> {
    if secrets.is_empty() {
        return None;
    }
    let plain = Zeroizing::new(Value::Object(secrets.clone()).to_string());
    Some(seal(inner, noun.table(), id, plain.as_bytes()))
}

/// Opens what was sealed; empty for nothing.
pub(crate) fn open_secrets(
    inner: &Inner,
    noun: Noun,
    id: &str,
    sealed: Option<&[u8]>,
) -> Result<Map<String, Value>, Error> {
    let Some(sealed) = sealed else { return Ok(Map::new()) };
    let plain = open(inner, noun.table(), id, sealed)?;
    serde_json::from_slice(&plain).map_err(|_| Error::fault("sealed secrets are not what was sealed"))
}

/// Seals one column of one row; the blob opens for that row alone.
pub(crate) fn seal(inner: &Inner, table: &str, id: &str, plain: &[u8]) -> Vec<u8> {
    inner.master_key.seal(format!("{table}/{id}").as_bytes(), plain, &*inner.random)
}

/// Opens it.
pub(crate) fn open(inner: &Inner, table: &str, id: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    inner
        .master_key
        .open(format!("{table}/{id}").as_bytes(), sealed)
        .map_err(|_| Error::fault(format!("a sealed value of table {table} cannot be opened")))
}

//! The kind of a password hash in one word, so that a realm's mix of kinds is a count over an index.

use crypto::password::HashSpec;

/// The word for the hash that this `credentialData` describes.
pub(crate) fn hash_kind(credential_data: &str) -> Option<String> {
    let _ = credential_data;
    todo!()
}

/// The cost behind the word.
pub(crate) fn spec_of(kind: &str) -> Option<HashSpec> {
    let _ = kind;
    todo!()
}

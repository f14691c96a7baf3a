//! The JWKS file of registry 3.x.

use super::made::{Made, Source};
use crate::keys;

/// The artefact.
pub(super) static ARTEFACT: Made = Made {
    id: "docker-v2-jwks",
    label: "JWKS",
    help: "Public keys for the jwks option of distribution 3.x, each under every id by which a token may name it.",
    file_name: "jwks.json",
    media_type: "application/json",
    source: Source::Keys(keys::jwks),
};

//! The trust bundle: certificates of the realm's RSA and EC keys.

use super::made::{Made, Source};
use crate::keys;

/// The artefact.
pub(super) static ARTEFACT: Made = Made {
    id: "docker-v2-root-cert-bundle",
    label: "Root Certificate Bundle",
    help: "Certificates for a registry's rootcertbundle. Registries read it once, when they start.",
    file_name: "root-cert-bundle.pem",
    media_type: "application/x-pem-file",
    source: Source::Keys(|realm| Ok(keys::bundle(realm).into_bytes())),
};

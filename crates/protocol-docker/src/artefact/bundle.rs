//! The trust bundle: certificates of the realm's RSA and EC keys.

use std::sync::Arc;

use identity::{Client, Error, Realm};
use protocol::{Artefact, BoxFuture, Portreeve};

use crate::keys;

/// The artefact.
pub(crate) struct Bundle;

impl Artefact for Bundle {
    fn id(&self) -> &'static str {
        "docker-v2-root-cert-bundle"
    }

    fn label(&self) -> &'static str {
        "Root Certificate Bundle"
    }

    fn help(&self) -> &'static str {
        "Certificates for a registry's rootcertbundle. Registries read it once, when they start."
    }

    fn file_name(&self) -> &'static str {
        "root-cert-bundle.pem"
    }

    fn media_type(&self) -> &'static str {
        "application/x-pem-file"
    }

    fn render<'a>(
        &'a self,
        portreeve: &'a Portreeve,
        realm: &'a Arc<Realm>,
        _client: &'a Arc<Client>,
    ) -> BoxFuture<'a, Result<Vec<u8>, Error>> {
        Box::pin(async move { Ok(keys::bundle(&*keys::with_keys(&portreeve.identity, realm).await?).into_bytes()) })
    }
}

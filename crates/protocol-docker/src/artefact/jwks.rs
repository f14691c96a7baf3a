//! The JWKS file of registry 3.x.

use std::sync::Arc;

use identity::{Client, Error, Realm};
use protocol::{Artefact, BoxFuture, Portreeve};

use crate::keys;

/// The artefact.
pub(crate) struct Jwks;

impl Artefact for Jwks {
    fn id(&self) -> &'static str {
        "docker-v2-jwks"
    }

    fn label(&self) -> &'static str {
        "JWKS"
    }

    fn help(&self) -> &'static str {
        "Public keys for the jwks option of distribution 3.x, each under every id by which a token may name it."
    }

    fn file_name(&self) -> &'static str {
        "jwks.json"
    }

    fn media_type(&self) -> &'static str {
        "application/json"
    }

    fn render<'a>(
        &'a self,
        portreeve: &'a Portreeve,
        realm: &'a Arc<Realm>,
        _client: &'a Arc<Client>,
    ) -> BoxFuture<'a, Result<Vec<u8>, Error>> {
        Box::pin(async move { keys::jwks(&*keys::with_keys(&portreeve.identity, realm).await?) })
    }
}

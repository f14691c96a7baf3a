//! What most artefacts are: fixed words about a file, and a function that writes it.

use std::sync::Arc;

use identity::{Client, Error, Realm};
use protocol::{Artefact, BoxFuture, Portreeve};

use super::Facts;
use crate::keys;

/// An artefact whose file one function writes.
pub(crate) struct Made {
    pub(super) id: &'static str,
    pub(super) label: &'static str,
    pub(super) help: &'static str,
    pub(super) file_name: &'static str,
    pub(super) media_type: &'static str,
    pub(super) source: Source,
}

/// What the file is written from.
pub(super) enum Source {
    /// The client's settings and addresses.
    Facts(fn(&Facts) -> Result<String, Error>),
    /// The realm's published keys, made where they are still missing.
    Keys(fn(&Realm) -> Result<Vec<u8>, Error>),
}

impl Artefact for Made {
    fn id(&self) -> &'static str {
        self.id
    }

    fn label(&self) -> &'static str {
        self.label
    }

    fn help(&self) -> &'static str {
        self.help
    }

    fn file_name(&self) -> &'static str {
        self.file_name
    }

    fn media_type(&self) -> &'static str {
        self.media_type
    }

    fn render<'a>(
        &'a self,
        portreeve: &'a Portreeve,
        realm: &'a Arc<Realm>,
        client: &'a Arc<Client>,
    ) -> BoxFuture<'a, Result<Vec<u8>, Error>> {
        Box::pin(async move {
            match self.source {
                Source::Facts(write) => write(&Facts::of(portreeve, realm, client)?).map(String::into_bytes),
                Source::Keys(write) => write(&*keys::with_keys(&portreeve.identity, realm).await?),
            }
        })
    }
}

//! Installation artefacts: files that set the other side up for a client.

use std::sync::Arc;

use identity::{Client, Error, Realm};

use crate::{BoxFuture, Portreeve};

/// A file made for one client.
pub trait Artefact: Send + Sync {
    /// Id, as in Keycloak's installation providers.
    fn id(&self) -> &'static str;
    /// Name for people.
    fn label(&self) -> &'static str;
    /// What it is for.
    fn help(&self) -> &'static str;
    /// Name to save it under.
    fn file_name(&self) -> &'static str;
    /// Media type.
    fn media_type(&self) -> &'static str;
    /// Whether it makes no sense to show it.
    fn download_only(&self) -> bool {
        false
    }
    /// Makes the file.
    ///
    /// # Errors
    /// [`Error::Refused`] with words for people where the client's settings do not allow it.
    fn render<'a>(
        &'a self,
        portreeve: &'a Portreeve,
        realm: &'a Arc<Realm>,
        client: &'a Arc<Client>,
    ) -> BoxFuture<'a, Result<Vec<u8>, Error>>;
}

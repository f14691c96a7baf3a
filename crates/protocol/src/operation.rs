//! Verbs on one client that administration offers without knowing the plugin.

use std::sync::Arc;

use identity::{Client, Error, Realm};
use serde_json::Value;

use crate::{BoxFuture, Portreeve};

/// What the caller must be allowed to do with the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// See the client.
    ViewClient,
    /// See the client and the realm's users.
    ViewClientAndUsers,
    /// Change the client.
    ManageClient,
}

/// An administrative verb on a client. The permission is checked before it by whoever offers it.
pub trait Operation: Send + Sync {
    /// Id, the last part of its URL.
    fn id(&self) -> &'static str;
    /// What it answers.
    fn help(&self) -> &'static str;
    /// What the caller needs.
    fn permission(&self) -> Permission;
    /// Runs it.
    ///
    /// # Errors
    /// [`Error::Invalid`] names the members of the input that are wrong.
    fn run<'a>(
        &'a self,
        portreeve: &'a Portreeve,
        realm: &'a Arc<Realm>,
        client: &'a Arc<Client>,
        input: Value,
    ) -> BoxFuture<'a, Result<Value, Error>>;
}

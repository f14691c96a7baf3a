//! What administrators ask of the part that meets people: letters, and a place in a browser. Who administers knows no page; who
//! meets people knows no administrator.

use std::sync::Arc;

use http::HeaderMap;
use identity::{Client, Error, LiveSession, Realm, User};
use serde_json::Value;

use crate::{BoxFuture, Portreeve};

/// A letter with a link.
#[derive(Debug, Clone, Copy)]
pub struct Letter<'a> {
    /// The realm.
    pub realm: &'a Arc<Realm>,
    /// Whom it goes to.
    pub user: &'a User,
    /// The application that its link goes on to.
    pub client: &'a Client,
    /// Where there; an address that the application has registered.
    pub redirect_uri: Option<&'a str>,
    /// Required actions that the link leads to; without any it asks to prove the address.
    pub actions: Option<&'a [String]>,
    /// Seconds that the link works; the realm's own span where nothing is said.
    pub lifespan: Option<i64>,
}

/// What meets people.
pub trait Letters: Send + Sync + 'static {
    /// Writes a letter and hands it to be sent. `false`: the realm has no mail server, or too many letters wait.
    fn send<'a>(&'a self, portreeve: &'a Portreeve, letter: Letter<'a>) -> BoxFuture<'a, Result<bool, Error>>;

    /// The headers by which a session becomes the one of the browser that gets them.
    ///
    /// # Errors
    /// When the session's proof cannot be signed.
    fn session_cookies(&self, portreeve: &Portreeve, realm: &Realm, live: &LiveSession) -> Result<HeaderMap, Error>;

    /// Tries a realm's mail server with these settings (Keycloak's `smtpServer`) by a letter to this address, and waits for what
    /// comes of it. `false`: it was not taken.
    fn try_server<'a>(
        &'a self,
        realm: &'a Arc<Realm>,
        settings: &'a Value,
        password: Option<crypto::secret::Secret>,
        to: &'a str,
    ) -> BoxFuture<'a, bool>;
}

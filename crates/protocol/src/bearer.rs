//! Access tokens that are shown to the server itself.

use std::collections::HashSet;
use std::sync::Arc;

use identity::{Client, Error, Realm, RoleId, SessionId, User};

use crate::{BoxFuture, Portreeve};

/// Somebody who shows an access token, as they are now and not as they were when it was issued.
#[derive(Debug, Clone)]
pub struct Bearer {
    /// The realm that issued the token.
    pub realm: Arc<Realm>,
    /// The client that it was issued to: enabled.
    pub client: Arc<Client>,
    /// Whom it speaks for: enabled. A client that acts for itself has a user of its own.
    pub user: Arc<User>,
    /// The session, alive; a client that acts for itself has none.
    pub session: Option<SessionId>,
    /// The roles that the user has by now and that the token's client may make use of, composites included.
    pub roles: HashSet<RoleId>,
    /// Origins whose pages may read what the client is answered.
    pub origins: Vec<String>,
}

/// Why a token is not taken.
#[derive(Debug)]
pub enum BearerRefused {
    /// It is none of this server's, too old, revoked, bound to a key that was not shown, or whom it spoke for is gone.
    Invalid,
    /// Something here is busy or broken.
    Store(Error),
}

/// Reads the access tokens of a protocol.
pub trait BearerTokens: Send + Sync + 'static {
    /// Verifies a token of whatever realm.
    ///
    /// # Errors
    /// Why it is not taken.
    fn verify<'a>(&'a self, portreeve: &'a Portreeve, token: &'a str) -> BoxFuture<'a, Result<Bearer, BearerRefused>>;
}

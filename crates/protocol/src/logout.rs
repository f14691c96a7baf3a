//! What a protocol does when a session ends.

use std::sync::Arc;

use identity::{ClientSession, Realm, UserSession};

use crate::{BoxFuture, Portreeve};

/// A session that has just ended.
pub struct Ended {
    /// The realm.
    pub realm: Arc<Realm>,
    /// The session, as it was.
    pub session: Arc<UserSession>,
    /// The clients that had a part in it, of whatever protocol.
    pub clients: Vec<ClientSession>,
}

/// Tells a protocol's clients that a session has ended. What takes time (a request to each of them) goes into a bounded queue
/// of the protocol's own: nobody waits for it.
pub trait LogoutParticipant: Send + Sync + 'static {
    /// The session is over.
    fn ended<'a>(&'a self, portreeve: &'a Portreeve, ended: &'a Ended) -> BoxFuture<'a, ()>;
}

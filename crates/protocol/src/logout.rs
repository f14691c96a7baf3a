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

    /// The server stops, and no more sessions end: hurries with what is in the queue, and comes back when that is empty. Whoever
    /// waits does so for a bounded time; what is in the queue then is lost.
    fn finish(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

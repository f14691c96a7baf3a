//! Sessions end in one place, and every protocol whose clients took part is told.

use std::sync::Arc;

use identity::{ClientSession, Realm, UserSession};

use crate::Portreeve;

/// A session that has just ended.
#[derive(Clone)]
pub struct Ended {
    /// What every door has in hand.
    pub portreeve: Portreeve,
    /// The realm.
    pub realm: Arc<Realm>,
    /// The session, as it was.
    pub session: Arc<UserSession>,
    /// What clients had in it.
    pub parts: Arc<[ClientSession]>,
}

/// A protocol that tells its clients when a session of theirs ends.
pub trait LogoutParticipant: Send + Sync + 'static {
    /// A session has ended. Returns at once: whoever ended it does not wait for clients.
    fn session_ended(&self, ended: &Ended);
}

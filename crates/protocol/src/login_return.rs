//! How a person who was asked to log in comes back to the protocol that asked.

use std::sync::Arc;

use axum::response::Response;
use identity::{Client, LiveSession, Realm};
use serde_json::Value;

use crate::browser::Browser;
use crate::web::RequestFacts;
use crate::{BoxFuture, Details, Outcome, Portreeve};

/// What every return has in hand: the request that ended the log-in, and what it was for.
pub struct Returned {
    /// What every door has in hand.
    pub portreeve: Portreeve,
    /// The realm, as it is now.
    pub realm: Arc<Realm>,
    /// Who wanted to know, as it is now: it may have been changed or switched off meanwhile.
    pub client: Arc<Client>,
    /// Who asks.
    pub facts: RequestFacts,
    /// The open end of the request: whoever answers ends it.
    pub outcome: Outcome,
    /// The browser's side.
    pub browser: Browser,
    /// What the protocol gave with [`crate::Begin`].
    pub payload: Value,
    /// What the log-in has to tell in the event (`username`, `auth_method`, `consent`); the protocol adds its own.
    pub details: Details,
}

/// Somebody is logged in.
pub struct Completed {
    /// The request.
    pub returned: Returned,
    /// Their session, alive, without any client's part.
    pub session: LiveSession,
    /// Whether they proved themselves just now, rather than by a session of before.
    pub fresh: bool,
    /// The level of authentication that was reached, if the flow has any.
    pub level: Option<i64>,
    /// The required action that the application asked for, and how it ended (`success`, `cancelled`, `error`).
    pub kc_action: Option<(String, String)>,
}

/// Why there is nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginFailure {
    /// Nothing was to be shown, and nobody is logged in.
    LoginRequired,
    /// Nothing was to be shown, and something had to be.
    InteractionRequired,
    /// The person, or the flow, said no.
    AccessDenied,
    /// What the client demands cannot be reached.
    UnmetRequirements,
    /// Too much at once.
    TemporarilyUnavailable,
    /// Something here is broken.
    Fault,
}

/// Nobody is logged in, and nothing more will be asked.
pub struct Failed {
    /// The request.
    pub returned: Returned,
    /// Why.
    pub reason: LoginFailure,
    /// Keycloak's word for the event.
    pub event_error: &'static str,
}

/// The way back into a protocol. Every future ends the outcome that it was given.
pub trait LoginReturn: Send + Sync + 'static {
    /// Somebody is logged in: gives the client what it asked for.
    fn completed(&self, completed: Completed) -> BoxFuture<'_, Response>;

    /// Nobody is: tells the client.
    fn failed(&self, failed: Failed) -> BoxFuture<'_, Response>;
}

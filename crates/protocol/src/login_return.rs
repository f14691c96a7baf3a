//! How a log-in comes back to the protocol that asked for it.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::response::Response;
use crypto::secret::Secret;
use identity::{
    Client, Error, LiveSession, Methods, NewClientSession, NewSession, Notes, Proven, Realm, SessionId, User,
    WithTicket,
};
use serde_json::Value;

use crate::browser::Browser;
use crate::web::RequestFacts;
use crate::{BoxFuture, Outcome, Portreeve};

/// Note of a session: when its person proved who they are, in unix seconds.
pub const AUTH_TIME: &str = "AUTH_TIME";

/// Takes a log-in back.
pub trait LoginReturn: Send + Sync + 'static {
    /// The person is logged in, and agreed where they had to.
    fn completed(&self, completed: Completed) -> BoxFuture<'_, Response>;

    /// They are not.
    fn failed(&self, failed: Failed) -> BoxFuture<'_, Response>;
}

/// How an application's `kc_action` ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionStatus {
    /// Done.
    Success,
    /// Given up by the person.
    Cancelled,
    /// Not possible.
    Error,
}

impl ActionStatus {
    /// Keycloak's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Cancelled => "cancelled",
            Self::Error => "error",
        }
    }
}

/// A log-in that succeeded.
pub struct Completed {
    /// What every door has in hand.
    pub portreeve: Portreeve,
    /// The realm.
    pub realm: Arc<Realm>,
    /// Who wanted to know.
    pub client: Arc<Client>,
    /// Who asks.
    pub facts: RequestFacts,
    /// The open end of the request.
    pub outcome: Outcome,
    /// The browser's side.
    pub browser: Browser,
    /// The protocol's own request.
    pub payload: Value,
    /// The session, to be opened or joined in the commit that makes what the protocol answers with.
    pub session: Joining,
    /// Whether the person proved anything now; otherwise an older session was enough.
    pub fresh: bool,
    /// Level of authentication that this log-in reached, where flow or client know levels.
    pub level: Option<i64>,
    /// How the application's required action ended, if it asked for one.
    pub action: Option<(String, ActionStatus)>,
}

/// Why nobody is logged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginFailure {
    /// Somebody would have to be asked for credentials, and nothing may be shown.
    LoginRequired,
    /// Something else would have to be asked.
    InteractionRequired,
    /// Consent would have to be asked.
    ConsentRequired,
    /// The person said no.
    AccessDenied,
    /// The level of authentication that was demanded cannot be reached.
    UnmetAuthentication,
    /// Too much at once.
    TemporarilyUnavailable,
    /// Something here is broken.
    Fault,
}

/// A log-in that did not succeed. The event is the protocol's to record, with `error` as its word.
pub struct Failed {
    /// What every door has in hand.
    pub portreeve: Portreeve,
    /// The realm.
    pub realm: Arc<Realm>,
    /// Who wanted to know.
    pub client: Arc<Client>,
    /// Who asks.
    pub facts: RequestFacts,
    /// The open end of the request.
    pub outcome: Outcome,
    /// The browser's side.
    pub browser: Browser,
    /// The protocol's own request.
    pub payload: Value,
    /// Why.
    pub reason: LoginFailure,
    /// Keycloak's word for the event.
    pub error: &'static str,
    /// The fault behind it, for the log.
    pub fault: Option<Error>,
}

/// A session that is there for a log-in, or will be once the protocol says what it hangs on it.
pub struct Joining {
    portreeve: Portreeve,
    realm: Arc<Realm>,
    client: Arc<Client>,
    way: Way,
    joined: Arc<Mutex<Option<LiveSession>>>,
}

enum Way {
    /// The person proved who they are: a session of its own, in the commit.
    Open { id: SessionId, proven: Proven, address: IpAddr, remember_me: bool, notes: Notes },
    /// Their session was there already.
    Join(LiveSession),
}

/// What [`Joining::open`] made durable.
pub struct Joined {
    /// The session, with the client's part in it.
    pub session: LiveSession,
    /// The secret of the ticket, if one was asked for.
    pub secret: Option<Secret>,
}

/// Tells whoever made a [`Joining`] which session came of it, so that the cookies can follow.
#[derive(Clone)]
pub struct JoinedSession(Arc<Mutex<Option<LiveSession>>>);

impl JoinedSession {
    /// The session, once the protocol has opened or joined it.
    pub fn get(&self) -> Option<LiveSession> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Joining {
    /// For somebody who has just proved who they are.
    pub fn of_proof(
        portreeve: &Portreeve,
        realm: &Arc<Realm>,
        client: &Arc<Client>,
        proven: Proven,
        address: IpAddr,
        remember_me: bool,
        notes: Notes,
    ) -> Self {
        // A55: never an id that anybody knew before the log-in.
        let id = SessionId::random(portreeve.identity.random());
        Self::new(portreeve, realm, client, Way::Open { id, proven, address, remember_me, notes })
    }

    /// For somebody whose session was there.
    pub fn of_session(portreeve: &Portreeve, realm: &Arc<Realm>, client: &Arc<Client>, live: LiveSession) -> Self {
        Self::new(portreeve, realm, client, Way::Join(live))
    }

    fn new(portreeve: &Portreeve, realm: &Arc<Realm>, client: &Arc<Client>, way: Way) -> Self {
        Self {
            portreeve: portreeve.clone(),
            realm: Arc::clone(realm),
            client: Arc::clone(client),
            way,
            joined: Arc::default(),
        }
    }

    /// A view of what will come of it.
    pub fn watch(&self) -> JoinedSession {
        JoinedSession(Arc::clone(&self.joined))
    }

    /// Who it is.
    pub fn user(&self) -> &Arc<User> {
        match &self.way {
            Way::Open { proven, .. } => proven.user(),
            Way::Join(live) => live.user(),
        }
    }

    /// The session's id, known before it is opened.
    pub fn session_id(&self) -> SessionId {
        match &self.way {
            Way::Open { id, .. } => *id,
            Way::Join(live) => live.session().id,
        }
    }

    /// How the person proved who they are.
    pub fn methods(&self) -> Methods {
        match &self.way {
            Way::Open { proven, .. } => proven.methods(),
            Way::Join(live) => live.session().methods,
        }
    }

    /// When, in unix seconds.
    pub fn auth_time(&self) -> i64 {
        let noted = |notes: &Notes| notes.get(AUTH_TIME).and_then(|text| text.parse().ok());
        match &self.way {
            Way::Open { proven, notes, .. } => noted(notes).unwrap_or_else(|| proven.at().seconds()),
            Way::Join(live) => noted(&live.session().notes).unwrap_or_else(|| live.session().started_at.seconds()),
        }
    }

    /// Makes it durable, in one commit: the session if it is new, the client's part with these notes, and the ticket (a
    /// code) that the client is given.
    ///
    /// # Errors
    /// When the user was changed or disabled, or the session ended, meanwhile.
    pub async fn open(&self, notes: Notes, ticket: Option<WithTicket<'_>>) -> Result<Joined, Error> {
        let identity = &self.portreeve.identity;
        let part = NewClientSession { client: &self.client.id, notes };
        let secret = match &self.way {
            Way::Open { id, proven, address, remember_me, notes } => {
                let new = NewSession {
                    id: Some(*id),
                    address: Some(*address),
                    remember_me: *remember_me,
                    notes: notes.clone(),
                    client: Some(part),
                    ticket,
                };
                identity.open_session(&self.realm, proven, new).await?.1
            }
            Way::Join(live) => identity.attach_client(&self.realm, &live.session().id, part, ticket).await?,
        };
        let id = self.session_id();
        let live = identity.live_session(&self.realm, &id, false, Some(&self.client.id)).await?;
        let session = live.ok_or(Error::NotFound("session"))?;
        *self.joined.lock().unwrap_or_else(PoisonError::into_inner) = Some(session.clone());
        Ok(Joined { session, secret })
    }
}

//! Sessions of `tower-sessions` as tickets: any node reads them, and a restart loses none.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::secret::Secret;
use identity::{Identity, NewTicket, Realm};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use tower_sessions::SessionStore;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

/// Kind of the tickets.
const KIND: &str = "browser";
/// How long a browser may take from its first page to its last. Each step has its own, shorter time inside.
pub const SESSION_SECONDS: i64 = 10 * 60 * 60;

/// The sessions of one realm's browsers.
#[derive(Clone)]
pub(super) struct TicketStore {
    identity: Identity,
    realm: Arc<Realm>,
}

impl fmt::Debug for TicketStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TicketStore").field("realm", &self.realm.name).finish_non_exhaustive()
    }
}

impl TicketStore {
    pub(super) fn new(identity: Identity, realm: Arc<Realm>) -> Self {
        Self { identity, realm }
    }

    async fn keep(&self, record: &Record) -> Result<()> {
        let mut ticket = NewTicket::new(&self.realm, KIND);
        ticket.expires_at = Some(self.identity.clock().now().plus_seconds(SESSION_SECONDS));
        ticket.payload = Value::Object(record.data.clone().into_iter().collect::<Map<_, _>>());
        self.identity.keep_ticket(ticket, &secret_of(record.id)).await.map_err(failed)
    }
}

/// The ticket of a session. What a browser holds is the id: 128 random bits, and their hash is the ticket's secret, of
/// which only a hash is stored.
fn secret_of(id: Id) -> Secret {
    let digest = crypto::digest::sha256(&id.0.to_le_bytes());
    Secret::from(format!("{KIND}_{}", URL_SAFE_NO_PAD.encode(digest)))
}

#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn failed(error: identity::Error) -> Error {
    Error::Backend(error.to_string())
}

#[async_trait]
impl SessionStore for TicketStore {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let mut bytes = [0; 16];
        self.identity.random().fill(&mut bytes);
        record.id = Id(i128::from_le_bytes(bytes));
        self.keep(record).await
    }

    /// A session is written anew under its id. Nothing that may happen once depends on it, so the last write may win.
    async fn save(&self, record: &Record) -> Result<()> {
        self.delete(&record.id).await?;
        self.keep(record).await
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let Some(ticket) = self.identity.find_ticket(&self.realm, KIND, &secret_of(*id)).await.map_err(failed)? else {
            return Ok(None);
        };
        let data = match &*ticket.payload {
            Value::Object(members) => members.clone().into_iter().collect(),
            _ => return Err(Error::Decode("a session that is no object".to_owned())),
        };
        let end = ticket.expires_at.map_or(i64::MAX, identity::Timestamp::seconds);
        let expiry_date = OffsetDateTime::from_unix_timestamp(end).map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        let selector = identity::TicketSelector::Secret(&secret_of(*id));
        self.identity.revoke_tickets(&self.realm, selector).await.map(drop).map_err(failed)
    }
}

//! Tickets whose secret their issuer has made: it follows from something that a browser holds already.

use crypto::secret::Secret;

use super::{IssueTicket, MAX_PAYLOAD, NewTicket, TicketHash, entity};
use crate::{Error, Identity};

impl Identity {
    /// Issues a ticket with this secret instead of a new one. It must have a ticket's shape, `<prefix>_<43 characters>`, and
    /// hold at least 128 bits that nobody can guess; of two tickets with one secret the second is not issued.
    ///
    /// # Errors
    /// As [`Identity::issue_ticket`]; [`Error::Invalid`] for a secret of another shape.
    pub async fn keep_ticket(&self, new: NewTicket<'_>, secret: &Secret) -> Result<(), Error> {
        let hash = TicketHash::of(secret).ok_or_else(|| Error::invalid("secret", "is no ticket's"))?;
        let payload = new.payload.to_string();
        if payload.len() > MAX_PAYLOAD {
            return Err(Error::invalid("payload", "at most 64 KiB"));
        }
        let row = entity::Model {
            hash: hash.to_vec(),
            realm_id: new.realm.id.to_string(),
            client_id: new.client.map(ToString::to_string),
            user_id: new.user.map(ToString::to_string),
            kind: new.kind.to_owned(),
            family: new.family.unwrap_or_else(|| crypto::random::uuid(self.random())).to_string(),
            payload,
            dies_with_password: new.dies_with_password,
            created_at: self.clock().now().0,
            expires_at: new.expires_at.map(|time| time.0),
            consumed_at: None,
        };
        self.0.writer.ask(IssueTicket { row, user_version: new.user_version }).await
    }
}

//! Tickets whose secret their issuer has made: it follows from something that a browser holds already.

use crypto::secret::Secret;

use super::{IssueTicket, NewTicket, TicketHash};
use crate::{Error, Identity};

impl Identity {
    /// Issues a ticket with this secret instead of a new one. It must have a ticket's shape, `<prefix>_<43 characters>`, and
    /// hold at least 128 bits that nobody can guess; of two tickets with one secret the second is not issued.
    ///
    /// # Errors
    /// As [`Identity::issue_ticket`]; [`Error::Invalid`] for a secret of another shape.
    pub async fn keep_ticket(&self, new: NewTicket<'_>, secret: &Secret) -> Result<(), Error> {
        let hash = TicketHash::of(secret).ok_or_else(|| Error::invalid("secret", "is no ticket's"))?;
        let row = self.row_of_ticket(&new, hash)?;
        self.0.writer.ask(IssueTicket { row, user_version: new.user_version, most: None }).await.map(drop)
    }
}

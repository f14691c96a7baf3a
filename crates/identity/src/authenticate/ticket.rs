//! A stored, revocable token.

use std::sync::Arc;

use crypto::secret::Secret;

use super::lock::Subject;
use super::{Denied, Method, Peer, Proven};
use crate::{Identity, Realm, Ticket, TicketLifetime, user::map};

/// Realm attribute: `true` makes a temporary lock stop stored tokens too. Absent or anything else, it stops passwords and
/// one-time codes only: who merely knows a name can cause a lock, and must not stop that user's running work with it.
pub const LOCK_TOKENS: &str = "bruteForce.lockTokens";

impl Identity {
    /// Proves the user a ticket of this kind speaks for. A wrong token counts towards no lock: it names nobody, and its 256
    /// bits cannot be guessed.
    ///
    /// Pending required actions do not stop it: it was handed out when nothing was pending, and what has come up since is
    /// asked for at the next log-in. A disabled, deleted or permanently locked user, the user's not-before, a revocation
    /// and, where the issuer asked for it, a change of the password do. With a `lifetime` so does long disuse, by what the
    /// rule is now; whoever takes the token then says so to [`Identity::touch_ticket`].
    ///
    /// # Errors
    /// [`Denied`]: mostly `Invalid`, which does not tell an unknown token from a revoked one.
    pub async fn prove_ticket(
        &self,
        realm: &Arc<Realm>,
        kind: &str,
        secret: &Secret,
        lifetime: Option<TicketLifetime>,
        _peer: &Peer,
    ) -> Result<(Proven, Arc<Ticket>), Denied> {
        let invalid = |user| Denied::Invalid { user, why: "invalid_token" };
        let ticket = self.find_ticket(realm, kind, secret).await?.ok_or_else(|| invalid(None))?;
        let id = ticket.user.as_ref().ok_or_else(|| invalid(None))?;
        // The statement that read the ticket has told the user's version: where memory has that one, no other is needed.
        let user = match ticket.user_version {
            Some(version) => map::find_at(self, realm, id, version).await?,
            None => self.find_user(realm, id).await?,
        };
        let user = user.ok_or_else(|| invalid(Some(id.clone())))?;
        if !user.enabled {
            return Err(Denied::Disabled { user: user.id.clone() });
        }
        // Not-before is a second: everything handed out before it has been revoked.
        if ticket.created_at.seconds() < user.not_before.max(realm.settings.not_before) {
            return Err(Denied::NotBefore { user: user.id.clone() });
        }
        if realm.settings.attribute(LOCK_TOKENS) == Some("true") {
            let (locked, _) = self.lock_of(realm, &Subject::known(&user), self.clock().now()).await?;
            if let Some(denied) = locked.denied(&user.id) {
                return Err(denied);
            }
        }
        if lifetime.is_some_and(|lifetime| lifetime.is_over(&ticket, self.clock().now())) {
            return Err(invalid(Some(user.id.clone())));
        }
        Ok((Proven::new(realm, user, ticket.created_at, Method::Ticket), ticket))
    }
}

//! Identity tokens: what `docker login` stores instead of the password. A ticket, revocable, bound to user and client,
//! never rotated: clients keep the first one for ever and ignore another. It dies when it is not used for as long as the
//! realm lets an offline session lie idle.

use std::sync::Arc;

use crypto::secret::Secret;
use identity::{
    Client, Denied, Error, Identity, IssuedTicket, NewTicket, Peer, Proven, Realm, SecondFactor, TicketLifetime, User,
};

use crate::error::TokenError;

/// Kind of ticket.
pub const KIND: &str = "docker.identity-token";
/// First letters of the secret, so that scanners find a leaked one.
pub(crate) const PREFIX: &str = "pit";
/// Live tokens of one user at one client at most. Each `docker login` takes one and only a log-out by revocation gives one
/// back; somebody with more machines than this has a robot.
pub(crate) const MOST: u32 = 100;

/// Why a token opens nothing.
#[derive(Debug)]
pub(crate) enum Refused {
    /// It is not valid, or its user may not use it.
    Denied(Denied),
    /// It was given for another client.
    OtherClient(Proven),
}

/// Proves a user by an identity token of this client.
///
/// # Errors
/// Why not.
pub(crate) async fn prove(
    identity: &Identity,
    realm: &Arc<Realm>,
    client: &Client,
    token: &Secret,
    peer: &Peer,
) -> Result<Proven, Refused> {
    let lifetime = TicketLifetime::offline(&realm.settings);
    let proof = identity.prove_ticket(realm, KIND, token, Some(lifetime), peer).await;
    let (proven, ticket) = proof.map_err(Refused::Denied)?;
    // Bound to the registry it was given for, or one registry's owner could use it at the other.
    if ticket.client.as_ref() != Some(&client.id) {
        return Err(Refused::OtherClient(proven));
    }
    identity.touch_ticket(token, &ticket, lifetime).await;
    Ok(proven)
}

/// The log-in that asks for a token.
pub(crate) struct LogIn<'a> {
    pub(crate) username: &'a str,
    pub(crate) password: &'a Secret,
    pub(crate) factor: SecondFactor,
    pub(crate) peer: Peer,
}

/// Issues an identity token to a user who has just proven the password; answered when it is durable.
///
/// # Errors
/// [`TokenError::UserChanged`] where the password does not hold any more.
pub(crate) async fn issue(
    identity: &Identity,
    realm: &Arc<Realm>,
    client: &Client,
    user: &User,
    log_in: &LogIn<'_>,
) -> Result<IssuedTicket, TokenError> {
    match write(identity, realm, client, user).await {
        // Something about the user has moved since the proof: mostly the password's hash, made anew by this very log-in.
        // Whether it was that, only the password itself can tell.
        Err(Error::Refused(_)) => {
            let again =
                identity.prove_password(realm, log_in.username, log_in.password, log_in.factor, &log_in.peer).await;
            let proven = again.map_err(|_| TokenError::UserChanged)?;
            write(identity, realm, client, proven.user()).await
        }
        other => other,
    }
    .map_err(|error| match error {
        Error::Refused(_) | Error::NotFound(_) => TokenError::UserChanged,
        other => TokenError::Store(other),
    })
}

async fn write(identity: &Identity, realm: &Realm, client: &Client, user: &User) -> Result<IssuedTicket, Error> {
    let now = identity.clock().now();
    let ticket = NewTicket {
        client: Some(&client.id),
        user: Some(&user.id),
        // Nothing comes of a password that was changed while it was being checked.
        user_version: Some(user.version),
        dies_with_password: true,
        expires_at: Some(TicketLifetime::offline(&realm.settings).end(now, now)),
        most: Some(MOST),
        ..NewTicket::new(realm, KIND)
    };
    identity.issue_counted_ticket(ticket, PREFIX).await
}

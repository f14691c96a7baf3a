//! Identity tokens: what `docker login` stores instead of the password. A ticket, revocable, bound to user and client,
//! never rotated: clients keep the first one for ever and ignore another.

use std::sync::Arc;

use crypto::secret::Secret;
use identity::{Client, Denied, Error, Identity, NewTicket, Peer, Proven, Realm, User};
use serde_json::json;

/// Kind of ticket.
pub const KIND: &str = "docker.identity-token";
/// First letters of the secret, so that scanners find a leaked one.
pub(crate) const PREFIX: &str = "pit";

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
    let (proven, ticket) = identity.prove_ticket(realm, KIND, token, peer).await.map_err(Refused::Denied)?;
    // Bound to the registry it was given for, or one registry's owner could use it at the other.
    if ticket.client.as_ref() != Some(&client.id) {
        return Err(Refused::OtherClient(proven));
    }
    Ok(proven)
}

/// Issues an identity token; answered when it is durable.
///
/// # Errors
/// Of the store.
pub(crate) async fn issue(identity: &Identity, realm: &Realm, client: &Client, user: &User) -> Result<Secret, Error> {
    let ticket = NewTicket {
        realm,
        kind: KIND,
        client: Some(&client.id),
        user: Some(&user.id),
        family: None,
        payload: json!({}),
        expires_at: None,
    };
    identity.issue_ticket(ticket, PREFIX).await
}

//! Sessions as grants use them.

use std::sync::Arc;

use identity::{
    Client, Error, Identity, LiveSession, NewClientSession, NewSession, Notes, Proven, Realm, SessionId, UserSession,
};

use crate::notes;

/// Opens a session for somebody who was just proven, with the client's part in it.
///
/// # Errors
/// Of the store; a refusal when the user changed meanwhile.
pub(crate) async fn open(
    identity: &Identity,
    realm: &Arc<Realm>,
    proven: &Proven,
    session: NewSession<'_>,
    client: &Client,
    client_notes: Vec<(&'static str, String)>,
    offline: bool,
) -> Result<LiveSession, Error> {
    let part = NewClientSession { client: &client.id, notes: client_notes.iter().cloned().collect() };
    let new = NewSession { client: Some(part), ..session };
    let (session, _) = identity.open_session(realm, proven, new).await?;
    let live = live(identity, realm, &session, client).await?;
    if offline {
        return go_offline(identity, realm, &live, client, client_notes.into_iter().collect()).await;
    }
    Ok(live)
}

async fn live(
    identity: &Identity,
    realm: &Realm,
    session: &UserSession,
    client: &Client,
) -> Result<LiveSession, Error> {
    let live = identity.live_session(realm, &session.id, session.offline, Some(&client.id)).await?;
    live.ok_or_else(|| Error::Refused("the session ended as it began".to_owned()))
}

/// Makes the offline session that goes with a live one. The client's part in the latter is over, and so is the latter when no
/// other client has a part in it (Keycloak 26.1): who asked for a session without end gets that one and no other.
///
/// # Errors
/// Of the store.
pub(crate) async fn go_offline(
    identity: &Identity,
    realm: &Arc<Realm>,
    online: &LiveSession,
    client: &Client,
    client_notes: Notes,
) -> Result<LiveSession, Error> {
    let part = NewClientSession { client: &client.id, notes: client_notes };
    identity.open_offline_session(realm, online, part).await?;
    let id = online.session().id;
    let offline = identity.live_session(realm, &id, true, Some(&client.id)).await?;
    let offline = offline.ok_or_else(|| Error::Refused("the session ended as it began".to_owned()))?;
    end_part(identity, realm, &id, client).await?;
    Ok(offline)
}

/// Ends a client's part of a log-in, and the log-in with its last part.
///
/// # Errors
/// Of the store.
pub(crate) async fn end_part(identity: &Identity, realm: &Realm, id: &SessionId, client: &Client) -> Result<(), Error> {
    identity.close_client_session(realm, id, false, &client.id).await?;
    if identity.clients_of_session(realm, id, false).await?.is_empty() {
        identity.close_session(realm, id).await?;
    }
    Ok(())
}

/// Since when the client has its part of a session, in milliseconds: now, if it has none. Refresh tokens of before count for
/// nothing; those of since then go on, however often a browser or a device comes back for the client meanwhile.
///
/// # Errors
/// Of the store.
pub(crate) async fn since(
    identity: &Identity,
    realm: &Arc<Realm>,
    id: &SessionId,
    client: &Client,
) -> Result<String, Error> {
    let live = identity.live_session(realm, id, false, Some(&client.id)).await?;
    let now = || identity.clock().now().0.to_string();
    Ok(live.as_ref().and_then(LiveSession::client_session).map_or_else(now, |part| {
        part.notes.get(notes::SINCE).map_or_else(|| part.started_at.0.to_string(), str::to_owned)
    }))
}

/// The notes of a client session that later tokens are made from.
pub(crate) fn client_notes(scope: &str, acr: &str) -> Vec<(&'static str, String)> {
    vec![(notes::SCOPE, scope.to_owned()), (notes::ACR, acr.to_owned())]
}

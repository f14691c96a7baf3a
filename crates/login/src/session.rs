//! The session that a browser has in a realm.

use std::sync::Arc;

use http::HeaderMap;
use identity::{Error, LiveSession, Realm};
use protocol::{Ended, Issuer, Portreeve};

use crate::cookie;

/// The session that the cookies prove, if it lives.
pub(crate) async fn current(
    portreeve: &Portreeve,
    realm: &Arc<Realm>,
    headers: &HeaderMap,
) -> Result<Option<LiveSession>, Error> {
    let issuer = Issuer::of(portreeve, realm);
    let Some((id, user)) = cookie::session_of(&portreeve.identity, realm, &issuer, headers) else { return Ok(None) };
    let live = portreeve.identity.live_session(realm, &id, false, None).await?;
    Ok(live.filter(|live| live.user().id.as_str() == user))
}

/// Ends a session and tells every protocol whose clients had a part in it.
pub(crate) async fn end(portreeve: &Portreeve, realm: &Arc<Realm>, live: &LiveSession) -> Result<(), Error> {
    let identity = &portreeve.identity;
    let session = Arc::clone(live.session());
    let clients = identity.clients_of_session(realm, &session.id, false).await?;
    if !identity.close_session(realm, &session.id).await? {
        // Somebody else has ended it, and told everybody.
        return Ok(());
    }
    let ended = Ended { realm: Arc::clone(realm), session, clients };
    for participant in portreeve.plugins.iter().filter_map(|plugin| plugin.logout()) {
        participant.ended(portreeve, &ended).await;
    }
    Ok(())
}

/// Ends all of a person's sessions.
pub(crate) async fn end_all(visit: &crate::visit::Visit, user: &identity::User) -> Result<(), Error> {
    end_others(visit, user).await?;
    match visit.session.as_ref().filter(|live| live.user().id == user.id) {
        Some(live) => end(&visit.portreeve, &visit.realm, live).await,
        None => Ok(()),
    }
}

/// Ends all of a person's sessions but that of this browser: whoever is in with what has just been replaced goes.
pub(crate) async fn end_others(visit: &crate::visit::Visit, user: &identity::User) -> Result<(), Error> {
    let (portreeve, realm) = (&visit.portreeve, &visit.realm);
    let own = visit.session.as_ref().map(|live| live.session().id);
    let found = portreeve.identity.sessions_of_user(realm, &user.id, false, identity::SessionPage::default()).await?;
    for (session, _) in found.into_iter().filter(|(session, _)| Some(session.id) != own) {
        if let Some(live) = portreeve.identity.live_session(realm, &session.id, false, None).await? {
            end(portreeve, realm, &live).await?;
        }
    }
    Ok(())
}

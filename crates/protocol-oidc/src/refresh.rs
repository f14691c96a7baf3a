//! Refresh tokens: written for a session, authenticated with the realm's own secret, read by nobody else.

use std::sync::Arc;

use identity::{Client, Error, Granted as Gate, Identity, LiveSession, Realm, SessionId, Timestamp};
use protocol::Issuer;
use serde::{Deserialize, Serialize};

use crate::bearer::REVOKED;
use crate::claims::{Audience, Confirmation};
use crate::issue::{AccessToken, Basis};
use crate::{notes, sessions};

/// `typ` of one that ends with the log-in.
pub(crate) const REFRESH: &str = "Refresh";
/// `typ` of one that outlives it.
pub(crate) const OFFLINE: &str = "Offline";

/// The claims, in Keycloak's order.
#[derive(Debug, Serialize)]
struct RefreshClaims<'a> {
    /// None for an offline token of a session without a greatest age.
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    iat: i64,
    jti: &'a str,
    iss: &'a str,
    aud: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<&'a str>,
    typ: &'static str,
    azp: &'a str,
    sid: &'a str,
    scope: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cnf: Option<Confirmation>,
    /// Whom the access token beside it was for.
    #[serde(skip_serializing_if = "is_nobody")]
    aud_x: &'a Audience<'a>,
    /// Which store of sessions: there is one.
    prov: &'static str,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference to the field")]
fn is_nobody(audience: &&Audience<'_>) -> bool {
    audience.is_empty()
}

/// A refresh token and what others need to know of it.
pub(crate) struct RefreshToken {
    pub token: String,
    pub jti: String,
    /// Seconds; 0 for one that does not expire.
    pub expires_in: i64,
    pub typ: &'static str,
}

/// Writes a refresh token for a session.
///
/// # Errors
/// Of signing.
pub(crate) fn write(
    gate: &Gate<'_>,
    basis: &Basis<'_>,
    live: &LiveSession,
    jti: uuid::Uuid,
    scope: &str,
    access: &AccessToken<'_>,
) -> Result<RefreshToken, Error> {
    let offline = live.session().offline;
    let now = basis.now.seconds();
    let ends = live.client_ends_at().unwrap_or_else(|| live.ends_at()).seconds();
    // Keycloak: an offline token has no end of its own unless the realm gives offline sessions a greatest age.
    let endless = offline && !basis.realm.settings.offline_session_max_lifespan_enabled;
    let jti = jti.to_string();
    let typ = if offline { OFFLINE } else { REFRESH };
    let claims = RefreshClaims {
        exp: (!endless).then_some(ends),
        // A session is written after the request that opens it began (a password's hash lies between), and perhaps by a node
        // whose clock is ahead: a token is never older than the part that it belongs to.
        iat: since(live).map_or(now, |since| now.max(since.seconds())),
        jti: &jti,
        iss: basis.issuer,
        aud: basis.issuer,
        sub: access.subject.as_deref(),
        typ,
        azp: &basis.client.client_id,
        sid: live.session().id.as_str(),
        scope,
        // RFC 9449 §5: a confidential client proves itself anyway, and may change its key. A certificate binds every client, as
        // in Keycloak.
        cnf: basis
            .confirmation
            .and_then(|key| Confirmation::of(key.jkt.clone().filter(|_| basis.client.public), key.x5t_s256.clone())),
        aud_x: &access.audience,
        prov: "default",
    };
    let token = gate.sign_internal(&claims)?;
    Ok(RefreshToken { token, jti, expires_in: if endless { 0 } else { (ends - now).max(0) }, typ })
}

/// A refresh token that was read: genuine, and nothing else is known of it yet.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ReadRefresh {
    #[serde(default)]
    pub exp: Option<i64>,
    #[serde(default)]
    pub iat: i64,
    pub jti: uuid::Uuid,
    pub iss: String,
    pub typ: String,
    pub azp: String,
    pub sid: String,
    #[serde(default)]
    pub sub: Option<String>,
    #[serde(default)]
    pub scope: String,
    #[serde(default)]
    pub cnf: Option<Confirmation>,
}

/// Reads a refresh token of this realm: genuine, of its issuer and kind. Whether its time is over is another question.
pub(crate) fn genuine(identity: &Identity, realm: &Realm, issuer: &Issuer, token: &str) -> Option<ReadRefresh> {
    let read: ReadRefresh = identity.read_internal(realm, token).ok()?;
    // Other tokens are authenticated with the same secret; each kind has its own type.
    (matches!(read.typ.as_str(), REFRESH | OFFLINE) && read.iss == issuer.as_str()).then_some(read)
}

/// As [`genuine`], and not expired.
pub(crate) fn read(identity: &Identity, realm: &Realm, issuer: &Issuer, token: &str) -> Option<ReadRefresh> {
    let now = identity.clock().now().seconds();
    genuine(identity, realm, issuer, token).filter(|read| read.exp.is_none_or(|exp| exp > now))
}

/// The session of a refresh token with the client's part in it, both alive, if the token is still one of that part.
///
/// # Errors
/// Of the store.
pub(crate) async fn session(
    identity: &Identity,
    realm: &Arc<Realm>,
    read: &ReadRefresh,
    client: &Client,
) -> Result<Option<LiveSession>, Error> {
    let Ok(sid) = read.sid.parse::<SessionId>() else { return Ok(None) };
    let live = identity.live_session(realm, &sid, read.typ == OFFLINE, Some(&client.id)).await?;
    let Some(live) = live else { return Ok(None) };
    Ok((belongs(&live, read) && !is_revoked(identity, realm, read).await?).then_some(live))
}

/// Whether the client's part in the session is the one that the token came from, and not one that began after that had ended.
pub(crate) fn belongs(live: &LiveSession, read: &ReadRefresh) -> bool {
    since(live).is_some_and(|since| read.iat >= since.seconds())
}

/// Since when the client has its part in the session without a break.
fn since(live: &LiveSession) -> Option<Timestamp> {
    let part = live.client_session()?;
    let noted = part.notes.get(notes::SINCE).and_then(|text| text.parse().ok()).map(Timestamp);
    Some(noted.unwrap_or(part.started_at))
}

/// Whether the token was revoked by its id.
///
/// # Errors
/// Of the store.
pub(crate) async fn is_revoked(identity: &Identity, realm: &Realm, read: &ReadRefresh) -> Result<bool, Error> {
    identity.is_marked(realm, REVOKED, &read.jti.to_string()).await
}

/// Ends what a refresh token stands for: the client's part of the session, and the session with its last part.
///
/// # Errors
/// Of the store.
pub(crate) async fn revoke(
    identity: &Identity,
    realm: &Arc<Realm>,
    read: &ReadRefresh,
    live: &LiveSession,
    client: &Client,
) -> Result<(), Error> {
    // An offline token without an end is remembered as long as its session could have lived.
    let until = read.exp.map_or(live.ends_at(), |exp| Timestamp(exp.saturating_mul(1000)));
    identity.mark_once(realm, REVOKED, &read.jti.to_string(), until).await?;
    let session = live.session();
    if session.offline {
        identity.close_client_session(realm, &session.id, true, &client.id).await?;
        return Ok(());
    }
    sessions::end_part(identity, realm, &session.id, client).await
}

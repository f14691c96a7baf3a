//! Refresh (RFC 6749 §6). Without `revokeRefreshToken` a refresh token works again and again, as in Keycloak; with it each
//! works as often as the realm says, and one more use ends the client's part of the session.

use identity::{RefreshPolicy, RefreshRotation};
use protocol::BoxFuture;

use super::Grant;
use crate::claims_request::ClaimsRequest;
use crate::client_auth::Authenticated;
use crate::error::{OAuthError, Words, invalid_grant, words};
use crate::event::{self, Sort};
use crate::refresh::{self, OFFLINE, ReadRefresh};
use crate::settings::Settings;
use crate::token::{Gives, OFFLINE_NOT_ALLOWED, OwnSubject, PLAIN_ACR, Proof, Request, Trace};
use crate::{notes, scope};

const MISSING: Words = words(400, "invalid_request", "No refresh token", "invalid_request");
const INVALID: Words = invalid_grant("Invalid refresh token", "invalid_token");
const EXPIRED: Words = invalid_grant("Token is not active", "invalid_token");
const OTHER_CLIENT: Words =
    invalid_grant("Invalid refresh token. Token client and authorized client don't match", "invalid_token");
const NO_SESSION: Words = invalid_grant("Session not active", "invalid_token");
const NO_OFFLINE_SESSION: Words = invalid_grant("Offline session not active", "invalid_token");
const USER_DISABLED: Words = invalid_grant("User disabled", "invalid_token");
const NO_PART: Words = invalid_grant("Session doesn't have required client", "invalid_token");
const REUSED: Words = invalid_grant("Maximum allowed refresh token reuse exceeded", "invalid_token");

/// Realm attribute: seconds in which a token that was just replaced gives its successor again, for a client whose answer was
/// lost. None unless it is set: whoever stole a token would have the same seconds.
const GRACE: &str = "refreshTokenReuseGraceSeconds";
const MOST_GRACE_SECONDS: i64 = 60;

const OTHER_CERTIFICATE: Words = words(
    401,
    "unauthorized_client",
    "Client certificate missing, or its thumbprint and one in the refresh token did NOT match",
    "not_allowed",
);

pub(crate) struct RefreshToken;

impl Grant for RefreshToken {
    fn name(&self) -> &'static str {
        "refresh_token"
    }

    fn letters(&self) -> &'static str {
        "rt"
    }

    fn sort(&self) -> Sort {
        event::REFRESH_TOKEN
    }

    fn without_certificate(&self) -> Words {
        OTHER_CERTIFICATE
    }

    /// Who was given a refresh token may use it; whether a client gets any is asked where they are given.
    fn check_client(&self, _client: &Authenticated, _settings: &Settings) -> Result<(), OAuthError> {
        Ok(())
    }

    fn prove<'a>(&'a self, request: &'a Request<'a>, trace: &'a mut Trace) -> BoxFuture<'a, Result<Proof, OAuthError>> {
        Box::pin(prove(request, trace))
    }
}

async fn prove(request: &Request<'_>, trace: &mut Trace) -> Result<Proof, OAuthError> {
    let identity = &request.portreeve.identity;
    let (realm, client) = (request.realm, &request.client.client);
    let text = request.form.given("refresh_token").ok_or(MISSING)?;
    let read = refresh::genuine(identity, realm, request.issuer, text).ok_or(INVALID)?;
    trace.session = Some(read.sid.clone());
    trace.note("refresh_token_id", read.jti.to_string());
    trace.note("refresh_token_type", &*read.typ);
    if read.azp != *client.client_id {
        return Err(OTHER_CLIENT.into());
    }
    if read.exp.is_some_and(|exp| exp <= request.now.seconds()) {
        return Err(EXPIRED.into());
    }
    let offline = read.typ == OFFLINE;
    let sid = read.sid.parse().map_err(|_| INVALID)?;
    let Some(live) = identity.live_session(realm, &sid, offline, Some(&client.id)).await? else {
        return Err(gone(request, &read, offline).await?.into());
    };
    trace.user = Some(live.user().id.clone());
    let part = live.client_session().ok_or(NO_PART)?;
    if !refresh::belongs(&live, &read) || refresh::is_revoked(identity, realm, &read).await? {
        return Err(NO_PART.into());
    }

    // RFC 9449 §5: a public client's refresh token is bound to its key.
    request.check_key(read.cnf.as_ref().and_then(|key| key.jkt.as_deref()))?;
    // RFC 8705 §4: as it is to its certificate; in Keycloak the tokens of every client that wants that are.
    let bound = read.cnf.as_ref().and_then(|key| key.x5t_s256.as_deref());
    let holds = bound.map_or(!request.settings.certificate_bound, |bound| request.x5t == Some(bound));
    if !holds {
        return Err(OTHER_CERTIFICATE.into());
    }

    // RFC 6749 §6: the scope may shrink and not grow. What is asked beyond is passed over, as in Keycloak.
    let original = scope::names(&read.scope).map_err(|_| INVALID)?;
    let asked = request.form.given("scope").map(scope::names).transpose();
    let asked = asked.map_err(|_| OAuthError::Scope(String::new()))?;
    let names: Vec<&str> = match &asked {
        None => original.clone(),
        Some(asked) => original.iter().copied().filter(|name| asked.contains(name)).collect(),
    };
    let effective = realm.effective(live.user());
    let whole = scope::grant(realm, client, &request.client.oidc, &original, &effective);
    if offline && !whole.offline {
        return Err(OFFLINE_NOT_ALLOWED.into());
    }
    let granted = scope::grant(realm, client, &request.client.oidc, &names, &effective);

    let fresh = crypto::random::uuid(identity.random());
    let next =
        if realm.settings.revoke_refresh_token { rotate(request, &read, sid, offline, fresh).await? } else { fresh };
    identity.touch_session(realm, &live);
    trace.note("updated_refresh_token_id", next.to_string());
    Ok(Proof {
        gives: Gives {
            id_token: granted.openid,
            refresh: request.settings.refresh_tokens.then_some(next),
            ..Gives::default()
        },
        acr: part.notes.get(notes::ACR).unwrap_or(PLAIN_ACR).to_owned(),
        requested: part.notes.get(notes::CLAIMS).and_then(ClaimsRequest::parse),
        subject: OwnSubject::Session(live),
        granted,
        effective,
        notes: Vec::new(),
        nonce: None,
        confirmation: request.confirmation(),
        audiences: None,
        must_reach: Vec::new(),
        refresh_scope: Some(whole.whole.clone()),
    })
}

/// RFC 9700 §4.14.2: each refresh replaces the token, and whoever shows a replaced one ends all of them.
async fn rotate(
    request: &Request<'_>,
    read: &ReadRefresh,
    sid: identity::SessionId,
    offline: bool,
    fresh: uuid::Uuid,
) -> Result<uuid::Uuid, OAuthError> {
    let settings = &request.realm.settings;
    let grace = settings.attribute(GRACE).and_then(|text| text.parse::<i64>().ok()).unwrap_or(0);
    let policy = RefreshPolicy {
        max_reuse: u32::try_from(settings.refresh_token_max_reuse).unwrap_or(0),
        grace_millis: grace.clamp(0, MOST_GRACE_SECONDS) * 1000,
    };
    let client = &request.client.client.id;
    let identity = &request.portreeve.identity;
    match identity.rotate_refresh(request.realm, &sid, offline, client, read.jti, fresh, policy).await? {
        RefreshRotation::Rotated => Ok(fresh),
        RefreshRotation::Reused { successor } | RefreshRotation::Grace { successor } => Ok(successor),
        RefreshRotation::Replayed => Err(REUSED.into()),
        RefreshRotation::Ended => Err(NO_PART.into()),
    }
}

/// A session that is not alive is over, or its user is switched off: Keycloak tells which.
async fn gone(request: &Request<'_>, read: &ReadRefresh, offline: bool) -> Result<Words, OAuthError> {
    let user = match &read.sub {
        Some(sub) => request.portreeve.identity.find_user(request.realm, &sub.as_str().into()).await?,
        None => None,
    };
    Ok(match user {
        Some(user) if !user.enabled => USER_DISABLED,
        _ if offline => NO_OFFLINE_SESSION,
        _ => NO_SESSION,
    })
}

//! Revocation (RFC 7009).

use std::borrow::Cow;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use identity::Timestamp;
use protocol::web::form::{self, FormError};
use protocol::{Details, InRealm};

use crate::bearer::{self, REVOKED, Wanted};
use crate::client_auth::{self, Shown};
use crate::door::RevokeDoor;
use crate::error::{OAuthError, Words, words};
use crate::parameters::Parameters;
use crate::{Parts, cors, event, refresh};

/// Path of the endpoint below the issuer.
const PATH: &str = "/protocol/openid-connect/revoke";

const TOKEN_MISSING: Words = words(400, "invalid_request", "Token not provided", "invalid_request");
const UNMATCHING: Words = words(400, "invalid_request", "Unmatching clients", "invalid_request");
/// RFC 7009 §2.2: what is not valid is as good as revoked, so the status is 200; the body is Keycloak's.
const INVALID: Words = words(200, "invalid_token", "Invalid token", "invalid_token");
const GONE: Words = words(200, "invalid_token", "Invalid token", "user_session_not_found");
const FOREIGN_ORIGIN: Words = words(403, "Invalid origin", "", "not_allowed");

/// POST.
pub(crate) async fn post(mut door: InRealm<RevokeDoor>, parts: &Parts, headers: &HeaderMap, body: Body) -> Response {
    let mut details = Details::new();
    let read = match form::read(headers, body, door.portreeve.web.form_limit).await {
        Err(FormError::NotAForm) => Ok(bytes::Bytes::new()),
        other => other,
    };
    let mut client = None;
    let result = match &read {
        Ok(bytes) => answer(&mut door, parts, headers, bytes, &mut details, &mut client).await,
        Err(error) => Err((*error).into()),
    };
    let mut response = match result {
        Ok(()) => {
            door.outcome.succeeded(event::REVOKE.succeeded, details);
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::OK;
            response
        }
        Err(error) => {
            if matches!(error, OAuthError::Refused(FOREIGN_ORIGIN)) {
                client = None;
            }
            let response = error.response();
            error.end(door.outcome, details);
            response
        }
    };
    crate::response::no_store(&mut response);
    cors::allow(&mut response, client.as_deref(), headers);
    response
}

async fn answer(
    door: &mut InRealm<RevokeDoor>,
    parts: &Parts,
    headers: &HeaderMap,
    bytes: &[u8],
    details: &mut Details,
    known: &mut Option<std::sync::Arc<identity::Client>>,
) -> Result<(), OAuthError> {
    let form = Parameters::read(bytes)?;
    form.once_each(&[])?;
    let issuer = door.issuer();
    let shown = Shown {
        portreeve: &door.portreeve,
        realm: &door.realm,
        issuer: &issuer,
        endpoint: PATH,
        headers,
        certificate: door.certificate.as_ref(),
        form: &form,
        parts,
    };
    let caller = client_auth::authenticate(&shown, &mut door.outcome, details).await?;
    let client = &*known.insert(std::sync::Arc::clone(&caller.client));
    if !cors::admits(client, headers) {
        return Err(FOREIGN_ORIGIN.into());
    }
    // RFC 7009 §2.1: the hint is a hint; both kinds are looked at whatever it says.
    let token = form.given("token").ok_or(TOKEN_MISSING)?;
    let identity = &door.portreeve.identity;
    let now = identity.clock().now();
    if let Some(read) = refresh::read(identity, &door.realm, &issuer, token) {
        // RFC 7009 §2.1: only who a token was issued to revokes it.
        if read.azp != *client.client_id {
            return Err(UNMATCHING.into());
        }
        let live = refresh::session(identity, &door.realm, &read, client).await?.ok_or(GONE)?;
        door.outcome.about_session(&read.sid);
        door.outcome.about_user(live.user().id.clone());
        refresh::revoke(identity, &door.realm, &read, &live, client).await?;
        details.push((Cow::Borrowed("refresh_token_id"), read.jti.to_string()));
        details.push((Cow::Borrowed("refresh_token_type"), read.typ));
        details.push((Cow::Borrowed("revoked_client"), client.client_id.to_string()));
        return Ok(());
    }
    let read = bearer::read(&door.realm, &issuer, token, Wanted::Access, now).ok_or(INVALID)?;
    if read.azp != *client.client_id {
        return Err(UNMATCHING.into());
    }
    if let Some(sid) = &read.sid {
        door.outcome.about_session(sid);
    }
    identity.mark_once(&door.realm, REVOKED, &read.jti, Timestamp(read.exp.saturating_mul(1000))).await?;
    details.push((Cow::Borrowed("token_id"), read.jti));
    details.push((Cow::Borrowed("revoked_client"), client.client_id.to_string()));
    Ok(())
}

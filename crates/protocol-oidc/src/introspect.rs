//! Introspection (RFC 7662), also as a signed answer (RFC 9701).

use std::borrow::Cow;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use identity::{Error, LiveSession, Transient};
use protocol::web::form::{self, FormError};
use protocol::{Details, InRealm, Issuer};
use serde_json::{Map, Value, json};

use crate::bearer::{self, Held, Rejected, Verified, Wanted};
use crate::claims::{Audience, Claims};
use crate::client_auth::{self, Authenticated, Shown};
use crate::door::IntrospectDoor;
use crate::error::{OAuthError, Words, words};
use crate::issue::{Basis, SessionSort};
use crate::mapper::Target;
use crate::parameters::Parameters;
use crate::refresh::{self, ReadRefresh};
use crate::settings::OidcClient;
use crate::{PROTOCOL, Parts, event, keys, notes, response, scope};

/// Path of the endpoint below the issuer.
const PATH: &str = "/protocol/openid-connect/token/introspect";

const TOKEN_MISSING: Words = words(400, "invalid_request", "Token not provided.", "invalid_request");
const HINT_UNKNOWN: Words = words(400, "invalid_request", "Unsupported token type.", "invalid_request");
const PUBLIC: Words = words(403, "invalid_request", "Client not allowed.", "not_allowed");
const NOT_PROVEN: Words = words(401, "invalid_client", "Client authentication failed.", "invalid_client_credentials");

/// RFC 9701 §4.
const SIGNED: &str = "application/token-introspection+jwt";

/// What is told of a token.
enum Told {
    /// It does not hold, or it is not for the caller: nobody learns which.
    Inactive(&'static str),
    /// It holds.
    Active(Map<String, Value>),
}

/// POST.
pub(crate) async fn post(
    mut door: InRealm<IntrospectDoor>,
    parts: &Parts,
    headers: &HeaderMap,
    body: Body,
) -> Response {
    let mut details = Details::new();
    let read = match form::read(headers, body, door.portreeve.web.form_limit).await {
        Err(FormError::NotAForm) => Ok(bytes::Bytes::new()),
        other => other,
    };
    let result = match &read {
        Ok(bytes) => answer(&mut door, parts, headers, bytes, &mut details).await,
        Err(error) => Err((*error).into()),
    };
    match result {
        Ok(mut response) => {
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
            door.outcome.succeeded(event::INTROSPECT.succeeded, details);
            response
        }
        Err(error) => {
            let mut response = error.response();
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            error.end(door.outcome, details);
            response
        }
    }
}

async fn answer(
    door: &mut InRealm<IntrospectDoor>,
    parts: &Parts,
    headers: &HeaderMap,
    bytes: &[u8],
    details: &mut Details,
) -> Result<Response, OAuthError> {
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
    let caller = client_auth::authenticate(&shown, &mut door.outcome, details)
        .await
        .map_err(|refused| if refused.known { NOT_PROVEN.into() } else { refused.error })?;
    // RFC 7662 §2.1: the caller proves itself, or anybody could try tokens out.
    if caller.client.public {
        return Err(PUBLIC.into());
    }
    let token = form.given("token").ok_or(TOKEN_MISSING)?;
    let told = match form.given("token_type_hint") {
        None | Some("access_token") => access(door, parts, &issuer, &caller, token, headers).await?,
        Some("refresh_token") => refresh(door, &issuer, &caller, token).await?,
        Some(_) => return Err(HINT_UNKNOWN.into()),
    };
    let members = match told {
        Told::Active(members) => members,
        Told::Inactive(reason) => {
            details.push((Cow::Borrowed("reason"), reason.to_owned()));
            Map::from_iter([("active".to_owned(), Value::from(false))])
        }
    };
    if accepts(headers, SIGNED) {
        return signed(door, parts, &issuer, &caller, members).await;
    }
    Ok(response::json(StatusCode::OK, &members)?)
}

fn accepts(headers: &HeaderMap, kind: &str) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    accept.split(',').any(|one| one.split(';').next().is_some_and(|one| one.trim().eq_ignore_ascii_case(kind)))
}

const NOT_FOR_CALLER: &str = "the caller is not in the token's audience";

async fn access(
    door: &InRealm<IntrospectDoor>,
    parts: &Parts,
    issuer: &Issuer,
    caller: &Authenticated,
    token: &str,
    headers: &HeaderMap,
) -> Result<Told, OAuthError> {
    let identity = &door.portreeve.identity;
    let verified = match bearer::verify(identity, &door.realm, issuer, token, Wanted::AccessOrId, Held::default()).await
    {
        Ok(verified) => verified,
        Err(Rejected::Store(error)) => return Err(error.into()),
        Err(Rejected::Verification | Rejected::Certificate) => return Ok(Told::Inactive("Token verification failed")),
        Err(Rejected::Session) => return Ok(Told::Inactive("user_session_not_found")),
        Err(Rejected::UserDisabled) => return Ok(Told::Inactive("User disabled")),
    };
    let Verified { read, client, oidc, holder } = &verified;
    let Some(user) = holder.user() else { return Ok(Told::Inactive("Token verification failed")) };
    let live = holder.session();
    let typ = match read.typ.as_str() {
        "ID" => "ID",
        "DPoP" => "DPoP",
        "bearer" => "bearer",
        _ => "Bearer",
    };
    let scope = match (&read.scope, live.and_then(|live| live.client_session())) {
        (Some(scope), _) => scope.as_str(),
        (None, Some(part)) => part.notes.get(notes::SCOPE).unwrap_or_default(),
        (None, None) => "",
    };
    let about = About { door, issuer, client, oidc, live, scope };
    let claims = about.claims(Claims { typ: Some(typ), ..read.claims() }, user)?;
    // CVE-2026-37979: who is not named learns nothing, not even that the token holds. What counts is whom the token was
    // issued for; only a lightweight one leaves that to be asked for here.
    let named = if read.is_lightweight() {
        claims.aud.contains(&caller.client.client_id)
    } else {
        read.audiences().iter().any(|audience| **audience == *caller.client.client_id)
    };
    if !named {
        return Ok(Told::Inactive(NOT_FOR_CALLER));
    }
    let mut members = members(&claims)?;
    finish(&mut members, &client.client_id, &user.username, typ);
    let settings = &caller.oidc.settings;
    let wants_jwt =
        settings.as_ref().is_ok_and(|settings| settings.introspection_jwt) && accepts(headers, "application/jwt");
    if wants_jwt && let Ok(settings) = &oidc.settings {
        // Keycloak: the token as it would be without being lightweight.
        let usual = crate::settings::realm_algorithm(&door.realm);
        let algorithm = settings.access_token_algorithm.unwrap_or(usual);
        let realm = keys::ensure(identity, &door.realm, &[algorithm]).await?;
        let gate = identity::admit(&realm, client, PROTOCOL, holder.subject(), identity.clock().now())?;
        let key = keys::active(&realm, algorithm)?;
        let jwt = gate.sign(key, algorithm, &*parts.headers.get(key, keys::JWT, algorithm)?, &claims)?;
        members.insert("jwt".to_owned(), Value::from(jwt));
    }
    Ok(Told::Active(members))
}

async fn refresh(
    door: &InRealm<IntrospectDoor>,
    issuer: &Issuer,
    caller: &Authenticated,
    token: &str,
) -> Result<Told, OAuthError> {
    let identity = &door.portreeve.identity;
    let Some(read) = refresh::read(identity, &door.realm, issuer, token) else {
        return Ok(Told::Inactive("Token verification failed"));
    };
    // A refresh token is for who it was given to, and for nobody else to try out.
    if read.azp != *caller.client.client_id {
        return Ok(Told::Inactive(NOT_FOR_CALLER));
    }
    let Some(live) = refresh::session(identity, &door.realm, &read, &caller.client).await? else {
        return Ok(Told::Inactive("user_session_not_found"));
    };
    let user = live.user();
    let ReadRefresh { scope, typ, jti, .. } = &read;
    let typ = if typ == refresh::OFFLINE { refresh::OFFLINE } else { refresh::REFRESH };
    let base = Claims {
        exp: read.exp,
        iat: Some(read.iat),
        jti: Some(Cow::Owned(jti.to_string())),
        iss: Some(Cow::Borrowed(issuer.as_str())),
        aud: Audience::one(issuer.as_str()),
        sub: read.sub.as_deref().map(Cow::Borrowed),
        typ: Some(typ),
        azp: Some(Cow::Borrowed(&read.azp)),
        sid: Some(Cow::Borrowed(&read.sid)),
        scope: Some(Cow::Borrowed(scope)),
        ..Claims::default()
    };
    let about =
        About { door, issuer, client: &caller.client, oidc: &caller.oidc, live: Some(&live), scope: scope.as_str() };
    let claims = about.claims(base, user)?;
    let mut members = members(&claims)?;
    finish(&mut members, &caller.client.client_id, &user.username, typ);
    Ok(Told::Active(members))
}

/// Whose token is told about.
struct About<'a> {
    door: &'a InRealm<IntrospectDoor>,
    issuer: &'a Issuer,
    client: &'a std::sync::Arc<identity::Client>,
    oidc: &'a OidcClient,
    live: Option<&'a LiveSession>,
    scope: &'a str,
}

impl About<'_> {
    /// The claims with what mappers tell now: roles that are gone are gone here too.
    fn claims<'c>(&self, base: Claims<'c>, user: &identity::User) -> Result<Claims<'c>, OAuthError> {
        let realm = &self.door.realm;
        let settings = self.oidc.settings.as_ref().map_err(|_| OAuthError::Settings("the token's client".into()))?;
        let names = scope::names(self.scope).map_err(|_| OAuthError::Scope(String::new()))?;
        let effective = realm.effective(user);
        let granted = scope::grant(realm, self.client, self.oidc, &names, &effective);
        let part = self.live.and_then(|live| live.client_session());
        let acr = base.acr.clone();
        let acr = acr.as_deref().or_else(|| part?.notes.get(notes::ACR)).unwrap_or(crate::token::PLAIN_ACR);
        let nothing = identity::Notes::default();
        let basis = Basis {
            issuer: self.issuer.as_str(),
            realm,
            client: self.client,
            oidc: self.oidc,
            settings,
            user,
            effective: &effective,
            granted: &granted,
            sid: self.live.map(|live| live.session().id.as_str()),
            sort: SessionSort::Online,
            notes: self.live.map_or(&nothing, |live| &*live.session().notes),
            acr,
            nonce: None,
            requested: None,
            confirmation: None,
            audiences: None,
            now: self.door.portreeve.identity.clock().now(),
        };
        Ok(basis.mapped(Target::Introspection, base.into_owned()).into_owned())
    }
}

fn members(claims: &Claims<'_>) -> Result<Map<String, Value>, Error> {
    match serde_json::to_value(claims) {
        Ok(Value::Object(members)) => Ok(members),
        _ => Err(Error::fault("claims that are no object")),
    }
}

/// What RFC 7662 §2.2 adds to the claims.
fn finish(members: &mut Map<String, Value>, client_id: &str, username: &str, token_type: &str) {
    members.insert("client_id".to_owned(), Value::from(client_id));
    members.insert("username".to_owned(), Value::from(username));
    members.insert("token_type".to_owned(), Value::from(token_type));
    members.insert("active".to_owned(), Value::from(true));
}

/// RFC 9701 §5: the answer as a JWT for the caller alone.
async fn signed(
    door: &InRealm<IntrospectDoor>,
    parts: &Parts,
    issuer: &Issuer,
    caller: &Authenticated,
    members: Map<String, Value>,
) -> Result<Response, OAuthError> {
    let identity = &door.portreeve.identity;
    let algorithm = crate::settings::realm_algorithm(&door.realm);
    let realm = keys::ensure(identity, &door.realm, &[algorithm]).await?;
    let now = identity.clock().now();
    let nobody = Transient::anonymous();
    let gate = identity::admit(&realm, &caller.client, PROTOCOL, &nobody, now)?;
    let key = keys::active(&realm, algorithm)?;
    // Neither sub nor exp at the top, so that it cannot be taken for an access token.
    let claims = json!({
        "iss": issuer.as_str(), "aud": &*caller.client.client_id, "iat": now.seconds(), "token_introspection": members,
    });
    let header = parts.headers.get(key, keys::INTROSPECTION_JWT, algorithm)?;
    let mut response = Response::new(Body::from(gate.sign(key, algorithm, &header, &claims)?));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(SIGNED));
    Ok(response)
}

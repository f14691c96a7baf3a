//! Pushed authorization requests (RFC 9126): the client hands its request over before the browser comes.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use crypto::secret::Secret;
use http::{HeaderMap, StatusCode};
use identity::{Client, Error, NewTicket};
use protocol::web::form;
use protocol::{Details, InRealm, Issuer};
use serde::Serialize;

use crate::authorize::{self, AuthorizationRequest};
use crate::client_auth::{self, Authenticated, Shown};
use crate::desk::Desk;
use crate::door::ParDoor;
use crate::error::{OAuthError, Words, words};
use crate::parameters::Parameters;
use crate::settings::Settings;
use crate::{Parts, cors, dpop, event, request_object, response};

/// RFC 9126 §2.2: what such addresses begin with.
pub(crate) const URN: &str = "urn:ietf:params:oauth:request_uri:";
/// Path of the endpoint below the issuer.
pub(crate) const PATH: &str = "/protocol/openid-connect/ext/par/request";
/// Kind of the tickets.
const KIND: &str = "oidc.par";
/// Seconds an address may be used; a realm attribute.
const LIFESPAN: &str = "parRequestUriLifespan";
const USUAL_LIFESPAN: i64 = 60;
const MOST_LIFESPAN: i64 = 600;

const WITH_ADDRESS: Words =
    words(400, "invalid_request", "It is not allowed to include request_uri to PAR.", "invalid_request");
const NOT_OPEN: Words = words(401, "invalid_client", "Bearer-only not allowed", "invalid_client");

#[derive(Serialize)]
struct Pushed<'a> {
    request_uri: &'a str,
    expires_in: i64,
}

/// POST.
pub(crate) async fn post(mut door: InRealm<ParDoor>, parts: &Parts, headers: &HeaderMap, body: Body) -> Response {
    let mut client = None;
    let mut details = Details::new();
    let result = match form::read(headers, body, door.portreeve.web.form_limit).await {
        Ok(bytes) => push(&mut door, parts, headers, &bytes, &mut client, &mut details).await,
        Err(error) => Err(error.into()),
    };
    let mut response = match result {
        Ok(response) => {
            door.outcome.succeeded(event::PUSHED.succeeded, details);
            response
        }
        Err(error) => {
            let response = error.response();
            error.end(door.outcome, details);
            response
        }
    };
    response::no_store(&mut response);
    cors::allow(&mut response, client.as_ref().map(|known: &Authenticated| &*known.client), headers);
    response
}

async fn push(
    door: &mut InRealm<ParDoor>,
    parts: &Parts,
    headers: &HeaderMap,
    bytes: &[u8],
    found: &mut Option<Authenticated>,
    details: &mut Details,
) -> Result<Response, OAuthError> {
    let form = Parameters::read(bytes)?;
    form.once_each(&["resource"])?;
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
    let authenticated = client_auth::authenticate(&shown, &mut door.outcome, details).await?;
    let authenticated = &*found.insert(authenticated);
    let client = &authenticated.client;
    if client.bearer_only {
        return Err(NOT_OPEN.into());
    }
    // RFC 9126 §2.1: no address inside a pushed request.
    if form.get("request_uri").is_some() {
        return Err(WITH_ADDRESS.into());
    }
    let identity = &door.portreeve.identity;
    let now = identity.clock().now();
    // RFC 9126 §3: the parameters may come signed.
    let mut request = match form.get("request") {
        None => AuthorizationRequest::of_parameters(&form),
        Some(object) => {
            let claims =
                request_object::verify(identity, &door.realm, &parts.key_sets, issuer.as_str(), client, object, now)
                    .await
                    .map_err(|why| OAuthError::Told {
                        error: "invalid_request_object",
                        description: why.to_owned(),
                        event: "invalid_request",
                    })?;
            AuthorizationRequest::of_claims(&claims)
        }
    };
    // RFC 9126 §2.3: what is wrong is told now, in the words in which the browser would have carried it.
    let settings = authenticated.settings()?;
    let nonce = bind(door, &issuer, headers, settings, &mut request).await?;
    authorize::check_pushed(&door.portreeve, &door.realm, authenticated, settings, request.clone())?;
    let lifespan = door
        .realm
        .settings
        .attribute(LIFESPAN)
        .and_then(|text| text.parse::<i64>().ok())
        .filter(|seconds| *seconds > 0)
        .map_or(USUAL_LIFESPAN, |seconds| seconds.min(MOST_LIFESPAN));
    let mut ticket = NewTicket::new(&door.realm, KIND);
    ticket.client = Some(&client.id);
    ticket.expires_at = Some(now.plus_seconds(lifespan));
    ticket.payload = serde_json::to_value(&request)
        .map_err(|error| OAuthError::Store(Error::fault(format!("a pushed request: {error}"))))?;
    let secret = identity.issue_ticket(ticket, "par").await?;
    let request_uri = format!("{URN}{}", secret.expose());
    let answer = Pushed { request_uri: &request_uri, expires_in: lifespan };
    let mut answer = response::json(StatusCode::CREATED, &answer)?;
    response::nonce(&mut answer, nonce.as_deref());
    Ok(answer)
}

/// RFC 9449 §10.1: a proof that comes with a pushed request binds the code to its key. Gives the nonce for the next proof.
async fn bind(
    door: &InRealm<ParDoor>,
    issuer: &Issuer,
    headers: &HeaderMap,
    settings: &Settings,
    request: &mut AuthorizationRequest,
) -> Result<Option<String>, OAuthError> {
    let identity = &door.portreeve.identity;
    let url = issuer.join(PATH.trim_start_matches('/'));
    let alias = Issuer::asking_for_certificates(&door.portreeve, &door.realm);
    let alias = alias.map(|alias| alias.join(PATH.trim_start_matches('/')));
    let shown = dpop::For { method: "POST", url: &url, alias: alias.as_deref(), access_token: None };
    let Some(held) = dpop::check(identity, &door.realm, headers, shown).await? else { return Ok(None) };
    held.check_nonce(identity, &door.realm, settings.demands_nonce(&door.realm))?;
    // §10.1: a parameter that names another key contradicts it.
    if request.dpop_jkt.as_ref().is_some_and(|jkt| *jkt != held.thumbprint) {
        return Err(dpop::OTHER_KEY.into());
    }
    let next = held.next_nonce(identity, &door.realm);
    request.dpop_jkt = Some(held.thumbprint);
    Ok(next)
}

/// What was pushed under this address: once, and for the client that pushed it.
///
/// # Errors
/// Of the store.
// RFC 9126 §4: bound to the client, and used once. Whoever else shows it burns it and gets nothing.
pub(crate) async fn take(
    desk: &Desk<'_>,
    client: &Arc<Client>,
    urn: &str,
) -> Result<Option<AuthorizationRequest>, Error> {
    let Some(secret) = urn.strip_prefix(URN) else { return Ok(None) };
    let ticket = desk.portreeve.identity.consume_ticket(desk.realm, KIND, &Secret::from(secret)).await?;
    Ok(ticket
        .filter(|ticket| ticket.client.as_ref() == Some(&client.id))
        .and_then(|ticket| serde_json::from_value(ticket.payload.as_ref().clone()).ok()))
}

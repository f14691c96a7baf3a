//! The device's request (RFC 8628 §3.1, §3.2).

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use identity::{Error, NewTicket};
use protocol::web::form;
use protocol::{Details, InRealm};
use serde::Serialize;

use super::{Entry, KIND, Request, State, USER_CODE_KIND, shown, user_code, user_secret};
use crate::client_auth::{self, Authenticated, Shown};
use crate::door::DeviceAuthDoor;
use crate::error::{OAuthError, Words, words};
use crate::parameters::Parameters;
use crate::pkce::{Challenge, ChallengeMethod};
use crate::{Parts, cors, event, pkce, response, scope};

/// Path of the endpoint below the issuer.
const PATH: &str = "/protocol/openid-connect/auth/device";
/// Seconds a code lives and between two questions; a client may set its own.
const LIFESPAN: &str = "oauth2.device.code.lifespan";
const INTERVAL: &str = "oauth2.device.polling.interval";
/// Where people go, if the realm has a shorter address.
const SHORT_ADDRESS: &str = "shortVerificationUri";
const MOST_LIFESPAN: i64 = 24 * 3600;
/// A code that is taken already is made again, so often.
const ATTEMPTS: usize = 4;

const NOT_ALLOWED: Words = words(
    401,
    "unauthorized_client",
    "Client is not allowed to initiate OAuth 2.0 Device Authorization Grant. The flow is disabled for the client.",
    "not_allowed",
);
const CHALLENGE: Words = words(400, "invalid_request", "Invalid parameter: code_challenge", "invalid_request");
const RESOURCE: Words = words(400, "invalid_target", "Invalid parameter: resource", "invalid_request");

#[derive(Serialize)]
struct Answer<'a> {
    device_code: &'a str,
    user_code: &'a str,
    verification_uri: &'a str,
    verification_uri_complete: &'a str,
    expires_in: i64,
    interval: i64,
}

/// POST.
pub(crate) async fn post(
    mut door: InRealm<DeviceAuthDoor>,
    parts: &Parts,
    headers: &HeaderMap,
    body: Body,
) -> Response {
    let mut client = None;
    let mut details = Details::new();
    let result = match form::read(headers, body, door.portreeve.web.form_limit).await {
        Ok(bytes) => ask(&mut door, parts, headers, &bytes, &mut client, &mut details).await,
        Err(error) => Err(error.into()),
    };
    let mut response = match result {
        Ok(response) => {
            door.outcome.succeeded(event::DEVICE_AUTH.succeeded, details);
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

async fn ask(
    door: &mut InRealm<DeviceAuthDoor>,
    parts: &Parts,
    headers: &HeaderMap,
    bytes: &[u8],
    found: &mut Option<Authenticated>,
    details: &mut Details,
) -> Result<Response, OAuthError> {
    let form = Parameters::read(bytes)?;
    form.once_each(&["resource"])?;
    let issuer = door.issuer();
    let shown_by = Shown {
        portreeve: &door.portreeve,
        realm: &door.realm,
        issuer: &issuer,
        endpoint: PATH,
        headers,
        certificate: door.certificate.as_ref(),
        form: &form,
        parts,
    };
    let authenticated = client_auth::authenticate(&shown_by, &mut door.outcome, details).await?;
    let authenticated = &*found.insert(authenticated);
    let client = &authenticated.client;
    let settings = authenticated.settings()?;
    if !settings.device_grant {
        return Err(NOT_ALLOWED.into());
    }
    let wanted = form.get("scope").unwrap_or_default();
    let known = scope::names(wanted).is_ok_and(|names| scope::check(client, &names).is_ok());
    if !known {
        return Err(OAuthError::Scope(protocol::short(wanted)));
    }
    let resource: Vec<String> = form.all("resource").take(16).map(str::to_owned).collect();
    if !resource.iter().all(|resource| crate::authorize::is_resource(resource)) {
        return Err(RESOURCE.into());
    }
    let (challenge, method) = (form.given("code_challenge"), form.given("code_challenge_method"));
    if challenge.is_some_and(|text| !pkce::is_well_formed(text))
        || method.is_some_and(|method| ChallengeMethod::named(method).is_none())
        || (settings.pkce_method.is_some() && (challenge.is_none() || method != settings.pkce_method.as_deref()))
    {
        return Err(CHALLENGE.into());
    }

    let identity = &door.portreeve.identity;
    let realm = &door.realm;
    let number = |name: &str| client.attribute(name).and_then(|text| text.parse::<i64>().ok()).filter(|n| *n > 0);
    let lifespan = number(LIFESPAN).unwrap_or(realm.settings.oauth2_device_code_lifespan).clamp(1, MOST_LIFESPAN);
    let interval = number(INTERVAL).unwrap_or(realm.settings.oauth2_device_polling_interval).clamp(1, 3600);
    let expires_at = identity.clock().now().plus_seconds(lifespan);
    let encode = |error: serde_json::Error| OAuthError::Store(Error::fault(format!("a device's request: {error}")));
    let entry = Entry { client_id: client.client_id.to_string(), scope: wanted.to_owned(), state: State::Open };
    let entry = serde_json::to_value(&entry).map_err(encode)?;
    // Codes for people are short: of two alike the second is made again.
    let mut made = None;
    for _ in 0..ATTEMPTS {
        let code = user_code(identity.random());
        let secret = user_secret(realm, &code);
        if identity.find_ticket(realm, USER_CODE_KIND, &secret).await?.is_some() {
            continue;
        }
        let mut ticket = NewTicket::new(realm, USER_CODE_KIND);
        ticket.client = Some(&client.id);
        ticket.expires_at = Some(expires_at);
        ticket.payload = entry.clone();
        identity.keep_ticket(ticket, &secret).await?;
        made = Some(code);
        break;
    }
    let code = made.ok_or(Error::Busy { retry_after_seconds: 1 })?;
    let request = Request {
        user_code: code.clone(),
        interval,
        scope: wanted.to_owned(),
        nonce: form.given("nonce").map(str::to_owned),
        claims: form.given("claims").map(str::to_owned),
        challenge: challenge
            .zip(method.map_or(Some(ChallengeMethod::Plain), ChallengeMethod::named))
            .map(|(value, method)| Challenge { method, value: value.to_owned() }),
        resource,
    };
    let mut ticket = NewTicket::new(realm, KIND);
    ticket.client = Some(&client.id);
    ticket.expires_at = Some(expires_at);
    ticket.payload = serde_json::to_value(&request).map_err(encode)?;
    let device_code = identity.issue_ticket(ticket, "device").await?;

    let address = realm.settings.attribute(SHORT_ADDRESS).map_or_else(|| issuer.join("device"), str::to_owned);
    let user_code = shown(&code);
    let complete = crate::authorize::in_query(&issuer.join("device"), &[("user_code", &user_code)]);
    let answer = Answer {
        device_code: device_code.expose(),
        user_code: &user_code,
        verification_uri: &address,
        verification_uri_complete: &complete,
        expires_in: lifespan,
        interval,
    };
    Ok(response::json(StatusCode::OK, &answer)?)
}

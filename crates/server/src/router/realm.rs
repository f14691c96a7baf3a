//! `GET /realms/{realm}`: Keycloak's public document of a realm, which adapters read its key from.

use axum::extract::State;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::algorithm::Algorithm;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, ORIGIN, RETRY_AFTER,
    VARY,
};
use http::{HeaderMap, StatusCode};
use identity::Error;
use protocol::{Door, DoorRefusal, EventKinds, InRealm, Portreeve};
use serde::Serialize;

use super::answers;

/// The door of a realm's own routes.
pub(crate) struct RealmDoor;

impl Door for RealmDoor {
    const PROTOCOL: &'static str = "realm";
    const KINDS: EventKinds = EventKinds { refused: "realm.refused", fault: "realm.fault" };

    fn refuse(refusal: &DoorRefusal) -> Response {
        match refusal {
            DoorRefusal::RealmUnknown => answers::error(StatusCode::NOT_FOUND, "Realm does not exist"),
            DoorRefusal::RealmDisabled => answers::error(StatusCode::FORBIDDEN, "Realm not enabled"),
            DoorRefusal::TlsRequired => answers::error(StatusCode::FORBIDDEN, "HTTPS required"),
            DoorRefusal::ForwardingUnclear => answers::error(StatusCode::BAD_REQUEST, "HTTP 400 Bad Request"),
            DoorRefusal::TooManyRequests { retry_after_seconds } => {
                later(StatusCode::TOO_MANY_REQUESTS, "HTTP 429 Too Many Requests", *retry_after_seconds)
            }
            DoorRefusal::Busy { retry_after_seconds } => busy(*retry_after_seconds),
            DoorRefusal::Fault => fault(),
        }
    }
}

/// Members and their order as Keycloak writes them.
#[derive(Serialize)]
struct Document<'a> {
    realm: &'a str,
    public_key: String,
    #[serde(rename = "token-service")]
    token_service: String,
    #[serde(rename = "account-service")]
    account_service: String,
    #[serde(rename = "tokens-not-before")]
    tokens_not_before: i64,
}

/// The document.
pub(crate) async fn document(request: InRealm<RealmDoor>, headers: HeaderMap) -> Response {
    let issuer = request.issuer();
    let realm = match request.portreeve.identity.ensure_keys(&request.realm, &[Algorithm::Rs256]).await {
        Ok(realm) => realm,
        Err(Error::Busy { retry_after_seconds }) => {
            request.outcome.refused("busy", Vec::new());
            return busy(retry_after_seconds);
        }
        Err(error) => {
            request.outcome.fault(&error);
            return fault();
        }
    };
    let public_key = realm.keys().active(Algorithm::Rs256).map(|key| STANDARD.encode(key.pair.spki_der()));
    let document = Document {
        realm: &realm.name,
        public_key: public_key.unwrap_or_default(),
        token_service: issuer.join("protocol/openid-connect"),
        account_service: issuer.join("account"),
        tokens_not_before: realm.settings.not_before,
    };
    match serde_json::to_string(&document) {
        Ok(text) => {
            request.outcome.served();
            let mut response = answers::json(StatusCode::OK, text);
            let out = response.headers_mut();
            out.insert(CONTENT_TYPE, HeaderValue::from_static("application/json;charset=UTF-8"));
            out.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
            share(&mut response, &headers);
            response
        }
        Err(error) => {
            request.outcome.fault(&Error::fault(error.to_string()));
            fault()
        }
    }
}

/// Fetch §3.2: a preflight for the document.
pub(crate) async fn preflight(headers: HeaderMap) -> Response {
    let mut response = Response::default();
    if share(&mut response, &headers) {
        let answer = response.headers_mut();
        answer.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD, OPTIONS"));
        answer.insert(
            ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static(
                "Accept, Access-Control-Request-Headers, Access-Control-Request-Method, Authorization, Content-Type, \
                 DPoP, Origin, X-Requested-With",
            ),
        );
        answer.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
    }
    response
}

/// A path below a realm that nobody serves: the realm is named as unknown first, as Keycloak does.
pub(crate) async fn nothing_here(
    State(portreeve): State<Portreeve>,
    axum::extract::Path((name, _)): axum::extract::Path<(String, String)>,
) -> Response {
    match portreeve.identity.realm(&name).await {
        Ok(Some(_)) => answers::error(StatusCode::NOT_FOUND, "HTTP 404 Not Found"),
        Ok(None) => answers::error(StatusCode::NOT_FOUND, "Realm does not exist"),
        Err(Error::Busy { retry_after_seconds }) => busy(retry_after_seconds),
        Err(error) => {
            tracing::error!("{error}");
            fault()
        }
    }
}

/// Lets any page read what everybody may read; Keycloak echoes the origin. Says whether there was one.
fn share(response: &mut Response, request: &HeaderMap) -> bool {
    response.headers_mut().insert(VARY, HeaderValue::from_static("origin"));
    let Some(origin) = request.get(ORIGIN) else { return false };
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    true
}

fn busy(seconds: u32) -> Response {
    later(StatusCode::SERVICE_UNAVAILABLE, "HTTP 503 Service Unavailable", seconds)
}

fn later(status: StatusCode, words: &'static str, seconds: u32) -> Response {
    let mut response = answers::error(status, words);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

fn fault() -> Response {
    answers::error(StatusCode::INTERNAL_SERVER_ERROR, "HTTP 500 Internal Server Error")
}

//! How a request becomes a call: who asks, about which realm, with which right, and only then the body.

use std::future::Future;

use admin::{Caller, Permit, Refusal, Right};
use axum::Router;
use axum::body::Body;
use axum::extract::{RawPathParams, Request};
use axum::response::Response;
use http::header::{self, HeaderValue};
use http::{HeaderMap, StatusCode};
use protocol::web::{OverLimit, RequestFacts};
use protocol::{ApiState, Portreeve};

use crate::answer::{self, Answer};
use crate::call::Call;
use crate::routes;

/// All routes of administration, at `/admin`.
pub fn router() -> Router<ApiState> {
    let routes = routes::table().into_router().fallback(nowhere);
    Router::new().nest("/admin", routes)
}

/// A path that no route knows.
async fn nowhere() -> Response {
    answer::refused(Refusal::not_found("HTTP 404 Not Found"), "")
}

/// One request to one operation.
pub(crate) async fn serve<R, F, Done>(
    portreeve: Portreeve,
    params: RawPathParams,
    request: Request,
    fresh: bool,
    operation: &F,
) -> Response
where
    R: Right,
    F: Fn(Permit<R>, Call) -> Done,
    Done: Future<Output = Answer>,
{
    let (parts, body) = request.into_parts();
    let facts = RequestFacts::of(&parts, &portreeve);
    if let Some(OverLimit { retry_after_seconds }) = parts.extensions.get::<OverLimit>().copied() {
        let busy =
            Refusal::status(StatusCode::TOO_MANY_REQUESTS, admin::Words::Error("HTTP 429 Too Many Requests".into()));
        let mut response = answer::refused(busy, facts.id.as_str());
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after_seconds));
        return response;
    }
    let params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let call = Call::new(&parts.uri, parts.headers.clone(), &portreeve.web.public_url, params);
    let caller = match bearer(&parts.headers) {
        Some(token) => Caller::of(&portreeve, token, facts.address).await.map_err(Refusal::from),
        None => Err(Refusal::Unauthorized),
    };
    let caller = match caller {
        Ok(caller) => caller,
        Err(refusal) => return answer::refused(refusal, facts.id.as_str()),
    };
    let done = run(&portreeve, &caller, call, body, operation).await;
    let mut response = match done {
        Ok(reply) => reply.into_response(fresh),
        Err(refusal) => answer::refused(refusal, facts.id.as_str()),
    };
    share(&mut response, &parts.headers, &caller);
    response
}

async fn run<R, F, Done>(
    portreeve: &Portreeve,
    caller: &std::sync::Arc<Caller>,
    mut call: Call,
    body: Body,
    operation: &F,
) -> Answer
where
    R: Right,
    F: Fn(Permit<R>, Call) -> Done,
    Done: Future<Output = Answer>,
{
    let realm = match call.param("realm") {
        // What is not about one realm is decided by the caller's own.
        "" => std::sync::Arc::clone(&caller.bearer().realm),
        name if name.len() > 255 => return Err(Refusal::not_found("Realm not found.")),
        name => {
            let found = portreeve.identity.realm(name).await?;
            found.ok_or_else(|| Refusal::not_found("Realm not found."))?
        }
    };
    let permit = caller.permit::<R>(&realm)?;
    call.read(body).await?;
    operation(permit, call).await
}

/// RFC 6750 §2.1: the token in the header, and nowhere else.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let (value, None) = (all.next()?, all.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=');
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.bytes().all(plain)).then_some(token)
}

/// Lets a page of the client that the token was issued to read the answer (Fetch §3.2).
fn share(response: &mut Response, request: &HeaderMap, caller: &Caller) {
    let headers = response.headers_mut();
    let Some(origin) = request.get(header::ORIGIN) else { return };
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    let origins = &caller.bearer().origins;
    if origin.to_str().is_ok_and(|origin| origins.iter().any(|allowed| allowed == "*" || allowed == origin)) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("Location"));
    }
}

/// Fetch §4.8: a preflight shows no credentials and names no client, so every origin is let through to ask; what it may read is
/// decided by the token that it asks with.
pub(crate) async fn preflight(request: HeaderMap) -> Response {
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = request.get(header::ORIGIN) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        let methods = HeaderValue::from_static("DELETE, POST, GET, PUT");
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static(
                "Origin, Accept, X-Requested-With, Access-Control-Request-Method, Access-Control-Request-Headers, \
                 DPoP, Content-Type, Authorization",
            ),
        );
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
    }
    response
}

//! Answers, and refusals in Keycloak's shapes.

use admin::{Refusal, Words};
use axum::body::Body;
use axum::response::Response;
use http::header::{self, HeaderValue};
use http::{HeaderMap, StatusCode};
use identity::Error;
use serde_json::{Value, json};

/// What an operation answers.
pub type Answer = Result<Reply, Refusal>;

/// A success.
#[derive(Debug)]
pub enum Reply {
    /// 200 with JSON.
    Json(Value),
    /// 200 with bytes of some kind; a file name where it is to be saved.
    Bytes {
        /// Media type.
        media_type: &'static str,
        /// What to save it as.
        file_name: Option<&'static str>,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// 201 with the address of what was made.
    Created(String),
    /// 201 with the address and what was made.
    CreatedWith(String, Value),
    /// 201 with what was made and no address.
    Made(Value),
    /// 200 with JSON and further headers.
    JsonWith(Value, HeaderMap),
    /// 204.
    Nothing,
}

const JSON: HeaderValue = HeaderValue::from_static("application/json;charset=UTF-8");
const BARE_JSON: HeaderValue = HeaderValue::from_static("application/json");

impl Reply {
    /// 200 with a list.
    pub fn list<T: Into<Value>>(items: impl IntoIterator<Item = T>) -> Self {
        Self::Json(Value::Array(items.into_iter().map(Into::into).collect()))
    }

    /// On the wire; `fresh`: no cache may answer in its place.
    pub(crate) fn into_response(self, fresh: bool) -> Response {
        let mut response = self.plain();
        if fresh {
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        }
        response
    }

    fn plain(self) -> Response {
        match self {
            Self::Json(value) => body(StatusCode::OK, JSON, value.to_string()),
            Self::Bytes { media_type, file_name, bytes } => {
                let mut response = body(StatusCode::OK, HeaderValue::from_static(media_type), bytes);
                let headers = response.headers_mut();
                let disposition = file_name.map(|name| format!("attachment; filename={name}"));
                if let Some(Ok(value)) = disposition.map(HeaderValue::try_from) {
                    headers.insert(header::CONTENT_DISPOSITION, value);
                }
                response
            }
            Self::JsonWith(value, more) => {
                let mut response = body(StatusCode::OK, JSON, value.to_string());
                response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
                response.headers_mut().extend(more);
                response
            }
            Self::Created(location) => located(Response::new(Body::empty()), &location),
            Self::CreatedWith(location, value) => {
                located(body(StatusCode::CREATED, JSON, value.to_string()), &location)
            }
            Self::Made(value) => body(StatusCode::CREATED, JSON, value.to_string()),
            Self::Nothing => {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::NO_CONTENT;
                response
            }
        }
    }
}

fn located(mut response: Response, location: &str) -> Response {
    *response.status_mut() = StatusCode::CREATED;
    if let Ok(value) = HeaderValue::try_from(location) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
}

fn body(status: StatusCode, kind: HeaderValue, content: impl Into<Body>) -> Response {
    let mut response = Response::new(content.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// A refusal on the wire. Faults are logged here, once, and told to nobody.
pub(crate) fn refused(refusal: Refusal, request_id: &str) -> Response {
    match refusal {
        Refusal::Unauthorized => {
            let mut response = told(StatusCode::UNAUTHORIZED, Words::Error("HTTP 401 Unauthorized".into()));
            // RFC 9110 §11.6.1: a 401 says how to ask.
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            response
        }
        Refusal::Forbidden => told(StatusCode::FORBIDDEN, Words::Error("HTTP 403 Forbidden".into())),
        Refusal::Told(status, words) => told(status, words),
        Refusal::Store(error) => store(error, request_id),
    }
}

fn told(status: StatusCode, words: Words) -> Response {
    let value = match words {
        Words::Error(error) => json!({ "error": error }),
        Words::Message(message) => json!({ "errorMessage": message }),
        Words::Described(error, description) => json!({ "error": error, "error_description": description }),
        Words::Field { field, message, params } => {
            json!({ "field": field, "errorMessage": message, "params": params })
        }
        Words::Fields(faults) => {
            let faults: Vec<Value> = faults
                .into_iter()
                .map(|(field, message, params)| json!({ "field": field, "errorMessage": message, "params": params }))
                .collect();
            json!({ "errors": faults })
        }
    };
    body(status, BARE_JSON, value.to_string())
}

/// What the store says where the operation had no better words.
fn store(error: Error, request_id: &str) -> Response {
    match error {
        Error::NotFound(noun) => {
            let words = match noun {
                "realm" => "Realm not found.",
                "client" => "Could not find client",
                "client scope" => "Could not find client scope",
                "role" => "Could not find role",
                "user" => "User not found",
                "group" => "Could not find group by id",
                "mapper" => "Model not found",
                _ => "HTTP 404 Not Found",
            };
            told(StatusCode::NOT_FOUND, Words::Error(words.into()))
        }
        Error::Conflict(field) => told(StatusCode::CONFLICT, Words::Message(format!("{field} already exists").into())),
        Error::Invalid(faults) => {
            let told_of: Vec<String> =
                faults
                    .into_iter()
                    .map(|fault| {
                        if fault.field.is_empty() { fault.reason } else { format!("{}: {}", fault.field, fault.reason) }
                    })
                    .collect();
            told(StatusCode::BAD_REQUEST, Words::Message(told_of.join("; ").into()))
        }
        Error::Refused(reason) => told(StatusCode::BAD_REQUEST, Words::Message(reason.into())),
        Error::Busy { retry_after_seconds } => {
            let words = Words::Error("HTTP 503 Service Unavailable".into());
            let mut response = told(StatusCode::SERVICE_UNAVAILABLE, words);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after_seconds));
            response
        }
        Error::Fault(fault) => {
            tracing::error!(request_id, "administration: {fault}");
            let words =
                Words::Described("unknown_error".into(), "For more on this error consult the server log.".into());
            told(StatusCode::INTERNAL_SERVER_ERROR, words)
        }
    }
}

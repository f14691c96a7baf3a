//! Health and metrics, on a listener of their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue};
use protocol::Portreeve;
use serde_json::{Value, json};

/// Whether the server has begun to accept requests.
#[derive(Clone, Default)]
pub struct Started(Arc<AtomicBool>);

impl Started {
    /// From now on it has.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Not any more: it stops.
    pub fn end(&self) {
        self.0.store(false, Ordering::Release);
    }

    fn has(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

#[derive(Clone)]
struct Management {
    portreeve: Portreeve,
    started: Started,
}

/// Routes and answers as Keycloak's management port has them.
pub fn router(portreeve: &Portreeve, started: &Started) -> Router {
    Router::new()
        .route("/health", get(whole))
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .route("/health/started", get(has_started))
        .route("/metrics", get(metrics))
        .with_state(Management { portreeve: portreeve.clone(), started: started.clone() })
}

async fn live() -> Response {
    answer(Vec::new())
}

async fn ready(State(management): State<Management>) -> Response {
    answer(vec![started_check(&management), store_check(&management).await])
}

async fn whole(State(management): State<Management>) -> Response {
    answer(vec![started_check(&management), store_check(&management).await])
}

async fn has_started(State(management): State<Management>) -> Response {
    answer(vec![started_check(&management)])
}

fn started_check(management: &Management) -> Check {
    Check {
        name: "Accepting requests",
        fault: (!management.started.has()).then(|| "not yet, or not any more".to_owned()),
    }
}

async fn store_check(management: &Management) -> Check {
    let ready = management.portreeve.identity.ready().await;
    Check { name: "Store", fault: ready.err().map(|reason| reason.to_string()) }
}

/// One thing that was looked at; a fault's words are for whoever runs the server.
struct Check {
    name: &'static str,
    fault: Option<String>,
}

/// The shape of MicroProfile Health, as Keycloak answers: `UP` with 200, `DOWN` with 503.
fn answer(checks: Vec<Check>) -> Response {
    let up = checks.iter().all(|check| check.fault.is_none());
    let word = |up: bool| if up { "UP" } else { "DOWN" };
    let checks: Vec<Value> = checks
        .into_iter()
        .map(|check| {
            let mut shown = json!({ "name": check.name, "status": word(check.fault.is_none()) });
            if let Some(fault) = check.fault
                && let Value::Object(members) = &mut shown
            {
                members.insert("data".to_owned(), json!({ "reason": fault }));
            }
            shown
        })
        .collect();
    let status = if up { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({ "status": word(up), "checks": checks }).to_string();
    typed(status, "application/json; charset=UTF-8", body)
}

async fn metrics(State(management): State<Management>) -> Response {
    match management.portreeve.metrics.encode() {
        Ok(text) => typed(StatusCode::OK, "application/openmetrics-text; version=1.0.0; charset=utf-8", text),
        Err(error) => {
            tracing::error!(%error, "metrics cannot be written");
            typed(StatusCode::INTERNAL_SERVER_ERROR, "text/plain; charset=utf-8", String::new())
        }
    }
}

fn typed(status: StatusCode, kind: &'static str, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

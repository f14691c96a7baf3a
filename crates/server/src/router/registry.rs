//! `--registry-realm`: one realm's registry tokens at the short paths that other token servers use.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::routing::any_service;
use http::{Request, Uri};
use protocol::{ApiState, FixedRealm, Portreeve};
use tower::ServiceExt as _;

use crate::plugins;

/// Path of the plugin's own route that both aliases stand for.
const TOKEN_ROUTE: &str = "/auth";

/// `/auth` and `/auth/token` for this realm.
pub(crate) fn aliases(portreeve: &Portreeve, realm: &str) -> Router<ApiState> {
    let Some(plugin) = portreeve.plugins.get(plugins::REGISTRY) else { return Router::new() };
    let api = plugin.api().with_state(portreeve.clone());
    let realm: Arc<str> = Arc::from(realm);
    let service = tower::service_fn(move |mut request: Request<Body>| {
        request.extensions_mut().insert(FixedRealm(realm.clone()));
        let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
        if let Ok(uri) = format!("{TOKEN_ROUTE}{query}").parse::<Uri>() {
            *request.uri_mut() = uri;
        }
        api.clone().oneshot(request)
    });
    Router::new().route("/auth", any_service(service.clone())).route("/auth/token", any_service(service))
}

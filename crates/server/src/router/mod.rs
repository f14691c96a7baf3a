//! All public routes: the plugins', a realm's own document, and what is answered where there is no route.

mod answers;
mod edge;
mod pace;
mod path;
mod realm;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use login::Login;
use protocol::Portreeve;
use tower::Layer as _;

use crate::plugins;
use edge::Edge;

/// What the routes need to know besides [`Portreeve`].
#[derive(Clone)]
pub struct RouterSettings {
    /// Realm that `/auth` and `/auth/token` answer for.
    pub registry_realm: Option<String>,
    /// Largest request body.
    pub body_bytes: usize,
    /// Requests a second of one address; 0: no limit.
    pub requests_per_second_per_address: u32,
    /// How people log in; without it nobody can, and no browser half is served.
    pub login: Option<Login>,
}

impl Default for RouterSettings {
    fn default() -> Self {
        Self { registry_realm: None, body_bytes: 1024 * 1024, requests_per_second_per_address: 0, login: None }
    }
}

/// The public router, as the listener serves it.
pub fn router(portreeve: &Portreeve, settings: &RouterSettings) -> Router {
    let mut routes = portreeve
        .plugins
        .api()
        .merge(portreeve.plugins.well_known())
        .merge(admin_api::router())
        .route("/", get(answers::root))
        .route("/realms/{realm}", get(realm::document).options(realm::preflight))
        .route("/realms/{realm}/", get(realm::document).options(realm::preflight))
        .route("/realms/{realm}/{*rest}", axum::routing::any(realm::nothing_here));
    if let Some(realm) = &settings.registry_realm {
        routes = routes.merge(plugins::registry_alias(realm));
    }
    if let Some(login) = &settings.login {
        portreeve.set_letters(Arc::new(login.clone()));
        let state = login.state(portreeve);
        let halves = portreeve.plugins.browser().merge(login.routes());
        let halves = halves.layer(from_fn_with_state(state.clone(), protocol::browser::layer)).with_state(state);
        routes = routes.merge(halves).merge(login.static_files().with_state(()));
    }
    let edge = Arc::new(Edge::new(portreeve, settings));
    let inside = routes
        .fallback(answers::nowhere)
        .method_not_allowed_fallback(answers::wrong_method)
        .with_state(portreeve.clone());
    // Around the router as a whole: inside it each route would hold the layers anew, and each request copy its route.
    let guarded = from_fn_with_state(edge, edge::check).layer(inside);
    Router::new().fallback_service(from_fn_with_state(portreeve.clone(), protocol::web::layer).layer(guarded))
}

#[cfg(test)]
mod tests;

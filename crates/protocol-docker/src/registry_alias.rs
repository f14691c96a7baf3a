//! `/auth/token` and `/auth` for one realm: where registries with `autoredirect` send their clients.
//!
//! Registry 2.x redirects to `/auth/token` of its own host, 3.x to a path of its choice; a reverse proxy in front of both
//! routes it here.

use std::sync::Arc;

use axum::Router;
use axum::extract::Extension;
use protocol::{ApiState, FixedRealm};

use crate::{DockerV2, routes};

/// Routes for this realm, to be merged into the outermost router.
pub fn router(plugin: &DockerV2, realm: &str) -> Router<ApiState> {
    let mut router = Router::new();
    for path in ["/auth/token", "/auth/token/", "/auth", "/auth/"] {
        router = router.route(path, routes::token_route());
    }
    router.layer(Extension(FixedRealm(realm.into()))).layer(Extension(Arc::clone(&plugin.parts)))
}

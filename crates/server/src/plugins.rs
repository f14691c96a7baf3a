//! Which protocols this server speaks: the one place that names them.

use std::sync::Arc;

use axum::Router;
use outbound::{Fetch, NoFetch};
use protocol::{ApiState, Plugins};
use protocol_docker::{DockerV2, registry_alias};
use protocol_oidc::OpenIdConnect;

use crate::failure::Failure;

/// All of them, for a server: they ask others through `fetch`.
pub(crate) fn serving(fetch: Arc<dyn Fetch>) -> Result<Plugins, Failure> {
    Plugins::new(vec![Box::new(OpenIdConnect::new(fetch)), Box::new(DockerV2::default())]).map_err(Failure::failed)
}

/// All of them, for commands that answer no request and ask nobody.
pub(crate) fn all() -> Result<Plugins, Failure> {
    serving(Arc::new(NoFetch))
}

/// `--registry-realm`: one realm's registry tokens at the short paths that other token servers use.
pub(crate) fn registry_alias(realm: &str) -> Router<ApiState> {
    registry_alias::router(&DockerV2::default(), realm)
}

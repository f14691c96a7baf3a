//! Which protocols this server speaks: the one place that names them.

use axum::Router;
use protocol::{ApiState, Plugins};
use protocol_docker::{DockerV2, registry_alias};
use protocol_oidc::OpenIdConnect;

use crate::failure::Failure;

/// All of them.
pub(crate) fn all() -> Result<Plugins, Failure> {
    Plugins::new(vec![Box::new(OpenIdConnect::default()), Box::new(DockerV2::default())]).map_err(Failure::failed)
}

/// `--registry-realm`: one realm's registry tokens at the short paths that other token servers use.
pub(crate) fn registry_alias(realm: &str) -> Router<ApiState> {
    registry_alias::router(&DockerV2::default(), realm)
}

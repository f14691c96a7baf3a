//! The Docker Registry v2 token plugin.
//!
//! Owns: the token endpoint that registries send their clients to, its scopes, access rules, claims and key ids, identity
//! tokens, the trust documents and installation artefacts for registries. Does not own: who somebody is (`identity`
//! proves it), keys and signatures (`identity`, `crypto`), how a request enters a realm (`protocol`). Nothing here makes
//! a session or touches a cookie: the subject is an `identity::Transient`. Floor 3.
//!
//! | specification | file |
//! |---|---|
//! | Distribution, Token Authentication Specification: request | `request.rs` |
//! | … scope grammar (Token Scope Documentation) | `scope.rs` |
//! | … answer | `response.rs` |
//! | … errors (Errors; RFC 6749 §5.2) | `error.rs` |
//! | Distribution, Bearer token: claims | `claims.rs` |
//! | … key ids, `x5c` (libtrust; RFC 7638; RFC 7515 §4.1) | `key_id.rs`, `keys.rs` |
//! | Distribution, OAuth2 Token Authentication (POST, refresh) | `request.rs`, `identity_token.rs` |
//! | RFC 7617 Basic | `request.rs`, `error.rs` |
//! | Keycloak: mappers, installation providers | `mapper/`, `rule/`, `artefact/` |

pub mod access;
mod artefact;
mod claims;
mod cors;
mod error;
mod event;
mod identity_token;
mod key_id;
mod keys;
mod mapper;
mod operation;
mod plugin;
pub mod registry_alias;
mod request;
mod response;
mod routes;
pub mod rule;
pub mod scope;
mod service;
pub mod settings;
mod token;

use std::sync::Arc;

pub use identity_token::KIND as IDENTITY_TOKEN_KIND;

/// Id of the plugin, as in a client's `protocol` (Keycloak's).
pub const PROTOCOL: &str = "docker-v2";

/// The plugin.
#[derive(Default)]
pub struct DockerV2 {
    pub(crate) parts: Arc<Parts>,
}

/// The door of the plugin's routes.
pub(crate) struct Docker;

/// What the plugin keeps in memory: made from snapshots, and dropped at will.
#[derive(Default)]
pub(crate) struct Parts {
    pub(crate) services: service::Services,
    pub(crate) headers: key_id::Headers,
    pub(crate) documents: keys::Documents,
}

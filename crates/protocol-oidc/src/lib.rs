//! The OpenID Connect / OAuth 2 plugin.
//!
//! Owns: the endpoints at Keycloak's URLs, client authentication, grants, scopes, claims and mappers, discovery and keys as
//! documents. Does not own: who somebody is and whether a session lives (`identity` proves it), keys and signatures
//! (`identity`, `crypto`), how a request enters a realm (`protocol`), pages (`login`). No token is signed but with a grant of
//! `identity`'s gate. Floor 3.
//!
//! | specification | file |
//! |---|---|
//! | RFC 6749 §3.1, OpenID Connect Core §3 authorization endpoint | `authorize/`; its checks one a file in `authorize/check/` |
//! | RFC 6749 §3.1.2, RFC 8252 §7.3 redirect URIs | `redirect_uri.rs` |
//! | Multiple Response Types, Form Post, JARM, RFC 9207 | `authorize/response_type.rs`, `response_mode.rs`, `redirect.rs` |
//! | RFC 9101 request objects, RFC 9126 pushed requests, RFC 8707 resources | `request_object.rs`, `par.rs`, `authorize/check/resource.rs` |
//! | RP-Initiated, Front-Channel, Back-Channel Logout 1.0 | `logout/` |
//! | RFC 8628 device authorization | `device/` |
//! | Session Management 1.0, Keycloak's third-party-cookie probe | `frame.rs` |
//! | RFC 6749 §3.2 token endpoint, §5 answers and errors | `token/mod.rs`, `token/response.rs`, `error.rs` |
//! | RFC 6749 §4, RFC 8693, RFC 7523 §2.1, RFC 8628 grants | `token/grant/` |
//! | RFC 6749 §2.3, RFC 7523 §2.2, OpenID Connect Core §9 client authentication | `client_auth/` |
//! | RFC 8705 client certificates | `client_auth/x509.rs`, `bearer.rs`, `token/mod.rs` |
//! | RFC 6749 §3.3 scope | `scope.rs` |
//! | RFC 7636 PKCE | `pkce.rs` |
//! | OpenID Connect Core §2, RFC 9068 claims | `claims/`, `issue.rs` |
//! | OpenID Connect Core §5.3 userinfo, §5.5 claims parameter | `userinfo.rs`, `claims_request.rs` |
//! | OpenID Connect Core §8.1 pairwise subjects | `mapper/pairwise_sub.rs`, `sector.rs` |
//! | RFC 7516 encrypted answers | `encryption.rs` |
//! | RFC 9449 proofs of possession | `dpop.rs` |
//! | RFC 6750 bearer tokens | `bearer.rs`, `userinfo.rs`, `shown.rs` |
//! | RFC 7662, RFC 9701 introspection | `introspect.rs` |
//! | RFC 7009 revocation | `revoke.rs` |
//! | OpenID Connect Discovery, RFC 8414, RFC 7517 documents | `discovery.rs`, `jwks.rs` |
//! | Keycloak: mappers, client settings, events, installation | `mapper/`, `settings.rs`, `event.rs`, `artefact.rs` |

mod artefact;
mod authorize;
mod bearer;
mod browser_routes;
mod claims;
mod claims_request;
mod client_auth;
mod code;
mod cors;
mod desk;
mod device;
mod discovery;
mod door;
mod dpop;
pub mod encryption;
mod error;
mod event;
mod frame;
mod hint;
mod introspect;
mod issue;
mod jwks;
mod keys;
mod logout;
mod mapper;
pub mod notes;
mod par;
mod parameters;
mod payload;
mod person;
mod pkce;
mod plugin;
mod redirect_uri;
mod refresh;
mod remote_uri;
mod request_object;
mod response;
mod revoke;
mod routes;
mod scope;
mod sector;
mod sessions;
pub mod settings;
mod shown;
mod subject;
mod token;
mod userinfo;

use std::sync::Arc;

use outbound::{Fetch, NoFetch};

/// Id of the plugin, as in a client's `protocol` (Keycloak's).
pub const PROTOCOL: &str = "openid-connect";

/// The plugin.
pub struct OpenIdConnect {
    pub(crate) parts: Arc<Parts>,
}

impl OpenIdConnect {
    /// The plugin, which reads documents of others through `fetch`.
    pub fn new(fetch: Arc<dyn Fetch>) -> Self {
        let headers = Arc::new(keys::Headers::default());
        Self {
            parts: Arc::new(Parts {
                deliveries: logout::Deliveries::new(Arc::clone(&fetch), Arc::clone(&headers)),
                headers,
                jwks: jwks::KeyDocuments::default(),
                key_sets: client_auth::KeySets::new(Arc::clone(&fetch)),
                device_pace: device::Pace::default(),
                engine: flow::Engine::default(),
                flows: flow::FlowCache::default(),
                fetch,
            }),
        }
    }
}

impl Default for OpenIdConnect {
    /// Asks no other server.
    fn default() -> Self {
        Self::new(Arc::new(NoFetch))
    }
}

/// What the plugin keeps in memory: made from snapshots, and dropped at will.
pub(crate) struct Parts {
    pub(crate) headers: Arc<keys::Headers>,
    pub(crate) jwks: jwks::KeyDocuments,
    pub(crate) key_sets: client_auth::KeySets,
    pub(crate) deliveries: logout::Deliveries,
    pub(crate) device_pace: device::Pace,
    pub(crate) engine: flow::Engine,
    pub(crate) flows: flow::FlowCache,
    pub(crate) fetch: Arc<dyn Fetch>,
}

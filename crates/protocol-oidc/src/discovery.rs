//! What this server can do, for programs: OpenID Connect Discovery §3 and RFC 8414 §2, one document at both places.
//!
//! Only what works is published. The members stand in Keycloak's order; each is one line of [`MEMBERS`] and says itself when
//! it is left out.

use axum::response::Response;
use crypto::algorithm::{Algorithm, KeyKind};
use crypto::jwe::{ContentEncryption, KeyManagement};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use identity::Realm;
use protocol::{InRealm, Issuer};
use serde_json::{Map, Value, json};

use crate::authorize::{ResponseMode, ResponseType};
use crate::door::DocumentDoor;
use crate::scope::OPENID;
use crate::token::grant;
use crate::{PROTOCOL, client_auth, cors, dpop, response};

/// Whose document it is.
struct About<'a> {
    realm: &'a Realm,
    issuer: &'a Issuer,
    /// Where clients show certificates.
    alias: Option<Issuer>,
}

impl About<'_> {
    fn at(&self, path: &str) -> Value {
        at(self.issuer, path)
    }

    /// How clients prove themselves.
    fn methods(&self) -> Value {
        client_auth::methods(self.alias.is_some()).collect()
    }

    /// RFC 8705 §5: where the endpoints are that ask for a certificate. The others ask for none, so that no browser offers one.
    fn aliases(&self) -> Option<Value> {
        let alias = self.alias.as_ref()?;
        Some(ALIASES.iter().map(|(name, path)| ((*name).to_owned(), at(alias, path))).collect())
    }
}

fn at(issuer: &Issuer, path: &str) -> Value {
    Value::from(issuer.join(&format!("protocol/openid-connect/{path}")))
}

/// Endpoints that a client may show a certificate to.
const ALIASES: [(&str, &str); 6] = [
    ("token_endpoint", "token"),
    ("revocation_endpoint", "revoke"),
    ("introspection_endpoint", "token/introspect"),
    ("device_authorization_endpoint", "auth/device"),
    ("userinfo_endpoint", "userinfo"),
    ("pushed_authorization_request_endpoint", "ext/par/request"),
];

type Member = (&'static str, fn(&About<'_>) -> Option<Value>);

/// The members, in Keycloak's order.
static MEMBERS: &[Member] = &[
    ("issuer", |about| Some(Value::from(about.issuer.as_str()))),
    ("authorization_endpoint", |about| Some(about.at("auth"))),
    ("token_endpoint", |about| Some(about.at("token"))),
    ("introspection_endpoint", |about| Some(about.at("token/introspect"))),
    ("userinfo_endpoint", |about| Some(about.at("userinfo"))),
    ("end_session_endpoint", |about| Some(about.at("logout"))),
    ("frontchannel_logout_session_supported", |_| Some(Value::from(true))),
    ("frontchannel_logout_supported", |_| Some(Value::from(true))),
    ("jwks_uri", |about| Some(about.at("certs"))),
    ("check_session_iframe", |about| Some(about.at("login-status-iframe.html"))),
    ("grant_types_supported", |_| Some(grant::ALL.iter().map(|grant| grant.name()).collect())),
    ("acr_values_supported", |about| Some(json!(acr_values(about.realm)))),
    ("response_types_supported", |_| Some(json!(ResponseType::ALL))),
    ("subject_types_supported", |_| Some(json!(["public", "pairwise"]))),
    ("prompt_values_supported", |about| Some(json!(prompts(about.realm)))),
    ("id_token_signing_alg_values_supported", |_| Some(signatures())),
    ("id_token_encryption_alg_values_supported", |_| Some(key_managements())),
    ("id_token_encryption_enc_values_supported", |_| Some(content_encryptions())),
    ("userinfo_signing_alg_values_supported", |_| Some(signatures())),
    ("userinfo_encryption_alg_values_supported", |_| Some(key_managements())),
    ("userinfo_encryption_enc_values_supported", |_| Some(content_encryptions())),
    ("request_object_signing_alg_values_supported", |_| Some(assertions())),
    ("request_object_encryption_alg_values_supported", |about| Some(openable(about.realm))),
    ("request_object_encryption_enc_values_supported", |_| Some(content_encryptions())),
    ("response_modes_supported", |_| Some(json!(ResponseMode::ALL))),
    ("token_endpoint_auth_methods_supported", |about| Some(about.methods())),
    ("token_endpoint_auth_signing_alg_values_supported", |_| Some(assertions())),
    ("introspection_endpoint_auth_methods_supported", |about| Some(about.methods())),
    ("introspection_endpoint_auth_signing_alg_values_supported", |_| Some(assertions())),
    ("authorization_signing_alg_values_supported", |_| Some(signatures())),
    ("authorization_encryption_alg_values_supported", |_| Some(key_managements())),
    ("authorization_encryption_enc_values_supported", |_| Some(content_encryptions())),
    ("claims_supported", |_| Some(json!(CLAIMS))),
    ("claim_types_supported", |_| Some(json!(["normal"]))),
    ("claims_parameter_supported", |_| Some(Value::from(true))),
    ("scopes_supported", |about| Some(scopes(about.realm))),
    ("request_parameter_supported", |_| Some(Value::from(true))),
    ("request_uri_parameter_supported", |_| Some(Value::from(true))),
    ("require_request_uri_registration", |_| Some(Value::from(true))),
    ("code_challenge_methods_supported", |_| Some(json!(["plain", "S256"]))),
    ("tls_client_certificate_bound_access_tokens", |about| about.alias.as_ref().map(|_| Value::from(true))),
    ("dpop_signing_alg_values_supported", |_| Some(dpop::algorithms().collect())),
    ("revocation_endpoint", |about| Some(about.at("revoke"))),
    ("revocation_endpoint_auth_methods_supported", |about| Some(about.methods())),
    ("revocation_endpoint_auth_signing_alg_values_supported", |_| Some(assertions())),
    ("backchannel_logout_supported", |_| Some(Value::from(true))),
    ("backchannel_logout_session_supported", |_| Some(Value::from(true))),
    ("device_authorization_endpoint", |about| Some(about.at("auth/device"))),
    ("require_pushed_authorization_requests", |_| Some(Value::from(false))),
    ("pushed_authorization_request_endpoint", |about| Some(about.at("ext/par/request"))),
    ("mtls_endpoint_aliases", |about| about.aliases()),
    ("authorization_response_iss_parameter_supported", |_| Some(Value::from(true))),
];

const CLAIMS: [&str; 14] = [
    "aud",
    "sub",
    "iss",
    "auth_time",
    "name",
    "given_name",
    "family_name",
    "preferred_username",
    "email",
    "acr",
    "azp",
    "nonce",
    "iat",
    "exp",
];

/// Words of `prompt`; an account can be made where the realm lets people register (Initiating User Registration 1.0 §4).
fn prompts(realm: &Realm) -> Vec<&'static str> {
    let register = realm.settings.registration_allowed.then_some("create");
    ["none", "login", "consent"].into_iter().chain(register).collect()
}

/// Algorithms that the realm signs with.
fn signatures() -> Value {
    Algorithm::ALL.iter().map(|algorithm| algorithm.as_str()).collect()
}

/// How the key of an encrypted answer reaches a client.
fn key_managements() -> Value {
    KeyManagement::ALL.iter().map(|algorithm| algorithm.as_str()).collect()
}

/// How the content of what is encrypted is encrypted.
fn content_encryptions() -> Value {
    ContentEncryption::ALL.iter().map(|algorithm| algorithm.as_str()).collect()
}

/// How a client may encrypt for the realm: as its keys can be used. A realm that was not asked for its keys yet gets an RSA key.
fn openable(realm: &Realm) -> Value {
    let suits = |algorithm: &KeyManagement| {
        let mut keys = realm.keys().encryption().peekable();
        match keys.peek() {
            None => algorithm.suits(KeyKind::Rsa2048),
            Some(_) => keys.any(|key| algorithm.suits(key.public().kind())),
        }
    };
    KeyManagement::ALL.iter().filter(|algorithm| suits(algorithm)).map(|algorithm| algorithm.as_str()).collect()
}

/// Algorithms of a client's assertions: those with a key, and those with the client's secret.
fn assertions() -> Value {
    let keyed = Algorithm::ALL.iter().map(|algorithm| algorithm.as_str());
    keyed.chain(crypto::mac::MacAlgorithm::ALL.iter().map(|algorithm| algorithm.as_str())).collect()
}

/// Names of the realm's levels, or the two that every realm has.
fn acr_values(realm: &Realm) -> Vec<String> {
    let map = realm.settings.attribute("acr.loa.map");
    let named: Map<String, Value> = map.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    if named.is_empty() { vec!["0".into(), "1".into()] } else { named.keys().cloned().collect() }
}

fn scopes(realm: &Realm) -> Value {
    let own = realm.scopes().filter(|scope| {
        // Keycloak 26.5: a scope may keep itself out of the document.
        &*scope.protocol == PROTOCOL && scope.attribute("include.in.openid.provider.metadata") != Some("false")
    });
    std::iter::once(OPENID).chain(own.map(|scope| &*scope.name)).collect()
}

fn document(realm: &Realm, issuer: &Issuer, alias: Option<Issuer>) -> Map<String, Value> {
    let about = About { realm, issuer, alias };
    MEMBERS.iter().filter_map(|(name, value)| Some(((*name).to_owned(), value(&about)?))).collect()
}

/// GET.
pub(crate) fn serve(door: InRealm<DocumentDoor>, headers: &HeaderMap) -> Response {
    let issuer = door.issuer();
    let alias = Issuer::asking_for_certificates(&door.portreeve, &door.realm);
    match response::json(StatusCode::OK, &document(&door.realm, &issuer, alias)) {
        Ok(mut answer) => {
            answer.headers_mut().insert(
                header::CACHE_CONTROL,
                HeaderValue::from_static("no-cache, must-revalidate, no-transform, no-store"),
            );
            cors::share(&mut answer, headers);
            door.outcome.served();
            answer
        }
        Err(error) => crate::jwks::failed(door, error),
    }
}

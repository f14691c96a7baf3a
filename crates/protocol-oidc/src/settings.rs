//! An OpenID Connect client's settings: its attributes, typed. Names and values are Keycloak's.

use std::collections::{BTreeMap, HashMap};
use std::str::FromStr as _;
use std::sync::Arc;

use crypto::algorithm::Algorithm;
use identity::{Client, ClientScope, FieldFault, Realm, RoleId, ScopeId};
use protocol::{FieldKind, FormField};
use quick_cache::sync::Cache;

use crate::encryption::{self, Encryption};
use crate::mapper::{self, Compiled};
use crate::person;
use crate::scope::Granted;
use crate::{cors, dpop};

/// Algorithm of access tokens.
pub const ACCESS_TOKEN_ALGORITHM: &str = "access.token.signed.response.alg";
/// Algorithm of id tokens.
pub const ID_TOKEN_ALGORITHM: &str = "id.token.signed.response.alg";
/// Algorithm of userinfo answers; without it they are plain JSON.
pub const USER_INFO_ALGORITHM: &str = "user.info.response.signature.alg";
/// Algorithm that a client's assertions must have.
pub const ASSERTION_ALGORITHM: &str = "token.endpoint.auth.signing.alg";
/// Seconds an access token lives.
pub const ACCESS_TOKEN_LIFESPAN: &str = "access.token.lifespan";
/// Whether there are refresh tokens.
pub const USE_REFRESH_TOKENS: &str = "use.refresh.tokens";
/// Whether a client that acts for itself gets a session and a refresh token.
pub const CLIENT_CREDENTIALS_REFRESH: &str = "client_credentials.use_refresh_token";
/// Whether access tokens are lightweight.
pub const LIGHTWEIGHT: &str = "client.use.lightweight.access.token.enabled";
/// Whether access tokens are typed `at+jwt` (RFC 9068).
pub const AT_JWT: &str = "access.token.header.type.rfc9068";
/// Whether the token type is written in lower case.
pub const LOWER_CASE_BEARER: &str = "token.response.type.bearer.lower-case";
/// The PKCE method that a client must use.
pub const PKCE_METHOD: &str = "pkce.code.challenge.method";
/// Whether tokens are bound to a `DPoP` key.
pub const DPOP_BOUND: &str = "dpop.bound.access.tokens";
/// Whether those proofs must hold a nonce of the server.
pub const DPOP_NONCE: &str = "dpop.nonce.required";
/// Whether tokens are bound to the client's certificate.
pub const CERTIFICATE_BOUND: &str = "tls.client.certificate.bound.access.tokens";
/// Name of the subject of the certificate that a client is known by.
pub const CERTIFICATE_SUBJECT: &str = "x509.subjectdn";
/// Whether that name is an expression that the certificate's must match.
pub const CERTIFICATE_SUBJECT_IS_EXPRESSION: &str = "x509.allow.regex.pattern.comparison";
/// Whether the keys are found at an address.
pub const USE_JWKS_URL: &str = "use.jwks.url";
/// That address.
pub const JWKS_URL: &str = "jwks.url";
/// Whether the keys are written down here.
pub const USE_JWKS_STRING: &str = "use.jwks.string";
/// Those keys.
pub const JWKS_STRING: &str = "jwks.string";
/// A certificate that holds the key.
pub const CERTIFICATE: &str = "jwt.credential.certificate";
/// Whether devices may ask for the client's users.
pub const DEVICE_GRANT: &str = "oauth2.device.authorization.grant.enabled";
/// Whether the client may exchange tokens.
pub const TOKEN_EXCHANGE: &str = "standard.token.exchange.enabled";
/// Whether an exchange may give a refresh token: `NO` or `SAME_SESSION`.
pub const EXCHANGE_REFRESH: &str = "standard.token.exchange.enableRefreshRequestedTokenType";
/// Whether the client may bring an assertion of an identity provider.
pub const JWT_GRANT: &str = "oauth2.jwt.authorization.grant.enabled";
/// Aliases of those identity providers, comma-separated.
pub const JWT_GRANT_PROVIDERS: &str = "oauth2.jwt.authorization.grant.idp";
/// Whether introspection may give the token back as a JWT.
pub const INTROSPECTION_JWT: &str = "client.introspection.response.allow.jwt.claim.enabled";

/// A token cannot be revoked everywhere; one that lives for years is a password.
const MOST_LIFESPAN: i64 = 10 * 365 * 24 * 3600;
/// Sets of scopes that are kept for a client: what its programs ask for, again and again.
const SCOPE_SETS: usize = 32;

/// Which tokens a `DPoP` proof binds, and whether the client must bring one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dpop {
    /// Whether a request without a proof is refused.
    pub required: bool,
    /// Whether a proof must hold a nonce of the server.
    pub nonce: bool,
}

/// Typed settings of a client. A value that is not understood is a fault, and with a fault there are no tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Algorithm of access tokens; without one the realm's.
    pub access_token_algorithm: Option<Algorithm>,
    /// Algorithm of id tokens; without one the realm's.
    pub id_token_algorithm: Option<Algorithm>,
    /// Algorithm of userinfo answers; without one they are not signed.
    pub user_info_algorithm: Option<Algorithm>,
    /// How id tokens are encrypted, if they are.
    pub id_token_encryption: Option<Encryption>,
    /// How userinfo answers are encrypted, if they are.
    pub user_info_encryption: Option<Encryption>,
    /// How authorization answers that are signed are encrypted, if they are.
    pub authorization_encryption: Option<Encryption>,
    /// The one algorithm of the client's assertions, as written.
    pub assertion_algorithm: Option<String>,
    /// Seconds an access token lives; without it the realm's.
    pub access_token_lifespan: Option<i64>,
    /// Whether there are refresh tokens.
    pub refresh_tokens: bool,
    /// Whether there are refresh tokens for a client that acts for itself.
    pub client_credentials_refresh: bool,
    /// Whether access tokens are lightweight.
    pub lightweight: bool,
    /// Whether access tokens are typed `at+jwt`.
    pub at_jwt: bool,
    /// Whether the token type is written in lower case.
    pub lower_case_bearer: bool,
    /// The PKCE method that the client must use.
    pub pkce_method: Option<String>,
    /// Sender constraint.
    pub dpop: Dpop,
    /// Whether tokens are bound to the client's certificate, and the client must show one.
    pub certificate_bound: bool,
    /// Whether devices may ask.
    pub device_grant: bool,
    /// Whether the client may exchange tokens.
    pub token_exchange: bool,
    /// Whether an exchange may give a refresh token.
    pub exchange_refresh: bool,
    /// Whether introspection may give the token back as a JWT.
    pub introspection_jwt: bool,
}

impl Settings {
    /// Reads the settings.
    ///
    /// # Errors
    /// Every fault, not only the first.
    pub fn parse(attributes: &BTreeMap<String, String>) -> Result<Self, Vec<FieldFault>> {
        let mut faults = Vec::new();
        let value = |name: &str| attributes.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
        let flag = |name: &str, usual: bool| value(name).map_or(usual, |text| text.eq_ignore_ascii_case("true"));
        let mut algorithm = |name: &'static str| {
            let text = value(name).filter(|text| !text.eq_ignore_ascii_case("any"))?;
            let known = Algorithm::from_str(text).ok();
            if known.is_none() {
                faults.push(FieldFault::new(
                    name,
                    "must be one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA: a signature that \
                     the client could make itself proves nothing to others",
                ));
            }
            known
        };
        let access_token_algorithm = algorithm(ACCESS_TOKEN_ALGORITHM);
        let id_token_algorithm = algorithm(ID_TOKEN_ALGORITHM);
        let user_info_algorithm = algorithm(USER_INFO_ALGORITHM);
        let mut encryption = |names| Encryption::read(names, attributes, &mut faults);
        let id_token_encryption = encryption(encryption::ID_TOKEN);
        let user_info_encryption = encryption(encryption::USER_INFO);
        let authorization_encryption = encryption(encryption::AUTHORIZATION);
        // Keycloak's consoles write 0 or nothing for "the realm's".
        let access_token_lifespan = value(ACCESS_TOKEN_LIFESPAN)
            .and_then(|text| text.parse::<i64>().ok())
            .filter(|seconds| *seconds > 0)
            .map(|seconds| seconds.min(MOST_LIFESPAN));
        if let Some(method) = value(PKCE_METHOD)
            && !matches!(method, "S256" | "plain")
        {
            faults.push(FieldFault::new(PKCE_METHOD, "must be `S256` or `plain`"));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self {
            access_token_algorithm,
            id_token_algorithm,
            user_info_algorithm,
            id_token_encryption,
            user_info_encryption,
            authorization_encryption,
            assertion_algorithm: value(ASSERTION_ALGORITHM).filter(|text| *text != "any").map(str::to_owned),
            access_token_lifespan,
            refresh_tokens: flag(USE_REFRESH_TOKENS, true),
            client_credentials_refresh: flag(CLIENT_CREDENTIALS_REFRESH, false),
            lightweight: flag(LIGHTWEIGHT, false),
            at_jwt: flag(AT_JWT, false),
            lower_case_bearer: flag(LOWER_CASE_BEARER, false),
            pkce_method: value(PKCE_METHOD).map(str::to_owned),
            dpop: Dpop { required: flag(DPOP_BOUND, false), nonce: flag(DPOP_NONCE, false) },
            certificate_bound: flag(CERTIFICATE_BOUND, false),
            device_grant: flag(DEVICE_GRANT, false),
            token_exchange: flag(TOKEN_EXCHANGE, false),
            exchange_refresh: value(EXCHANGE_REFRESH) == Some("SAME_SESSION"),
            introspection_jwt: flag(INTROSPECTION_JWT, false),
        })
    }

    /// Whether proofs of possession must hold a nonce of the server: the client's setting, or the realm's.
    pub fn demands_nonce(&self, realm: &Realm) -> bool {
        self.dpop.nonce || realm.settings.attribute(dpop::nonce::REALM_ATTRIBUTE) == Some("true")
    }

    /// Seconds an access token lives: the client's setting, then the realm's.
    pub fn access_token_lifespan(&self, realm: &Realm) -> i64 {
        self.access_token_lifespan.unwrap_or(realm.settings.access_token_lifespan).clamp(1, MOST_LIFESPAN)
    }
}

/// The algorithm of a realm's tokens where a client names none.
pub(crate) fn realm_algorithm(realm: &Realm) -> Algorithm {
    let named = realm.settings.default_signature_algorithm.as_deref();
    named.and_then(|name| name.parse().ok()).unwrap_or(Algorithm::Rs256)
}

/// A client as this protocol sees it; read once for each snapshot.
pub(crate) struct OidcClient {
    /// Its settings, or what is wrong with them.
    pub settings: Result<Settings, Vec<FieldFault>>,
    /// Its web origins, `+` resolved.
    pub web_origins: Vec<String>,
    /// Host of its redirect URIs, where they have but one.
    pub sector: Option<String>,
    /// Its own mappers.
    pub own_mappers: Vec<Compiled>,
    /// Mappers of each scope that it may have.
    pub scope_mappers: HashMap<ScopeId, Vec<Compiled>>,
    /// Own mappers and those of every scope that it may have: what a single requested claim is taken from.
    pub sources: Vec<Compiled>,
    /// Scopes that only some users get, with the roles of which they must have one.
    pub gated: Vec<(ScopeId, Vec<RoleId>)>,
    /// What was granted for a `scope` parameter, kept for the next request that asks for the same.
    pub granted: Cache<(i64, String, u64), Arc<Granted>>,
}

impl OidcClient {
    /// Reads a client.
    pub(crate) fn read(client: &Client) -> Self {
        let compile = |mappers: &[Arc<identity::Mapper>]| -> Vec<Compiled> {
            mappers.iter().filter_map(|mapper| Compiled::read(mapper)).collect()
        };
        let scopes = || client.default_scopes.iter().chain(&client.optional_scopes);
        let own_mappers = compile(&client.own_mappers);
        let scope_mappers: HashMap<ScopeId, Vec<Compiled>> =
            scopes().map(|scope| (scope.id.clone(), compile(&scope.mappers))).collect();
        let mut sources = own_mappers.clone();
        sources.extend(scopes().filter_map(|scope| scope_mappers.get(&scope.id)).flatten().cloned());
        mapper::order(&mut sources);
        let gate = |scope: &&Arc<ClientScope>| !scope.roles.is_empty();
        Self {
            settings: Settings::parse(&client.attributes),
            web_origins: cors::web_origins(client),
            sector: sector(&client.redirect_uris),
            own_mappers,
            scope_mappers,
            sources,
            // A bit for each in the key of what was granted.
            gated: scopes().filter(gate).take(64).map(|scope| (scope.id.clone(), scope.roles.clone())).collect(),
            granted: Cache::new(SCOPE_SETS),
        }
    }
}

/// OpenID Connect Core §8.1: without a sector identifier the host of the redirect URIs counts, of which there must be but one.
fn sector(redirect_uris: &[String]) -> Option<String> {
    let mut hosts = redirect_uris.iter().map(|uri| person::host_of(uri));
    let first = hosts.next()??;
    hosts.all(|host| host == Some(first)).then(|| first.to_owned())
}

const ALGORITHMS: FieldKind = FieldKind::Choice(&[
    ("", "The realm's"),
    ("RS256", "RS256"),
    ("RS384", "RS384"),
    ("RS512", "RS512"),
    ("PS256", "PS256"),
    ("PS384", "PS384"),
    ("PS512", "PS512"),
    ("ES256", "ES256"),
    ("ES384", "ES384"),
    ("ES512", "ES512"),
    ("EdDSA", "EdDSA"),
]);

const fn flag(name: &'static str, label: &'static str, help: &'static str, default: &'static str) -> FormField {
    FormField { name, label, kind: FieldKind::Flag, help, default: Some(default) }
}

const fn line(name: &'static str, label: &'static str, help: &'static str) -> FormField {
    FormField { name, label, kind: FieldKind::Text, help, default: None }
}

/// The form.
pub static FORM: &[FormField] = &[
    FormField {
        name: ACCESS_TOKEN_ALGORITHM,
        label: "Access token signature algorithm",
        kind: ALGORITHMS,
        help: "ES256 is the fastest that every library verifies.",
        default: Some(""),
    },
    FormField {
        name: ID_TOKEN_ALGORITHM,
        label: "ID token signature algorithm",
        kind: ALGORITHMS,
        help: "What the client's library expects.",
        default: Some(""),
    },
    FormField {
        name: USER_INFO_ALGORITHM,
        label: "Userinfo signature algorithm",
        kind: ALGORITHMS,
        help: "Userinfo answers with a signed JWT instead of plain JSON.",
        default: Some(""),
    },
    FormField {
        name: ACCESS_TOKEN_LIFESPAN,
        label: "Access token lifespan",
        kind: FieldKind::Number { least: 0 },
        help: "Seconds. Empty or 0: the realm's.",
        default: None,
    },
    FormField {
        name: PKCE_METHOD,
        label: "PKCE method",
        kind: FieldKind::Choice(&[("", "Not required"), ("S256", "S256"), ("plain", "plain")]),
        help: "With a method chosen, a request without a proof key of that method is refused.",
        default: Some(""),
    },
    flag(USE_REFRESH_TOKENS, "Use refresh tokens", "Give refresh tokens.", "true"),
    flag(
        CLIENT_CREDENTIALS_REFRESH,
        "Use refresh tokens for client credentials",
        "Keep a session for the client that acts for itself.",
        "false",
    ),
    flag(
        LIGHTWEIGHT,
        "Lightweight access tokens",
        "Leave claims out of access tokens; introspection tells them.",
        "false",
    ),
    flag(AT_JWT, "at+jwt", "Type access tokens as RFC 9068 wants it.", "false"),
    flag(LOWER_CASE_BEARER, "Lower-case token type", "Write bearer instead of Bearer.", "false"),
    flag(DPOP_BOUND, "Require DPoP", "Bind tokens to a key of the client (RFC 9449).", "false"),
    flag(DPOP_NONCE, "DPoP nonce", "Take only proofs that hold a nonce of this server.", "false"),
    flag(
        CERTIFICATE_BOUND,
        "Bind tokens to the certificate",
        "The client must show its certificate (RFC 8705).",
        "false",
    ),
    line(
        CERTIFICATE_SUBJECT,
        "Subject DN",
        "Whom the client's certificate names, such as CN=app,O=Example. Empty: its key is one of the client's keys.",
    ),
    flag(
        CERTIFICATE_SUBJECT_IS_EXPRESSION,
        "Subject DN is an expression",
        "The name, written as CN=app, O=Example, must match it as a whole.",
        "false",
    ),
    line(
        ASSERTION_ALGORITHM,
        "Assertion algorithm",
        "The one algorithm of signed client assertions; empty: any that is safe.",
    ),
    flag(USE_JWKS_URL, "Use JWKS URL", "Read the client's keys from an address.", "false"),
    line(JWKS_URL, "JWKS URL", "That address."),
    flag(USE_JWKS_STRING, "Use JWKS", "Read the client's keys from here.", "false"),
    line(JWKS_STRING, "JWKS", "Those keys, as a JWK set."),
    flag(DEVICE_GRANT, "Device authorization grant", "Let devices without a keyboard ask.", "false"),
    flag(
        TOKEN_EXCHANGE,
        "Standard token exchange",
        "Let the client exchange tokens that name it as audience.",
        "false",
    ),
    FormField {
        name: EXCHANGE_REFRESH,
        label: "Refresh tokens from an exchange",
        kind: FieldKind::Choice(&[("NO", "No"), ("SAME_SESSION", "In the same session")]),
        help: "Whether an exchange may give a refresh token.",
        default: Some("NO"),
    },
    flag(JWT_GRANT, "JWT authorization grant", "Let the client bring assertions of identity providers.", "false"),
    line(JWT_GRANT_PROVIDERS, "Identity providers for assertions", "Their aliases, comma-separated."),
    flag(
        INTROSPECTION_JWT,
        "JWT in introspection",
        "Give the token back as a JWT to who asks for application/jwt.",
        "false",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pairs: &[(&str, &str)]) -> Result<Settings, Vec<FieldFault>> {
        Settings::parse(&pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn nothing_set_is_as_in_keycloak() {
        let settings = parse(&[("realm_client", "false")]).unwrap();
        assert_eq!(settings.access_token_algorithm, None);
        assert!(settings.refresh_tokens && !settings.client_credentials_refresh && !settings.lightweight);
        assert!(!settings.dpop.required && !settings.token_exchange && !settings.device_grant);
    }

    #[test]
    fn a32_a33_a_token_is_never_signed_with_none_or_a_shared_secret() {
        for name in [ACCESS_TOKEN_ALGORITHM, ID_TOKEN_ALGORITHM, USER_INFO_ALGORITHM] {
            for algorithm in ["none", "HS256", "rs256"] {
                let faults = parse(&[(name, algorithm)]).unwrap_err();
                assert_eq!(faults.len(), 1, "{name} {algorithm}");
                assert_eq!(faults[0].field, name);
            }
            assert!(parse(&[(name, "")]).is_ok());
            assert!(parse(&[(name, "ES512")]).is_ok());
        }
    }

    #[test]
    fn consoles_write_empty_values_for_the_usual() {
        let settings = parse(&[(ACCESS_TOKEN_LIFESPAN, ""), (PKCE_METHOD, ""), (ASSERTION_ALGORITHM, "any")]).unwrap();
        assert_eq!(
            (settings.access_token_lifespan, settings.pkce_method, settings.assertion_algorithm),
            (None, None, None)
        );
        assert_eq!(parse(&[(ACCESS_TOKEN_LIFESPAN, "77")]).unwrap().access_token_lifespan, Some(77));
        assert_eq!(parse(&[(ACCESS_TOKEN_LIFESPAN, "-1")]).unwrap().access_token_lifespan, None);
        assert!(parse(&[(PKCE_METHOD, "S384")]).is_err());
    }

    #[test]
    fn a_sector_needs_one_host() {
        let sector_of = |uris: &[&str]| sector(&uris.iter().map(|uri| (*uri).to_owned()).collect::<Vec<_>>());
        assert_eq!(sector_of(&["https://a.example/x", "https://a.example/y"]).as_deref(), Some("a.example"));
        assert_eq!(sector_of(&["https://a.example/x", "https://b.example/y"]), None);
        assert_eq!(sector_of(&[]), None);
    }
}

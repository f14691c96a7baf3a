//! The token's claims, in Keycloak's order.

use serde::Serialize;

use crate::scope::Access;

/// Keycloak writes `Bearer` here, as in its OIDC access tokens; ours differs, so that no OIDC door ever takes a registry
/// token for an access token.
pub(crate) const TYPE: &str = "docker";

/// Seconds by which `nbf` lies back: a registry whose clock is slow must not refuse a fresh token.
pub(crate) const BACKDATE: i64 = 5;

/// Distribution specification, "Docker Registry v2 Bearer token specification". Registry 2.8 wants `aud` as one string and
/// whole numbers, and matches names without regard to case: no claim here differs from another in case only.
#[derive(Debug, Serialize)]
pub(crate) struct Claims<'a> {
    /// Unique.
    pub jti: &'a str,
    /// Unix seconds.
    pub exp: i64,
    /// Unix seconds.
    pub nbf: i64,
    /// Unix seconds.
    pub iat: i64,
    /// The realm's issuer.
    pub iss: &'a str,
    /// The service that was asked for, alone.
    pub aud: &'a str,
    /// The user's name (or id); empty for nobody.
    pub sub: &'a str,
    /// [`TYPE`].
    pub typ: &'static str,
    /// The client's `clientId`.
    pub azp: &'a str,
    /// What is granted; always there, possibly empty.
    pub access: &'a [Access<'a>],
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope;

    #[test]
    fn claims_are_as_registries_read_them() {
        let requested = scope::parse(["repository:a:pull"]).unwrap();
        let claims = Claims {
            jti: "j",
            exp: 400,
            nbf: 95,
            iat: 100,
            iss: "https://id/realms/r",
            aud: "registry",
            sub: "alice",
            typ: TYPE,
            azp: "registry",
            access: &requested.entries,
        };
        assert_eq!(
            serde_json::to_string(&claims).unwrap(),
            "{\"jti\":\"j\",\"exp\":400,\"nbf\":95,\"iat\":100,\"iss\":\"https://id/realms/r\",\"aud\":\"registry\",\"sub\":\"alice\",\
             \"typ\":\"docker\",\"azp\":\"registry\",\"access\":[{\"type\":\"repository\",\"name\":\"a\",\"actions\":[\"pull\"]}]}"
        );
    }
}

//! What holds for every assertion of a client (RFC 7523 §3).

use crypto::compact::Compact;
use identity::{Client, Error, Timestamp};
use protocol::Issuer;
use serde::Deserialize;

use super::Shown;
use crate::settings::ASSERTION_ALGORITHM;

/// An assertion is for now. One that is good for longer is a password that lies about.
const MOST_LIFE_SECONDS: i64 = 3600;
/// Clocks differ.
const SKEW_SECONDS: i64 = 30;
/// Longer ids are not remembered.
const MAX_JTI: usize = 512;

/// An assertion, taken apart and not yet verified.
pub(super) struct Assertion<'a> {
    compact: Compact<'a>,
    claims: AssertionClaims,
}

/// Its claims.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct AssertionClaims {
    iss: String,
    sub: String,
    aud: OneOrMany,
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    iat: Option<i64>,
    jti: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl<'a> Assertion<'a> {
    /// Takes an assertion apart; `None` where a claim is missing that each must have.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let compact = Compact::parse(text)?;
        let claims: AssertionClaims = compact.unverified()?;
        // RFC 7523 §3: issuer and subject are the client itself.
        (claims.iss == claims.sub && !claims.iss.is_empty()).then_some(Self { compact, claims })
    }

    /// Whose it says to be.
    pub(super) fn client_id(&self) -> &str {
        &self.claims.iss
    }

    /// The algorithm, as written.
    pub(super) fn algorithm(&self) -> &str {
        &self.compact.header().alg
    }

    pub(super) fn compact(&self) -> &Compact<'a> {
        &self.compact
    }
}

/// Whether the client's setting lets this algorithm be.
pub(super) fn algorithm_is_allowed(client: &Client, alg: &str) -> bool {
    client.attribute(ASSERTION_ALGORITHM).is_none_or(|only| only == "any" || only == alg)
}

/// Whether verified claims are for us, for now, and for the first time.
///
/// # Errors
/// Of the store.
pub(super) async fn holds(shown: &Shown<'_>, claims: &AssertionClaims) -> Result<bool, Error> {
    let identity = &shown.portreeve.identity;
    let now = identity.clock().now();
    // RFC 7523 §3 and the 2025 advisory on audience injection: one audience, and it is this server. The token endpoint stands
    // for the server by the specification's own words.
    let is_us = match &claims.aud {
        OneOrMany::One(one) => is_us(shown, one),
        OneOrMany::Many(many) => matches!(many.as_slice(), [one] if is_us(shown, one)),
    };
    if !is_us || !in_time(claims, now.seconds()) || claims.jti.is_empty() || claims.jti.len() > MAX_JTI {
        return Ok(false);
    }
    // RFC 7523 §3: whoever saw an assertion must not be able to use it again.
    let key = format!("{}\n{}", claims.iss, claims.jti);
    identity.mark_once(shown.realm, "oidc.assertion", &key, Timestamp((claims.exp + SKEW_SECONDS) * 1000)).await
}

fn is_us(shown: &Shown<'_>, audience: &str) -> bool {
    let below = |issuer: &str, path: &str| audience.strip_prefix(issuer) == Some(path);
    let endpoint = |issuer: &str| below(issuer, "/protocol/openid-connect/token") || below(issuer, shown.endpoint);
    let issuer = shown.issuer.as_str();
    below(issuer, "")
        || endpoint(issuer)
        // RFC 8705 §5: an endpoint has a second address where clients show certificates.
        || Issuer::asking_for_certificates(shown.portreeve, shown.realm).is_some_and(|alias| endpoint(alias.as_str()))
}

fn in_time(claims: &AssertionClaims, now: i64) -> bool {
    let begun = |at: Option<i64>| at.is_none_or(|at| at <= now.saturating_add(SKEW_SECONDS));
    claims.exp > now.saturating_sub(SKEW_SECONDS)
        && claims.exp <= now.saturating_add(MOST_LIFE_SECONDS)
        && begun(claims.nbf)
        && begun(claims.iat)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(exp: i64, iat: Option<i64>) -> AssertionClaims {
        AssertionClaims {
            iss: "c".into(),
            sub: "c".into(),
            aud: OneOrMany::One("x".into()),
            exp,
            nbf: None,
            iat,
            jti: "j".into(),
        }
    }

    #[test]
    fn a42_an_assertion_is_for_now() {
        for (exp, iat, fits) in [
            (1060, Some(1000), true),
            (1060, None, true),
            (990, None, true),
            (960, None, false),
            (1000 + MOST_LIFE_SECONDS, None, true),
            (1001 + MOST_LIFE_SECONDS, None, false),
            (1000 + 365 * 24 * 3600, Some(1000), false),
            (i64::MAX, None, false),
            (1060, Some(1020), true),
            (1060, Some(1031), false),
        ] {
            assert_eq!(in_time(&claims(exp, iat), 1000), fits, "{exp} {iat:?}");
        }
    }

    #[test]
    fn a42_issuer_and_subject_are_the_client_and_every_claim_is_there() {
        use base64::Engine as _;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let token = |claims: &str| {
            format!("{}.{}.AA", URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256"}"#), URL_SAFE_NO_PAD.encode(claims))
        };
        let good = token(r#"{"iss":"c","sub":"c","aud":"x","exp":1,"jti":"j"}"#);
        assert_eq!(Assertion::parse(&good).unwrap().client_id(), "c");
        for bad in [
            r#"{"iss":"c","sub":"d","aud":"x","exp":1,"jti":"j"}"#,
            r#"{"iss":"","sub":"","aud":"x","exp":1,"jti":"j"}"#,
            r#"{"iss":"c","sub":"c","exp":1,"jti":"j"}"#,
            r#"{"iss":"c","sub":"c","aud":"x","jti":"j"}"#,
            r#"{"iss":"c","sub":"c","aud":"x","exp":1}"#,
            r#"{"iss":"c","sub":"c","aud":"x","exp":"soon","jti":"j"}"#,
        ] {
            assert!(Assertion::parse(&token(bad)).is_none(), "{bad}");
        }
    }
}

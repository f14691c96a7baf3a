//! Proofs of possession (RFC 9449): whoever shows a token shows that they hold the key it is bound to.

pub(crate) mod nonce;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::algorithm::Algorithm;
use crypto::compact::Compact;
use crypto::digest::{equal, sha256};
use crypto::jwk_set;
use http::HeaderMap;
use identity::{Error, Identity, Realm, Timestamp};
use serde::Deserialize;

use crate::error::{OAuthError, Words, words};

/// The header that carries a proof.
const HEADER: &str = "dpop";
/// Type of a proof (RFC 9449 §4.2).
const TYPE: &str = "dpop+jwt";
/// A proof is for one request, now: seconds that it may be old, and that clocks may differ.
const LIFE_SECONDS: i64 = 60;
const SKEW_SECONDS: i64 = 15;
/// Longer ids are not remembered.
const MAX_JTI: usize = 512;
/// Kind of the marks that proofs leave.
const KIND: &str = "oidc.dpop";

const INVALID: &str = "invalid_dpop_proof";
pub(crate) const MISSING: Words = words(400, INVALID, "DPoP proof is missing", INVALID);
pub(crate) const OTHER_KEY: Words = words(400, INVALID, "DPoP proof is of another key", INVALID);
const TWO: Words = words(400, INVALID, "More than one DPoP proof", INVALID);
const MALFORMED: Words = words(400, INVALID, "DPoP proof is not valid", INVALID);
const ELSEWHERE: Words = words(400, INVALID, "DPoP proof is for another request", INVALID);
const NOT_NOW: Words = words(400, INVALID, "DPoP proof is not active", INVALID);
/// RFC 9449 §8: the client tries again, with the nonce of the header.
const NONCE: &str = "Authorization server requires nonce in DPoP proof";
const USED: Words = words(400, INVALID, "DPoP proof has already been used", INVALID);

/// Algorithms of proofs, for discovery: those with a key pair.
pub(crate) fn algorithms() -> impl Iterator<Item = &'static str> {
    Algorithm::ALL.into_iter().map(Algorithm::as_str)
}

#[derive(Debug, Deserialize)]
struct ProofClaims {
    jti: String,
    htm: String,
    htu: String,
    iat: i64,
    #[serde(default)]
    ath: Option<String>,
    #[serde(default)]
    nonce: Option<String>,
}

/// A proof that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Proof {
    /// Of the key.
    pub thumbprint: String,
    /// What it says of a nonce.
    nonce: nonce::Shown,
}

impl Proof {
    /// Whether its nonce is what is demanded.
    ///
    /// # Errors
    /// With the nonce for the next try.
    pub(crate) fn check_nonce(&self, identity: &Identity, realm: &Realm, demanded: bool) -> Result<(), OAuthError> {
        if demanded && self.nonce == nonce::Shown::None {
            return Err(use_nonce(identity, realm));
        }
        Ok(())
    }

    /// The nonce that the client is to use from now on (RFC 9449 §8.2), if it uses any.
    pub(crate) fn next_nonce(&self, identity: &Identity, realm: &Realm) -> Option<String> {
        (self.nonce == nonce::Shown::Previous).then(|| nonce::current(identity, realm, identity.clock().now()))
    }
}

fn use_nonce(identity: &Identity, realm: &Realm) -> OAuthError {
    OAuthError::DpopNonce { description: NONCE, nonce: nonce::current(identity, realm, identity.clock().now()) }
}

/// The request that a proof must be for.
#[derive(Clone, Copy)]
pub(crate) struct For<'a> {
    pub method: &'a str,
    /// The endpoint's address, without query.
    pub url: &'a str,
    /// Its other address, where it asks for a certificate.
    pub alias: Option<&'a str>,
    /// The access token that is shown with it.
    pub access_token: Option<&'a str>,
}

/// The proof that a request carries; `None` without one.
///
/// # Errors
/// When there is something that is no proof for this request, or its nonce is none of ours.
pub(crate) async fn check(
    identity: &Identity,
    realm: &Realm,
    headers: &HeaderMap,
    request: For<'_>,
) -> Result<Option<Proof>, OAuthError> {
    let mut all = headers.get_all(HEADER).iter();
    let Some(first) = all.next() else { return Ok(None) };
    // RFC 9449 §4.3, 1: exactly one.
    if all.next().is_some() {
        return Err(TWO.into());
    }
    let text = first.to_str().map_err(|_| MALFORMED)?;
    let now = identity.clock().now();
    let (thumbprint, claims) = read(text, request, now)?;
    // RFC 9449 §4.3, 10: a nonce is one that the server gave, and lately.
    let given = claims.nonce.as_deref();
    let nonce = nonce::read(identity, realm, now, given).ok_or_else(|| use_nonce(identity, realm))?;
    // RFC 9449 §11.1: once, on whatever node, for as long as the proof would be taken.
    let until = Timestamp((claims.iat + LIFE_SECONDS + SKEW_SECONDS) * 1000);
    let key = format!("{thumbprint}\n{}", claims.jti);
    if identity.mark_once(realm, KIND, &key, until).await? {
        Ok(Some(Proof { thumbprint, nonce }))
    } else {
        Err(USED.into())
    }
}

/// RFC 9449 §4.3, all but the replay.
fn read(text: &str, request: For<'_>, now: Timestamp) -> Result<(String, ProofClaims), Words> {
    let compact = Compact::parse(text).ok_or(MALFORMED)?;
    let header = compact.header();
    // 4 to 6: the type, an algorithm with a key pair, and a public key in the header.
    if header.typ.as_deref() != Some(TYPE) {
        return Err(MALFORMED);
    }
    let algorithm: Algorithm = header.alg.parse().map_err(|_| MALFORMED)?;
    let jwk = header.jwk.as_ref().filter(|jwk| !jwk_set::has_private_member(jwk)).ok_or(MALFORMED)?;
    let key = jwk_set::read_key(jwk).map_err(|_| MALFORMED)?;
    let claims: ProofClaims = compact.verify(&key, algorithm).ok_or(MALFORMED)?;
    if claims.jti.is_empty() || claims.jti.len() > MAX_JTI {
        return Err(MALFORMED);
    }
    let here = |url: &str| same_address(&claims.htu, url);
    if claims.htm != request.method || !(here(request.url) || request.alias.is_some_and(here)) {
        return Err(ELSEWHERE);
    }
    let age = now.seconds().saturating_sub(claims.iat);
    if !(-SKEW_SECONDS..=LIFE_SECONDS).contains(&age) {
        return Err(NOT_NOW);
    }
    // 12: with an access token, that very token.
    if let Some(token) = request.access_token {
        let digest = URL_SAFE_NO_PAD.encode(sha256(token.as_bytes()));
        if !claims.ath.as_deref().is_some_and(|ath| equal(ath.as_bytes(), digest.as_bytes())) {
            return Err(ELSEWHERE);
        }
    }
    Ok((key.ids().rfc7638.clone(), claims))
}

/// RFC 9449 §4.3, 9: without query and fragment; scheme and host in any case, default ports said or not.
fn same_address(one: &str, other: &str) -> bool {
    fn parts(url: &str) -> Option<(String, String, &str)> {
        let url = url.split(['?', '#']).next()?;
        let (scheme, rest) = url.split_once("://")?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let scheme = scheme.to_ascii_lowercase();
        let usual = if scheme == "https" { ":443" } else { ":80" };
        let authority = authority.to_ascii_lowercase();
        let authority = authority.strip_suffix(usual).unwrap_or(&authority).to_owned();
        Some((scheme, authority, path))
    }
    matches!((parts(one), parts(other)), (Some(one), Some(other)) if one == other)
}

/// Whether a proof that could not be checked is a fault here, and not of whoever sent it.
pub(crate) fn fault(error: OAuthError) -> Option<Error> {
    match error {
        OAuthError::Store(error) => Some(error),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crypto::algorithm::KeyKind;
    use crypto::key::KeyPair;
    use serde_json::{Value, json};

    use super::*;

    const URL: &str = "https://id.example/realms/r/protocol/openid-connect/token";
    const NOW: i64 = 1_800_000_000;

    struct Holder {
        pair: KeyPair,
    }

    impl Holder {
        fn new() -> Self {
            Self { pair: KeyPair::generate(KeyKind::P256).unwrap() }
        }

        fn proof(&self, header: &Value, claims: &Value) -> String {
            let mut all = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.pair.public_jwk()});
            all.as_object_mut().unwrap().extend(header.as_object().unwrap().clone());
            let mut body = json!({"jti": "1", "htm": "POST", "htu": URL, "iat": NOW});
            body.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
            let signed =
                format!("{}.{}", URL_SAFE_NO_PAD.encode(all.to_string()), URL_SAFE_NO_PAD.encode(body.to_string()));
            let signature = self.pair.sign(Algorithm::Es256, signed.as_bytes()).unwrap();
            format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
        }
    }

    fn checked(proof: &str, token: Option<&str>) -> Result<String, Words> {
        let request = For { method: "POST", url: URL, alias: None, access_token: token };
        read(proof, request, Timestamp(NOW * 1000)).map(|(thumbprint, _)| thumbprint)
    }

    #[test]
    fn a_proof_names_its_key() {
        let holder = Holder::new();
        assert_eq!(checked(&holder.proof(&json!({}), &json!({})), None), Ok(holder.pair.ids().rfc7638.clone()));
        let ath = URL_SAFE_NO_PAD.encode(sha256(b"token"));
        assert!(checked(&holder.proof(&json!({}), &json!({"ath": ath})), Some("token")).is_ok());
        let loose = "HTTPS://ID.example:443/realms/r/protocol/openid-connect/token?x#y";
        assert!(checked(&holder.proof(&json!({}), &json!({"htu": loose})), None).is_ok());
    }

    #[test]
    fn a36_what_is_not_for_this_request_is_refused() {
        let holder = Holder::new();
        for (claims, refusal) in [
            (json!({"htm": "GET"}), ELSEWHERE),
            (json!({"htm": "post"}), ELSEWHERE),
            (json!({"htu": "https://id.example/realms/r/protocol/openid-connect/userinfo"}), ELSEWHERE),
            (json!({"htu": "http://id.example/realms/r/protocol/openid-connect/token"}), ELSEWHERE),
            (json!({"htu": "https://evil.example/realms/r/protocol/openid-connect/token"}), ELSEWHERE),
            (json!({"iat": NOW - LIFE_SECONDS - 1}), NOT_NOW),
            (json!({"iat": NOW + SKEW_SECONDS + 1}), NOT_NOW),
            (json!({"jti": ""}), MALFORMED),
            (json!({"iat": "now"}), MALFORMED),
        ] {
            assert_eq!(checked(&holder.proof(&json!({}), &claims), None), Err(refusal), "{claims}");
        }
        assert_eq!(checked(&holder.proof(&json!({}), &json!({})), Some("token")), Err(ELSEWHERE), "without ath");
        assert_eq!(checked(&holder.proof(&json!({}), &json!({"ath": "x"})), Some("token")), Err(ELSEWHERE));
    }

    #[test]
    fn a36_a_key_is_public_asymmetric_and_the_one_that_signed() {
        let (holder, other) = (Holder::new(), Holder::new());
        let mut private = serde_json::to_value(holder.pair.public_jwk()).unwrap();
        private["d"] = json!("secret");
        for header in [
            json!({"jwk": other.pair.public_jwk()}),
            json!({"jwk": private}),
            json!({"jwk": {"kty": "oct", "k": "AA"}}),
            json!({"jwk": null}),
            json!({"typ": "JWT"}),
            json!({"alg": "none"}),
            json!({"alg": "HS256"}),
            json!({"alg": "ES384"}),
        ] {
            assert_eq!(checked(&holder.proof(&header, &json!({})), None), Err(MALFORMED), "{header}");
        }
        assert_eq!(checked("a.b.c", None), Err(MALFORMED));
    }
}

//! Request objects: the parameters of an authorization request, signed by the client (RFC 9101, OpenID Connect Core §6).

use crypto::algorithm::Algorithm;
use crypto::compact::Compact;
use crypto::jwe::Encrypted;
use crypto::mac::{MacAlgorithm, MacKey};
use identity::{Client, Identity, Realm, Timestamp};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::client_auth::KeySets;

/// The one algorithm of a client's request objects; `any` and nothing leave it to the client.
const ALGORITHM: &str = "request.object.signature.alg";
/// The one way in which they may be encrypted; `any` and nothing leave it to the client.
const ENCRYPTION_ALGORITHM: &str = "request.object.encryption.alg";
const ENCRYPTION_CONTENT: &str = "request.object.encryption.enc";
/// Clocks differ.
const SKEW_SECONDS: i64 = 30;

/// The parameters of a request object, if the client made it for this realm, and for now.
///
/// # Errors
/// What is wrong with it, for the event. Whoever sent it learns only that it is not taken.
pub(crate) async fn verify(
    identity: &Identity,
    realm: &Realm,
    keys: &KeySets,
    issuer: &str,
    client: &Client,
    object: &str,
    now: Timestamp,
) -> Result<Map<String, Value>, &'static str> {
    let opened = open(identity, realm, client, object)?;
    let object = opened.as_deref().map_or(object, String::as_str);
    let compact = Compact::parse(object).ok_or("the request object is no JWS")?;
    let claims =
        signed(keys, client, &compact, now).await.ok_or("the request object is not signed as the client's are")?;
    check(&claims, issuer, client, now)?;
    Ok(claims)
}

/// What is inside an encrypted request object: a signed one (RFC 9101 §6.1). `None` for one that is not encrypted.
fn open(
    identity: &Identity,
    realm: &Realm,
    client: &Client,
    object: &str,
) -> Result<Option<Zeroizing<String>>, &'static str> {
    let only = |name: &str| client.attribute(name).filter(|only| !only.is_empty() && *only != "any");
    let (algorithm, content) = (only(ENCRYPTION_ALGORITHM), only(ENCRYPTION_CONTENT));
    if object.bytes().filter(|byte| *byte == b'.').count() != 4 {
        let needed = algorithm.is_some() || content.is_some();
        return if needed { Err("the request object is not encrypted as the client's are") } else { Ok(None) };
    }
    let wrong = "the request object cannot be decrypted";
    let encrypted = Encrypted::parse(object).ok_or(wrong)?;
    let header = encrypted.header();
    if algorithm.is_some_and(|only| only != header.alg) || content.is_some_and(|only| only != header.enc) {
        return Err("the request object is not encrypted as the client's are");
    }
    let mut inside = identity.decrypt(realm, &encrypted).ok_or(wrong)?;
    String::from_utf8(std::mem::take(&mut *inside)).map(|inside| Some(Zeroizing::new(inside))).map_err(|_| wrong)
}

/// The claims, if a key of the client signed them.
// A29: `none` is no algorithm, and a public key is never a shared secret: each kind of algorithm has its own kind of key.
async fn signed(keys: &KeySets, client: &Client, compact: &Compact<'_>, now: Timestamp) -> Option<Map<String, Value>> {
    let header = compact.header();
    let allowed = client.attribute(ALGORITHM).is_none_or(|only| only == "any" || only == header.alg);
    if !allowed {
        return None;
    }
    if let Some(algorithm) = MacAlgorithm::named(&header.alg) {
        let secret = client.secret.as_ref().filter(|_| !client.public)?;
        return compact.verify_mac(&MacKey::new(algorithm, secret.expose().as_bytes()));
    }
    let algorithm: Algorithm = header.alg.parse().ok()?;
    let kid = header.kid.as_deref();
    let keys = keys.of(client, kid, now).await?;
    keys.iter().filter(|key| key.suits(algorithm, kid)).find_map(|key| compact.verify(&key.key, algorithm))
}

/// RFC 9101 §4, §6.3 and RFC 7519 §4.1: whose it is, whom it is for, and when.
fn check(claims: &Map<String, Value>, issuer: &str, client: &Client, now: Timestamp) -> Result<(), &'static str> {
    let text = |name: &str| claims.get(name).map(Value::as_str);
    let is_client = |name: &str| text(name).is_none_or(|value| value == Some(&*client.client_id));
    if !is_client("iss") || !is_client("client_id") {
        return Err("the request object is of another client");
    }
    let is_us = |value: &Value| value.as_str().is_some_and(|audience| audience.trim_end_matches('/') == issuer);
    let for_us = match claims.get("aud") {
        None => true,
        Some(Value::Array(all)) => all.iter().any(is_us),
        Some(one) => is_us(one),
    };
    if !for_us {
        return Err("the request object is for somebody else");
    }
    let now = now.seconds();
    let time = |name: &str| claims.get(name).map(|value| value.as_i64().ok_or("a time of the request object is none"));
    if time("exp").transpose()?.is_some_and(|exp| exp <= now.saturating_sub(SKEW_SECONDS)) {
        return Err("the request object has expired");
    }
    if time("nbf").transpose()?.is_some_and(|nbf| nbf > now.saturating_add(SKEW_SECONDS)) {
        return Err("the request object is not valid yet");
    }
    // RFC 9101 §4: none inside another.
    if claims.contains_key("request") || claims.contains_key("request_uri") {
        return Err("a request object inside a request object");
    }
    Ok(())
}

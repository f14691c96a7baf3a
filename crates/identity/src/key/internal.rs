//! The secret that a realm authenticates its own tokens with: those that come back to it and that nobody else reads
//! (refresh tokens, cookies, links in e-mails). HS512, as Keycloak.
//!
//! The secret is derived from the master key and the realm's row, so that every node has the same without a row for it.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use crypto::{
    digest,
    mac::{self, MacAlgorithm, MacHeader, MacKey},
    seal::MasterKey,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{Error, Identity, Realm, RealmId};

const ALGORITHM: MacAlgorithm = MacAlgorithm::Hs512;
const PURPOSE: &str = "internal tokens of realm ";
/// Longest token that is looked at, in bytes.
const LONGEST_TOKEN: usize = 64 * 1024;
/// Longest header that is looked at, in bytes of base64url.
const LONGEST_HEADER: usize = 1024;

/// A realm's internal secret, prepared, and its id.
pub(crate) struct InternalKey {
    kid: String,
    key: MacKey,
    header: MacHeader,
}

impl InternalKey {
    pub(crate) fn of(master: &MasterKey, realm: &RealmId) -> Result<Self, Error> {
        let secret = master.derive(&[PURPOSE, realm.as_str()].concat());
        // Says which key it is and nothing about it.
        let kid = URL_SAFE_NO_PAD.encode(digest::hmac_sha256(secret.as_slice(), &[b"kid"]));
        let header = MacHeader::new(ALGORITHM, "JWT", &kid)
            .map_err(|error| Error::fault(format!("the header of internal tokens: {error}")))?;
        Ok(Self { kid, key: MacKey::new(ALGORITHM, secret.as_slice()), header })
    }

    pub(crate) fn sign(&self, claims: &impl Serialize) -> Result<String, Error> {
        mac::sign(&self.key, &self.header, claims)
            .map_err(|error| Error::fault(format!("signing an internal token: {error}")))
    }

    /// The tag over a message. The line break keeps it apart from every token: no compact JWS holds one.
    fn tag(&self, purpose: &str, message: &[u8]) -> Vec<u8> {
        self.key.tag(&[purpose.as_bytes(), b"\n", message].concat())
    }

    fn read<T: DeserializeOwned>(&self, token: &str) -> Result<T, InternalTokenError> {
        if token.len() > LONGEST_TOKEN {
            return Err(InternalTokenError::Malformed);
        }
        let (signed, tag) = token.rsplit_once('.').ok_or(InternalTokenError::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(InternalTokenError::Malformed)?;
        if header.len() > LONGEST_HEADER || claims.contains('.') {
            return Err(InternalTokenError::Malformed);
        }
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| InternalTokenError::Malformed);
        let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| InternalTokenError::Malformed)?;
        // RFC 8725 section 3.1: the algorithm is ours to say, not the token's; section 3.10: nor is the key's place.
        if header.alg != ALGORITHM.as_str() {
            return Err(InternalTokenError::Algorithm);
        }
        if header.kid != self.kid {
            return Err(InternalTokenError::UnknownKey);
        }
        // RFC 7515 section 4.1.11: what is critical and not understood makes the token invalid; nothing is understood here.
        if header.crit.is_some() {
            return Err(InternalTokenError::Malformed);
        }
        if !self.key.verify(signed.as_bytes(), &decode(tag)?) {
            return Err(InternalTokenError::Signature);
        }
        serde_json::from_slice(&decode(claims)?).map_err(|_| InternalTokenError::Claims)
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
    crit: Option<Value>,
}

/// Why a token is not one of this realm's own. None of it is for whoever sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InternalTokenError {
    /// It is no compact JWS, or a huge one.
    Malformed,
    /// It names another algorithm.
    Algorithm,
    /// It names a key that this realm has not.
    UnknownKey,
    /// It was not authenticated with that key, or changed since.
    Signature,
    /// It is genuine, but of another shape than was asked for.
    Claims,
}

impl fmt::Display for InternalTokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the token is malformed",
            Self::Algorithm => "the token names another algorithm",
            Self::UnknownKey => "the token names an unknown key",
            Self::Signature => "the token is not genuine",
            Self::Claims => "the token's claims are of another shape",
        })
    }
}

impl std::error::Error for InternalTokenError {}

/// Internal tokens that are issued to no client, and so need no grant of the gate: a person's cookies, links in e-mails, and
/// the keys to a registration. Each has its word in the claim `typ`, so that none can stand for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InternalKind {
    /// The cookie of a session (`KEYCLOAK_IDENTITY`).
    Identity,
    /// The cookie that a log-in can be begun again with (`KC_RESTART`).
    Restart,
    /// Link: do what an administrator asks for.
    ExecuteActions,
    /// Link: choose a new password.
    ResetCredentials,
    /// Link: the address is mine.
    VerifyEmail,
    /// Link: the new address is mine.
    UpdateEmail,
    /// Link: the account at that identity provider is mine.
    LinkBroker,
    /// Whoever holds it may register clients.
    InitialAccess,
    /// Whoever holds it may read and change one registered client.
    RegistrationAccess,
    /// The question whether to log out, sent with its form.
    LogoutConfirm,
    /// What somebody has proved so far, between two pages of a flow.
    Evidence,
}

impl InternalKind {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Identity,
        Self::Restart,
        Self::ExecuteActions,
        Self::ResetCredentials,
        Self::VerifyEmail,
        Self::UpdateEmail,
        Self::LinkBroker,
        Self::InitialAccess,
        Self::RegistrationAccess,
        Self::LogoutConfirm,
        Self::Evidence,
    ];

    /// The value of the claim `typ`.
    #[must_use]
    pub fn typ(self) -> &'static str {
        match self {
            Self::Identity => "Serialized-ID",
            Self::Restart => "Restart",
            Self::ExecuteActions => "execute-actions",
            Self::ResetCredentials => "reset-credentials",
            Self::VerifyEmail => "verify-email",
            Self::UpdateEmail => "update-email",
            Self::LinkBroker => "idp-verify-account-via-email",
            Self::InitialAccess => "InitialAccessToken",
            Self::RegistrationAccess => "RegistrationAccessToken",
            Self::LogoutConfirm => "logout-confirm",
            Self::Evidence => "evidence",
        }
    }
}

impl Identity {
    /// Authenticates claims as the realm's own, with the kind's word as their `typ`.
    ///
    /// # Errors
    /// [`Error::Fault`] when the claims are no JSON object, or say another `typ`.
    pub fn sign_internal(&self, realm: &Realm, kind: InternalKind, claims: &impl Serialize) -> Result<String, Error> {
        let Ok(Value::Object(mut claims)) = serde_json::to_value(claims) else {
            return Err(Error::fault("internal claims must be an object"));
        };
        match claims.insert("typ".to_owned(), kind.typ().into()) {
            Some(Value::String(typ)) if typ != kind.typ() => Err(Error::fault("internal claims name another kind")),
            _ => realm.internal.sign(&claims),
        }
    }

    /// The realm's tag over something that only the realm reads again, and that nobody keeps. Each purpose has tags of its own.
    #[must_use]
    pub fn internal_tag(&self, realm: &Realm, purpose: &'static str, message: &[u8]) -> Vec<u8> {
        realm.internal.tag(purpose, message)
    }

    /// Reads a token that this realm made, with [`Identity::sign_internal`] or `Granted::sign_internal`. Only that it is
    /// genuine is checked: `typ`, `exp`, `iss` and what it is about are the caller's to check.
    ///
    /// # Errors
    /// [`InternalTokenError`].
    pub fn read_internal<T: DeserializeOwned>(&self, realm: &Realm, token: &str) -> Result<T, InternalTokenError> {
        realm.internal.read(token)
    }
}

#[cfg(test)]
mod tests {
    use crypto::random::SystemRandom;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn key(master: &MasterKey, realm: &str) -> InternalKey {
        InternalKey::of(master, &realm.into()).unwrap()
    }

    fn with_header(token: &str, header: &Value) -> String {
        let (_, rest) = token.split_once('.').unwrap();
        format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()))
    }

    #[test]
    fn what_is_signed_is_read_by_the_same_realm_under_the_same_master_key_only() {
        let master = MasterKey::generate(&SystemRandom);
        let token = key(&master, "a").sign(&json!({ "typ": "Refresh", "sub": "ü" })).unwrap();
        let read = |key: InternalKey| key.read::<Value>(&token);
        assert_eq!(read(key(&master, "a")).unwrap(), json!({ "typ": "Refresh", "sub": "ü" }));
        assert_eq!(read(key(&master, "b")), Err(InternalTokenError::UnknownKey));
        assert_eq!(read(key(&MasterKey::generate(&SystemRandom), "a")), Err(InternalTokenError::UnknownKey));
    }

    #[test]
    fn a32_a34_the_header_decides_nothing() {
        let key = key(&MasterKey::generate(&SystemRandom), "a");
        let token = key.sign(&json!({})).unwrap();
        let kid = &key.kid;
        for (header, error) in [
            (json!({ "alg": "none", "kid": kid }), InternalTokenError::Algorithm),
            (json!({ "alg": "HS256", "kid": kid }), InternalTokenError::Algorithm),
            (json!({ "alg": "hs512", "kid": kid }), InternalTokenError::Algorithm),
            (json!({ "alg": "HS512", "kid": "../../dev/null" }), InternalTokenError::UnknownKey),
            (json!({ "alg": "HS512" }), InternalTokenError::Malformed),
            (json!({ "alg": "HS512", "kid": kid, "crit": ["b64"], "b64": false }), InternalTokenError::Malformed),
            (json!({ "alg": "HS512", "kid": kid, "typ": "JOSE" }), InternalTokenError::Signature),
            (json!({ "alg": "HS512", "kid": kid, "x": "a".repeat(2000) }), InternalTokenError::Malformed),
        ] {
            assert_eq!(key.read::<Value>(&with_header(&token, &header)), Err(error), "{header}");
        }
    }

    #[test]
    fn a52_a_changed_or_cut_token_is_refused() {
        let key = key(&MasterKey::generate(&SystemRandom), "a");
        let token = key.sign(&json!({ "sub": "x" })).unwrap();
        for length in 0..token.len() {
            assert!(key.read::<Value>(&token[..length]).is_err(), "{length}");
        }
        for more in [
            format!("{token}A"),
            format!("{token}."),
            format!(".{token}"),
            format!("{token}=="),
            " ".to_owned() + &token,
        ] {
            assert!(key.read::<Value>(&more).is_err(), "{more}");
        }
        let (signed, _) = token.rsplit_once('.').unwrap();
        assert_eq!(key.read::<Value>(&format!("{signed}.")), Err(InternalTokenError::Signature));
        assert!(key.read::<Value>(&"a".repeat(LONGEST_TOKEN + 1)).is_err());
    }

    #[test]
    fn a_tag_is_of_one_realm_and_one_purpose() {
        let master = MasterKey::generate(&SystemRandom);
        let tag = key(&master, "a").tag("one", b"m");
        assert_eq!(tag, key(&master, "a").tag("one", b"m"));
        for other in
            [key(&master, "b").tag("one", b"m"), key(&master, "a").tag("two", b"m"), key(&master, "a").tag("one", b"n")]
        {
            assert_ne!(tag, other);
        }
    }

    #[test]
    fn a35_no_two_kinds_share_a_word() {
        for (index, kind) in InternalKind::ALL.iter().enumerate() {
            assert!(InternalKind::ALL[index + 1..].iter().all(|other| other.typ() != kind.typ()));
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_reading_panic(text in "[A-Za-z0-9_.=-]{0,200}") {
            let key = key(&MasterKey::generate(&SystemRandom), "a");
            prop_assert!(key.read::<Value>(&text).is_err());
        }
    }
}

//! Answers that only the client can read: id tokens, userinfo and authorization answers as JWE (RFC 7516), signed first and
//! encrypted then (OpenID Connect Core §10.2, §16.14).

use std::collections::BTreeMap;
use std::sync::Arc;

use crypto::jwe::{self, ContentEncryption, KeyManagement, Recipient};
use crypto::random::Random;
use identity::{Client, Error, FieldFault, Timestamp};

use crate::client_auth::{ClientKeys, KeySets};

/// Id tokens: algorithm of the key, and of the content.
pub const ID_TOKEN: Names =
    Names { algorithm: "id.token.encrypted.response.alg", content: "id.token.encrypted.response.enc" };
/// Userinfo.
pub const USER_INFO: Names =
    Names { algorithm: "user.info.encrypted.response.alg", content: "user.info.encrypted.response.enc" };
/// Authorization answers (JWT Secured Authorization Response Mode §3).
pub const AUTHORIZATION: Names =
    Names { algorithm: "authorization.encrypted.response.alg", content: "authorization.encrypted.response.enc" };

/// What is inside is a JWT (RFC 7516 §4.1.12).
const NESTED: &str = "JWT";

/// The client attributes that ask for encryption of one kind of answer.
#[derive(Debug, Clone, Copy)]
pub struct Names {
    /// How the content's key reaches the client; without it nothing is encrypted.
    pub algorithm: &'static str,
    /// How the content is encrypted.
    pub content: &'static str,
}

/// How an answer is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encryption {
    /// How the content's key reaches the client.
    pub algorithm: KeyManagement,
    /// How the content is encrypted.
    pub content: ContentEncryption,
}

impl Encryption {
    /// Reads the two attributes; `None` where the first is not set.
    pub(crate) fn read(
        names: Names,
        attributes: &BTreeMap<String, String>,
        faults: &mut Vec<FieldFault>,
    ) -> Option<Self> {
        let value = |name: &str| attributes.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
        let text = value(names.algorithm)?;
        let algorithm: Option<KeyManagement> = text.parse().ok();
        if algorithm.is_none() {
            let known: Vec<&str> = KeyManagement::ALL.iter().map(|known| known.as_str()).collect();
            faults.push(FieldFault::new(names.algorithm, format!("must be one of {}", known.join(", "))));
        }
        // OpenID Connect Registration 1.0 §2: without the second the default is this.
        let content = match value(names.content) {
            None => Some(ContentEncryption::A128CbcHs256),
            Some(text) => text.parse().ok(),
        };
        if content.is_none() {
            let known: Vec<&str> = ContentEncryption::ALL.iter().map(|known| known.as_str()).collect();
            faults.push(FieldFault::new(names.content, format!("must be one of {}", known.join(", "))));
        }
        Some(Self { algorithm: algorithm?, content: content? })
    }

    /// The client's key for it.
    ///
    /// # Errors
    /// When it has none: what was to be secret is not sent in the clear.
    pub(crate) async fn sealer(self, keys: &KeySets, client: &Client, now: Timestamp) -> Result<Sealer, NoKey> {
        let keys = keys.of(client, None, now).await.ok_or(NoKey)?;
        let place = keys.encrypting.iter().position(|key| key.suits(self.algorithm)).ok_or(NoKey)?;
        Ok(Sealer { keys, place, encryption: self })
    }
}

/// A client that asks for encryption has no key for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoKey;

impl NoKey {
    /// For the event.
    pub(crate) const WHY: &'static str = "the client has no key to encrypt for";
}

/// Encrypts for one client.
pub(crate) struct Sealer {
    keys: Arc<ClientKeys>,
    place: usize,
    encryption: Encryption,
}

impl Sealer {
    /// A signed token, encrypted.
    ///
    /// # Errors
    /// Of the library.
    pub(crate) fn nested(&self, token: &str, random: &dyn Random) -> Result<String, Error> {
        self.seal(Some(NESTED), token.as_bytes(), random)
    }

    /// Claims that nobody signed, encrypted.
    ///
    /// # Errors
    /// Of the library.
    pub(crate) fn plain(&self, claims: &[u8], random: &dyn Random) -> Result<String, Error> {
        self.seal(None, claims, random)
    }

    fn seal(&self, kind: Option<&str>, content: &[u8], random: &dyn Random) -> Result<String, Error> {
        let key = self.keys.encrypting.get(self.place).ok_or_else(|| Error::fault("a key that was there is gone"))?;
        let to = Recipient { key, algorithm: self.encryption.algorithm, encryption: self.encryption.content };
        jwe::encrypt(&to, kind, content, random).map_err(|error| Error::fault(format!("encrypting: {error}")))
    }
}

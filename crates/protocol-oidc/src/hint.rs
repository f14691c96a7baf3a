//! `id_token_hint`: an id token that this realm gave before, shown to say who is meant.

use crypto::algorithm::Algorithm;
use crypto::compact::Compact;
use identity::Realm;
use protocol::Issuer;
use serde::Deserialize;

/// What a hint says.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Hint {
    iss: String,
    typ: String,
    aud: OneOrMany,
    azp: String,
    /// Whom it is about.
    pub sub: String,
    /// The session it was given in.
    #[serde(default)]
    pub sid: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl Hint {
    /// The client that it was given to.
    pub(crate) fn client_id(&self) -> &str {
        &self.azp
    }

    /// Whether it was given to this client.
    pub(crate) fn is_for(&self, client_id: &str) -> bool {
        let audience = match &self.aud {
            OneOrMany::One(one) => one == client_id,
            OneOrMany::Many(many) => many.iter().any(|one| one == client_id),
        };
        audience && self.azp == client_id
    }
}

/// Reads a hint: signed by this realm, an id token, and of its issuer. When it has expired does not matter.
// OpenID Connect Core §3.1.2.1, RP-Initiated Logout 1.0 §2: a hint says who was meant; a past `exp` does not make it wrong.
pub(crate) fn read(realm: &Realm, issuer: &Issuer, token: &str) -> Option<Hint> {
    let compact = Compact::parse(token)?;
    let header = compact.header();
    let kid = header.kid.as_deref()?;
    let algorithm: Algorithm = header.alg.parse().ok()?;
    let key = realm.keys().published().find(|key| key.kid == kid)?;
    let hint: Hint = compact.verify(key.pair.public(), algorithm)?;
    // A35: no other kind of token stands for an id token.
    (hint.typ == "ID" && hint.iss == issuer.as_str()).then_some(hint)
}

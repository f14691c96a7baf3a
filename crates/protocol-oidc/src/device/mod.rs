//! The device authorization grant (RFC 8628): a device without a keyboard asks for a code, a person brings it here and logs
//! in, and the device fetches its tokens.
//!
//! Two tickets stand behind one request. The device's own secret finds the first, which says what was asked for; the code
//! that people read finds the second, which says how it stands. Neither is stored in clear in the other but for the people's
//! code, with which nobody gets a token.

mod authorize;
mod page;
mod returned;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::random::Random;
use crypto::secret::Secret;
use identity::{Client, Error, Identity, Realm, SessionId, Timestamp};
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};

use crate::pkce::Challenge;

pub(crate) use authorize::post;
pub(crate) use page::{get, post as post_page};
pub(crate) use returned::{Device, completed, failed};

/// Kind of the ticket that the device's secret finds.
const KIND: &str = "oidc.device";
/// Kind of the ticket that the people's code finds.
const USER_CODE_KIND: &str = "oidc.device.user";

/// RFC 8628 §6.1: consonants only, so that no word comes of it and nothing is taken for something else.
const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const USER_CODE_LENGTH: usize = 8;
/// Devices whose pace is remembered.
const MOST_PACES: usize = 16 * 1024;

/// What a device asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Request {
    user_code: String,
    interval: i64,
    scope: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    claims: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    challenge: Option<Challenge>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    resource: Vec<String>,
}

/// How a request stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// Nobody has brought the code.
    Open,
    /// They agree.
    Approved {
        /// Their session.
        session: SessionId,
        /// How strongly their log-in was proven.
        acr: String,
    },
    /// They do not.
    Denied,
}

/// What the people's code stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    /// `clientId` of the device's client.
    client_id: String,
    scope: String,
    state: State,
}

/// What a person allowed a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Approval {
    pub session: SessionId,
    pub scope: String,
    pub nonce: Option<String>,
    pub claims: Option<String>,
    pub acr: String,
    pub resource: Vec<String>,
    pub challenge: Option<Challenge>,
}

/// How a device's question is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Polled {
    /// There is no such code (any more), or it is another client's.
    Unknown,
    /// Ask again.
    Pending,
    /// Ask again, but not so soon.
    TooFast,
    /// The person said no.
    Denied,
    /// The person said yes; this code is spent.
    Approved(Approval),
}

/// When devices asked last: each node minds its own.
pub(crate) struct Pace(Cache<[u8; 32], Timestamp>);

impl Default for Pace {
    fn default() -> Self {
        Self(Cache::new(MOST_PACES))
    }
}

impl Pace {
    /// RFC 8628 §3.5: whether a device asks sooner than it was told to.
    fn is_too_fast(&self, device_code: &str, interval: i64, now: Timestamp) -> bool {
        let key = crypto::digest::sha256(device_code.as_bytes());
        let before = self.0.get(&key);
        self.0.insert(key, now);
        // Devices count in whole seconds, and networks are not even.
        before.is_some_and(|before| now.0 - before.0 < interval * 1000 - 500)
    }
}

/// A device asks for its tokens.
///
/// # Errors
/// Of the store.
// RFC 8628 §3.4, §3.5. A41: that the user and the client are still let in is the gate's to say, as for every grant.
pub(crate) async fn redeem(
    pace: &Pace,
    identity: &Identity,
    realm: &Realm,
    client: &Client,
    device_code: &str,
) -> Result<Polled, Error> {
    let secret = Secret::from(device_code);
    let Some(ticket) = identity.find_ticket(realm, KIND, &secret).await? else { return Ok(Polled::Unknown) };
    if ticket.client.as_ref() != Some(&client.id) {
        return Ok(Polled::Unknown);
    }
    let Ok(request) = serde_json::from_value::<Request>(ticket.payload.as_ref().clone()) else {
        return Ok(Polled::Unknown);
    };
    if pace.is_too_fast(device_code, request.interval, identity.clock().now()) {
        return Ok(Polled::TooFast);
    }
    let user_code = user_secret(realm, &request.user_code);
    let Some(entry) = identity.find_ticket(realm, USER_CODE_KIND, &user_code).await? else {
        return Ok(Polled::Unknown);
    };
    let Ok(entry) = serde_json::from_value::<Entry>(entry.payload.as_ref().clone()) else { return Ok(Polled::Unknown) };
    match entry.state {
        State::Open => Ok(Polled::Pending),
        State::Denied => {
            identity.consume_ticket(realm, KIND, &secret).await?;
            Ok(Polled::Denied)
        }
        State::Approved { session, acr } => {
            // Once means once: of several that ask at the same moment one is answered.
            if identity.consume_ticket(realm, KIND, &secret).await?.is_none() {
                return Ok(Polled::Unknown);
            }
            identity.consume_ticket(realm, USER_CODE_KIND, &user_code).await?;
            Ok(Polled::Approved(Approval {
                session,
                scope: request.scope,
                nonce: request.nonce,
                claims: request.claims,
                acr,
                resource: request.resource,
                challenge: request.challenge,
            }))
        }
    }
}

/// A code for people.
fn user_code(random: &dyn Random) -> String {
    let mut code = String::with_capacity(USER_CODE_LENGTH);
    while code.len() < USER_CODE_LENGTH {
        let mut bytes = [0; 16];
        random.fill(&mut bytes);
        // Of 256 values the last sixteen would make some letters likelier than others.
        let letters = bytes.iter().filter(|byte| **byte < 240).filter_map(|byte| ALPHABET.get(usize::from(byte % 20)));
        code.extend(letters.take(USER_CODE_LENGTH - code.len()).map(|letter| char::from(*letter)));
    }
    code
}

/// As people read it.
fn shown(code: &str) -> String {
    match code.split_at_checked(USER_CODE_LENGTH / 2) {
        Some((first, second)) => format!("{first}-{second}"),
        None => code.to_owned(),
    }
}

/// RFC 8628 §6.1: as it was made, whatever case and dashes a person types. `None` for what is no such code.
fn typed(text: &str) -> Option<String> {
    if text.len() > 64 {
        return None;
    }
    let code: String = text
        .chars()
        .filter(|letter| !matches!(letter, '-' | ' ' | '\u{2010}'..='\u{2015}'))
        .map(|letter| letter.to_ascii_uppercase())
        .collect();
    let fits = code.len() == USER_CODE_LENGTH && code.bytes().all(|byte| ALPHABET.contains(&byte));
    fits.then_some(code)
}

/// The secret of the ticket that a code for people finds.
fn user_secret(realm: &Realm, code: &str) -> Secret {
    let digest = crypto::digest::sha256([realm.id.as_str(), "\0", code].concat().as_bytes());
    Secret::from(format!("user-code_{}", URL_SAFE_NO_PAD.encode(digest)))
}

#[cfg(test)]
mod tests {
    use crypto::random::SystemRandom;

    use super::*;

    #[test]
    fn a_code_is_read_back_however_it_is_typed() {
        for _ in 0..200 {
            let code = user_code(&SystemRandom);
            assert_eq!(code.len(), 8);
            assert_eq!(typed(&shown(&code)).as_deref(), Some(&*code));
            assert_eq!(typed(&format!(" {} ", shown(&code).to_lowercase())).as_deref(), Some(&*code));
        }
        for wrong in ["", "BCDF", "BCDFGHJA", "BCDF-GHJ1", "BCDFGHJKL", "ÄÖÜÄÖÜÄÖ", &"B".repeat(1000)] {
            assert_eq!(typed(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_device_that_asks_too_soon_is_told() {
        let pace = Pace::default();
        assert!(!pace.is_too_fast("a", 5, Timestamp(0)));
        assert!(pace.is_too_fast("a", 5, Timestamp(1000)));
        assert!(!pace.is_too_fast("b", 5, Timestamp(1000)));
        assert!(!pace.is_too_fast("a", 5, Timestamp(6000)));
    }
}

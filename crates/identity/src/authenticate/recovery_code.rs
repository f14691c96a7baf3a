//! Recovery codes: a list that is used up one by one, in Keycloak's credential form.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::secret::Secret;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::evidence::Evidence;
use super::lock::{Attempt, Locked, Subject};
use super::{Denied, Method, Peer};
use crate::credential::entity::{Column, Entity};
use crate::credential::{CredentialSecret, TABLE};
use crate::{Error, Identity, NewCredential, Realm, User, sealing};

/// Keycloak's kind of the credential.
pub const RECOVERY_CODES: &str = "recovery-authn-codes";
/// Codes of a list.
const CODES: usize = 12;
/// Letters of a code. Without those that are taken for others: 32 letters, 60 bits.
const LETTERS: usize = 12;
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

#[derive(Serialize, Deserialize)]
struct SecretData {
    codes: Vec<HashedCode>,
}

#[derive(Serialize, Deserialize)]
struct HashedCode {
    number: u32,
    #[serde(rename = "encodedHashedValue")]
    hash: String,
}

/// A list for a person to keep: codes as they are typed.
pub struct RecoveryCodes(Vec<Zeroizing<String>>);

impl RecoveryCodes {
    /// The codes, in the order in which they are asked for.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|code| code.as_str())
    }

    /// A list that was shown and comes back: exactly as many codes of exactly the right shape.
    pub fn parse(texts: &[&str]) -> Option<Self> {
        let is_code = |text: &&str| text.len() == LETTERS && text.bytes().all(|byte| ALPHABET.contains(&byte));
        (texts.len() == CODES && texts.iter().all(is_code))
            .then(|| Self(texts.iter().map(|text| Zeroizing::new((*text).to_owned())).collect()))
    }

    /// The list as a credential.
    pub fn to_credential(&self, label: Option<String>, now: crate::Timestamp) -> NewCredential {
        let codes = (1..).zip(&self.0).map(|(number, code)| HashedCode { number, hash: hash(code) }).collect();
        let secret = serde_json::to_string(&SecretData { codes }).unwrap_or_default();
        NewCredential {
            id: None,
            kind: RECOVERY_CODES.to_owned(),
            label,
            created_at: Some(now),
            credential_data: credential_data(self.0.len(), self.0.len()),
            secret_data: Zeroizing::new(secret),
            document: Value::Null,
        }
    }
}

fn credential_data(total: usize, remaining: usize) -> String {
    json!({ "hashIterations": 1, "algorithm": "RS512", "totalCodes": total, "remainingCodes": remaining }).to_string()
}

/// SHA-512, as Keycloak writes it. A code is 60 random bits, and three wrong ones are counted.
fn hash(code: &str) -> String {
    STANDARD.encode(crypto::digest::sha512(code.as_bytes()))
}

impl Identity {
    /// A new list.
    pub fn new_recovery_codes(&self) -> RecoveryCodes {
        let mut codes = Vec::with_capacity(CODES);
        for _ in 0..CODES {
            let mut bytes = [0; LETTERS];
            self.random().fill(&mut bytes);
            let letter = |byte: &u8| char::from(ALPHABET.get(usize::from(*byte) % 32).copied().unwrap_or(b'A'));
            codes.push(Zeroizing::new(bytes.iter().map(letter).collect()));
        }
        RecoveryCodes(codes)
    }

    /// The number of the code that a user is to be asked for; `None` when none is left.
    pub async fn next_recovery_code(&self, user: &User) -> Result<Option<u32>, Error> {
        let lists = self.credentials_of(&user.id, RECOVERY_CODES).await?;
        Ok(lists.iter().find_map(|list| open(list)?.codes.first().map(|code| code.number)))
    }

    /// Checks the next code of a known user's list and strikes it out. Of any number of uses at once, one counts.
    ///
    /// # Errors
    /// [`Denied`].
    pub async fn check_recovery_code(
        &self,
        realm: &Arc<Realm>,
        user: &Arc<User>,
        code: &Secret,
        peer: &Peer,
    ) -> Result<Evidence, Denied> {
        let now = self.clock().now();
        let subject = Subject::known(user);
        let locked = self.open_for_code(realm, &subject, code).await?;
        // As people copy it: in groups, in any case.
        let typed: String =
            code.expose().chars().filter(|c| !matches!(c, ' ' | '-')).collect::<String>().to_uppercase();
        let typed = Zeroizing::new(typed);
        let attempt = Attempt { name: &user.username, password: &typed, peer, now };
        let list = self.credentials_of(&user.id, RECOVERY_CODES).await?.into_iter().next();
        let right = list.as_ref().is_some_and(|list| {
            open(list)
                .and_then(|data| data.codes.into_iter().next())
                .is_some_and(|next| crypto::digest::equal(next.hash.as_bytes(), hash(&typed).as_bytes()))
        });
        let (locked_by_now, _) = self.lock_of(realm, &subject, now).await?;
        if right
            && locked == Locked::No
            && locked_by_now == Locked::No
            && let Some(list) = list
            && self.strike_out(user, &list).await?
        {
            return Ok(Evidence::new(realm, &user.id, Method::RecoveryCode, now));
        }
        Err(self.wrong_code(realm, &subject, &attempt, locked_by_now).await)
    }

    /// Writes the list without its first code, if it still is as it was read.
    async fn strike_out(&self, user: &User, list: &CredentialSecret) -> Result<bool, Error> {
        let Some(mut data) = open(list).filter(|data| !data.codes.is_empty()) else { return Ok(false) };
        let total = total(list);
        data.codes.remove(0);
        let secret = Zeroizing::new(serde_json::to_string(&data).map_err(|error| Error::fault(error.to_string()))?);
        let mut tx = self.begin().await?;
        if data.codes.is_empty() {
            let gone = Entity::delete_many()
                .filter(Column::Id.eq(list.id.as_str()))
                .filter(Column::Sealed.eq(list.sealed.as_slice()))
                .exec(tx.connection())
                .await?;
            tx.touch_user(&user.id);
            tx.commit().await?;
            return Ok(gone.rows_affected == 1);
        }
        let changed = crate::credential::entity::ActiveModel {
            credential_data: Set(credential_data(total, data.codes.len())),
            sealed: Set(sealing::seal(&self.0, TABLE, list.id.as_str(), secret.as_bytes())),
            ..Default::default()
        };
        let struck = Entity::update_many()
            .set(changed)
            .filter(Column::Id.eq(list.id.as_str()))
            // Sealed anew at each change, so that equal bytes are the same list.
            .filter(Column::Sealed.eq(list.sealed.as_slice()))
            .exec(tx.connection())
            .await?;
        tx.commit().await?;
        Ok(struck.rows_affected == 1)
    }
}

fn open(list: &CredentialSecret) -> Option<SecretData> {
    serde_json::from_str(&list.secret_data).ok()
}

fn total(list: &CredentialSecret) -> usize {
    let data: Option<Value> = serde_json::from_str(&list.credential_data).ok();
    data.and_then(|data| data.get("totalCodes")?.as_u64()).map_or(CODES, |total| total as usize)
}

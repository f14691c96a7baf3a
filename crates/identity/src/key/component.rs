//! Keys as administration makes, changes and removes them: components of Keycloak's key providers.

use std::sync::Arc;

use crypto::{
    algorithm::{Algorithm, KeyKind},
    mac::MacAlgorithm,
};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, QueryFilter,
};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::{ENCRYPTING, KeyStatus, NewKey, SIGNING, entity};
use crate::{Error, Identity, KeyId, Realm, RealmId, Tx, rows};

/// Bytes of a secret that is made here where the configuration does not say.
const HMAC_BYTES: usize = 128;
const AES_BYTES: usize = 32;

/// First value of a component's setting that is not empty.
fn setting<'c>(config: &'c Map<String, Value>, name: &str) -> Option<&'c str> {
    let first = config.get(name)?.as_array()?.first()?.as_str()?;
    (!first.is_empty()).then_some(first)
}

fn flag(config: &Map<String, Value>, name: &str) -> bool {
    setting(config, name).is_none_or(|word| word.eq_ignore_ascii_case("true"))
}

/// The status that a configuration asks for.
fn status(config: &Map<String, Value>) -> KeyStatus {
    match (flag(config, "enabled"), flag(config, "active")) {
        (true, true) => KeyStatus::Active,
        (true, false) => KeyStatus::Passive,
        (false, _) => KeyStatus::Disabled,
    }
}

fn priority(config: &Map<String, Value>) -> Result<i64, Error> {
    match setting(config, "priority") {
        None => Ok(0),
        Some(text) => text.parse().map_err(|_| Error::Refused("'Priority' should be a number".to_owned())),
    }
}

impl Identity {
    /// Makes the key of a component whose provider generates it (`rsa-generated`, `ecdsa-generated`, …). It is not stored yet.
    ///
    /// # Errors
    /// [`Error::Refused`] in Keycloak's words for a configuration that makes no sense; [`Error::NotFound`] for a provider that
    /// generates nothing here.
    pub async fn generate_key(
        &self,
        realm: &Arc<Realm>,
        name: &str,
        provider: &str,
        config: &Map<String, Value>,
    ) -> Result<NewKey, Error> {
        let priority = priority(config)?;
        let algorithm = setting(config, "algorithm");
        let mut key = match provider {
            "rsa-generated" | "rsa-enc-generated" => {
                let kind = match setting(config, "keySize") {
                    None | Some("2048") => KeyKind::Rsa2048,
                    Some("3072") => KeyKind::Rsa3072,
                    Some("4096") => KeyKind::Rsa4096,
                    // Keycloak takes 1024 bits too; nobody should.
                    Some(_) => return Err(Error::Refused("'Key size' should be 1024, 2048, 3072 or 4096".to_owned())),
                };
                let signs = provider == "rsa-generated";
                let wanted = algorithm.unwrap_or(if signs { "RS256" } else { "RSA-OAEP" });
                let of = if signs { rsa(wanted)? } else { Algorithm::Rs256 };
                let made = self.make_key(realm, kind, of, KeyStatus::Active, priority).await?;
                let key_use = if signs { SIGNING } else { ENCRYPTING };
                NewKey { algorithm: wanted.to_owned(), key_use: key_use.to_owned(), ..made }
            }
            "ecdsa-generated" => {
                let (kind, of) = match setting(config, "ecdsaEllipticCurveKey") {
                    None | Some("P-256") => (KeyKind::P256, Algorithm::Es256),
                    Some("P-384") => (KeyKind::P384, Algorithm::Es384),
                    Some("P-521") => (KeyKind::P521, Algorithm::Es512),
                    Some(_) => {
                        return Err(Error::Refused("'Elliptic Curve' should be P-256, P-384 or P-521".to_owned()));
                    }
                };
                self.make_key(realm, kind, of, KeyStatus::Active, priority).await?
            }
            "eddsa-generated" => {
                if !matches!(setting(config, "eddsaEllipticCurveKey"), None | Some("Ed25519")) {
                    return Err(Error::Refused("'Elliptic Curve' should be Ed25519".to_owned()));
                }
                self.make_key(realm, KeyKind::Ed25519, Algorithm::EdDsa, KeyStatus::Active, priority).await?
            }
            "hmac-generated" => {
                let of = algorithm.unwrap_or("HS512");
                if MacAlgorithm::named(of).is_none() {
                    return Err(Error::Refused("'Algorithm' should be HS256, HS384 or HS512".to_owned()));
                }
                self.secret_key(of, SIGNING, size(config, HMAC_BYTES, 64)?)
            }
            "aes-generated" => self.secret_key("AES", ENCRYPTING, size(config, AES_BYTES, 16)?),
            _ => return Err(Error::NotFound("key provider")),
        };
        name.clone_into(&mut key.name);
        provider.clone_into(&mut key.provider_id);
        key.status = status(config);
        key.priority = priority;
        key.document = json!({ "subComponents": {}, "config": config });
        Ok(key)
    }

    fn secret_key(&self, algorithm: &str, key_use: &str, bytes: usize) -> NewKey {
        let mut secret = Zeroizing::new(vec![0; bytes]);
        self.random().fill(&mut secret);
        NewKey {
            id: None,
            name: String::new(),
            provider_id: String::new(),
            algorithm: algorithm.to_owned(),
            key_use: key_use.to_owned(),
            status: KeyStatus::Active,
            priority: 0,
            kid: crypto::random::uuid(self.random()).to_string(),
            public_der: None,
            certificate: None,
            secret,
            document: Value::Null,
        }
    }
}

fn rsa(word: &str) -> Result<Algorithm, Error> {
    let named: Option<Algorithm> = word.parse().ok();
    named
        .filter(|algorithm| algorithm.suits(KeyKind::Rsa2048))
        .ok_or_else(|| Error::Refused("'Algorithm' should be RS256, RS384, RS512, PS256, PS384 or PS512".to_owned()))
}

fn size(config: &Map<String, Value>, absent: usize, least: usize) -> Result<usize, Error> {
    match setting(config, "secretSize") {
        None => Ok(absent),
        Some(text) => match text.parse::<usize>() {
            Ok(bytes) if (least..=1024).contains(&bytes) => Ok(bytes),
            _ => Err(Error::Refused("'Secret size' is out of range".to_owned())),
        },
    }
}

impl Tx {
    /// Changes name, priority and status of a key, as its component's configuration asks.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the realm has none of this row.
    pub async fn change_key_component(
        &mut self,
        realm: &RealmId,
        id: &KeyId,
        name: Option<&str>,
        config: &Map<String, Value>,
    ) -> Result<(), Error> {
        let row = self.key_of(realm, id).await?;
        let mut document = rows::members(rows::document(&row.document, &format!("key {id}"))?)?;
        let kept = document.entry("config").or_insert_with(|| json!({}));
        if let Value::Object(kept) = kept {
            for member in ["priority", "enabled", "active"] {
                match config.get(member) {
                    Some(value) => drop(kept.insert(member.to_owned(), value.clone())),
                    None => drop(kept.shift_remove(member)),
                }
            }
        }
        let changed = entity::ActiveModel {
            id: Unchanged(row.id),
            name: Set(name.map_or(row.name, str::to_owned)),
            priority: Set(priority(config)?),
            status: Set(status(config).as_str().to_owned()),
            document: Set(Value::Object(document).to_string()),
            ..Default::default()
        };
        entity::Entity::update_many()
            .set(changed)
            .filter(entity::Column::Id.eq(id.as_str()))
            .exec(self.connection())
            .await?;
        self.touch_realm(realm);
        Ok(())
    }

    /// Removes a key: what it signed is not taken from then on.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the realm has none of this row.
    pub async fn remove_key_of(&mut self, realm: &RealmId, id: &KeyId) -> Result<(), Error> {
        self.key_of(realm, id).await?;
        entity::Entity::delete_by_id(id.as_str()).exec(self.connection()).await?;
        self.touch_realm(realm);
        Ok(())
    }

    async fn key_of(&self, realm: &RealmId, id: &KeyId) -> Result<entity::Model, Error> {
        let found = entity::Entity::find_by_id(id.as_str())
            .filter(entity::Column::RealmId.eq(realm.as_str()))
            .one(self.connection())
            .await?;
        found.ok_or(Error::NotFound("key"))
    }
}

/// A key as Keycloak's list of keys has it.
#[derive(Debug, Clone)]
pub struct KeyFacts {
    /// Its row.
    pub id: KeyId,
    /// Its id in headers.
    pub kid: String,
    /// What it is for, such as `RS256`.
    pub algorithm: String,
    /// `SIG` or `ENC`.
    pub key_use: String,
    /// What it may do.
    pub status: KeyStatus,
    /// Among several that could sign, the highest does.
    pub priority: i64,
    /// The public half (SubjectPublicKeyInfo), of asymmetric keys.
    pub public_der: Option<Vec<u8>>,
    /// The certificate (DER).
    pub certificate: Option<Vec<u8>>,
}

impl Identity {
    /// All keys of a realm, the preferred first; nothing of their private halves.
    pub async fn keys_of(&self, realm: &RealmId) -> Result<Vec<KeyFacts>, Error> {
        use sea_orm::QueryOrder as _;
        let rows = entity::Entity::find()
            .filter(entity::Column::RealmId.eq(realm.as_str()))
            .order_by_desc(entity::Column::Priority)
            .order_by_asc(entity::Column::Id)
            .all(self.store().reader())
            .await?;
        rows.into_iter()
            .map(|row| {
                Ok(KeyFacts {
                    status: row.status.parse()?,
                    id: row.id.into(),
                    kid: row.kid,
                    algorithm: row.algorithm,
                    key_use: row.key_use,
                    priority: row.priority,
                    public_der: row.public_der,
                    certificate: row.certificate,
                })
            })
            .collect()
    }
}

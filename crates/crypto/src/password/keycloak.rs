//! Keycloak's JSON form of a stored password: `credentialData` and `secretData`.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::{Argon2Variant, Argon2Version, HashFormatError, PasswordHash, Prf};

/// More than any such JSON needs.
const MAX_JSON_BYTES: usize = 16 * 1024;
/// What old rows hold where there is no salt.
const NO_SALT: &str = "__SALT__";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CredentialData {
    hash_iterations: i64,
    algorithm: String,
    #[serde(default, alias = "algorithmData")]
    additional_parameters: Option<BTreeMap<String, Vec<String>>>,
}

#[derive(Deserialize)]
struct SecretData {
    value: String,
    #[serde(default)]
    salt: Option<String>,
}

/// Written by hand-ordered members, so that an export is byte for byte what Keycloak writes.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WrittenCredential<'a> {
    hash_iterations: u32,
    algorithm: &'a str,
    additional_parameters: Parameters,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    #[serde(skip_serializing_if = "Option::is_none")]
    hash_length: Option<[String; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<[String; 1]>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    variant: Option<[String; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<[String; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parallelism: Option<[String; 1]>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WrittenSecret<'a> {
    value: String,
    salt: &'a str,
    additional_parameters: Parameters,
}

impl PasswordHash {
    /// Reads a stored password from Keycloak's `credentialData` and `secretData`.
    ///
    /// The hash's length is that of the stored hash, whatever the parameters say: rows of several ages differ.
    ///
    /// # Errors
    /// [`HashFormatError`] if it is malformed, of an unknown algorithm, or asks for more than the bounds allow.
    pub fn from_keycloak(credential_data: &str, secret_data: &str) -> Result<Self, HashFormatError> {
        if credential_data.len() > MAX_JSON_BYTES || secret_data.len() > MAX_JSON_BYTES {
            return Err(HashFormatError::OutOfBounds);
        }
        let data: CredentialData = serde_json::from_str(credential_data).map_err(|_| HashFormatError::Malformed)?;
        let secret: SecretData = serde_json::from_str(secret_data).map_err(|_| HashFormatError::Malformed)?;
        let iterations = u32::try_from(data.hash_iterations).map_err(|_| HashFormatError::OutOfBounds)?;
        let hash = STANDARD.decode(&secret.value).map_err(|_| HashFormatError::Malformed)?;
        let salt = match secret.salt.as_deref() {
            None | Some(NO_SALT) => Vec::new(),
            Some(text) => STANDARD.decode(text).map_err(|_| HashFormatError::Malformed)?,
        };
        let parameters = data.additional_parameters.unwrap_or_default();
        let stored = if data.algorithm == "argon2" {
            Self::Argon2 {
                variant: variant(parameter(&parameters, "type")?)?,
                version: version(parameter(&parameters, "version")?)?,
                memory_kib: number(parameter(&parameters, "memory")?)?,
                iterations,
                parallelism: number(parameter(&parameters, "parallelism")?)?,
                salt,
                hash,
            }
        } else {
            let prf = Prf::from_keycloak_id(&data.algorithm).ok_or(HashFormatError::UnknownAlgorithm)?;
            Self::Pbkdf2 { prf, iterations, salt, hash }
        };
        stored.check()?;
        Ok(stored)
    }

    /// `credentialData` and `secretData` as Keycloak writes them.
    pub fn to_keycloak(&self) -> (String, String) {
        let (iterations, algorithm, additional_parameters) = match self {
            Self::Argon2 { variant, version, memory_kib, iterations, parallelism, hash, .. } => (
                *iterations,
                "argon2",
                Parameters {
                    hash_length: Some([hash.len().to_string()]),
                    memory: Some([memory_kib.to_string()]),
                    variant: Some([variant_name(*variant).to_owned()]),
                    version: Some([version_name(*version).to_owned()]),
                    parallelism: Some([parallelism.to_string()]),
                },
            ),
            Self::Pbkdf2 { prf, iterations, .. } => (*iterations, prf.keycloak_id(), Parameters::default()),
        };
        let salt = if self.salt().is_empty() { NO_SALT.to_owned() } else { STANDARD.encode(self.salt()) };
        let secret = WrittenSecret {
            value: STANDARD.encode(self.hash()),
            salt: &salt,
            additional_parameters: Parameters::default(),
        };
        (json(&WrittenCredential { hash_iterations: iterations, algorithm, additional_parameters }), json(&secret))
    }
}

/// Texts and numbers only: there is always a JSON form.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| crate::fatal())
}

/// Parameters are lists of one text each.
fn parameter<'a>(parameters: &'a BTreeMap<String, Vec<String>>, name: &str) -> Result<&'a str, HashFormatError> {
    parameters.get(name).and_then(|values| values.first()).map(String::as_str).ok_or(HashFormatError::Malformed)
}

fn number(text: &str) -> Result<u32, HashFormatError> {
    text.parse().map_err(|_| HashFormatError::Malformed)
}

fn variant(name: &str) -> Result<Argon2Variant, HashFormatError> {
    match name {
        "id" => Ok(Argon2Variant::Id),
        "i" => Ok(Argon2Variant::I),
        "d" => Ok(Argon2Variant::D),
        _ => Err(HashFormatError::UnknownAlgorithm),
    }
}

fn variant_name(variant: Argon2Variant) -> &'static str {
    match variant {
        Argon2Variant::Id => "id",
        Argon2Variant::I => "i",
        Argon2Variant::D => "d",
    }
}

fn version(name: &str) -> Result<Argon2Version, HashFormatError> {
    match name {
        "1.3" => Ok(Argon2Version::V13),
        "1.0" => Ok(Argon2Version::V10),
        _ => Err(HashFormatError::UnknownAlgorithm),
    }
}

fn version_name(version: Argon2Version) -> &'static str {
    match version {
        Argon2Version::V10 => "1.0",
        Argon2Version::V13 => "1.3",
    }
}

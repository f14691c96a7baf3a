//! Keys as a realm file's components hold them, and as rows hold them.
//!
//! The private half leaves the component; a word that tells its form stays in its place, so that an export can write
//! it back as it was.

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::general_purpose::{STANDARD as BASE64, URL_SAFE_NO_PAD};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use crypto::algorithm::KeyKind;
use crypto::key::{KeyError, KeyPair};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::check::names::text;
use crate::KeyStatus;

/// The type under which Keycloak keeps keys.
pub(crate) const KEY_PROVIDER: &str = "org.keycloak.keys.KeyProvider";

// What Keycloak shows instead of a secret in exports made from its console.
pub(crate) use crate::masks::MASK;

/// Takes padded and unpadded text; Keycloak writes either.
const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const LENIENT_BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const LENIENT_URL_SAFE: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

/// What a key provider of Keycloak keeps.
struct Provider {
    id: &'static str,
    secret: &'static str,
    material: Material,
    default_algorithm: &'static str,
    default_use: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Material {
    Pair,
    Symmetric,
}

const fn pair(
    id: &'static str,
    secret: &'static str,
    default_algorithm: &'static str,
    default_use: &'static str,
) -> Provider {
    Provider { id, secret, material: Material::Pair, default_algorithm, default_use }
}

const PROVIDERS: &[Provider] = &[
    pair("rsa-generated", "privateKey", "RS256", "SIG"),
    pair("rsa", "privateKey", "RS256", "SIG"),
    pair("rsa-enc-generated", "privateKey", "RSA-OAEP", "ENC"),
    pair("rsa-enc", "privateKey", "RSA-OAEP", "ENC"),
    pair("ecdsa-generated", "ecdsaPrivateKey", "", "SIG"),
    pair("eddsa-generated", "eddsaPrivateKey", "EdDSA", "SIG"),
    Provider {
        id: "hmac-generated",
        secret: "secret",
        material: Material::Symmetric,
        default_algorithm: "HS256",
        default_use: "SIG",
    },
    Provider {
        id: "aes-generated",
        secret: "secret",
        material: Material::Symmetric,
        default_algorithm: "AES",
        default_use: "ENC",
    },
];

/// How the private half stood in the file; the words are kept in the row's document.
const FORMS: &[&str] = &["pkcs8", "pkcs1", "pkcs8-pem", "pkcs1-pem", "base64url"];

/// A key of a component, ready to become a row.
pub(crate) struct ComponentKey {
    pub(crate) name: String,
    pub(crate) provider_id: String,
    pub(crate) algorithm: String,
    pub(crate) key_use: String,
    pub(crate) status: KeyStatus,
    pub(crate) priority: i64,
    pub(crate) kid: String,
    pub(crate) pair: Option<KeyPair>,
    pub(crate) certificate: Option<Vec<u8>>,
    /// PKCS#8, or the raw bytes of a symmetric key.
    pub(crate) secret: Zeroizing<Vec<u8>>,
    /// The component without its secret.
    pub(crate) document: Map<String, Value>,
}

/// What a key component turned out to be.
pub(crate) enum Found {
    /// A key that we can hold.
    Key(Box<ComponentKey>),
    /// Nothing that we can hold as a key: it is kept as it is; the reason is for the report.
    Kept(&'static str),
}

/// What is wrong with a key component: the member of `config` and the reason.
pub(crate) struct BadKey {
    pub(crate) member: String,
    pub(crate) reason: String,
}

fn bad(member: &str, reason: impl Into<String>) -> BadKey {
    BadKey { member: member.to_owned(), reason: reason.into() }
}

/// First value of a component's configuration.
pub(crate) fn setting<'d>(config: &'d Map<String, Value>, name: &str) -> Option<&'d str> {
    config.get(name).and_then(Value::as_array).and_then(|list| list.first()).and_then(Value::as_str)
}

/// Reads a key component.
pub(crate) fn read(component: &Map<String, Value>) -> Result<Found, BadKey> {
    let provider_id = text(component, "providerId").unwrap_or_default();
    let empty = Map::new();
    let config = component.get("config").and_then(Value::as_object).unwrap_or(&empty);
    let Some(provider) = PROVIDERS.iter().find(|one| one.id == provider_id) else {
        return Ok(Found::Kept("this kind of key provider is not known here"));
    };
    let priority = match setting(config, "priority") {
        None => 0,
        Some(number) => number.parse::<i64>().map_err(|_| bad("priority", "must be a whole number"))?,
    };
    let status = status(config)?;
    let given = match setting(config, provider.secret) {
        None | Some("" | MASK) if provider_id.ends_with("-generated") => {
            return Ok(Found::Kept("it holds no key material; a key is made when one is needed"));
        }
        None | Some("" | MASK) => return Err(bad(provider.secret, "holds no key material")),
        Some(given) => given,
    };
    let mut key = ComponentKey {
        name: text(component, "name").unwrap_or(provider_id).to_owned(),
        provider_id: provider_id.to_owned(),
        algorithm: setting(config, "algorithm").unwrap_or(provider.default_algorithm).to_owned(),
        key_use: setting(config, "keyUse").unwrap_or(provider.default_use).to_uppercase(),
        status,
        priority,
        kid: setting(config, "kid").unwrap_or_default().to_owned(),
        pair: None,
        certificate: None,
        secret: Zeroizing::new(Vec::new()),
        document: component.clone(),
    };
    let form = match provider.material {
        Material::Symmetric => symmetric(&mut key, given, provider.secret)?,
        Material::Pair => match asymmetric(&mut key, config, given, provider.secret)? {
            Some(form) => form,
            None => return Ok(Found::Kept("a key of this family or size is not supported here")),
        },
    };
    if let Some(Value::Object(config)) = key.document.get_mut("config") {
        config.insert(provider.secret.to_owned(), Value::String(form.to_owned()));
    }
    Ok(Found::Key(Box::new(key)))
}

fn status(config: &Map<String, Value>) -> Result<KeyStatus, BadKey> {
    let flag = |name: &str| match setting(config, name) {
        None => Ok(true),
        Some(word) if word.eq_ignore_ascii_case("true") => Ok(true),
        Some(word) if word.eq_ignore_ascii_case("false") => Ok(false),
        Some(_) => Err(bad(name, "must be true or false")),
    };
    Ok(match (flag("enabled")?, flag("active")?) {
        (true, true) => KeyStatus::Active,
        (true, false) => KeyStatus::Passive,
        (false, _) => KeyStatus::Disabled,
    })
}

fn symmetric(key: &mut ComponentKey, given: &str, member: &str) -> Result<&'static str, BadKey> {
    let bytes = LENIENT_URL_SAFE.decode(given).map_err(|_| bad(member, "is not base64url"))?;
    let bytes = Zeroizing::new(bytes);
    if bytes.len() < 16 || bytes.len() > 1024 {
        return Err(bad(member, "must be 16 to 1024 bytes long"));
    }
    if key.kid.is_empty() {
        return Err(bad("kid", "is missing"));
    }
    key.secret = bytes;
    Ok("base64url")
}

/// Reads a pair and its certificate; `None` for a well-formed key that is none of ours.
fn asymmetric(
    key: &mut ComponentKey,
    config: &Map<String, Value>,
    given: &str,
    member: &str,
) -> Result<Option<&'static str>, BadKey> {
    let (der, is_pem) = der_of(given).ok_or_else(|| bad(member, "is neither base64 nor PEM"))?;
    let der = Zeroizing::new(der);
    let unreadable = || bad(member, "is no private key that can be read");
    let (pair, form) = match KeyPair::from_pkcs8(&der) {
        Ok(pair) => (pair, if is_pem { "pkcs8-pem" } else { "pkcs8" }),
        Err(KeyError::Unsupported) => return Ok(None),
        Err(_) => match KeyPair::from_pkcs1(&der) {
            Ok(pair) => (pair, if is_pem { "pkcs1-pem" } else { "pkcs1" }),
            Err(KeyError::Unsupported) => return Ok(None),
            Err(_) => return Err(unreadable()),
        },
    };
    if key.provider_id.starts_with("rsa") != pair.kind().is_rsa() {
        return Err(bad(member, "is a key of another family than its provider's"));
    }
    if key.algorithm.is_empty() {
        let algorithm = match pair.kind() {
            KeyKind::P384 => "ES384",
            KeyKind::P521 => "ES512",
            _ => "ES256",
        };
        algorithm.clone_into(&mut key.algorithm);
    }
    if let Some(certificate) = setting(config, "certificate").filter(|text| !text.is_empty()) {
        let (der, _) = der_of(certificate).ok_or_else(|| bad("certificate", "is neither base64 nor PEM"))?;
        match crypto::certificate::public_key_of(&der) {
            Err(_) => return Err(bad("certificate", "is no certificate that can be read")),
            Ok(spki) if spki != pair.spki_der() => return Err(bad("certificate", "is the certificate of another key")),
            Ok(_) => key.certificate = Some(der),
        }
    }
    if key.kid.is_empty() {
        pair.ids().spki.clone_into(&mut key.kid);
    }
    key.secret = match form {
        "pkcs8" | "pkcs8-pem" => der,
        _ => pair.to_pkcs8().map_err(|_| unreadable())?,
    };
    key.pair = Some(pair);
    Ok(Some(form))
}

/// DER of base64 text or of PEM.
fn der_of(text: &str) -> Option<(Vec<u8>, bool)> {
    let trimmed = text.trim();
    let is_pem = trimmed.starts_with("-----BEGIN");
    let mut inside = String::with_capacity(trimmed.len());
    for line in trimmed.lines().filter(|line| !line.trim_start().starts_with("-----")) {
        inside.extend(line.chars().filter(|c| !c.is_whitespace()));
    }
    LENIENT_BASE64.decode(inside).ok().map(|der| (der, is_pem))
}

/// Writes the secret back into the component of a row: the inverse of [`read`].
///
/// A row that was not made from a file has no word in the secret's place; `certificate` and `kid` are then written as
/// well, because nothing else holds them. A certificate that was made at the import is written too.
pub(crate) fn restore(document: &mut Map<String, Value>, row: &KeyRow<'_>) -> Result<(), KeyError> {
    let Some(provider) = PROVIDERS.iter().find(|one| one.id == row.provider_id) else { return Ok(()) };
    let config = document.entry("config").or_insert_with(|| Value::Object(Map::new()));
    let Value::Object(config) = config else { return Ok(()) };
    let form = config.get(provider.secret).and_then(Value::as_str).and_then(|word| FORMS.iter().find(|f| **f == word));
    let ours = form.is_none();
    let form = match (form, provider.material) {
        (Some(form), _) => *form,
        (None, Material::Symmetric) => "base64url",
        (None, Material::Pair) if provider.id.starts_with("rsa") => "pkcs1",
        (None, Material::Pair) => "pkcs8",
    };
    let written = match form {
        "base64url" => URL_SAFE_NO_PAD.encode(row.secret),
        "pkcs8" => BASE64.encode(row.secret),
        "pkcs8-pem" => crypto::certificate::pem("PRIVATE KEY", row.secret),
        _ => {
            let pair = KeyPair::from_pkcs8(row.secret)?;
            let der = pair.to_pkcs1().ok_or(KeyError::Unsupported)?;
            if form == "pkcs1-pem" {
                crypto::certificate::pem("RSA PRIVATE KEY", &der)
            } else {
                BASE64.encode(der.as_slice())
            }
        }
    };
    let has_certificate = setting(config, "certificate").is_some_and(|text| !text.is_empty());
    let mut put = |name: &str, value: String| config.insert(name.to_owned(), Value::from(vec![value]));
    put(provider.secret, written);
    put_status(&mut put, row, ours);
    if ours {
        put("priority", row.priority.to_string());
        put_public(&mut put, row, provider);
    } else if let Some(certificate) = row.certificate.filter(|_| !has_certificate) {
        // Made when the key came in, because the file had none. Registries trust these very bytes.
        put("certificate", BASE64.encode(certificate));
    }
    Ok(())
}

/// What [`restore`] needs of a row.
pub(crate) struct KeyRow<'r> {
    pub(crate) provider_id: &'r str,
    pub(crate) algorithm: &'r str,
    pub(crate) key_use: &'r str,
    pub(crate) kid: &'r str,
    pub(crate) priority: i64,
    pub(crate) status: KeyStatus,
    pub(crate) status_in_document: Option<KeyStatus>,
    pub(crate) certificate: Option<&'r [u8]>,
    pub(crate) public_der: Option<&'r [u8]>,
    pub(crate) secret: &'r [u8],
}

/// The status that a component's configuration says, where it can be read.
pub(crate) fn status_of(document: &Map<String, Value>) -> Option<KeyStatus> {
    document.get("config").and_then(Value::as_object).and_then(|config| status(config).ok())
}

fn put_status(put: &mut impl FnMut(&str, String) -> Option<Value>, row: &KeyRow<'_>, ours: bool) {
    if !ours && row.status_in_document == Some(row.status) {
        return;
    }
    // Keycloak has no key that is published before it signs: an inactive one is the nearest.
    let (enabled, active) = match row.status {
        KeyStatus::Active => (true, true),
        KeyStatus::Passive | KeyStatus::Next => (true, false),
        KeyStatus::Disabled => (false, false),
    };
    put("enabled", enabled.to_string());
    put("active", active.to_string());
}

fn put_public(put: &mut impl FnMut(&str, String) -> Option<Value>, row: &KeyRow<'_>, provider: &Provider) {
    if let Some(certificate) = row.certificate {
        put("certificate", BASE64.encode(certificate));
    }
    match provider.id {
        "ecdsa-generated" => {
            let curve = match row.algorithm {
                "ES384" => "P-384",
                "ES512" => "P-521",
                _ => "P-256",
            };
            put("ecdsaEllipticCurveKey", curve.to_owned());
            if let Some(public) = row.public_der {
                put("ecdsaPublicKey", BASE64.encode(public));
            }
        }
        "eddsa-generated" => {
            put("eddsaEllipticCurveKey", "Ed25519".to_owned());
            if let Some(public) = row.public_der {
                put("eddsaPublicKey", BASE64.encode(public));
            }
        }
        "hmac-generated" => {
            put("kid", row.kid.to_owned());
            put("algorithm", row.algorithm.to_owned());
        }
        "aes-generated" => {
            put("kid", row.kid.to_owned());
        }
        _ => {
            put("keyUse", row.key_use.to_owned());
            put("algorithm", row.algorithm.to_owned());
        }
    }
}

//! Self-signed certificates, and the few things that are read out of one.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, KeyUsagePurpose, PublicKeyData, SanType,
    SerialNumber, SignatureAlgorithm, SigningKey,
};
use time::OffsetDateTime;

use aws_lc_rs::signature::{self as lc, EcdsaKeyPair, EcdsaSigningAlgorithm};

use crate::algorithm::{Algorithm, KeyKind};
use crate::der::{self, Element, Reader};
use crate::distinguished_name;
use crate::key::{KeyError, KeyPair};
use crate::public_key;

/// What a self-signed certificate says.
#[derive(Debug, Clone, Copy)]
pub struct CertificateRequest<'a> {
    /// The common name, alone in subject and issuer.
    pub subject: &'a str,
    /// Host names or IP addresses for the subject alternative name; may be empty.
    pub dns_names: &'a [&'a str],
    /// Start of validity, Unix seconds.
    pub not_before: i64,
    /// End of validity, Unix seconds.
    pub not_after: i64,
    /// Random serial number.
    pub serial: [u8; 16],
}

/// A new self-signed X.509 version 3 certificate over `key`, as DER.
///
/// It is its own authority (`CA:true`, `keyCertSign`) besides `digitalSignature`: a registry takes the same
/// certificate as the root of its bundle and as the leaf in a token's `x5c`.
///
/// # Errors
/// [`KeyError::Certificate`] if a name or time cannot be encoded, [`KeyError::Failed`] if signing fails.
pub fn self_signed(key: &KeyPair, request: &CertificateRequest<'_>) -> Result<Vec<u8>, KeyError> {
    let moment = |seconds| OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| KeyError::Certificate);
    if request.not_after < request.not_before {
        return Err(KeyError::Certificate);
    }
    let mut parameters = CertificateParams::default();
    parameters.not_before = moment(request.not_before)?;
    parameters.not_after = moment(request.not_after)?;
    // RFC 5280 §4.1.2.2: a serial number is positive; the first bits 01 make it that without changing its length.
    let mut serial = request.serial;
    if let Some(first) = serial.first_mut() {
        *first = (*first & 0x7f) | 0x40;
    }
    parameters.serial_number = Some(SerialNumber::from_slice(&serial));
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, request.subject);
    parameters.distinguished_name = name;
    parameters.subject_alt_names = request.dns_names.iter().map(|name| alternative(name)).collect::<Result<_, _>>()?;
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyCertSign];
    let signer = Signer::new(key)?;
    let certificate = parameters.self_signed(&signer).map_err(|_| KeyError::Failed)?;
    Ok(certificate.der().to_vec())
}

fn alternative(name: &str) -> Result<SanType, KeyError> {
    match name.parse::<IpAddr>() {
        Ok(address) => Ok(SanType::IpAddress(address)),
        Err(_) => Ok(SanType::DnsName(Ia5String::try_from(name).map_err(|_| KeyError::Certificate)?)),
    }
}

/// Lends our key to rcgen, which would otherwise parse and keep its own copy.
struct Signer<'a> {
    key: &'a KeyPair,
    raw: &'a [u8],
    /// X.509 wants ECDSA signatures in DER, JOSE as `r||s`, and the library binds the form to the key.
    elliptic: Option<EcdsaKeyPair>,
}

impl<'a> Signer<'a> {
    fn new(key: &'a KeyPair) -> Result<Self, KeyError> {
        let raw = public_key::raw_key(key.spki_der()).ok_or(KeyError::Malformed)?;
        let algorithm: Option<&'static EcdsaSigningAlgorithm> = match key.kind() {
            KeyKind::P256 => Some(&lc::ECDSA_P256_SHA256_ASN1_SIGNING),
            KeyKind::P384 => Some(&lc::ECDSA_P384_SHA384_ASN1_SIGNING),
            KeyKind::P521 => Some(&lc::ECDSA_P521_SHA512_ASN1_SIGNING),
            _ => None,
        };
        let elliptic = match algorithm {
            Some(algorithm) => {
                Some(EcdsaKeyPair::from_pkcs8(algorithm, &key.to_pkcs8()?).map_err(|_| KeyError::Failed)?)
            }
            None => None,
        };
        Ok(Self { key, raw, elliptic })
    }
}

impl PublicKeyData for Signer<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.raw
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        match self.key.kind() {
            KeyKind::Rsa2048 | KeyKind::Rsa3072 | KeyKind::Rsa4096 => &rcgen::PKCS_RSA_SHA256,
            KeyKind::P256 => &rcgen::PKCS_ECDSA_P256_SHA256,
            KeyKind::P384 => &rcgen::PKCS_ECDSA_P384_SHA384,
            KeyKind::P521 => &rcgen::PKCS_ECDSA_P521_SHA512,
            KeyKind::Ed25519 => &rcgen::PKCS_ED25519,
        }
    }
}

impl SigningKey for Signer<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        if let Some(key) = &self.elliptic {
            let signature = key.sign(&aws_lc_rs::rand::SystemRandom::new(), message);
            return signature.map(|signature| signature.as_ref().to_vec()).map_err(|_| rcgen::Error::RemoteKeyError);
        }
        let algorithm = if self.key.kind().is_rsa() { Algorithm::Rs256 } else { Algorithm::EdDsa };
        self.key.sign(algorithm, message).map_err(|_| rcgen::Error::RemoteKeyError)
    }
}

/// `der` as a PEM block: base64 in lines of 64 columns between the label's lines, with a final newline (RFC 7468).
pub fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut block = String::with_capacity(text.len() + text.len() / 64 + 2 * label.len() + 40);
    block.push_str("-----BEGIN ");
    block.push_str(label);
    block.push_str("-----\n");
    for (position, letter) in text.chars().enumerate() {
        if position > 0 && position % 64 == 0 {
            block.push('\n');
        }
        block.push(letter);
    }
    block.push_str("\n-----END ");
    block.push_str(label);
    block.push_str("-----\n");
    block
}

/// From when to when a DER certificate is valid, Unix seconds.
///
/// # Errors
/// [`KeyError::Malformed`] if it is no certificate.
pub fn validity(der: &[u8]) -> Result<(i64, i64), KeyError> {
    let parts = Parts::of(der).ok_or(KeyError::Malformed)?;
    let mut period = Reader::new(parts.validity);
    let mut next = || period.element().and_then(unix_time).ok_or(KeyError::Malformed);
    Ok((next()?, next()?))
}

/// The DER `SubjectPublicKeyInfo` that a DER certificate is about.
///
/// # Errors
/// [`KeyError::Malformed`] if it is no certificate.
pub fn public_key_of(der: &[u8]) -> Result<Vec<u8>, KeyError> {
    Parts::of(der).map(|parts| parts.spki.to_vec()).ok_or(KeyError::Malformed)
}

/// Whom a DER certificate is about.
///
/// # Errors
/// [`KeyError::Malformed`] if it is no certificate, or names its subject by something that is no text.
pub fn subject_of(der: &[u8]) -> Result<distinguished_name::DistinguishedName, KeyError> {
    let parts = Parts::of(der).ok_or(KeyError::Malformed)?;
    distinguished_name::DistinguishedName::from_der(parts.subject).ok_or(KeyError::Malformed)
}

/// The parts of a certificate that somebody asks for.
struct Parts<'a> {
    validity: &'a [u8],
    subject: &'a [u8],
    spki: &'a [u8],
}

impl<'a> Parts<'a> {
    // RFC 5280 §4.1: TBSCertificate is [0] version (left out in version 1, which Keycloak writes), serial, signature,
    // issuer, validity, subject, subjectPublicKeyInfo, …
    fn of(der: &'a [u8]) -> Option<Self> {
        let mut signed = Reader::inside(der, der::SEQUENCE)?.enter(der::SEQUENCE)?;
        if signed.peek() == Some(der::CONTEXT_0) {
            signed.element()?;
        }
        signed.expect(der::INTEGER)?;
        signed.expect(der::SEQUENCE)?;
        signed.expect(der::SEQUENCE)?;
        let validity = signed.expect(der::SEQUENCE)?;
        let subject = signed.element()?.whole;
        let key = signed.element()?;
        (key.tag == der::SEQUENCE).then_some(Self { validity, subject, spki: key.whole })
    }
}

// RFC 5280 §4.1.2.5: UTCTime is YYMMDDHHMMSSZ with years 1950 to 2049, GeneralizedTime YYYYMMDDHHMMSSZ.
fn unix_time(element: Element<'_>) -> Option<i64> {
    let text = std::str::from_utf8(element.contents).ok()?;
    let digits = text.strip_suffix('Z').filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()))?;
    let (year, rest) = match (element.tag, digits.len()) {
        (der::UTC_TIME, 12) => {
            let (year, rest) = digits.split_at(2);
            let year: i32 = year.parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        (der::GENERALIZED_TIME, 14) => {
            let (year, rest) = digits.split_at(4);
            (year.parse().ok()?, rest)
        }
        _ => return None,
    };
    let two = |start: usize| rest.get(start..start + 2)?.parse::<u8>().ok();
    let month = time::Month::try_from(two(0)?).ok()?;
    let date = time::Date::from_calendar_date(year, month, two(2)?).ok()?;
    let clock = time::Time::from_hms(two(4)?, two(6)?, two(8)?).ok()?;
    Some(time::PrimitiveDateTime::new(date, clock).assume_utc().unix_timestamp())
}

#[cfg(test)]
mod tests;

//! Time-based one-time passwords (RFC 6238) from Keycloak's credential form.

use std::fmt;

use aws_lc_rs::hmac;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::digest::equal;

/// The hash behind the codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtpAlgorithm {
    /// `HmacSHA1`, what nearly every authenticator app uses.
    Sha1,
    /// `HmacSHA256`.
    Sha256,
    /// `HmacSHA512`.
    Sha512,
}

/// A credential that is not a usable TOTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtpFormatError;

impl fmt::Display for OtpFormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a time-based one-time password credential")
    }
}

impl std::error::Error for OtpFormatError {}

/// A shared key as people type it: Base32 without padding.
pub fn base32(key: &[u8]) -> String {
    crate::base32::encode(key)
}

/// A person's TOTP credential.
#[derive(Clone)]
pub struct Totp {
    /// The shared key's bytes.
    pub secret: Zeroizing<Vec<u8>>,
    /// The hash.
    pub algorithm: OtpAlgorithm,
    /// Length of a code, 6 to 9.
    pub digits: u32,
    /// Seconds that a code stands for.
    pub period: u32,
}

impl fmt::Debug for Totp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Totp")
            .field("algorithm", &self.algorithm)
            .field("digits", &self.digits)
            .field("period", &self.period)
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CredentialData {
    sub_type: String,
    digits: u32,
    period: u32,
    algorithm: String,
    #[serde(default)]
    secret_encoding: Option<String>,
}

#[derive(Deserialize)]
struct SecretData {
    value: String,
}

/// How far around the present a caller may look, in steps; more would hand out guesses.
const MAX_LOOK_AROUND: u32 = 20;

impl Totp {
    /// Reads Keycloak's `credentialData` and `secretData` of a credential of type `otp`.
    ///
    /// # Errors
    /// [`OtpFormatError`] if it is malformed, counter-based, or its numbers are out of bounds.
    pub fn from_keycloak(credential_data: &str, secret_data: &str) -> Result<Self, OtpFormatError> {
        let data: CredentialData = serde_json::from_str(credential_data).map_err(|_| OtpFormatError)?;
        let secret: SecretData = serde_json::from_str(secret_data).map_err(|_| OtpFormatError)?;
        let secret = Zeroizing::new(secret.value);
        let algorithm = match data.algorithm.as_str() {
            "HmacSHA1" => OtpAlgorithm::Sha1,
            "HmacSHA256" => OtpAlgorithm::Sha256,
            "HmacSHA512" => OtpAlgorithm::Sha512,
            _ => return Err(OtpFormatError),
        };
        // Keycloak: without an encoding the text's own bytes are the key; with BASE32 it is decoded.
        let secret = match data.secret_encoding.as_deref() {
            None => Zeroizing::new(secret.as_bytes().to_vec()),
            Some("BASE32") => crate::base32::decode(&secret).ok_or(OtpFormatError)?,
            Some(_) => return Err(OtpFormatError),
        };
        let sane = data.sub_type == "totp"
            && (6..=9).contains(&data.digits)
            && (1..=3600).contains(&data.period)
            && (1..=1024).contains(&secret.len());
        if sane {
            Ok(Self { secret, algorithm, digits: data.digits, period: data.period })
        } else {
            Err(OtpFormatError)
        }
    }

    /// The step that `unix` (seconds) falls into.
    pub fn step_at(&self, unix: i64) -> i64 {
        unix.div_euclid(i64::from(self.period.max(1)))
    }

    /// The step whose code is `code`, out of the present one and `look_around` (at most 20) on either side; `None` if no
    /// code matches.
    ///
    /// A code may be used once (RFC 6238 §5.2): the caller remembers the step and refuses it and all before it.
    pub fn step_of(&self, code: &str, unix: i64, look_around: u32) -> Option<i64> {
        let present = self.step_at(unix);
        let reach = i64::from(look_around.min(MAX_LOOK_AROUND));
        let mut found = None;
        // Every candidate is computed and compared, so that the time taken does not tell which one matched.
        for step in present.saturating_sub(reach)..=present.saturating_add(reach) {
            let matches =
                u64::try_from(step).is_ok_and(|counter| equal(self.code(counter).as_bytes(), code.as_bytes()));
            if matches {
                found = Some(step);
            }
        }
        found
    }

    /// The code of one step.
    // RFC 4226 §5.3: four bytes of the HMAC from the offset that its last four bits say, top bit cleared, modulo 10^digits.
    pub fn code(&self, step: u64) -> Zeroizing<String> {
        let algorithm = match self.algorithm {
            OtpAlgorithm::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            OtpAlgorithm::Sha256 => hmac::HMAC_SHA256,
            OtpAlgorithm::Sha512 => hmac::HMAC_SHA512,
        };
        let tag = hmac::sign(&hmac::Key::new(algorithm, &self.secret), &step.to_be_bytes());
        let tag = tag.as_ref();
        let offset = tag.last().map_or(0, |last| usize::from(last & 0x0f));
        let window = tag.get(offset..).and_then(|rest| rest.first_chunk::<4>()).copied().unwrap_or_default();
        let number = u32::from_be_bytes(window) & 0x7fff_ffff;
        let digits = self.digits.min(9);
        Zeroizing::new(format!("{:0width$}", number % 10u32.pow(digits), width = digits as usize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn totp(algorithm: OtpAlgorithm, secret: &str, digits: u32) -> Totp {
        Totp { secret: Zeroizing::new(secret.as_bytes().to_vec()), algorithm, digits, period: 30 }
    }

    #[test]
    fn vectors_of_rfc_6238_appendix_b() {
        let seed = "1234567890".repeat(7);
        let sha1 = totp(OtpAlgorithm::Sha1, &seed[..20], 8);
        let sha256 = totp(OtpAlgorithm::Sha256, &seed[..32], 8);
        let sha512 = totp(OtpAlgorithm::Sha512, &seed[..64], 8);
        for (unix, one, two, five) in [
            (59, "94287082", "46119246", "90693936"),
            (1_111_111_109, "07081804", "68084774", "25091201"),
            (1_111_111_111, "14050471", "67062674", "99943326"),
            (1_234_567_890, "89005924", "91819424", "93441116"),
            (2_000_000_000, "69279037", "90698825", "38618901"),
            (20_000_000_000, "65353130", "77737706", "47863826"),
        ] {
            for (totp, code) in [(&sha1, one), (&sha256, two), (&sha512, five)] {
                assert_eq!(totp.step_of(code, unix, 0), Some(unix / 30), "{code}");
            }
        }
    }

    #[test]
    fn a_code_is_found_within_reach_and_not_beyond() {
        let totp = totp(OtpAlgorithm::Sha1, "12345678901234567890", 6);
        let code = totp.code(100);
        assert_eq!(totp.step_of(&code, 3_000, 0), Some(100));
        assert_eq!(totp.step_of(&code, 3_029, 0), Some(100));
        assert_eq!(totp.step_of(&code, 3_030, 0), None);
        assert_eq!(totp.step_of(&code, 3_030, 1), Some(100));
        assert_eq!(totp.step_of(&code, 2_970, 1), Some(100));
        assert_eq!(totp.step_of(&code, 2_969, 1), None);
        assert_eq!(totp.step_of(&code, 3_000 + 30 * 21, u32::MAX), None, "the reach is bounded");
    }

    #[test]
    fn only_the_whole_code_counts() {
        let totp = totp(OtpAlgorithm::Sha1, "12345678901234567890", 6);
        let code = totp.code(1);
        for wrong in ["", &code[..5], &format!("{}0", *code), &format!(" {}", *code)] {
            assert_eq!(totp.step_of(wrong, 30, 1), None, "{wrong}");
        }
        assert_eq!(totp.step_of(&code, i64::MIN, 1), None);
        assert_eq!(totp.step_of(&code, i64::MAX, 1), None);
    }

    #[test]
    fn keycloaks_credential_uses_the_texts_own_bytes() {
        let totp = Totp::from_keycloak(
            r#"{"subType": "totp", "digits": 6, "counter": 0, "period": 30, "algorithm": "HmacSHA1"}"#,
            r#"{"value": "JBSWY3DPEHPK3PXPJBSW"}"#,
        )
        .unwrap();
        assert_eq!(totp.secret.as_slice(), b"JBSWY3DPEHPK3PXPJBSW");
        assert_eq!((totp.algorithm, totp.digits, totp.period), (OtpAlgorithm::Sha1, 6, 30));
        assert!(!format!("{totp:?}").contains("74"), "no byte of the secret");
    }

    #[test]
    fn a_base32_secret_is_decoded() {
        let data = r#"{"subType":"totp","digits":8,"counter":0,"period":60,"algorithm":"HmacSHA512","secretEncoding":"BASE32"}"#;
        let totp = Totp::from_keycloak(data, r#"{"value":"MZXW6YTBOI"}"#).unwrap();
        assert_eq!(totp.secret.as_slice(), b"foobar");
        assert_eq!(totp.step_at(119), 1);
        assert!(Totp::from_keycloak(data, r#"{"value":"1"}"#).is_err());
    }

    #[test]
    fn odd_credentials_are_refused() {
        let good = r#"{"subType":"totp","digits":6,"counter":0,"period":30,"algorithm":"HmacSHA1"}"#;
        assert!(Totp::from_keycloak(good, r#"{"value":"x"}"#).is_ok());
        for (from, to) in [
            ("totp", "hotp"),
            (":6", ":5"),
            (":6", ":10"),
            (":30", ":0"),
            (":30", ":3601"),
            ("HmacSHA1", "HmacMD5"),
            ("\"digits\"", "\"digit\""),
            ("}", ",\"secretEncoding\":\"HEX\"}"),
        ] {
            let odd = good.replace(from, to);
            assert_ne!(odd, good);
            assert_eq!(Totp::from_keycloak(&odd, r#"{"value":"x"}"#).unwrap_err(), OtpFormatError, "{odd}");
        }
        assert!(Totp::from_keycloak(good, r#"{"value":""}"#).is_err());
        assert!(Totp::from_keycloak(good, "{}").is_err());
    }
}

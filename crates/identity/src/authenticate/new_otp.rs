//! A new device for one-time codes, in Keycloak's credential form.

use std::fmt::Write as _;
use std::sync::Arc;

use crypto::otp::Totp;
use crypto::secret::Secret;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::{Error, Identity, NewCredential, OtpPolicy, Realm, User};

/// Letters of a secret, as Keycloak makes them: the text's own bytes are the key.
const LETTERS: usize = 32;
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789Az";

/// A device that is being set up.
pub struct NewOtp {
    /// The secret that it shares with the realm.
    pub secret: Secret,
}

impl NewOtp {
    /// The secret as people type it.
    #[must_use]
    pub fn base32(&self) -> String {
        crypto::otp::base32(self.secret.expose().as_bytes())
    }

    /// The address that a picture holds: <https://github.com/google/google-authenticator/wiki/Key-Uri-Format>.
    #[must_use]
    pub fn uri(&self, policy: &OtpPolicy, issuer: &str, username: &str) -> String {
        let algorithm = policy.algorithm.trim_start_matches("Hmac");
        let (issuer, username) = (escaped(issuer), escaped(username));
        format!(
            "otpauth://totp/{issuer}:{username}?secret={}&digits={}&algorithm={algorithm}&issuer={issuer}&period={}",
            self.base32(),
            policy.digits,
            policy.period
        )
    }

    fn credential_data(policy: &OtpPolicy) -> String {
        json!({
            "subType": "totp", "digits": policy.digits, "counter": 0, "period": policy.period, "algorithm": policy.algorithm,
        })
        .to_string()
    }
}

impl Identity {
    /// A secret for a new device: 32 letters, 190 bits.
    pub fn new_otp_secret(&self) -> Secret {
        let mut bytes = [0; LETTERS];
        self.random().fill(&mut bytes);
        let letter = |byte: &u8| char::from(ALPHABET.get(usize::from(*byte % 64)).copied().unwrap_or(b'A'));
        Secret::from(bytes.iter().map(letter).collect::<String>())
    }

    /// Adds a device to a user, if the code proves that the device has the secret. That code is used up by it.
    pub async fn add_otp(
        &self,
        realm: &Realm,
        user: &Arc<User>,
        new: &NewOtp,
        code: &str,
        label: Option<String>,
    ) -> Result<bool, Error> {
        let policy = &realm.settings.otp;
        let data = NewOtp::credential_data(policy);
        let secret = Zeroizing::new(json!({ "value": new.secret.expose() }).to_string());
        let totp = Totp::from_keycloak(&data, &secret).map_err(|error| Error::fault(error.to_string()))?;
        let now = self.clock().now();
        let Some(step) = totp.step_of(code, now.seconds(), policy.look_around) else { return Ok(false) };
        let mut tx = self.begin().await?;
        let credential = NewCredential {
            id: None,
            kind: "otp".to_owned(),
            label,
            created_at: Some(now),
            credential_data: data,
            secret_data: secret,
            document: Value::Null,
        };
        let id = tx.add_credential(&user.id, credential).await?;
        tx.commit().await?;
        // RFC 6238 §5.2: taken once, here too.
        self.use_otp_step(&id, step).await?;
        Ok(true)
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

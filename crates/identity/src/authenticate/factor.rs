//! The second factor of a door that has one field only: the code is typed straight after the password.

use crypto::otp::Totp;
use crypto::secret::Secret;

use crate::{CredentialId, OtpPolicy, Timestamp};

/// A one-time password credential that can be checked here.
pub(super) struct Otp {
    pub(super) id: CredentialId,
    pub(super) totp: Totp,
    /// The newest step whose code has been used.
    pub(super) used_step: Option<i64>,
}

/// What was typed, taken apart.
pub(super) struct Typed {
    /// What is to be hashed. It is one text for one hash, whatever was typed.
    pub(super) password: Secret,
    /// The credential and the step that the code belongs to; `None` if there is no right code.
    pub(super) code: Option<(CredentialId, i64)>,
}

impl Typed {
    /// A password without a code.
    pub(super) fn whole(password: &Secret) -> Self {
        Self { password: password.clone(), code: None }
    }

    /// Takes the code off the end. Credentials may differ in digits: the one whose code it is says where the password
    /// ends; with a wrong code the first that could be meant does. Codes are tried before the hash because they cost
    /// microseconds, so that there is one hash to compute and not one for each credential.
    pub(super) fn with_code(typed: &Secret, otps: &[Otp], policy: &OtpPolicy, now: Timestamp) -> Self {
        let mut meant: Option<Self> = None;
        for otp in otps {
            let Some((password, code)) = split(typed.expose(), otp.totp.digits as usize) else { continue };
            if let Some(step) = otp.step(code, policy, now) {
                return Self { password: Secret::from(password), code: Some((otp.id.clone(), step)) };
            }
            meant.get_or_insert_with(|| Self { password: Secret::from(password), code: None });
        }
        meant.unwrap_or_else(|| Self::whole(typed))
    }
}

impl Otp {
    pub(super) fn step(&self, code: &str, policy: &OtpPolicy, now: Timestamp) -> Option<i64> {
        let step = self.totp.step_of(code, now.seconds(), policy.look_around)?;
        // RFC 6238 section 5.2: a code that has been used once is not taken again, nor is one from before it.
        let fresh = policy.reusable || self.used_step.is_none_or(|used| used < step);
        fresh.then_some(step)
    }
}

/// The text before its last `digits` characters, and those if they are digits.
fn split(text: &str, digits: usize) -> Option<(&str, &str)> {
    let (password, code) = text.split_at_checked(text.len().checked_sub(digits)?)?;
    code.bytes().all(|byte| byte.is_ascii_digit()).then_some((password, code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crypto::otp::OtpAlgorithm;
    use proptest::prelude::*;
    use zeroize::Zeroizing;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    fn otp(id: &str, digits: u32, used_step: Option<i64>) -> Otp {
        let secret = Zeroizing::new(format!("secret of {id}").into_bytes());
        let totp = Totp { secret, algorithm: OtpAlgorithm::Sha1, digits, period: 30 };
        Otp { id: CredentialId::from(id), totp, used_step }
    }

    fn policy(reusable: bool) -> OtpPolicy {
        OtpPolicy {
            kind: "totp".to_owned(),
            algorithm: "HmacSHA1".to_owned(),
            digits: 6,
            period: 30,
            look_around: 1,
            reusable,
        }
    }

    fn code(otp: &Otp, steps_away: i64) -> String {
        otp.totp.code((otp.totp.step_at(NOW.seconds()) + steps_away) as u64).to_string()
    }

    fn typed(text: &str, otps: &[Otp], reusable: bool) -> (String, Option<String>) {
        let typed = Typed::with_code(&Secret::from(text), otps, &policy(reusable), NOW);
        (typed.password.expose().to_owned(), typed.code.map(|(id, _)| id.to_string()))
    }

    #[test]
    fn the_right_code_is_taken_off_whatever_its_length() {
        let otps = [otp("six", 6, None), otp("eight", 8, None)];
        for (otp, id) in otps.iter().zip(["six", "eight"]) {
            let text = format!("pass{}", code(otp, 0));
            assert_eq!(typed(&text, &otps, false), ("pass".to_owned(), Some(id.to_owned())));
        }
    }

    #[test]
    fn a_wrong_or_missing_code_leaves_one_text_to_hash_and_no_step() {
        let otps = [otp("six", 6, None)];
        let wrong = if code(&otps[0], 0) == "000000" { "000001" } else { "000000" };
        assert_eq!(typed(&format!("pass{wrong}"), &otps, false), ("pass".to_owned(), None));
        for text in ["pass", "12345", "", "pässwörd", "pass12345x", "п12345"] {
            assert_eq!(typed(text, &otps, false), (text.to_owned(), None));
        }
        assert_eq!(typed("123456", &[], false), ("123456".to_owned(), None));
    }

    #[test]
    fn a67_the_window_is_one_step_on_either_side() {
        let otps = [otp("six", 6, None)];
        for (away, taken) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let (_, id) = typed(&format!("pass{}", code(&otps[0], away)), &otps, false);
            assert_eq!(id.is_some(), taken, "{away}");
        }
    }

    #[test]
    fn a67_a_used_code_and_one_before_it_are_wrong_unless_the_realm_says_otherwise() {
        let present = otp("six", 6, None).totp.step_at(NOW.seconds());
        let otps = [otp("six", 6, Some(present))];
        for (away, taken) in [(-1, false), (0, false), (1, true)] {
            let text = format!("pass{}", code(&otps[0], away));
            assert_eq!(typed(&text, &otps, false).1.is_some(), taken, "{away}");
            assert!(typed(&text, &otps, true).1.is_some());
        }
    }

    proptest! {
        #[test]
        fn no_text_is_lost_or_makes_it_panic(text in ".{0,12}[0-9]{0,12}", digits in 6_u32..=9) {
            let otps = [otp("x", digits, None)];
            let (password, _) = typed(&text, &otps, false);
            prop_assert!(text.starts_with(&password));
            let rest = &text[password.len()..];
            prop_assert!(rest.is_empty() || rest.len() == digits as usize && rest.bytes().all(|b| b.is_ascii_digit()));
        }
    }
}

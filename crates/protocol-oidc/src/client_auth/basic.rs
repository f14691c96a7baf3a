//! `client_secret_basic`: id and secret in the `Authorization` header.

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::{alphabet, engine::DecodePaddingMode};
use crypto::secret::Secret;
use http::{HeaderMap, header};

/// Longer headers hold no id and secret that we would look at.
const MAX_BYTES: usize = 8 * 1024;

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// What the header shows.
#[derive(Debug)]
pub(crate) struct Basic {
    /// The client.
    pub client_id: String,
    /// Its secret.
    pub secret: Secret,
}

/// The header is there and says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreadable;

impl Basic {
    /// Reads the header; `None` without one.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Result<Self, Unreadable>> {
        let mut all = headers.get_all(header::AUTHORIZATION).iter();
        let value = all.next()?;
        Some(match (all.next(), value.to_str()) {
            (None, Ok(text)) if text.len() <= MAX_BYTES => read(text).ok_or(Unreadable),
            _ => Err(Unreadable),
        })
    }
}

fn read(header: &str) -> Option<Basic> {
    let (scheme, credentials) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = LENIENT.decode(credentials.trim()).ok()?;
    let decoded = Secret::from(String::from_utf8(decoded).ok()?);
    let (client_id, secret) = decoded.expose().split_once(':')?;
    let client_id = form_decode(client_id)?;
    (!client_id.is_empty()).then(|| Some(Basic { client_id, secret: Secret::from(form_decode(secret)?) }))?
}

/// RFC 6749 §2.3.1: id and secret are form-encoded before they are joined. Many clients do not do that, so what is no valid
/// encoding is taken as it stands; a `+` without any `%` is far more often a plus than a space, and both are tried by nobody.
fn form_decode(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                let (Some(high), Some(low)) = (digit(rest.next()), digit(rest.next())) else {
                    return Some(text.to_owned());
                };
                (high * 16 + low) as u8
            }
            plain => plain,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    use super::*;

    fn of(value: &str) -> Option<(String, String)> {
        let mut headers = HeaderMap::new();
        headers.append(header::AUTHORIZATION, value.parse().unwrap());
        let basic = Basic::of(&headers)?.ok()?;
        Some((basic.client_id, basic.secret.expose().to_owned()))
    }

    #[expect(clippy::unnecessary_wraps, reason = "so that it compares with what was read")]
    fn pair(id: &str, secret: &str) -> Option<(String, String)> {
        Some((id.to_owned(), secret.to_owned()))
    }

    #[test]
    fn a43_id_and_secret_are_form_decoded() {
        let header = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
        assert_eq!(of(&header("robot:secret")), pair("robot", "secret"));
        assert_eq!(of(&header("my%3Aid:a%20b%2Bc+d")), pair("my:id", "a b+c d"));
        assert_eq!(of(&header("robot:a+b")), pair("robot", "a+b"));
        assert_eq!(of(&header("robot:50%")), pair("robot", "50%"));
        assert_eq!(of(&header("robot:a:b")), pair("robot", "a:b"));
        assert_eq!(of(&header("robot:")), pair("robot", ""));
        assert_eq!(of(&header("robot:secret").replace("Basic", "basic")), pair("robot", "secret"));
        assert_eq!(of(&header("robot:secret").replace('=', "")), pair("robot", "secret"));
    }

    #[test]
    fn a43_what_is_no_pair_is_unreadable_and_never_nothing() {
        for value in ["Basic", "Basic ", "Basic !!!", "Bearer abc", "Basic Og==", "Basic cm9ib3Q=", "Digest x"] {
            let mut headers = HeaderMap::new();
            headers.append(header::AUTHORIZATION, value.parse().unwrap());
            assert_eq!(Basic::of(&headers).unwrap().unwrap_err(), Unreadable, "{value}");
        }
        let mut two = HeaderMap::new();
        two.append(header::AUTHORIZATION, "Basic cjpz".parse().unwrap());
        two.append(header::AUTHORIZATION, "Basic cjpz".parse().unwrap());
        assert!(Basic::of(&two).unwrap().is_err());
        let huge = format!("Basic {}", "A".repeat(1024 * 1024));
        assert_eq!(of(&huge), None);
        let latin = format!("Basic {}", STANDARD.encode(b"r:\xfc"));
        assert_eq!(of(&latin), None);
        assert!(Basic::of(&HeaderMap::new()).is_none());
    }

    proptest! {
        #[test]
        fn any_header_is_read_or_refused(text in "[ -~]{0,120}") {
            let _ = of(&text);
        }
    }
}

//! `tls_client_auth` and `self_signed_tls_client_auth`: a client that is known by its certificate (RFC 8705 §2).

use crypto::certificate::{public_key_of, subject_of};
use crypto::distinguished_name::DistinguishedName;
use fancy_regex::RegexBuilder;
use identity::Client;
use protocol::web::PeerCertificate;

use super::Shown;
use crate::settings::{CERTIFICATE_SUBJECT, CERTIFICATE_SUBJECT_IS_EXPRESSION};

/// An expression that is longer, or takes more steps, matches nothing.
const MOST_EXPRESSION: usize = 1024;
const MOST_STEPS: usize = 10_000;

/// Whether the certificate that came with the request is the client's.
pub(super) async fn proves(shown: &Shown<'_>, client: &Client) -> bool {
    let Some(certificate) = shown.certificate else { return false };
    match client.attribute(CERTIFICATE_SUBJECT).filter(|subject| !subject.trim().is_empty()) {
        Some(subject) => {
            let is_expression = client.attribute(CERTIFICATE_SUBJECT_IS_EXPRESSION) == Some("true");
            named(certificate, subject, is_expression)
        }
        None => registered(shown, client, certificate).await,
    }
}

/// RFC 8705 §2.1: an authority that is trusted has issued it, and its subject is the registered one. Only the client's own
/// certificate counts: of those that came with it anybody may send any.
fn named(certificate: &PeerCertificate, subject: &str, is_expression: bool) -> bool {
    if !certificate.is_trusted() {
        return false;
    }
    let Ok(own) = subject_of(certificate.der()) else { return false };
    if own.is_empty() {
        return false;
    }
    if is_expression {
        return matches(subject, &own.to_string());
    }
    DistinguishedName::parse(subject).is_some_and(|registered| registered == own)
}

/// The whole name must match, as in Keycloak.
fn matches(expression: &str, name: &str) -> bool {
    if expression.len() > MOST_EXPRESSION {
        return false;
    }
    let whole = format!(r"\A(?:{expression})\z");
    let compiled = RegexBuilder::new(&whole).backtrack_limit(MOST_STEPS).build();
    compiled.is_ok_and(|compiled| compiled.is_match(name).unwrap_or(false))
}

/// RFC 8705 §2.2: nobody vouches for it, but its key is one that the client has registered.
async fn registered(shown: &Shown<'_>, client: &Client, certificate: &PeerCertificate) -> bool {
    let Ok(own) = public_key_of(certificate.der()) else { return false };
    let now = shown.portreeve.identity.clock().now();
    let keys = shown.parts.key_sets.of(client, None, now).await;
    keys.is_some_and(|keys| keys.iter().any(|key| key.key.spki_der() == own))
}

#[cfg(test)]
mod tests {
    use super::*;

    use crypto::algorithm::KeyKind;
    use crypto::certificate::{CertificateRequest, self_signed};
    use crypto::key::KeyPair;

    fn of(name: &str, trusted: bool) -> PeerCertificate {
        let key = KeyPair::generate(KeyKind::P256).unwrap();
        let request = CertificateRequest {
            subject: name,
            dns_names: &[],
            not_before: 1_700_000_000,
            not_after: 4_000_000_000,
            serial: [7; 16],
        };
        PeerCertificate::new(&self_signed(&key, &request).unwrap(), trusted)
    }

    #[test]
    fn a_name_counts_only_when_an_authority_vouches_for_it() {
        assert!(named(&of("app", true), "cn=App", false));
        assert!(!named(&of("app", false), "CN=app", false), "of the peer's own making");
        for other in ["CN=app2", "CN=ap", "app", "", "CN=app,O=x", ".*", "CN=.*"] {
            assert!(!named(&of("app", true), other, false), "{other}");
        }
    }

    #[test]
    fn an_expression_matches_the_whole_name() {
        for (expression, fits) in [
            ("CN=app", true),
            ("CN=a.*", true),
            ("(.*?)(?:$)", true),
            ("^.*CN=(.*?)(?:,|$)", true),
            ("app", false),
            ("CN=ap", false),
            ("N=app", false),
            ("CN=app|", true),
            ("(", false),
        ] {
            assert_eq!(named(&of("app", true), expression, true), fits, "{expression}");
        }
        assert!(!named(&of("app", false), "CN=app", true));
        let name = "a".repeat(60);
        assert!(!named(&of(&name, true), "CN=(a|aa)+b\\1", true), "gives up");
        assert!(!named(&of("app", true), &format!("CN=app{}", "|x".repeat(MOST_EXPRESSION)), true), "too long");
    }
}

//! The way back to the client: with a [`Redirect`] in hand, an answer or an error can be sent; without one, neither.

use std::fmt::Write as _;

use axum::response::Response;
use crypto::algorithm::Algorithm;
use http::StatusCode;
use identity::{Error, Transient};
use protocol::Page;
use serde_json::{Map, Value};

use super::check::Refusal;
use super::response_mode::{Carrier, ResponseMode};
use crate::desk::{self, Desk};
use crate::encryption::NoKey;
use crate::redirect_uri::AllowedUri;
use crate::settings::{self, OidcClient};
use crate::{PROTOCOL, keys};

/// Algorithm of signed answers (JWT Secured Authorization Response Mode §3).
const SIGNED_ALGORITHM: &str = "authorization.signed.response.alg";
/// Clients that trip over `session_state`, or over `iss`, do without.
const WITHOUT_SESSION_STATE: &str = "exclude.session.state.from.auth.response";
const WITHOUT_ISSUER: &str = "exclude.issuer.from.auth.response";
/// JWT Secured Authorization Response Mode §2.1: at most ten minutes.
const SIGNED_SECONDS: i64 = 600;

/// An address that was checked, and how the client wants its answer there.
#[derive(Debug, Clone)]
pub(crate) struct Redirect {
    uri: AllowedUri,
    mode: ResponseMode,
    state: Option<String>,
}

/// What an answer says, in order.
pub(crate) type Fields<'a> = Vec<(&'static str, std::borrow::Cow<'a, str>)>;

impl Redirect {
    /// The way back.
    pub(crate) fn new(uri: AllowedUri, mode: ResponseMode, state: Option<String>) -> Self {
        Self { uri, mode, state }
    }

    /// The address.
    pub(crate) fn uri(&self) -> &AllowedUri {
        &self.uri
    }

    /// An error (RFC 6749 §4.1.2.1, with Keycloak's order: error, description, state, issuer).
    ///
    /// # Errors
    /// Of signing.
    pub(crate) async fn error(&self, desk: &Desk<'_>, refusal: &Refusal) -> Result<Response, Error> {
        let mut fields: Fields<'_> = vec![("error", refusal.error.into())];
        if !refusal.description.is_empty() {
            fields.push(("error_description", refusal.description.as_str().into()));
        }
        fields.extend(self.state.as_deref().map(|state| ("state", state.into())));
        self.push_issuer(desk, &mut fields);
        self.send(desk, &fields).await
    }

    /// An answer: state, session, issuer, then what was asked for.
    ///
    /// # Errors
    /// Of signing.
    pub(crate) async fn answer(
        &self,
        desk: &Desk<'_>,
        session_state: &str,
        asked_for: Fields<'_>,
        kc_action: Option<(&str, &str)>,
    ) -> Result<Response, Error> {
        let mut fields: Fields<'_> = Vec::with_capacity(asked_for.len() + 5);
        fields.extend(self.state.as_deref().map(|state| ("state", state.into())));
        if !flag(desk, WITHOUT_SESSION_STATE) {
            fields.push(("session_state", session_state.into()));
        }
        self.push_issuer(desk, &mut fields);
        fields.extend(asked_for);
        if let Some((status, action)) = kc_action {
            fields.push(("kc_action_status", status.into()));
            fields.push(("kc_action", action.into()));
        }
        self.send(desk, &fields).await
    }

    /// RFC 9207 §2: every answer says who sends it, errors too, so that none is taken for another server's (A31).
    fn push_issuer(&self, desk: &Desk<'_>, fields: &mut Fields<'_>) {
        // A signed answer has the issuer among its claims (JWT Secured Authorization Response Mode §2.1).
        if !self.mode.signed && !flag(desk, WITHOUT_ISSUER) {
            fields.push(("iss", desk.issuer().as_str().to_owned().into()));
        }
    }

    async fn send(&self, desk: &Desk<'_>, fields: &Fields<'_>) -> Result<Response, Error> {
        let signed = if self.mode.signed { Some(sign(desk, fields).await?) } else { None };
        let pairs: Vec<(&str, &str)> = match &signed {
            Some(token) => vec![("response", token)],
            None => fields.iter().map(|(name, value)| (*name, &**value)).collect(),
        };
        let mut response = match self.mode.carrier {
            Carrier::Query => desk::redirect(StatusCode::FOUND, &in_query(self.uri.as_str(), &pairs)),
            Carrier::Fragment => desk::redirect(StatusCode::FOUND, &in_fragment(self.uri.as_str(), &pairs)),
            Carrier::FormPost => desk.show(&[], &Page::FormPost { action: self.uri.as_str(), fields: &pairs }),
        };
        desk::keep_from_caches(&mut response);
        Ok(response)
    }
}

fn flag(desk: &Desk<'_>, name: &str) -> bool {
    desk.client.and_then(|client| client.attribute(name)).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// The address with parameters in its query; what it has already stays in front (RFC 6749 §3.1.2, A11).
pub(crate) fn in_query(uri: &str, pairs: &[(&str, &str)]) -> String {
    let joint = match uri.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    if pairs.is_empty() { uri.to_owned() } else { format!("{uri}{joint}{}", encoded(pairs)) }
}

fn in_fragment(uri: &str, pairs: &[(&str, &str)]) -> String {
    format!("{uri}#{}", encoded(pairs))
}

/// Pairs as a form writes them, with `%20` for a space: scripts that cut a fragment apart do not all know `+`.
fn encoded(pairs: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        if !text.is_empty() {
            text.push('&');
        }
        for (part, end) in [(name, "="), (value, "")] {
            for byte in part.bytes() {
                if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                    text.push(char::from(byte));
                } else {
                    let _ = write!(text, "%{byte:02X}");
                }
            }
            text.push_str(end);
        }
    }
    text
}

/// JWT Secured Authorization Response Mode §2.1: the answer as claims, with issuer, audience and an end.
async fn sign(desk: &Desk<'_>, fields: &Fields<'_>) -> Result<String, Error> {
    let identity = &desk.portreeve.identity;
    let client = desk.client.ok_or_else(|| Error::fault("a signed answer to no client"))?;
    let named = client.attribute(SIGNED_ALGORITHM).and_then(|name| name.parse::<Algorithm>().ok());
    let algorithm = named.unwrap_or_else(|| settings::realm_algorithm(desk.realm));
    let realm = keys::ensure(identity, desk.realm, &[algorithm]).await?;
    let nobody = Transient::anonymous();
    let now = identity.clock().now();
    // What is signed here speaks for nobody: it wraps what was, or was not, granted.
    let gate = identity::admit(&realm, client, PROTOCOL, &nobody, now)
        .map_err(|refusal| Error::fault(format!("a signed answer: {refusal}")))?;
    let mut claims = Map::new();
    claims.insert("exp".into(), now.seconds().saturating_add(SIGNED_SECONDS).into());
    claims.insert("iss".into(), desk.issuer().as_str().into());
    claims.insert("aud".into(), (&*client.client_id).into());
    for (name, value) in fields {
        claims.insert((*name).into(), Value::from(&**value));
    }
    let key = keys::active(&realm, algorithm)?;
    let token = gate.sign(key, algorithm, &*desk.headers.get(key, keys::JWT, algorithm)?, &claims)?;
    // JWT Secured Authorization Response Mode §2.2: signed, then encrypted.
    let oidc = client.typed(OidcClient::read);
    let Some(encryption) = oidc.settings.as_ref().ok().and_then(|settings| settings.authorization_encryption) else {
        return Ok(token);
    };
    let sealer = encryption.sealer(desk.key_sets, client, now).await.map_err(|_| Error::fault(NoKey::WHY))?;
    sealer.nested(&token, identity.random())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a11_a_query_of_the_address_stays_and_the_answer_comes_behind_it() {
        let pairs = [("state", "a b&c"), ("code", "x.y")];
        for (uri, whole) in [
            ("https://a.example/cb", "https://a.example/cb?state=a%20b%26c&code=x.y"),
            ("https://a.example/cb?", "https://a.example/cb?state=a%20b%26c&code=x.y"),
            ("https://a.example/cb?x=1&y", "https://a.example/cb?x=1&y&state=a%20b%26c&code=x.y"),
            ("https://a.example/cb?x=1&", "https://a.example/cb?x=1&state=a%20b%26c&code=x.y"),
        ] {
            assert_eq!(in_query(uri, &pairs), whole);
        }
        assert_eq!(in_fragment("app:/cb?x", &pairs), "app:/cb?x#state=a%20b%26c&code=x.y");
        assert_eq!(in_query("app:/cb", &[]), "app:/cb");
    }

    proptest! {
        #[test]
        fn a10_whatever_is_echoed_reads_back_and_breaks_no_header(state in any::<String>()) {
            let location = in_query("https://a.example/cb", &[("state", &state), ("iss", "i")]);
            prop_assert!(location.bytes().all(|byte| byte.is_ascii_graphic()));
            let (_, query) = location.split_once('?').unwrap();
            let read: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
            prop_assert_eq!(read, vec![("state".to_owned(), state), ("iss".to_owned(), "i".to_owned())]);
        }
    }
}

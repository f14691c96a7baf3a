//! Which client asks, and how it proves that (RFC 6749 §2.3, OpenID Connect Core §9). One method a file.

mod assertion;
mod basic;
mod key_sets;
mod private_key_jwt;
mod secret;
mod secret_jwt;
mod x509;

use std::sync::Arc;

use http::HeaderMap;
use identity::{Client, Error};
use protocol::web::PeerCertificate;
use protocol::{ClientInRealm, ClientRefusal, Details, Issuer, Outcome};

use crate::error::{OAuthError, Words, words};
use crate::parameters::Parameters;
use crate::settings::{OidcClient, Settings};
use crate::{PROTOCOL, Parts};

pub(crate) use basic::Basic;
pub(crate) use key_sets::{ClientKeys, KeySets};

/// Values of `clientAuthenticatorType`, which is also how events name the method.
pub(crate) const CLIENT_SECRET: &str = "client-secret";
pub(crate) const CLIENT_SECRET_JWT: &str = "client-secret-jwt";
pub(crate) const CLIENT_JWT: &str = "client-jwt";
pub(crate) const CLIENT_X509: &str = "client-x509";

/// Names of the methods in discovery; those with a certificate only where clients are asked for one.
pub(crate) fn methods(certificates: bool) -> impl Iterator<Item = &'static str> {
    let [by_name, by_key] = ["tls_client_auth", "self_signed_tls_client_auth"].map(|name| certificates.then_some(name));
    let always = ["private_key_jwt", "client_secret_basic", "client_secret_post"].map(Some);
    always.into_iter().chain([by_name, Some("client_secret_jwt"), by_key]).flatten()
}

/// RFC 7523 §2.2.
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

const CREDENTIALS: &str = "Invalid client or Invalid client credentials";
/// No client, none that may ask, or a proof that cannot be read.
const NOT_A_CLIENT: Words = words(401, "invalid_client", CREDENTIALS, "client_not_found");
const DISABLED: Words = words(401, "invalid_client", CREDENTIALS, "client_disabled");
const UNREADABLE: Words = words(401, "invalid_client", CREDENTIALS, "invalid_client_credentials");
/// The client is known, and this is not it.
const NOT_PROVEN: Words = words(401, "unauthorized_client", CREDENTIALS, "invalid_client_credentials");

/// What a request shows, and where.
#[derive(Clone, Copy)]
pub(crate) struct Shown<'a> {
    pub portreeve: &'a protocol::Portreeve,
    pub realm: &'a Arc<identity::Realm>,
    pub issuer: &'a Issuer,
    /// Path of this endpoint below the issuer: an assertion may be meant for it.
    pub endpoint: &'static str,
    pub headers: &'a HeaderMap,
    /// The certificate of the peer.
    pub certificate: Option<&'a PeerCertificate>,
    pub form: &'a Parameters<'a>,
    pub parts: &'a Parts,
}

/// A client that is who it says, as far as it can prove that.
#[derive(Clone)]
pub(crate) struct Authenticated {
    pub client: Arc<Client>,
    pub oidc: Arc<OidcClient>,
    /// How, as Keycloak's events say it.
    pub method: &'static str,
}

/// Why the client is not taken for the one it names.
pub(crate) struct NotAuthenticated {
    pub error: OAuthError,
    /// Whether a client of that name was found and only the proof was wrong.
    pub known: bool,
    /// The client that was named, for the event.
    pub named: Option<String>,
}

impl NotAuthenticated {
    fn unknown(words: Words, named: Option<&str>) -> Self {
        Self { error: words.into(), known: false, named: named.map(str::to_owned) }
    }

    fn known(words: Words, client: &Client) -> Self {
        Self { error: words.into(), known: true, named: Some(client.client_id.to_string()) }
    }
}

impl From<Error> for NotAuthenticated {
    fn from(error: Error) -> Self {
        Self { error: error.into(), known: false, named: None }
    }
}

impl From<NotAuthenticated> for OAuthError {
    fn from(refused: NotAuthenticated) -> Self {
        refused.error
    }
}

impl Authenticated {
    /// The client's settings.
    ///
    /// # Errors
    /// When some cannot be read: their names, for the event.
    pub(crate) fn settings(&self) -> Result<&Settings, OAuthError> {
        self.oidc.settings.as_ref().map_err(|faults| {
            OAuthError::Settings(faults.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>().join(", "))
        })
    }
}

/// Authenticates the client of a request, and tells the event which it is and how it proved that.
///
/// # Errors
/// In Keycloak's words, which tell a client that is not there from one that did not prove itself.
pub(crate) async fn authenticate(
    shown: &Shown<'_>,
    outcome: &mut Outcome,
    details: &mut Details,
) -> Result<Authenticated, NotAuthenticated> {
    let result = check(shown).await;
    match &result {
        Ok(client) => {
            outcome.about_client(&client.client.client_id);
            note(details, client.method);
        }
        Err(refused) => {
            if let Some(client_id) = &refused.named {
                outcome.about_client(client_id);
            }
        }
    }
    result
}

async fn check(shown: &Shown<'_>) -> Result<Authenticated, NotAuthenticated> {
    let form = shown.form;
    if form.get("client_assertion_type").is_some() || form.get("client_assertion").is_some() {
        return by_assertion(shown).await;
    }
    let basic = match Basic::of(shown.headers) {
        None => None,
        Some(Ok(basic)) => Some(basic),
        Some(Err(basic::Unreadable)) => return Err(NotAuthenticated::unknown(UNREADABLE, form.given("client_id"))),
    };
    let (client_id, secret) = match &basic {
        Some(basic) => {
            // RFC 6749 §2.3: one way of authentication in a request. Some send the same pair in both places.
            let same = |name: &str, value: &str| form.given(name).is_none_or(|given| given == value);
            if !same("client_id", &basic.client_id) || !same("client_secret", basic.secret.expose()) {
                return Err(NotAuthenticated::unknown(UNREADABLE, Some(&basic.client_id)));
            }
            (&*basic.client_id, Some(basic.secret.expose()).filter(|secret| !secret.is_empty()))
        }
        None => match form.given("client_id") {
            Some(client_id) => (client_id, form.given("client_secret")),
            None => return Err(NotAuthenticated::unknown(NOT_A_CLIENT, None)),
        },
    };
    let client = find(shown, client_id)?;
    if client.public {
        // Nothing that a public client shows proves anything, and so nothing of it is looked at.
        return Ok(authenticated(client, CLIENT_SECRET));
    }
    if &*client.authenticator == CLIENT_X509 {
        // RFC 6749 §2.3: a secret beside a certificate is two ways.
        let alone = basic.is_none() && secret.is_none();
        return if alone && x509::proves(shown, &client).await {
            Ok(authenticated(client, CLIENT_X509))
        } else {
            Err(NotAuthenticated::known(NOT_PROVEN, &client))
        };
    }
    if secret::proves(&client, secret, shown.portreeve.identity.clock().now()) {
        Ok(authenticated(client, CLIENT_SECRET))
    } else {
        Err(NotAuthenticated::known(NOT_PROVEN, &client))
    }
}

async fn by_assertion(shown: &Shown<'_>) -> Result<Authenticated, NotAuthenticated> {
    let form = shown.form;
    let given = form.given("client_id");
    let unreadable = |named: Option<&str>| NotAuthenticated::unknown(UNREADABLE, named);
    // RFC 6749 §2.3 again: an assertion beside a secret is two ways.
    let alone = form.get("client_secret").is_none() && Basic::of(shown.headers).is_none();
    let (Some(ASSERTION_TYPE), Some(text), true) =
        (form.get("client_assertion_type"), form.given("client_assertion"), alone)
    else {
        return Err(unreadable(given));
    };
    let assertion = assertion::Assertion::parse(text).ok_or_else(|| unreadable(given))?;
    // RFC 7521 §4.2: a client_id beside the assertion names the same client.
    if given.is_some_and(|given| given != assertion.client_id()) {
        return Err(unreadable(given));
    }
    let client = find(shown, assertion.client_id())?;
    let method = match &*client.authenticator {
        CLIENT_JWT if !client.public => {
            private_key_jwt::verify(shown, &client, &assertion).await.map(|claims| (CLIENT_JWT, claims))
        }
        CLIENT_SECRET_JWT if !client.public => {
            secret_jwt::verify(&client, &assertion).map(|claims| (CLIENT_SECRET_JWT, claims))
        }
        _ => None,
    };
    let Some((method, claims)) = method else {
        let mut refused = NotAuthenticated::known(UNREADABLE, &client);
        refused.known = true;
        return Err(refused);
    };
    if assertion::holds(shown, &claims).await? {
        Ok(authenticated(client, method))
    } else {
        Err(NotAuthenticated::known(UNREADABLE, &client))
    }
}

fn find(shown: &Shown<'_>, client_id: &str) -> Result<Arc<Client>, NotAuthenticated> {
    let client = match ClientInRealm::find(shown.realm, client_id, PROTOCOL) {
        Ok(client) => Arc::clone(client.client()),
        Err(ClientRefusal::Disabled) => return Err(NotAuthenticated::unknown(DISABLED, Some(client_id))),
        Err(ClientRefusal::Unknown | ClientRefusal::OtherProtocol) => {
            return Err(NotAuthenticated::unknown(NOT_A_CLIENT, Some(client_id)));
        }
    };
    // One that only takes tokens asks for none.
    if client.bearer_only { Err(NotAuthenticated::known(NOT_PROVEN, &client)) } else { Ok(client) }
}

fn authenticated(client: Arc<Client>, method: &'static str) -> Authenticated {
    let oidc = client.typed(OidcClient::read);
    Authenticated { client, oidc, method }
}

/// What events say of how the client proved itself.
fn note(details: &mut Details, method: &'static str) {
    details.push(("client_auth_method".into(), method.to_owned()));
}

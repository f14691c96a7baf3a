//! What a token request says: query or form, and the `Authorization` header.
//!
//! Distribution specification, "Token Authentication Specification" (GET, Basic) and "OAuth2 Token Authentication" (POST,
//! form). Unknown parameters are ignored; `client_id` is free text here and no registered client.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use crypto::secret::Secret;
use http::{HeaderMap, header};

use crate::error::TokenError;

/// Longer headers hold no user name and password that we would look at.
const MAX_AUTHORIZATION_BYTES: usize = 8 * 1024;
/// Most parameters of one request.
const MAX_PARAMETERS: usize = 1024;
/// User name under which credential helpers hand out identity tokens.
const TOKEN_USER: &str = "<token>";

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// What the request shows of its sender.
#[derive(Debug, Clone)]
pub(crate) enum Credentials<'a> {
    /// Nothing at all.
    Nobody,
    /// A user name and a password.
    Password {
        /// As typed.
        username: Cow<'a, str>,
        /// As typed.
        password: Secret,
    },
    /// A stored token.
    IdentityToken(Secret),
    /// Something that cannot be right. Never taken for nothing: a wrong password must not become an anonymous pull.
    Unusable(&'static str),
}

/// A token request, read and not yet checked against anything.
#[derive(Debug, Clone)]
pub(crate) struct TokenRequest<'a> {
    /// Which registry: selects the client.
    pub service: Option<Cow<'a, str>>,
    /// All `scope` values, in order.
    pub scopes: Vec<Cow<'a, str>>,
    /// Who the program says it is.
    pub client_id: Option<Cow<'a, str>>,
    /// Whether an identity token is asked for.
    pub offline: bool,
    /// Whether this is the grant that gets its token back.
    pub is_refresh: bool,
    /// What it shows.
    pub credentials: Credentials<'a>,
}

/// Parameters by name.
#[derive(Default)]
struct Parameters<'a> {
    service: Option<Cow<'a, str>>,
    scopes: Vec<Cow<'a, str>>,
    client_id: Option<Cow<'a, str>>,
    offline: bool,
    grant_type: Option<Cow<'a, str>>,
    username: Option<Cow<'a, str>>,
    password: Option<Secret>,
    refresh_token: Option<Secret>,
}

impl<'a> Parameters<'a> {
    /// `secrets`: whether credentials may stand here; in a query they are ignored, because queries end up in logs.
    fn read(text: &'a [u8], secrets: bool) -> Result<Self, TokenError> {
        let mut all = Parameters::default();
        for (count, (name, value)) in form_urlencoded::parse(text).enumerate() {
            if count >= MAX_PARAMETERS {
                return Err(TokenError::TooManyParameters);
            }
            match &*name {
                "service" => once(&mut all.service, value, "service", true)?,
                "scope" => all.scopes.push(value),
                "client_id" => all.client_id = all.client_id.or(Some(value)),
                "offline_token" => all.offline |= value == "true",
                "access_type" => all.offline |= value == "offline",
                "grant_type" if secrets => once(&mut all.grant_type, value, "grant_type", false)?,
                "username" if secrets => once(&mut all.username, value, "username", false)?,
                "password" if secrets => once(&mut all.password, secret(value), "password", false)?,
                "refresh_token" if secrets => once(&mut all.refresh_token, secret(value), "refresh_token", false)?,
                _ => {}
            }
        }
        Ok(all)
    }
}

fn secret(value: Cow<'_, str>) -> Secret {
    Secret::from(value.into_owned())
}

/// RFC 6749 §3.2: a parameter must not be included more than once. The registry's own `scope` is the exception; a
/// repeated `service` is let through where it says the same.
fn once<T: Same>(slot: &mut Option<T>, value: T, name: &'static str, same_is_fine: bool) -> Result<(), TokenError> {
    match slot {
        None => {
            *slot = Some(value);
            Ok(())
        }
        Some(known) if same_is_fine && known.same(&value) => Ok(()),
        Some(_) => Err(TokenError::ParameterRepeated(name)),
    }
}

trait Same {
    fn same(&self, other: &Self) -> bool;
}

impl Same for Cow<'_, str> {
    fn same(&self, other: &Self) -> bool {
        self == other
    }
}

impl Same for Secret {
    fn same(&self, other: &Self) -> bool {
        self.ct_eq(other)
    }
}

impl<'a> TokenRequest<'a> {
    /// A GET: parameters in the query, credentials in the header.
    ///
    /// # Errors
    /// Where the request contradicts itself or asks for too much.
    pub(crate) fn from_query(query: &'a str, headers: &HeaderMap) -> Result<Self, TokenError> {
        let parameters = Parameters::read(query.as_bytes(), false)?;
        Ok(Self {
            service: parameters.service,
            scopes: parameters.scopes,
            client_id: parameters.client_id,
            offline: parameters.offline,
            is_refresh: false,
            credentials: authorization(headers),
        })
    }

    /// A POST: parameters and credentials in the form. `service` may also stand in the query, which clients keep from the
    /// realm URL of the challenge.
    ///
    /// # Errors
    /// Where the request contradicts itself, has no known grant type, or asks for too much.
    pub(crate) fn from_form(form: &'a [u8], query: &'a str, headers: &HeaderMap) -> Result<Self, TokenError> {
        let parameters = Parameters::read(form, true)?;
        let service = match parameters.service {
            Some(service) => Some(service),
            None => Parameters::read(query.as_bytes(), false)?.service,
        };
        let is_refresh = parameters.grant_type.as_deref() == Some("refresh_token");
        let credentials = match parameters.grant_type.as_deref() {
            None => return Err(TokenError::GrantTypeMissing),
            Some("password") => match (parameters.username, parameters.password) {
                (Some(username), Some(password)) => from_pair(username, password),
                _ => return Err(TokenError::ParameterMissing("username and password")),
            },
            Some("refresh_token") => match parameters.refresh_token {
                Some(token) if !token.is_empty() => Credentials::IdentityToken(token),
                _ => return Err(TokenError::ParameterMissing("refresh_token")),
            },
            Some(_) => return Err(TokenError::GrantTypeUnsupported),
        };
        // RFC 6749 §2.3: not more than one way of authentication in a request. Some send the same pair twice.
        let header = authorization(headers);
        if !matches!(header, Credentials::Nobody) && !is_same(&header, &credentials) {
            return Err(TokenError::TwoCredentials);
        }
        Ok(Self {
            service,
            scopes: parameters.scopes,
            client_id: parameters.client_id,
            offline: parameters.offline,
            is_refresh,
            credentials,
        })
    }
}

fn is_same(one: &Credentials<'_>, other: &Credentials<'_>) -> bool {
    match (one, other) {
        (
            Credentials::Password { username, password },
            Credentials::Password { username: other_name, password: other_password },
        ) => username == other_name && password.ct_eq(other_password),
        (Credentials::IdentityToken(token), Credentials::IdentityToken(other)) => token.ct_eq(other),
        _ => false,
    }
}

/// A user name and password, as they are meant: a stored token travels as a password without a user name (BuildKit) or
/// under the name `<token>` (tools that do not know what a credential helper means by it).
fn from_pair(username: Cow<'_, str>, password: Secret) -> Credentials<'_> {
    match (username.is_empty() || username == TOKEN_USER, password.is_empty()) {
        (_, true) => Credentials::Unusable("empty password"),
        (true, false) => Credentials::IdentityToken(password),
        (false, false) => Credentials::Password { username, password },
    }
}

/// RFC 7617 §2: `Basic`, in any letter case, and base64 of user name, colon, password, in UTF-8.
fn authorization(headers: &HeaderMap) -> Credentials<'static> {
    let mut found = Credentials::Nobody;
    let mut seen = false;
    for value in headers.get_all(header::AUTHORIZATION) {
        let bytes = value.as_bytes();
        if bytes.len() > MAX_AUTHORIZATION_BYTES {
            return Credentials::Unusable("Authorization header too long");
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Credentials::Unusable("Authorization header is not text");
        };
        let (scheme, rest) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
        if !scheme.eq_ignore_ascii_case("basic") {
            // Another scheme beside Basic says nothing; alone it is a credential that nobody here can check.
            if !seen {
                found = Credentials::Unusable("no Basic credentials");
            }
            continue;
        }
        if seen {
            return Credentials::Unusable("more than one Basic header");
        }
        seen = true;
        found = basic(rest.trim());
    }
    found
}

fn basic(encoded: &str) -> Credentials<'static> {
    let Ok(decoded) = LENIENT.decode(encoded) else {
        return Credentials::Unusable("Basic credentials are not base64");
    };
    let Ok(pair) = String::from_utf8(decoded) else {
        return Credentials::Unusable("Basic credentials are not UTF-8");
    };
    let pair = Secret::from(pair);
    // The first colon: a user name holds none, a password may.
    let Some((username, password)) = pair.expose().split_once(':') else {
        return Credentials::Unusable("Basic credentials without a colon");
    };
    from_pair(Cow::Owned(username.to_owned()), Secret::from(password))
}

#[cfg(test)]
mod tests;

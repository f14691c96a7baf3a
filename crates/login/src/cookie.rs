//! Keycloak's cookies of a realm, besides that of the log-in in progress.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use identity::{Error, Identity, InternalKind, LiveSession, Realm, SessionId};
use protocol::browser::{Cookie, Lifetime, Readable, cookie_of, cookie_path, is_secure};
use protocol::{Issuer, Portreeve};
use serde::{Deserialize, Serialize};

/// Proves a session.
const IDENTITY: &str = "KEYCLOAK_IDENTITY";
/// Tells scripts whether the session is still the same.
const SESSION: &str = "KEYCLOAK_SESSION";
/// The name to begin with next time.
const REMEMBER_ME: &str = "KEYCLOAK_REMEMBER_ME";
/// The language that was chosen.
const LOCALE: &str = "KEYCLOAK_LOCALE";
/// Finds the log-in in progress when its tab is lost.
const RESTART: &str = "KC_RESTART";

const YEAR: i64 = 365 * 24 * 60 * 60;

/// Claims of the cookie that proves a session.
#[derive(Serialize, Deserialize)]
struct IdentityClaims {
    jti: String,
    iss: String,
    sub: String,
    sid: SessionId,
    typ: String,
    iat: i64,
    exp: i64,
}

/// A realm's cookies, as they are written.
pub(crate) struct Cookies {
    path: String,
    secure: bool,
}

impl Cookies {
    pub(crate) fn of(portreeve: &Portreeve, realm: &Realm) -> Self {
        let issuer = Issuer::of(portreeve, realm);
        Self { path: cookie_path(&issuer), secure: is_secure(&issuer) }
    }

    fn set(&self, answer: &mut HeaderMap, name: &str, value: &str, lifetime: Lifetime, readable: Readable) {
        Cookie { name, value, lifetime, readable }.set(answer, &self.path, self.secure);
    }

    fn forget(&self, answer: &mut HeaderMap, name: &str) {
        Cookie::forget(name, answer, &self.path, self.secure);
    }

    /// The session is this browser's.
    pub(crate) fn keep_session(
        &self,
        portreeve: &Portreeve,
        realm: &Realm,
        live: &LiveSession,
        answer: &mut HeaderMap,
    ) -> Result<(), Error> {
        let session = live.session();
        let settings = &realm.settings;
        let own = |remembered: i64, usual: i64| if session.remember_me && remembered > 0 { remembered } else { usual };
        let most = own(settings.sso_session_max_lifespan_remember_me, settings.sso_session_max_lifespan);
        let now = portreeve.identity.clock().now().seconds();
        let claims = IdentityClaims {
            jti: crypto::random::uuid(portreeve.identity.random()).to_string(),
            iss: Issuer::of(portreeve, realm).as_str().to_owned(),
            sub: session.user.to_string(),
            sid: session.id,
            typ: InternalKind::Identity.typ().to_owned(),
            iat: now,
            exp: session.started_at.seconds().saturating_add(most),
        };
        let token = portreeve.identity.sign_internal(realm, InternalKind::Identity, &claims)?;
        // Remembered means: beyond the browser's end.
        let lifetime = if session.remember_me { Lifetime::Seconds(most) } else { Lifetime::Browser };
        self.set(answer, IDENTITY, &token, lifetime, Readable::Server);
        let hash = URL_SAFE_NO_PAD.encode(crypto::digest::sha256(session.id.as_str().as_bytes()));
        self.set(answer, SESSION, &hash, Lifetime::Seconds(most), Readable::Scripts);
        self.forget(answer, RESTART);
        if session.remember_me {
            let name = format!("username:{}", escaped(&session.username));
            self.set(answer, REMEMBER_ME, &name, Lifetime::Seconds(YEAR), Readable::Server);
        } else {
            self.forget(answer, REMEMBER_ME);
        }
        Ok(())
    }

    /// The session is over.
    pub(crate) fn forget_session(&self, answer: &mut HeaderMap) {
        self.forget(answer, IDENTITY);
        self.forget(answer, SESSION);
        self.forget(answer, RESTART);
    }

    /// Where to go on when the tab is lost.
    pub(crate) fn keep_restart(&self, answer: &mut HeaderMap, secret: &str) {
        self.set(answer, RESTART, secret, Lifetime::Browser, Readable::Server);
    }

    /// A language was chosen.
    pub(crate) fn keep_locale(&self, answer: &mut HeaderMap, locale: &str) {
        self.set(answer, LOCALE, locale, Lifetime::Browser, Readable::Server);
    }
}

/// The session that a request's cookie names, if the cookie is the realm's own and not too old. Whether the session lives is
/// for the store to say.
pub(crate) fn session_of(
    identity: &Identity,
    realm: &Realm,
    issuer: &Issuer,
    headers: &HeaderMap,
) -> Option<(SessionId, String)> {
    let claims: IdentityClaims = identity.read_internal(realm, cookie_of(headers, IDENTITY)?).ok()?;
    // A35: a token of another purpose is no session, however genuine.
    let is_cookie = claims.typ == InternalKind::Identity.typ()
        && claims.iss == issuer.as_str()
        && identity.clock().now().seconds() < claims.exp;
    is_cookie.then_some((claims.sid, claims.sub))
}

/// The name that the browser remembers.
pub(crate) fn remembered_name(headers: &HeaderMap) -> Option<String> {
    let name = cookie_of(headers, REMEMBER_ME)?.strip_prefix("username:")?;
    protocol::web::percent_decode(name).filter(|name| !name.is_empty())
}

pub(crate) fn locale(headers: &HeaderMap) -> Option<&str> {
    cookie_of(headers, LOCALE)
}

pub(crate) fn restart(headers: &HeaderMap) -> Option<&str> {
    cookie_of(headers, RESTART)
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

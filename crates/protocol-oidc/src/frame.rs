//! Pages that an application loads into a frame of its own: the session frame (OpenID Connect Session Management 1.0) and
//! Keycloak's probe for third-party cookies. They show nothing, and hold one script each.

use axum::body::Body;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use protocol::{ClientInRealm, InRealm};

use crate::door::DocumentDoor;
use crate::parameters::Parameters;
use crate::{PROTOCOL, response};

/// Which page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    /// Whether a session is still the one that it was.
    LoginStatus,
    /// Leaves a cookie.
    ThirdPartyCookies1,
    /// Looks for it.
    ThirdPartyCookies2,
}

impl Which {
    #[cfg(test)]
    const ALL: [Self; 3] = [Self::LoginStatus, Self::ThirdPartyCookies1, Self::ThirdPartyCookies2];

    fn script(self) -> &'static str {
        match self {
            Self::LoginStatus => include_str!("../../../themes/base/oidc/login-status.js"),
            Self::ThirdPartyCookies1 => include_str!("../../../themes/base/oidc/third-party-cookies-1.js"),
            Self::ThirdPartyCookies2 => include_str!("../../../themes/base/oidc/third-party-cookies-2.js"),
        }
    }
}

/// The page.
pub(crate) fn serve(door: InRealm<DocumentDoor>, which: Which) -> Response {
    door.outcome.served();
    let script = which.script();
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>-</title></head><body><script>{script}</script></body></html>"
    );
    let mut response = Response::new(Body::from(page));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html;charset=utf-8"));
    headers
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, must-revalidate, no-transform, no-store"));
    if let Ok(policy) = HeaderValue::from_str(&policy(script)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Whoever frames it, it runs its own script, asks this server, and does nothing else. `frame-ancestors` takes the place of
/// `X-Frame-Options` in every browser that knows it (CSP 3 §6.4.2).
fn policy(script: &str) -> String {
    let digest = STANDARD.encode(crypto::digest::sha256(script.as_bytes()));
    format!(
        "default-src 'none'; script-src 'sha256-{digest}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *"
    )
}

/// Whether pages of an origin may ask for a client's session: 204, or 403.
// CVE-2024-1249: a frame that answers whoever asks floods the server and tells strangers of sessions.
pub(crate) fn admits(door: InRealm<DocumentDoor>, query: &[u8]) -> Response {
    let allowed = Parameters::read(query).is_ok_and(|form| {
        let (Some(client_id), Some(origin)) = (form.given("client_id"), form.given("origin")) else { return false };
        let own = origin_of(&door.portreeve.web.public_url);
        ClientInRealm::find(&door.realm, client_id, PROTOCOL)
            .is_ok_and(|client| own == origin || admits_origin(client.client(), origin))
    });
    door.outcome.served();
    let status = if allowed { StatusCode::NO_CONTENT } else { StatusCode::FORBIDDEN };
    let mut answer = Response::default();
    *answer.status_mut() = status;
    response::no_store(&mut answer);
    answer
}

fn admits_origin(client: &identity::Client, origin: &str) -> bool {
    let mut asked = HeaderMap::new();
    let Ok(value) = HeaderValue::from_str(origin) else { return false };
    asked.insert(header::ORIGIN, value);
    crate::cors::admits(client, &asked)
}

fn origin_of(url: &str) -> &str {
    let authority = url.find("://").map_or(0, |at| at + 3);
    let length = url.get(authority..).and_then(|rest| rest.find('/'));
    length.and_then(|length| url.get(..authority + length)).unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a54_a_frame_runs_its_own_script_and_no_other() {
        for which in Which::ALL {
            let script = which.script();
            assert!(!script.contains("</script"), "{which:?} would end itself early");
            let digest = STANDARD.encode(crypto::digest::sha256(script.as_bytes()));
            let policy = policy(script);
            assert!(
                policy.contains(&format!("script-src 'sha256-{digest}'")) && !policy.contains("unsafe"),
                "{policy}"
            );
        }
    }

    #[test]
    fn an_origin_ends_before_the_path() {
        for (url, origin) in [
            ("https://id.example/auth", "https://id.example"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("https://id.example/", "https://id.example"),
        ] {
            assert_eq!(origin_of(url), origin);
        }
    }
}

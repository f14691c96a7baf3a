//! Logging out: by an application's wish (RP-Initiated Logout 1.0), by a refresh token (Keycloak's older way), and telling the
//! applications that took part (front-channel and back-channel).

mod backchannel;
mod confirm;
mod frontchannel;
mod rp_initiated;
mod with_refresh_token;

use identity::{Client, Realm};
use protocol::Portreeve;

use crate::redirect_uri::{self, AllowedUri, Base};

pub(crate) use backchannel::{Deliveries, incoming};
pub(crate) use confirm::{get as get_confirm, post as post_confirm};
pub(crate) use rp_initiated::{get, post};

/// Where a client's people may be sent after a log-out, with `##` between; `+` for its redirect URIs, `-` for nowhere.
const POST_LOGOUT_REDIRECT_URIS: &str = "post.logout.redirect.uris";
/// Client that Keycloak names where none is known.
const SYSTEM_CLIENT: &str = "account";

/// The address, if people may be sent there after a log-out (A60).
// RP-Initiated Logout 1.0 §3: registered, and compared as redirect URIs are. Keycloak: without a setting the redirect URIs.
fn allowed_after(portreeve: &Portreeve, realm: &Realm, client: &Client, uri: &str) -> Option<AllowedUri> {
    let base = Base::of(portreeve, realm, client);
    let setting = client.attribute(POST_LOGOUT_REDIRECT_URIS).unwrap_or("+");
    let mut registered: Vec<String> = Vec::new();
    for one in setting.split("##") {
        match one {
            "-" => return None,
            "+" => registered.extend(client.redirect_uris.iter().cloned()),
            one => registered.push(one.to_owned()),
        }
    }
    redirect_uri::allowed(&base, &registered, uri)
}

/// Where to go after a log-out, with the application's own `state`.
fn with_state(uri: &AllowedUri, state: Option<&str>) -> String {
    match state {
        Some(state) => crate::authorize::in_query(uri.as_str(), &[("state", state)]),
        None => uri.as_str().to_owned(),
    }
}

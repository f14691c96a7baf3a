//! Front-Channel Logout 1.0: applications are told by frames in the person's browser.

use std::sync::Arc;

use identity::{Client, ClientSession, SessionId};

use crate::PROTOCOL;
use crate::authorize::in_query;
use crate::desk::Desk;

/// Where a client wants to be told.
const URL: &str = "frontchannel.logout.url";
/// Whether it wants to know which session; Keycloak's clients do unless they say no.
const SESSION_REQUIRED: &str = "frontchannel.logout.session.required";
/// More applications than one person is logged in to.
const MOST_FRAMES: usize = 64;

/// The applications of a session that want to be told, and the addresses to load.
pub(super) fn frames(desk: &Desk<'_>, session: &SessionId, parts: &[ClientSession]) -> Vec<(Arc<Client>, String)> {
    let issuer = desk.issuer();
    parts
        .iter()
        .filter_map(|part| desk.realm.client_by_id(&part.client))
        .filter(|client| client.enabled && &*client.protocol == PROTOCOL && client.frontchannel_logout)
        .filter_map(|client| Some((Arc::clone(client), address(client, issuer.as_str(), session.as_str())?)))
        .take(MOST_FRAMES)
        .collect()
}

/// §2: the address with issuer and session, if the client wants them. Only what a frame may load.
fn address(client: &Client, issuer: &str, sid: &str) -> Option<String> {
    let url = client.attribute(URL).filter(|url| url.starts_with("https://") || url.starts_with("http://"))?;
    let url = url.split_once('#').map_or(url, |(url, _)| url);
    if !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let with_session = client.attribute(SESSION_REQUIRED).is_none_or(|text| !text.eq_ignore_ascii_case("false"));
    Some(if with_session { in_query(url, &[("iss", issuer), ("sid", sid)]) } else { url.to_owned() })
}

//! Keycloak's older way: a client shows a refresh token, and its session ends. No browser is needed.

use axum::response::Response;
use http::StatusCode;
use protocol::{Details, InBrowser, Interaction, Outcome, Portreeve};

use super::rp_initiated::no_cache;
use crate::client_auth::{self, Shown};
use crate::door::LogoutDoor;
use crate::error::{OAuthError, Words, invalid_grant};
use crate::parameters::Parameters;
use crate::{Parts, cors, event, refresh};

/// Path of the endpoint below the issuer.
const PATH: &str = "/protocol/openid-connect/logout";

const INVALID: Words = invalid_grant("Invalid refresh token", "invalid_token");
const OF_ANOTHER: Words =
    invalid_grant("Invalid refresh token. Token client and authorized client don't match", "invalid_token");

/// POST with a refresh token.
pub(super) async fn post(request: InBrowser<LogoutDoor>, parts: &Parts, form: &Parameters<'_>) -> Response {
    let InBrowser { mut door, browser } = request;
    let mut details = Details::new();
    let mut origin_client = None;
    let issuer = door.issuer();
    let shown = Shown {
        portreeve: &door.portreeve,
        realm: &door.realm,
        issuer: &issuer,
        endpoint: PATH,
        headers: &browser.headers,
        certificate: door.certificate.as_ref(),
        form,
        parts,
    };
    let result = end(&shown, &*browser.interaction, &mut door.outcome, &mut details, &mut origin_client).await;
    let mut response = match result {
        Ok(true) => {
            door.outcome.succeeded(event::LOGOUT.succeeded, details);
            gone()
        }
        // Recorded: once more is answered like once, and nothing has happened.
        Ok(false) => {
            door.outcome.served();
            gone()
        }
        Err(error) => {
            let response = error.response();
            error.end(door.outcome, details);
            response
        }
    };
    no_cache(&mut response);
    cors::allow(&mut response, origin_client.as_deref(), &browser.headers);
    response
}

fn gone() -> Response {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// Whether a session was ended.
async fn end(
    shown: &Shown<'_>,
    interaction: &dyn Interaction,
    outcome: &mut Outcome,
    details: &mut Details,
    origin_client: &mut Option<std::sync::Arc<identity::Client>>,
) -> Result<bool, OAuthError> {
    shown.form.once_each(&[])?;
    let authenticated = client_auth::authenticate(shown, outcome, details).await?;
    let client = &authenticated.client;
    *origin_client = Some(std::sync::Arc::clone(client));
    let portreeve: &Portreeve = shown.portreeve;
    let text = shown.form.get("refresh_token").unwrap_or_default();
    let read = refresh::read(&portreeve.identity, shown.realm, shown.issuer, text).ok_or(INVALID)?;
    // RFC 6749 §10.4: a refresh token is bound to its client. Keycloak says so here.
    if read.azp != *client.client_id {
        return Err(OF_ANOTHER.into());
    }
    let sid = read.sid.parse().map_err(|_| INVALID)?;
    let offline = read.typ == refresh::OFFLINE;
    let identity = &portreeve.identity;
    let live = identity.live_session(shown.realm, &sid, offline, Some(&client.id)).await?;
    // A token from before the client's part began anew, or a revoked one, ends nothing that came after it.
    let Some(live) = live else { return Ok(false) };
    if !refresh::belongs(&live, &read) || refresh::is_revoked(identity, shown.realm, &read).await? {
        return Ok(false);
    }
    outcome.about_user(live.user().id.clone());
    outcome.about_session(sid.as_str());
    if offline {
        return Ok(identity.close_offline_session(shown.realm, &sid).await?);
    }
    interaction.end_session(portreeve, shown.realm, &live).await?;
    Ok(true)
}

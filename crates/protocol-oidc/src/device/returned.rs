//! The person is back, for a device.

use axum::response::Response;
use identity::{Error, Notes};
use protocol::{Completed, Details, Failed, LoginFailure, Page};
use serde::{Deserialize, Serialize};

use super::{Entry, State, USER_CODE_KIND, user_secret};
use crate::desk::{self, Desk, PageError, Trouble};
use crate::{PROTOCOL, Parts, authorize, event, notes, sessions};

/// What is kept while somebody logs in for a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Device {
    /// The code that they brought.
    pub(super) user_code: String,
}

/// They are logged in and agree: the device may have its tokens.
pub(crate) async fn completed(completed: Completed, device: Device, parts: &Parts) -> Response {
    let Completed { portreeve, realm, client, mut outcome, browser, session, fresh, level, .. } = completed;
    outcome.about_client(&client.client_id);
    outcome.about_user(session.user().id.clone());
    outcome.about_session(session.session_id().as_str());
    let desk = Desk::at(&portreeve, &realm, &browser, Some(&client), parts);
    let details: Details = vec![
        ("auth_method".into(), PROTOCOL.into()),
        ("username".into(), session.user().username.clone()),
        ("code_id".into(), session.session_id().to_string()),
    ];
    let acr = authorize::acr(&realm, &client, level, fresh);
    let result = async {
        let entry = open_entry(&desk, &device).await?;
        let scope = entry.as_ref().map(|entry| entry.scope.clone()).ok_or_else(expired)?;
        let since = sessions::since(&portreeve.identity, &realm, &session.session_id(), &client).await?;
        let part: Notes =
            [(notes::SCOPE, scope.as_str()), (notes::ACR, &acr), (notes::SINCE, &since)].into_iter().collect();
        let joined = session.open(part, None).await?;
        let state = State::Approved { session: joined.session.session().id, acr: acr.clone() };
        // Whoever answers first has answered: an approval beside a refusal does not count.
        if !decide(&desk, &device, state).await? {
            return Err(Trouble::Page(expired()));
        }
        Ok(())
    }
    .await;
    match result {
        Ok(()) => {
            outcome.succeeded(event::DEVICE_VERIFY.succeeded, details);
            let mut response = desk.show(
                &[],
                &Page::Info {
                    heading: Some("oauth2DeviceVerificationCompleteHeader"),
                    message: "oauth2DeviceVerificationCompleteMessage",
                },
            );
            desk::keep_from_caches(&mut response);
            response
        }
        Err(trouble) => trouble.end(&desk, outcome, details),
    }
}

/// They are not, or do not agree: the device is told no more than that.
pub(crate) async fn failed(failed: Failed, device: Device, parts: &Parts) -> Response {
    let Failed { portreeve, realm, client, mut outcome, browser, reason, error, .. } = failed;
    outcome.about_client(&client.client_id);
    let desk = Desk::at(&portreeve, &realm, &browser, Some(&client), parts);
    let said_no = matches!(reason, LoginFailure::AccessDenied | LoginFailure::ConsentRequired);
    if said_no && let Err(error) = decide(&desk, &device, State::Denied).await {
        return Trouble::Store(error).end(&desk, outcome, Details::new());
    }
    outcome.refused(error, Details::new());
    let message = if said_no { "oauth2DeviceConsentDeniedMessage" } else { "oauth2DeviceVerificationFailedMessage" };
    let mut response = desk.show(&[], &Page::Info { heading: Some("oauth2DeviceVerificationFailedHeader"), message });
    desk::keep_from_caches(&mut response);
    response
}

fn expired() -> PageError {
    PageError::new("oauth2DeviceExpiredUserCodeMessage", "expired_oauth2_user_code")
}

async fn open_entry(desk: &Desk<'_>, device: &Device) -> Result<Option<Entry>, Error> {
    let secret = user_secret(desk.realm, &device.user_code);
    let ticket = desk.portreeve.identity.find_ticket(desk.realm, USER_CODE_KIND, &secret).await?;
    Ok(ticket
        .and_then(|ticket| serde_json::from_value::<Entry>(ticket.payload.as_ref().clone()).ok())
        .filter(|entry| entry.state == State::Open))
}

/// Writes the answer down, if none was given before.
async fn decide(desk: &Desk<'_>, device: &Device, state: State) -> Result<bool, Error> {
    let identity = &desk.portreeve.identity;
    let secret = user_secret(desk.realm, &device.user_code);
    let Some(ticket) = identity.find_ticket(desk.realm, USER_CODE_KIND, &secret).await? else { return Ok(false) };
    let Ok(entry) = serde_json::from_value::<Entry>(ticket.payload.as_ref().clone()) else { return Ok(false) };
    if entry.state != State::Open {
        return Ok(false);
    }
    let after = serde_json::to_value(Entry { state, ..entry })
        .map_err(|error| Error::fault(format!("a device's answer: {error}")))?;
    let until = ticket.expires_at.unwrap_or_else(|| identity.clock().now());
    identity.replace_ticket_payload(desk.realm, USER_CODE_KIND, &secret, &ticket.payload, &after, until).await
}

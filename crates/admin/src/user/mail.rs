//! Mails that lead a user to something.

use std::sync::Arc;

use http::StatusCode;
use identity::{Client, User};
use protocol::Letter;
use serde_json::{Map, Value};

use super::change::known_actions;
use crate::{Happened, ManageUsers, Permit, Refusal, Resource, Words};

/// The application that a link goes on to where the request names none.
const ACCOUNT: &str = "account";

/// A mail that is asked for.
#[derive(Debug, Clone, Default)]
pub struct MailRequest {
    /// The application to go on to.
    pub client_id: Option<String>,
    /// Where there.
    pub redirect_uri: Option<String>,
    /// Seconds that the link lives.
    pub lifespan: Option<i64>,
}

/// Sends a user a mail whose link leads to required actions. Who follows it has proved to be the user.
///
/// # Errors
/// 404; 403 for who manages more than the caller; 400 for a user without an address or disabled, for actions that are not there, for
/// an application that is not there or does not know the address; 500 where the realm cannot send mails.
pub async fn execute_actions_email(
    permit: &Permit<ManageUsers>,
    id: &str,
    actions: &[String],
    request: &MailRequest,
) -> Result<(), Refusal> {
    let what = "execute-actions-email";
    // Keycloak names the sender's address that its settings lack; there is nothing to name without settings.
    let failed = "Failed to send execute actions email: Invalid sender address 'null'. If the address contains UTF-8 characters \
                  in the local part please ensure the SMTP server supports the SMTPUTF8 extension and enable 'Allow UTF-8' in \
                  the email realm configuration.";
    send(permit, id, Some(actions), request, what, failed).await
}

/// Sends a user a mail whose link proves the address.
///
/// # Errors
/// As [`execute_actions_email`].
pub async fn verify_email(permit: &Permit<ManageUsers>, id: &str, request: &MailRequest) -> Result<(), Refusal> {
    send(permit, id, None, request, "send-verify-email", "Failed to send verify email").await
}

async fn send(
    permit: &Permit<ManageUsers>,
    id: &str,
    actions: Option<&[String]>,
    request: &MailRequest,
    what: &str,
    failed: &'static str,
) -> Result<(), Refusal> {
    let (user, client) = check(permit, id, actions.unwrap_or_default(), request).await?;
    let (realm, portreeve) = (permit.realm(), permit.portreeve());
    let letter = Letter {
        realm,
        user: &user,
        client: &client,
        redirect_uri: request.redirect_uri.as_deref(),
        actions,
        lifespan: request.lifespan,
    };
    let sent = match portreeve.letters() {
        Some(letters) => letters.send(portreeve, letter).await?,
        None => false,
    };
    if !sent {
        return Err(Refusal::status(StatusCode::INTERNAL_SERVER_ERROR, Words::Message(failed.into())));
    }
    permit.change().await?.commit(Happened::action(Resource::User, format!("users/{}/{what}", user.id))).await
}

/// Everything about a mail that is asked for, in Keycloak's order.
async fn check(
    permit: &Permit<ManageUsers>,
    id: &str,
    actions: &[String],
    request: &MailRequest,
) -> Result<(Arc<User>, Arc<Client>), Refusal> {
    let user = super::find(permit, id).await?;
    permit.check_may_manage(&user)?;
    let realm = permit.realm();
    if user.email.is_none() {
        return Err(Refusal::message("User email missing"));
    }
    if !user.enabled {
        return Err(Refusal::message("User is disabled"));
    }
    if request.redirect_uri.is_some() && request.client_id.is_none() {
        return Err(Refusal::message("Client id missing"));
    }
    if known_actions(realm, &serde_json::json!(actions)).len() != actions.len() {
        return Err(Refusal::message("Provided invalid required actions"));
    }
    let client_id = request.client_id.as_deref().unwrap_or(ACCOUNT);
    let client = realm.client(client_id).ok_or_else(|| Refusal::message("Client doesn't exist"))?;
    if !client.enabled {
        return Err(Refusal::message("Client is not enabled"));
    }
    if request.redirect_uri.as_deref().is_some_and(|uri| !knows(client, uri)) {
        return Err(Refusal::message("Invalid redirect uri."));
    }
    Ok((user, Arc::clone(client)))
}

/// Whether an application has registered an address: as it is, or by its beginning. A link in a mail goes nowhere else (A61).
fn knows(client: &Client, uri: &str) -> bool {
    let is_page = (uri.starts_with("https://") || uri.starts_with("http://"))
        && !uri.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\')
        && !uri.contains("/..");
    let fits = |own: &str| match own.strip_suffix('*') {
        // A beginning that ends before the path could be continued to another host.
        Some(start) => start.matches('/').count() >= 3 && uri.starts_with(start),
        None => own == uri,
    };
    is_page && client.redirect_uris.iter().any(|own| fits(own))
}

/// Tries a mail server by a letter to the caller.
///
/// # Errors
/// 400 for a caller without an address; 500 where the server takes nothing.
pub async fn try_mail_server(permit: &Permit<crate::ManageRealm>, settings: Map<String, Value>) -> Result<(), Refusal> {
    let failed = || {
        let words = Words::Message("Failed to send email".into());
        Refusal::status(StatusCode::INTERNAL_SERVER_ERROR, words)
    };
    let to = permit.caller().bearer().user.email.clone();
    let to = to.ok_or_else(|| Refusal::message("Logged in user does not have an e-mail."))?;
    let (realm, portreeve) = (permit.realm(), permit.portreeve());
    let given = settings.get("password").and_then(Value::as_str);
    let password = match given {
        // Where the mask comes back, the realm's own password is meant; and it goes to the realm's own server alone.
        Some(identity::MASK) if is_own_server(permit, &settings) => {
            permit.identity().realm_secret(realm, "/smtpServer/password").await?
        }
        Some(identity::MASK) | None => None,
        Some(password) => Some(crypto::secret::Secret::from(password.to_owned())),
    };
    let letters = portreeve.letters().ok_or_else(failed)?;
    if letters.try_server(realm, &Value::Object(settings), password, &to).await { Ok(()) } else { Err(failed()) }
}

fn is_own_server(permit: &Permit<crate::ManageRealm>, settings: &Map<String, Value>) -> bool {
    let own = permit.realm().document.get("smtpServer");
    let same = |member: &str| own.and_then(|own| own.get(member)) == settings.get(member);
    ["host", "port", "user", "ssl", "starttls"].into_iter().all(same)
}

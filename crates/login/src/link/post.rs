//! The mail around a link, and the realm's way of sending it.

use crypto::secret::Secret;
use identity::{Error, Identity, Realm};
use mail::{Encryption, Mail, Smtp};
use serde_json::Value;
use theme::email::{EmailUpdateConfirmation, ExecuteActions, MailFrame, PasswordReset, VerifyEmail};

use super::Purpose;

/// The realm's mail server; `None` when it has none.
pub(super) async fn smtp_of(identity: &Identity, realm: &Realm) -> Result<Option<Smtp>, Error> {
    let Some(settings) = realm.document.get("smtpServer") else { return Ok(None) };
    let password = identity.realm_secret(realm, "/smtpServer/password").await?;
    Ok(smtp_from(settings, password))
}

/// A mail server by Keycloak's settings; `None` when they name none.
pub(super) fn smtp_from(settings: &Value, password: Option<Secret>) -> Option<Smtp> {
    // Keycloak writes every value as a string; a file made by hand may not.
    let text = |name: &str| -> Option<String> {
        match settings.get(name)? {
            Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            Value::Null => None,
            other => Some(other.to_string()),
        }
    };
    let is_on = |name: &str| text(name).is_some_and(|text| text == "true");
    let (host, from) = (text("host")?, text("from")?);
    let credentials = if is_on("auth") {
        text("user").map(|user| (user, password.unwrap_or_else(|| Secret::from(String::new()))))
    } else {
        None
    };
    Some(Smtp {
        host,
        port: text("port").and_then(|port| port.parse().ok()),
        encryption: if is_on("ssl") {
            Encryption::Tls
        } else if is_on("starttls") {
            Encryption::StartTls
        } else {
            Encryption::None
        },
        credentials,
        from,
        from_name: text("fromDisplayName"),
        reply_to: text("replyTo"),
        reply_to_name: text("replyToDisplayName"),
    })
}

/// Writes the mail.
pub(super) fn write(
    frame: &MailFrame,
    purpose: Purpose,
    email: &str,
    link: String,
    lifespan: u64,
    actions: &[String],
) -> Mail {
    let words = match purpose {
        Purpose::ResetCredentials => PasswordReset { link, lifespan }.render(frame),
        Purpose::VerifyEmail => VerifyEmail { link, lifespan }.render(frame),
        Purpose::ExecuteActions => ExecuteActions { actions: actions.to_vec(), link, lifespan }.render(frame),
        Purpose::UpdateEmail => EmailUpdateConfirmation { email: email.to_owned(), link, lifespan }.render(frame),
    };
    Mail { to: email.to_owned(), subject: words.subject, text: words.text, html: words.html }
}

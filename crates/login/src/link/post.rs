//! The mail around a link, and the realm's way of sending it.

use crypto::secret::Secret;
use identity::{Error, User};
use mail::{Encryption, Mail, Smtp};
use serde_json::Value;
use theme::Text;

use super::Purpose;
use crate::tab::Tab;
use crate::visit::Visit;

/// The realm's mail server; `None` when it has none.
pub(super) async fn smtp_of(visit: &Visit) -> Result<Option<Smtp>, Error> {
    let Some(settings) = visit.realm.document.get("smtpServer") else { return Ok(None) };
    // Keycloak writes every value as a string; a file made by hand may not.
    let text = |name: &str| -> Option<String> {
        match settings.get(name)? {
            Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            Value::Null => None,
            other => Some(other.to_string()),
        }
    };
    let is_on = |name: &str| text(name).is_some_and(|text| text == "true");
    let (Some(host), Some(from)) = (text("host"), text("from")) else { return Ok(None) };
    let credentials = if is_on("auth") {
        let password = visit.portreeve.identity.realm_secret(&visit.realm, "/smtpServer/password").await?;
        text("user").map(|user| (user, password.unwrap_or_else(|| Secret::from(String::new()))))
    } else {
        None
    };
    Ok(Some(Smtp {
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
    }))
}

/// Writes the mail.
pub(super) fn write(
    visit: &Visit,
    tab: &Tab,
    user: &User,
    purpose: Purpose,
    email: &str,
    link: &str,
    seconds: i64,
) -> Mail {
    let frame = visit.frame(tab, Some(user));
    let (subject, body, button) = purpose.messages();
    let words = frame.text(&Text::of(body).with(frame.realm()).with(email));
    let expiry = frame.text(&Text::of("linkExpiry").with((seconds / 60).max(1).to_string()));
    let button = frame.t(button);
    let text = format!("{words}\n\n{button}:\n{link}\n\n{expiry}\n");
    let html = format!(
        "<!doctype html><html lang=\"{}\"><body><p>{}</p><p><a href=\"{}\">{}</a></p><p>{}</p></body></html>",
        escaped(frame.locale().as_str()),
        escaped(&words),
        escaped(link),
        escaped(&button),
        escaped(&expiry),
    );
    Mail { to: email.to_owned(), subject: frame.t(subject), text, html }
}

/// A61: what comes from people and realms is text.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

//! Letters that administrators ask for.

use std::sync::Arc;

use crypto::secret::Secret;
use http::{HeaderMap, HeaderValue};
use identity::{Error, LiveSession, NewTicket, Realm};
use mail::Mail;
use protocol::{BoxFuture, Demands, Issuer, Letter, Letters, Portreeve};
use serde_json::Value;
use theme::email::TestMail;

use super::{Payload, Purpose, address_for, post};
use crate::Login;
use crate::cookie::Cookies;
use crate::tab::{Alone, Tab};

impl Letters for Login {
    fn send<'a>(&'a self, portreeve: &'a Portreeve, letter: Letter<'a>) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(send(self, portreeve, letter))
    }

    fn session_cookies(&self, portreeve: &Portreeve, realm: &Realm, live: &LiveSession) -> Result<HeaderMap, Error> {
        let mut all = HeaderMap::new();
        Cookies::of(portreeve, realm).keep_session(portreeve, realm, live, &mut all)?;
        // What a log-in takes away with it was never there.
        let is_session = |cookie: &HeaderValue| cookie.to_str().is_ok_and(|text| !text.contains("Max-Age=0"));
        let kept = all.iter().filter(|(_, cookie)| is_session(cookie));
        Ok(kept.map(|(name, cookie)| (name.clone(), cookie.clone())).collect())
    }

    fn try_server<'a>(
        &'a self,
        realm: &'a Arc<Realm>,
        settings: &'a Value,
        password: Option<Secret>,
        to: &'a str,
    ) -> BoxFuture<'a, bool> {
        Box::pin(async move {
            let Some(smtp) = post::smtp_from(settings, password) else { return false };
            let words = TestMail.render(&self.letter_frame(realm, None));
            let mail = Mail { to: to.to_owned(), subject: words.subject, text: words.text, html: words.html };
            match smtp.send(&mail).await {
                Ok(()) => true,
                Err(error) => {
                    tracing::info!(realm = %realm.name, %error, "a mail server was tried and took nothing");
                    false
                }
            }
        })
    }
}

async fn send(login: &Login, portreeve: &Portreeve, letter: Letter<'_>) -> Result<bool, Error> {
    let (realm, user, identity) = (letter.realm, letter.user, &portreeve.identity);
    let Some(email) = user.email.clone() else { return Ok(false) };
    let Some(smtp) = post::smtp_of(identity, realm).await? else { return Ok(false) };
    let purpose = if letter.actions.is_some() { Purpose::ExecuteActions } else { Purpose::VerifyEmail };
    let mut tab = Tab::new(identity, letter.client, Demands::default(), Value::Null);
    tab.alone = Some(Alone { redirect_uri: letter.redirect_uri.map(str::to_owned) });
    let actions = letter.actions.unwrap_or_default().to_vec();
    let payload = Payload { email: email.clone(), account_email: Some(email.clone()), tab, actions: actions.clone() };
    let seconds = letter.lifespan.filter(|seconds| *seconds > 0);
    let seconds = seconds.unwrap_or(realm.settings.action_token_generated_by_admin_lifespan);
    let mut ticket = NewTicket::new(realm, purpose.kind());
    ticket.user = Some(&user.id);
    ticket.client = Some(&letter.client.id);
    // Who has set a password meanwhile does not need a way past it.
    ticket.dies_with_password = purpose == Purpose::ExecuteActions;
    ticket.payload = serde_json::to_value(payload).map_err(|error| Error::fault(error.to_string()))?;
    ticket.expires_at = Some(identity.clock().now().plus_seconds(seconds));
    let secret = identity.issue_ticket(ticket, purpose.prefix()).await?;
    let link = address_for(&Issuer::of(portreeve, realm), letter.client, &secret);
    let lifespan = u64::try_from(seconds).unwrap_or_default();
    let frame = login.letter_frame(realm, Some(user));
    let mail = post::write(&frame, purpose, &email, link, lifespan, &actions);
    Ok(login.mailer().send(Arc::new(smtp), mail).is_ok())
}

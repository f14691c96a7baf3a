//! The proof that an address is the person's. Only a followed link ends it.

use axum::response::Response;
use flow::Fields;
use identity::{Error, User};
use protocol::BoxFuture;
use theme::Text;

use super::{End, RequiredAction, Sheet, Turn};
use crate::link::{self, Purpose};
use crate::page::{self, part::Feedback};
use crate::visit::Visit;

pub(super) struct VerifyEmail;

/// Note of when the mail was sent, in unix seconds.
const SENT: &str = "verify-email-sent";
/// Seconds before it may be sent again.
const PAUSE: i64 = 30;

impl RequiredAction for VerifyEmail {
    fn alias(&self) -> &'static str {
        "VERIFY_EMAIL"
    }

    fn is_due(&self, visit: &Visit, user: &User) -> bool {
        visit.realm.settings.verify_email && !user.email_verified()
    }

    /// Who has no address, or a proven one, has nothing to prove.
    fn is_moot(&self, _visit: &Visit, user: &User) -> bool {
        user.email.is_none() || user.email_verified()
    }

    fn show<'a>(&'a self, turn: Turn<'a>, sheet: Sheet<'a>) -> BoxFuture<'a, Result<Response, Error>> {
        Box::pin(async move {
            let Turn { visit, tab, user, .. } = turn;
            let now = visit.portreeve.identity.clock().now().seconds();
            let mut feedback = sheet.feedback;
            let sent: Option<i64> = tab.actions.notes.get(SENT).and_then(|text| text.parse().ok());
            if sent.is_none() {
                feedback = send(visit, tab, user, now).await?;
            }
            let sent = sent.unwrap_or(now);
            let page = page::VerifyEmail {
                action: sheet.action,
                email: user.email.clone().unwrap_or_default(),
                resend: now.saturating_sub(sent) >= PAUSE,
                change_link: None,
                choices: sheet.choices,
                feedback,
            };
            Ok(page.render(sheet.frame))
        })
    }

    fn answer<'a>(&'a self, turn: Turn<'a>, _fields: &'a Fields) -> BoxFuture<'a, Result<End, Error>> {
        Box::pin(async move {
            let Turn { visit, tab, user, .. } = turn;
            let now = visit.portreeve.identity.clock().now().seconds();
            let sent: i64 = tab.actions.notes.get(SENT).and_then(|text| text.parse().ok()).unwrap_or_default();
            // A64: nobody's mailbox is filled by pressing a button.
            if now.saturating_sub(sent) < PAUSE {
                return Ok(End::Again(Feedback::default()));
            }
            Ok(End::Again(send(visit, tab, user, now).await?))
        })
    }
}

async fn send(visit: &Visit, tab: &mut crate::tab::Tab, user: &User, now: i64) -> Result<Feedback, Error> {
    tab.actions.notes.insert(SENT.to_owned(), now.to_string());
    let address = user.email.clone().unwrap_or_default();
    if link::send(visit, tab, user, Purpose::VerifyEmail, &address).await? {
        visit.outcome.also("SEND_VERIFY_EMAIL", None, visit.details(tab));
        return Ok(Feedback::default());
    }
    visit.outcome.also("SEND_VERIFY_EMAIL_ERROR", Some("email_send_failed"), visit.details(tab));
    Ok(Feedback::error(Text::of("emailSendErrorMessage")))
}

//! The proof that somebody reads their mail. Only a followed link ends it: no form does (A57, CVE-2026-18963).

use super::super::{Authenticator, verdict};
use crate::{BoxFuture, Challenge, Context, Fields, Page, Refusal, Verdict};

pub(in super::super) struct ResetEmail;

/// Note that the link was sent, so that a page that is shown again sends none.
const SENT: &str = "reset-email-sent";

impl Authenticator for ResetEmail {
    fn ids(&self) -> &'static [&'static str] {
        &["reset-credential-email"]
    }

    fn begin<'a>(&'a self, context: &'a mut Context<'_>) -> BoxFuture<'a, Verdict> {
        Box::pin(async move { verdict(step(context).await) })
    }

    fn answer<'a>(&'a self, context: &'a mut Context<'_>, _fields: &'a Fields) -> BoxFuture<'a, Verdict> {
        Box::pin(async move { verdict(step(context).await) })
    }
}

async fn step(context: &mut Context<'_>) -> Result<Verdict, Refusal> {
    if let Some(link) = &context.scene.request.link {
        context.prove(link.clone())?;
        return Ok(Verdict::Success);
    }
    if context.state.notes.insert(SENT.to_owned(), "true".to_owned()).is_none()
        && let Some(user) = context.user().await?.filter(|user| user.email.is_some())
    {
        context.scene.services.send_reset_link(&user, context.execution).await?;
    }
    Ok(Verdict::Challenge(Challenge::new(Page::ResetEmailSent)))
}

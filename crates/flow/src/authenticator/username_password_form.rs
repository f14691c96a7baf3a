//! User name and password on one page.

use super::{Authenticator, verdict, wrong};
use crate::scene::wants_remembering;
use crate::{BoxFuture, Challenge, Context, Fields, Message, Page, Refusal, Verdict};

pub(super) struct UsernamePasswordForm;

/// One text for whatever is wrong with the two (A63).
const WRONG: &str = "invalidUserMessage";

impl Authenticator for UsernamePasswordForm {
    fn ids(&self) -> &'static [&'static str] {
        &["auth-username-password-form"]
    }

    fn begin<'a>(&'a self, _context: &'a mut Context<'_>) -> BoxFuture<'a, Verdict> {
        Box::pin(std::future::ready(Verdict::Challenge(Challenge::new(Page::UsernamePassword))))
    }

    fn answer<'a>(&'a self, context: &'a mut Context<'_>, fields: &'a Fields) -> BoxFuture<'a, Verdict> {
        Box::pin(async move { verdict(check(context, fields).await) })
    }
}

async fn check(context: &mut Context<'_>, fields: &Fields) -> Result<Verdict, Refusal> {
    let page = Challenge::new(Page::UsernamePassword);
    // Somebody known is asked for the password of their own name, whatever the form says.
    let known = context.user().await?;
    let name = match &known {
        Some(user) => user.username.clone(),
        None => fields.get("username").unwrap_or_default().trim().to_owned(),
    };
    context.state.remember_me = wants_remembering(context.scene.realm, fields);
    if name.is_empty() {
        context.state.notes.insert(super::LAST_ERROR.to_owned(), "user_not_found".to_owned());
        return Ok(Verdict::Challenge(page.field("username", Message::new(WRONG))));
    }
    context.state.username = Some(name.clone());
    let password = fields.secret("password");
    let scene = context.scene;
    match scene.identity.check_password(scene.realm, &name, &password, &scene.peer).await {
        Ok((user, evidence)) => {
            context.set_user(&user)?;
            context.prove(evidence)?;
            Ok(Verdict::Success)
        }
        Err(denied) => Ok(wrong(context, denied, page, "username", WRONG)),
    }
}

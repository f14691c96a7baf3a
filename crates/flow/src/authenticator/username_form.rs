//! User name alone; who it is is proved on later pages. A name that is nobody's goes on like any other (A63).

use super::{Authenticator, verdict};
use crate::scene::wants_remembering;
use crate::{BoxFuture, Challenge, Context, Fields, Message, Page, Refusal, Verdict};

pub(super) struct UsernameForm;

impl Authenticator for UsernameForm {
    fn ids(&self) -> &'static [&'static str] {
        &["auth-username-form"]
    }

    fn begin<'a>(&'a self, context: &'a mut Context<'_>) -> BoxFuture<'a, Verdict> {
        Box::pin(async move {
            // Whom an older session names need not say so again.
            let known = context.state.user.is_some();
            if known { Verdict::Success } else { Verdict::Challenge(Challenge::new(Page::Username)) }
        })
    }

    fn answer<'a>(&'a self, context: &'a mut Context<'_>, fields: &'a Fields) -> BoxFuture<'a, Verdict> {
        Box::pin(async move { verdict(take(context, fields).await) })
    }
}

async fn take(context: &mut Context<'_>, fields: &Fields) -> Result<Verdict, Refusal> {
    context.state.remember_me = wants_remembering(context.scene.realm, fields);
    let Some(name) = fields.text("username") else {
        let page = Challenge::new(Page::Username);
        return Ok(Verdict::Challenge(page.field("username", Message::new("missingUsernameMessage"))));
    };
    context.state.username = Some(name.to_owned());
    let scene = context.scene;
    if let Some(user) = scene.identity.find_user_by_login(scene.realm, name).await? {
        context.set_user(&user)?;
    }
    Ok(Verdict::Success)
}

//! Who has forgotten their credentials. Whether there is such a person is not told (A63).

use super::super::{Authenticator, verdict};
use crate::{BoxFuture, Challenge, Context, Fields, Message, Page, Refusal, Verdict};

pub(in super::super) struct ChooseUser;

impl Authenticator for ChooseUser {
    fn ids(&self) -> &'static [&'static str] {
        &["reset-credentials-choose-user"]
    }

    fn begin<'a>(&'a self, context: &'a mut Context<'_>) -> BoxFuture<'a, Verdict> {
        Box::pin(async move {
            let known = context.state.user.is_some();
            if known { Verdict::Success } else { Verdict::Challenge(Challenge::new(Page::ResetChooseUser)) }
        })
    }

    fn answer<'a>(&'a self, context: &'a mut Context<'_>, fields: &'a Fields) -> BoxFuture<'a, Verdict> {
        Box::pin(async move { verdict(take(context, fields).await) })
    }
}

async fn take(context: &mut Context<'_>, fields: &Fields) -> Result<Verdict, Refusal> {
    let Some(name) = fields.text("username") else {
        let page = Challenge::new(Page::ResetChooseUser);
        return Ok(Verdict::Challenge(page.field("username", Message::new("missingUsernameMessage"))));
    };
    context.state.username = Some(name.to_owned());
    let scene = context.scene;
    // Somebody who is switched off is treated like nobody.
    if let Some(user) = scene.identity.find_user_by_login(scene.realm, name).await?.filter(|user| user.enabled) {
        context.set_user(&user)?;
    }
    Ok(Verdict::Success)
}

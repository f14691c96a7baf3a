//! Password alone, for a name that is known from an earlier page or session.

use super::{Authenticator, verdict, wrong};
use crate::{BoxFuture, Challenge, Context, Fields, Page, Refusal, Verdict};

pub(super) struct PasswordForm;

impl Authenticator for PasswordForm {
    fn ids(&self) -> &'static [&'static str] {
        &["auth-password-form"]
    }

    fn is_credential(&self) -> bool {
        true
    }

    fn begin<'a>(&'a self, context: &'a mut Context<'_>) -> BoxFuture<'a, Verdict> {
        Box::pin(async move {
            let named = context.state.user.is_some() || context.state.username.is_some();
            if named {
                Verdict::Challenge(Challenge::new(Page::Password))
            } else {
                Verdict::Failed(Refusal::UnknownUser)
            }
        })
    }

    fn answer<'a>(&'a self, context: &'a mut Context<'_>, fields: &'a Fields) -> BoxFuture<'a, Verdict> {
        Box::pin(async move { verdict(check(context, fields).await) })
    }
}

async fn check(context: &mut Context<'_>, fields: &Fields) -> Result<Verdict, Refusal> {
    let known = context.user().await?.map(|user| user.username.clone());
    let Some(name) = known.or_else(|| context.state.username.clone()) else { return Err(Refusal::UnknownUser) };
    let password = fields.secret("password");
    let scene = context.scene;
    match scene.identity.check_password(scene.realm, &name, &password, &scene.peer).await {
        Ok((user, evidence)) => {
            context.set_user(&user)?;
            context.prove(evidence)?;
            Ok(Verdict::Success)
        }
        Err(denied) => Ok(wrong(context, denied, Challenge::new(Page::Password), "password", "invalidPasswordMessage")),
    }
}

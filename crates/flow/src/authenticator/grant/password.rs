//! The password that a client brings.

use super::super::{Authenticator, verdict};
use crate::{BoxFuture, Context, Refusal, Verdict};

pub(in super::super) struct ValidatePassword;

impl Authenticator for ValidatePassword {
    fn ids(&self) -> &'static [&'static str] {
        &["direct-grant-validate-password"]
    }

    fn begin<'a>(&'a self, context: &'a mut Context<'_>) -> BoxFuture<'a, Verdict> {
        Box::pin(async move { verdict(check(context).await) })
    }
}

pub(super) async fn check(context: &mut Context<'_>) -> Result<Verdict, Refusal> {
    let scene = context.scene;
    let Some(name) = context.state.username.clone() else { return Ok(Verdict::Failed(Refusal::UnknownUser)) };
    let password = scene.request.given.secret("password");
    match scene.identity.check_password(scene.realm, &name, &password, &scene.peer).await {
        Ok((user, evidence)) => {
            context.set_user(&user)?;
            context.prove(evidence)?;
            Ok(Verdict::Success)
        }
        Err(denied) => Ok(Verdict::Failed(Refusal::Denied(denied))),
    }
}

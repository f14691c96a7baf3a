//! The one-time code that a client brings (`totp`, as Keycloak names it, or `otp`).

use identity::{Realm, User};

use super::super::otp_form::OTP;
use super::super::{Authenticator, verdict};
use crate::{BoxFuture, Context, Refusal, Verdict};

pub(in super::super) struct ValidateOtp;

impl Authenticator for ValidateOtp {
    fn ids(&self) -> &'static [&'static str] {
        &["direct-grant-validate-otp"]
    }

    fn requires_user(&self) -> bool {
        true
    }

    fn is_configured_for(&self, _realm: &Realm, user: &User) -> bool {
        user.has_credential(OTP)
    }

    fn begin<'a>(&'a self, context: &'a mut Context<'_>) -> BoxFuture<'a, Verdict> {
        Box::pin(async move { verdict(check(context).await) })
    }
}

async fn check(context: &mut Context<'_>) -> Result<Verdict, Refusal> {
    let scene = context.scene;
    let user = context.user().await?.ok_or(Refusal::UnknownUser)?;
    let given = &scene.request.given;
    let code = given.secret(if given.has("totp") { "totp" } else { "otp" });
    match scene.identity.check_otp(scene.realm, &user, None, &code, &scene.peer).await {
        Ok(evidence) => {
            context.prove(evidence)?;
            Ok(Verdict::Success)
        }
        Err(denied) => Ok(Verdict::Failed(Refusal::Denied(denied))),
    }
}

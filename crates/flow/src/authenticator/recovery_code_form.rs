//! A recovery code, each once and in the order of the list.

use identity::{RECOVERY_CODES, Realm, User};

use super::{Authenticator, verdict, wrong};
use crate::{BoxFuture, Challenge, Context, Fields, Page, Refusal, Verdict};

pub(super) struct RecoveryCodeForm;

impl Authenticator for RecoveryCodeForm {
    fn ids(&self) -> &'static [&'static str] {
        &["auth-recovery-authn-code-form"]
    }

    fn requires_user(&self) -> bool {
        true
    }

    fn is_configured_for(&self, _realm: &Realm, user: &User) -> bool {
        user.has_credential(RECOVERY_CODES)
    }

    fn setup(&self) -> Option<&'static str> {
        Some("CONFIGURE_RECOVERY_AUTHN_CODES")
    }

    fn is_credential(&self) -> bool {
        true
    }

    fn begin<'a>(&'a self, context: &'a mut Context<'_>) -> BoxFuture<'a, Verdict> {
        Box::pin(async move { verdict(page(context).await.map(Verdict::Challenge)) })
    }

    fn answer<'a>(&'a self, context: &'a mut Context<'_>, fields: &'a Fields) -> BoxFuture<'a, Verdict> {
        Box::pin(async move { verdict(check(context, fields).await) })
    }
}

async fn page(context: &Context<'_>) -> Result<Challenge, Refusal> {
    let user = context.user().await?.ok_or(Refusal::UnknownUser)?;
    let number = context.scene.identity.next_recovery_code(&user).await?.ok_or(Refusal::NotConfigured)?;
    Ok(Challenge::new(Page::RecoveryCode { number }))
}

async fn check(context: &mut Context<'_>, fields: &Fields) -> Result<Verdict, Refusal> {
    let user = context.user().await?.ok_or(Refusal::UnknownUser)?;
    let page = page(context).await?;
    let code = fields.secret("recoveryCodeInput");
    let scene = context.scene;
    match scene.identity.check_recovery_code(scene.realm, &user, &code, &scene.peer).await {
        Ok(evidence) => {
            context.prove(evidence)?;
            // Whoever used the last code gets a new list.
            if scene.identity.next_recovery_code(&user).await?.is_none() {
                context.state.required_actions.insert("CONFIGURE_RECOVERY_AUTHN_CODES".to_owned());
            }
            Ok(Verdict::Success)
        }
        Err(denied) => Ok(wrong(context, denied, page, "recoveryCodeInput", "recovery-codes-error-invalid")),
    }
}

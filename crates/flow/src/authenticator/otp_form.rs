//! A one-time code, also where a flow asks for it under conditions of its own (`auth-conditional-otp-form`).

use identity::{CredentialId, Realm, User};

use super::{Authenticator, verdict, wrong};
use crate::{BoxFuture, Challenge, Context, Fields, Page, Refusal, Verdict};

pub(super) struct OtpForm;

/// Name of the kind of credential.
pub(super) const OTP: &str = "otp";
/// Note of the chosen device.
const DEVICE: &str = "otp-device";

impl Authenticator for OtpForm {
    fn ids(&self) -> &'static [&'static str] {
        &["auth-otp-form"]
    }

    fn requires_user(&self) -> bool {
        true
    }

    fn is_configured_for(&self, _realm: &Realm, user: &User) -> bool {
        user.has_credential(OTP)
    }

    fn setup(&self) -> Option<&'static str> {
        Some("CONFIGURE_TOTP")
    }

    fn is_credential(&self) -> bool {
        true
    }

    fn begin<'a>(&'a self, _context: &'a mut Context<'_>) -> BoxFuture<'a, Verdict> {
        Box::pin(std::future::ready(Verdict::Challenge(Challenge::new(Page::Otp { selected: None }))))
    }

    fn answer<'a>(&'a self, context: &'a mut Context<'_>, fields: &'a Fields) -> BoxFuture<'a, Verdict> {
        Box::pin(async move { verdict(check(context, fields).await) })
    }
}

pub(super) async fn check(context: &mut Context<'_>, fields: &Fields) -> Result<Verdict, Refusal> {
    let user = context.user().await?.ok_or(Refusal::UnknownUser)?;
    // Only the person's own devices can be chosen.
    let chosen =
        fields.text("selectedCredentialId").map(str::to_owned).or_else(|| context.state.notes.get(DEVICE).cloned());
    let selected = chosen.and_then(|id| {
        let own = user.credentials.iter().find(|own| own.kind == OTP && own.id.as_str() == id)?;
        Some(CredentialId::from(own.id.as_str()))
    });
    if let Some(id) = &selected {
        context.state.notes.insert(DEVICE.to_owned(), id.to_string());
    }
    // A form without a code chooses a device.
    let page = Challenge::new(Page::Otp { selected: selected.clone() });
    if !fields.has("otp") {
        return Ok(Verdict::Challenge(page));
    }
    let code = crypto::secret::Secret::from(fields.get("otp").unwrap_or_default().trim().to_owned());
    let scene = context.scene;
    match scene.identity.check_otp(scene.realm, &user, selected.as_ref(), &code, &scene.peer).await {
        Ok(evidence) => {
            context.prove(evidence)?;
            Ok(Verdict::Success)
        }
        Err(denied) => Ok(wrong(context, denied, page, "otp", "invalidTotpMessage")),
    }
}

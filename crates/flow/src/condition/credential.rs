//! Which credential was used so far (`credentials`, comma-separated kinds; `included`: whether one of them must have been).

use identity::Method;

use super::Condition;
use crate::{BoxFuture, Context, Refusal};

pub(super) struct Credential;

impl Condition for Credential {
    fn id(&self) -> &'static str {
        "conditional-credential"
    }

    fn holds<'a>(&'a self, context: &'a mut Context<'_>) -> BoxFuture<'a, Result<bool, Refusal>> {
        Box::pin(async move {
            let scene = context.scene;
            let evidence = context.state.evidence().and_then(|text| scene.identity.kept_evidence(scene.realm, text));
            let Some(evidence) = evidence else { return Ok(false) };
            let kinds = context.config.get("credentials").map_or("", String::as_str);
            // Keycloak separates the values of a list with two hash signs.
            let mut kinds = kinds.split([',', '#']).map(str::trim).filter(|kind| !kind.is_empty());
            let used = kinds.any(|kind| evidence.methods().iter().any(|method| kind_of(method) == Some(kind)));
            Ok(used == context.flag("included", false))
        })
    }
}

/// Keycloak's kind of the credential that a method used.
fn kind_of(method: Method) -> Option<&'static str> {
    match method {
        Method::Password | Method::PasswordAndOtp => Some("password"),
        Method::Otp => Some("otp"),
        Method::RecoveryCode => Some(identity::RECOVERY_CODES),
        _ => None,
    }
}

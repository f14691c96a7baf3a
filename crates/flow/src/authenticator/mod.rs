//! What runs in an execution: one file for each.

mod access;
mod cookie;
mod grant;
mod identity_provider_redirector;
mod otp_form;
mod password_form;
mod recovery_code_form;
mod registration;
mod reset;
mod username_form;
mod username_password_form;

use identity::{Denied, Realm, User};

pub use registration::{FORM_ACTIONS, FormAction};

use crate::{BoxFuture, Challenge, Context, Fields, Message, Refusal, Verdict};

/// What runs in an execution.
pub trait Authenticator: Send + Sync {
    /// Keycloak's ids of it.
    fn ids(&self) -> &'static [&'static str];

    /// Whether somebody must be known before it has its turn.
    fn requires_user(&self) -> bool {
        false
    }

    /// Whether a person has what it checks.
    fn is_configured_for(&self, _realm: &Realm, _user: &User) -> bool {
        true
    }

    /// The required action with which a person who has not can set it up, where it is required.
    fn setup(&self) -> Option<&'static str> {
        None
    }

    /// Whether a person may choose it instead of another credential.
    fn is_credential(&self) -> bool {
        false
    }

    /// Its turn has come.
    fn begin<'a>(&'a self, context: &'a mut Context<'_>) -> BoxFuture<'a, Verdict>;

    /// The form of its page has come back.
    fn answer<'a>(&'a self, context: &'a mut Context<'_>, fields: &'a Fields) -> BoxFuture<'a, Verdict> {
        let _ = fields;
        self.begin(context)
    }
}

/// All of them.
pub(crate) static ALL: &[&dyn Authenticator] = &[
    &cookie::Cookie,
    &identity_provider_redirector::IdentityProviderRedirector,
    &username_password_form::UsernamePasswordForm,
    &username_form::UsernameForm,
    &password_form::PasswordForm,
    &otp_form::OtpForm,
    &recovery_code_form::RecoveryCodeForm,
    &access::Allow,
    &access::Deny,
    &registration::RegistrationPage,
    &reset::choose_user::ChooseUser,
    &reset::email::ResetEmail,
    &reset::password::ResetPassword,
    &reset::otp::ResetOtp,
    &grant::username::ValidateUsername,
    &grant::password::ValidatePassword,
    &grant::otp::ValidateOtp,
    &grant::basic::Basic,
];

/// A verdict from what may go wrong on the way to it.
fn verdict(result: Result<Verdict, Refusal>) -> Verdict {
    result.unwrap_or_else(Verdict::Refused)
}

/// What a wrong credential is answered with: the page again, in the same words for every reason that must not be told. The
/// event is recorded by whoever runs the flow, from the note that is left.
fn wrong(context: &mut Context<'_>, denied: Denied, page: Challenge, field: &str, message: &'static str) -> Verdict {
    match denied {
        Denied::Busy { .. } | Denied::Fault(_) => Verdict::Refused(Refusal::Denied(denied)),
        // Keycloak tells a person with the right password that the account is off; whoever guesses learns nothing by it.
        Denied::Disabled { .. } => {
            note(context, &denied);
            Verdict::Challenge(page.notice(Message::new("accountDisabledMessage")))
        }
        _ => {
            note(context, &denied);
            Verdict::Challenge(page.field(field, Message::new(message)))
        }
    }
}

/// Note of the last wrong attempt: its word for the event.
pub(crate) const LAST_ERROR: &str = "last-error";

fn note(context: &mut Context<'_>, denied: &Denied) {
    context.state.notes.insert(LAST_ERROR.to_owned(), denied.event_error().to_owned());
}

//! The second factor of somebody who has forgotten their password. Keycloak lets whoever reads the mail set up a new device;
//! that makes the mail the only factor (A57). Here the device's code is asked for, unless the flow's configuration says in
//! Keycloak's words (`action_on_otp_reset_flag`) that devices are to be set up anew.

use identity::{Realm, User};

use super::super::otp_form::{self, OTP};
use super::super::{Authenticator, verdict};
use crate::{BoxFuture, Challenge, Context, Fields, Page, Verdict};

pub(in super::super) struct ResetOtp;

impl Authenticator for ResetOtp {
    fn ids(&self) -> &'static [&'static str] {
        &["reset-otp"]
    }

    fn requires_user(&self) -> bool {
        true
    }

    fn is_configured_for(&self, _realm: &Realm, user: &User) -> bool {
        user.has_credential(OTP)
    }

    fn begin<'a>(&'a self, context: &'a mut Context<'_>) -> BoxFuture<'a, Verdict> {
        Box::pin(async move {
            if context.config.contains_key("action_on_otp_reset_flag") {
                context.state.required_actions.insert("CONFIGURE_TOTP".to_owned());
                return Verdict::Success;
            }
            Verdict::Challenge(Challenge::new(Page::Otp { selected: None }))
        })
    }

    fn answer<'a>(&'a self, context: &'a mut Context<'_>, fields: &'a Fields) -> BoxFuture<'a, Verdict> {
        Box::pin(async move { verdict(otp_form::check(context, fields).await) })
    }
}

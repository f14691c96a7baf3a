//! A new password will be chosen.

use super::super::Authenticator;
use crate::{BoxFuture, Context, Verdict};

pub(in super::super) struct ResetPassword;

impl Authenticator for ResetPassword {
    fn ids(&self) -> &'static [&'static str] {
        &["reset-password"]
    }

    fn requires_user(&self) -> bool {
        true
    }

    fn begin<'a>(&'a self, context: &'a mut Context<'_>) -> BoxFuture<'a, Verdict> {
        context.state.required_actions.insert("UPDATE_PASSWORD".to_owned());
        Box::pin(std::future::ready(Verdict::Success))
    }
}

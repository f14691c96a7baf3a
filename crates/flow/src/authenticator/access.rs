//! Executions that only say yes or no.

use super::Authenticator;
use crate::{BoxFuture, Context, Refusal, Verdict};

/// Says yes.
pub(super) struct Allow;
/// Says no.
pub(super) struct Deny;

impl Authenticator for Allow {
    fn ids(&self) -> &'static [&'static str] {
        &["allow-access-authenticator"]
    }

    fn begin<'a>(&'a self, _context: &'a mut Context<'_>) -> BoxFuture<'a, Verdict> {
        Box::pin(std::future::ready(Verdict::Success))
    }
}

impl Authenticator for Deny {
    fn ids(&self) -> &'static [&'static str] {
        &["deny-access-authenticator"]
    }

    fn begin<'a>(&'a self, _context: &'a mut Context<'_>) -> BoxFuture<'a, Verdict> {
        Box::pin(std::future::ready(Verdict::Refused(Refusal::AccessDenied)))
    }
}

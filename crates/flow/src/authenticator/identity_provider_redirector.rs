//! The way to another identity provider. None can be used yet, so it has nothing to go by.

use super::Authenticator;
use crate::{BoxFuture, Context, Verdict};

pub(super) struct IdentityProviderRedirector;

impl Authenticator for IdentityProviderRedirector {
    fn ids(&self) -> &'static [&'static str] {
        &["identity-provider-redirector"]
    }

    fn begin<'a>(&'a self, _context: &'a mut Context<'_>) -> BoxFuture<'a, Verdict> {
        Box::pin(std::future::ready(Verdict::Attempted))
    }
}

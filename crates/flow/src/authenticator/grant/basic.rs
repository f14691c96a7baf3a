//! Name and password from a basic header, as registries and SAML's enhanced clients send them.

use super::super::{Authenticator, verdict};
use super::password;
use crate::{BoxFuture, Context, Verdict};

pub(in super::super) struct Basic;

impl Authenticator for Basic {
    fn ids(&self) -> &'static [&'static str] {
        &["http-basic-authenticator", "docker-http-basic-authenticator"]
    }

    fn begin<'a>(&'a self, context: &'a mut Context<'_>) -> BoxFuture<'a, Verdict> {
        Box::pin(async move { verdict(password::check(context).await) })
    }
}

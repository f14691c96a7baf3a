//! `nonce` in access tokens, which carried it before version 24.

use std::borrow::Cow;
use std::sync::Arc;

use super::config::{IN_ACCESS, IN_INTROSPECTION, IN_LIGHTWEIGHT};
use super::kind::Absent;
use super::{Apply, Config, Context, Targets, Kind, State};

pub(crate) static KIND: Kind = Kind {
    id: "oidc-nonce-backwards-compatible-mapper",
    label: "Nonce backwards compatible",
    help: "Writes the nonce into access tokens too, for old adapters.",
    form: &[IN_ACCESS, IN_LIGHTWEIGHT, IN_INTROSPECTION],
    priority: 0,
    able: Targets::ACCESS,
    absent: Absent::OnForAccess,
    read: |_: Config<'_>| Some(Arc::new(Nonce)),
};

struct Nonce;

impl Apply for Nonce {
    fn apply<'a>(&self, context: &Context<'a>, state: &mut State<'a>) {
        state.claims.nonce = context.nonce.map(Cow::Borrowed);
    }
}

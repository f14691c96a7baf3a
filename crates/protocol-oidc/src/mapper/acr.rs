//! How strongly the log-in was proven.

use std::borrow::Cow;
use std::sync::Arc;

use super::config::{IN_ACCESS, IN_ID, IN_INTROSPECTION, IN_LIGHTWEIGHT};
use super::kind::Absent;
use super::{Apply, Config, Context, Targets, Kind, State};

pub(crate) static KIND: Kind = Kind {
    id: "oidc-acr-mapper",
    label: "Authentication Context Class Reference (ACR)",
    help: "Writes how strongly the log-in was proven, as acr.",
    form: &[IN_ID, IN_ACCESS, IN_LIGHTWEIGHT, IN_INTROSPECTION],
    priority: 0,
    able: Targets::TOKENS,
    absent: Absent::Usual,
    read: |_: Config<'_>| Some(Arc::new(Acr)),
};

struct Acr;

impl Apply for Acr {
    fn apply<'a>(&self, context: &Context<'a>, state: &mut State<'a>) {
        state.claims.acr = Some(Cow::Borrowed(context.acr));
    }
}

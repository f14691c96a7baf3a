//! The user's id as `sub` of access tokens.

use std::borrow::Cow;
use std::sync::Arc;

use super::config::{IN_ACCESS, IN_INTROSPECTION, IN_LIGHTWEIGHT};
use super::kind::Absent;
use super::{Apply, Config, Context, Targets, Kind, State};

pub(crate) static KIND: Kind = Kind {
    id: "oidc-sub-mapper",
    label: "Subject (sub)",
    help: "Writes the user's id as sub. Id tokens and userinfo have it anyway.",
    form: &[IN_ACCESS, IN_LIGHTWEIGHT, IN_INTROSPECTION],
    priority: -10,
    able: Targets::ACCESS,
    absent: Absent::Usual,
    read: |_: Config<'_>| Some(Arc::new(Sub)),
};

struct Sub;

impl Apply for Sub {
    fn apply<'a>(&self, context: &Context<'a>, state: &mut State<'a>) {
        state.claims.sub = Some(Cow::Borrowed(context.user.id.as_str()));
    }
}

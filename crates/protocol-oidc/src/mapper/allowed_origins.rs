//! The client's web origins, for whoever takes the token from a page.

use std::borrow::Cow;
use std::sync::Arc;

use super::config::{IN_ACCESS, IN_INTROSPECTION, IN_LIGHTWEIGHT};
use super::kind::Absent;
use super::{Apply, Config, Context, Targets, Kind, State};

pub(crate) static KIND: Kind = Kind {
    id: "oidc-allowed-origins-mapper",
    label: "Allowed Web Origins",
    help: "Writes the client's web origins as allowed-origins.",
    form: &[IN_ACCESS, IN_LIGHTWEIGHT, IN_INTROSPECTION],
    priority: 0,
    able: Targets::ACCESS,
    absent: Absent::OnForAccess,
    read: |_: Config<'_>| Some(Arc::new(AllowedOrigins)),
};

struct AllowedOrigins;

impl Apply for AllowedOrigins {
    fn apply<'a>(&self, context: &Context<'a>, state: &mut State<'a>) {
        state.claims.allowed_origins = context.web_origins.iter().map(|origin| Cow::Borrowed(&**origin)).collect();
    }
}

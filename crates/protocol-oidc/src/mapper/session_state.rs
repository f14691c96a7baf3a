//! `session_state`, which tokens carried before version 25.

use std::sync::Arc;

use serde_json::Value;

use super::config::{IN_ACCESS, IN_ID, IN_INTROSPECTION, IN_LIGHTWEIGHT, IN_USER_INFO};
use super::kind::Absent;
use super::{Apply, Config, Context, Targets, Kind, State};
use crate::claims::{ClaimPath, Writer};

pub(crate) static KIND: Kind = Kind {
    id: "oidc-session-state-mapper",
    label: "Session State (session_state)",
    help: "Writes the session's id as session_state too, for old adapters.",
    form: &[IN_ID, IN_ACCESS, IN_LIGHTWEIGHT, IN_USER_INFO, IN_INTROSPECTION],
    priority: 0,
    able: Targets::ALL,
    absent: Absent::OffForUserInfo,
    read: |_: Config<'_>| Some(Arc::new(SessionState { path: ClaimPath::parse("session_state") })),
};

struct SessionState {
    path: ClaimPath,
}

impl Apply for SessionState {
    fn apply<'a>(&self, context: &Context<'a>, state: &mut State<'a>) {
        if let Some(sid) = context.sid {
            state.claims.put(&self.path, Value::from(sid), Writer::Any);
        }
    }
}

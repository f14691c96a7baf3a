//! The user's groups.

use std::sync::Arc;

use serde_json::Value;

use super::config::{
    CLAIM_NAME, IN_ACCESS, IN_ID, IN_INTROSPECTION, IN_LIGHTWEIGHT, IN_USER_INFO, flag,
};
use super::kind::Absent;
use super::{Apply, Config, Context, Targets, Kind, State};
use crate::claims::{ClaimPath, Writer};

pub(crate) static KIND: Kind = Kind {
    id: "oidc-group-membership-mapper",
    label: "Group Membership",
    help: "Writes the user's groups as a list.",
    form: &[
        CLAIM_NAME,
        flag("full.path", "Full group path", "Write /top/below instead of the last name alone.", "true"),
        IN_ID,
        IN_ACCESS,
        IN_LIGHTWEIGHT,
        IN_USER_INFO,
        IN_INTROSPECTION,
    ],
    priority: 0,
    able: Targets::ALL,
    absent: Absent::Usual,
    read,
};

struct GroupMembership {
    path: ClaimPath,
    full_path: bool,
}

fn read(config: Config<'_>) -> Option<Arc<dyn Apply>> {
    Some(Arc::new(GroupMembership { path: config.path()?, full_path: config.flag("full.path") }))
}

impl Apply for GroupMembership {
    fn apply<'a>(&self, context: &Context<'a>, state: &mut State<'a>) {
        let name = |path: &str| match path.rsplit_once('/') {
            Some((_, last)) if !self.full_path => Value::from(last),
            _ => Value::from(path),
        };
        let groups: Vec<Value> = context.group_paths.iter().map(|path| name(path)).collect();
        // As Keycloak: who is in no group has no claim.
        if !groups.is_empty() {
            state.claims.put(&self.path, Value::Array(groups), Writer::Any);
        }
    }
}

//! Roles of the realm.

use std::sync::Arc;

use serde_json::Value;

use super::config::{
    CLAIM_NAME, IN_ACCESS, IN_ID, IN_INTROSPECTION, IN_LIGHTWEIGHT, IN_USER_INFO, JSON_TYPE, MULTIVALUED, line,
};
use super::kind::Absent;
use super::{Apply, Config, Context, Targets, Kind, State};
use crate::claims::{ClaimPath, Place, Text, Writer};

pub(crate) static KIND: Kind = Kind {
    id: "oidc-usermodel-realm-role-mapper",
    label: "User Realm Role",
    help: "Writes the user's realm roles that the client may see.",
    form: &[
        line("usermodel.realmRoleMapping.rolePrefix", "Realm Role prefix", "Put before each role's name."),
        MULTIVALUED,
        CLAIM_NAME,
        JSON_TYPE,
        IN_ID,
        IN_ACCESS,
        IN_LIGHTWEIGHT,
        IN_USER_INFO,
        IN_INTROSPECTION,
    ],
    priority: 40,
    able: Targets::ALL,
    absent: Absent::Usual,
    read,
};

struct RealmRole {
    path: ClaimPath,
    prefix: String,
    multivalued: bool,
}

fn read(config: Config<'_>) -> Option<Arc<dyn Apply>> {
    Some(Arc::new(RealmRole {
        path: config.path()?,
        prefix: config.text("usermodel.realmRoleMapping.rolePrefix").unwrap_or_default().to_owned(),
        multivalued: config.switch("multivalued").unwrap_or(true),
    }))
}

impl Apply for RealmRole {
    fn apply<'a>(&self, _context: &Context<'a>, state: &mut State<'a>) {
        if state.roles.realm.is_empty() {
            return;
        }
        // The usual place takes the names as they are, without a copy.
        if self.path.place() == Place::RealmAccess && self.prefix.is_empty() && state.claims.realm_access.is_empty() {
            state.claims.realm_access.clone_from(&state.roles.realm);
            return;
        }
        if let Some(value) = names(&state.roles.realm, &self.prefix, self.multivalued) {
            state.claims.put(&self.path, value, Writer::Roles);
        }
    }
}

/// Names of roles, each behind the prefix: a list, or, where one value is wanted, a text that looks like Keycloak's.
pub(super) fn names(roles: &[Text<'_>], prefix: &str, multivalued: bool) -> Option<Value> {
    let names: Vec<String> = roles.iter().map(|role| format!("{prefix}{role}")).collect();
    match names.as_slice() {
        [] => None,
        names if multivalued => Some(Value::from(names)),
        names => Some(Value::from(format!("[{}]", names.join(", ")))),
    }
}

//! A role that everybody has in this client's tokens.

use std::sync::Arc;

use super::config::line;
use super::kind::Absent;
use super::{Apply, Config, Context, Targets, Kind, State};
use crate::claims::split_name;

pub(crate) static KIND: Kind = Kind {
    id: "oidc-hardcoded-role-mapper",
    label: "Hardcoded Role",
    help: "Tells a role of every user, whether they have it or not.",
    form: &[line("role", "Role", "The role: role, or client.role.")],
    priority: 20,
    able: Targets::ALL,
    absent: Absent::NoSwitch,
    read: |config: Config<'_>| Some(Arc::new(HardcodedRole { role: config.text("role")?.to_owned() })),
};

struct HardcodedRole {
    role: String,
}

impl Apply for HardcodedRole {
    fn apply<'a>(&self, _context: &Context<'a>, state: &mut State<'a>) {
        let (client, role) = split_name(&self.role);
        state.roles.add(client, role);
    }
}

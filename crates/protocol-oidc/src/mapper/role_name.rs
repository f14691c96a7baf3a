//! Another name for a role.

use std::sync::Arc;

use super::config::line;
use super::kind::Absent;
use super::{Apply, Config, Context, Targets, Kind, State};
use crate::claims::split_name;

pub(crate) static KIND: Kind = Kind {
    id: "oidc-role-name-mapper",
    label: "Role Name Mapper",
    help: "Tells a role under another name, or as a role of another client.",
    form: &[
        line("role", "Role", "The role: role, or client.role."),
        line("new.role.name", "New Role Name", "What it is told as: role, or client.role."),
    ],
    priority: 10,
    able: Targets::ALL,
    absent: Absent::NoSwitch,
    read,
};

struct RoleName {
    old: String,
    new: String,
}

fn read(config: Config<'_>) -> Option<Arc<dyn Apply>> {
    Some(Arc::new(RoleName {
        old: config.text("role")?.to_owned(),
        new: config.text("new.role.name")?.to_owned(),
    }))
}

impl Apply for RoleName {
    fn apply<'a>(&self, _context: &Context<'a>, state: &mut State<'a>) {
        let (client, role) = split_name(&self.old);
        if state.roles.remove(client, role) {
            let (new_client, new_role) = split_name(&self.new);
            state.roles.add(new_client, new_role);
        }
    }
}

//! A realm's roles in memory.

use crate::{ClientId, RoleId};

#[derive(Default)]
pub(crate) struct RoleTree {}

impl RoleTree {
    pub(crate) fn realm_role(&self, name: &str) -> Option<&RoleId> {
        let _ = name;
        todo!()
    }

    pub(crate) fn client_role(&self, client: &ClientId, name: &str) -> Option<&RoleId> {
        let _ = (client, name);
        todo!()
    }

    pub(crate) fn name(&self, id: &RoleId) -> Option<(Option<&ClientId>, &str)> {
        let _ = id;
        todo!()
    }
}

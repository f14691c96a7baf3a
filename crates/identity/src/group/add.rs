//! Making and removing groups, and the roles they bring.

use crate::{Error, GroupId, NewGroup, RealmId, RoleId, Tx};

impl Tx {
    /// Makes a group.
    pub async fn add_group(&mut self, realm: &RealmId, group: NewGroup) -> Result<GroupId, Error> {
        let _ = (realm, group);
        todo!()
    }

    /// Removes a group and those below it.
    pub async fn remove_group(&mut self, id: &GroupId) -> Result<(), Error> {
        let _ = id;
        todo!()
    }

    /// Lets a group bring a role.
    pub async fn grant_group_role(&mut self, group: &GroupId, role: &RoleId) -> Result<(), Error> {
        let _ = (group, role);
        todo!()
    }

    /// Ends it.
    pub async fn revoke_group_role(&mut self, group: &GroupId, role: &RoleId) -> Result<(), Error> {
        let _ = (group, role);
        todo!()
    }
}

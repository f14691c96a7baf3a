//! Making and removing roles and composites.

use crate::{Error, NewRole, RealmId, RoleId, Tx};

impl Tx {
    /// Makes a role of the realm or of a client.
    pub async fn add_role(&mut self, realm: &RealmId, role: NewRole) -> Result<RoleId, Error> {
        let _ = (realm, role);
        todo!()
    }

    /// Removes a role, and with it every grant of it.
    pub async fn remove_role(&mut self, id: &RoleId) -> Result<(), Error> {
        let _ = id;
        todo!()
    }

    /// Lets one role bring another of the same realm.
    pub async fn add_composite(&mut self, parent: &RoleId, child: &RoleId) -> Result<(), Error> {
        let _ = (parent, child);
        todo!()
    }

    /// Ends it.
    pub async fn remove_composite(&mut self, parent: &RoleId, child: &RoleId) -> Result<(), Error> {
        let _ = (parent, child);
        todo!()
    }
}

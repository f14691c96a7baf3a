//! Changing users: facts, attributes, roles and groups.

use crate::{Error, GroupId, RoleId, Tx, UserId};

/// What of a user to change; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct UserChange {
    /// The user name.
    pub username: Option<String>,
    /// The e-mail address; `Some(None)` takes it away.
    pub email: Option<Option<String>>,
    /// First name.
    pub first_name: Option<Option<String>>,
    /// Last name.
    pub last_name: Option<Option<String>>,
    /// Whether the user may do anything.
    pub enabled: Option<bool>,
    /// What the user must do before anything else.
    pub required_actions: Option<Vec<String>>,
    /// Tokens issued before this unix second are not taken.
    pub not_before: Option<i64>,
}

impl Tx {
    /// Changes a user.
    pub async fn change_user(&mut self, id: &UserId, change: UserChange) -> Result<(), Error> {
        let _ = (id, change);
        todo!()
    }

    /// Gives an attribute these values; none takes it away.
    pub async fn set_attribute(&mut self, user: &UserId, name: &str, values: &[String]) -> Result<(), Error> {
        let _ = (user, name, values);
        todo!()
    }

    /// Grants a role; one that the user has already stays granted.
    pub async fn grant_role(&mut self, user: &UserId, role: &RoleId) -> Result<(), Error> {
        let _ = (user, role);
        todo!()
    }

    /// Takes a role away.
    pub async fn revoke_role(&mut self, user: &UserId, role: &RoleId) -> Result<(), Error> {
        let _ = (user, role);
        todo!()
    }

    /// Puts a user into a group.
    pub async fn join_group(&mut self, user: &UserId, group: &GroupId) -> Result<(), Error> {
        let _ = (user, group);
        todo!()
    }

    /// Takes a user out of a group.
    pub async fn leave_group(&mut self, user: &UserId, group: &GroupId) -> Result<(), Error> {
        let _ = (user, group);
        todo!()
    }
}

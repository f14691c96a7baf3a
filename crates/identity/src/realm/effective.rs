//! What a user's roles and groups come to, worked out once per version of the user and the realm.

use std::{collections::HashSet, sync::Arc};

use crate::{GroupId, Realm, RoleId, User};

/// All roles a user has, by whatever way, and the groups they are in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effective {
    /// Roles granted directly, by groups and the groups above them, and by composites; the default role's too.
    pub roles: HashSet<RoleId>,
    /// Groups the user is in directly.
    pub groups: Vec<GroupId>,
    /// Paths of those groups, such as `/team/backend`, in the same order.
    pub group_paths: Vec<String>,
}

/// Bounded map by user and version; it goes with the snapshot.
pub(crate) struct EffectiveMap {}

impl Realm {
    /// All roles and groups of a user of this realm.
    pub fn effective(&self, user: &User) -> Arc<Effective> {
        let _ = user;
        todo!()
    }
}

impl Effective {
    /// Whether the user has this role.
    #[must_use]
    pub fn has_role(&self, role: &RoleId) -> bool {
        self.roles.contains(role)
    }
}

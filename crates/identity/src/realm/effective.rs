//! What a user's roles and groups come to, worked out once per version of the user and the realm.

use std::{collections::HashSet, sync::Arc};

use quick_cache::sync::Cache;

use crate::{GroupId, Realm, RoleId, User, UserId};

/// All roles a user has, by whatever way, and the groups they are in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effective {
    /// Roles granted directly, by groups and the groups above them, and by composites.
    pub roles: HashSet<RoleId>,
    /// Groups the user is in directly.
    pub groups: Vec<GroupId>,
    /// Paths of those groups, such as `/team/backend`, in the same order.
    pub group_paths: Vec<String>,
}

impl Effective {
    /// Whether the user has this role.
    #[must_use]
    pub fn has_role(&self, role: &RoleId) -> bool {
        self.roles.contains(role)
    }
}

/// Users whose roles are kept with one snapshot.
const KEPT: usize = 1024;

/// Bounded map by user and version; it goes with the snapshot.
pub(crate) struct EffectiveMap(Cache<(UserId, i64), Arc<Effective>>);

impl Default for EffectiveMap {
    fn default() -> Self {
        Self(Cache::new(KEPT))
    }
}

/// Sets of roles whose closures are kept with one snapshot: there are about as many as clients and client scopes.
const CLOSURES: usize = 1024;

/// Bounded map of closures by the roles they begin with.
pub(crate) struct Closures(Cache<Box<[RoleId]>, Arc<HashSet<RoleId>>>);

impl Default for Closures {
    fn default() -> Self {
        Self(Cache::new(CLOSURES))
    }
}

impl Realm {
    /// These roles and all that they bring by composites.
    pub fn role_closure(&self, roles: &[RoleId]) -> Arc<HashSet<RoleId>> {
        if let Some(kept) = self.closures.0.get(roles) {
            return kept;
        }
        let mut closure = HashSet::new();
        for role in roles {
            self.roles.close_over(role, &mut closure);
        }
        let closure = Arc::new(closure);
        self.closures.0.insert(roles.into(), Arc::clone(&closure));
        closure
    }

    /// All roles and groups of a user of this realm.
    pub fn effective(&self, user: &User) -> Arc<Effective> {
        let key = (user.id.clone(), user.version);
        if let Some(kept) = self.effective.0.get(&key) {
            return kept;
        }
        let made = Arc::new(self.work_out(user));
        self.effective.0.insert(key, Arc::clone(&made));
        made
    }

    fn work_out(&self, user: &User) -> Effective {
        let mut effective = Effective::default();
        for role in &user.roles {
            self.roles.close_over(role, &mut effective.roles);
        }
        for group in &user.groups {
            let Some(path) = self.groups.path(group) else { continue };
            effective.groups.push(group.clone());
            effective.group_paths.push(path.to_owned());
            for role in self.groups.roles(group) {
                self.roles.close_over(role, &mut effective.roles);
            }
        }
        effective
    }
}

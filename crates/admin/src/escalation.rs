//! Nobody gives what they do not have: management roles are given, brought by composites and taken only by who holds them, and
//! whoever holds more than the caller is not the caller's to change.

use std::collections::HashSet;

use identity::{Realm, RoleId, User};

use crate::right::ALL_ROLES;
use crate::{Caller, Permit, Refusal, Right};

impl<R: Right> Permit<R> {
    /// Whether the caller may give this role, or take it: every management role that it is or brings must be the caller's too.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`].
    pub fn check_may_grant(&self, role: &RoleId) -> Result<(), Refusal> {
        let closure = self.realm().role_closure(std::slice::from_ref(role));
        self.check_holds(&closure)
    }

    /// Whether a user is the caller's to change: who manages more than the caller is not. Else a password reset would be a way to
    /// every right of the realm.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`].
    pub fn check_may_manage(&self, user: &User) -> Result<(), Refusal> {
        self.check_holds(&self.realm().effective(user).roles)
    }

    fn check_holds(&self, roles: &HashSet<RoleId>) -> Result<(), Refusal> {
        let realm = self.realm();
        let held = roles.iter().all(|role| may_pass_on(self.caller(), realm, role));
        if held { Ok(()) } else { Err(Refusal::Forbidden) }
    }
}

/// Whether a role manages nothing, or manages only what the caller may manage too.
fn may_pass_on(caller: &Caller, realm: &Realm, role: &RoleId) -> bool {
    let in_master = &*realm.name == "master";
    match realm.role_name(role) {
        Some((None, "admin" | "create-realm")) if in_master => caller.bearer().roles.contains(role),
        Some((Some(client), name)) if in_master && client.ends_with("-realm") && ALL_ROLES.contains(&name) => {
            caller.bearer().roles.contains(role)
        }
        // What it brings is looked at by itself: it is in every closure that it is in.
        Some((Some("realm-management"), "realm-admin")) => true,
        Some((Some("realm-management"), name)) if ALL_ROLES.contains(&name) => caller.has_role_of(realm, &[name]),
        _ => true,
    }
}

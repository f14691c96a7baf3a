//! Scopes: which of a client's scopes a request gets, and what follows from them.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use identity::{Client, ClientScope, Effective, Realm, RoleId};

use crate::mapper::{self, Compiled};
use crate::settings::OidcClient;

/// Asks for an id token and for userinfo (OpenID Connect Core §3.1.2.1).
pub(crate) const OPENID: &str = "openid";
/// Asks for a session that outlives the log-in.
pub(crate) const OFFLINE_ACCESS: &str = "offline_access";

/// Tells of the user's organizations.
const ORGANIZATION: &str = "organization";

/// Longer values are not read.
const MAX_BYTES: usize = 8 * 1024;
/// More names than a client has scopes.
const MAX_NAMES: usize = 256;

/// The scope is not one that the client may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InvalidScope;

/// The names of a `scope` value, each once, in order.
///
/// # Errors
/// When it is too long.
// RFC 6749 §3.3: names separated by spaces; their order means nothing.
pub(crate) fn names(scope: &str) -> Result<Vec<&str>, InvalidScope> {
    if scope.len() > MAX_BYTES {
        return Err(InvalidScope);
    }
    let mut seen = HashSet::new();
    let names: Vec<&str> = scope.split(' ').filter(|name| !name.is_empty() && seen.insert(*name)).collect();
    if names.len() > MAX_NAMES { Err(InvalidScope) } else { Ok(names) }
}

/// What a request gets.
pub(crate) struct Granted {
    /// Whether `openid` was asked for.
    pub openid: bool,
    /// Whether `offline_access` was asked for and may be had.
    pub offline: bool,
    /// As tokens and answers tell it.
    pub told: String,
    /// As refresh tokens tell it: with the scopes that are not told to others.
    pub whole: String,
    /// The scopes.
    #[allow(dead_code, reason = "the consent page names them")]
    pub scopes: Vec<Arc<ClientScope>>,
    /// The mappers, in the order in which they run.
    pub mappers: Vec<Compiled>,
    /// Roles that tokens may tell; without it all.
    pub roles: Option<HashSet<RoleId>>,
}

/// Whether the client may ask for these names at all.
///
/// # Errors
/// When one is none of its scopes.
pub(crate) fn check(client: &Client, names: &[&str]) -> Result<(), InvalidScope> {
    let known = |name: &str| {
        name == OPENID || client.default_scopes.iter().chain(&client.optional_scopes).any(|scope| *scope.name == *name)
    };
    if names.iter().all(|name| known(name)) { Ok(()) } else { Err(InvalidScope) }
}

/// What a user gets through the client for these names. Names that are none of its scopes (any more) are passed over.
pub(crate) fn grant(
    realm: &Realm,
    client: &Client,
    oidc: &OidcClient,
    names: &[&str],
    effective: &Effective,
) -> Arc<Granted> {
    // Scopes that only some get: a bit for each, so that users who get the same share what was worked out.
    let mut bits = 0_u64;
    for (place, (_, roles)) in oidc.gated.iter().enumerate() {
        // A scope with roles is for who has one of them, directly or by composites.
        if realm.role_closure(roles).iter().any(|role| effective.has_role(role)) {
            bits |= 1 << place;
        }
    }
    let wanted: BTreeSet<&str> = names.iter().copied().collect();
    let key = (realm.version, wanted.iter().copied().collect::<Vec<_>>().join(" "), bits);
    if let Some(known) = oidc.granted.get(&key) {
        return known;
    }
    let open = |scope: &Arc<ClientScope>| {
        // As Keycloak: who is in no organization is not granted the scope that tells of them, and nobody is in one yet.
        *scope.name != *ORGANIZATION
            && (scope.roles.is_empty()
                || oidc.gated.iter().position(|(id, _)| *id == scope.id).is_some_and(|place| bits & (1 << place) != 0))
    };
    let optional = client.optional_scopes.iter().filter(|scope| wanted.contains(&*scope.name));
    let scopes: Vec<Arc<ClientScope>> =
        client.default_scopes.iter().chain(optional).filter(|scope| open(scope)).cloned().collect();
    let granted = Arc::new(work_out(realm, client, oidc, wanted.contains(OPENID), scopes));
    oidc.granted.insert(key, Arc::clone(&granted));
    granted
}

fn work_out(realm: &Realm, client: &Client, oidc: &OidcClient, openid: bool, scopes: Vec<Arc<ClientScope>>) -> Granted {
    let mut mappers = oidc.own_mappers.clone();
    mappers.extend(scopes.iter().filter_map(|scope| oidc.scope_mappers.get(&scope.id)).flatten().cloned());
    mapper::order(&mut mappers);
    let join = |told_only: bool| {
        let named = scopes
            .iter()
            .filter(|scope| !told_only || scope.attribute("include.in.token.scope") != Some("false"))
            .map(|scope| &*scope.name);
        openid.then_some(OPENID).into_iter().chain(named).collect::<Vec<_>>().join(" ")
    };
    // Keycloak: the client's own roles, those it is mapped to, and those of its scopes, with all that they bring.
    let roles = (!client.full_scope_allowed).then(|| {
        let own = realm.roles_of_client(&client.id).chain(&client.scope_roles);
        let all: BTreeSet<&RoleId> = own.chain(scopes.iter().flat_map(|scope| &scope.roles)).collect();
        let all: Vec<RoleId> = all.into_iter().cloned().collect();
        realm.role_closure(&all).as_ref().clone()
    });
    Granted {
        openid,
        offline: scopes.iter().any(|scope| &*scope.name == OFFLINE_ACCESS),
        told: join(true),
        whole: join(false),
        mappers,
        roles,
        scopes,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_taken_once_and_in_order() {
        assert_eq!(names("openid  email openid profile "), Ok(vec!["openid", "email", "profile"]));
        assert_eq!(names(""), Ok(vec![]));
    }

    #[test]
    fn a48_a_huge_scope_is_refused() {
        assert_eq!(names(&"a".repeat(MAX_BYTES + 1)), Err(InvalidScope));
        let many: Vec<String> = (0..=MAX_NAMES).map(|n| n.to_string()).collect();
        assert_eq!(names(&many.join(" ")), Err(InvalidScope));
    }

    proptest! {
        #[test]
        fn any_text_has_names_or_is_refused(text in ".{0,300}") {
            if let Ok(names) = names(&text) {
                prop_assert!(names.iter().all(|name| !name.is_empty() && !name.contains(' ')));
            }
        }
    }
}

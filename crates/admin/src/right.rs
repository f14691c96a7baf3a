//! The rule book: which management roles carry which right. Names of roles are Keycloak's.

use std::sync::Arc;

use identity::Realm;

use crate::Caller;

/// A right that a permit is of.
pub trait Right: Send + Sync + 'static {
    /// Its name, for pages and tests.
    const NAME: &'static str;
    /// The roles of which one is enough; empty where something else decides.
    const ROLES: &'static [&'static str];
    /// Whether it may be read only.
    const MANAGES: bool;

    /// Whether the caller has it in a realm.
    fn held(caller: &Caller, realm: &Arc<Realm>) -> bool {
        caller.has_role_of(realm, Self::ROLES)
    }
}

/// A right to change something: only these begin a [`crate::Change`].
pub trait Manages: Right {}

macro_rules! rights {
    (manages = $manages:literal; $($(#[$doc:meta])* $name:ident: $($role:literal),+;)*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub enum $name {}

        impl Right for $name {
            const NAME: &'static str = stringify!($name);
            const ROLES: &'static [&'static str] = &[$($role),+];
            const MANAGES: bool = $manages;
        }
    )* };
}

macro_rules! managing {
    ($($(#[$doc:meta])* $name:ident: $($role:literal),+;)*) => {
        rights! { manages = true; $($(#[$doc])* $name: $($role),+;)* }
        $(impl Manages for $name {})*
    };
}

rights! {
    manages = false;
    /// See a realm's settings, roles, flows and components.
    ViewRealm: "view-realm", "manage-realm";
    /// See that the realm is there, and its name; what Keycloak shows of it to whoever administers anything in it.
    SeeRealm: "view-realm", "manage-realm", "query-users", "view-users", "manage-users", "query-groups", "query-clients",
        "view-clients", "manage-clients", "create-client", "query-realms", "view-events", "manage-events",
        "view-identity-providers", "manage-identity-providers", "view-authorization", "manage-authorization", "impersonation",
        "query-organizations", "view-organizations", "manage-organizations", "view-workflows", "manage-workflows";
    /// See clients and client scopes.
    ViewClients: "view-clients", "manage-clients";
    /// See roles of the realm or of clients; which of them is looked at with each role.
    ViewRoles: "view-realm", "manage-realm", "view-clients", "manage-clients";
    /// List clients and client scopes, each entry only as far as it may be seen.
    ListClients: "query-clients", "view-clients", "manage-clients";
    /// See users and groups.
    ViewUsers: "view-users", "manage-users";
    /// List users, each entry only as far as it may be seen.
    ListUsers: "query-users", "view-users", "manage-users";
    /// List groups, each entry only as far as it may be seen.
    ListGroups: "query-groups", "view-users", "manage-users";
    /// See what happened.
    ViewEvents: "view-events", "manage-events";
    /// See identity providers.
    ViewIdentityProviders: "view-identity-providers", "manage-identity-providers";
    /// See authorization settings of clients.
    ViewAuthorization: "view-authorization", "manage-authorization";
    /// See organizations.
    ViewOrganizations: "view-organizations", "manage-organizations";
    /// See which flows there are, which clients and identity providers are bound to.
    ViewFlows: "view-realm", "manage-realm", "view-clients", "manage-clients", "query-clients", "view-identity-providers",
        "manage-identity-providers";
    /// See which required actions there are, which users are given.
    ViewRequiredActions: "view-realm", "manage-realm", "query-users", "view-users", "manage-users";
    /// See how clients may prove themselves.
    ViewClientAuthenticators: "view-realm", "manage-realm", "query-clients", "view-clients", "manage-clients";
}

managing! {
    /// Change a realm's settings, roles, flows and components.
    ManageRealm: "manage-realm";
    /// Change roles of the realm or of clients; which of them is looked at with each role.
    ManageRoles: "manage-realm", "manage-clients";
    /// Change clients and client scopes.
    ManageClients: "manage-clients";
    /// Register clients.
    CreateClients: "create-client", "manage-clients";
    /// Change users and groups, and give them roles.
    ManageUsers: "manage-users";
    /// Take another user's place.
    Impersonate: "impersonation";
    /// Change what is kept of events.
    ManageEvents: "manage-events";
    /// Change identity providers.
    ManageIdentityProviders: "manage-identity-providers";
    /// Change authorization settings of clients.
    ManageAuthorization: "manage-authorization";
    /// Change organizations.
    ManageOrganizations: "manage-organizations";
}

/// Administer anything anywhere: what `serverinfo` and the list of realms ask for.
#[derive(Debug, Clone, Copy)]
pub enum AnyAdmin {}

impl Right for AnyAdmin {
    const NAME: &'static str = "AnyAdmin";
    const ROLES: &'static [&'static str] = &[];
    const MANAGES: bool = false;

    fn held(caller: &Caller, _realm: &Arc<Realm>) -> bool {
        caller.is_admin()
    }
}

/// Make realms: `create-realm` or `admin` of `master`.
#[derive(Debug, Clone, Copy)]
pub enum CreateRealms {}

impl Right for CreateRealms {
    const NAME: &'static str = "CreateRealms";
    const ROLES: &'static [&'static str] = &[];
    const MANAGES: bool = true;

    fn held(caller: &Caller, _realm: &Arc<Realm>) -> bool {
        caller.creates_realms()
    }
}

impl Manages for CreateRealms {}

/// All roles of a management client.
pub(crate) const ALL_ROLES: &[&str] = &[
    "create-client",
    "impersonation",
    "manage-authorization",
    "manage-clients",
    "manage-events",
    "manage-identity-providers",
    "manage-organizations",
    "manage-realm",
    "manage-users",
    "manage-workflows",
    "query-clients",
    "query-groups",
    "query-organizations",
    "query-realms",
    "query-users",
    "realm-admin",
    "view-authorization",
    "view-clients",
    "view-events",
    "view-identity-providers",
    "view-organizations",
    "view-realm",
    "view-users",
    "view-workflows",
];

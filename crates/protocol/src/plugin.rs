//! What a protocol plugin gives.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use identity::realm_file::RealmMember;
use identity::{Error, FieldFault, GroupId, Mapper, MapperSeed, Realm, RoleId, Tx, UserId};

use crate::{
    ApiState, Artefact, BearerTokens, BoxFuture, BrowserState, FormField, LoginReturn, LogoutParticipant, MapperKind,
    Operation,
};

/// A client's settings as they would be saved.
#[derive(Debug, Clone, Copy)]
pub struct ClientSettings<'a> {
    /// Its attributes.
    pub attributes: &'a BTreeMap<String, String>,
    /// Its own mappers.
    pub mappers: &'a [Mapper],
}

/// What of a client points at other servers, or is compared with what they say.
#[derive(Debug, Clone, Copy)]
pub struct ClientAddresses<'a> {
    /// Its redirect URIs.
    pub redirect_uris: &'a [String],
    /// Its own mappers.
    pub mappers: &'a [Mapper],
}

/// A kind of event that a plugin records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventKind {
    /// `<prefix>.<what>`, the prefix the same for all of a plugin's kinds; or, where Keycloak has a kind for it, Keycloak's
    /// word in upper case.
    pub name: &'static str,
    /// Name for people.
    pub label: &'static str,
    /// Whether it tells of a refusal or fault.
    pub is_error: bool,
}

/// Somebody or something that was just removed from a realm.
#[derive(Debug, Clone, Copy)]
pub enum Removed<'a> {
    /// A user.
    User {
        /// The row.
        id: &'a UserId,
        /// The stored user name.
        username: &'a str,
    },
    /// A group, with all below it.
    Group {
        /// The row.
        id: &'a GroupId,
        /// Its path.
        path: &'a str,
    },
    /// A role.
    Role {
        /// The row.
        id: &'a RoleId,
        /// The `clientId` of its client, none for a realm role.
        client: Option<&'a str>,
        /// Its name.
        name: &'a str,
    },
    /// A client with its service account.
    Client {
        /// Its `clientId`.
        client_id: &'a str,
    },
}

/// A protocol. Everybody asks the registry of plugins; nobody names one.
pub trait Plugin: Send + Sync + 'static {
    /// Id, as in a client's `protocol`.
    fn id(&self) -> &'static str;

    /// Name for people.
    fn title(&self) -> &'static str;

    /// Routes for programs, mounted at `/realms/{realm}/protocol/<id>`: no cookie is read or set there, so what they
    /// make must not need a session.
    fn api(&self) -> Router<ApiState>;

    /// Routes for browsers, mounted at the same prefix: with cookies, pages, and somebody to ask people. A server without
    /// pages leaves them out.
    fn browser(&self) -> Router<BrowserState> {
        Router::new()
    }

    /// Routes for browsers at addresses of their own, mounted at `/realms/{realm}`: for an address that people type, or that a
    /// specification or Keycloak puts there.
    fn realm_pages(&self) -> Router<BrowserState> {
        Router::new()
    }

    /// Public documents, mounted at `/realms/{realm}/.well-known`.
    fn well_known(&self) -> Router<ApiState> {
        Router::new()
    }

    /// Public documents about a realm at the server's own `/.well-known` (RFC 8615), with `/realms/{realm}` after the
    /// document's name.
    fn server_well_known(&self) -> Router<ApiState> {
        Router::new()
    }

    /// What takes a log-in back that its browser half began.
    fn login_return(&self) -> Option<&dyn LoginReturn> {
        None
    }

    /// What it does when a session ends.
    fn logout(&self) -> Option<&dyn LogoutParticipant> {
        None
    }

    /// What reads its access tokens, where they may be shown to this server's own interfaces.
    fn bearer_tokens(&self) -> Option<&dyn BearerTokens> {
        None
    }

    /// Settings of a client, in the order in which a form shows them.
    fn client_form(&self) -> &'static [FormField];

    /// What is wrong with a client's settings; saving is refused while there is anything.
    fn check_client(&self, settings: &ClientSettings<'_>) -> Vec<FieldFault>;

    /// What is wrong with a client that only other servers can tell; saving is refused while there is anything. Asked after
    /// [`Plugin::check_client`], where somebody saves one client and waits for it: not for a realm file, and never for a token.
    fn check_client_elsewhere<'a>(&'a self, _client: ClientAddresses<'a>) -> BoxFuture<'a, Vec<FieldFault>> {
        Box::pin(std::future::ready(Vec::new()))
    }

    /// Mappers of a new client that brings none.
    fn client_birth(&self) -> Vec<MapperSeed>;

    /// Members of a realm's representation that are this protocol's own: checked when a realm file comes in, kept with the
    /// realm, and back in its export.
    fn realm_members(&self) -> &'static [RealmMember] {
        &[]
    }

    /// Kinds of mapper.
    fn mappers(&self) -> &'static [&'static dyn MapperKind];

    /// Installation artefacts.
    fn artefacts(&self) -> &'static [&'static dyn Artefact];

    /// Kinds of event.
    fn event_kinds(&self) -> &'static [EventKind];

    /// Administrative verbs on one client.
    fn operations(&self) -> &'static [&'static dyn Operation] {
        &[]
    }

    /// Drops what would otherwise speak for a namesake that comes later. Part of the unit of work that removes.
    fn subject_removed<'a>(
        &'a self,
        _tx: &'a mut Tx,
        _realm: &'a Arc<Realm>,
        _removed: Removed<'a>,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

//! Protocol mappers: what puts claims into tokens. One kind a file; [`KINDS`] is the list.

mod config;
mod kind;
#[cfg(test)]
mod tests;
mod value;

use std::sync::Arc;

use identity::{Mapper, User};
use protocol::MapperKind;
use serde_json::Value;

use crate::claims::{Claims, Roles};
use crate::claims_request::ClaimsRequest;
pub(crate) use claims_parameter::add_requested;
pub(crate) use config::Config;
pub(crate) use kind::{Kind, Targets};
pub(crate) use pairwise_sub::{SECTOR_IDENTIFIER_URI, sector_identifier_uri};

/// The kinds, each a file of that name.
macro_rules! kinds {
    ($($file:ident)*) => {
        $(mod $file;)*

        /// All kinds, in the order in which they are offered.
        pub(crate) static KINDS: &[&dyn MapperKind] = &[$(&$file::KIND),*];

        /// The same, with what only this crate asks of them.
        static READERS: &[&Kind] = &[$(&$file::KIND),*];
    };
}

kinds! {
    user_attribute
    user_property
    full_name
    address
    group_membership
    organization
    realm_role
    client_role
    role_name
    hardcoded_role
    hardcoded_claim
    audience
    audience_resolve
    allowed_origins
    session_note
    sub
    session_state
    nonce
    acr
    amr
    pairwise_sub
    claims_parameter
    claims_parameter_value
}

/// What is being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// An id token.
    Id,
    /// An access token.
    Access,
    /// A lightweight access token.
    Lightweight,
    /// The answer of userinfo.
    UserInfo,
    /// The answer of introspection.
    Introspection,
}

/// What mappers know of the request. Plain data, so that a mapper can be tried without a realm.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    /// What is being written.
    pub target: Target,
    /// The client that the token is issued to.
    pub client_id: &'a str,
    /// Its web origins.
    pub web_origins: &'a [String],
    /// Host of its redirect URIs, where they have but one: what pairwise subjects are derived from.
    pub sector: Option<&'a str>,
    /// Whom it is about.
    pub user: &'a User,
    /// Paths of the user's groups.
    pub group_paths: &'a [String],
    /// The session.
    pub sid: Option<&'a str>,
    /// Notes of the session, or of a client that acts for itself.
    pub notes: &'a dyn Notes,
    /// How strongly the log-in was proven.
    pub acr: &'a str,
    /// The client's own, of the authorization request.
    pub nonce: Option<&'a str>,
    /// The `claims` parameter of the authorization request.
    pub requested: Option<&'a ClaimsRequest>,
    /// All mappers of the client and of every scope that it may have: what a single requested claim is taken from.
    pub sources: &'a [Compiled],
}

/// Notes by name.
pub(crate) trait Notes: Sync {
    /// A note's text.
    fn note(&self, name: &str) -> Option<&str>;
}

impl Notes for identity::Notes {
    fn note(&self, name: &str) -> Option<&str> {
        self.get(name)
    }
}

impl<const N: usize> Notes for [(&'static str, &str); N] {
    fn note(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
    }
}

/// What mappers write.
pub(crate) struct State<'a> {
    /// The claims.
    pub claims: Claims<'a>,
    /// The roles that role mappers tell.
    pub roles: Roles<'a>,
}

/// A mapper, its configuration read.
pub(crate) trait Apply: Send + Sync {
    /// Writes what it maps.
    fn apply<'a>(&self, context: &Context<'a>, state: &mut State<'a>);

    /// The claim that it writes for a user, by name, and its value: for who asks for a single claim.
    fn single(&self, _context: &Context<'_>) -> Option<(&str, Value)> {
        None
    }
}

/// A mapper of a client or scope, read once for each snapshot.
#[derive(Clone)]
pub(crate) struct Compiled {
    priority: i32,
    targets: Targets,
    apply: Arc<dyn Apply>,
}

impl Compiled {
    /// Reads a mapper. `None` for one of another protocol, of a kind that nobody here knows (it can only have added
    /// claims), or with a configuration that means nothing.
    pub(crate) fn read(mapper: &Mapper) -> Option<Self> {
        let kind = READERS.iter().find(|kind| mapper.protocol == crate::PROTOCOL && kind.id == mapper.mapper)?;
        let config = Config(&mapper.config);
        Some(Self { priority: kind.priority, targets: kind.targets(config), apply: (kind.read)(config)? })
    }

    /// The claim that it writes, for who asks for a single claim.
    pub(crate) fn single(&self, context: &Context<'_>) -> Option<(&str, Value)> {
        self.apply.single(context)
    }
}

/// Puts mappers into the order in which they run: by priority, otherwise as they come.
pub(crate) fn order(mappers: &mut [Compiled]) {
    mappers.sort_by_key(|mapper| mapper.priority);
}

/// Runs the mappers that write into the context's target.
pub(crate) fn run<'a>(mappers: &[Compiled], context: &Context<'a>, state: &mut State<'a>) {
    for mapper in mappers.iter().filter(|mapper| mapper.targets.includes(context.target)) {
        mapper.apply.apply(context, state);
    }
}

//! Realms, users, groups, roles, clients, scopes, credentials, consents, keys, sessions, tickets and events, and their rows.
//!
//! Owns: the store (SQLite by default, PostgreSQL for many nodes), the realm snapshots that every request reads, the one
//! door for proving a password or token (`authenticate`), the one gate before a signature (`gate`), Keycloak's realm
//! files. Does not own: any protocol's words or settings, HTTP, pages, configuration, and how a key signs (`crypto`).
//! Floor 1; the only room besides `migrations` that names sea-orm.
//!
//! One folder per noun, with `mod.rs` (the type and its verbs) and private `entity.rs` (its row). Writes are a [`Tx`], or
//! typed commands of the one writer task where a request waits for them.

// Reading a row's derive output, the lint cannot see that the module is private on purpose.
#![allow(unreachable_pub, reason = "sea-orm's derive makes public items inside private modules")]

mod admin_event;
mod authenticate;
mod cache;
mod client;
mod consent;
mod credential;
mod documents;
mod error;
mod event;
mod federated_identity;
mod gate;
mod group;
mod id;
mod insert;
mod key;
mod login_failure;
mod mapper;
mod masks;
mod meta;
mod open;
mod page;
mod policy;
mod poller;
pub mod profile;
mod realm;
pub mod realm_file;
mod role;
mod rows;
mod scope;
mod sealing;
mod session;
mod sql;
mod store;
mod sweep;
mod task;
#[cfg(test)]
mod test_store;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod ticket;
mod time;
mod transient;
mod tx;
mod user;
mod writer;

pub use admin_event::{AdminActor, AdminEvent, AdminEventQuery, AdminOperation, StoredAdminEvent};
pub use authenticate::{
    Denied, Evidence, LOCK_TOKENS, Method, Methods, NewOtp, PasswordRefused, Peer, Proven, RECOVERY_CODES,
    RecoveryCodes, SecondFactor,
};
pub use client::{Client, ClientSecret};
pub use consent::Consent;
pub use credential::{CredentialFacts, NewCredential, ShownCredential};
pub use error::{Error, Fault, FieldFault};
pub use event::{Event, EventQuery};
pub use federated_identity::FederatedIdentity;
pub use gate::{GateRefusal, Granted, Subject, admit};
pub use group::{GroupChange, NewGroup};
pub use id::{ClientId, CredentialId, GroupId, KeyId, MapperId, RealmId, RoleId, ScopeId, UserId};
pub use key::{
    EncryptionKey, InternalKind, InternalTokenError, KeyChange, KeyFacts, KeyRing, KeyStatus, NewKey, RealmKey,
    Rotation, SecretKey,
};
pub use login_failure::{FailureState, Lock};
pub use mapper::{Mapper, MapperOwner, MapperSeed};
pub use masks::{MASK, keep_masked, masked};
pub use open::{DatabaseUrl, NotReady, OpenError, OpenSettings, Statistics};
pub use page::Page;
pub use policy::{
    BlackLists, CheckFailed, FolderOfLists, ListError, NewPassword, NoLists, PasswordPolicy, PolicyFault, Violation,
};
pub use realm::{BruteForceStrategy, Effective, NewRealm, OtpPolicy, Realm, RealmSettings, SslRequired};
pub use realm_file::Representation;
pub use role::{NewRole, RoleDocument, RoleQuery};
pub use scope::{ClientScope, MappedTo};
pub use session::{
    ClientSession, LiveSession, NewClientSession, NewSession, NoSessionId, Notes, RefreshPolicy, RefreshRotation,
    RefreshState, SessionCount, SessionId, SessionPage, UserSession, WithTicket,
};
pub use store::Identity;
pub use sweep::Swept;
pub use ticket::{IssuedTicket, NewTicket, Ticket, TicketLifetime, TicketSelector};
pub use time::{Clock, ManualClock, SystemClock, Timestamp};
pub use transient::Transient;
pub use tx::Tx;
pub use user::{NewUser, User, UserChange, UserQuery};

/// A boxed future.
///
/// The body of an `async fn` is compiled anew wherever it is awaited, in every crate above. A verb that is long and not hot gives one
/// of these instead: it is compiled once, here, and does not swell the future of whoever awaits it.
pub type BoxFuture<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;

//! The plugin contract, and the web words that every door shares.
//!
//! Owns: what a protocol plugin gives and gets ([`Plugin`], [`Plugins`]), how a request enters a realm ([`InRealm`],
//! [`ClientInRealm`]) and ends in it ([`Outcome`]), who the peer is behind trusted proxies, TLS demands, security headers,
//! request ids, form bodies, request metrics, the session layer of browser routes. Does not own: any protocol's words, pages, how
//! people log in, storage, listeners.
//! Floor 2; imports `identity` and `crypto`.
//!
//! | duty of the contract | file |
//! |---|---|
//! | what a plugin gives | `plugin.rs`, `form.rs`, `mapper.rs`, `artefact.rs`, `operation.rs`, `bearer.rs` |
//! | the registry of plugins | `plugins.rs` |
//! | what a plugin gets | `state.rs`, `in_realm.rs`, `client_in_realm.rs`, `outcome.rs` |
//! | what a plugin asks of people, and how it gets them back | `interaction.rs`, `page.rs`, `login_return.rs`, `logout.rs` |
//! | the half that browsers use: session layer, cookies | `browser/` |
//! | what every plugin's tests run | `conformance.rs` |
//! | web words | `web/` |

mod artefact;
mod bearer;
pub mod browser;
mod client_in_realm;
pub mod conformance;
mod form;
mod in_realm;
mod interaction;
mod letters;
mod login_return;
mod logout;
mod mapper;
mod metrics;
mod operation;
mod outcome;
mod page;
mod plugin;
mod plugins;
mod state;
pub mod web;

pub use artefact::Artefact;
pub use bearer::{Bearer, BearerRefused, BearerTokens};
pub use browser::{Browser, BrowserState, InBrowser};
pub use client_in_realm::{ClientInRealm, ClientRefusal};
pub use form::{FieldKind, FormField};
pub use in_realm::{Door, DoorRefusal, FixedRealm, InRealm, Issuer};
pub use interaction::{Begin, Demands, Entry, ErrorPage, Interaction, Pages, Prompts};
pub use letters::{Letter, Letters};
pub use login_return::{
    AUTH_TIME, ActionStatus, Completed, Failed, Joined, JoinedSession, Joining, LoginFailure, LoginReturn,
};
pub use logout::{Ended, LogoutParticipant};
pub use mapper::MapperKind;
pub use metrics::{Metrics, NoticeKind, OutcomeKind};
pub use operation::{Operation, Permission};
pub use outcome::{Details, EventKinds, Outcome, short};
pub use page::{Page, PageFrame};
pub use plugin::{ClientAddresses, ClientSettings, EventKind, Plugin, Removed};
pub use plugins::{DuplicatePlugin, Plugins};
pub use state::{ApiState, Portreeve, WebSettings};

pub use identity::BoxFuture;

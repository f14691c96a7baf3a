//! What a person meets between an application's request and its answer.
//!
//! Owns: how somebody logs in, registers, does what is required of them, agrees and is remembered ([`Login`]); the log-in in
//! progress and its cookies; links in mails; the pages ([`page`]). Does not own: how pages look in general and which
//! language they speak (`theme`), which steps there are and in what order (`flow`), what proves somebody (`identity`),
//! any protocol's words. Floor 3.
//!
//! | what | file |
//! |---|---|
//! | where every request ends up, and what comes next | `dispatcher.rs` |
//! | the log-in in progress: one for each tab of a browser | `tab.rs` |
//! | addresses | `routes.rs` |
//! | cookies and the session they prove | `cookie.rs`, `session.rs` |
//! | from a step of a flow to its page | `show.rs`, `frame.rs` |
//! | required actions, one file each | `action/` |
//! | consent | `consent.rs` |
//! | links in mails | `link/` |

mod action;
mod consent;
mod cookie;
mod dispatcher;
mod frame;
mod interaction;
mod link;
pub mod page;
mod profile_form;
mod protocol_page;
mod routes;
mod session;
mod show;
mod tab;
mod visit;

use std::sync::Arc;

use flow::{Engine, FlowCache};
use identity::BlackLists;
use mail::Mailer;
use protocol::{BrowserState, Portreeve};
use theme::Themes;

/// What logging in needs besides [`Portreeve`].
pub struct LoginSettings {
    /// How pages look.
    pub themes: Arc<Themes>,
    /// Passwords that nobody may have.
    pub black_lists: Arc<dyn BlackLists + Send + Sync>,
    /// Where mails go.
    pub mailer: Mailer,
}

/// How people log in.
#[derive(Clone)]
pub struct Login(Arc<Parts>);

struct Parts {
    engine: Engine,
    flows: FlowCache,
    settings: LoginSettings,
}

impl Login {
    /// Puts the parts together.
    pub fn new(settings: LoginSettings) -> Self {
        Self(Arc::new(Parts { engine: Engine::default(), flows: FlowCache::default(), settings }))
    }

    /// State of all routes that people meet.
    pub fn state(&self, portreeve: &Portreeve) -> BrowserState {
        BrowserState {
            portreeve: portreeve.clone(),
            interaction: Arc::new(self.clone()),
            pages: Arc::new(self.clone()),
        }
    }

    /// Static files of the themes.
    pub fn static_files(&self) -> axum::Router {
        self.0.settings.themes.routes()
    }

    fn themes(&self) -> &Themes {
        &self.0.settings.themes
    }
}

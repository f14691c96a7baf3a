//! The half of a protocol that browsers use: it has a session layer, pages, and somebody to ask people.

mod cookie;
mod in_browser;
mod layer;
mod store;

use std::sync::Arc;

use axum::extract::FromRef;

pub use cookie::{Cookie, Lifetime, Readable, cookie_of, cookie_path, is_secure};
pub use in_browser::{Browser, InBrowser};
pub use layer::{SESSION_COOKIE, layer};
pub use store::SESSION_SECONDS;
pub use tower_sessions::session::Error as SessionError;

use crate::{Interaction, Pages, Portreeve};

/// State of a plugin's browser half and of the pages that people meet.
#[derive(Clone)]
pub struct BrowserState {
    /// What every door has in hand.
    pub portreeve: Portreeve,
    /// Brings a logged-in person.
    pub interaction: Arc<dyn Interaction>,
    /// What a person is shown when something cannot go on.
    pub pages: Arc<dyn Pages>,
}

impl FromRef<BrowserState> for Portreeve {
    fn from_ref(state: &BrowserState) -> Self {
        state.portreeve.clone()
    }
}

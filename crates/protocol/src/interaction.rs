//! "Bring me a logged-in person and return here": what a protocol asks of the pages.

use std::sync::Arc;

use axum::response::Response;
use http::{HeaderMap, StatusCode};
use identity::{Client, Error, LiveSession, Realm, ScopeId};
use serde::{Deserialize, Serialize};

use crate::browser::Browser;
use crate::web::RequestFacts;
use crate::{BoxFuture, Outcome, Page, PageFrame, Portreeve};

/// What the person shall be asked, whatever their session says (OpenID Connect Core §3.1.2.1, `prompt`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Prompts {
    /// Nothing may be shown.
    pub none: bool,
    /// Credentials again.
    pub login: bool,
    /// Consent again.
    pub consent: bool,
    /// Which account.
    pub select_account: bool,
    /// A new account.
    pub create: bool,
}

/// Which of the realm's flows a log-in starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Entry {
    /// Log in.
    #[default]
    Browser,
    /// Register.
    Registration,
    /// Forgotten credentials.
    ResetCredentials,
}

/// What a protocol demands of a log-in. Kept with the log-in while it is in progress.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Demands {
    /// What is asked again.
    pub prompt: Prompts,
    /// Most seconds since the person proved who they are.
    pub max_age: Option<i64>,
    /// Classes of authentication that are wanted, the best liked first: names of the client's or realm's map, or levels.
    pub acr: Vec<String>,
    /// Whether one of them must be reached.
    pub acr_essential: bool,
    /// Who will probably log in.
    pub login_hint: Option<String>,
    /// Languages, the best liked first.
    pub ui_locales: Vec<String>,
    /// A required action that the application asks for (Keycloak's `kc_action`), with its parameter after a colon.
    pub kc_action: Option<String>,
    /// Which identity provider to go to at once (`kc_idp_hint`).
    pub idp_hint: Option<String>,
    /// Whether the person is asked for consent although the client's registration does not say so: whoever began this may be
    /// somebody else (RFC 8628 §5.4).
    pub ask_consent: bool,
    /// Client scopes that the client asks for; shown where consent is needed.
    pub consent: Vec<ScopeId>,
    /// The flow to start with.
    pub entry: Entry,
}

/// A protocol's request for a logged-in person.
pub struct Begin {
    /// What every door has in hand.
    pub portreeve: Portreeve,
    /// The realm.
    pub realm: Arc<Realm>,
    /// Who wants to know.
    pub client: Arc<Client>,
    /// Who asks.
    pub facts: RequestFacts,
    /// The open end of the request.
    pub outcome: Outcome,
    /// Cookies and log-ins in progress.
    pub browser: Browser,
    /// What is demanded.
    pub demands: Demands,
    /// The protocol's own request, given back to its [`crate::LoginReturn`]. Kept in the store, never in a cookie or URL.
    pub payload: serde_json::Value,
    /// Address that the browser is sent to at the end, where there is one. The pages' policy lets their forms lead there: to a
    /// browser a redirect after a form is part of it (CSP 3 §6.4.1).
    pub way_back: Option<String>,
}

/// Brings a logged-in person. Given by the room of pages.
pub trait Interaction: Send + Sync + 'static {
    /// Starts a log-in; a session that satisfies the demands ends it at once.
    fn begin(&self, begin: Begin) -> BoxFuture<'_, Response>;

    /// The session that a browser's cookies prove, if it lives.
    ///
    /// # Errors
    /// When the store cannot say.
    fn current_session<'a>(
        &'a self,
        portreeve: &'a Portreeve,
        realm: &'a Arc<Realm>,
        headers: &'a HeaderMap,
    ) -> BoxFuture<'a, Result<Option<LiveSession>, Error>>;

    /// Ends a session: the row, what every protocol hung on it, and, in the answer, the browser's cookies.
    ///
    /// # Errors
    /// When the store cannot close it; then nobody may be told that it ended.
    fn end_session<'a>(
        &'a self,
        portreeve: &'a Portreeve,
        realm: &'a Arc<Realm>,
        session: &'a LiveSession,
    ) -> BoxFuture<'a, Result<(), Error>>;

    /// Makes a browser forget its session in this realm.
    fn forget_cookies(&self, portreeve: &Portreeve, realm: &Realm, answer: &mut HeaderMap);
}

/// What a person is told when something cannot go on.
#[derive(Debug, Clone, Copy)]
pub struct ErrorPage<'a> {
    /// The realm whose theme and languages count; without one, the server's own.
    pub realm: Option<&'a Arc<Realm>>,
    /// The client that the person came from, if it is known.
    pub client: Option<&'a Arc<Client>>,
    /// The answer's status.
    pub status: StatusCode,
    /// A key of the message bundles.
    pub message: &'a str,
    /// What fills the message's places. Any text: it is shown as such.
    pub arguments: &'a [&'a str],
}

/// What a person is shown when something cannot go on.
pub trait Pages: Send + Sync + 'static {
    /// The page, in the person's language, at the address that was asked for.
    fn error(&self, portreeve: &Portreeve, headers: &HeaderMap, page: &ErrorPage<'_>) -> Response;

    /// Any other page that a protocol has shown.
    fn show(&self, portreeve: &Portreeve, headers: &HeaderMap, frame: &PageFrame<'_>, page: &Page<'_>) -> Response;
}

//! A log-in in progress. Each tab of a browser has its own, so that tabs do not get in each other's way.
//!
//! It is a ticket. Its secret follows from a key in the browser's session and the tab's id, so that neither the id in an
//! address nor the session's cookie alone reaches it, and a session that gets a new id keeps its tabs. It is changed by
//! comparing: of two requests that answer one page, one goes on.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::secret::Secret;
use flow::FlowState;
use identity::{Error, Identity, NewTicket, Realm, Timestamp};
use protocol::browser::SESSION_SECONDS;
use protocol::{Browser, Demands, Entry};
use serde::{Deserialize, Serialize};
use serde_json::Value;

const KIND: &str = "login.tab";
const PREFIX: &str = "tab";
/// Member of the browser's session: the key of its tabs.
const KEY: &str = "key";

/// A log-in in progress.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Tab {
    /// Its id in addresses.
    pub(crate) id: String,
    /// The client's row.
    pub(crate) client: String,
    /// The protocol's own request.
    pub(crate) payload: Value,
    /// Where the browser goes at the end.
    #[serde(default)]
    pub(crate) way_back: Option<String>,
    /// What the protocol demands.
    pub(crate) demands: Demands,
    /// The flow that is under way.
    pub(crate) entry: Entry,
    /// Where it stands.
    pub(crate) flow: FlowState,
    /// Whether it is through.
    pub(crate) flow_done: bool,
    /// What the page that was shown last must bring back. Another with every page.
    pub(crate) code: String,
    /// When that page was shown, in unix seconds.
    pub(crate) shown_at: i64,
    /// Required actions.
    pub(crate) actions: Actions,
    /// Whether the person has agreed in this log-in.
    pub(crate) consented: bool,
    /// The language that was chosen on a page.
    pub(crate) locale: Option<String>,
    /// Where it ends if no application asked for it: required actions that a letter led to.
    #[serde(default)]
    pub(crate) alone: Option<Alone>,
}

/// A log-in that no application asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Alone {
    /// Where the person may go on.
    pub(crate) redirect_uri: Option<String>,
}

/// Where required actions stand.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Actions {
    /// Which were done in this log-in.
    pub(crate) done: BTreeSet<String>,
    /// What the one that is shown wants to know again.
    pub(crate) notes: BTreeMap<String, String>,
    /// How the one ended that the application asked for.
    pub(crate) asked: Option<(String, String)>,
}

/// A tab as it was read, to be changed only if it still is so.
pub(crate) struct Stored {
    pub(crate) secret: Secret,
    pub(crate) before: Value,
}

impl Tab {
    pub(crate) fn new(identity: &Identity, client: &identity::Client, demands: Demands, payload: Value) -> Self {
        let flow = FlowState::default();
        Self {
            id: crypto::random::token::<8>(identity.random()).expose().to_owned(),
            client: client.id.to_string(),
            payload,
            way_back: None,
            entry: demands.entry,
            demands,
            flow,
            flow_done: false,
            code: String::new(),
            shown_at: 0,
            actions: Actions::default(),
            consented: false,
            locale: None,
            alone: None,
        }
    }

    /// Becomes another log-in with the same request.
    pub(crate) fn renew_id(&mut self, identity: &Identity) {
        crypto::random::token::<8>(identity.random()).expose().clone_into(&mut self.id);
    }

    /// Starts over with the same request.
    pub(crate) fn restart(&mut self, entry: Entry) {
        self.flow.restart();
        self.flow_done = false;
        self.entry = entry;
        self.actions = Actions::default();
        self.consented = false;
    }

    /// Gets the tab ready for a page: only what comes with its code will be taken.
    pub(crate) fn turn(&mut self, identity: &Identity) {
        crypto::random::token::<32>(identity.random()).expose().clone_into(&mut self.code);
        self.shown_at = identity.clock().now().seconds();
    }

    /// Whether a page's answer comes too late.
    pub(crate) fn is_expired(&self, realm: &Realm, now: Timestamp) -> bool {
        let seconds = if self.flow_done {
            realm.settings.access_code_lifespan_user_action
        } else {
            realm.settings.access_code_lifespan_login
        };
        now.seconds() >= self.shown_at.saturating_add(seconds)
    }

    /// Whether a code is that of the page that was shown last.
    pub(crate) fn is_answered_by(&self, code: &str) -> bool {
        !self.code.is_empty() && crypto::digest::equal(self.code.as_bytes(), code.as_bytes())
    }

    fn to_value(&self) -> Result<Value, Error> {
        serde_json::to_value(self).map_err(|error| Error::fault(format!("a log-in in progress: {error}")))
    }
}

/// The tab of this id in this browser.
pub(crate) async fn find(
    identity: &Identity,
    realm: &Realm,
    browser: &Browser,
    id: &str,
) -> Result<Option<(Tab, Stored)>, Error> {
    let Some(key) = browser.session.get::<String>(KEY).await.map_err(session_fault)? else { return Ok(None) };
    open(identity, realm, secret_of(&key, id)).await
}

/// The tab that a cookie names (`KC_RESTART`).
pub(crate) async fn find_by_secret(
    identity: &Identity,
    realm: &Realm,
    secret: &str,
) -> Result<Option<(Tab, Stored)>, Error> {
    open(identity, realm, Secret::from(secret.to_owned())).await
}

async fn open(identity: &Identity, realm: &Realm, secret: Secret) -> Result<Option<(Tab, Stored)>, Error> {
    let Some(ticket) = identity.find_ticket(realm, KIND, &secret).await? else { return Ok(None) };
    let before = (*ticket.payload).clone();
    // One that an older version wrote is gone for whoever is in the middle of it, and no fault.
    let Ok(tab) = serde_json::from_value(before.clone()) else { return Ok(None) };
    Ok(Some((tab, Stored { secret, before })))
}

/// Writes a new tab. Answers what finds it again.
pub(crate) async fn add(identity: &Identity, realm: &Realm, browser: &Browser, tab: &Tab) -> Result<Secret, Error> {
    let known = browser.session.get::<String>(KEY).await.map_err(session_fault)?;
    let is_new = known.is_none();
    let key = known.unwrap_or_else(|| crypto::random::token::<32>(identity.random()).expose().to_owned());
    if is_new {
        browser.session.insert(KEY, &key).await.map_err(session_fault)?;
    }
    let secret = secret_of(&key, &tab.id);
    let mut ticket = NewTicket::new(realm, KIND);
    ticket.payload = tab.to_value()?;
    ticket.expires_at = Some(end(identity));
    identity.keep_ticket(ticket, &secret).await?;
    Ok(secret)
}

/// Writes a changed tab, unless another request has changed it since it was read.
pub(crate) async fn replace(identity: &Identity, realm: &Realm, stored: &Stored, tab: &Tab) -> Result<bool, Error> {
    let after = tab.to_value()?;
    identity.replace_ticket_payload(realm, KIND, &stored.secret, &stored.before, &after, end(identity)).await
}

/// Takes a tab away. Of several requests at once, one is told `true`.
pub(crate) async fn finish(identity: &Identity, realm: &Realm, stored: &Stored) -> Result<bool, Error> {
    Ok(identity.consume_ticket(realm, KIND, &stored.secret).await?.is_some())
}

fn end(identity: &Identity) -> Timestamp {
    identity.clock().now().plus_seconds(SESSION_SECONDS)
}

fn secret_of(key: &str, id: &str) -> Secret {
    let digest = crypto::digest::hmac_sha256(key.as_bytes(), &[id.as_bytes()]);
    Secret::from(format!("{PREFIX}_{}", URL_SAFE_NO_PAD.encode(digest)))
}

#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
pub(crate) fn session_fault(error: protocol::browser::SessionError) -> Error {
    Error::fault(format!("the browser's session: {error}"))
}

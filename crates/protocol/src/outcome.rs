//! How a request that entered a realm ends: in success, refusal or fault, and never in silence.

use std::borrow::Cow;
use std::sync::Arc;

use identity::{Error, Event, Realm, UserId};

use crate::web::RequestFacts;
use crate::{OutcomeKind, Portreeve};

/// Kinds of event for the ends that no handler chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventKinds {
    /// Something was refused.
    pub refused: &'static str,
    /// Something here is broken, or the request was given up half-way.
    pub fault: &'static str,
}

/// Facts of an event by name.
pub type Details = Vec<(Cow<'static, str>, String)>;

/// The open end of a request in a realm. Ended by one of its verbs; dropped, it records a fault, so that a forgotten path
/// shows.
#[must_use = "a request in a realm ends in success, refusal or fault"]
pub struct Outcome(Option<Box<Open>>);

struct Open {
    portreeve: Portreeve,
    realm: Arc<Realm>,
    protocol: &'static str,
    kinds: EventKinds,
    facts: RequestFacts,
    user_agent: Option<String>,
    client: Option<String>,
    user: Option<UserId>,
    session: Option<String>,
}

impl Outcome {
    pub(crate) fn open(
        portreeve: Portreeve,
        realm: Arc<Realm>,
        protocol: &'static str,
        kinds: EventKinds,
        facts: RequestFacts,
        user_agent: Option<String>,
    ) -> Self {
        Self(Some(Box::new(Open {
            portreeve,
            realm,
            protocol,
            kinds,
            facts,
            user_agent,
            client: None,
            user: None,
            session: None,
        })))
    }

    /// The client that the request names, known here or not.
    pub fn about_client(&mut self, client_id: &str) {
        if let Some(open) = &mut self.0 {
            open.client = Some(short(client_id));
        }
    }

    /// The user that the request turned out to be about.
    pub fn about_user(&mut self, user: UserId) {
        if let Some(open) = &mut self.0 {
            open.user = Some(user);
        }
    }

    /// The session that the request opened, used or ended.
    pub fn about_session(&mut self, session: &str) {
        if let Some(open) = &mut self.0 {
            open.session = Some(session.to_owned());
        }
    }

    /// The request turned out to be of another sort than its door at large: its refusal or fault is told by these kinds.
    pub fn about(&mut self, kinds: EventKinds) {
        if let Some(open) = &mut self.0 {
            open.kinds = kinds;
        }
    }

    /// Something that happened on the way, with an event of its own; the request goes on.
    pub fn also(&self, kind: &'static str, error: Option<&'static str>, details: Details) {
        if let Some(open) = &self.0 {
            open.record(kind, error, details);
        }
    }

    /// It got what it asked for.
    pub fn succeeded(mut self, kind: &'static str, details: Details) {
        if let Some(open) = self.0.take() {
            open.portreeve.metrics.count(open.protocol, OutcomeKind::Succeeded);
            open.record(kind, None, details);
        }
    }

    /// It read a public document: counted, and no event.
    pub fn served(mut self) {
        if let Some(open) = self.0.take() {
            open.portreeve.metrics.count(open.protocol, OutcomeKind::Served);
        }
    }

    /// It was refused. `error` is Keycloak's word for the event.
    pub fn refused(self, error: &'static str, details: Details) {
        let kind = self.0.as_ref().map_or("", |open| open.kinds.refused);
        self.refused_as(kind, error, details);
    }

    /// It was refused, and its door's usual kind of event does not tell what it was about.
    pub fn refused_as(mut self, kind: &'static str, error: &'static str, details: Details) {
        if let Some(open) = self.0.take() {
            open.portreeve.metrics.count_refusal(open.protocol, error);
            open.record(kind, Some(error), details);
        }
    }

    /// Something here is broken. The words go to the log, with the request's id; nobody outside sees them.
    pub fn fault(mut self, error: &Error) {
        if let Some(open) = self.0.take() {
            tracing::error!(request_id = open.facts.id.as_str(), realm = %open.realm.name, protocol = open.protocol, "{error}");
            open.portreeve.metrics.count(open.protocol, OutcomeKind::Fault);
            let kind = open.kinds.fault;
            open.record(kind, Some("server_error"), Details::new());
        }
    }
}

impl Drop for Outcome {
    fn drop(&mut self) {
        let Some(open) = self.0.take() else { return };
        let error = if std::thread::panicking() { "panic" } else { "abandoned" };
        open.portreeve.metrics.count(open.protocol, OutcomeKind::Fault);
        let kind = open.kinds.fault;
        open.record(kind, Some(error), Details::new());
    }
}

impl Open {
    fn record(&self, kind: &'static str, error: Option<&'static str>, mut details: Details) {
        details.reserve(2);
        details.push((Cow::Borrowed("request_id"), self.facts.id.as_str().to_owned()));
        if let Some(agent) = &self.user_agent {
            details.push((Cow::Borrowed("user_agent"), agent.clone()));
        }
        let event = Event {
            time: self.portreeve.identity.clock().now(),
            kind: Cow::Borrowed(kind),
            client: self.client.clone(),
            user: self.user.clone(),
            session: self.session.clone(),
            address: Some(self.facts.address),
            error: error.map(Cow::Borrowed),
            details,
        };
        self.portreeve.identity.record(&self.realm, event);
    }
}

/// Text of a request, as events keep it: bounded, without control characters.
pub fn short(text: &str) -> String {
    const MOST: usize = 200;
    text.chars().filter(|c| !c.is_control()).take(MOST).collect()
}

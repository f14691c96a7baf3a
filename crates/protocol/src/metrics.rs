//! Counters of what requests came to.

use std::sync::{Mutex, PoisonError};

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelValue)]
pub enum OutcomeKind {
    /// It got what it asked for.
    Succeeded,
    /// It was refused, with a reason.
    Refused,
    /// Something here is broken.
    Fault,
    /// It read a public document.
    Served,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    protocol: &'static str,
    outcome: OutcomeKind,
}

/// What came of telling a client that a session has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelValue)]
pub enum NoticeKind {
    /// It has taken it.
    Delivered,
    /// It has not, however often it was tried.
    Failed,
    /// Nobody tried: too many wait.
    Dropped,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct NoticeLabels {
    protocol: &'static str,
    outcome: NoticeKind,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RefusalLabels {
    protocol: &'static str,
    error: &'static str,
}

/// The process's metrics. Others register theirs in the same registry.
pub struct Metrics {
    registry: Mutex<Registry>,
    requests: Family<RequestLabels, Counter>,
    refusals: Family<RefusalLabels, Counter>,
    notices: Family<NoticeLabels, Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// An empty registry with the request counters in it.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("portreeve");
        let requests = Family::default();
        registry.register("protocol_requests", "Requests that entered a realm, by how they ended", requests.clone());
        let refusals = Family::default();
        registry.register("protocol_refusals", "Refused requests by reason", refusals.clone());
        let notices = Family::default();
        registry.register(
            "logout_notices",
            "Clients that were to be told of a log-out, by what came of it",
            notices.clone(),
        );
        Self { registry: Mutex::new(registry), requests, refusals, notices }
    }

    /// Counts the end of a request.
    pub fn count(&self, protocol: &'static str, outcome: OutcomeKind) {
        self.requests.get_or_create(&RequestLabels { protocol, outcome }).inc();
    }

    /// Counts a refusal by its reason; reasons are a closed list, and never come from a request.
    pub fn count_refusal(&self, protocol: &'static str, error: &'static str) {
        self.count(protocol, OutcomeKind::Refused);
        self.refusals.get_or_create(&RefusalLabels { protocol, error }).inc();
    }

    /// Counts what came of telling a client of a log-out.
    pub fn count_notice(&self, protocol: &'static str, outcome: NoticeKind) {
        self.notices.get_or_create(&NoticeLabels { protocol, outcome }).inc();
    }

    /// How many clients of a protocol were told of a log-out with this result.
    pub fn notices(&self, protocol: &'static str, outcome: NoticeKind) -> u64 {
        self.notices.get_or_create(&NoticeLabels { protocol, outcome }).get()
    }

    /// How many requests of a protocol ended so.
    pub fn counted(&self, protocol: &'static str, outcome: OutcomeKind) -> u64 {
        self.requests.get_or_create(&RequestLabels { protocol, outcome }).get()
    }

    /// The registry, to register more in it or to write it out.
    pub fn with_registry<T>(&self, work: impl FnOnce(&mut Registry) -> T) -> T {
        work(&mut self.registry.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// All metrics in the OpenMetrics text format.
    ///
    /// # Errors
    /// Only if a metric cannot write itself.
    pub fn encode(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        self.with_registry(|registry| prometheus_client::encoding::text::encode(&mut text, registry))?;
        Ok(text)
    }
}

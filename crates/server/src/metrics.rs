//! Metrics that are read when somebody asks: the store's, the hashing pool's, the listener's, the log's, the process's.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use identity::Identity;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;
use protocol::Metrics;

use crate::listener::Counts;
use crate::logging::Log;
use crate::process;

/// Where the numbers come from.
struct Sources {
    identity: Identity,
    connections: Arc<Counts>,
    outbound: Arc<outbound::Counts>,
    log: Log,
}

/// Adds them to what `/metrics` shows.
pub(crate) fn register(
    metrics: &Metrics,
    identity: &Identity,
    connections: Arc<Counts>,
    outbound: Arc<outbound::Counts>,
    log: Log,
) {
    let sources = Sources { identity: identity.clone(), connections, outbound, log };
    metrics.with_registry(|registry| registry.register_collector(Box::new(sources)));
}

impl fmt::Debug for Sources {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Sources")
    }
}

struct Writer<'a, 'b>(&'a mut DescriptorEncoder<'b>);

impl Writer<'_, '_> {
    fn counter(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        self.write(name, help, None, &ConstCounter::new(value))
    }

    fn gauge(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        self.write(name, help, None, &ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX)))
    }

    fn write(&mut self, name: &str, help: &str, unit: Option<&Unit>, metric: &impl EncodeMetric) -> fmt::Result {
        metric.encode(self.0.encode_descriptor(name, help, unit, metric.metric_type())?)
    }
}

impl Collector for Sources {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut out = Writer(&mut encoder);
        let store = self.identity.statistics();
        out.counter("sql_statements", "SQL statements sent, transaction bounds included", store.statements)?;
        out.counter(
            "events_lost",
            "Events dropped because their queue was full or their flush failed",
            store.lost_events,
        )?;
        out.gauge("events_queued", "Events that wait for the writer", store.queued_events)?;
        out.gauge("commands_queued", "Commands that wait for the writer", store.queued_commands)?;
        out.gauge("realms_in_memory", "Realm snapshots in memory", store.realms_in_memory)?;
        out.gauge("users_in_memory", "Users in memory", store.users_in_memory)?;
        out.gauge("tickets_in_memory", "Tickets in memory", store.tickets_in_memory)?;

        let hashing = self.identity.hashing().stats();
        out.gauge("password_hashes_queued", "Password checks that wait", hashing.queued as u64)?;
        out.gauge("password_hashes_running", "Password checks that run", hashing.running as u64)?;
        out.counter("password_hashes", "Password checks done", hashing.done_total.sum())?;
        out.counter("password_hashes_shared", "Password checks that shared another's hash", hashing.shared_total)?;
        out.counter(
            "password_hashes_refused",
            "Password checks refused because the queue was full",
            hashing.refused_total,
        )?;

        let counts = &self.connections;
        let total = |count: &std::sync::atomic::AtomicU64| count.load(Ordering::Relaxed);
        out.gauge("connections_open", "Open connections", counts.open())?;
        out.counter("connections_accepted", "Connections accepted", total(&counts.accepted))?;
        out.counter(
            "connections_refused",
            "Connections closed because their address held too many",
            total(&counts.refused),
        )?;
        out.counter("tls_handshakes_failed", "TLS handshakes that failed", total(&counts.failed_handshakes))?;
        out.counter(
            "accept_exhausted",
            "Times no connection could be accepted for want of files or memory",
            total(&counts.exhausted),
        )?;
        let calls = &self.outbound;
        out.counter("outbound_answered", "Calls to other servers that were answered", total(&calls.answered))?;
        out.counter("outbound_refused", "Calls that were not made: the address is forbidden", total(&calls.refused))?;
        out.counter("outbound_failed", "Calls to other servers that came to nothing", total(&calls.failed))?;
        out.counter("log_lines_lost", "Log lines dropped because standard error did not keep up", self.log.lost())?;

        if let Some(usage) = process::usage() {
            out.gauge("process_resident_memory_bytes", "Resident memory", usage.resident_bytes)?;
            let cpu = ConstCounter::new(usage.cpu_seconds);
            out.write("process_cpu_seconds", "Processor time, user and system", None, &cpu)?;
            out.gauge("process_open_fds", "Open file descriptors", usage.open_files)?;
        }
        Ok(())
    }
}

//! Kinds of event.

use protocol::EventKind;

/// A token was issued.
pub const ISSUED: &str = "docker.token-issued";
/// A token was refused.
pub const REFUSED: &str = "docker.token-refused";
/// A request ended in a fault.
pub const FAULT: &str = "docker.token-fault";

/// All kinds.
pub static KINDS: &[EventKind] = &[
    EventKind { name: ISSUED, label: "Registry token issued", is_error: false },
    EventKind { name: REFUSED, label: "Registry token refused", is_error: true },
    EventKind { name: FAULT, label: "Registry token request failed here", is_error: true },
];

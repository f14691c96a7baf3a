//! Kinds of event.

use protocol::EventKind;

/// A token was issued.
pub(crate) const ISSUED: &str = "docker.token-issued";
/// A token was refused.
pub(crate) const REFUSED: &str = "docker.token-refused";
/// A request ended in a fault.
pub(crate) const FAULT: &str = "docker.token-fault";
/// Identity tokens made room for a newer one.
pub(crate) const DISPLACED: &str = "docker.identity-tokens-displaced";

/// All kinds.
pub(crate) static KINDS: &[EventKind] = &[
    EventKind { name: ISSUED, label: "Registry token issued", is_error: false },
    EventKind { name: REFUSED, label: "Registry token refused", is_error: true },
    EventKind { name: FAULT, label: "Registry token request failed here", is_error: true },
    EventKind { name: DISPLACED, label: "Longest unused identity tokens revoked", is_error: false },
];

//! Sweeping events: each realm says how long it keeps them (`eventsExpiration`, seconds; none or 0: for ever).

use serde_json::Value;

use crate::sweep::Kept;

pub(crate) const KEPT: Kept =
    Kept { table: "event", seconds: |document| document.get("eventsExpiration").and_then(Value::as_i64) };

//! Sweeping administrative events: a realm says how long it keeps them by its attribute `adminEventsExpiration` (seconds; none
//! or 0: for ever), as Keycloak's do.

use serde_json::Value;

use crate::sweep::Kept;

pub(crate) const KEPT: Kept = Kept { table: "admin_event", seconds };

fn seconds(document: &Value) -> Option<i64> {
    let told = document.pointer("/attributes/adminEventsExpiration")?;
    told.as_i64().or_else(|| told.as_str()?.trim().parse().ok())
}

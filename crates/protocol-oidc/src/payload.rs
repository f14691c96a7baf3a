//! What this protocol keeps while somebody logs in: what they log in for.

use std::sync::Arc;

use axum::response::Response;
use identity::{Error, Realm};
use protocol::{Browser, Completed, Failed, Outcome, Portreeve};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Parts;
use crate::authorize::{self, Kept};
use crate::desk::{Desk, Trouble};
use crate::device::{self, Device};

/// A log-in's purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Payload {
    /// An answer to an application.
    Authorization(Box<Kept>),
    /// Tokens for a device.
    Device(Device),
}

impl Payload {
    /// For the log-in to keep.
    ///
    /// # Errors
    /// Only if it has no JSON form.
    pub(crate) fn to_value(&self) -> Result<Value, Error> {
        serde_json::to_value(self).map_err(|error| Error::fault(format!("what a log-in is for: {error}")))
    }
}

/// Somebody is logged in.
pub(crate) async fn completed(completed: Completed, parts: &Parts) -> Response {
    match serde_json::from_value(completed.payload.clone()) {
        Ok(Payload::Authorization(kept)) => authorize::completed(completed, &kept, parts).await,
        Ok(Payload::Device(device)) => device::completed(completed, device, parts).await,
        Err(error) => {
            unreadable(&completed.portreeve, &completed.realm, &completed.browser, completed.outcome, parts, &error)
        }
    }
}

/// Nobody is.
pub(crate) async fn failed(failed: Failed, parts: &Parts) -> Response {
    match serde_json::from_value(failed.payload.clone()) {
        Ok(Payload::Authorization(kept)) => authorize::failed(failed, &kept, parts).await,
        Ok(Payload::Device(device)) => device::failed(failed, device, parts).await,
        Err(error) => unreadable(&failed.portreeve, &failed.realm, &failed.browser, failed.outcome, parts, &error),
    }
}

/// It was kept by a version of this server that wrote it in another way.
fn unreadable(
    portreeve: &Portreeve,
    realm: &Arc<Realm>,
    browser: &Browser,
    outcome: Outcome,
    parts: &Parts,
    error: &serde_json::Error,
) -> Response {
    let desk = Desk::at(portreeve, realm, browser, None, parts);
    Trouble::Store(Error::fault(format!("what a log-in is for: {error}"))).end(&desk, outcome, Vec::new())
}

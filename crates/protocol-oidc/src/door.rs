//! The doors: one type per endpoint, each with its own kinds of event and the words for what is refused before it is asked.

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use protocol::{Door, DoorRefusal, EventKinds};

use crate::{PROTOCOL, event, response};

macro_rules! door {
    ($(#[$meta:meta])* $name:ident, $sort:expr) => {
        $(#[$meta])*
        pub(crate) struct $name;

        impl Door for $name {
            const PROTOCOL: &'static str = PROTOCOL;
            const KINDS: EventKinds = $sort.failed;

            fn refuse(refusal: &DoorRefusal) -> Response {
                refused(*refusal)
            }
        }
    };
}

door!(
    /// The token endpoint, until the grant is known.
    TokenDoor,
    event::LOGIN
);
door!(
    /// Userinfo.
    UserInfoDoor,
    event::USER_INFO
);
door!(
    /// Introspection.
    IntrospectDoor,
    event::INTROSPECT
);
door!(
    /// Revocation.
    RevokeDoor,
    event::REVOKE
);
door!(
    /// The authorization endpoint and its neighbours.
    AuthDoor,
    event::LOGIN
);
door!(
    /// Pushed authorization requests.
    ParDoor,
    event::PUSHED
);
door!(
    /// Devices that ask for a code.
    DeviceAuthDoor,
    event::DEVICE_AUTH
);
door!(
    /// People who bring a device's code.
    DeviceDoor,
    event::DEVICE_VERIFY
);
door!(
    /// Logging out.
    LogoutDoor,
    event::LOGOUT
);
door!(
    /// Public documents, and what is at no address.
    DocumentDoor,
    event::DOCUMENT
);

/// Keycloak's words.
fn refused(refusal: DoorRefusal) -> Response {
    let (status, error, description) = match refusal {
        DoorRefusal::RealmUnknown => (StatusCode::NOT_FOUND, "Realm does not exist", ""),
        DoorRefusal::RealmDisabled => (StatusCode::FORBIDDEN, "access_denied", "Realm not enabled"),
        DoorRefusal::TlsRequired => (StatusCode::FORBIDDEN, "invalid_request", "HTTPS required"),
        DoorRefusal::ForwardingUnclear => {
            (StatusCode::BAD_REQUEST, "invalid_request", "Forwarding headers contradict each other")
        }
        DoorRefusal::TooManyRequests { .. } => (StatusCode::TOO_MANY_REQUESTS, "slow_down", "Too many requests"),
        DoorRefusal::Busy { .. } => (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", response::BUSY),
        DoorRefusal::Fault => (StatusCode::INTERNAL_SERVER_ERROR, "server_error", response::BROKEN),
    };
    let mut response = response::error(status, error, description);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let DoorRefusal::TooManyRequests { retry_after_seconds } | DoorRefusal::Busy { retry_after_seconds } = refusal {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after_seconds.max(1)));
    }
    response
}

//! How a request enters a realm.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts, RawPathParams};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use identity::{Error, Realm};

use crate::outcome::{EventKinds, Outcome, short};
use crate::web::{self, OverLimit, PeerCertificate, RequestFacts, tls};
use crate::{OutcomeKind, Portreeve};

/// A door's own words for what is refused before it is asked.
pub trait Door: Send + Sync + 'static {
    /// Id of the plugin.
    const PROTOCOL: &'static str;
    /// Its kinds of event for refusals and faults.
    const KINDS: EventKinds;
    /// A refusal in the door's own error format.
    fn refuse(refusal: &DoorRefusal) -> Response;
}

/// Why a request did not get into a realm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoorRefusal {
    /// There is no such realm.
    RealmUnknown,
    /// It is disabled.
    RealmDisabled,
    /// It demands TLS from this peer.
    TlsRequired,
    /// Two kinds of forwarding header tell different stories.
    ForwardingUnclear,
    /// The peer asks too often.
    TooManyRequests {
        /// Whole seconds.
        retry_after_seconds: u32,
    },
    /// Too much at once.
    Busy {
        /// Whole seconds.
        retry_after_seconds: u32,
    },
    /// Something here is broken.
    Fault,
}

impl DoorRefusal {
    /// Keycloak's word for the event.
    fn event_error(self) -> &'static str {
        match self {
            DoorRefusal::RealmUnknown => "realm_not_found",
            DoorRefusal::RealmDisabled => "realm_disabled",
            DoorRefusal::TlsRequired => "ssl_required",
            DoorRefusal::ForwardingUnclear => "invalid_request",
            DoorRefusal::TooManyRequests { .. } => "too_many_requests",
            DoorRefusal::Busy { .. } => "busy",
            DoorRefusal::Fault => "server_error",
        }
    }
}

/// A realm for routes whose path names none; put into the request's extensions by their router.
#[derive(Debug, Clone)]
pub struct FixedRealm(pub Arc<str>);

/// A request inside a realm that exists, is enabled, and is satisfied with how the peer connects.
pub struct InRealm<D: Door> {
    /// What every door has in hand.
    pub portreeve: Portreeve,
    /// The realm's snapshot; one for the whole request.
    pub realm: Arc<Realm>,
    /// Who asks.
    pub facts: RequestFacts,
    /// The certificate that the peer has shown, where it was asked for one.
    pub certificate: Option<PeerCertificate>,
    /// The open end of the request.
    pub outcome: Outcome,
    door: PhantomData<D>,
}

/// A realm's issuer: `{public_url}/realms/{name}`, no trailing slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer(String);

impl Issuer {
    /// The issuer of a realm. A realm attribute `frontendUrl` takes the place of the server's public URL, as in Keycloak.
    pub fn of(portreeve: &Portreeve, realm: &Realm) -> Self {
        let base =
            realm.settings.attribute("frontendUrl").map_or(&*portreeve.web.public_url, |url| url.trim_end_matches('/'));
        Self::below(base, realm)
    }

    /// What takes the issuer's place in the addresses of endpoints that ask for a certificate (RFC 8705 §5); tokens never name it.
    pub fn asking_for_certificates(portreeve: &Portreeve, realm: &Realm) -> Option<Self> {
        portreeve.web.mtls_url.as_deref().map(|base| Self::below(base, realm))
    }

    fn below(base: &str, realm: &Realm) -> Self {
        let mut issuer = String::with_capacity(base.len() + 8 + realm.name.len());
        issuer.push_str(base);
        issuer.push_str("/realms/");
        web::push_path_segment(&mut issuer, &realm.name);
        Self(issuer)
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A URL below the issuer.
    pub fn join(&self, path: &str) -> String {
        format!("{}/{path}", self.0)
    }
}

impl<D: Door> InRealm<D> {
    /// The realm's issuer.
    pub fn issuer(&self) -> Issuer {
        Issuer::of(&self.portreeve, &self.realm)
    }

    async fn enter(parts: &mut Parts, portreeve: &Portreeve) -> Result<Self, DoorRefusal> {
        let facts = RequestFacts::of(parts, portreeve);
        let outside = |refusal: DoorRefusal| {
            tracing::info!(request_id = facts.id.as_str(), address = %facts.address, protocol = D::PROTOCOL, error = refusal.event_error(),
                "refused before any realm");
            portreeve.metrics.count_refusal(D::PROTOCOL, refusal.event_error());
            refusal
        };
        let realm = match realm_of(parts, portreeve).await {
            Ok(Some(realm)) => realm,
            Ok(None) => return Err(outside(DoorRefusal::RealmUnknown)),
            Err(Error::Busy { retry_after_seconds }) => return Err(outside(DoorRefusal::Busy { retry_after_seconds })),
            Err(error) => {
                tracing::error!(request_id = facts.id.as_str(), protocol = D::PROTOCOL, "{error}");
                portreeve.metrics.count(D::PROTOCOL, OutcomeKind::Fault);
                return Err(DoorRefusal::Fault);
            }
        };
        let user_agent =
            parts.headers.get(http::header::USER_AGENT).map(|agent| short(&String::from_utf8_lossy(agent.as_bytes())));
        let outcome = Outcome::open(portreeve.clone(), Arc::clone(&realm), D::PROTOCOL, D::KINDS, facts, user_agent);
        let refusal = if let Some(OverLimit { retry_after_seconds }) = parts.extensions.get::<OverLimit>().copied() {
            Some(DoorRefusal::TooManyRequests { retry_after_seconds })
        } else if facts.unclear {
            Some(DoorRefusal::ForwardingUnclear)
        } else if !tls::is_satisfied(realm.settings.ssl_required, &facts) {
            Some(DoorRefusal::TlsRequired)
        } else if !realm.enabled {
            Some(DoorRefusal::RealmDisabled)
        } else {
            None
        };
        if let Some(refusal) = refusal {
            outcome.refused(refusal.event_error(), Vec::new());
            return Err(refusal);
        }
        let certificate = parts.extensions.get::<PeerCertificate>().cloned();
        Ok(Self { portreeve: portreeve.clone(), realm, facts, certificate, outcome, door: PhantomData })
    }
}

async fn realm_of(parts: &mut Parts, portreeve: &Portreeve) -> Result<Option<Arc<Realm>>, Error> {
    if let Some(FixedRealm(name)) = parts.extensions.get::<FixedRealm>() {
        let name = Arc::clone(name);
        return portreeve.identity.realm(&name).await;
    }
    // A path that is not UTF-8 after decoding names no realm.
    let Ok(params) = RawPathParams::from_request_parts(parts, &()).await else { return Ok(None) };
    match params.iter().find(|(name, _)| *name == "realm") {
        Some((_, name)) if name.len() <= MAX_REALM_NAME_BYTES => portreeve.identity.realm(name).await,
        _ => Ok(None),
    }
}

/// No realm has a longer name; a longer one is not looked up.
const MAX_REALM_NAME_BYTES: usize = 255;

impl<D, S> FromRequestParts<S> for InRealm<D>
where
    D: Door,
    S: Send + Sync,
    Portreeve: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        Self::enter(parts, &Portreeve::from_ref(state)).await.map_err(|refusal| D::refuse(&refusal).into_response())
    }
}

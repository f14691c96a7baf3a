//! The token endpoint. It owns the phases, a grant fills in the hooks, and so no grant can forget one:
//! form → grant known → nothing twice → client → grant allowed → scope and proof (the grant's) → gate → claims → signature →
//! event → answer.

pub(crate) mod grant;
mod response;

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use identity::{Effective, Error, Realm, Subject, Timestamp, UserId};
use protocol::web::PeerCertificate;
use protocol::web::form::{self, FormError};
use protocol::{Details, InRealm, Issuer, Portreeve, short};

use crate::claims::Confirmation;
use crate::claims_request::ClaimsRequest;
use crate::client_auth::{self, Authenticated, Shown};
use crate::door::TokenDoor;
use crate::encryption::NoKey;
use crate::error::{OAuthError, Words, words};
use crate::issue::{Basis, Companions, SessionSort};
use crate::mapper::Notes;
use crate::parameters::Parameters;
use crate::scope::{self, Granted};
use crate::settings::Settings;
use crate::{PROTOCOL, Parts, cors, dpop, keys, refresh};

pub(crate) use response::TokenResponse;

const GRANT_MISSING: Words = words(400, "invalid_request", "Missing form parameter: grant_type", "invalid_request");
const GRANT_UNKNOWN: Words = words(400, "unsupported_grant_type", "Unsupported grant_type", "unsupported_grant_type");

/// Keycloak's: the user has no right to the scope, or the client not.
pub(crate) const OFFLINE_NOT_ALLOWED: Words =
    words(400, "not_allowed", "Offline tokens not allowed for the user or client", "not_allowed");

/// Keycloak's: the client shows no certificate that its tokens could be bound to.
pub(crate) const NO_CERTIFICATE: Words =
    words(400, "invalid_request", "Client Certification missing for MTLS HoK Token Binding", "invalid_request");

/// Path of the endpoint below the issuer.
pub(crate) const PATH: &str = "/protocol/openid-connect/token";

/// A request whose client is known.
pub(crate) struct Request<'a> {
    pub portreeve: &'a Portreeve,
    pub realm: &'a Arc<Realm>,
    pub issuer: &'a Issuer,
    pub facts: &'a protocol::web::RequestFacts,
    pub form: &'a Parameters<'a>,
    pub parts: &'a Parts,
    pub client: &'a Authenticated,
    pub settings: &'a Settings,
    /// Thumbprint of the key whose proof came with the request.
    pub jkt: Option<String>,
    /// Thumbprint of the certificate that came with it.
    pub x5t: Option<&'a str>,
    pub now: Timestamp,
}

impl Request<'_> {
    /// What tokens are bound to: the key whose proof came with the request, and the certificate where the client wants that.
    pub(crate) fn confirmation(&self) -> Option<Confirmation> {
        let x5t = self.x5t.filter(|_| self.settings.certificate_bound).map(str::to_owned);
        Confirmation::of(self.jkt.clone(), x5t)
    }

    /// Whether the request holds the key that something is bound to.
    ///
    /// # Errors
    /// When it shows none, or another.
    pub(crate) fn check_key(&self, bound: Option<&str>) -> Result<(), Words> {
        match (bound, self.jkt.as_deref()) {
            (None, _) => Ok(()),
            (Some(_), None) => Err(dpop::MISSING),
            (Some(bound), Some(shown)) if bound == shown => Ok(()),
            (Some(_), Some(_)) => Err(dpop::OTHER_KEY),
        }
    }
}

/// What the event tells, gathered on the way.
#[derive(Default)]
pub(crate) struct Trace {
    pub user: Option<UserId>,
    pub session: Option<String>,
    pub details: Details,
}

impl Trace {
    pub(crate) fn note(&mut self, name: &'static str, value: impl Into<String>) {
        self.details.push((Cow::Borrowed(name), value.into()));
    }
}

/// What a grant has proven and decided: whom tokens are about and what they hold.
pub(crate) struct Proof {
    /// Whom they are about.
    pub subject: OwnSubject,
    /// What was granted.
    pub granted: Arc<Granted>,
    /// The user's roles and groups.
    pub effective: Arc<Effective>,
    /// Notes that mappers may tell, beside those of the session.
    pub notes: Vec<(&'static str, String)>,
    pub acr: String,
    pub nonce: Option<String>,
    pub requested: Option<ClaimsRequest>,
    /// The key that tokens are bound to.
    pub confirmation: Option<Confirmation>,
    /// The only audiences that the access token may have.
    pub audiences: Option<Vec<String>>,
    /// Audiences of which the access token must not lack one.
    pub must_reach: Vec<String>,
    /// Scope of the refresh token, where that is wider than what was granted now.
    pub refresh_scope: Option<String>,
    /// What is given besides the access token.
    pub gives: Gives,
}

/// Whom tokens are about, owned.
pub(crate) enum OwnSubject {
    Transient(identity::Transient),
    Session(identity::LiveSession),
}

impl OwnSubject {
    fn as_subject(&self) -> Subject<'_> {
        match self {
            Self::Transient(transient) => transient.into(),
            Self::Session(live) => live.into(),
        }
    }
}

/// What is given besides the access token.
#[derive(Debug, Default)]
pub(crate) struct Gives {
    /// An id token.
    pub id_token: bool,
    /// A refresh token, with this id.
    pub refresh: Option<uuid::Uuid>,
    /// What an exchange says it gave (RFC 8693 §2.2.1).
    pub issued_token_type: Option<&'static str>,
    /// Whether the id token takes the access token's place, as an exchange may ask.
    pub id_token_instead: bool,
}

/// POST.
pub(crate) async fn post(mut door: InRealm<TokenDoor>, parts: &Parts, headers: &HeaderMap, body: Body) -> Response {
    let limit = door.portreeve.web.form_limit;
    let read = form::read(headers, body, limit).await;
    let mut trace = Trace::default();
    let mut named = Named::default();
    let result = match &read {
        Ok(bytes) => answer(&mut door, parts, headers, bytes, &mut trace, &mut named).await,
        // Keycloak reads no other body, and so misses the first parameter in it.
        Err(FormError::NotAForm) => Err(GRANT_MISSING.into()),
        Err(error) => Err((*error).into()),
    };
    finish(door, headers, result, trace, &named)
}

/// Whom the request turned out to be about, for events and for pages of other origins.
#[derive(Default)]
struct Named {
    client: Option<Authenticated>,
    succeeded: &'static str,
    foreign: bool,
    /// The nonce that the client's next proof is to hold.
    nonce: Option<String>,
}

fn finish(
    mut door: InRealm<TokenDoor>,
    headers: &HeaderMap,
    result: Result<Response, OAuthError>,
    trace: Trace,
    named: &Named,
) -> Response {
    if let Some(user) = trace.user {
        door.outcome.about_user(user);
    }
    if let Some(session) = &trace.session {
        door.outcome.about_session(session);
    }
    let mut response = match result {
        Ok(response) => {
            door.outcome.succeeded(named.succeeded, trace.details);
            response
        }
        Err(error) => {
            let response = error.response();
            error.end(door.outcome, trace.details);
            response
        }
    };
    crate::response::no_store(&mut response);
    if response.status().is_success() {
        crate::response::nonce(&mut response, named.nonce.as_deref());
    }
    if !named.foreign {
        cors::allow(&mut response, named.client.as_ref().map(|known| &*known.client), headers);
    }
    response
}

const FOREIGN_ORIGIN: Words = words(403, "Invalid origin", "", "not_allowed");

async fn answer(
    door: &mut InRealm<TokenDoor>,
    parts: &Parts,
    headers: &HeaderMap,
    bytes: &[u8],
    trace: &mut Trace,
    named: &mut Named,
) -> Result<Response, OAuthError> {
    let form = Parameters::read(bytes)?;
    let grant_type = form.get("grant_type");
    let known = grant_type.and_then(grant::named);
    form.once_each(known.map_or(&[], |grant| grant.may_repeat()))?;
    let grant_type = grant_type.filter(|name| !name.is_empty()).ok_or(GRANT_MISSING)?;
    trace.note("grant_type", short(grant_type));
    let grant = known.ok_or(GRANT_UNKNOWN)?;
    door.outcome.about(grant.sort().failed);
    named.succeeded = grant.sort().succeeded;

    let issuer = door.issuer();
    let shown = Shown {
        portreeve: &door.portreeve,
        realm: &door.realm,
        issuer: &issuer,
        endpoint: PATH,
        headers,
        certificate: door.certificate.as_ref(),
        form: &form,
        parts,
    };
    let client = client_auth::authenticate(&shown, &mut door.outcome, &mut trace.details).await?;
    let client = &*named.client.insert(client);
    // A page of an origin that the client does not name gets nothing, so that nobody runs a grant from it.
    if !cors::admits(&client.client, headers) {
        named.foreign = true;
        return Err(FOREIGN_ORIGIN.into());
    }
    let settings = client.settings()?;
    grant.check_client(client, settings)?;
    let url = issuer.join(PATH.trim_start_matches('/'));
    let alias = Issuer::asking_for_certificates(&door.portreeve, &door.realm);
    let alias = alias.map(|alias| alias.join(PATH.trim_start_matches('/')));
    let proven = dpop::For { method: "POST", url: &url, alias: alias.as_deref(), access_token: None };
    let identity = &door.portreeve.identity;
    let held = dpop::check(identity, &door.realm, headers, proven).await?;
    if let Some(held) = &held {
        held.check_nonce(identity, &door.realm, settings.demands_nonce(&door.realm))?;
        named.nonce = held.next_nonce(identity, &door.realm);
    }
    let jkt = held.map(|held| held.thumbprint);
    if settings.dpop.required && jkt.is_none() {
        return Err(dpop::MISSING.into());
    }
    let x5t = door.certificate.as_ref().map(PeerCertificate::thumbprint);
    // RFC 8705 §3: a token that is to be bound is not given without what it is bound to.
    if settings.certificate_bound && x5t.is_none() {
        return Err(grant.without_certificate().into());
    }
    let request = Request {
        portreeve: &door.portreeve,
        realm: &door.realm,
        issuer: &issuer,
        facts: &door.facts,
        form: &form,
        parts,
        client,
        settings,
        jkt,
        x5t,
        now: door.portreeve.identity.clock().now(),
    };
    let proof = grant.prove(&request, trace).await?;
    issue(&request, grant, &proof, trace).await
}

/// Gate, claims, signature, answer.
async fn issue(
    request: &Request<'_>,
    grant: &dyn grant::Grant,
    proof: &Proof,
    trace: &mut Trace,
) -> Result<Response, OAuthError> {
    let identity = &request.portreeve.identity;
    let settings = request.settings;
    let usual = || crate::settings::realm_algorithm(request.realm);
    let access = settings.access_token_algorithm.unwrap_or_else(usual);
    let id = settings.id_token_algorithm.unwrap_or_else(usual);
    let wanted = if proof.gives.id_token { vec![access, id] } else { vec![access] };
    let realm = keys::ensure(identity, request.realm, &wanted).await?;
    let client = &request.client.client;
    let subject = proof.subject.as_subject();
    let gate = identity::admit(&realm, client, PROTOCOL, subject, request.now)?;
    let user = subject.user().ok_or_else(|| Error::fault("a grant without a user"))?;
    trace.user = Some(user.id.clone());
    let live = subject.session();
    let own_notes = OwnNotes { own: &proof.notes, session: live.map(|live| &*live.session().notes) };
    let basis = Basis {
        issuer: request.issuer.as_str(),
        realm: request.realm,
        client,
        oidc: &request.client.oidc,
        settings,
        user,
        effective: &proof.effective,
        granted: &proof.granted,
        sid: live.map(|live| live.session().id.as_str()),
        sort: match live {
            None => SessionSort::Transient,
            Some(live) if live.session().offline => SessionSort::Offline,
            Some(_) => SessionSort::Online,
        },
        notes: &own_notes,
        acr: &proof.acr,
        nonce: proof.nonce.as_deref(),
        requested: proof.requested.as_ref(),
        confirmation: proof.confirmation.as_ref(),
        audiences: proof.audiences.as_deref(),
        now: request.now,
    };
    let headers = &request.parts.headers;
    let access = basis.access_token(&gate, identity, headers, grant.letters(), None)?;
    // RFC 8693 §2.2.2: a target that cannot be reached is told, and no token is given for the rest.
    if let Some(missing) = proof.must_reach.iter().find(|audience| !access.audience.contains(audience)) {
        return Err(OAuthError::Told {
            error: "invalid_request",
            description: format!("Requested audience not available: {}", short(missing)),
            event: "invalid_request",
        });
    }
    trace.session = basis.sid.map(str::to_owned);
    trace.note("token_id", &*access.jti);
    trace.note("scope", &*proof.granted.told);
    let id_token = if proof.gives.id_token {
        let companions = Companions { access_token: Some(&access.token), ..Companions::default() };
        Some(basis.id_token(&gate, identity, headers, access.expires_in, companions)?)
    } else {
        None
    };
    let id_token = match (id_token, settings.id_token_encryption) {
        (Some(token), Some(encryption)) => {
            let sealer = encryption.sealer(&request.parts.key_sets, client, request.now).await;
            let sealer = sealer.map_err(|_| OAuthError::Settings(NoKey::WHY.into()))?;
            Some(sealer.nested(&token, identity.random())?)
        }
        (id_token, _) => id_token,
    };
    let refresh = match (proof.gives.refresh, live) {
        (Some(jti), Some(live)) => {
            let scope = proof.refresh_scope.as_deref().unwrap_or(&proof.granted.whole);
            Some(refresh::write(&gate, &basis, live, jti, scope, &access)?)
        }
        _ => None,
    };
    if let Some(refresh) = &refresh {
        trace.note("refresh_token_id", &*refresh.jti);
        trace.note("refresh_token_type", refresh.typ);
    }
    trace.note("username", &*user.username);
    let not_before = realm.settings.not_before.max(client.not_before).max(user.not_before);
    let instead = proof.gives.id_token_instead;
    let answer = TokenResponse {
        access_token: if instead { id_token.as_deref().unwrap_or_default() } else { &access.token },
        expires_in: access.expires_in,
        refresh_expires_in: refresh.as_ref().map_or(0, |refresh| refresh.expires_in),
        refresh_token: refresh.as_ref().map(|refresh| refresh.token.as_str()),
        token_type: if instead { "N_A" } else { basis.token_type() },
        id_token: id_token.as_deref().filter(|_| !instead),
        not_before_policy: not_before,
        session_state: basis.sid,
        scope: &proof.granted.told,
        issued_token_type: proof.gives.issued_token_type,
    };
    Ok(crate::response::json(StatusCode::OK, &answer)?)
}

/// A grant's own notes before those of the session.
struct OwnNotes<'a> {
    own: &'a [(&'static str, String)],
    session: Option<&'a identity::Notes>,
}

impl Notes for OwnNotes<'_> {
    fn note(&self, name: &str) -> Option<&str> {
        let own = self.own.iter().find(|(known, _)| *known == name).map(|(_, text)| text.as_str());
        own.or_else(|| self.session?.get(name))
    }
}

/// The names of a `scope` value that the client may ask for.
///
/// # Errors
/// With the whole value, as Keycloak tells it.
pub(crate) fn scope_names<'s>(request: &Request<'_>, value: Option<&'s str>) -> Result<Vec<&'s str>, OAuthError> {
    let value = value.unwrap_or_default();
    let invalid = |_| OAuthError::Scope(short(value));
    let names = scope::names(value).map_err(invalid)?;
    scope::check(&request.client.client, &names).map_err(invalid)?;
    Ok(names)
}

/// How strongly a log-in without steps was proven.
pub(crate) const PLAIN_ACR: &str = "1";

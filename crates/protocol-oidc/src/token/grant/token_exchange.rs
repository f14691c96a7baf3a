//! Standard token exchange (RFC 8693, Keycloak's version 2): an access token that names the client becomes one of the client's
//! own, for the same person in the same session, for fewer audiences.

use identity::{LiveSession, NewClientSession};
use protocol::{BoxFuture, ClientInRealm, short};

use super::Grant;
use crate::bearer::{self, Held, Holder, Rejected, Wanted};
use crate::client_auth::Authenticated;
use crate::error::{OAuthError, Words, invalid_grant, words};
use crate::event::{self, Sort};
use crate::settings::Settings;
use crate::token::{Gives, OwnSubject, PLAIN_ACR, Proof, Request, Trace, scope_names};
use crate::{PROTOCOL, notes, scope, sessions};

const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";
const ID: &str = "urn:ietf:params:oauth:token-type:id_token";
const REFRESH: &str = "urn:ietf:params:oauth:token-type:refresh_token";

const PUBLIC: Words = words(403, "access_denied", "Public client is not allowed to exchange token", "invalid_client");
const NOT_ENABLED: Words =
    words(400, "invalid_request", "Standard token exchange is not enabled for the requested client", "invalid_client");
const CONSENT: Words = words(400, "invalid_scope", "Missing consents for Token Exchange", "consent_denied");
const NO_TOKEN: Words = words(400, "invalid_request", "Parameter 'subject_token' not specified", "invalid_request");
const TOKEN_TYPE: Words =
    words(400, "invalid_request", "Parameter 'subject_token' supports access tokens only", "invalid_request");
const WANTED_TYPE: Words = words(400, "invalid_request", "requested_token_type unsupported", "invalid_request");
const ACTOR: Words = words(400, "invalid_request", "Parameter 'actor_token' is not supported", "invalid_request");
const NOT_VALID: Words = words(400, "invalid_request", "Invalid token", "invalid_token");
const NOT_NAMED: Words = words(403, "access_denied", "Client is not within the token audience", "not_allowed");
const NO_AUDIENCE: Words = words(400, "invalid_client", "Audience not found", "client_not_found");
const NO_SESSION: Words = invalid_grant("Session not active", "user_session_not_found");
const NO_REFRESH: Words =
    words(400, "invalid_request", "requested_token_type unsupported without a session", "invalid_request");

/// More audiences than any chain of services has.
const MOST_AUDIENCES: usize = 32;

pub(crate) struct TokenExchange;

impl Grant for TokenExchange {
    fn name(&self) -> &'static str {
        "urn:ietf:params:oauth:grant-type:token-exchange"
    }

    fn letters(&self) -> &'static str {
        "te"
    }

    fn sort(&self) -> Sort {
        event::TOKEN_EXCHANGE
    }

    /// RFC 8693 §2.1: several targets may be named.
    fn may_repeat(&self) -> &'static [&'static str] {
        &["audience", "resource"]
    }

    fn check_client(&self, client: &Authenticated, settings: &Settings) -> Result<(), OAuthError> {
        if client.client.public {
            return Err(PUBLIC.into());
        }
        if !settings.token_exchange {
            return Err(NOT_ENABLED.into());
        }
        // There is nobody who could be asked.
        if client.client.consent_required {
            return Err(CONSENT.into());
        }
        Ok(())
    }

    fn prove<'a>(&'a self, request: &'a Request<'a>, trace: &'a mut Trace) -> BoxFuture<'a, Result<Proof, OAuthError>> {
        Box::pin(prove(request, trace))
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Access,
    Id,
    Refresh,
}

fn wanted(request: &Request<'_>) -> Result<Kind, Words> {
    match request.form.given("requested_token_type") {
        None | Some(ACCESS) => Ok(Kind::Access),
        Some(ID) => Ok(Kind::Id),
        Some(REFRESH) if request.settings.exchange_refresh && request.settings.refresh_tokens => Ok(Kind::Refresh),
        Some(_) => Err(WANTED_TYPE),
    }
}

async fn prove(request: &Request<'_>, trace: &mut Trace) -> Result<Proof, OAuthError> {
    let identity = &request.portreeve.identity;
    let (realm, client) = (request.realm, &request.client.client);
    let form = request.form;
    let kind = wanted(request)?;
    if form.get("actor_token").is_some() || form.get("actor_token_type").is_some() {
        return Err(ACTOR.into());
    }
    let token = form.given("subject_token").ok_or(NO_TOKEN)?;
    if form.given("subject_token_type") != Some(ACCESS) {
        return Err(TOKEN_TYPE.into());
    }
    let names = scope_names(request, form.given("scope"))?;
    let audiences = audiences(request)?;
    trace.note("audience", short(&audiences.join(" ")));

    // A bound token is not taken: whoever exchanges it does not hold its key.
    let verified = match bearer::verify(identity, realm, request.issuer, token, Wanted::Access, Held::default()).await {
        Ok(verified) => verified,
        Err(Rejected::Store(error)) => return Err(error.into()),
        Err(_) => return Err(NOT_VALID.into()),
    };
    trace.note("subject_token_client_id", &*verified.read.azp);
    // CVE-2022-1245: who exchanges a token is the client that it was given to, or one that it is for.
    let client_id = &*client.client_id;
    let named =
        verified.read.azp == client_id || verified.read.audiences().iter().any(|audience| audience == client_id);
    if !named {
        return Err(NOT_NAMED.into());
    }
    let (subject, acr) = match verified.holder {
        Holder::Transient(_) if kind == Kind::Refresh => return Err(NO_REFRESH.into()),
        Holder::Transient(transient) => (OwnSubject::Transient(transient), PLAIN_ACR.to_owned()),
        Holder::Session(live) => {
            let acr = live.client_session().and_then(|part| part.notes.get(notes::ACR)).unwrap_or(PLAIN_ACR).to_owned();
            let live = join(request, live, &names.join(" "), &acr).await?;
            trace.session = Some(live.session().id.to_string());
            (OwnSubject::Session(live), acr)
        }
    };
    let user = match &subject {
        OwnSubject::Transient(transient) => transient.user().cloned(),
        OwnSubject::Session(live) => Some(live.user().clone()),
    };
    let user = user.ok_or(NOT_VALID)?;
    trace.user = Some(user.id.clone());
    let effective = realm.effective(&user);
    let granted = scope::grant(realm, client, &request.client.oidc, &names, &effective);
    Ok(Proof {
        gives: Gives {
            id_token: kind == Kind::Id || granted.openid,
            refresh: (kind == Kind::Refresh).then(|| crypto::random::uuid(identity.random())),
            issued_token_type: Some(match kind {
                Kind::Access => ACCESS,
                Kind::Id => ID,
                Kind::Refresh => REFRESH,
            }),
            id_token_instead: kind == Kind::Id,
        },
        subject,
        granted,
        effective,
        notes: Vec::new(),
        acr,
        nonce: None,
        requested: None,
        confirmation: request.confirmation(),
        must_reach: audiences.clone(),
        audiences: (!audiences.is_empty()).then_some(audiences),
        refresh_scope: None,
    })
}

/// The clients that the token shall be for.
fn audiences(request: &Request<'_>) -> Result<Vec<String>, OAuthError> {
    let named: Vec<String> = request.form.all("audience").take(MOST_AUDIENCES + 1).map(str::to_owned).collect();
    if named.len() > MOST_AUDIENCES {
        return Err(NO_AUDIENCE.into());
    }
    for audience in &named {
        ClientInRealm::find(request.realm, audience, PROTOCOL).map_err(|_| NO_AUDIENCE)?;
    }
    Ok(named)
}

/// The session with this client's part in it, which it gets where it has none.
async fn join(request: &Request<'_>, live: LiveSession, scope: &str, acr: &str) -> Result<LiveSession, OAuthError> {
    let identity = &request.portreeve.identity;
    let (realm, client) = (request.realm, &request.client.client);
    let (id, offline) = (live.session().id, live.session().offline);
    let own = identity.live_session(realm, &id, offline, Some(&client.id)).await?;
    if let Some(own) = own.filter(|own| own.client_session().is_some()) {
        return Ok(own);
    }
    let part = NewClientSession { client: &client.id, notes: sessions::client_notes(scope, acr).into_iter().collect() };
    if offline {
        identity.open_offline_session(realm, &live, part).await?;
    } else {
        match identity.attach_client(realm, &id, part, None).await {
            Ok(_) => {}
            Err(identity::Error::NotFound(_)) => return Err(NO_SESSION.into()),
            Err(error) => return Err(error.into()),
        }
    }
    let own = identity.live_session(realm, &id, offline, Some(&client.id)).await?;
    own.filter(|own| own.client_session().is_some()).ok_or_else(|| NO_SESSION.into())
}

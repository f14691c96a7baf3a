//! The code grant (RFC 6749 §4.1.3, OpenID Connect Core §3.1.3). A code is used once; a second use ends what the first gave.

use crypto::secret::Secret;
use identity::{Error, LiveSession, SessionId, Ticket};
use protocol::BoxFuture;

use super::Grant;
use crate::client_auth::Authenticated;
use crate::code::{self, CodePayload};
use crate::error::{OAuthError, Words, invalid_grant, words};
use crate::event::{self, Sort};
use crate::settings::Settings;
use crate::token::{Gives, OFFLINE_NOT_ALLOWED, OwnSubject, Proof, Request, Trace};
use crate::{pkce, scope, sessions};

const MISSING: Words = words(400, "invalid_request", "Missing parameter: code", "invalid_request");
const NOT_VALID: Words = invalid_grant("Code not valid", "invalid_code");
const OTHER_CLIENT: Words = invalid_grant("Auth error: Found different client_id in clientSession", "invalid_code");
const REDIRECT: Words = invalid_grant("Incorrect redirect_uri", "invalid_code");
const NO_SESSION: Words = invalid_grant("Session not active", "user_session_not_found");
const NOT_ALLOWED: Words = words(400, "unauthorized_client", "Client not allowed to exchange code", "not_allowed");

pub(crate) struct AuthorizationCode;

impl Grant for AuthorizationCode {
    fn name(&self) -> &'static str {
        "authorization_code"
    }

    fn letters(&self) -> &'static str {
        "ac"
    }

    fn sort(&self) -> Sort {
        event::CODE_TO_TOKEN
    }

    fn check_client(&self, client: &Authenticated, _settings: &Settings) -> Result<(), OAuthError> {
        // A hybrid flow gives codes too.
        if client.client.standard_flow || client.client.implicit_flow { Ok(()) } else { Err(NOT_ALLOWED.into()) }
    }

    fn prove<'a>(&'a self, request: &'a Request<'a>, trace: &'a mut Trace) -> BoxFuture<'a, Result<Proof, OAuthError>> {
        Box::pin(prove(request, trace))
    }
}

async fn prove(request: &Request<'_>, trace: &mut Trace) -> Result<Proof, OAuthError> {
    let identity = &request.portreeve.identity;
    let (realm, client) = (request.realm, &request.client.client);
    let text = request.form.given("code").ok_or(MISSING)?;
    let secret = code::secret_of(text).ok_or(NOT_VALID)?;
    // Whatever is found wrong below, the code is burnt: nobody gets a second try with it.
    let Some(ticket) = identity.consume_ticket(realm, code::KIND, &secret).await? else {
        second_use(request, &secret).await?;
        return Err(NOT_VALID.into());
    };
    let payload = payload(&ticket)?;
    trace.session = Some(payload.session.clone());
    trace.user.clone_from(&ticket.user);
    // RFC 6749 §4.1.3: the code is of this client.
    if ticket.client.as_ref() != Some(&client.id) {
        return Err(OTHER_CLIENT.into());
    }
    // RFC 6749 §4.1.3: the redirect URI of the authorization request, letter for letter, if it had one.
    if payload.redirect_uri.as_deref() != request.form.given("redirect_uri") {
        return Err(REDIRECT.into());
    }
    // RFC 9449 §10: a code that is bound to a key needs that key's proof.
    request.check_key(payload.dpop_jkt.as_deref())?;
    pkce::check(payload.challenge.as_ref(), request.form.get("code_verifier"))?;
    let sid: SessionId = payload.session.parse().map_err(|_| NOT_VALID)?;
    let live = identity.live_session(realm, &sid, false, Some(&client.id)).await?;
    let live = live.filter(|live| live.client_session().is_some()).ok_or(NO_SESSION)?;

    let names = scope::names(&payload.scope).map_err(|_| NOT_VALID)?;
    let effective = realm.effective(live.user());
    let granted = scope::grant(realm, client, &request.client.oidc, &names, &effective);
    let wants_offline = names.contains(&scope::OFFLINE_ACCESS);
    if wants_offline && !granted.offline {
        return Err(OFFLINE_NOT_ALLOWED.into());
    }
    let live = if wants_offline && request.settings.refresh_tokens {
        offline(request, &live).await?
    } else {
        identity.touch_session(realm, &live);
        live
    };
    trace.note("code_id", &*payload.session);
    Ok(Proof {
        gives: Gives {
            id_token: granted.openid,
            refresh: request.settings.refresh_tokens.then(|| crypto::random::uuid(identity.random())),
            ..Gives::default()
        },
        subject: OwnSubject::Session(live),
        granted,
        effective,
        notes: Vec::new(),
        acr: payload.acr,
        nonce: payload.nonce,
        requested: payload.claims,
        confirmation: request.confirmation(),
        audiences: None,
        must_reach: Vec::new(),
        refresh_scope: None,
    })
}

fn payload(ticket: &Ticket) -> Result<CodePayload, OAuthError> {
    serde_json::from_value((*ticket.payload).clone())
        .map_err(|error| Error::fault(format!("payload of a code: {error}")).into())
}

async fn offline(request: &Request<'_>, live: &LiveSession) -> Result<LiveSession, OAuthError> {
    let notes = live.client_session().map(|part| (*part.notes).clone()).unwrap_or_default();
    let client = &request.client.client;
    Ok(sessions::go_offline(&request.portreeve.identity, request.realm, live, client, notes).await?)
}

/// RFC 6749 §4.1.2: a code that is used twice was stolen; what the first use gave is revoked. Only a genuine code does that,
/// so that nobody ends sessions with made-up ones.
async fn second_use(request: &Request<'_>, secret: &Secret) -> Result<(), OAuthError> {
    let identity = &request.portreeve.identity;
    let Some(spent) = identity.find_spent_ticket(request.realm, code::KIND, secret).await? else { return Ok(()) };
    let payload = payload(&spent)?;
    let (Ok(sid), Some(client)) = (payload.session.parse::<SessionId>(), &spent.client) else { return Ok(()) };
    for offline in [false, true] {
        identity.close_client_session(request.realm, &sid, offline, client).await?;
    }
    Ok(())
}

//! The device code grant (RFC 8628 §3.4): a device asks whether its person has answered.

use protocol::BoxFuture;

use super::Grant;
use crate::claims_request::ClaimsRequest;
use crate::client_auth::Authenticated;
use crate::device::{self, Polled};
use crate::error::{OAuthError, Words, invalid_grant, words};
use crate::event::{self, Sort};
use crate::settings::Settings;
use crate::token::{Gives, OFFLINE_NOT_ALLOWED, OwnSubject, Proof, Request, Trace};
use crate::{notes, pkce, scope, sessions};

const NOT_ALLOWED: Words =
    words(400, "unauthorized_client", "Client not allowed OAuth 2.0 Device Authorization Grant", "not_allowed");
const MISSING: Words = words(400, "invalid_request", "Missing parameter: device_code", "invalid_oauth2_device_code");
const NOT_VALID: Words = invalid_grant("Device code not valid", "invalid_oauth2_device_code");
const PENDING: Words =
    words(400, "authorization_pending", "The authorization request is still pending", "authorization_pending");
const TOO_FAST: Words = words(400, "slow_down", "Slow down", "slow_down");
const DENIED: Words = words(400, "access_denied", "The end user denied the authorization request", "access_denied");
const NO_SESSION: Words = invalid_grant("Session not active", "user_session_not_found");

pub(crate) struct DeviceCode;

impl Grant for DeviceCode {
    fn name(&self) -> &'static str {
        "urn:ietf:params:oauth:grant-type:device_code"
    }

    fn letters(&self) -> &'static str {
        "dg"
    }

    fn sort(&self) -> Sort {
        event::DEVICE_CODE_TO_TOKEN
    }

    fn check_client(&self, _client: &Authenticated, settings: &Settings) -> Result<(), OAuthError> {
        if settings.device_grant { Ok(()) } else { Err(NOT_ALLOWED.into()) }
    }

    fn prove<'a>(&'a self, request: &'a Request<'a>, trace: &'a mut Trace) -> BoxFuture<'a, Result<Proof, OAuthError>> {
        Box::pin(prove(request, trace))
    }
}

async fn prove(request: &Request<'_>, trace: &mut Trace) -> Result<Proof, OAuthError> {
    let identity = &request.portreeve.identity;
    let (realm, client) = (request.realm, &request.client.client);
    let code = request.form.given("device_code").ok_or(MISSING)?;
    let approval = match device::redeem(&request.parts.device_pace, identity, realm, client, code).await? {
        Polled::Approved(approval) => approval,
        Polled::Unknown => return Err(NOT_VALID.into()),
        Polled::Pending => return Err(PENDING.into()),
        Polled::TooFast => return Err(TOO_FAST.into()),
        Polled::Denied => return Err(DENIED.into()),
    };
    trace.session = Some(approval.session.to_string());
    pkce::check(approval.challenge.as_ref(), request.form.get("code_verifier"))?;
    let live = identity.live_session(realm, &approval.session, false, Some(&client.id)).await?;
    let live = live.filter(|live| live.client_session().is_some()).ok_or(NO_SESSION)?;
    trace.user = Some(live.user().id.clone());

    let names = scope::names(&approval.scope).map_err(|_| NOT_VALID)?;
    let effective = realm.effective(live.user());
    let granted = scope::grant(realm, client, &request.client.oidc, &names, &effective);
    let wants_offline = names.contains(&scope::OFFLINE_ACCESS);
    if wants_offline && !granted.offline {
        return Err(OFFLINE_NOT_ALLOWED.into());
    }
    let live = if wants_offline && request.settings.refresh_tokens {
        let part = live.client_session().map(|part| (*part.notes).clone()).unwrap_or_default();
        sessions::go_offline(identity, realm, &live, client, part).await?
    } else {
        identity.touch_session(realm, &live);
        live
    };
    trace.note("code_id", approval.session.to_string());
    let resources = approval.resource.join(" ");
    Ok(Proof {
        gives: Gives {
            id_token: granted.openid,
            refresh: request.settings.refresh_tokens.then(|| crypto::random::uuid(identity.random())),
            ..Gives::default()
        },
        subject: OwnSubject::Session(live),
        granted,
        effective,
        notes: Some(resources)
            .filter(|text| !text.is_empty())
            .map(|text| (notes::RESOURCE, text))
            .into_iter()
            .collect(),
        acr: approval.acr,
        nonce: approval.nonce,
        requested: approval.claims.as_deref().and_then(ClaimsRequest::parse),
        confirmation: request.confirmation(),
        audiences: Some(approval.resource).filter(|resources| !resources.is_empty()),
        must_reach: Vec::new(),
        refresh_scope: None,
    })
}

//! The password grant (RFC 6749 §4.3), Keycloak's direct grant: off for new clients, and needed by its command-line tools.
//! What is checked is the realm's direct grant flow, or the client's own.

use flow::{Fields, Refusal, direct_grant};
use identity::{Denied, NewSession};
use protocol::BoxFuture;

use super::Grant;
use crate::client_auth::Authenticated;
use crate::error::{OAuthError, Words, words};
use crate::event::{self, Sort};
use crate::settings::Settings;
use crate::token::{Gives, OFFLINE_NOT_ALLOWED, OwnSubject, PLAIN_ACR, Proof, Request, Trace, scope_names};
use crate::{PROTOCOL, scope, sessions};

const NOT_ALLOWED: Words =
    words(400, "unauthorized_client", "Client not allowed for direct access grants", "not_allowed");
const CONSENT: Words = words(400, "invalid_client", "Client requires user consent", "consent_denied");
const NO_USERNAME: Words = words(401, "invalid_request", "Missing parameter: username", "user_not_found");

/// What a flow may look at.
const GIVEN: [&str; 4] = ["username", "password", "totp", "otp"];

pub(crate) struct Password;

impl Grant for Password {
    fn name(&self) -> &'static str {
        "password"
    }

    fn letters(&self) -> &'static str {
        "ro"
    }

    fn sort(&self) -> Sort {
        event::LOGIN
    }

    fn check_client(&self, client: &Authenticated, _settings: &Settings) -> Result<(), OAuthError> {
        if !client.client.direct_grants {
            return Err(NOT_ALLOWED.into());
        }
        // There is nobody who could be asked.
        if client.client.consent_required {
            return Err(CONSENT.into());
        }
        Ok(())
    }

    fn prove<'a>(&'a self, request: &'a Request<'a>, trace: &'a mut Trace) -> BoxFuture<'a, Result<Proof, OAuthError>> {
        Box::pin(async move {
            let identity = &request.portreeve.identity;
            let client = &request.client.client;
            trace.note("auth_method", PROTOCOL);
            let names = scope_names(request, request.form.given("scope"))?;
            let username = request.form.given("username").ok_or(NO_USERNAME)?;
            trace.note("username", protocol::short(username));
            let given: Fields = GIVEN.into_iter().filter_map(|name| Some((name, request.form.get(name)?))).collect();
            let (engine, flows) = (&request.parts.engine, &request.parts.flows);
            let peer = request.facts.peer();
            let proven = direct_grant(engine, flows, identity, request.realm, client, given, peer).await;
            let proven = proven.map_err(|refusal| refused(request, trace, refusal))?;
            trace.user = Some(proven.user().id.clone());
            let effective = request.realm.effective(proven.user());
            let granted = scope::grant(request.realm, client, &request.client.oidc, &names, &effective);
            let wants_offline = names.contains(&scope::OFFLINE_ACCESS);
            if wants_offline && !granted.offline {
                return Err(OFFLINE_NOT_ALLOWED.into());
            }
            let offline = wants_offline && request.settings.refresh_tokens;
            let session = NewSession { address: Some(request.facts.address), ..NewSession::default() };
            let notes = sessions::client_notes(&names.join(" "), PLAIN_ACR);
            let live = sessions::open(identity, request.realm, &proven, session, client, notes, offline).await;
            let live = live.map_err(changed_meanwhile)?;
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
                acr: PLAIN_ACR.to_owned(),
                nonce: None,
                requested: None,
                confirmation: request.confirmation(),
                audiences: None,
                must_reach: Vec::new(),
                refresh_scope: None,
            })
        })
    }
}

/// What a flow says no with.
fn refused(request: &Request<'_>, trace: &mut Trace, refusal: Refusal) -> OAuthError {
    let why = refusal.event_error();
    match refusal {
        Refusal::Denied(denied) => {
            trace.user = denied.user().cloned();
            denied.into()
        }
        Refusal::Fault(error) => error.into(),
        refusal => {
            if matches!(refusal, Refusal::UnknownAuthenticator(_) | Refusal::Flow(_)) {
                tracing::error!(request_id = request.facts.id.as_str(), realm = %request.realm.name, %refusal,
                    "nobody can use the direct grant flow");
            }
            Denied::Invalid { user: None, why }.into()
        }
    }
}

/// A user who changed while the password was being checked may have changed the password.
fn changed_meanwhile(error: identity::Error) -> OAuthError {
    match error {
        identity::Error::Refused(_) => Denied::Invalid { user: None, why: "user_changed" }.into(),
        other => other.into(),
    }
}

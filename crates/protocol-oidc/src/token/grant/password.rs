//! The password grant (RFC 6749 §4.3), Keycloak's direct grant: off for new clients, and needed by its command-line tools.

use crypto::secret::Secret;
use identity::{Denied, NewSession, SecondFactor};
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

/// Kind of the credential that a one-time code belongs to.
const OTP: &str = "otp";

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
            let peer = request.facts.peer();
            let (password, factor) = credentials(request, username).await?;
            let proven = match identity.prove_password(request.realm, username, &password, factor, &peer).await {
                Ok(proven) => proven,
                Err(denied) => {
                    trace.user = denied.user().cloned();
                    return Err(denied.into());
                }
            };
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

/// The password, with the one-time code that stands beside it where the user has one.
async fn credentials(request: &Request<'_>, username: &str) -> Result<(Secret, SecondFactor), OAuthError> {
    let password = request.form.get("password").unwrap_or_default();
    let Some(code) = request.form.given("totp") else { return Ok((Secret::from(password), SecondFactor::Refuse)) };
    let user = request.portreeve.identity.find_user_by_login(request.realm, username).await?;
    if user.is_some_and(|user| user.has_credential(OTP)) {
        let both = Secret::from([password, code].concat());
        Ok((both, SecondFactor::Append))
    } else {
        Ok((Secret::from(password), SecondFactor::Refuse))
    }
}

/// A user who changed while the password was being checked may have changed the password.
fn changed_meanwhile(error: identity::Error) -> OAuthError {
    match error {
        identity::Error::Refused(_) => Denied::Invalid { user: None, why: "user_changed" }.into(),
        other => other.into(),
    }
}

//! Client credentials (RFC 6749 §4.4): a client that acts for itself, as its service account. Nothing is kept.

use identity::{NewSession, Transient};
use protocol::BoxFuture;

use super::Grant;
use crate::client_auth::Authenticated;
use crate::error::{OAuthError, Words, words};
use crate::event::{self, Sort};
use crate::notes::service_account;
use crate::settings::Settings;
use crate::token::{Gives, OwnSubject, PLAIN_ACR, Proof, Request, Trace, scope_names};
use crate::{scope, sessions};

const PUBLIC: Words =
    words(401, "unauthorized_client", "Public client not allowed to retrieve service account", "invalid_client");
const NOT_ENABLED: Words =
    words(401, "unauthorized_client", "Client not enabled to retrieve service account", "invalid_client");

pub(crate) struct ClientCredentials;

impl Grant for ClientCredentials {
    fn name(&self) -> &'static str {
        "client_credentials"
    }

    fn letters(&self) -> &'static str {
        "cc"
    }

    fn sort(&self) -> Sort {
        event::CLIENT_LOGIN
    }

    fn check_client(&self, client: &Authenticated, _settings: &Settings) -> Result<(), OAuthError> {
        // RFC 6749 §4.4: only confidential clients.
        if client.client.public {
            return Err(PUBLIC.into());
        }
        if !client.client.service_accounts {
            return Err(NOT_ENABLED.into());
        }
        Ok(())
    }

    fn prove<'a>(
        &'a self,
        request: &'a Request<'a>,
        _trace: &'a mut Trace,
    ) -> BoxFuture<'a, Result<Proof, OAuthError>> {
        Box::pin(async move {
            let identity = &request.portreeve.identity;
            let client = &request.client.client;
            let names = scope_names(request, request.form.given("scope"))?;
            let proven = identity.prove_service_account(request.realm, client).await?;
            let effective = request.realm.effective(proven.user());
            let granted = scope::grant(request.realm, client, &request.client.oidc, &names, &effective);
            let address = request.facts.address.to_string();
            let notes = vec![
                (service_account::CLIENT_ID, client.client_id.to_string()),
                (service_account::HOST, address.clone()),
                (service_account::ADDRESS, address),
            ];
            // RFC 6749 §4.4.3: no refresh token, and so nothing to keep, unless the client's settings ask for it.
            let keeps = request.settings.client_credentials_refresh;
            let subject = if keeps {
                let session = NewSession {
                    address: Some(request.facts.address),
                    notes: notes.iter().cloned().collect(),
                    ..NewSession::default()
                };
                let part = sessions::client_notes(&names.join(" "), PLAIN_ACR);
                OwnSubject::Session(
                    sessions::open(identity, request.realm, &proven, session, client, part, false).await?,
                )
            } else {
                OwnSubject::Transient(Transient::from(proven))
            };
            Ok(Proof {
                gives: Gives {
                    id_token: granted.openid,
                    refresh: keeps.then(|| crypto::random::uuid(identity.random())),
                    ..Gives::default()
                },
                subject,
                granted,
                effective,
                notes,
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

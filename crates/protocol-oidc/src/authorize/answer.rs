//! What a client gets for a person who is logged in, or is not.

use std::sync::Arc;

use axum::response::Response;
use http::HeaderMap;
use identity::{Client, Effective, Error, LiveSession, NewTicket, Notes, Realm, User, WithTicket};
use protocol::{
    ActionStatus, ClientInRealm, Completed, Details, Failed, Issuer, Joining, LoginFailure, Pages, Portreeve, short,
};
use serde_json::Value;

use super::check::{self, Refusal};
use super::redirect::{Fields, Redirect};
use super::request::Kept;
use super::response_mode::ResponseMode;
use super::response_type::ResponseType;
use super::send_back;
use crate::code::{self, CodePayload};
use crate::desk::{Desk, PageError, Trouble};
use crate::encryption::Sealer;
use crate::issue::{Basis, Companions, SessionSort};
use crate::pkce::{Challenge, ChallengeMethod};
use crate::redirect_uri::{self, AllowedUri, Base};
use crate::settings::{self, OidcClient, Settings};
use crate::{
    PROTOCOL, Parts, claims_request::ClaimsRequest, error::OAuthError, event, hint, keys, notes, scope, sessions,
};

/// Letters of a token that no grant gave, in its id (Keycloak's).
const LETTERS: &str = "na";

/// Why there is no answer.
enum Stop {
    Page(Trouble),
    Back(Redirect, Refusal),
}

impl<T: Into<Trouble>> From<T> for Stop {
    fn from(trouble: T) -> Self {
        Self::Page(trouble.into())
    }
}

/// Somebody is logged in.
pub(crate) async fn completed(completed: Completed, kept: &Kept, parts: &Parts) -> Response {
    let Completed { portreeve, realm, client, mut outcome, browser, session, fresh, level, action, .. } = completed;
    outcome.about_client(&client.client_id);
    outcome.about_user(session.user().id.clone());
    outcome.about_session(session.session_id().as_str());
    let scene = Scene {
        portreeve: &portreeve,
        realm: &realm,
        client: &client,
        pages: &*browser.pages,
        asked: &browser.headers,
        parts,
    };
    let acr = acr(&realm, &client, level, fresh);
    let mut details = Details::new();
    match scene.answer(kept, &session, &acr, action.as_ref(), &mut details).await {
        Ok(response) => {
            outcome.succeeded(event::LOGIN.succeeded, details);
            response
        }
        Err(Stop::Page(trouble)) => trouble.end(&scene.desk(), outcome, details),
        Err(Stop::Back(redirect, refusal)) => send_back(&scene.desk(), outcome, details, &redirect, &refusal).await,
    }
}

/// Nobody is.
pub(crate) async fn failed(failed: Failed, kept: &Kept, parts: &Parts) -> Response {
    let Failed { portreeve, realm, client, mut outcome, browser, reason, error, fault, .. } = failed;
    outcome.about_client(&client.client_id);
    let scene = Scene {
        portreeve: &portreeve,
        realm: &realm,
        client: &client,
        pages: &*browser.pages,
        asked: &browser.headers,
        parts,
    };
    if let Some(fault) = fault {
        tracing::error!(realm = %realm.name, client = %client.client_id, "a log-in: {fault}");
    }
    let refusal = Refusal::new(word(reason), "", error);
    match scene.way_back(kept) {
        Ok((redirect, _)) | Err(Stop::Back(redirect, _)) => {
            send_back(&scene.desk(), outcome, Details::new(), &redirect, &refusal).await
        }
        Err(Stop::Page(trouble)) => trouble.end(&scene.desk(), outcome, Details::new()),
    }
}

/// OpenID Connect Core §3.1.2.6, RFC 6749 §4.1.2.1, Unmet Authentication Requirements 1.0 §2.
fn word(reason: LoginFailure) -> &'static str {
    match reason {
        LoginFailure::LoginRequired => "login_required",
        // Recorded: Keycloak says `interaction_required` for consent, too, where OpenID Connect has a word of its own.
        LoginFailure::InteractionRequired | LoginFailure::ConsentRequired => "interaction_required",
        LoginFailure::AccessDenied => "access_denied",
        LoginFailure::UnmetAuthentication => "unmet_authentication_requirements",
        LoginFailure::TemporarilyUnavailable => "temporarily_unavailable",
        LoginFailure::Fault => "server_error",
    }
}

/// The strength of a log-in as tokens tell it: the name that the client's, or the realm's, map has for the level; without
/// levels 1 for somebody who proved themselves just now and 0 for a session of before, as in Keycloak.
pub(crate) fn acr(realm: &Realm, client: &Client, level: Option<i64>, fresh: bool) -> String {
    const MAP: &str = "acr.loa.map";
    let level = level.unwrap_or(i64::from(fresh));
    let map = client.attribute(MAP).or_else(|| realm.settings.attribute(MAP));
    let map: Option<Value> = map.and_then(|text| serde_json::from_str(text).ok());
    let is_level = |value: &Value| value.as_i64().or_else(|| value.as_str()?.parse().ok()) == Some(level);
    map.as_ref()
        .and_then(Value::as_object)
        .and_then(|map| map.iter().find(|(_, value)| is_level(value)))
        .map_or_else(|| level.to_string(), |(name, _)| name.clone())
}

struct Scene<'a> {
    portreeve: &'a Portreeve,
    realm: &'a Arc<Realm>,
    client: &'a Arc<Client>,
    pages: &'a dyn Pages,
    asked: &'a HeaderMap,
    parts: &'a Parts,
}

impl<'a> Scene<'a> {
    fn desk(&self) -> Desk<'a> {
        Desk {
            portreeve: self.portreeve,
            realm: self.realm,
            pages: self.pages,
            asked: self.asked,
            client: Some(self.client),
            headers: &self.parts.headers,
            key_sets: &self.parts.key_sets,
        }
    }

    /// The way back, if the client may still be answered there.
    // A14 (CVE-2026-7571): the log-in took its time. Whether the client is switched on, where it is answered and what it may
    // have is read again from its row, not from what was kept.
    fn way_back(&self, kept: &Kept) -> Result<(Redirect, ResponseType), Stop> {
        ClientInRealm::check(self.client, PROTOCOL)
            .map_err(|_| PageError::new("clientDisabledMessage", "client_disabled"))?;
        let base = Base::of(self.portreeve, self.realm, self.client);
        let allowed = match kept.request.redirect_uri.as_deref() {
            Some(_) => redirect_uri::allowed(&base, &self.client.redirect_uris, &kept.redirect_uri),
            None => {
                redirect_uri::only(&base, &self.client.redirect_uris).filter(|only| only.as_str() == kept.redirect_uri)
            }
        };
        let uri: AllowedUri = allowed.ok_or_else(|| PageError::parameter("redirect_uri", "invalid_redirect_uri"))?;
        let way = |mode: ResponseMode| Redirect::new(uri.clone(), mode, kept.request.state.clone());
        match check::response_type::check(self.client, &kept.request) {
            Ok((response_type, mode)) => Ok((way(mode), response_type)),
            Err((refusal, mode)) => Err(Stop::Back(way(mode), refusal)),
        }
    }

    async fn answer(
        &self,
        kept: &Kept,
        session: &Joining,
        acr: &str,
        action: Option<&(String, ActionStatus)>,
        details: &mut Details,
    ) -> Result<Response, Stop> {
        let (redirect, response_type) = self.way_back(kept)?;
        details.push(("auth_method".into(), PROTOCOL.into()));
        details.push(("response_type".into(), response_type.as_str().into()));
        details.push(("redirect_uri".into(), short(redirect.uri().as_str())));
        details.push(("code_id".into(), session.session_id().to_string()));
        details.push(("username".into(), session.user().username.clone()));
        let refused = |refusal: Refusal| Stop::Back(redirect.clone(), refusal);
        let oidc = self.client.typed(OidcClient::read);
        let settings = oidc.settings.as_ref().map_err(|_| {
            refused(Refusal::new("unauthorized_client", "The client's settings are not valid", "invalid_client"))
        })?;

        let sealer = match settings.id_token_encryption.filter(|_| response_type.id_token) {
            Some(encryption) => {
                let now = self.portreeve.identity.clock().now();
                let sealer = encryption.sealer(&self.parts.key_sets, self.client, now).await;
                let no_key = |_| refused(Refusal::new("server_error", "The client has no key", "invalid_client"));
                Some(sealer.map_err(no_key)?)
            }
            None => None,
        };
        let ground = Ground::lay(self, &oidc, settings, kept, session.user(), acr, sealer).await?;
        if !ground.is_whom_was_meant() {
            return Err(refused(Refusal::new("login_required", "", "different_user_authenticated")));
        }
        let (live, code) = match self.open(kept, response_type, session, acr).await {
            Ok(made) => made,
            // Between the log-in and here the session ended, or the user was changed or switched off.
            Err(Error::NotFound(_) | Error::Refused(_)) => {
                return Err(refused(Refusal::new("login_required", "", "user_session_not_found")));
            }
            Err(error) => return Err(error.into()),
        };
        let fields = match ground.fields(response_type, &live, code.as_deref()) {
            Ok(fields) => fields,
            Err(NoTokens::Store(error)) => return Err(error.into()),
            Err(NoTokens::Refused(refusal)) => return Err(refused(refusal)),
        };
        let kc_action = action.map(|(action, status)| (status.word(), action.as_str()));
        Ok(redirect.answer(&self.desk(), live.session().id.as_str(), fields, kc_action).await?)
    }

    /// The session if it is new, the client's part in it, and the code: one commit.
    async fn open(
        &self,
        kept: &Kept,
        response_type: ResponseType,
        session: &Joining,
        acr: &str,
    ) -> Result<(LiveSession, Option<String>), Error> {
        let identity = &self.portreeve.identity;
        let id = session.session_id();
        let now = identity.clock().now();
        let since = sessions::since(identity, self.realm, &id, self.client).await?;
        let ticket = if response_type.code {
            let mut ticket = NewTicket::new(self.realm, code::KIND);
            ticket.client = Some(&self.client.id);
            ticket.user = Some(&session.user().id);
            ticket.expires_at = Some(code::expiry(self.realm, now));
            ticket.payload = serde_json::to_value(code_payload(kept, id.as_str(), acr))
                .map_err(|error| Error::fault(format!("a code: {error}")))?;
            Some(WithTicket(ticket, code::PREFIX))
        } else {
            None
        };
        let joined = session.open(client_notes(kept, acr, &since), ticket).await?;
        let code = joined.secret.map(|secret| code::write(&secret, id.as_str(), self.client.id.as_str()));
        Ok((joined.session, code))
    }
}

fn client_notes(kept: &Kept, acr: &str, since: &str) -> Notes {
    let request = &kept.request;
    let resource = request.resource.join(" ");
    [
        (notes::SCOPE, request.scope.as_deref()),
        (notes::ACR, Some(acr)),
        (notes::SINCE, Some(since)),
        (notes::REDIRECT_URI, Some(kept.redirect_uri.as_str())),
        (notes::CLAIMS, request.claims.as_deref()),
        (notes::RESOURCE, Some(resource.as_str()).filter(|text| !text.is_empty())),
    ]
    .into_iter()
    .filter_map(|(name, text)| Some((name, text?)))
    .collect()
}

fn code_payload(kept: &Kept, session: &str, acr: &str) -> CodePayload {
    let request = kept.request.clone();
    // RFC 7636 §4.3: without a method it is `plain`. The checks have let no other through.
    let method = request.code_challenge_method.as_deref().map_or(Some(ChallengeMethod::Plain), ChallengeMethod::named);
    CodePayload {
        session: session.to_owned(),
        redirect_uri: request.redirect_uri,
        scope: request.scope.unwrap_or_default(),
        nonce: request.nonce,
        challenge: request.code_challenge.zip(method).map(|(value, method)| Challenge { method, value }),
        dpop_jkt: request.dpop_jkt,
        claims: request.claims.as_deref().and_then(ClaimsRequest::parse),
        acr: acr.to_owned(),
        resource: request.resource,
    }
}

/// Why there are no tokens.
enum NoTokens {
    Store(Error),
    Refused(Refusal),
}

impl From<Error> for NoTokens {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

impl From<OAuthError> for NoTokens {
    fn from(error: OAuthError) -> Self {
        match error {
            OAuthError::Store(error) => Self::Store(error),
            _ => Self::Refused(Refusal::new("server_error", "The client's settings are not valid", "invalid_client")),
        }
    }
}

/// What tokens that come straight from the authorization endpoint are made from.
struct Ground<'a> {
    parts: &'a Parts,
    portreeve: &'a Portreeve,
    /// With the keys that sign.
    realm: Arc<Realm>,
    client: &'a Arc<Client>,
    oidc: &'a OidcClient,
    settings: &'a Settings,
    kept: &'a Kept,
    user: &'a User,
    acr: &'a str,
    issuer: Issuer,
    effective: Arc<Effective>,
    granted: Arc<scope::Granted>,
    requested: Option<ClaimsRequest>,
    /// Encrypts the id token, where the client wants that.
    sealer: Option<Sealer>,
}

impl<'a> Ground<'a> {
    async fn lay(
        scene: &'a Scene<'a>,
        oidc: &'a OidcClient,
        settings: &'a Settings,
        kept: &'a Kept,
        user: &'a User,
        acr: &'a str,
        sealer: Option<Sealer>,
    ) -> Result<Self, Error> {
        let usual = || settings::realm_algorithm(scene.realm);
        let wanted =
            [settings.access_token_algorithm.unwrap_or_else(usual), settings.id_token_algorithm.unwrap_or_else(usual)];
        let realm = keys::ensure(&scene.portreeve.identity, scene.realm, &wanted).await?;
        let effective = realm.effective(user);
        let names = scope::names(kept.request.scope.as_deref().unwrap_or_default()).unwrap_or_default();
        let granted = scope::grant(&realm, scene.client, oidc, &names, &effective);
        Ok(Self {
            parts: scene.parts,
            portreeve: scene.portreeve,
            client: scene.client,
            issuer: Issuer::of(scene.portreeve, &realm),
            requested: kept.request.claims.as_deref().and_then(ClaimsRequest::parse),
            realm,
            oidc,
            settings,
            kept,
            user,
            acr,
            effective,
            granted,
            sealer,
        })
    }

    fn basis<'s>(&'s self, sid: Option<&'s str>, notes: &'s Notes) -> Basis<'s> {
        let resources = self.kept.request.resource.as_slice();
        Basis {
            issuer: self.issuer.as_str(),
            realm: &self.realm,
            client: self.client,
            oidc: self.oidc,
            settings: self.settings,
            user: self.user,
            effective: &self.effective,
            granted: &self.granted,
            sid,
            sort: SessionSort::Online,
            notes,
            acr: self.acr,
            nonce: self.kept.request.nonce.as_deref(),
            requested: self.requested.as_ref(),
            confirmation: None,
            audiences: Some(resources).filter(|resources| !resources.is_empty()),
            now: self.portreeve.identity.clock().now(),
        }
    }

    /// OpenID Connect Core §3.1.2.1: whoever was meant by a hint is logged in, or nobody is.
    fn is_whom_was_meant(&self) -> bool {
        let hinted = self.kept.request.id_token_hint.as_deref();
        let Some(hint) = hinted.and_then(|text| hint::read(&self.realm, &self.issuer, text)) else { return true };
        self.basis(None, &Notes::default()).subject().is_some_and(|subject| *subject == *hint.sub)
    }

    /// What was asked for, in Keycloak's order: code, id token, access token.
    fn fields(
        &self,
        response_type: ResponseType,
        live: &LiveSession,
        code: Option<&str>,
    ) -> Result<Fields<'static>, NoTokens> {
        let mut fields: Fields<'static> = Vec::new();
        fields.extend(code.map(|code| ("code", code.to_owned().into())));
        if !response_type.has_tokens() {
            return Ok(fields);
        }
        let identity = &self.portreeve.identity;
        let session = live.session();
        let basis = self.basis(Some(session.id.as_str()), &session.notes);
        let gate = identity::admit(&self.realm, self.client, PROTOCOL, live, basis.now)
            .map_err(|refusal| NoTokens::Refused(Refusal::new("access_denied", "", refusal.event_error())))?;
        let headers = &self.parts.headers;
        // Nothing refreshes tokens of the implicit flow, and so they have a life of their own.
        let own_life =
            response_type.is_implicit().then_some(self.realm.settings.access_token_lifespan_for_implicit_flow.max(1));
        let access = if response_type.token {
            Some(basis.access_token(&gate, identity, headers, LETTERS, own_life)?)
        } else {
            None
        };
        if response_type.id_token {
            let lifespan = own_life.unwrap_or_else(|| self.settings.access_token_lifespan(&self.realm));
            let companions = Companions {
                access_token: access.as_ref().map(|access| access.token.as_str()),
                code,
                state: self.kept.request.state.as_deref(),
            };
            let mut token = basis.id_token(&gate, identity, headers, lifespan, companions)?;
            if let Some(sealer) = &self.sealer {
                token = sealer.nested(&token, identity.random())?;
            }
            fields.push(("id_token", token.into()));
        }
        if let Some(access) = access {
            fields.push(("access_token", access.token.into()));
            fields.push(("token_type", basis.token_type().into()));
            fields.push(("expires_in", access.expires_in.to_string().into()));
        }
        Ok(fields)
    }
}

//! From whom a token is about to the signed token: claims, mappers, signature. What a grant decides stands in a [`Basis`].

use std::borrow::Cow;
use std::sync::Arc;

use crypto::algorithm::Algorithm;
use identity::{Client, Effective, Error, Granted as Gate, Identity, Realm, Timestamp, User};

use crate::claims::{Audience, Claims, Confirmation, Roles, Text};
use crate::claims_request::ClaimsRequest;
use crate::error::OAuthError;
use crate::keys::{self, Headers};
use crate::mapper::{self, Context, Notes, State, Target};
use crate::scope::Granted;
use crate::settings::{self, OidcClient, Settings};

/// What kind of session stands behind a token: the first two letters of its `jti`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SessionSort {
    /// A log-in.
    Online,
    /// One that outlives the log-in.
    Offline,
    /// None.
    Transient,
}

impl SessionSort {
    fn letters(self) -> &'static str {
        match self {
            Self::Online => "on",
            Self::Offline => "of",
            Self::Transient => "tr",
        }
    }
}

/// Whom a token is about, for which client, and what was granted.
#[derive(Clone, Copy)]
pub(crate) struct Basis<'a> {
    pub issuer: &'a str,
    pub realm: &'a Arc<Realm>,
    pub client: &'a Arc<Client>,
    pub oidc: &'a OidcClient,
    pub settings: &'a Settings,
    pub user: &'a User,
    pub effective: &'a Effective,
    pub granted: &'a Granted,
    /// The session's id.
    pub sid: Option<&'a str>,
    pub sort: SessionSort,
    /// Notes that mappers may tell.
    pub notes: &'a dyn Notes,
    pub acr: &'a str,
    pub nonce: Option<&'a str>,
    pub requested: Option<&'a ClaimsRequest>,
    /// The key that tokens are bound to.
    pub confirmation: Option<&'a Confirmation>,
    /// The only audiences that the access token may have.
    pub audiences: Option<&'a [String]>,
    pub now: Timestamp,
}

/// A signed access token and what others need to know of it.
pub(crate) struct AccessToken<'a> {
    /// The JWT.
    pub token: String,
    /// Its id.
    pub jti: String,
    /// Seconds it lives.
    pub expires_in: i64,
    /// Whom it is for, for the refresh token to remember.
    pub audience: Audience<'a>,
    /// Whom it is about, as it tells it.
    pub subject: Option<Text<'a>>,
}

/// Digests that an id token ties itself to its companions with (OpenID Connect Core §3.3.2.11).
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Companions<'a> {
    pub access_token: Option<&'a str>,
    pub code: Option<&'a str>,
    pub state: Option<&'a str>,
}

impl<'a> Basis<'a> {
    /// Algorithm of access tokens.
    pub(crate) fn access_algorithm(&self) -> Algorithm {
        self.settings.access_token_algorithm.unwrap_or_else(|| settings::realm_algorithm(self.realm))
    }

    /// Algorithm of id tokens.
    pub(crate) fn id_algorithm(&self) -> Algorithm {
        self.settings.id_token_algorithm.unwrap_or_else(|| settings::realm_algorithm(self.realm))
    }

    /// The claims with what the mappers write into this target.
    pub(crate) fn mapped(&self, target: Target, claims: Claims<'a>) -> Claims<'a> {
        let context = Context {
            target,
            client_id: &self.client.client_id,
            web_origins: &self.oidc.web_origins,
            sector: self.oidc.sector.as_deref(),
            user: self.user,
            group_paths: &self.effective.group_paths,
            sid: self.sid,
            notes: self.notes,
            acr: self.acr,
            nonce: self.nonce,
            requested: self.requested,
            // What a person was asked to consent to is not widened by naming single claims.
            sources: if self.client.consent_required { &self.granted.mappers } else { &self.oidc.sources },
        };
        let roles = Roles::resolve(self.realm, &self.effective.roles, self.granted.roles.as_ref());
        let mut state = State { claims, roles };
        mapper::run(&self.granted.mappers, &context, &mut state);
        if matches!(target, Target::Id | Target::UserInfo) {
            mapper::add_requested(&context, &mut state);
        }
        state.claims
    }

    /// Whom an id token of this client is about; nobody where the client's mappers leave no subject.
    pub(crate) fn subject(&self) -> Option<Text<'a>> {
        let claims = Claims { sub: Some(Cow::Borrowed(self.user.id.as_str())), ..Claims::default() };
        self.mapped(Target::Id, claims).sub
    }

    /// An access token. `grant` is the two letters of its grant, `lifespan` its life in seconds if the grant has its own.
    ///
    /// # Errors
    /// Of signing.
    pub(crate) fn access_token(
        &self,
        gate: &Gate<'_>,
        identity: &Identity,
        headers: &Headers,
        grant: &str,
        lifespan: Option<i64>,
    ) -> Result<AccessToken<'a>, Error> {
        let lightweight = self.settings.lightweight;
        let kind = if lightweight { "lt" } else { "rt" };
        let jti = format!("{}{kind}{grant}:{}", self.sort.letters(), crypto::random::uuid(identity.random()));
        let expires_in = lifespan.unwrap_or_else(|| self.settings.access_token_lifespan(self.realm));
        let issued_at = self.now.seconds();
        let claims = Claims {
            exp: Some(issued_at.saturating_add(expires_in)),
            iat: Some(issued_at),
            jti: Some(Cow::Owned(jti.clone())),
            iss: Some(Cow::Borrowed(self.issuer)),
            typ: Some(self.token_type()),
            azp: Some(Cow::Borrowed(&self.client.client_id)),
            sid: self.sid.map(Cow::Borrowed),
            scope: Some(Cow::Borrowed(&self.granted.told)),
            cnf: self.confirmation.cloned(),
            ..Claims::default()
        };
        let target = if lightweight { Target::Lightweight } else { Target::Access };
        let mut claims = self.mapped(target, claims);
        if let Some(audiences) = self.audiences {
            claims.aud.retain(|audience| audiences.iter().any(|wanted| wanted == audience));
        }
        let algorithm = self.access_algorithm();
        let key = keys::active(gate.realm(), algorithm)?;
        let typ = if self.settings.at_jwt { keys::AT_JWT } else { keys::JWT };
        let token = gate.sign(key, algorithm, &*headers.get(key, typ, algorithm)?, &claims)?;
        Ok(AccessToken { token, jti, expires_in, audience: claims.aud, subject: claims.sub })
    }

    /// The value of `typ` in access tokens and of `token_type` in answers.
    pub(crate) fn token_type(&self) -> &'static str {
        match (self.confirmation.is_some_and(|key| key.jkt.is_some()), self.settings.lower_case_bearer) {
            (true, _) => "DPoP",
            (false, true) => "bearer",
            (false, false) => "Bearer",
        }
    }

    /// An id token that lives as long as the access token.
    ///
    /// # Errors
    /// Of signing; [`OAuthError::Settings`] when the client's mappers leave no subject.
    pub(crate) fn id_token(
        &self,
        gate: &Gate<'_>,
        identity: &Identity,
        headers: &Headers,
        expires_in: i64,
        companions: Companions<'_>,
    ) -> Result<String, OAuthError> {
        let algorithm = self.id_algorithm();
        let half = |text: Option<&str>| text.map(|text| crypto::jws::half_digest(algorithm, text));
        let issued_at = self.now.seconds();
        let claims = Claims {
            exp: Some(issued_at.saturating_add(expires_in)),
            iat: Some(issued_at),
            jti: Some(Cow::Owned(crypto::random::uuid(identity.random()).to_string())),
            iss: Some(Cow::Borrowed(self.issuer)),
            aud: Audience::one(&*self.client.client_id),
            sub: Some(Cow::Borrowed(self.user.id.as_str())),
            typ: Some("ID"),
            azp: Some(Cow::Borrowed(&self.client.client_id)),
            nonce: self.nonce.map(Cow::Borrowed),
            sid: self.sid.map(Cow::Borrowed),
            at_hash: half(companions.access_token),
            c_hash: half(companions.code),
            s_hash: half(companions.state),
            ..Claims::default()
        };
        let claims = self.mapped(Target::Id, claims);
        // OpenID Connect Core §2: an id token always says whom it is about.
        if claims.sub.is_none() {
            return Err(OAuthError::Settings("no sector for pairwise subjects".into()));
        }
        let key = keys::active(gate.realm(), algorithm)?;
        Ok(gate.sign(key, algorithm, &*headers.get(key, keys::JWT, algorithm)?, &claims)?)
    }
}

//! One token request, from who asks to what they get.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

use axum::response::Response;
use http::{HeaderMap, header};
use identity::{Client, Denied, Effective, Error, Method, Realm, SecondFactor, Transient, User, UserId};
use protocol::{Details, InRealm, Issuer, short};

use crate::access::{self, Asker, Decision, Memberships, Person};
use crate::claims::{BACKDATE, Claims, TYPE};
use crate::error::TokenError;
use crate::request::{Credentials, TokenRequest};
use crate::response::{TokenResponse, rfc3339};
use crate::rule::Rule;
use crate::rule::condition::CredentialKind;
use crate::rule::subject::is_at_or_below;
use crate::scope::{self, Requested};
use crate::settings::DockerClient;
use crate::{Docker, PROTOCOL, Parts, cors, event, identity_token, keys};

/// What the event tells, gathered on the way.
#[derive(Default)]
struct Trace {
    client: Option<Arc<Client>>,
    user: Option<UserId>,
    credential: Option<&'static str>,
    granted: String,
    denied: String,
    jti: String,
    /// Older identity tokens that the new one took the place of.
    displaced: usize,
}

/// Answers a request and records how it ended.
pub(crate) async fn answer(
    mut door: InRealm<Docker>,
    parts: &Parts,
    headers: &HeaderMap,
    request: Result<TokenRequest<'_>, TokenError>,
) -> Response {
    let mut trace = Trace::default();
    let mut requested = Requested::default();
    let mut details = Details::new();
    let (request, unread) = match request {
        Ok(request) => (Some(request), None),
        Err(error) => (None, Some(error)),
    };
    let result = match (&request, unread) {
        (None, error) => Err(error.unwrap_or(TokenError::NotFound)),
        (Some(request), _) => {
            note(&mut details, "client_id", request.client_id.as_deref());
            if let Some(service) = &request.service {
                door.outcome.about_client(service);
            }
            match scope::parse(request.scopes.iter().map(|value| &**value)) {
                Err(scope::TooMany) => Err(TokenError::TooManyScopes),
                Ok(parsed) => {
                    requested = parsed;
                    issue(&door, parts, request, &requested, &mut trace).await
                }
            }
        }
    };

    if let Some(user) = trace.user {
        door.outcome.about_user(user);
    }
    if trace.displaced > 0 {
        door.outcome.also(event::DISPLACED, None, vec![(Cow::Borrowed("count"), trace.displaced.to_string())]);
    }
    note(&mut details, "requested", Some(&scope::join(&requested.entries)));
    if requested.malformed > 0 {
        details.push((Cow::Borrowed("malformed"), requested.malformed.to_string()));
    }
    note(&mut details, "granted", Some(&trace.granted));
    note(&mut details, "denied", Some(&trace.denied));
    note(&mut details, "credential", trace.credential);
    let mut response = match result {
        Ok(response) => {
            note(&mut details, "jti", Some(&trace.jti));
            door.outcome.succeeded(event::ISSUED, details);
            response
        }
        Err(error) => {
            let response = error.response(&door.realm.name, &requested.entries);
            match (error.event(), error) {
                (Some((word, reason)), _) => {
                    note(&mut details, "reason", reason);
                    door.outcome.refused(word, details);
                }
                (None, TokenError::Store(fault) | TokenError::Denied { denied: Denied::Fault(fault), .. }) => {
                    door.outcome.fault(&fault);
                }
                (None, _) => door.outcome.fault(&Error::fault("a token error without an event")),
            }
            response
        }
    };
    if let Some(client) = &trace.client {
        cors::allow(&mut response, headers.get(header::ORIGIN), client);
    }
    response
}

fn note(details: &mut Details, name: &'static str, value: Option<&str>) {
    if let Some(value) = value.filter(|value| !value.is_empty()) {
        details.push((Cow::Borrowed(name), if name == "client_id" { short(value) } else { value.to_owned() }));
    }
}

/// client → credential → transient subject → access → gate → claims → signature → answer.
async fn issue(
    door: &InRealm<Docker>,
    parts: &Parts,
    request: &TokenRequest<'_>,
    requested: &Requested<'_>,
    trace: &mut Trace,
) -> Result<Response, TokenError> {
    let identity = &door.portreeve.identity;
    let service = request.service.as_deref();
    let client = parts.services.find(&door.realm, service)?;
    trace.client = Some(Arc::clone(client.client()));
    let docker = client.typed(DockerClient::read);
    let settings = docker.settings.as_ref().map_err(|_| TokenError::ClientSettings)?;
    let issuer = door.issuer();

    let subject = prove(door, &client, &docker, request, &issuer, trace).await?;
    let credential = subject.method().and_then(|method| match method {
        Method::Password => Some(CredentialKind::Password),
        Method::PasswordAndOtp => Some(CredentialKind::PasswordAndOtp),
        Method::Ticket => Some(CredentialKind::IdentityToken),
        // This door takes none of those.
        Method::Client | Method::Otp | Method::RecoveryCode | Method::EmailLink | Method::Session => None,
    });
    trace.credential = Some(credential.map_or("none", CredentialKind::word));

    let now = identity.clock().now();
    let decision = decide(door, requested, &docker.rules, subject.user(), credential, now.seconds());
    trace.granted = scope::join(&decision.granted);
    trace.denied = scope::join(&decision.denied);
    // Who shows nothing and gets nothing is asked to show something; who is logged in gets 200 with what is left.
    if subject.user().is_none() && decision.granted.is_empty() {
        return Err(TokenError::CredentialsMissing);
    }

    let (realm, key) = keys::signing(identity, &door.realm, settings.algorithm).await.map_err(TokenError::Store)?;
    let gate = identity::admit(&realm, client.client(), PROTOCOL, &subject, now).map_err(TokenError::Gate)?;
    let header = parts.headers.get(&key, settings.profile, settings.algorithm).map_err(TokenError::Store)?;
    trace.jti = crypto::random::uuid(identity.random()).to_string();
    let lifespan = settings.lifespan(&door.realm);
    let issued_at = now.seconds();
    let claims = Claims {
        jti: &trace.jti,
        exp: issued_at.saturating_add(lifespan),
        nbf: issued_at - BACKDATE,
        iat: issued_at,
        iss: issuer.as_str(),
        aud: service.unwrap_or(&client.client_id),
        sub: settings.subject(subject.user().map(|user| &**user)),
        typ: TYPE,
        azp: &client.client_id,
        access: &decision.granted,
    };
    let token = gate.sign(&key, settings.algorithm, &header, &claims).map_err(TokenError::Store)?;

    let refresh_token = match (&request.credentials, subject.user()) {
        // OAuth2 Token Authentication: the grant gets the same token back.
        (Credentials::IdentityToken(shown), _) if request.is_refresh => Some(shown.clone()),
        // Never for who came with a token: it would outlive what it was made from.
        (Credentials::Password { username, password }, Some(user)) if request.offline && settings.identity_tokens => {
            let login =
                identity_token::LogIn { username, password, factor: settings.second_factor, peer: door.facts.peer() };
            let issued = identity_token::issue(identity, &realm, &client, user, &login).await?;
            trace.displaced = issued.displaced;
            Some(issued.secret)
        }
        _ => None,
    };
    TokenResponse {
        token: &token,
        access_token: &token,
        token_type: "Bearer",
        expires_in: lifespan,
        issued_at: rfc3339(issued_at),
        scope: &trace.granted,
        refresh_token: refresh_token.as_ref().map(crypto::secret::Secret::expose),
    }
    .write()
    .map_err(|error| TokenError::Store(Error::fault(format!("token answer: {error}"))))
}

async fn prove(
    door: &InRealm<Docker>,
    client: &Client,
    docker: &DockerClient,
    request: &TokenRequest<'_>,
    issuer: &Issuer,
    trace: &mut Trace,
) -> Result<Transient, TokenError> {
    let identity = &door.portreeve.identity;
    let peer = door.facts.peer();
    let (result, by_token) = match &request.credentials {
        Credentials::Nobody => return Ok(Transient::anonymous()),
        Credentials::Unusable(reason) => return Err(TokenError::CredentialsUnusable(reason)),
        Credentials::Password { username, password } => {
            trace.credential = Some("password");
            let factor = docker.settings.as_ref().map_or(SecondFactor::Refuse, |settings| settings.second_factor);
            (identity.prove_password(&door.realm, username, password, factor, &peer).await, false)
        }
        Credentials::IdentityToken(token) => {
            trace.credential = Some(CredentialKind::IdentityToken.word());
            match identity_token::prove(identity, &door.realm, client, token, &peer).await {
                Ok(proven) => (Ok(proven), true),
                Err(identity_token::Refused::Denied(denied)) => (Err(denied), true),
                Err(identity_token::Refused::OtherClient(proven)) => {
                    trace.user = Some(proven.user().id.clone());
                    return Err(TokenError::TokenOfAnotherClient);
                }
            }
        }
    };
    match result {
        Ok(proven) => {
            trace.user = Some(proven.user().id.clone());
            Ok(Transient::from(proven))
        }
        Err(denied) => {
            trace.user = denied.user().cloned();
            Err(TokenError::Denied { denied, by_token, account_url: issuer.join("account") })
        }
    }
}

fn decide<'a>(
    door: &InRealm<Docker>,
    requested: &Requested<'a>,
    rules: &[Rule],
    user: Option<&Arc<User>>,
    credential: Option<CredentialKind>,
    now: i64,
) -> Decision<'a> {
    let facts = user.map(|user| UserFacts::new(&door.realm, user));
    let asker = Asker { person: facts.as_ref().map(UserFacts::person), credential, address: door.facts.address, now };
    access::decide(&requested.entries, rules, &asker)
}

/// A user of the realm as rules see them; roles and groups are worked out when the first rule asks.
pub(crate) struct UserFacts<'a> {
    realm: &'a Realm,
    user: &'a User,
    effective: OnceCell<Arc<Effective>>,
}

impl<'a> UserFacts<'a> {
    pub(crate) fn new(realm: &'a Realm, user: &'a User) -> Self {
        Self { realm, user, effective: OnceCell::new() }
    }

    pub(crate) fn person(&self) -> Person<'_> {
        Person { username: &self.user.username, attributes: &self.user.attributes, memberships: self }
    }

    fn effective(&self) -> &Effective {
        self.effective.get_or_init(|| self.realm.effective(self.user))
    }
}

impl Memberships for UserFacts<'_> {
    fn in_group(&self, path: &str) -> bool {
        self.effective().group_paths.iter().any(|own| is_at_or_below(own, path))
    }

    fn groups(&self) -> Vec<&str> {
        self.effective().group_paths.iter().map(String::as_str).collect()
    }

    fn has_realm_role(&self, role: &str) -> bool {
        self.realm.role_named(role).is_some_and(|id| self.effective().has_role(id))
    }

    fn has_client_role(&self, client: &str, role: &str) -> bool {
        self.realm.client_role_named(client, role).is_some_and(|id| self.effective().has_role(id))
    }

    fn service_account_of(&self) -> Option<&str> {
        let id = self.user.service_account_client.as_ref()?;
        self.realm.client_by_id(id).map(|client| &*client.client_id)
    }
}

//! Back-Channel Logout 1.0: applications are told by a signed token, off the path of whoever logs out.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use identity::{Client, Error, Realm, Transient, UserSession};
use protocol::web::form;
use protocol::{Ended, InRealm, Issuer, Portreeve};
use serde::Serialize;
use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;
use tokio::time::interval;

use crate::door::LogoutDoor;
use crate::fetch::Fetch;
use crate::keys::{self, Headers};
use crate::parameters::Parameters;
use crate::settings::{self, OidcClient};
use crate::{PROTOCOL, response, subject};

/// Where a client wants to be told.
const URL: &str = "backchannel.logout.url";
/// Whether it wants to know which session; Keycloak's clients do unless they say no.
const SESSION_REQUIRED: &str = "backchannel.logout.session.required";
/// Whether it is to drop offline access too.
const REVOKE_OFFLINE: &str = "backchannel.logout.revoke.offline.tokens";
/// §2.4.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// Keycloak's own, beside it.
const REVOKE_OFFLINE_EVENT: &str = "revoke_offline_access";
/// §2.4: at most two minutes.
const LIFESPAN: i64 = 120;

/// Told at the same time.
const AT_ONCE: usize = 16;
/// Waiting to be told; beyond that a client is not told and the log says so.
const MOST_WAITING: usize = 4096;
/// How often, and how far apart, one is tried.
const ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_secs(2);

/// Tells clients: bounded, and in nobody's way.
pub(crate) struct Deliveries {
    fetch: Arc<dyn Fetch>,
    headers: Arc<Headers>,
    places: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

/// A client that is to be told of a session.
struct Delivery {
    portreeve: Portreeve,
    realm: Arc<Realm>,
    client: Arc<Client>,
    session: Arc<UserSession>,
    url: String,
}

/// The claims of §2.4, in Keycloak's order.
#[derive(Debug, Serialize)]
struct LogoutClaims<'a> {
    iat: i64,
    exp: i64,
    jti: String,
    iss: &'a str,
    aud: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<&'a str>,
    typ: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<&'a str>,
    events: Map<String, Value>,
}

impl Deliveries {
    pub(crate) fn new(fetch: Arc<dyn Fetch>, headers: Arc<Headers>) -> Self {
        Self {
            fetch,
            headers,
            places: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: Arc::new(Semaphore::new(MOST_WAITING)),
        }
    }

    /// Tells the clients of a session that has ended, later.
    pub(crate) fn begin(&self, portreeve: &Portreeve, ended: &Ended) {
        for part in &ended.clients {
            let Some(client) = ended.realm.client_by_id(&part.client) else { continue };
            let ours = client.enabled && &*client.protocol == PROTOCOL;
            let Some(url) = client.attribute(URL).filter(|_| ours) else { continue };
            let Ok(waiting) = Arc::clone(&self.waiting).try_acquire_owned() else {
                tracing::warn!(realm = %ended.realm.name, client = %client.client_id, "too many log-outs wait: a client is not told");
                continue;
            };
            let delivery = Delivery {
                portreeve: portreeve.clone(),
                realm: Arc::clone(&ended.realm),
                client: Arc::clone(client),
                session: Arc::clone(&ended.session),
                url: url.to_owned(),
            };
            let (fetch, headers, places) =
                (Arc::clone(&self.fetch), Arc::clone(&self.headers), Arc::clone(&self.places));
            tokio::spawn(async move {
                let _waiting = waiting;
                // Never closed.
                let Ok(_place) = places.acquire().await else { return };
                delivery.run(&*fetch, &headers).await;
            });
        }
    }
}

impl Delivery {
    async fn run(&self, fetch: &dyn Fetch, headers: &Headers) {
        let mut pause = interval(PAUSE);
        let mut last = String::new();
        for _ in 0..ATTEMPTS {
            // The first tick comes at once.
            pause.tick().await;
            // A token for each attempt: the one before may have expired on the way.
            let token = match self.token(headers).await {
                Ok(token) => token,
                Err(error) => {
                    tracing::error!(realm = %self.realm.name, client = %self.client.client_id, "a log-out token: {error}");
                    return;
                }
            };
            let form = form_urlencoded::Serializer::new(String::new()).append_pair("logout_token", &token).finish();
            match fetch.post(&self.url, form).await {
                // §2.8: 200; some answer 204. A 400 says that the client will not take it, however often it is sent.
                Ok(200..=299) => return,
                Ok(status @ 400..=499) => {
                    last = format!("it answers {status}");
                    break;
                }
                Ok(status) => last = format!("it answers {status}"),
                Err(error) => last = error.to_string(),
            }
        }
        tracing::warn!(realm = %self.realm.name, client = %self.client.client_id, reason = last, "a client could not be told of a log-out");
    }

    async fn token(&self, headers: &Headers) -> Result<String, Error> {
        let identity = &self.portreeve.identity;
        let oidc = self.client.typed(OidcClient::read);
        let named = oidc.settings.as_ref().ok().and_then(|settings| settings.id_token_algorithm);
        // §2.6: what id tokens are signed with.
        let algorithm = named.unwrap_or_else(|| settings::realm_algorithm(&self.realm));
        let realm = keys::ensure(identity, &self.realm, &[algorithm]).await?;
        let nobody = Transient::anonymous();
        let now = identity.clock().now();
        // The token lets nobody in: it says that somebody is gone, and the session that could speak for them is too.
        let gate = identity::admit(&realm, &self.client, PROTOCOL, &nobody, now)
            .map_err(|refusal| Error::Refused(refusal.to_string()))?;
        let issuer = Issuer::of(&self.portreeve, &realm);
        let subject = self.subject(&issuer).await?;
        let flag = |name: &str, usual: bool| {
            self.client.attribute(name).map_or(usual, |text| text.eq_ignore_ascii_case("true"))
        };
        let mut events = Map::from_iter([(EVENT.to_owned(), json!({}))]);
        if flag(REVOKE_OFFLINE, false) {
            events.insert(REVOKE_OFFLINE_EVENT.to_owned(), true.into());
        }
        let claims = LogoutClaims {
            iat: now.seconds(),
            exp: now.seconds() + LIFESPAN,
            jti: crypto::random::uuid(identity.random()).to_string(),
            iss: issuer.as_str(),
            aud: &self.client.client_id,
            sub: subject.as_deref(),
            typ: "Logout",
            // §2.4: somebody, or a session, or both.
            sid: (flag(SESSION_REQUIRED, true) || subject.is_none()).then(|| self.session.id.as_str()),
            events,
        };
        let key = keys::active(&realm, algorithm)?;
        gate.sign(key, algorithm, &*headers.get(key, keys::LOGOUT_JWT, algorithm)?, &claims)
    }

    /// Whom the client knows the person as; nobody where they are gone.
    async fn subject(&self, issuer: &Issuer) -> Result<Option<String>, Error> {
        let identity = &self.portreeve.identity;
        let user = identity.find_user(&self.realm, &self.session.user).await?;
        let now = identity.clock().now();
        Ok(user.and_then(|user| subject::of(&self.realm, &self.client, issuer.as_str(), &user, now)))
    }
}

/// POST to our own back-channel address: for identity providers above us, of which a realm without brokering has none.
pub(crate) async fn incoming(door: InRealm<LogoutDoor>, headers: &HeaderMap, body: Body) -> Response {
    let read = form::read(headers, body, door.portreeve.web.form_limit).await;
    let has_token = read
        .as_ref()
        .ok()
        .and_then(|form| Parameters::read(form).ok())
        .is_some_and(|form| form.given("logout_token").is_some());
    // §2.6: a token that no known provider has signed says nothing.
    let (why, event) = if has_token {
        ("The decode of the logoutToken failed", "invalid_token")
    } else {
        ("No logout token", "invalid_request")
    };
    door.outcome.refused(event, vec![("reason".into(), why.to_owned())]);
    let mut answer = response::error(StatusCode::BAD_REQUEST, "invalid_request", why);
    response::no_store(&mut answer);
    answer
}

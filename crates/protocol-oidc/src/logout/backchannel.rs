//! Back-Channel Logout 1.0: applications are told by a signed token, off the path of whoever logs out.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use identity::{Client, Error, Realm, Transient, UserSession};
use outbound::{Fetch, FetchError};
use protocol::web::form;
use protocol::{Ended, InRealm, Issuer, NoticeKind, Portreeve};
use serde::Serialize;
use serde_json::{Map, Value, json};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;

use crate::door::LogoutDoor;
use crate::keys::{self, Headers};
use crate::parameters::Parameters;
use crate::settings::{self, OidcClient};
use crate::{PROTOCOL, remote_uri, response, subject};

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
/// Waiting to be told, those that are tried again among them; beyond that a client is not told, and the log and a counter say so.
const MOST_WAITING: u32 = 4096;
/// How long it is waited before each further attempt: a restart of the application's server should fit in.
const PAUSES: [Duration; 3] = [Duration::from_secs(2), Duration::from_secs(10), Duration::from_secs(50)];

/// Tells clients: bounded, and in nobody's way.
pub(crate) struct Deliveries {
    fetch: Arc<dyn Fetch>,
    headers: Arc<Headers>,
    /// Room to be told in.
    places: Arc<Semaphore>,
    /// Room to wait in; all of it is free when nobody waits.
    waiting: Arc<Semaphore>,
    /// Whether the server stops: then nobody pauses any more.
    stopping: watch::Sender<bool>,
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
            waiting: Arc::new(Semaphore::new(MOST_WAITING as usize)),
            stopping: watch::Sender::new(false),
        }
    }

    /// Tells the clients of a session that has ended, later.
    pub(crate) fn begin(&self, portreeve: &Portreeve, ended: &Ended) {
        for part in &ended.clients {
            let Some(client) = ended.realm.client_by_id(&part.client) else { continue };
            let ours = client.enabled && &*client.protocol == PROTOCOL;
            let Some(url) = client.attribute(URL).map(str::trim).filter(|url| ours && !url.is_empty()) else {
                continue;
            };
            let Ok(waiting) = Arc::clone(&self.waiting).try_acquire_owned() else {
                portreeve.metrics.count_notice(PROTOCOL, NoticeKind::Dropped);
                tracing::warn!(realm = %ended.realm.name, client = %client.client_id, "too many log-outs wait: a client is not told");
                continue;
            };
            let delivery = Delivery {
                portreeve: portreeve.clone(),
                realm: Arc::clone(&ended.realm),
                client: Arc::clone(client),
                session: Arc::clone(&ended.session),
                url: remote_uri::absolute(client, url).into_owned(),
            };
            let (fetch, headers, places) =
                (Arc::clone(&self.fetch), Arc::clone(&self.headers), Arc::clone(&self.places));
            let stopping = self.stopping.subscribe();
            tokio::spawn(async move {
                let _waiting = waiting;
                let told = delivery.run(&*fetch, &headers, &places, stopping).await;
                delivery.portreeve.metrics.count_notice(PROTOCOL, told);
            });
        }
    }

    /// Tries whoever waits once more, without further pauses, and comes back when nobody waits any longer.
    pub(crate) async fn finish(&self) {
        self.stopping.send_replace(true);
        // Never closed.
        drop(self.waiting.acquire_many(MOST_WAITING).await);
    }
}

/// What came of one attempt.
enum Attempt {
    /// The client has taken it.
    Told,
    /// It may be worth another.
    Again(String),
    /// It never will be.
    Never(String),
}

impl Delivery {
    async fn run(
        &self,
        fetch: &dyn Fetch,
        headers: &Headers,
        places: &Semaphore,
        mut stopping: watch::Receiver<bool>,
    ) -> NoticeKind {
        let mut pauses = PAUSES.iter();
        let mut last = false;
        let reason = loop {
            let attempt = {
                // Never closed. Given back for the pauses: a server that is down keeps nobody else's from being told.
                let Ok(_place) = places.acquire().await else { return NoticeKind::Dropped };
                self.attempt(fetch, headers).await
            };
            match attempt {
                Attempt::Told => return NoticeKind::Delivered,
                Attempt::Never(reason) => break reason,
                Attempt::Again(reason) => match pauses.next() {
                    // Told to hurry, it tries once more.
                    Some(pause) if !last => last = timeout(*pause, stopping.wait_for(|stop| *stop)).await.is_ok(),
                    _ => break reason,
                },
            }
        };
        tracing::warn!(realm = %self.realm.name, client = %self.client.client_id, reason, "a client could not be told of a log-out");
        NoticeKind::Failed
    }

    async fn attempt(&self, fetch: &dyn Fetch, headers: &Headers) -> Attempt {
        // A token for each attempt: the one before may have expired on the way.
        let token = match self.token(headers).await {
            Ok(token) => token,
            Err(error) => return Attempt::Never(format!("no log-out token: {error}")),
        };
        let form = form_urlencoded::Serializer::new(String::new()).append_pair("logout_token", &token).finish();
        match fetch.post(&self.url, form).await {
            // §2.8: 200; some answer 204. A 400 says that the client will not take it, however often it is sent.
            Ok(status) if status.is_success() => Attempt::Told,
            Ok(StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS) => Attempt::Again("it is busy".to_owned()),
            Ok(status) if status.is_client_error() => Attempt::Never(format!("it answers {}", status.as_u16())),
            Ok(status) => Attempt::Again(format!("it answers {}", status.as_u16())),
            Err(error @ FetchError::Refused) => Attempt::Never(error.to_string()),
            Err(error @ FetchError::Failed) => Attempt::Again(error.to_string()),
        }
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

//! A realm with registries and people, and a caller.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{HeaderMap, Method, Request, StatusCode, header};
use identity::testing::TestStore;
use identity::{Event, EventQuery, NewUser, Realm};
use protocol::web::Connection;
use protocol::{Plugins, Portreeve, WebSettings};
use protocol_docker::DockerV2;
use serde_json::{Value, json};
use tower::ServiceExt as _;

pub(crate) const PASSWORD: &str = "correct: horse";
pub(crate) const AUTH: &str = "/realms/harbour/protocol/docker-v2/auth";

pub(crate) struct House {
    pub(crate) store: TestStore,
    pub(crate) portreeve: Portreeve,
    pub(crate) router: Router,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|_| panic!("no JSON: {}", String::from_utf8_lossy(&self.bytes)))
    }

    /// Claims of the token in the answer.
    pub(crate) fn claims(&self) -> Value {
        part(&self.json(), 1)
    }

    pub(crate) fn jose_header(&self) -> Value {
        part(&self.json(), 0)
    }

    pub(crate) fn message(&self) -> String {
        self.json()["errors"][0]["message"].as_str().unwrap().to_owned()
    }
}

fn part(answer: &Value, index: usize) -> Value {
    let token = answer["token"].as_str().unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(index).unwrap()).unwrap()).unwrap()
}

impl House {
    /// Realm `harbour` with a registry `registry` (ES256, identity tokens), one `other`, an OIDC client `web`, and alice.
    pub(crate) async fn build() -> Self {
        let store = TestStore::sqlite().await;
        let realm = store.add_realm("harbour", json!({ "eventsEnabled": true })).await;
        let mut tx = store.identity.begin().await.unwrap();
        for client_id in ["registry", "other"] {
            tx.add_client(
                &realm.id,
                json!({
                    "clientId": client_id,
                    "protocol": "docker-v2",
                    "attributes": { "docker.signature.algorithm": "ES256", "docker.identity.tokens": "true" },
                    "webOrigins": ["https://ui.example"],
                    "protocolMappers": [{
                        "name": "all", "protocol": "docker-v2", "protocolMapper": "docker-v2-allow-all-mapper", "config": {},
                    }],
                }),
            )
            .await
            .unwrap();
        }
        tx.add_client(&realm.id, json!({ "clientId": "web", "protocol": "openid-connect" })).await.unwrap();
        tx.commit().await.unwrap();
        store.add_user(&realm.id, NewUser::named("alice"), PASSWORD).await;
        let plugins = Arc::new(Plugins::new(vec![Box::new(DockerV2::default())]).unwrap());
        let portreeve = Portreeve::new(store.identity.clone(), plugins, WebSettings::new("https://id.example/"));
        Self::with(store, portreeve)
    }

    fn with(store: TestStore, portreeve: Portreeve) -> Self {
        let router = portreeve
            .plugins
            .api()
            .layer(axum::middleware::from_fn_with_state(portreeve.clone(), protocol::web::layer))
            .with_state(portreeve.clone());
        Self { store, portreeve, router }
    }

    /// The same house after its store was opened anew.
    pub(crate) fn build_on(old: Self) -> Self {
        Self::with(old.store, old.portreeve)
    }

    pub(crate) fn behind_proxies(self, networks: &[&str]) -> Self {
        let mut web = WebSettings::new("https://id.example");
        web.trusted_proxies = networks.iter().map(|network| network.parse().unwrap()).collect();
        let mut portreeve = self.portreeve;
        portreeve.web = Arc::new(web);
        Self::with(self.store, portreeve)
    }

    pub(crate) async fn realm(&self) -> Arc<Realm> {
        self.store.realm("harbour").await
    }

    pub(crate) async fn change_client(&self, client_id: &str, patch: Value) {
        let realm = self.realm().await;
        let mut tx = self.store.identity.begin().await.unwrap();
        tx.change_client(&realm.client(client_id).unwrap().id, patch).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Replaces a client's mappers by these access rules.
    pub(crate) async fn rules(&self, client_id: &str, rules: &[&[(&str, &str)]]) {
        let realm = self.realm().await;
        let client = realm.client(client_id).unwrap();
        let mut tx = self.store.identity.begin().await.unwrap();
        for old in &client.mappers {
            tx.remove_mapper(&old.id).await.unwrap();
        }
        for (index, rule) in rules.iter().enumerate() {
            let seed = identity::MapperSeed {
                name: format!("rule {index}"),
                mapper: "docker-v2-access-rule".into(),
                protocol: "docker-v2".into(),
                config: rule.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<BTreeMap<_, _>>(),
            };
            tx.add_mapper(&identity::MapperOwner::Client(client.id.clone()), seed).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    pub(crate) async fn send(&self, mut request: Request<Body>) -> Answer {
        if request.extensions().get::<Connection>().is_none() {
            request.extensions_mut().insert(Connection { address: [127, 0, 0, 1].into(), secure: false });
        }
        // Events of one moment have no order.
        self.store.clock.advance(1);
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        assert!(!parts.headers.contains_key(header::SET_COOKIE), "no cookie is ever set here");
        assert!(!parts.status.is_redirection(), "never a redirect");
        let bytes = axum::body::to_bytes(body, 1 << 22).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    pub(crate) async fn get(&self, query: &str, basic: Option<(&str, &str)>) -> Answer {
        self.send(get(&format!("{AUTH}?{query}"), basic)).await
    }

    pub(crate) async fn post(&self, form: &str) -> Answer {
        self.send(post(AUTH, form)).await
    }

    /// Newest first.
    pub(crate) async fn events(&self) -> Vec<Event> {
        self.store.identity.flush_events().await;
        self.store.identity.events(&*self.realm().await, EventQuery::default()).await.unwrap()
    }

    /// Kind, error and details of the newest event.
    pub(crate) async fn last_event(&self) -> (String, Option<String>, BTreeMap<String, String>) {
        let event = self.events().await.into_iter().next().expect("an event was recorded");
        let details = event.details.into_iter().map(|(name, value)| (name.to_string(), value)).collect();
        (event.kind.into_owned(), event.error.map(std::borrow::Cow::into_owned), details)
    }
}

pub(crate) fn get(uri: &str, basic: Option<(&str, &str)>) -> Request<Body> {
    let mut request = Request::builder().method(Method::GET).uri(uri).header(header::USER_AGENT, "docker/28");
    if let Some((name, password)) = basic {
        request =
            request.header(header::AUTHORIZATION, format!("Basic {}", STANDARD.encode(format!("{name}:{password}"))));
    }
    request.body(Body::empty()).unwrap()
}

pub(crate) fn post(uri: &str, form: &str) -> Request<Body> {
    Request::builder()
        .method(Method::POST)
        .uri(uri)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded; charset=utf-8")
        .body(Body::from(form.to_owned()))
        .unwrap()
}

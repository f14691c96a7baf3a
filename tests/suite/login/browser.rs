//! A browser with a cookie jar, and the house it visits.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use identity::testing::TestStore;
use identity::{EventQuery, NewUser, Realm, UserId};
use protocol::web::Connection;
use protocol::{Plugins, Portreeve, WebSettings};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::knock::{ID, Knock};

pub const PASSWORD: &str = "correct horse battery";

/// A realm `port` with clients `app` and `other` of the protocol [`ID`], and alice.
pub struct House {
    pub store: TestStore,
    pub router: Router,
    pub portreeve: Portreeve,
    pub alice: UserId,
}

/// What a browser sees.
#[derive(Debug, Clone)]
pub struct Seen {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

#[derive(Default, Clone)]
pub struct Browser {
    pub cookies: BTreeMap<String, String>,
}

impl House {
    pub async fn build() -> Self {
        Self::with(json!({})).await
    }

    /// With these members of the realm's document.
    pub async fn with(document: Value) -> Self {
        let store = TestStore::chosen().await;
        let mut all = json!({ "eventsEnabled": true });
        all.as_object_mut().unwrap().extend(document.as_object().unwrap().clone());
        let realm = store.add_realm("port", all).await;
        let mut tx = store.identity.begin().await.unwrap();
        for (client_id, consent) in [("app", false), ("other", false), ("asks", true)] {
            let client = json!({ "clientId": client_id, "protocol": ID, "consentRequired": consent });
            tx.add_client(&realm.id, client).await.unwrap();
        }
        tx.commit().await.unwrap();
        let alice = NewUser {
            email: Some("alice@port.example".to_owned()),
            first_name: Some("Alice".to_owned()),
            last_name: Some("Adams".to_owned()),
            ..NewUser::named("alice")
        };
        let alice = store.add_user(&realm.id, alice, PASSWORD).await;
        let (portreeve, router) = router(&store);
        Self { store, router, portreeve, alice }
    }

    pub async fn realm(&self) -> Arc<Realm> {
        self.store.realm("port").await
    }

    /// Changes the realm's document.
    pub async fn change_user(&self, change: identity::UserChange) {
        let mut tx = self.store.identity.begin().await.unwrap();
        tx.change_user(&self.alice, change).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn restart(&mut self) {
        self.store.restart().await;
        (self.portreeve, self.router) = router(&self.store);
    }

    /// Kinds and errors of the events so far, the oldest first.
    pub async fn events(&self) -> Vec<(String, Option<String>)> {
        self.store.identity.flush_events().await;
        let realm = self.realm().await;
        let mut events = self.store.identity.events(&realm, EventQuery::default()).await.unwrap();
        events.sort_by_key(|event| event.time);
        let mut all: Vec<_> = events
            .into_iter()
            .map(|event| (event.kind.to_string(), event.error.map(|error| error.to_string())))
            .collect();
        all.reverse();
        all
    }

    pub async fn has_event(&self, kind: &str, error: Option<&str>) -> bool {
        self.events().await.iter().any(|(own, own_error)| own == kind && own_error.as_deref() == error)
    }

    /// A browser at the first page.
    pub async fn knock(&self) -> (Browser, Seen) {
        let mut browser = Browser::default();
        let seen = browser.get(self, "/realms/port/protocol/knock/auth?client_id=app").await;
        (browser, seen)
    }

    /// A browser that is logged in as alice.
    pub async fn logged_in(&self) -> Browser {
        let (mut browser, page) = self.knock().await;
        let seen = browser.log_in(self, &page, "alice", PASSWORD).await;
        assert_eq!(seen.user(), Some("alice"), "{}", seen.body);
        browser
    }
}

fn router(store: &TestStore) -> (Portreeve, Router) {
    let plugins = Plugins::new(vec![Box::new(Knock)]).unwrap();
    let web = WebSettings::new("http://localhost:8080");
    let portreeve = Portreeve::new(store.identity.clone(), Arc::new(plugins), web);
    let router = portreeve::app(&portreeve).expect("the built-in pages are whole");
    (portreeve, router)
}

impl Browser {
    pub async fn get(&mut self, house: &House, path: &str) -> Seen {
        self.send(house, Request::get(local(path)), Body::empty()).await
    }

    pub async fn post(&mut self, house: &House, path: &str, fields: &[(&str, &str)]) -> Seen {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(local(path)).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(house, request, Body::from(form)).await
    }

    /// Posts the form of a page.
    pub async fn submit(&mut self, house: &House, page: &Seen, fields: &[(&str, &str)]) -> Seen {
        self.post(house, &page.action(), fields).await
    }

    /// Posts the form, and follows while it stays on our side.
    pub async fn log_in(&mut self, house: &House, page: &Seen, name: &str, password: &str) -> Seen {
        let seen = self.submit(house, page, &[("username", name), ("password", password)]).await;
        self.follow(house, seen).await
    }

    pub async fn follow(&mut self, house: &House, mut seen: Seen) -> Seen {
        for _ in 0..5 {
            match seen.location() {
                Some(to) if to.starts_with("http://localhost:8080/") => seen = self.get(house, &to).await,
                _ => break,
            }
        }
        seen
    }

    async fn send(&mut self, house: &House, mut request: axum::http::request::Builder, body: Body) -> Seen {
        if !self.cookies.is_empty() {
            let line: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, line.join("; "));
        }
        let request =
            request.extension(Connection { address: [127, 0, 0, 1].into(), secure: false }).body(body).unwrap();
        let answer = house.router.clone().oneshot(request).await.unwrap();
        let (head, body) = answer.into_parts();
        for line in head.headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() || line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let body = body.collect().await.unwrap().to_bytes();
        Seen { status: head.status, headers: head.headers, body: String::from_utf8_lossy(&body).into_owned() }
    }
}

fn local(path: &str) -> String {
    path.strip_prefix("http://localhost:8080").unwrap_or(path).to_owned()
}

impl Seen {
    /// Where the page's form is sent.
    #[track_caller]
    pub fn action(&self) -> String {
        self.attribute_after("<form", "action=\"").unwrap_or_else(|| panic!("no form: {} {}", self.status, self.body))
    }

    /// A link of the page that leads to this place.
    #[track_caller]
    pub fn link(&self, place: &str) -> String {
        let links = self.body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        links
            .map(unescaped)
            .find(|link| link.contains(place))
            .unwrap_or_else(|| panic!("no link to {place}: {}", self.body))
    }

    fn attribute_after(&self, tag: &str, attribute: &str) -> Option<String> {
        let rest = &self.body[self.body.find(tag)?..];
        let value = &rest[rest.find(attribute)? + attribute.len()..];
        Some(unescaped(value.split('"').next()?))
    }

    pub fn location(&self) -> Option<String> {
        self.headers.get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned())
    }

    /// A parameter that the application gets.
    pub fn given(&self, name: &str) -> Option<String> {
        let to = self.location()?;
        let query = to.strip_prefix("https://app.example/cb?")?;
        let value = form_urlencoded::parse(query.as_bytes()).find(|(own, _)| own == name)?.1;
        Some(value.into_owned())
    }

    /// Who the application got.
    pub fn user(&self) -> Option<&'static str> {
        self.given("user").map(|name| &*name.leak())
    }

    pub fn has(&self, text: &str) -> bool {
        self.body.contains(text)
    }
}

fn unescaped(text: &str) -> String {
    text.replace("&amp;", "&").replace("&#38;", "&").replace("&#x26;", "&")
}

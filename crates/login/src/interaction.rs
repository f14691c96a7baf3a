//! What protocols ask of the pages.

use std::sync::Arc;

use axum::response::Response;
use flow::{Engine, FlowCache};
use http::HeaderMap;
use identity::{BlackLists, Error, LiveSession, Realm};
use protocol::{Begin, BoxFuture, ErrorPage, Interaction, Issuer, Page, PageFrame, Pages, Portreeve};
use serde_json::Value;
use theme::Text;

use crate::cookie::Cookies;
use crate::dispatcher::{Given, Progress, proceed};
use crate::frame::FrameFacts;
use crate::page::part::Link;
use crate::tab::Tab;
use crate::visit::Visit;
use crate::{Login, page, session};

impl Login {
    pub(crate) fn engine(&self) -> &Engine {
        &self.0.engine
    }

    pub(crate) fn flows(&self) -> &FlowCache {
        &self.0.flows
    }

    pub(crate) fn black_lists(&self) -> &dyn BlackLists {
        &*self.0.settings.black_lists
    }

    pub(crate) fn mailer(&self) -> &mail::Mailer {
        &self.0.settings.mailer
    }
}

impl Interaction for Login {
    fn begin(&self, begin: Begin) -> BoxFuture<'_, Response> {
        Box::pin(async move {
            let Begin { portreeve, realm, client, facts, mut outcome, browser, demands, payload, way_back } = begin;
            outcome.about_client(&client.client_id);
            let live = session::current(&portreeve, &realm, &browser.headers).await;
            let tab = Tab { way_back, ..Tab::new(&portreeve.identity, &client, demands, payload) };
            let mut visit =
                Visit { login: self.clone(), portreeve, realm, facts, outcome, browser, client, session: None };
            match live {
                Ok(live) => visit.session = live,
                Err(error) => return visit.fail(error),
            }
            proceed(visit, Progress { tab, stored: None }, Given::Nothing).await
        })
    }

    fn current_session<'a>(
        &'a self,
        portreeve: &'a Portreeve,
        realm: &'a Arc<Realm>,
        headers: &'a HeaderMap,
    ) -> BoxFuture<'a, Result<Option<LiveSession>, Error>> {
        Box::pin(session::current(portreeve, realm, headers))
    }

    fn end_session<'a>(
        &'a self,
        portreeve: &'a Portreeve,
        realm: &'a Arc<Realm>,
        session: &'a LiveSession,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(session::end(portreeve, realm, session))
    }

    fn forget_cookies(&self, portreeve: &Portreeve, realm: &Realm, answer: &mut HeaderMap) {
        Cookies::of(portreeve, realm).forget_session(answer);
    }
}

impl Pages for Login {
    fn error(&self, portreeve: &Portreeve, headers: &HeaderMap, error: &ErrorPage<'_>) -> Response {
        let facts = FrameFacts { client: error.client.map(|client| &**client), ..FrameFacts::default() };
        let frame = match error.realm {
            Some(realm) => self.frame(portreeve, realm, headers, facts),
            None => self.themes().frame(&theme::FrameRequest::default()),
        };
        let message = Text::Message {
            key: error.message.to_owned().into(),
            arguments: error.arguments.iter().map(|text| (*text).to_owned()).collect(),
        };
        let back = error.client.and_then(|client| way_to(portreeve, error.realm.map(|realm| &**realm), client));
        page::ErrorPage { status: error.status, message, back, reference: None }.render(&frame)
    }

    fn show(&self, portreeve: &Portreeve, headers: &HeaderMap, frame: &PageFrame<'_>, page: &Page<'_>) -> Response {
        crate::protocol_page::show(self, portreeve, headers, frame, page)
    }
}

/// The application's own page, where its registration names one that may be linked to.
pub(crate) fn way_to(portreeve: &Portreeve, realm: Option<&Realm>, client: &identity::Client) -> Option<Link> {
    let base = client.base_url.as_deref().filter(|url| !url.is_empty())?;
    let href = if base.starts_with('/') {
        let root = client.root_url.as_deref().unwrap_or_default();
        let own = realm.map(|realm| Issuer::of(portreeve, realm));
        let own = own.as_ref().and_then(|issuer| issuer.as_str().split_once("/realms/")).map_or("", |(base, _)| base);
        let root = root.replace("${authBaseUrl}", own).replace("${authAdminUrl}", own);
        format!("{}{base}", if root.is_empty() { own } else { root.trim_end_matches('/') })
    } else {
        base.to_owned()
    };
    // A61: an address of a registration may be anything; only a page is linked to.
    let is_page = href.starts_with("https://") || href.starts_with("http://");
    is_page.then(|| Link { href, text: Text::of("backToApplication") })
}

/// The level that the wanted classes of authentication mean: by the client's map, the realm's, or a number. The first that
/// means one counts, as in Keycloak.
pub(crate) fn requested_level(visit: &Visit, wanted: &[String]) -> Option<i64> {
    let map = |text: Option<&str>| text.and_then(|text| serde_json::from_str::<Value>(text).ok());
    let own =
        map(visit.client.attribute("acr.loa.map")).filter(|own| own.as_object().is_some_and(|map| !map.is_empty()));
    let map = own.or_else(|| map(visit.realm.settings.attribute("acr.loa.map")));
    wanted.iter().find_map(|name| {
        let mapped = map
            .as_ref()
            .and_then(|map| map.get(name))
            .and_then(|level| level.as_i64().or_else(|| level.as_str()?.parse().ok()));
        mapped.or_else(|| name.parse().ok())
    })
}

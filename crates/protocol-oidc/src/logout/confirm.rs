//! "Do you want to log out?", and what the person answers.

use axum::response::Response;
use http::StatusCode;
use identity::{Error, Identity, InternalKind, LiveSession, Realm};
use protocol::{ClientInRealm, Details, InBrowser, Page};
use serde::{Deserialize, Serialize};

use super::allowed_after;
use super::rp_initiated::{Wish, end, no_cache};
use crate::desk::Desk;
use crate::door::LogoutDoor;
use crate::parameters::Parameters;
use crate::{PROTOCOL, Parts};

/// Seconds that somebody may think about it.
const LIFESPAN: i64 = 1800;

/// The question that was asked, authenticated by the realm and carried by its form. It names the session, so that an answer
/// counts only in the browser that was asked (A53): a form that somebody else fetched ends nothing of this person's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Question {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    typ: Option<String>,
    exp: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    redirect_uri: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    ui_locales: Vec<String>,
}

impl Question {
    pub(super) fn new(desk: &Desk<'_>, wish: &Wish, session: Option<&LiveSession>) -> Self {
        Self {
            typ: None,
            exp: desk.portreeve.identity.clock().now().seconds() + LIFESPAN,
            sid: session.map(|session| session.session().id.to_string()),
            client_id: wish.client.as_ref().map(|client| client.client_id.to_string()),
            redirect_uri: wish.redirect.as_ref().map(|uri| uri.as_str().to_owned()),
            state: wish.state.clone(),
            ui_locales: wish.ui_locales.clone(),
        }
    }

    pub(super) fn write(&self, identity: &Identity, realm: &Realm) -> Result<String, Error> {
        identity.sign_internal(realm, InternalKind::LogoutConfirm, self)
    }

    fn read(identity: &Identity, realm: &Realm, text: &str) -> Option<Self> {
        let question: Self = identity.read_internal(realm, text).ok()?;
        let is_one = question.typ.as_deref() == Some(InternalKind::LogoutConfirm.typ());
        (is_one && question.exp > identity.clock().now().seconds()).then_some(question)
    }
}

/// GET: nobody asked.
pub(crate) async fn get(request: InBrowser<LogoutDoor>, parts: &Parts) -> Response {
    answer(request, parts, None).await
}

/// POST: the answer.
pub(crate) async fn post(request: InBrowser<LogoutDoor>, parts: &Parts, form: &[u8]) -> Response {
    let code = Parameters::read(form).ok().and_then(|form| form.given("session_code").map(str::to_owned));
    answer(request, parts, code.as_deref()).await
}

async fn answer(request: InBrowser<LogoutDoor>, parts: &Parts, code: Option<&str>) -> Response {
    let InBrowser { mut door, browser } = request;
    let question = code.and_then(|code| Question::read(&door.portreeve.identity, &door.realm, code));
    let client = question
        .as_ref()
        .and_then(|question| question.client_id.as_deref())
        .and_then(|name| ClientInRealm::find(&door.realm, name, PROTOCOL).ok())
        .map(|client| client.client().clone());
    let desk = Desk::at(&door.portreeve, &door.realm, &browser, client.as_ref(), parts);
    if let Some(client) = &client {
        door.outcome.about_client(&client.client_id);
    }
    let current = match browser.interaction.current_session(&door.portreeve, &door.realm, &browser.headers).await {
        Ok(current) => current,
        Err(error) => return crate::desk::Trouble::Store(error).end(&desk, door.outcome, Details::new()),
    };
    let current = current.map(|session| session.session().id);
    let asked_here =
        question.filter(|question| question.sid.as_deref() == current.as_ref().map(identity::SessionId::as_str));
    let (Some(question), Some(session)) = (asked_here, current) else {
        // Recorded: 400, with the words that whoever wanted to log out wants to read.
        let error = if code.is_some() { "session_expired" } else { "cookie_not_found" };
        door.outcome.refused(error, Details::new());
        let mut response = desk.show(&[], &Page::LoggedOut { status: StatusCode::BAD_REQUEST, back: None });
        no_cache(&mut response);
        return response;
    };
    // What was registered may have changed meanwhile.
    let redirect = match (&client, &question.redirect_uri) {
        (Some(client), Some(uri)) => allowed_after(desk.portreeve, desk.realm, client, uri),
        _ => None,
    };
    let mut details = Details::new();
    details.extend(redirect.as_ref().map(|uri| ("redirect_uri".into(), protocol::short(uri.as_str()))));
    let wish = Wish { client: client.clone(), redirect, state: question.state, ui_locales: question.ui_locales };
    end(&desk, &browser, door.outcome, details, &wish, session).await
}

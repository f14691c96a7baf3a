//! RP-Initiated Logout 1.0: an application sends somebody here to be logged out.

use std::sync::Arc;

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use identity::{Client, Error, LiveSession, SessionId};
use protocol::{Browser, ClientInRealm, Details, InBrowser, Outcome, Page, short};

use super::confirm::Question;
use super::{SYSTEM_CLIENT, allowed_after, frontchannel, with_refresh_token, with_state};
use crate::desk::{self, Desk, PageError, Trouble};
use crate::door::LogoutDoor;
use crate::hint::{self, Hint};
use crate::parameters::Parameters;
use crate::redirect_uri::AllowedUri;
use crate::{PROTOCOL, Parts, event};

/// GET: the parameters are in the query.
pub(crate) async fn get(request: InBrowser<LogoutDoor>, parts: &Parts, query: &[u8]) -> Response {
    serve(request, parts, query).await
}

/// POST: they are in the body, where a refresh token means the older way.
pub(crate) async fn post(request: InBrowser<LogoutDoor>, parts: &Parts, form: &[u8]) -> Response {
    match Parameters::read(form) {
        Ok(parameters) if parameters.given("refresh_token").is_some() => {
            with_refresh_token::post(request, parts, &parameters).await
        }
        _ => serve(request, parts, form).await,
    }
}

async fn serve(mut request: InBrowser<LogoutDoor>, parts: &Parts, form: &[u8]) -> Response {
    let mut details = Details::new();
    let mut client = None;
    let decided = decide(&mut request, form, &mut client, &mut details).await;
    let InBrowser { door, browser } = request;
    let desk = Desk::at(&door.portreeve, &door.realm, &browser, client.as_ref(), parts);
    let result = match decided {
        Ok(Decided::End(wish, session)) => {
            return end(&desk, &browser, door.outcome, details, &wish, session).await;
        }
        Ok(Decided::Leave(wish)) => Ok(leave(&desk, &wish)),
        Ok(Decided::Ask(wish, session)) => ask(&desk, &wish, session.as_ref()),
        Err(trouble) => Err(trouble),
    };
    let mut response = match result {
        // Nothing has happened yet: the person was asked, or there was nobody to log out.
        Ok(response) => {
            door.outcome.served();
            response
        }
        Err(trouble) => trouble.end(&desk, door.outcome, details),
    };
    no_cache(&mut response);
    response
}

/// What an application wishes.
pub(super) struct Wish {
    pub(super) client: Option<Arc<Client>>,
    pub(super) redirect: Option<AllowedUri>,
    pub(super) state: Option<String>,
    pub(super) ui_locales: Vec<String>,
}

enum Decided {
    /// End this session.
    End(Wish, SessionId),
    /// There is nobody to log out: go where the application wishes.
    Leave(Wish),
    /// Ask the person.
    Ask(Wish, Option<LiveSession>),
}

async fn decide(
    request: &mut InBrowser<LogoutDoor>,
    form: &[u8],
    found: &mut Option<Arc<Client>>,
    details: &mut Details,
) -> Result<Decided, Trouble> {
    let parameters = Parameters::read(form).map_err(|_| PageError::invalid_request("too many parameters"))?;
    parameters.once_each(&[]).map_err(|_| PageError::invalid_request("duplicated parameter"))?;
    let door = &mut request.door;
    let (hint_text, client_id) = (parameters.given("id_token_hint"), parameters.given("client_id"));
    let wanted = parameters.given("post_logout_redirect_uri");
    if wanted.is_some() && hint_text.is_none() && client_id.is_none() {
        return Err(PageError {
            argument: Some("id_token_hint"),
            reason: Some(
                "Either the parameter 'client_id' or the parameter 'id_token_hint' is required when \
                 'post_logout_redirect_uri' is used."
                    .to_owned(),
            ),
            ..PageError::new("missingParameterMessage", "invalid_request")
        }
        .into());
    }
    let issuer = door.issuer();
    let invalid_hint = || PageError::parameter("id_token_hint", "invalid_token");
    let hint: Option<Hint> = match hint_text {
        Some(text) => Some(hint::read(&door.realm, &issuer, text).ok_or_else(invalid_hint)?),
        None => None,
    };
    // §2: a client_id beside a hint names the client that the hint was given to.
    if let (Some(hint), Some(client_id)) = (&hint, client_id)
        && !hint.is_for(client_id)
    {
        return Err(invalid_hint().into());
    }
    let named = hint.as_ref().map(Hint::client_id).or(client_id);
    let client = named.and_then(|name| ClientInRealm::find(&door.realm, name, PROTOCOL).ok());
    let client = client.map(|client| Arc::clone(client.client()));
    if let Some(client) = &client {
        door.outcome.about_client(&client.client_id);
        *found = Some(Arc::clone(client));
    }
    let redirect = match wanted {
        Some(uri) => {
            details.push(("redirect_uri".into(), short(uri)));
            let allowed = client.as_ref().and_then(|client| allowed_after(&door.portreeve, &door.realm, client, uri));
            // Recorded: a redirect of a client that is not there is refused like one that is not registered.
            Some(allowed.ok_or_else(|| PageError::new("invalidRedirectUriMessage", "invalid_redirect_uri"))?)
        }
        None => None,
    };
    let wish = Wish {
        client,
        redirect,
        state: parameters.get("state").map(str::to_owned),
        ui_locales: parameters
            .given("ui_locales")
            .unwrap_or_default()
            .split_ascii_whitespace()
            .take(16)
            .map(str::to_owned)
            .collect(),
    };
    let interaction = &request.browser.interaction;
    let current = interaction.current_session(&door.portreeve, &door.realm, &request.browser.headers).await?;
    let Some(hint) = hint else {
        return Ok(match (current, wish.redirect.is_some()) {
            // A59: nobody is logged out by an address alone, which an image can load.
            (None, true) => Decided::Leave(wish),
            (current, _) => Decided::Ask(wish, current),
        });
    };
    let hinted: Option<SessionId> = hint.sid.as_deref().and_then(|sid| sid.parse().ok());
    Ok(match (&current, hinted) {
        // The application shows a token of another session than this browser's: the person is asked which one ends.
        (Some(current_session), sid) if Some(current_session.session().id) != sid => Decided::Ask(wish, current),
        (_, Some(sid)) => Decided::End(wish, sid),
        // No session in the browser and none in the token.
        (_, None) => Decided::Leave(wish),
    })
}

/// The question, with everything that the answer will need inside it.
fn ask(desk: &Desk<'_>, wish: &Wish, session: Option<&LiveSession>) -> Result<Response, Trouble> {
    let question = Question::new(desk, wish, session);
    let identity = &desk.portreeve.identity;
    let session_code = question.write(identity, desk.realm)?;
    let client_id = wish.client.as_ref().map_or(SYSTEM_CLIENT, |client| &*client.client_id);
    let tab = crypto::random::token::<8>(identity.random());
    let action = crate::authorize::in_query(
        &desk.issuer().join("protocol/openid-connect/logout/logout-confirm"),
        &[("client_id", client_id), ("tab_id", tab.expose())],
    );
    let next = wish.redirect.as_ref().map(AllowedUri::as_str);
    Ok(desk.show(&wish.ui_locales, &Page::LogoutConfirm { action: &action, session_code: &session_code, next }))
}

/// Ends a session, tells everybody, and goes on.
pub(super) async fn end(
    desk: &Desk<'_>,
    browser: &Browser,
    mut outcome: Outcome,
    details: Details,
    wish: &Wish,
    session: SessionId,
) -> Response {
    outcome.about_session(session.as_str());
    let frames = match close(desk, browser, &mut outcome, session).await {
        Ok(frames) => frames,
        // Nobody may be told that a session ended that may still be there (F04).
        Err(error) => {
            let mut response = Trouble::Store(error).end(desk, outcome, details);
            no_cache(&mut response);
            return response;
        }
    };
    let mut response = match &frames {
        Some(frames) if !frames.is_empty() => {
            let next = wish.redirect.as_ref().map(|uri| with_state(uri, wish.state.as_deref()));
            desk.show(&wish.ui_locales, &Page::FrontchannelLogout { frames, next: next.as_deref() })
        }
        _ => leave(desk, wish),
    };
    browser.interaction.forget_cookies(desk.portreeve, desk.realm, response.headers_mut());
    // A55: whatever this browser had begun was the other person's.
    if let Err(error) = browser.session.flush().await {
        tracing::warn!(%error, "a browser's session could not be dropped after a log-out");
    }
    no_cache(&mut response);
    match frames {
        Some(_) => outcome.succeeded(event::LOGOUT.succeeded, details),
        // A hint of a session that is over already is no fault of anybody.
        None => outcome.served(),
    }
    response
}

/// Closes the session, and tells which frames are to be shown; `None` where there was no session any more.
async fn close(
    desk: &Desk<'_>,
    browser: &Browser,
    outcome: &mut Outcome,
    session: SessionId,
) -> Result<Option<Vec<(Arc<Client>, String)>>, Error> {
    let identity = &desk.portreeve.identity;
    let Some(live) = identity.live_session(desk.realm, &session, false, None).await? else { return Ok(None) };
    outcome.about_user(live.user().id.clone());
    let clients = identity.clients_of_session(desk.realm, &session, false).await?;
    browser.interaction.end_session(desk.portreeve, desk.realm, &live).await?;
    Ok(Some(frontchannel::frames(desk, &session, &clients)))
}

/// Goes where the application wishes, or says that it is done.
fn leave(desk: &Desk<'_>, wish: &Wish) -> Response {
    if let Some(uri) = &wish.redirect {
        return desk::redirect(StatusCode::FOUND, &with_state(uri, wish.state.as_deref()));
    }
    let back = wish.client.as_ref().and_then(|client| client.base_url.as_deref());
    let back = back.filter(|url| url.starts_with("https://") || url.starts_with("http://"));
    desk.show(&wish.ui_locales, &Page::LoggedOut { status: StatusCode::OK, back })
}

/// Recorded: pages of the log-out say `no-cache`.
pub(super) fn no_cache(response: &mut Response) {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store"));
}

//! A link is followed.

use std::sync::Arc;

use axum::extract::{Extension, Request};
use axum::response::Response;
use crypto::secret::Secret;
use http::StatusCode;
use identity::{Client, Error, Ticket, User, UserChange};
use protocol::{ErrorPage, InBrowser, InRealm, Pages as _};
use theme::Text;

use super::{Payload, Purpose};
use crate::dispatcher::{Given, Progress, proceed};
use crate::page::{self, part::Link};
use crate::routes::LoginDoor;
use crate::tab;
use crate::visit::{Visit, no_store};
use crate::{Login, interaction, session};

/// `GET …/login-actions/action-token?key=…`. Programs that look at mails follow links too: where this browser is not the one
/// that the link was asked for in, a person has to press a button first.
pub(crate) async fn follow(
    request: InBrowser<LoginDoor>,
    Extension(login): Extension<Login>,
    http: Request,
) -> Response {
    let InBrowser { door, browser } = request;
    let InRealm { portreeve, realm, facts, outcome, .. } = door;
    let query: Vec<(String, String)> = form_urlencoded::parse(http.uri().query().unwrap_or_default().as_bytes())
        .take(16)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    let value = |name: &str| query.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
    let key = Secret::from(value("key").unwrap_or_default().to_owned());
    let purpose = Purpose::of_secret(key.expose());
    let found = match purpose {
        Some(purpose) => portreeve.identity.find_ticket(&realm, purpose.kind(), &key).await,
        None => Ok(None),
    };
    let read = found.map(|ticket| {
        let ticket = ticket?;
        let payload: Payload = serde_json::from_value((*ticket.payload).clone()).ok()?;
        let client = realm.client_by_id(ticket.client.as_ref()?)?.clone();
        Some((payload, client))
    });
    let (payload, client) = match read {
        Ok(Some(read)) => read,
        Ok(None) => {
            let page = ErrorPage {
                realm: Some(&realm),
                client: None,
                status: StatusCode::BAD_REQUEST,
                message: "expiredActionTokenNoSessionMessage",
                arguments: &[],
            };
            let response = login.error(&portreeve, &browser.headers, &page);
            outcome.refused_as("EXECUTE_ACTION_TOKEN_ERROR", "expired_code", Vec::new());
            return no_store(response);
        }
        Err(error) => {
            let page = ErrorPage {
                realm: Some(&realm),
                client: None,
                status: StatusCode::INTERNAL_SERVER_ERROR,
                message: "unexpectedErrorHandlingRequestMessage",
                arguments: &[],
            };
            let response = login.error(&portreeve, &browser.headers, &page);
            outcome.fault(&error);
            return response;
        }
    };
    let mut visit = Visit { login, portreeve, realm, facts, outcome, browser, client, session: None };
    visit.outcome.about_client(&visit.client.client_id.clone());
    match session::current(&visit.portreeve, &visit.realm, &visit.browser.headers).await {
        Ok(live) => visit.session = live,
        Err(error) => return visit.fail(error),
    }
    let purpose = purpose.unwrap_or(Purpose::VerifyEmail);
    let own = match tab::find(&visit.portreeve.identity, &visit.realm, &visit.browser, &payload.tab.id).await {
        Ok(own) => own,
        Err(error) => return visit.fail(error),
    };
    if own.is_none() && value("confirm").is_none() {
        return ask(visit, &payload, purpose, &key);
    }
    // Once means once: whoever consumes it goes on.
    match visit.portreeve.identity.consume_ticket(&visit.realm, purpose.kind(), &key).await {
        Ok(Some(ticket)) => Box::pin(execute(visit, payload, purpose, ticket, own)).await,
        Ok(None) => visit.refuse(StatusCode::BAD_REQUEST, "expiredActionTokenNoSessionMessage", "expired_code"),
        Err(error) => visit.fail(error),
    }
}

/// Asks whether to go on.
fn ask(visit: Visit, payload: &Payload, purpose: Purpose, key: &Secret) -> Response {
    let frame = visit.frame(&payload.tab, None);
    let message = match purpose {
        Purpose::ResetCredentials => Text::of("passwordResetBody").with(frame.realm()),
        Purpose::ExecuteActions => Text::of("executeActionsBody").with(frame.realm()),
        _ => Text::of("confirmEmailAddressVerification").with(payload.email.clone()),
    };
    let href = format!("{}&confirm=true", super::address(&visit, key));
    let page = page::Info {
        status: StatusCode::OK,
        heading: None,
        message,
        actions: payload.actions.iter().map(|action| Text::of(format!("requiredAction.{action}"))).collect(),
        link: Some(Link { href, text: Text::of("proceedWithAction") }),
    };
    let answer = page.render(&frame);
    visit.outcome.served();
    no_store(answer)
}

type Own = Option<(tab::Tab, tab::Stored)>;

async fn execute(mut visit: Visit, payload: Payload, purpose: Purpose, ticket: Ticket, own: Own) -> Response {
    let identity = visit.portreeve.identity.clone();
    let user = match &ticket.user {
        Some(id) => identity.find_user(&visit.realm, id).await,
        None => Ok(None),
    };
    let user = match user {
        Ok(Some(user)) if user.enabled && user.email == payload.account_email => user,
        // A58: after a change of the address the link speaks for nobody.
        Ok(_) => return visit.refuse(StatusCode::BAD_REQUEST, "staleEmailVerificationLink", "invalid_user"),
        Err(error) => return visit.fail(error),
    };
    visit.outcome.about_user(user.id.clone());
    match purpose {
        Purpose::ResetCredentials => {
            let evidence = match identity.evidence_of_link(&visit.realm, &ticket) {
                Ok(evidence) => evidence,
                Err(error) => return visit.fail(error),
            };
            let progress = match own {
                // The tab that asked for it may have gone on to something else meanwhile; then it is let be.
                Some((tab, stored)) if tab.entry == payload.tab.entry && !tab.flow_done => {
                    Progress { tab, stored: Some(stored) }
                }
                _ => Progress { tab: in_this_browser(&identity, payload.tab), stored: None },
            };
            visit.outcome.also("RESET_PASSWORD", None, visit.details(&progress.tab));
            proceed(visit, progress, Given::Link(Box::new(evidence))).await
        }
        Purpose::ExecuteActions => begin_actions(visit, payload, &ticket, &user).await,
        Purpose::VerifyEmail => match verified(&visit, &user, None).await {
            Ok(()) => {
                visit.outcome.also("VERIFY_EMAIL", None, visit.details(&payload.tab));
                go_on(visit, own, "emailVerifiedMessage", Vec::new()).await
            }
            Err(error) => visit.fail(error),
        },
        Purpose::UpdateEmail => match verified(&visit, &user, Some(&payload.email)).await {
            Ok(()) => {
                visit.outcome.also("UPDATE_EMAIL", None, visit.details(&payload.tab));
                let mut own = own;
                if let Some((tab, _)) = &mut own {
                    tab.actions.done.insert("UPDATE_EMAIL".to_owned());
                }
                go_on(visit, own, "emailUpdated", vec![payload.email]).await
            }
            Err(Error::Conflict(_)) => visit.refuse(StatusCode::BAD_REQUEST, "emailExistsMessage", "email_in_use"),
            Err(error) => visit.fail(error),
        },
    }
}

/// The link proves who follows it, and that the address is theirs; what is asked for comes next.
async fn begin_actions(visit: Visit, payload: Payload, ticket: &Ticket, user: &Arc<User>) -> Response {
    let identity = visit.portreeve.identity.clone();
    let evidence = identity
        .evidence_of_link(&visit.realm, ticket)
        .and_then(|evidence| identity.keep_evidence(&visit.realm, &evidence));
    let evidence = match evidence {
        Ok(evidence) => evidence,
        Err(error) => return visit.fail(error),
    };
    if let Err(error) = verified(&visit, user, None).await {
        return visit.fail(error);
    }
    let mut tab = in_this_browser(&identity, payload.tab);
    tab.flow.is_proven(user.id.clone(), evidence);
    tab.flow_done = true;
    tab.flow.required_actions.extend(payload.actions);
    tab.actions.done.insert("VERIFY_EMAIL".to_owned());
    visit.outcome.also("EXECUTE_ACTIONS", None, visit.details(&tab));
    proceed(visit, Progress { tab, stored: None }, Given::Nothing).await
}

/// What a letter led to is done: nobody asked for a session, and none is opened.
pub(crate) async fn done(visit: Visit, progress: Progress) -> Response {
    if let Some(stored) = &progress.stored {
        match tab::finish(&visit.portreeve.identity, &visit.realm, stored).await {
            Ok(true) => {}
            Ok(false) => return crate::show::already_logged_in(visit),
            Err(error) => return visit.fail(error),
        }
    }
    let own = progress.tab.alone.and_then(|alone| alone.redirect_uri);
    let own = own.map(|href| Link { href, text: Text::of("backToApplication") });
    let link = own.or_else(|| interaction::way_to(&visit.portreeve, Some(&visit.realm), &visit.client));
    say(visit, Text::of("accountUpdatedMessage"), link)
}

/// A log-in that goes on in another browser than it began in is another one.
fn in_this_browser(identity: &identity::Identity, mut tab: tab::Tab) -> tab::Tab {
    tab.renew_id(identity);
    tab
}

/// The address is the person's: the one they have, or the new one that the link proved.
async fn verified(visit: &Visit, user: &Arc<User>, new: Option<&str>) -> Result<(), Error> {
    let action = if new.is_some() { "UPDATE_EMAIL" } else { "VERIFY_EMAIL" };
    let mut tx = visit.portreeve.identity.begin().await?;
    let left = user.required_actions.iter().filter(|own| *own != action).cloned().collect();
    let change = UserChange {
        email: new.map(|email| Some(email.to_owned())),
        required_actions: Some(left),
        ..UserChange::default()
    };
    tx.change_user(&user.id, change).await?;
    tx.set_email_verified(&user.id, true).await?;
    tx.commit().await
}

/// Goes on with the log-in of this browser, or says that it is done.
async fn go_on(visit: Visit, own: Own, message: &'static str, arguments: Vec<String>) -> Response {
    if let Some((tab, stored)) = own {
        return proceed(visit, Progress { tab, stored: Some(stored) }, Given::Nothing).await;
    }
    let message = arguments.into_iter().fold(Text::of(message), Text::with);
    let link = interaction::way_to(&visit.portreeve, Some(&visit.realm), &visit.client);
    say(visit, message, link)
}

/// A page with one message.
fn say(visit: Visit, message: Text, link: Option<Link>) -> Response {
    let client: &Client = &visit.client;
    let facts = crate::frame::FrameFacts { client: Some(client), ..Default::default() };
    let frame = visit.login.frame(&visit.portreeve, &visit.realm, &visit.browser.headers, facts);
    let page = page::Info { status: StatusCode::OK, heading: None, message, actions: Vec::new(), link };
    let answer = page.render(&frame);
    visit.outcome.served();
    no_store(answer)
}

//! A person's own account goes, where the realm lets people do that (`kc_action=delete_account`).

use axum::response::Response;
use flow::Fields;
use http::StatusCode;
use identity::Error;
use protocol::BoxFuture;
use theme::{Frame, Text};

use super::{End, RequiredAction, Sheet, Turn};
use crate::cookie::Cookies;
use crate::{page, session};

pub(super) struct DeleteAccount;

/// Who may: the role of Keycloak's client for people's own pages.
const CLIENT: &str = "account";
const ROLE: &str = "delete-account";

fn may(turn: &Turn<'_>) -> bool {
    let realm = &turn.visit.realm;
    let role = realm.client_role_named(CLIENT, ROLE);
    role.is_some_and(|role| realm.effective(turn.user).has_role(role))
}

fn forbidden(frame: &Frame) -> Response {
    let message = Text::of("access-denied");
    page::ErrorPage { status: StatusCode::FORBIDDEN, message, back: None, reference: None }.render(frame)
}

impl RequiredAction for DeleteAccount {
    fn alias(&self) -> &'static str {
        "delete_account"
    }

    fn show<'a>(&'a self, turn: Turn<'a>, sheet: Sheet<'a>) -> BoxFuture<'a, Result<Response, Error>> {
        let Sheet { frame, action, choices, feedback } = sheet;
        let answer =
            if may(&turn) { page::DeleteAccount { action, choices, feedback }.render(frame) } else { forbidden(frame) };
        Box::pin(std::future::ready(Ok(answer)))
    }

    fn answer<'a>(&'a self, turn: Turn<'a>, _fields: &'a Fields) -> BoxFuture<'a, Result<End, Error>> {
        Box::pin(remove(turn))
    }
}

async fn remove(turn: Turn<'_>) -> Result<End, Error> {
    let Turn { visit, tab, user, .. } = &turn;
    let frame = visit.frame(tab, Some(user));
    if !may(&turn) {
        visit.outcome.also("DELETE_ACCOUNT_ERROR", Some("not_allowed"), visit.details(tab));
        return Ok(End::Answer(forbidden(&frame)));
    }
    // Applications are told while there is still somebody to tell of.
    session::end_all(visit, user).await?;
    let mut tx = visit.portreeve.identity.begin().await?;
    tx.remove_user(&user.id).await?;
    tx.commit().await?;
    visit.outcome.also("DELETE_ACCOUNT", None, visit.details(tab));
    let page = page::Info {
        status: StatusCode::OK,
        heading: None,
        message: Text::of("userDeletedSuccessfully"),
        actions: Vec::new(),
        link: None,
    };
    let mut answer = page.render(&frame);
    Cookies::of(&visit.portreeve, &visit.realm).forget_session(answer.headers_mut());
    Ok(End::Answer(answer))
}

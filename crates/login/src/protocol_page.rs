//! Pages that a protocol has shown: its plain data becomes one of ours.

use axum::response::Response;
use http::{HeaderMap, StatusCode};
use identity::Client;
use protocol::{Page, PageFrame, Portreeve};
use theme::Text;

use crate::frame::FrameFacts;
use crate::page::part::{Feedback, Link};
use crate::{Login, page};

/// Shows it.
pub(crate) fn show(
    login: &Login,
    portreeve: &Portreeve,
    headers: &HeaderMap,
    at: &PageFrame<'_>,
    shown: &Page<'_>,
) -> Response {
    let form_target = match *shown {
        Page::LogoutConfirm { next, .. } => next,
        _ => None,
    };
    let facts = FrameFacts {
        client: at.client.map(|client| &**client),
        ui_locales: at.ui_locales,
        form_target,
        ..FrameFacts::default()
    };
    let frame = login.frame(portreeve, at.realm, headers, facts);
    let back = |href: &str| Link { href: href.to_owned(), text: Text::of("backToApplication") };
    match *shown {
        Page::FormPost { action, fields } => page::FormPost {
            action: action.to_owned(),
            fields: fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        }
        .render(&frame),
        Page::LogoutConfirm { action, session_code, .. } => page::LogoutConfirm {
            action: action.to_owned(),
            session_code: session_code.to_owned(),
            client: at.client.map(|client| name_of(client)),
            back: None,
        }
        .render(&frame),
        Page::LoggedOut { status, back: href } => page::LoggedOut { status, back: href.map(back) }.render(&frame),
        Page::FrontchannelLogout { frames, next } => page::FrontchannelLogout {
            frames: frames
                .iter()
                .map(|(client, address)| page::LogoutFrame { name: name_of(client), address: address.clone() })
                .collect(),
            next: next.map(str::to_owned),
        }
        .render(&frame),
        Page::DeviceCode { action, code, fault } => page::DeviceCode {
            action: action.to_owned(),
            code: code.to_owned(),
            feedback: fault
                .map_or_else(Feedback::default, |key| Feedback::field("device_user_code", Text::of(key.to_owned()))),
        }
        .render(&frame),
        Page::Code { code, error } => page::Code {
            result: match (code, error) {
                (Some(code), None) => Ok(code.to_owned()),
                (_, error) => Err(Text::literal(error.unwrap_or_default())),
            },
        }
        .render(&frame),
        Page::Info { heading, message } => page::Info {
            status: StatusCode::OK,
            heading: heading.map(|key| Text::of(key.to_owned())),
            message: Text::of(message.to_owned()),
            actions: Vec::new(),
            link: None,
        }
        .render(&frame),
    }
}

/// A client's name for people.
fn name_of(client: &Client) -> Text {
    let name = client.document.get("name").and_then(serde_json::Value::as_str).filter(|name| !name.is_empty());
    Text::display(name.unwrap_or(&client.client_id))
}

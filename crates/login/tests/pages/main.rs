//! Every page in every language and theme: whether it is sound HTML, reachable by keyboard and screen reader, holds no
//! inline code, and escapes what others wrote.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test ends by panicking, and its message is the report"
)]

mod form;
mod headers;
mod html;
mod mail;
mod samples;
mod sound;
mod theme_folder;

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use axum::response::Response;
use futures_util::FutureExt as _;
use html::Document;
use samples::Words;
use theme::{Frame, FrameRequest, RealmLook, Themes, Wishes};

static THEMES: LazyLock<Arc<Themes>> = LazyLock::new(|| Themes::load(Some(&themes_folder())).unwrap());

fn themes_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/themes")
}

fn frame(theme: &str, locale: &str) -> Frame {
    let locales: Vec<String> = THEMES.locales("login", theme).iter().map(ToString::to_string).collect();
    THEMES.frame(&FrameRequest {
        realm: RealmLook {
            name: "harbour",
            display_name: Some("Harbour & Sons"),
            internationalization: true,
            supported_locales: &locales,
            ..RealmLook::default()
        },
        theme: Some(theme),
        wishes: Wishes { chosen: Some(locale), ..Wishes::default() },
        language_link: Some("/realms/harbour/login-actions/authenticate?client_id=web"),
        ..FrameRequest::default()
    })
}

fn body(response: Response) -> String {
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).now_or_never().unwrap().unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A sample's page, by its name.
fn shown(name: &str, frame: &Frame) -> Document {
    Document::read(&body(answer(name, frame)))
}

fn answer(name: &str, frame: &Frame) -> Response {
    let samples = samples::all(Words { hostile: false });
    let (_, page) = samples.into_iter().find(|(known, _)| *known == name).unwrap();
    page(frame)
}

//! Shows every page on a port of this machine, for whoever writes a theme or a translation:
//! `cargo run -p portreeve-login --example pages -- [THEMES_DIR]`, then `/login?theme=NAME&kc_locale=de`.

#![allow(clippy::print_stdout, clippy::expect_used, reason = "a tool at a terminal: what it says is its purpose")]

#[path = "../tests/pages/samples/mod.rs"]
mod samples;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path as Segment, Query, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use theme::{FrameRequest, RealmLook, Themes, Wishes};

const ADDRESS: &str = "127.0.0.1:8089";

#[tokio::main]
async fn main() {
    let folder = std::env::args().nth(1);
    let themes = match Themes::load(folder.as_deref().map(Path::new)) {
        Ok(themes) => themes,
        Err(faults) => {
            for fault in faults {
                println!("{fault}");
            }
            return;
        }
    };
    let routes = Router::new().route("/", get(index)).route("/{page}", get(page)).with_state(Arc::clone(&themes));
    let listener = tokio::net::TcpListener::bind(ADDRESS).await.expect("the port is free");
    println!("http://{ADDRESS}/");
    axum::serve(listener, routes.merge(themes.routes())).await.expect("the listener stays open");
}

async fn index(State(themes): State<Arc<Themes>>) -> Html<String> {
    let mut html = String::new();
    for theme in themes.names("login") {
        for (name, _) in samples::all(samples::Words { hostile: false }) {
            // Writing to a String cannot fail.
            let _ = writeln!(html, "<p><a href=\"/{name}?theme={theme}\">{theme}: {name}</a></p>");
        }
    }
    Html(html)
}

async fn page(
    State(themes): State<Arc<Themes>>,
    Segment(wanted): Segment<String>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Response {
    let asked = |name: &str| query.get(name).map(String::as_str);
    let locales: Vec<String> =
        themes.locales("login", asked("theme").unwrap_or("base")).iter().map(ToString::to_string).collect();
    let link = format!("/{wanted}?theme={}", asked("theme").unwrap_or("base"));
    let frame = themes.frame(&FrameRequest {
        realm: RealmLook {
            name: "harbour",
            display_name: Some("Harbour Authority"),
            internationalization: true,
            supported_locales: &locales,
            accent: asked("accent"),
            ..RealmLook::default()
        },
        theme: asked("theme"),
        wishes: Wishes { chosen: asked("kc_locale"), ..Wishes::default() },
        language_link: Some(&link),
        ..FrameRequest::default()
    });
    let hostile = asked("hostile").is_some();
    let found = samples::all(samples::Words { hostile }).into_iter().find(|(name, _)| *name == wanted);
    found.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |(_, page)| page(&frame))
}

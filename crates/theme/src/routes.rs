//! Keycloak's address of static files: `/resources/{version}/{kind}/{theme}/{path}`.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::Themes;
use crate::palette::{self, Colour};
use crate::resource::Resource;

/// The address holds a hash of the content: what is under it never changes.
const FOR_GOOD: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Under another version's address (a page from before an update) it may: it is to be asked for again.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");
/// A file that is opened by itself, an SVG above all, runs nothing and loads nothing.
const POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox");

impl Themes {
    /// The route of the static files.
    pub fn routes(self: &Arc<Self>) -> Router {
        Router::new().route("/resources/{version}/{kind}/{theme}/{*path}", get(serve)).with_state(Arc::clone(self))
    }
}

async fn serve(
    State(themes): State<Arc<Themes>>,
    Path((version, kind, theme, path)): Path<(String, String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let found = themes.find(&kind, &theme).and_then(|look| match look.resources.get(path.as_str()) {
        Some(resource) => Some(Resource::clone(resource)),
        None => palette_sheet(&path),
    });
    match found {
        Some(resource) => answer(&resource, version == themes.version(), &headers),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn palette_sheet(path: &str) -> Option<Resource> {
    let colour = Colour::parse(path.strip_prefix("palette/")?.strip_suffix(".css")?)?;
    Resource::new("palette.css", Bytes::from(palette::style_sheet(colour)))
}

fn answer(resource: &Resource, current: bool, request: &HeaderMap) -> Response {
    let known = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).any(|list| {
        let tags = list.split(',').map(|tag| tag.trim().trim_start_matches("W/"));
        let ours = resource.etag.to_str().unwrap_or_default();
        list.trim() == "*" || tags.into_iter().any(|tag| tag == ours)
    });
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Response::new(Body::from(resource.bytes.clone()));
        response.headers_mut().insert(header::CONTENT_TYPE, resource.media_type.clone());
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, resource.etag.clone());
    headers.insert(header::CACHE_CONTROL, if current { FOR_GOOD } else { ASK_AGAIN });
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

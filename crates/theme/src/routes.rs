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

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use futures_util::FutureExt as _;
    use http::Request;
    use tower::ServiceExt as _;

    use super::*;

    fn fetch(themes: &Arc<Themes>, path: &str, tag: Option<&str>) -> (StatusCode, HeaderMap, Bytes) {
        let mut request = Request::get(path);
        if let Some(tag) = tag {
            request = request.header(header::IF_NONE_MATCH, tag);
        }
        let answer = themes.routes().oneshot(request.body(Body::empty()).unwrap());
        let (parts, body) = answer.now_or_never().unwrap().unwrap().into_parts();
        (parts.status, parts.headers, axum::body::to_bytes(body, 1 << 20).now_or_never().unwrap().unwrap())
    }

    #[test]
    fn a_file_is_kept_for_good_under_its_version_and_asked_for_again_under_another() {
        let themes = Themes::load(None).unwrap();
        let path = format!("/resources/{}/login/base/css/login.css", themes.version());
        let (status, headers, body) = fetch(&themes, &path, None);
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers["content-type"], "text/css;charset=utf-8");
        assert_eq!(headers["cache-control"], "public, max-age=31536000, immutable");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert!(body.starts_with(b"/*"));
        let tag = headers["etag"].to_str().unwrap();
        for known in [tag.to_owned(), format!("\"x\", W/{tag}"), "*".to_owned()] {
            let (status, headers, body) = fetch(&themes, &path, Some(&known));
            assert_eq!((status, body.len()), (StatusCode::NOT_MODIFIED, 0), "{known}");
            assert_eq!(headers["etag"], tag);
        }
        let (_, headers, _) = fetch(&themes, "/resources/old/login/base/css/login.css", Some("\"x\""));
        assert_eq!(headers["cache-control"], "no-cache");
    }

    #[test]
    fn a51_nothing_but_a_theme_s_own_files_is_served() {
        let themes = Themes::load(None).unwrap();
        for path in [
            "login/base/css/none.css",
            "login/none/css/login.css",
            "email/base/css/login.css",
            "account/base/css/login.css",
            "login/base/../base/css/login.css",
            "login/base/%2e%2e/css/login.css",
            "login/base/css%2flogin.css/",
            "login/base/palette/fff.css",
            "login/base/palette/12345g.css",
        ] {
            let (status, ..) = fetch(&themes, &format!("/resources/x/{path}"), None);
            assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[test]
    fn a62_an_svg_that_is_opened_runs_nothing() {
        let themes = Themes::load(None).unwrap();
        let (_, headers, _) = fetch(&themes, "/resources/x/login/base/img/logo.svg", None);
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none';") && policy.ends_with("sandbox"), "{policy}");
    }

    #[test]
    fn a_realm_s_colour_is_a_style_sheet() {
        let themes = Themes::load(None).unwrap();
        let (status, headers, body) = fetch(&themes, "/resources/x/login/base/palette/b3261e.css", None);
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers["content-type"], "text/css;charset=utf-8");
        assert!(body.starts_with(b":root{--accent:#b3261e;"), "{body:?}");
    }
}

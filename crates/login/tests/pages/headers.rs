//! Status and headers of pages, and what a page lets a browser load or send to.

use http::StatusCode;
use login::page::part::Link;
use login::page::{Consent, ConsentClient, LoggedOut};
use theme::{FrameRequest, RealmLook, Text};

use crate::{THEMES, answer, body, frame};

fn policy(response: &axum::response::Response) -> String {
    response.headers()["content-security-policy"].to_str().unwrap().to_owned()
}

#[test]
fn a54_every_page_has_its_headers() {
    let frame = frame("base", "de");
    for (name, page) in crate::samples::all(crate::samples::Words { hostile: false }) {
        let response = page(&frame);
        let status = if name == "error" { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        assert_eq!(response.status(), status, "{name}");
        for (header, value) in [
            ("content-type", "text/html;charset=utf-8"),
            ("cache-control", "no-store, must-revalidate, max-age=0"),
            ("x-frame-options", "DENY"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("content-language", "de"),
        ] {
            assert_eq!(response.headers()[header], value, "{name}: {header}");
        }
        let policy = policy(&response);
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{name}: {policy}");
        assert!(!policy.contains("unsafe"), "{name}: {policy}");
    }
}

#[test]
fn a_form_goes_only_where_it_belongs() {
    let plain = frame("base", "en");
    assert!(policy(&answer("login", &plain)).contains("form-action 'self';"));
    assert!(policy(&answer("form-post", &plain)).contains("form-action 'self' https://app.example;"));
    let target = FrameRequest { form_target: Some("https://app.example:8443/cb?x=1"), ..FrameRequest::default() };
    let asked = THEMES.frame(&target);
    assert!(policy(&answer("login", &asked)).contains("form-action 'self' https://app.example:8443;"));
}

#[test]
fn frames_are_for_those_who_are_logged_out_of() {
    let plain = frame("base", "en");
    let logout = policy(&answer("frontchannel-logout", &plain));
    assert!(logout.contains("frame-src https://one.example https://two.example;"), "{logout}");
    assert!(policy(&answer("login", &plain)).contains("frame-src 'none';"));
}

#[test]
fn a61_an_application_s_addresses_are_shown_only_if_they_are_https() {
    let show = |address: &str| {
        let address = Some(address.to_owned());
        let client = ConsentClient { name: "x".into(), logo: address.clone(), policy: address.clone(), terms: address };
        let consent = Consent { action: "/".into(), code: "c".into(), client, username: None, grants: Vec::new() };
        let response = consent.render(&frame("base", "en"));
        (policy(&response), body(response))
    };
    let (policy, html) = show("https://pilot.example/x");
    assert!(policy.contains("img-src 'self' data: https://pilot.example;"), "{policy}");
    assert_eq!(html.matches("https://pilot.example/x").count(), 3);
    for bad in [
        "javascript:alert(1)",
        "data:text/html,x",
        "http://pilot.example/x",
        "//pilot.example/x",
        " https://x",
        "https:/é",
    ] {
        let (policy, html) = show(bad);
        assert!(!html.contains(bad) && policy.contains("img-src 'self' data:;"), "{bad}");
    }
}

#[test]
fn a_page_answers_with_the_status_that_it_was_given() {
    let back = Some(Link { href: "/x".into(), text: Text::of("backToApplication") });
    let page = LoggedOut { status: StatusCode::BAD_REQUEST, back };
    assert_eq!(page.render(&frame("base", "en")).status(), StatusCode::BAD_REQUEST);
}

#[test]
fn a_realm_has_its_logo_and_its_colour() {
    let realm = RealmLook {
        name: "harbour",
        logo: Some("https://cdn.example/logo.png"),
        accent: Some("#B3261E"),
        ..RealmLook::default()
    };
    let frame = THEMES.frame(&FrameRequest { realm, root: "/id", ..FrameRequest::default() });
    let response = answer("login", &frame);
    assert!(policy(&response).contains("img-src 'self' data: https://cdn.example;"));
    let html = body(response);
    assert!(html.contains("src=\"https://cdn.example/logo.png\""));
    let sheet = format!("href=\"/id/resources/{}/login/base/palette/b3261e.css\"", THEMES.version());
    assert!(html.contains(&sheet), "{html}");
}

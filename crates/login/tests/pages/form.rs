//! The names and ids that scripts of the field look for, and what a page asks for in which state.

use crate::html::{Document, Element};
use crate::{frame, shown};

fn page(name: &str) -> Document {
    shown(name, &frame("base", "en"))
}

fn control<'a>(page: &'a Document, name: &str) -> Option<&'a Element> {
    page.elements.iter().find(|element| element.get("name") == Some(name))
}

#[test]
fn log_in_has_keycloaks_names() {
    let page = page("login");
    let form = page.by_id("kc-form-login").unwrap();
    assert_eq!(form.get("method"), Some("post"));
    assert!(form.get("action").unwrap().starts_with("/realms/harbour/login-actions/authenticate?session_code="));
    for (name, id) in
        [("username", "username"), ("password", "password"), ("rememberMe", "rememberMe"), ("login", "kc-login")]
    {
        assert_eq!(control(&page, name).unwrap().get("id"), Some(id));
    }
    assert!(control(&page, "credentialId").is_some());
    assert_eq!(page.all("title")[0].text, "Sign in to Harbour & Sons");
    assert_eq!(control(&page, "password").unwrap().get("autocomplete"), Some("current-password"));
    assert_eq!(control(&page, "password").unwrap().get("value"), None, "a password is never sent back");
}

#[test]
fn scripts_find_the_action_in_its_usual_writing() {
    let html = crate::body(crate::answer("login", &frame("base", "en")));
    assert!(html.contains("?session_code=s&amp;execution=e&amp;client_id=web&amp;tab_id=t\""), "{html}");
}

#[test]
fn somebody_known_is_not_asked_for_the_name() {
    let page = page("login-again");
    assert!(control(&page, "username").is_none() && control(&page, "password").is_some());
    assert_eq!(page.by_id("kc-attempted-username").unwrap().name, "p");
    assert!(page.by_id("reset-login").is_some());
}

#[test]
fn an_error_is_told_at_its_field_and_in_a_summary_that_leads_there() {
    let page = page("login-wrong");
    let username = page.by_id("username").unwrap();
    assert_eq!(username.get("aria-invalid"), Some("true"));
    assert_eq!(username.get("aria-describedby"), Some("input-error-username"));
    assert_eq!(page.by_id("input-error-username").unwrap().text, "Invalid username or password.");
    let alert = page.elements.iter().find(|element| element.get("role") == Some("alert")).unwrap();
    assert!(alert.get("class").unwrap().contains("notice-error"));
    assert!(page.all("a").iter().any(|link| link.get("href") == Some("#username")));
}

#[test]
fn other_pages_have_keycloaks_names() {
    let expected: [(&str, &[&str]); 11] = [
        ("otp", &["otp", "selectedCredentialId", "login"]),
        ("recovery-code", &["recoveryCodeInput"]),
        ("select-authenticator", &["authenticationExecution"]),
        ("register", &["username", "email", "firstName", "password", "password-confirm", "termsAccepted"]),
        ("update-password", &["password-new", "password-confirm", "logout-sessions", "cancel-aia"]),
        ("configure-totp", &["totp", "totpSecret", "userLabel", "cancel-aia"]),
        (
            "configure-recovery-codes",
            &["generatedRecoveryAuthnCodes", "generatedAt", "kcRecoveryCodesConfirmationCheck"],
        ),
        ("terms", &["accept", "cancel"]),
        ("device-code", &["device_user_code"]),
        ("login-password", &["password", "tryAnotherWay"]),
        ("form-post", &["code", "state"]),
    ];
    for (name, controls) in expected {
        let page = page(name);
        for wanted in controls {
            assert!(control(&page, wanted).is_some(), "{name}: {wanted}");
        }
    }
    let consent = page("consent");
    assert_eq!(control(&consent, "accept").unwrap().get("id"), Some("kc-login"));
    assert_eq!(control(&consent, "cancel").unwrap().get("id"), Some("kc-cancel"));
    assert_eq!(control(&page("logout-confirm"), "confirmLogout").unwrap().get("id"), Some("kc-logout"));
}

#[test]
fn the_picture_of_a_secret_needs_no_other_place() {
    let page = page("configure-totp");
    let picture = page.by_id("kc-totp-secret-qr-code").unwrap();
    assert_eq!((picture.name.as_str(), picture.get("role")), ("svg", Some("img")));
    let path = page.elements.iter().rfind(|element| element.inside.last().is_some_and(|name| name == "svg")).unwrap();
    assert!(path.name == "path" || path.name == "circle");
    let groups: Vec<&Element> =
        page.all("span").into_iter().filter(|span| span.inside.contains(&"code".to_owned())).collect();
    assert_eq!(groups.len(), 8);
    assert!(groups.iter().all(|group| group.text.len() == 4));
}

#[test]
fn the_languages_menu_leads_back_to_the_same_page() {
    let page = page("login");
    let links: Vec<&Element> = page.all("a").into_iter().filter(|link| link.get("hreflang").is_some()).collect();
    assert_eq!(links.len(), 11);
    let german = links.iter().find(|link| link.get("lang") == Some("de")).unwrap();
    assert_eq!(german.get("href"), Some("/realms/harbour/login-actions/authenticate?client_id=web&kc_locale=de"));
    assert_eq!(german.text, "Deutsch");
    assert_eq!(links.iter().filter(|link| link.get("aria-current").is_some()).count(), 1);
}

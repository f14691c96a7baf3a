//! Requests as clients send them, and as they should not.

use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::*;

fn headers(values: &[&str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(header::AUTHORIZATION, http::HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    headers
}

fn shown(values: &[&str]) -> String {
    describe(&authorization(&headers(values)))
}

fn describe(credentials: &Credentials<'_>) -> String {
    match credentials {
        Credentials::Nobody => "nobody".into(),
        Credentials::Password { username, password } => format!("{username}|{}", password.expose()),
        Credentials::IdentityToken(token) => format!("token {}", token.expose()),
        Credentials::Unusable(_) => "unusable".into(),
    }
}

fn pair(text: &str) -> String {
    format!("Basic {}", STANDARD.encode(text))
}

#[test]
fn t06_names_and_passwords_may_hold_anything() {
    for (username, password) in
        [("alice", "a:b:c"), ("a@b+c.d$e", " quote\" "), ("ålice", "pässwörd\n"), ("alice", "ends=")]
    {
        assert_eq!(shown(&[&pair(&format!("{username}:{password}"))]), format!("{username}|{password}"));
    }
}

#[test]
fn a43_basic_is_read_leniently_and_refused_clearly() {
    assert_eq!(shown(&[]), "nobody");
    assert_eq!(shown(&["basic YTpi"]), "a|b");
    assert_eq!(shown(&["BASIC   YTpi  "]), "a|b");
    assert_eq!(shown(&["Basic YTpiYw"]), "a|bc", "without padding");
    assert_eq!(shown(&["Bearer x", "Basic YTpi"]), "a|b");
    for bad in [
        "Basic",
        "Basic ",
        "Basic !!!!",
        "Basic YWI=",
        "Basic YTpi YTpi",
        "Basic YTo=",
        "Basic Og==",
        "Bearer x",
        "Digest x",
    ] {
        assert_eq!(shown(&[bad]), "unusable", "{bad}");
    }
    let latin = format!("Basic {}", STANDARD.encode(b"a:\xe9"));
    assert_eq!(shown(&[&latin]), "unusable");
    assert_eq!(shown(&["Basic YTpi", "Basic YTpj"]), "unusable");
    assert_eq!(shown(&[&format!("Basic {}", "A".repeat(1 << 20))]), "unusable");
}

#[test]
fn t28_a_token_travels_as_a_password_without_a_name_or_under_the_helpers_name() {
    assert_eq!(shown(&[&pair(":pit_abc")]), "token pit_abc");
    assert_eq!(shown(&[&pair("<token>:pit_abc")]), "token pit_abc");
}

fn form(text: &str) -> Result<TokenRequest<'_>, TokenError> {
    TokenRequest::from_form(text.as_bytes(), "", &HeaderMap::new())
}

#[test]
fn t20_forms_repeat_scope_and_nothing_else() {
    let request = form("grant_type=refresh_token&refresh_token=t&scope=a&scope=b+c&service=r&service=r").unwrap();
    assert_eq!(request.scopes, ["a", "b c"]);
    assert_eq!(request.service.as_deref(), Some("r"));
    assert!(request.is_refresh);
    for twice in [
        "grant_type=password&username=a&password=b&password=c",
        "grant_type=password&grant_type=password&username=a&password=b",
        "grant_type=refresh_token&refresh_token=a&refresh_token=b",
        "grant_type=password&username=a&password=b&service=r&service=s",
    ] {
        assert!(matches!(form(twice), Err(TokenError::ParameterRepeated(_))), "{twice}");
    }
}

#[test]
fn grants_need_their_parameters() {
    assert!(matches!(form(""), Err(TokenError::GrantTypeMissing)));
    assert!(matches!(form("grant_type=authorization_code&code=x"), Err(TokenError::GrantTypeUnsupported)));
    assert!(matches!(form("grant_type=password&username=a"), Err(TokenError::ParameterMissing(_))));
    assert!(matches!(form("grant_type=refresh_token&refresh_token="), Err(TokenError::ParameterMissing(_))));
}

#[test]
fn a43_two_credentials_that_differ_are_refused() {
    let text = "grant_type=password&username=a&password=b";
    let with = |header: &str| TokenRequest::from_form(text.as_bytes(), "", &headers(&[header]));
    assert!(with("Basic YTpi").is_ok());
    assert!(matches!(with("Basic YTpj"), Err(TokenError::TwoCredentials)));
    assert!(matches!(with("Bearer x"), Err(TokenError::TwoCredentials)));
}

#[test]
fn credentials_in_a_query_are_not_looked_at() {
    let request =
        TokenRequest::from_query("service=r&username=a&password=b&refresh_token=c", &HeaderMap::new()).unwrap();
    assert_eq!(describe(&request.credentials), "nobody");
    let text =
        TokenRequest::from_form(b"grant_type=refresh_token&refresh_token=t", "service=q&scope=x", &HeaderMap::new());
    let request = text.unwrap();
    assert_eq!((request.service.as_deref(), request.scopes.len()), (Some("q"), 0));
}

#[test]
fn t24_an_identity_token_is_asked_for_in_two_ways() {
    let get = |query| TokenRequest::from_query(query, &HeaderMap::new()).unwrap().offline;
    assert!(get("offline_token=true"));
    assert!(get("access_type=offline"));
    assert!(!get("offline_token=false"));
    assert!(!get("access_type=online"));
    assert!(!get(""));
}

proptest! {
    #[test]
    fn any_header_reads_to_something(bytes in prop::collection::vec(any::<u8>(), 0..80), plain in "\\PC{0,40}") {
        let mut map = HeaderMap::new();
        if let Ok(value) = http::HeaderValue::from_bytes(&bytes) {
            map.append(header::AUTHORIZATION, value);
        }
        let shown_any = authorization(&map);
        prop_assert_eq!(map.is_empty(), matches!(shown_any, Credentials::Nobody));
        // What is encoded is what is read, colons and all.
        let read = authorization(&headers(&[&pair(&plain)]));
        match plain.split_once(':') {
            Some((name, password)) if !name.is_empty() && name != TOKEN_USER && !password.is_empty() => {
                prop_assert_eq!(describe(&read), format!("{name}|{password}"));
            }
            Some((_, password)) if !password.is_empty() => prop_assert_eq!(describe(&read), format!("token {password}")),
            _ => prop_assert_eq!(describe(&read), "unusable"),
        }
    }

    #[test]
    fn any_form_reads_or_is_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), words in "[a-z_=&%+0-9]{0,200}") {
        for form in [bytes.as_slice(), words.as_bytes()] {
            if let Ok(request) = TokenRequest::from_form(form, &words, &HeaderMap::new()) {
                prop_assert!(!matches!(request.credentials, Credentials::Nobody));
            }
            if let Ok(query) = std::str::from_utf8(form) {
                let request = TokenRequest::from_query(query, &HeaderMap::new());
                if let Ok(request) = request {
                    prop_assert!(matches!(request.credentials, Credentials::Nobody));
                }
            }
        }
    }
}

//! What each refusal says, and to whom.

use serde_json::{Value, json};

use super::*;
use crate::scope;

async fn told(error: &TokenError, scope: &str) -> (StatusCode, http::HeaderMap, Value) {
    let requested = scope::parse([scope]).unwrap();
    let response = error.response("har\"bour", &requested.entries);
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    (parts.status, parts.headers, serde_json::from_slice(&body).unwrap())
}

#[tokio::test]
async fn t07_one_body_for_docker_and_oauth() {
    let error = TokenError::CredentialsUnusable("test");
    let (status, headers, body) = told(&error, "repository:a/b:pull,push").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(headers[header::WWW_AUTHENTICATE], "Basic realm=\"har\\\"bour\", charset=\"UTF-8\"");
    assert_eq!(headers[header::CACHE_CONTROL], "no-store, must-revalidate, max-age=0");
    assert_eq!(
        body,
        json!({
            "errors": [{
                "code": "UNAUTHORIZED",
                "message": "Invalid username or password.",
                "detail": [
                    {"Type": "repository", "Name": "a/b", "Action": "pull"},
                    {"Type": "repository", "Name": "a/b", "Action": "push"},
                ],
            }],
            "error": "invalid_grant",
            "error_description": "Invalid username or password.",
        })
    );
}

#[tokio::test]
async fn keycloaks_words_for_a_wrong_service_stay() {
    for (error, code, description) in [
        (TokenError::ServiceMissing, "invalid_request", "service parameter must be provided"),
        (
            TokenError::Client(ClientRefusal::Unknown),
            "invalid_client",
            "Client specified by 'service' parameter does not exist",
        ),
        (TokenError::Client(ClientRefusal::Disabled), "invalid_client", "Client specified by 'service' is disabled"),
    ] {
        let (status, headers, body) = told(&error, "").await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(!headers.contains_key(header::WWW_AUTHENTICATE));
        assert_eq!((body["error"].as_str(), body["error_description"].as_str()), (Some(code), Some(description)));
        assert_eq!(body["errors"][0]["message"], description);
    }
}

#[tokio::test]
async fn busy_says_when_to_come_back() {
    let denied =
        |denied| TokenError::Denied { denied, by_token: false, account_url: "https://id/realms/r/account".into() };
    let (status, headers, body) = told(&denied(Denied::Busy { retry_after_seconds: 3 }), "").await;
    assert_eq!((status, headers[header::RETRY_AFTER].to_str().unwrap()), (StatusCode::SERVICE_UNAVAILABLE, "3"));
    assert_eq!(body["errors"][0]["code"], "UNAVAILABLE");
    let (status, ..) = told(&TokenError::Door(DoorRefusal::TooManyRequests { retry_after_seconds: 1 }), "").await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn t05_people_are_told_what_to_do_and_guessers_nothing() {
    let text = |denied| async move {
        let error = TokenError::Denied { denied, by_token: false, account_url: "https://id/realms/r/account".into() };
        told(&error, "").await.2["errors"][0]["message"].as_str().unwrap().to_owned()
    };
    let user = || identity::UserId::from("u");
    assert_eq!(text(Denied::Invalid { user: None, why: "user_not_found" }).await, INVALID);
    assert_eq!(text(Denied::Locked { user: user(), permanent: false }).await, INVALID);
    assert!(text(Denied::Disabled { user: user() }).await.contains("disabled"));
    let pending = Denied::ActionRequired { user: user(), actions: vec!["UPDATE_PASSWORD".into(), "x\ny".into()] };
    assert_eq!(
        text(pending).await,
        "Account is not fully set up. Log in at https://id/realms/r/account and set a new password, finish `xy`."
    );
    assert!(text(Denied::SecondFactorRequired { user: user() }).await.contains("second factor"));
}

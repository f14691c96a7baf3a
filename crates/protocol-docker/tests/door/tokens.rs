//! What a token says, and who gets which.

use serde_json::json;

use crate::harness::{House, PASSWORD};

const ALICE: Option<(&str, &str)> = Some(("alice", PASSWORD));

#[tokio::test]
async fn t01_a_login_gets_a_token_with_the_claims_that_registries_read() {
    let house = House::build().await;
    let answer =
        house.get("service=registry&account=alice&client_id=docker&scope=repository:a/b:pull,push", ALICE).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["cache-control"], "no-store, must-revalidate, max-age=0");
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    let body = answer.json();
    assert_eq!(body["token"], body["access_token"]);
    assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(300)));
    assert_eq!(body["issued_at"], "2027-01-15T08:00:00Z");
    assert_eq!(body["scope"], "repository:a/b:pull,push");
    assert!(body.get("refresh_token").is_none());
    let claims = answer.claims();
    let names: Vec<&String> = claims.as_object().unwrap().keys().collect();
    assert_eq!(names, ["jti", "exp", "nbf", "iat", "iss", "aud", "sub", "typ", "azp", "access"]);
    assert_eq!(claims["iss"], "https://id.example/realms/harbour");
    assert_eq!(
        (&claims["aud"], &claims["azp"], &claims["sub"]),
        (&json!("registry"), &json!("registry"), &json!("alice"))
    );
    assert_eq!(claims["typ"], "docker");
    let now = claims["iat"].as_i64().unwrap();
    assert_eq!((claims["exp"].as_i64(), claims["nbf"].as_i64()), (Some(now + 300), Some(now - 5)));
    assert_eq!(claims["access"], json!([{"type": "repository", "name": "a/b", "actions": ["pull", "push"]}]));
    let header = answer.jose_header();
    assert_eq!((&header["alg"], &header["typ"]), (&json!("ES256"), &json!("JWT")));
    assert_eq!(header["kid"].as_str().unwrap().split(':').count(), 12);
    assert_eq!(header["x5c"].as_array().unwrap().len(), 1);

    let (kind, error, details) = house.last_event().await;
    assert_eq!((kind.as_str(), error), ("docker.token-issued", None));
    assert_eq!(details["requested"], "repository:a/b:pull,push");
    assert_eq!(details["granted"], "repository:a/b:pull,push");
    assert_eq!((details["credential"].as_str(), details["client_id"].as_str()), ("password", "docker"));
    assert_eq!(
        (details["jti"].as_str(), details["user_agent"].as_str()),
        (claims["jti"].as_str().unwrap(), "docker/28")
    );
}

#[tokio::test]
async fn t01_no_scope_gives_an_empty_access_list() {
    let house = House::build().await;
    for query in ["service=registry", "service=registry&scope=", "service=registry&scope=rubbish"] {
        let answer = house.get(query, ALICE).await;
        assert_eq!(answer.status, 200, "{query}");
        assert_eq!(answer.claims()["access"], json!([]), "{query}");
    }
}

#[tokio::test]
async fn t08_too_little_permission_is_no_error() {
    let house = House::build().await;
    house.rules("registry", &[&[("subject", "user:alice"), ("name", "team/*"), ("actions", "pull")]]).await;
    let answer = house.get("service=registry&scope=repository:team/a:pull,push&scope=repository:x:pull", ALICE).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.claims()["access"], json!([{"type": "repository", "name": "team/a", "actions": ["pull"]}]));
    let (kind, _, details) = house.last_event().await;
    assert_eq!(kind, "docker.token-issued");
    assert_eq!(details["denied"], "repository:team/a:push repository:x:pull");
}

#[tokio::test]
async fn t18_anonymous_gets_what_is_public_and_else_a_challenge() {
    let house = House::build().await;
    house
        .rules(
            "registry",
            &[
                &[("subject", "anyone"), ("name", "public/**"), ("actions", "pull")],
                &[("subject", "authenticated"), ("name", "**"), ("actions", "*")],
            ],
        )
        .await;
    let answer = house.get("service=registry&scope=repository:public/a:pull,push", None).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.claims()["sub"], "");
    assert_eq!(answer.claims()["access"], json!([{"type": "repository", "name": "public/a", "actions": ["pull"]}]));
    for query in ["service=registry", "service=registry&scope=repository:private:pull"] {
        let answer = house.get(query, None).await;
        assert_eq!(answer.status, 401, "{query}");
        assert_eq!(answer.headers["www-authenticate"], "Basic realm=\"harbour\", charset=\"UTF-8\"");
        let (kind, error, _) = house.last_event().await;
        assert_eq!((kind.as_str(), error.as_deref()), ("docker.token-refused", Some("invalid_user_credentials")));
    }
    // T03: a wrong password must not become an anonymous pull.
    let answer = house.get("service=registry&scope=repository:public/a:pull", Some(("alice", "wrong"))).await;
    assert_eq!(answer.status, 401);
}

#[tokio::test]
async fn a84_a88_service_selects_exactly_one_enabled_registry() {
    let house = House::build().await;
    house.change_client("other", json!({ "enabled": false })).await;
    for (query, error, description) in [
        ("", "invalid_request", "service parameter must be provided"),
        ("service=", "invalid_client", "Client specified by 'service' parameter does not exist"),
        ("service=nonsense", "invalid_client", "Client specified by 'service' parameter does not exist"),
        ("service=other", "invalid_client", "Client specified by 'service' is disabled"),
        ("service=web", "invalid_client", "Client specified by 'service' parameter is not a docker-v2 client"),
        ("service=registry&service=other", "invalid_request", "duplicated parameter: service"),
    ] {
        let answer = house.get(query, ALICE).await;
        assert_eq!(answer.status, 400, "{query}");
        let body = answer.json();
        assert_eq!(
            (body["error"].as_str(), body["error_description"].as_str()),
            (Some(error), Some(description)),
            "{query}"
        );
        assert!(body.get("token").is_none());
        assert_eq!(house.last_event().await.0, "docker.token-refused", "{query}");
    }
    assert_eq!(house.get("service=registry&service=registry", ALICE).await.status, 200);
}

#[tokio::test]
async fn an_alias_is_the_audience_and_two_claims_on_it_cancel_out() {
    let house = House::build().await;
    house
        .change_client("registry", json!({ "attributes": { "docker.service.aliases": "https://reg.example/v2" } }))
        .await;
    let answer = house.get("service=https://reg.example/v2", ALICE).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        (answer.claims()["aud"].as_str(), answer.claims()["azp"].as_str()),
        (Some("https://reg.example/v2"), Some("registry"))
    );
    house.change_client("other", json!({ "attributes": { "docker.service.aliases": "https://reg.example/v2" } })).await;
    assert_eq!(house.get("service=https://reg.example/v2", ALICE).await.status, 400);
}

#[tokio::test]
async fn a85_the_account_parameter_means_nothing() {
    let house = House::build().await;
    let answer = house.get("service=registry&account=bob&scope=repository:a:pull", ALICE).await;
    assert_eq!((answer.status.as_u16(), answer.claims()["sub"].as_str()), (200, Some("alice")));
    assert_eq!(house.get("service=registry&account=alice&scope=repository:a:pull", None).await.status, 401);
}

#[tokio::test]
async fn settings_that_are_not_understood_give_no_token() {
    let house = House::build().await;
    house.change_client("registry", json!({ "attributes": { "docker.second.factor": "maybe" } })).await;
    let answer = house.get("service=registry", ALICE).await;
    assert_eq!((answer.status.as_u16(), answer.json()["error"].as_str()), (400, Some("invalid_client")));
}

#[tokio::test]
async fn the_subject_may_be_the_id_and_the_lifespan_the_clients() {
    let house = House::build().await;
    house
        .change_client("registry", json!({ "attributes": { "docker.subject": "id", "docker.token.lifespan": "900" } }))
        .await;
    let answer = house.get("service=registry", ALICE).await;
    let user = house.store.identity.find_user_by_login(&*house.realm().await, "alice").await.unwrap().unwrap();
    assert_eq!(answer.claims()["sub"], user.id.as_str());
    assert_eq!(answer.json()["expires_in"], 900);
}

//! Logging out, against what Keycloak was recorded to answer.

use http::StatusCode;
use serde_json::{Value, json};

use crate::harness::{BASE, CALLBACK, House, ISSUER, claims, jose_header, query, value};

const BYE: &str = "https://app.example/bye";

/// Somebody is logged in: their cookie, and an id token of `client`.
async fn logged_in(house: &House, client: &str) -> (String, String) {
    let changes = [("client_id", client), ("response_type", "code id_token"), ("nonce", "n")];
    let answer = house.authorize(&changes).await;
    (answer.session(), value(&answer.returned('#'), "id_token").unwrap().to_owned())
}

fn url(pairs: &[(&str, &str)]) -> String {
    format!("{BASE}/logout?{}", form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
}

async fn sessions(house: &House) -> i64 {
    house.store.count("user_session").await
}

#[tokio::test]
async fn a59_without_a_hint_the_person_is_asked_and_only_their_own_answer_counts() {
    let house = House::build().await;
    let (cookie, _) = logged_in(&house, "hybrid").await;
    for pairs in [&[][..], &[("redirect_uri", BYE)], &[("client_id", "nobody")], &[("client_id", "web")]] {
        let page = house.get(&url(pairs), &cookie).await;
        assert_eq!((page.status, page.json()["page"].as_str()), (StatusCode::OK, Some("confirm")), "{pairs:?}");
    }
    assert_eq!(sessions(&house).await, 1, "an address alone ends nothing");

    let page =
        house.get(&url(&[("client_id", "web"), ("post_logout_redirect_uri", BYE), ("state", "s 2")]), &cookie).await;
    let page = page.json();
    let action = page["action"].as_str().unwrap().strip_prefix("https://id.example").unwrap().to_owned();
    assert!(action.starts_with(&format!("{BASE}/logout/logout-confirm?client_id=web&tab_id=")), "{action}");
    let code = page["session_code"].as_str().unwrap();

    // A53: a question that was asked elsewhere, of nobody or of somebody else, is no answer of this person.
    let strangers = house.get(&url(&[]), "").await.json()["session_code"].as_str().unwrap().to_owned();
    for (form, cookie) in [
        (&[("session_code", &*strangers), ("confirmLogout", "on")][..], &*cookie),
        (&[("session_code", code), ("confirmLogout", "on")], ""),
        (&[("session_code", "x"), ("confirmLogout", "on")], &*cookie),
        (&[("confirmLogout", "on")], &*cookie),
    ] {
        let answer = house.post(&action, form, cookie).await;
        assert_eq!((answer.status.as_u16(), answer.json()["page"].as_str()), (400, Some("logged_out")));
        assert_eq!(&*house.last_event().await.kind, "LOGOUT_ERROR");
    }
    assert_eq!(sessions(&house).await, 1);

    let answer = house.post(&action, &[("session_code", code), ("confirmLogout", "on")], &cookie).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::FOUND, "https://app.example/bye?state=s%202"));
    assert!(answer.session().contains("Max-Age=0"));
    assert_eq!(sessions(&house).await, 0);
    let event = house.last_event().await;
    assert_eq!((&*event.kind, event.error.as_deref()), ("LOGOUT", None));
    assert!(event.user.is_some() && event.session.is_some());
}

#[tokio::test]
async fn a_hint_of_this_session_needs_no_question() {
    let house = House::build().await;
    let (cookie, hint) = logged_in(&house, "hybrid").await;
    let done = house.get(&url(&[("id_token_hint", &hint)]), &cookie).await;
    assert_eq!((done.status, done.json()["page"].as_str()), (StatusCode::OK, Some("logged_out")));
    assert_eq!(sessions(&house).await, 0);

    // By POST, with an address; however old the token is.
    let (cookie, hint) = logged_in(&house, "hybrid").await;
    house.store.clock.advance(1_000_000);
    let form = [("id_token_hint", &*hint), ("post_logout_redirect_uri", BYE)];
    let gone = house.post(&format!("{BASE}/logout"), &form, &cookie).await;
    assert_eq!((gone.status, gone.location()), (StatusCode::FOUND, BYE));
    assert_eq!(sessions(&house).await, 0);

    // Without cookies: the session of the token ends.
    let (_, hint) = logged_in(&house, "hybrid").await;
    let gone = house.get(&url(&[("id_token_hint", &hint), ("post_logout_redirect_uri", BYE)]), "").await;
    assert_eq!((gone.status, gone.location()), (StatusCode::FOUND, BYE));
    assert_eq!(sessions(&house).await, 0);
    // Nobody is logged in: straight on.
    let gone = house.get(&url(&[("client_id", "web"), ("post_logout_redirect_uri", BYE)]), "").await;
    assert_eq!((gone.status, gone.location()), (StatusCode::FOUND, BYE));
}

#[tokio::test]
async fn a59_a_hint_of_another_session_asks() {
    let house = House::build().await;
    let (_, old) = logged_in(&house, "hybrid").await;
    let (cookie, _) = logged_in(&house, "hybrid").await;
    let page = house.get(&url(&[("id_token_hint", &old)]), &cookie).await;
    assert_eq!(page.json()["page"], "confirm");
    assert_eq!(sessions(&house).await, 2);
}

#[tokio::test]
async fn a35_a59_a60_what_is_refused_ends_nothing() {
    let house = House::build().await;
    let (cookie, hint) = logged_in(&house, "hybrid").await;
    let token = house
        .get(
            &format!("{BASE}/auth?{}", query(&[("client_id", "hybrid"), ("response_type", "token"), ("nonce", "n")])),
            &cookie,
        )
        .await;
    let access = value(&token.returned('#'), "access_token").unwrap().to_owned();
    let before = house.written().await;
    let hint_is_wrong = ("invalidParameterMessage", Some("id_token_hint"), "invalid_token");
    let elsewhere = ("invalidRedirectUriMessage", None, "invalid_redirect_uri");
    for (pairs, (message, argument, error)) in [
        (vec![("id_token_hint", "abc")], hint_is_wrong),
        (vec![("id_token_hint", &*hint), ("client_id", "web")], hint_is_wrong),
        (vec![("id_token_hint", &*access)], hint_is_wrong),
        (vec![("id_token_hint", &*hint), ("post_logout_redirect_uri", "https://evil.example")], elsewhere),
        (vec![("id_token_hint", &*hint), ("post_logout_redirect_uri", "https://app.example/bye/../x")], elsewhere),
        (
            vec![("id_token_hint", &*hint), ("post_logout_redirect_uri", "https://app.example@evil.example/bye")],
            elsewhere,
        ),
        (vec![("id_token_hint", &*hint), ("post_logout_redirect_uri", "javascript:alert(1)")], elsewhere),
        // What is registered for logging in is not, by that, for logging out.
        (vec![("id_token_hint", &*hint), ("post_logout_redirect_uri", CALLBACK)], elsewhere),
        (vec![("client_id", "nobody"), ("post_logout_redirect_uri", BYE)], elsewhere),
        (
            vec![("post_logout_redirect_uri", BYE)],
            ("missingParameterMessage", Some("id_token_hint"), "invalid_request"),
        ),
    ] {
        let answer = house.get(&url(&pairs), &cookie).await;
        let page = answer.json();
        assert_eq!((answer.status.as_u16(), page["message"].as_str()), (400, Some(message)), "{pairs:?}");
        assert_eq!((page["arguments"][0].as_str(), answer.location()), (argument, ""), "{pairs:?}");
        let event = house.last_event().await;
        assert_eq!((&*event.kind, event.error.as_deref()), ("LOGOUT_ERROR", Some(error)), "{pairs:?}");
    }
    assert_eq!(house.written().await, before);

    house.change_client("hybrid", json!({ "attributes": { "post.logout.redirect.uris": "+" } })).await;
    let plus = house.get(&url(&[("id_token_hint", &hint), ("post_logout_redirect_uri", CALLBACK)]), "").await;
    assert_eq!((plus.status, plus.location()), (StatusCode::FOUND, CALLBACK));
    house.change_client("hybrid", json!({ "attributes": { "post.logout.redirect.uris": "-" } })).await;
    let none = house.get(&url(&[("client_id", "hybrid"), ("post_logout_redirect_uri", CALLBACK)]), "").await;
    assert_eq!(none.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn applications_are_told_through_frames_and_by_signed_tokens() {
    let house = House::build().await;
    let front = json!({ "frontchannelLogout": true, "attributes": {
        "frontchannel.logout.url": "https://front.example/out?a=1", "post.logout.redirect.uris": BYE } });
    house.change_client("hybrid", front).await;
    let back = json!({ "attributes": { "backchannel.logout.url": "https://back.example/out",
        "backchannel.logout.revoke.offline.tokens": "true" } });
    house.change_client("web", back).await;
    let (cookie, hint) = logged_in(&house, "hybrid").await;
    house.get(&format!("{BASE}/auth?{}", query(&[])), &cookie).await;

    let pairs = [("id_token_hint", &*hint), ("post_logout_redirect_uri", BYE), ("state", "s")];
    let page = house.get(&url(&pairs), &cookie).await.json();
    let session = claims(&hint)["sid"].as_str().unwrap().to_owned();
    let address = format!("https://front.example/out?a=1&iss=https%3A%2F%2Fid.example%2Frealms%2Fa&sid={session}");
    assert_eq!(page["frames"], json!([["hybrid", address]]));
    assert_eq!(page["next"], "https://app.example/bye?state=s");

    house.outside.arrived.notified().await;
    let posted = house.outside.posted.lock().unwrap().clone();
    assert_eq!((posted.len(), posted[0].0.as_str()), (1, "https://back.example/out"));
    let form: Vec<(String, String)> = form_urlencoded::parse(posted[0].1.as_bytes()).into_owned().collect();
    let token = value(&form, "logout_token").unwrap();
    assert_eq!(
        (jose_header(token)["typ"].as_str(), jose_header(token)["alg"].as_str()),
        (Some("logout+jwt"), Some("ES256"))
    );
    let claims = claims(token);
    let names: Vec<&String> = claims.as_object().unwrap().keys().collect();
    assert_eq!(names, ["iat", "exp", "jti", "iss", "aud", "sub", "typ", "sid", "events"]);
    assert_eq!((claims["iss"].as_str(), claims["aud"].as_str()), (Some(ISSUER), Some("web")));
    assert_eq!((claims["typ"].as_str(), claims["sid"].as_str()), (Some("Logout"), Some(&*session)));
    let events = json!({ "http://schemas.openid.net/event/backchannel-logout": {}, "revoke_offline_access": true });
    assert_eq!(claims["events"], events);
    assert_eq!(claims.get("nonce"), None::<&Value>, "§2.4 forbids it");
}

#[tokio::test]
async fn a35_a_logout_token_is_no_token_of_anybody() {
    let house = House::build().await;
    house
        .change_client("hybrid", json!({ "attributes": { "backchannel.logout.url": "https://back.example/out" } }))
        .await;
    let (cookie, hint) = logged_in(&house, "hybrid").await;
    house.get(&url(&[("id_token_hint", &hint)]), &cookie).await;
    house.outside.arrived.notified().await;
    let posted = house.outside.posted.lock().unwrap()[0].1.clone();
    let form: Vec<(String, String)> = form_urlencoded::parse(posted.as_bytes()).into_owned().collect();
    let token = value(&form, "logout_token").unwrap();
    let as_hint = house.get(&url(&[("id_token_hint", token)]), "").await;
    assert_eq!(as_hint.status, StatusCode::BAD_REQUEST);
    let as_bearer = http::Request::get(format!("{BASE}/userinfo"))
        .header("authorization", format!("Bearer {token}"))
        .body(axum::body::Body::empty())
        .unwrap();
    assert_eq!(house.send(as_bearer).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_older_way_refuses_in_the_recorded_words() {
    let house = House::build().await;
    let logout = format!("{BASE}/logout");
    let rubbish = [("refresh_token", "abc"), ("client_id", "web"), ("client_secret", "web-secret")];
    let answer = house.post(&logout, &rubbish, "").await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()),
        (400, json!({ "error": "invalid_grant", "error_description": "Invalid refresh token" }))
    );
    let wrong = [("refresh_token", "abc"), ("client_id", "web"), ("client_secret", "wrong")];
    let answer = house.post(&logout, &wrong, "").await;
    assert_eq!((answer.status.as_u16(), answer.json()["error"].as_str()), (401, Some("unauthorized_client")));
    assert_eq!(house.last_event().await.error.as_deref(), Some("invalid_client_credentials"));
    let nothing = house.post(&logout, &[("client_id", "web"), ("client_secret", "web-secret")], "").await;
    assert_eq!(nothing.json()["page"], "confirm");

    let back = format!("{BASE}/logout/backchannel-logout");
    for (form, why) in
        [(&[][..], "No logout token"), (&[("logout_token", "abc")], "The decode of the logoutToken failed")]
    {
        let answer = house.post(&back, form, "").await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (400, json!({ "error": "invalid_request", "error_description": why }))
        );
    }
}

#[tokio::test]
async fn frames_answer_their_own_applications_only() {
    let house = House::build().await;
    house.change_client("web", json!({ "webOrigins": ["https://app.example"] })).await;
    let init = |client: &str, origin: &str| {
        let pairs = [("client_id", client), ("origin", origin)];
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        format!("{BASE}/login-status-iframe.html/init?{query}")
    };
    for (client, origin, status) in [
        ("web", "https://app.example", 204),
        ("web", "https://id.example", 204),
        ("web", "https://evil.example", 403),
        ("web", "null", 403),
        ("nobody", "https://app.example", 403),
        ("off", "https://app.example", 403),
    ] {
        assert_eq!(house.get(&init(client, origin), "").await.status.as_u16(), status, "{client} {origin}");
    }
    for page in ["login-status-iframe.html", "3p-cookies/step1.html", "3p-cookies/step2.html"] {
        let answer = house.get(&format!("{BASE}/{page}"), "").await;
        assert_eq!(
            (answer.status, &answer.headers["content-type"]),
            (StatusCode::OK, &"text/html;charset=utf-8".parse().unwrap())
        );
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("frame-ancestors *") && policy.contains("script-src 'sha256-"), "{policy}");
    }
}

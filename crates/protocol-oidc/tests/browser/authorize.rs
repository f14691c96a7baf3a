//! The authorization endpoint against what Keycloak was recorded to answer.

use http::StatusCode;
use protocol::LoginFailure;
use serde_json::json;

use crate::harness::{BASE, CALLBACK, House, ISSUER, claims, jose_header, names, query, value};

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[tokio::test]
async fn a_code_comes_back_in_keycloaks_order_with_its_session_in_one_commit() {
    let house = House::build().await;
    let answer = house.authorize(&[("nonce", "n-1")]).await;
    let returned = answer.returned('?');
    assert_eq!(names(&returned), ["state", "session_state", "iss", "code"]);
    assert_eq!((value(&returned, "state"), value(&returned, "iss")), (Some("state-1"), Some(ISSUER)));
    let session = value(&returned, "session_state").unwrap();
    assert_eq!(session.len(), 24);
    let code: Vec<&str> = value(&returned, "code").unwrap().split('.').collect();
    let realm = house.realm().await;
    assert_eq!((code.len(), code[1], code[2]), (3, session, realm.client("web").unwrap().id.as_str()));
    assert_eq!(answer.headers["cache-control"], "no-store, must-revalidate, max-age=0");
    assert_eq!(house.written().await, (1, 1, 1));
    let event = house.last_event().await;
    assert_eq!((&*event.kind, event.error.as_deref(), event.session.as_deref()), ("LOGIN", None, Some(session)));
    assert_eq!(event.client.as_deref(), Some("web"));

    // Single sign-on: the same session, another code; and by POST.
    let cookie = answer.session();
    let again = house.get(&format!("{BASE}/auth?{}", query(&[("prompt", "none")])), &cookie).await;
    assert_eq!(value(&again.returned('?'), "session_state"), Some(session));
    let form = [("client_id", "web"), ("redirect_uri", CALLBACK), ("response_type", "code"), ("scope", "openid")];
    let posted = house.post(&format!("{BASE}/auth"), &form, &cookie).await;
    assert_eq!(value(&posted.returned('?'), "session_state"), Some(session));
    assert_eq!(house.written().await, (1, 1, 3));
}

#[tokio::test]
async fn a13_without_client_or_address_nobody_is_sent_anywhere() {
    let house = House::build().await;
    let before = house.written().await;
    for (changes, status, message, argument, error) in [
        (&[("-client_id", "")][..], 400, "invalidRequestMessage", None, "invalid_request"),
        (&[("+client_id", "web")], 400, "invalidRequestMessage", None, "invalid_request"),
        (&[("client_id", "nobody")], 400, "clientNotFoundMessage", None, "client_not_found"),
        (&[("client_id", "registry")], 400, "clientNotFoundMessage", None, "client_not_found"),
        (&[("client_id", "off")], 400, "clientDisabledMessage", None, "client_disabled"),
        (&[("client_id", "bearer")], 403, "bearerOnlyMessage", None, "not_allowed"),
        (&[("-redirect_uri", "")], 400, "invalidParameterMessage", Some("redirect_uri"), "invalid_redirect_uri"),
        (
            &[("redirect_uri", "https://evil.example/cb")],
            400,
            "invalidParameterMessage",
            Some("redirect_uri"),
            "invalid_redirect_uri",
        ),
        (
            &[("redirect_uri", "https://app.example/cb#x")],
            400,
            "invalidParameterMessage",
            Some("redirect_uri"),
            "invalid_redirect_uri",
        ),
        (
            &[("redirect_uri", "javascript:alert(1)")],
            400,
            "invalidParameterMessage",
            Some("redirect_uri"),
            "invalid_redirect_uri",
        ),
        (&[("redirect_uri", "::::")], 400, "invalidParameterMessage", Some("redirect_uri"), "invalid_redirect_uri"),
        (&[("+redirect_uri", CALLBACK)], 400, "invalidParameterMessage", Some("redirect_uri"), "invalid_redirect_uri"),
        (&[("max_age", "abc")], 400, "invalidRequestMessage", None, "invalid_request"),
        (&[("request", "abc")], 400, "invalidRequestMessage", None, "invalid_request"),
        (&[("request_uri", "https://evil.example/r")], 400, "invalidRequestMessage", None, "invalid_request"),
        (
            &[("request_uri", "urn:ietf:params:oauth:request_uri:x")],
            400,
            "invalidRequestMessage",
            None,
            "invalid_request",
        ),
        (&[("prompt", "create")], 400, "registrationNotAllowedMessage", None, "registration_disabled"),
    ] {
        let answer = house.authorize(changes).await;
        let page = answer.json();
        assert_eq!((answer.status.as_u16(), page["message"].as_str()), (status, Some(message)), "{changes:?}");
        assert_eq!(page["arguments"][0].as_str(), argument, "{changes:?}");
        assert_eq!(answer.location(), "", "{changes:?}");
        let event = house.last_event().await;
        assert_eq!((&*event.kind, event.error.as_deref()), ("LOGIN_ERROR", Some(error)), "{changes:?}");
    }
    assert_eq!(house.written().await, before);
    assert!(house.person.asked.lock().unwrap().is_empty(), "nobody was asked to log in");
    assert!(house.outside.asked.lock().unwrap().is_empty(), "A27: nobody else was asked anything");
}

#[tokio::test]
async fn a14_a15_a31_a47_what_is_wrong_goes_back_in_the_recorded_words() {
    let house = House::build().await;
    let before = house.written().await;
    let off = |flow: &str| {
        format!(
            "Client is not allowed to initiate browser login with given response_type. {flow} flow is disabled for the client."
        )
    };
    let (standard, implicit) = (off("Standard"), off("Implicit"));
    let long = "s".repeat(4001);
    for (changes, mark, error, description, event) in [
        (&[("-response_type", "")][..], '?', "invalid_request", "Missing parameter: response_type", "invalid_request"),
        (&[("response_type", "frobnicate")], '?', "unsupported_response_type", "", "invalid_request"),
        (&[("client_id", "nostandard")], '?', "unauthorized_client", &*standard, "not_allowed"),
        (&[("response_type", "token")], '#', "unauthorized_client", &*implicit, "not_allowed"),
        (&[("response_type", "id_token"), ("nonce", "n")], '#', "unauthorized_client", &*implicit, "not_allowed"),
        (
            &[("client_id", "hybrid"), ("response_type", "code id_token")],
            '#',
            "invalid_request",
            "Missing parameter: nonce",
            "invalid_request",
        ),
        (
            &[("client_id", "bound"), ("response_type", "code token"), ("nonce", "n")],
            '#',
            "invalid_request",
            "DPoP bound access tokens are not given by the authorization endpoint",
            "invalid_request",
        ),
        (
            &[("response_mode", "frobnicate")],
            '?',
            "invalid_request",
            "Invalid parameter: response_mode",
            "invalid_request",
        ),
        (
            &[("client_id", "hybrid"), ("response_type", "id_token token"), ("response_mode", "query"), ("nonce", "n")],
            '?',
            "invalid_request",
            "Response_mode 'query' not allowed for implicit or hybrid flow",
            "invalid_request",
        ),
        (&[("scope", "openid frobnicate")], '?', "invalid_scope", "Invalid scopes: openid frobnicate", "invalid_scope"),
        (&[("scope", "")], '?', "invalid_scope", "Invalid scopes: ", "invalid_scope"),
        (&[("+scope", "profile")], '?', "invalid_request", "duplicated parameter", "invalid_request"),
        (
            &[("client_id", "spa")],
            '?',
            "invalid_request",
            "Missing parameter: code_challenge_method",
            "invalid_request",
        ),
        (
            &[("client_id", "spa"), ("code_challenge", CHALLENGE)],
            '?',
            "invalid_request",
            "Missing parameter: code_challenge_method",
            "invalid_request",
        ),
        (
            &[("client_id", "spa"), ("code_challenge", CHALLENGE), ("code_challenge_method", "plain")],
            '?',
            "invalid_request",
            "Invalid parameter: code challenge method is not matching the configured one",
            "invalid_request",
        ),
        (
            &[("code_challenge", CHALLENGE), ("code_challenge_method", "S1024")],
            '?',
            "invalid_request",
            "Invalid parameter: code_challenge_method",
            "invalid_request",
        ),
        (
            &[("code_challenge_method", "S256")],
            '?',
            "invalid_request",
            "Missing parameter: code_challenge",
            "invalid_request",
        ),
        (
            &[("code_challenge", "abc"), ("code_challenge_method", "S256")],
            '?',
            "invalid_request",
            "Invalid parameter: code_challenge",
            "invalid_request",
        ),
        (&[("resource", "relative")], '?', "invalid_target", "Invalid parameter: resource", "invalid_request"),
        (&[("nonce", &*long)], '?', "invalid_request", "Invalid parameter: nonce", "invalid_request"),
        (&[("id_token_hint", "abc")], '?', "invalid_request", "Invalid parameter: id_token_hint", "invalid_request"),
        (&[("prompt", "none")], '?', "login_required", "", "login_required"),
        (&[("prompt", "none login")], '?', "login_required", "", "login_required"),
        (&[("prompt", "none"), ("response_mode", "fragment")], '#', "login_required", "", "login_required"),
    ] {
        let returned = house.authorize(changes).await.returned(mark);
        let names = names(&returned);
        assert_eq!(names.first(), Some(&"error"), "{changes:?}");
        // Mix-up: who answers is told in every error too.
        assert_eq!(&names[names.len() - 2..], ["state", "iss"], "{changes:?}");
        assert_eq!((value(&returned, "state"), value(&returned, "iss")), (Some("state-1"), Some(ISSUER)));
        assert_eq!(value(&returned, "error"), Some(error), "{changes:?}");
        assert_eq!(value(&returned, "error_description").unwrap_or_default(), description, "{changes:?}");
        let recorded = house.last_event().await;
        assert_eq!((&*recorded.kind, recorded.error.as_deref()), ("LOGIN_ERROR", Some(event)), "{changes:?}");
    }
    assert_eq!(house.written().await, before);
}

#[tokio::test]
async fn what_keycloak_passes_over_is_passed_over() {
    let house = House::build().await;
    for change in [
        ("prompt", "frobnicate"),
        ("claims", "{"),
        ("kc_idp_hint", "nobody"),
        ("kc_action", "NONSENSE"),
        ("acr_values", "gold"),
        ("ui_locales", "de"),
        ("unknown", "x"),
        ("-scope", ""),
    ] {
        let returned = house.authorize(&[change]).await.returned('?');
        assert!(value(&returned, "code").is_some(), "{change:?}");
    }
    let asked = house.person.asked.lock().unwrap();
    assert_eq!(asked[2].idp_hint.as_deref(), Some("nobody"));
    assert_eq!(asked[3].kc_action.as_deref(), Some("NONSENSE"));
    assert_eq!(asked[4].acr, ["gold"]);
    assert_eq!(asked[5].ui_locales, ["de"]);
}

#[tokio::test]
async fn what_a_request_demands_of_the_log_in_is_handed_on() {
    let house = House::build().await;
    let claims = json!({ "id_token": { "acr": { "essential": true, "values": ["gold"] } } }).to_string();
    house
        .authorize(&[("prompt", "login consent"), ("max_age", "7"), ("claims", &claims), ("login_hint", "alice")])
        .await;
    let demands = house.person.asked.lock().unwrap().pop().unwrap();
    assert!(demands.prompt.login && demands.prompt.consent && !demands.prompt.none);
    assert_eq!((demands.max_age, demands.login_hint.as_deref()), (Some(7), Some("alice")));
    assert_eq!((demands.acr, demands.acr_essential), (vec!["gold".to_owned()], true));
}

#[tokio::test]
async fn implicit_and_hybrid_answers_hold_what_was_recorded() {
    let house = House::build().await;
    for (kind, holds, life) in [
        ("id_token", &["id_token"][..], 900),
        ("token", &["access_token", "token_type", "expires_in"], 900),
        ("id_token token", &["id_token", "access_token", "token_type", "expires_in"], 900),
        ("code id_token", &["code", "id_token"], 300),
        ("code token", &["code", "access_token", "token_type", "expires_in"], 300),
        ("code id_token token", &["code", "id_token", "access_token", "token_type", "expires_in"], 300),
    ] {
        let answer = house.authorize(&[("client_id", "hybrid"), ("response_type", kind), ("nonce", "n-1")]).await;
        let returned = answer.returned('#');
        let names = names(&returned);
        assert_eq!(&names[..3], ["state", "session_state", "iss"], "{kind}");
        assert_eq!(&names[3..], holds, "{kind}");
        if let Some(token) = value(&returned, "access_token") {
            let claims = claims(token);
            assert!(claims["jti"].as_str().unwrap().starts_with("onrtna:"), "{kind}");
            assert_eq!((claims["typ"].as_str(), claims["azp"].as_str()), (Some("Bearer"), Some("hybrid")));
            assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), life, "{kind}");
            assert_eq!(value(&returned, "expires_in"), Some(&*life.to_string()));
        }
        if let Some(token) = value(&returned, "id_token") {
            let claims = claims(token);
            assert_eq!(jose_header(token)["alg"], "ES256");
            assert_eq!((claims["aud"].as_str(), claims["nonce"].as_str()), (Some("hybrid"), Some("n-1")), "{kind}");
            assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), life, "{kind}");
            assert_eq!(claims.get("at_hash").is_some(), kind.contains(" token"), "{kind}");
            assert_eq!(claims.get("c_hash").is_some(), kind.contains("code"), "{kind}");
            assert!(claims.get("s_hash").is_some(), "{kind}");
            assert_eq!(claims["sid"].as_str(), value(&returned, "session_state"));
        }
    }
}

#[tokio::test]
async fn the_other_ways_back() {
    let house = House::build().await;
    let posted = house.authorize(&[("response_mode", "form_post")]).await;
    assert_eq!(posted.status, StatusCode::OK);
    let page = posted.json();
    assert_eq!((page["page"].as_str(), page["action"].as_str()), (Some("form_post"), Some(CALLBACK)));
    let fields: Vec<&str> = page["fields"].as_array().unwrap().iter().map(|pair| pair[0].as_str().unwrap()).collect();
    assert_eq!(fields, ["state", "session_state", "iss", "code"]);

    let none = house.authorize(&[("response_type", "none")]).await.returned('?');
    assert_eq!(names(&none), ["state", "session_state", "iss"]);

    let signed = house.authorize(&[("response_mode", "jwt")]).await.returned('?');
    assert_eq!(names(&signed), ["response"]);
    let token = value(&signed, "response").unwrap();
    let claims = claims(token);
    assert_eq!((claims["iss"].as_str(), claims["aud"].as_str()), (Some(ISSUER), Some("web")));
    assert_eq!(claims["state"], "state-1");
    assert!(claims["code"].is_string() && claims["exp"].is_i64());

    // An error is signed too.
    let error = house.authorize(&[("response_mode", "fragment.jwt"), ("prompt", "none")]).await.returned('#');
    let claims = crate::harness::claims(value(&error, "response").unwrap());
    assert_eq!((claims["error"].as_str(), claims["iss"].as_str()), (Some("login_required"), Some(ISSUER)));
}

#[tokio::test]
async fn a14_a_client_that_is_changed_meanwhile_gets_nothing() {
    let house = House::build().await;
    let cookie = house.authorize(&[]).await.session();
    // Which settings count is read when the answer is made; here they change between two requests of one session.
    for (patch, message) in [
        (json!({ "redirectUris": ["https://other.example/cb"] }), "invalidParameterMessage"),
        (json!({ "enabled": false }), "clientDisabledMessage"),
    ] {
        house.change_client("web", patch).await;
        let answer = house.get(&format!("{BASE}/auth?{}", query(&[])), &cookie).await;
        assert_eq!((answer.status.as_u16(), answer.json()["message"].as_str()), (400, Some(message)));
    }
}

#[tokio::test]
async fn a_refusal_of_the_person_goes_back() {
    let house = House::build().await;
    for (reason, error) in [
        (LoginFailure::AccessDenied, "access_denied"),
        (LoginFailure::ConsentRequired, "interaction_required"),
        (LoginFailure::InteractionRequired, "interaction_required"),
        (LoginFailure::UnmetAuthentication, "unmet_authentication_requirements"),
        (LoginFailure::TemporarilyUnavailable, "temporarily_unavailable"),
        (LoginFailure::Fault, "server_error"),
    ] {
        *house.person.refuses.lock().unwrap() = Some(reason);
        let returned = house.authorize(&[]).await.returned('?');
        assert_eq!((names(&returned), value(&returned, "error")), (vec!["error", "state", "iss"], Some(error)));
    }
    assert_eq!(house.written().await, (0, 0, 0));
}

#[tokio::test]
async fn a_hint_of_somebody_else_gets_no_answer() {
    let house = House::build().await;
    let changes = [("client_id", "hybrid"), ("response_type", "id_token"), ("nonce", "n")];
    let answer = house.authorize(&changes).await;
    let own = value(&answer.returned('#'), "id_token").unwrap().to_owned();
    let cookie = answer.session();
    let with = |hint: &str| query(&[("client_id", "hybrid"), ("prompt", "none"), ("id_token_hint", hint)]);
    let good = house.get(&format!("{BASE}/auth?{}", with(&own)), &cookie).await.returned('?');
    assert!(value(&good, "code").is_some());
    // The hint is that of another client.
    let foreign = house.get(&format!("{BASE}/auth?{}", query(&[("id_token_hint", &own)])), &cookie).await.returned('?');
    assert_eq!(value(&foreign, "error_description"), Some("Invalid parameter: id_token_hint"));
    // Somebody else is logged in.
    let realm = house.realm().await;
    house.store.add_user(&realm.id, identity::NewUser::named("bob"), "bobs password").await;
    let peer = identity::Peer { address: [127, 0, 0, 1].into() };
    let bob = house
        .store
        .identity
        .prove_password(
            &realm,
            "bob",
            &crypto::secret::Secret::from("bobs password"),
            identity::SecondFactor::Ignore,
            &peer,
        )
        .await
        .unwrap();
    let (session, _) = house.store.identity.open_session(&realm, &bob, identity::NewSession::default()).await.unwrap();
    let before = house.written().await;
    let other =
        house.get(&format!("{BASE}/auth?{}", with(&own)), &format!("TEST_SESSION={}", session.id)).await.returned('?');
    assert_eq!(value(&other, "error"), Some("login_required"));
    assert_eq!(house.last_event().await.error.as_deref(), Some("different_user_authenticated"));
    assert_eq!(house.written().await, before, "no code was made");
}

#[tokio::test]
async fn neighbours_of_the_endpoint() {
    let house = House::build().await;
    let closed = house.get(&format!("{BASE}/registrations?{}", query(&[])), "").await;
    assert_eq!(
        (closed.status.as_u16(), closed.json()["message"].as_str()),
        (400, Some("registrationNotAllowedMessage"))
    );
    assert_eq!(&*house.last_event().await.kind, "REGISTER_ERROR");
    house.change_realm(json!({ "registrationAllowed": true })).await;
    house.get(&format!("{BASE}/registrations?{}", query(&[])), "").await;
    house.get(&format!("{BASE}/forgot-credentials?{}", query(&[])), "").await;
    let entries: Vec<_> = house.person.asked.lock().unwrap().iter().map(|asked| asked.entry).collect();
    assert_eq!(entries, [protocol::Entry::Registration, protocol::Entry::ResetCredentials]);
    let put = house.send(http::Request::put(format!("{BASE}/auth")).body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!((put.status.as_u16(), put.text.as_str()), (405, r#"{"error":"HTTP 405 Method Not Allowed"}"#));
}

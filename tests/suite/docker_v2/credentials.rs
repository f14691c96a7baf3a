//! How a caller shows who it is: the Basic header, the form, and everything that is almost one.

use axum::{body::Body, http::Method};
use base64::{Engine, engine::general_purpose::STANDARD};

use super::ask;
use crate::harness::{DOOR, World, detail};

#[tokio::test]
async fn a_wrong_password_is_401_and_leaves_only_a_failure_and_an_event() {
    let world = World::port().await;
    let answer = world.anonymous().basic("bob", "wrong").get(&ask("registry", &["repository:team-a/app:pull"])).await;
    let answer = answer.refusal(401, "UNAUTHORIZED", "invalid_grant");
    assert_eq!(answer.json()["errors"][0]["message"], "Invalid username or password.");
    let event = world.last_event().await;
    assert_eq!(
        (event.kind.as_ref(), event.error.as_deref()),
        ("docker.token-refused", Some("invalid_user_credentials"))
    );
    assert_eq!(event.client.as_deref(), Some("registry"));
    assert_eq!(world.rows_of("ticket").await, 0);
}

#[tokio::test]
async fn a63_an_unknown_user_looks_like_a_wrong_password() {
    let world = World::port().await;
    let path = ask("registry", &["repository:team-a/app:pull"]);
    let wrong = world.anonymous().basic("bob", "wrong").get(&path).await;
    let unknown = world.anonymous().basic("nobody", "wrong").get(&path).await;
    let without = world.anonymous().basic("nopassword", "wrong").get(&path).await;
    for other in [&unknown, &without] {
        assert_eq!((wrong.status, &wrong.body), (other.status, &other.body));
        let names = |a: &crate::harness::Answer| a.headers.keys().map(|k| k.as_str().to_owned()).collect::<Vec<_>>();
        assert_eq!(names(&wrong), names(other));
    }
}

#[tokio::test]
async fn a63_an_unknown_user_costs_the_same_hash() {
    let world = World::port().await;
    let path = ask("registry", &[]);
    let before = world.hash_jobs();
    world.anonymous().basic("bob", "wrong").get(&path).await.expect(401);
    let wrong = world.hash_jobs();
    world.anonymous().basic("nobody", "wrong").get(&path).await.expect(401);
    let unknown = world.hash_jobs();
    assert_eq!(
        wrong.iter().zip(&before).map(|(a, b)| a - b).collect::<Vec<_>>(),
        unknown.iter().zip(&wrong).map(|(a, b)| a - b).collect::<Vec<_>>(),
        "same kinds, same number"
    );
    assert_ne!(wrong, before, "a hash was made at all");
}

#[tokio::test]
async fn a43_odd_basic_headers_never_pass_and_never_break() {
    let world = World::port().await;
    let good = STANDARD.encode("bob:pw-bob");
    let path = ask("registry", &["repository:team-a/app:pull"]);
    for header in [
        "Basic".to_owned(),
        "Basic ".to_owned(),
        "Basic !!!!".to_owned(),
        format!("Basic {}", STANDARD.encode("bob")),
        format!("Basic {}", STANDARD.encode(b"\xff\xfe:pw-bob")),
        format!("Basic {}", STANDARD.encode("bob:")),
        format!("Basic {}", STANDARD.encode(":pw-bob")),
        format!("Basic {}", STANDARD.encode(":")),
        format!("Bearer {good}"),
        format!("Digest {good}"),
        format!("Basic {}", "A".repeat(9_000)),
        format!("Basic {good} {good}"),
    ] {
        let answer = world.anonymous().header("authorization", &header).get(&path).await;
        assert!(matches!(answer.status.as_u16(), 400 | 401), "{header}: {} {}", answer.status, answer.text());
        assert!(answer.json()["errors"].is_array(), "{header}");
    }
    for header in [
        format!("basic {good}"),
        format!("BASIC {good}"),
        format!("Basic  {good}"),
        format!("Basic {}", good.trim_end_matches('=')),
    ] {
        world.anonymous().header("authorization", &header).get(&path).await.expect(200);
    }
}

#[tokio::test]
async fn t03_wrong_credentials_never_fall_through_to_anonymous() {
    let world = World::port().await;
    let path = ask("registry", &["repository:public/app:pull"]);
    assert_eq!(world.anonymous().get(&path).await.token().access(), ["repository:public/app:pull"]);
    world.anonymous().basic("bob", "wrong").get(&path).await.refusal(401, "UNAUTHORIZED", "invalid_grant");
    world.anonymous().basic("", "something").get(&path).await.refusal(401, "UNAUTHORIZED", "invalid_grant");
    let form = "grant_type=password&username=bob&password=wrong&service=registry&scope=repository:public/app:pull";
    world.anonymous().post(DOOR, form).await.refusal(401, "UNAUTHORIZED", "invalid_grant");
}

#[tokio::test]
async fn no_credentials_and_no_rule_for_anonymous_is_a_challenge() {
    let world = World::port().await;
    let before = world.rows().await;
    let answer = world.anonymous().get(&ask("registry", &["repository:team-a/app:pull"])).await;
    let answer = answer.refusal(401, "UNAUTHORIZED", "invalid_grant");
    assert!(answer.header("www-authenticate").contains("charset=\"UTF-8\""));
    world.anonymous().get(&ask("registry", &[])).await.expect(401);
    assert_eq!(world.last_event().await.kind, "docker.token-refused");
    assert_eq!(world.rows().await, before);
}

#[tokio::test]
async fn t06_odd_names_and_passwords() {
    let people = [
        ("a+b", "pw:with:colons"),
        ("dotted.name", " spaces at both ends "),
        ("dollar$name", "quotes\"'`"),
        ("mail@example.org", "pässwörd"),
        ("zoë", "日本語"),
        ("plain", "ends with newline\n"),
    ];
    let world = World::port_with(|realm| {
        for (name, password) in people {
            let user = serde_json::json!({"username": name, "enabled": true, "credentials": [{"type": "password", "value": password}]});
            realm["users"].as_array_mut().expect("users").push(user);
        }
    })
    .await;
    for (name, password) in people {
        let answer = world.anonymous().basic(name, password).get(&ask("plain", &[])).await;
        assert_eq!(answer.token().claims()["sub"], name);
        let form: String = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("grant_type", "password"),
                ("username", name),
                ("password", password),
                ("service", "plain"),
            ])
            .finish();
        world.anonymous().post(DOOR, &form).await.expect(200);
    }
}

#[tokio::test]
async fn a65_a_password_too_long_is_refused_before_it_is_hashed() {
    let world = World::port().await;
    let before = world.hash_jobs();
    let form = format!("grant_type=password&service=registry&username=bob&password={}", "x".repeat(5_000));
    world.anonymous().post(DOOR, &form).await.refusal(401, "UNAUTHORIZED", "invalid_grant");
    assert_eq!(world.hash_jobs(), before, "no hash was made");
}

#[tokio::test]
async fn a85_the_basic_user_counts_and_not_the_account() {
    let world = World::port().await;
    let path =
        format!("{}&account=alice", ask("registry", &["repository:home/bob/x:pull", "repository:home/alice/x:pull"]));
    let token = world.person("bob").get(&path).await.token();
    assert_eq!(token.claims()["sub"], "bob");
    assert_eq!(token.access(), ["repository:home/bob/x:pull"]);
}

#[tokio::test]
async fn an_email_logs_in_when_the_realm_allows_it() {
    let world = World::port().await;
    world.anonymous().basic("bob@example.org", "pw-bob").get(&ask("registry", &[])).await.expect(200);
    let world = World::port_with(|realm| realm["loginWithEmailAllowed"] = false.into()).await;
    world.anonymous().basic("bob@example.org", "pw-bob").get(&ask("registry", &[])).await.expect(401);
}

#[tokio::test]
async fn t19_the_form_is_read_however_clients_send_it() {
    let world = World::port().await;
    let form = "grant_type=password&username=bob&password=pw-bob&service=registry&scope=repository:team-a/x:pull&scope=repository:team-a/y:push";
    let caller = world.anonymous().header("content-type", "application/x-www-form-urlencoded; charset=utf-8");
    let answer = caller.send(Method::POST, DOOR, Body::from(form)).await;
    assert_eq!(answer.token().access(), ["repository:team-a/x:pull", "repository:team-a/y:push"]);
    // Chunked, as containers/image sends it: a body whose length nobody knows beforehand.
    let chunks = form.as_bytes().chunks(7).map(|c| Ok::<_, std::io::Error>(c.to_vec())).collect::<Vec<_>>();
    let answer = caller.send(Method::POST, DOOR, Body::from_stream(futures_util::stream::iter(chunks))).await;
    assert_eq!(answer.token().access().len(), 2);
}

#[tokio::test]
async fn a45_a_post_that_is_no_form_is_refused() {
    let world = World::port().await;
    let json = world.anonymous().header("content-type", "application/json");
    let answer = json.send(Method::POST, DOOR, Body::from("{\"grant_type\":\"password\"}")).await;
    assert!(matches!(answer.status.as_u16(), 400 | 415), "{}", answer.status);
    let big = world.anonymous().post(DOOR, &format!("grant_type=password&x={}", "a".repeat(3 << 20))).await;
    assert!(matches!(big.status.as_u16(), 400 | 413), "{}", big.status);
    world.anonymous().post(DOOR, "grant_type=client_credentials&service=registry").await.refusal(
        400,
        "UNSUPPORTED",
        "unsupported_grant_type",
    );
    world.anonymous().post(DOOR, "service=registry").await.refusal(400, "UNSUPPORTED", "invalid_request");
}

#[tokio::test]
async fn t26_client_id_is_free_text() {
    let world = World::port().await;
    let path = format!("{}&client_id=web", ask("registry", &[]));
    world.person("bob").get(&path).await.expect(200);
    let event = world.last_event().await;
    assert_eq!(event.client.as_deref(), Some("registry"));
    assert_eq!(detail(&event, "client_id"), Some("web"));
}

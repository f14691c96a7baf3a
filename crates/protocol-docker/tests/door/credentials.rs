//! Wrong credentials, and users who may not enter.

use identity::{NewCredential, NewUser};
use serde_json::json;

use crate::harness::{AUTH, House, PASSWORD, get, post};

#[tokio::test]
async fn t02_wrong_and_unknown_look_the_same_and_only_the_event_knows() {
    let house = House::build().await;
    let wrong = house.get("service=registry&scope=repository:a:pull", Some(("alice", "wrong"))).await;
    let (kind, error, details) = house.last_event().await;
    assert_eq!((kind.as_str(), error.as_deref()), ("docker.token-refused", Some("invalid_user_credentials")));
    assert!(!format!("{details:?}").contains("wrong"));
    let unknown = house.get("service=registry&scope=repository:a:pull", Some(("nobody", "wrong"))).await;
    assert_eq!(house.last_event().await.1.as_deref(), Some("user_not_found"));
    for answer in [&wrong, &unknown] {
        assert_eq!(answer.status, 401);
        assert_eq!(answer.headers["www-authenticate"], "Basic realm=\"harbour\", charset=\"UTF-8\"");
    }
    assert_eq!(wrong.bytes, unknown.bytes);
    assert_eq!(wrong.message(), "Invalid username or password.");
    assert_eq!(wrong.json()["errors"][0]["detail"], json!([{"Type": "repository", "Name": "a", "Action": "pull"}]));
}

#[tokio::test]
async fn t05_people_who_must_do_something_first_are_told_what() {
    let house = House::build().await;
    let realm = house.realm().await;
    let add = |name: &'static str, change: fn(NewUser) -> NewUser| {
        let (store, realm) = (&house.store, &realm);
        async move { store.add_user(&realm.id, change(NewUser::named(name)), PASSWORD).await }
    };
    add("off", |user| NewUser { enabled: false, ..user }).await;
    add("pending", |user| NewUser { required_actions: vec!["UPDATE_PASSWORD".into()], ..user }).await;
    let factor = add("factor", |user| user).await;
    let mut tx = house.store.identity.begin().await.unwrap();
    let otp = NewCredential {
        id: None,
        kind: "otp".into(),
        label: None,
        created_at: None,
        credential_data: r#"{"subType":"totp","digits":6,"counter":0,"period":30,"algorithm":"HmacSHA1"}"#.into(),
        secret_data: r#"{"value":"12345678901234567890"}"#.to_owned().into(),
        document: json!({}),
    };
    tx.add_credential(&factor, otp).await.unwrap();
    tx.commit().await.unwrap();

    for (name, words, error) in [
        ("off", "Account is disabled", "user_disabled"),
        ("pending", "https://id.example/realms/harbour/account and set a new password", "resolve_required_actions"),
        ("factor", "second factor", "second_factor_required"),
    ] {
        let answer = house.get("service=registry", Some((name, PASSWORD))).await;
        assert_eq!(answer.status, 401, "{name}");
        assert!(answer.message().contains(words), "{name}: {}", answer.message());
        assert_eq!(house.last_event().await.1.as_deref(), Some(error), "{name}");
        // Nothing of it before the password is right.
        let answer = house.get("service=registry", Some((name, "wrong"))).await;
        assert_eq!(answer.message(), "Invalid username or password.", "{name}");
    }
    house.change_client("registry", json!({ "attributes": { "docker.second.factor": "ignore" } })).await;
    assert_eq!(house.get("service=registry", Some(("factor", PASSWORD))).await.status, 200);
}

#[tokio::test]
async fn a43_odd_headers_are_401_and_never_anonymous() {
    let house = House::build().await;
    house.rules("registry", &[&[("subject", "anyone"), ("name", "**"), ("actions", "pull")]]).await;
    for value in ["Bearer x", "Basic", "Basic !!!", "Basic YWI=", "Basic Og==", "Digest a", "Basic YTo="] {
        let mut request = get(&format!("{AUTH}?service=registry&scope=repository:a:pull"), None);
        request.headers_mut().insert("authorization", value.parse().unwrap());
        assert_eq!(house.send(request).await.status, 401, "{value}");
    }
}

#[tokio::test]
async fn t19_a_form_with_charset_and_empty_service_and_the_password_grant() {
    let house = House::build().await;
    let form = "grant_type=password&service=registry&client_id=containerd-client&username=alice&password=correct%3A+horse&scope=repository%3Aa%3Apull+repository%3Ab%3Apull";
    let answer = house.post(form).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["scope"], "repository:a:pull repository:b:pull");
    assert!(answer.json()["access_token"].is_string());
    let answer = house.post("grant_type=password&service=&username=alice&password=x").await;
    assert_eq!((answer.status.as_u16(), answer.json()["error"].as_str()), (400, Some("invalid_client")));
    for (form, error) in [
        ("", "invalid_request"),
        ("grant_type=authorization_code&service=registry", "unsupported_grant_type"),
        ("grant_type=password&service=registry", "invalid_request"),
    ] {
        let answer = house.post(form).await;
        assert_eq!((answer.status.as_u16(), answer.json()["error"].as_str()), (400, Some(error)), "{form}");
    }
    let mut request = post(AUTH, "{}");
    request.headers_mut().insert("content-type", "application/json".parse().unwrap());
    assert_eq!(house.send(request).await.status, 400);
    let long = format!("grant_type=password&service=registry&username=alice&password={}", "x".repeat(100_000));
    assert_eq!(house.post(&long).await.status, 413);
}

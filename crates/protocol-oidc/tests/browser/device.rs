//! Devices without a keyboard.

use http::StatusCode;
use protocol::LoginFailure;
use serde_json::{Value, json};

use crate::harness::{BASE, House};

const DEVICE: &str = "/realms/a/device";

async fn house() -> House {
    let house = House::build().await;
    house.change_client("web", json!({ "attributes": { "oauth2.device.authorization.grant.enabled": "true" } })).await;
    house
}

async fn ask(house: &House) -> Value {
    let form = [("client_id", "web"), ("client_secret", "web-secret"), ("scope", "openid")];
    let answer = house.post(&format!("{BASE}/auth/device"), &form, "").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()
}

#[tokio::test]
async fn a_device_is_given_a_code_that_a_person_brings() {
    let house = house().await;
    let asked = ask(&house).await;
    let names: Vec<&String> = asked.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        ["device_code", "user_code", "verification_uri", "verification_uri_complete", "expires_in", "interval"]
    );
    let code = asked["user_code"].as_str().unwrap().to_owned();
    assert_eq!((code.len(), code.find('-')), (9, Some(4)));
    assert_eq!((asked["expires_in"].as_i64(), asked["interval"].as_i64()), (Some(600), Some(5)));
    assert_eq!(asked["verification_uri"], "https://id.example/realms/a/device");
    assert_eq!(&*house.last_event().await.kind, "OAUTH2_DEVICE_AUTH");

    // The address fills the field, and does no more.
    let page = house.get(&format!("{DEVICE}?user_code={code}"), "").await.json();
    assert_eq!((page["page"].as_str(), page["code"].as_str()), (Some("device"), Some(&*code)));
    assert!(house.person.asked.lock().unwrap().is_empty());

    let typed = code.replace('-', "").to_lowercase();
    let done = house.post(DEVICE, &[("device_user_code", &typed)], "").await;
    assert_eq!(done.json()["heading"], "oauth2DeviceVerificationCompleteHeader");
    let demands = house.person.asked.lock().unwrap().pop().unwrap();
    assert!(demands.ask_consent && demands.prompt.consent, "the device may be somebody else's");
    let event = house.last_event().await;
    assert_eq!((&*event.kind, event.error.as_deref()), ("OAUTH2_DEVICE_VERIFY_USER_CODE", None));
    // An answer is final.
    let again = house.post(DEVICE, &[("device_user_code", &typed)], "").await;
    assert_eq!(again.json()["fault"], "oauth2DeviceInvalidUserCodeMessage");
}

#[tokio::test]
async fn wrong_and_old_codes_ask_again_and_log_nobody_in() {
    let house = house().await;
    let code = ask(&house).await["user_code"].as_str().unwrap().to_owned();
    let before = house.written().await;
    for wrong in ["", "BCDF-GHJK", "x", "<script>"] {
        let answer = house.post(DEVICE, &[("device_user_code", wrong)], "").await;
        assert_eq!(
            (answer.status, answer.json()["fault"].as_str()),
            (StatusCode::OK, Some("oauth2DeviceInvalidUserCodeMessage"))
        );
        let event = house.last_event().await;
        assert_eq!(
            (&*event.kind, event.error.as_deref()),
            ("OAUTH2_DEVICE_VERIFY_USER_CODE_ERROR", Some("invalid_oauth2_user_code"))
        );
    }
    house.store.clock.advance(601_000);
    let late = house.post(DEVICE, &[("device_user_code", &code)], "").await;
    assert_eq!(late.json()["fault"], "oauth2DeviceInvalidUserCodeMessage");
    assert!(house.person.asked.lock().unwrap().is_empty());
    assert_eq!(house.written().await, before);
}

#[tokio::test]
async fn a_person_may_say_no() {
    let house = house().await;
    let code = ask(&house).await["user_code"].as_str().unwrap().to_owned();
    *house.person.refuses.lock().unwrap() = Some(LoginFailure::AccessDenied);
    let answer = house.post(DEVICE, &[("device_user_code", &code)], "").await;
    assert_eq!(answer.json()["message"], "oauth2DeviceConsentDeniedMessage");
    assert_eq!(house.store.count("user_session").await, 0);
    *house.person.refuses.lock().unwrap() = None;
    let again = house.post(DEVICE, &[("device_user_code", &code)], "").await;
    assert_eq!(again.json()["fault"], "oauth2DeviceInvalidUserCodeMessage");
}

#[tokio::test]
async fn devices_of_clients_that_may_not_get_no_code() {
    let house = house().await;
    for (form, status, error) in [
        (&[("client_id", "hybrid"), ("client_secret", "web-secret")][..], 401, "unauthorized_client"),
        (&[("client_id", "web"), ("client_secret", "wrong")], 401, "unauthorized_client"),
        (&[("client_id", "nobody")], 401, "invalid_client"),
        (&[("client_id", "web"), ("client_secret", "web-secret"), ("scope", "frobnicate")], 400, "invalid_scope"),
        (&[("client_id", "web"), ("client_secret", "web-secret"), ("code_challenge", "short")], 400, "invalid_request"),
    ] {
        let answer = house.post(&format!("{BASE}/auth/device"), form, "").await;
        assert_eq!((answer.status.as_u16(), answer.json()["error"].as_str()), (status, Some(error)), "{form:?}");
        assert_eq!(&*house.last_event().await.kind, "OAUTH2_DEVICE_AUTH_ERROR");
    }
    assert_eq!(house.written().await, (0, 0, 0));
}

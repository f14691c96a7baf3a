//! A67 and second factors at a door with one field.

use crypto::otp::Totp;
use tokio::task::JoinSet;

use super::*;

const SECRET: &str = "a secret of twenty by";

fn data() -> Value {
    json!({ "subType": "totp", "digits": 6, "counter": 0, "period": 30, "algorithm": "HmacSHA1" })
}

fn code(steps_away: i64) -> String {
    let totp = Totp::from_keycloak(&data().to_string(), &json!({ "value": SECRET }).to_string()).unwrap();
    totp.code((totp.step_at(START.seconds()) + steps_away) as u64).to_string()
}

fn wrong_code() -> String {
    let taken: Vec<String> = (-2..=2).map(code).collect();
    (0..9).map(|number| format!("{number:06}")).find(|code| !taken.contains(code)).unwrap()
}

async fn enrolled(house: &House) -> UserId {
    let alice = house.user("alice").await;
    house.enrol(&alice, "otp", data(), json!({ "value": SECRET })).await;
    alice
}

async fn append(house: &House, code: &str) -> Result<Proven, Denied> {
    house.try_as("alice", &format!("{PASSWORD}{code}"), SecondFactor::Append).await
}

#[tokio::test]
async fn a67_a_code_works_once_and_the_next_one_after_it() {
    on_each(guarded(100), async |house| {
        let alice = enrolled(&house).await;
        let proven = append(&house, &code(0)).await.unwrap();
        assert_eq!((proven.method(), &proven.user().id), (crate::Method::PasswordAndOtp, &alice));
        assert_eq!(word(&append(&house, &code(0)).await), "invalid_user_credentials");
        assert_eq!(word(&append(&house, &code(-1)).await), "invalid_user_credentials", "older than the used one");
        assert_eq!(word(&append(&house, &code(1)).await), "ok");
        assert_eq!(word(&append(&house, &code(2)).await), "invalid_user_credentials", "outside the window");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a67_of_parallel_uses_of_a_code_one_is_let_in() {
    on_each(json!({ "passwordPolicy": CHEAP }), async |house| {
        enrolled(&house).await;
        let house = Arc::new(house);
        // Held until all have read the credential: none may rely on what it read then.
        house.gate.pause();
        let mut uses = JoinSet::new();
        for _ in 0..8 {
            let house = Arc::clone(&house);
            uses.spawn(async move { append(&house, &code(0)).await.is_ok() });
        }
        while house.identity.hashing().stats().shared_total < 7 {
            tokio::task::yield_now().await;
        }
        house.gate.resume();
        let mut let_in = 0;
        while let Some(answer) = uses.join_next().await {
            let_in += u32::from(answer.unwrap());
        }
        assert_eq!(let_in, 1);
    })
    .await;
}

#[tokio::test]
async fn a67_wrong_codes_look_like_wrong_passwords_cost_one_hash_and_count() {
    on_each(guarded(100), async |house| {
        let alice = enrolled(&house).await;
        let jobs = house.jobs();
        let tries = [
            format!("{PASSWORD}{}", wrong_code()),
            PASSWORD.to_owned(),
            format!("wrong{}", code(0)),
            format!("wrong{}", wrong_code()),
        ];
        for typed in &tries {
            let denied = house.try_as("alice", typed, SecondFactor::Append).await.unwrap_err();
            assert!(denied.looks_wrong());
            assert_eq!(denied.event_error(), "invalid_user_credentials");
        }
        assert_eq!(house.jobs() - jobs, 4);
        assert_eq!(house.failures(&alice).await, 4);
        // A right code in front of which the password was wrong has not been used up.
        assert_eq!(word(&append(&house, &code(0)).await), "ok");
        assert_eq!(house.failures(&alice).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a67_guesses_at_the_code_end_in_the_lock() {
    on_each(guarded(3), async |house| {
        enrolled(&house).await;
        for number in 0..3 {
            let guess =
                if code(0) == format!("00000{number}") { "000009".to_owned() } else { format!("00000{number}") };
            assert_eq!(word(&append(&house, &guess).await), "invalid_user_credentials");
        }
        assert_eq!(word(&append(&house, &code(0)).await), "user_temporarily_disabled");
        house.clock.advance(60_000);
        // Two steps on, with the code of that moment.
        assert_eq!(word(&append(&house, &code(2)).await), "ok");
    })
    .await;
}

#[tokio::test]
async fn a_realm_may_let_a_code_be_used_again() {
    on_each(json!({ "passwordPolicy": CHEAP, "otpPolicyCodeReusable": true }), async |house| {
        enrolled(&house).await;
        for _ in 0..2 {
            assert_eq!(word(&append(&house, &code(0)).await), "ok");
        }
    })
    .await;
}

#[tokio::test]
async fn a_door_without_a_field_for_codes_refuses_only_after_the_right_password() {
    on_each(json!({ "passwordPolicy": CHEAP }), async |house| {
        let alice = enrolled(&house).await;
        assert_eq!(house.outcome("alice", "wrong").await, "invalid_user_credentials");
        let denied = house.attempt("alice", PASSWORD).await.unwrap_err();
        assert!(matches!(&denied, Denied::SecondFactorRequired { user } if *user == alice));
        assert!(!denied.looks_wrong());
        let proven = house.try_as("alice", PASSWORD, SecondFactor::Ignore).await.unwrap();
        assert_eq!(proven.method(), crate::Method::Password);
    })
    .await;
}

#[tokio::test]
async fn a_second_factor_that_cannot_be_typed_is_refused_where_codes_are_appended() {
    on_each(json!({ "passwordPolicy": CHEAP }), async |house| {
        let kinds = [
            ("webauthn", json!({ "credentialId": "x" })),
            ("recovery-authn-codes", json!({ "remaining": 12 })),
            ("otp", json!({ "subType": "hotp", "digits": 6, "counter": 0, "period": 30, "algorithm": "HmacSHA1" })),
        ];
        for (kind, data) in kinds {
            let user = house.user(kind).await;
            house.enrol(&user, kind, data, json!({ "value": SECRET })).await;
            for factor in [SecondFactor::Append, SecondFactor::Refuse] {
                let answer = house.try_as(kind, PASSWORD, factor).await;
                assert!(matches!(answer, Err(Denied::SecondFactorRequired { .. })), "{kind}: {answer:?}");
            }
        }
        // Whoever has no second factor types the password alone, digits at its end included.
        house.user_with("plain", "pass123456", cheap()).await;
        assert_eq!(word(&house.try_as("plain", "pass123456", SecondFactor::Append).await), "ok");
    })
    .await;
}

//! The state of the user: right password, and yet.

use super::ask;
use crate::harness::{DOOR, World};

#[tokio::test]
async fn t05_disabled_pending_and_second_factor_users_are_told_why() {
    let world = World::port().await;
    for (name, word, error) in [
        ("disabled", "disabled", "user_disabled"),
        ("pending", "not fully set up", "resolve_required_actions"),
        ("otp", "second factor", "second_factor_required"),
    ] {
        let answer = world.person(name).get(&ask("registry", &["repository:public/app:pull"])).await;
        let message = answer.refusal(401, "UNAUTHORIZED", "invalid_grant").json()["errors"][0]["message"].clone();
        assert!(message.as_str().is_some_and(|m| m.contains(word)), "{name}: {message}");
        let event = world.last_event().await;
        assert_eq!(event.error.as_deref(), Some(error), "{name}");
        assert_eq!(event.user.as_ref().map(ToString::to_string), Some(world.user_id(name).await), "the user's real id");
        let form = format!("grant_type=password&username={name}&password=pw-{name}&service=registry");
        world.anonymous().post(DOOR, &form).await.refusal(401, "UNAUTHORIZED", "invalid_grant");
    }
}

#[tokio::test]
async fn a63_the_state_of_a_user_is_told_only_to_who_knows_the_password() {
    let world = World::port().await;
    let path = ask("registry", &[]);
    let plain = world.anonymous().basic("bob", "wrong").get(&path).await;
    for name in ["disabled", "pending", "otp"] {
        let answer = world.anonymous().basic(name, "wrong").get(&path).await;
        assert_eq!((answer.status, &answer.body), (plain.status, &plain.body), "{name}");
    }
}

#[tokio::test]
async fn a_second_factor_is_typed_after_the_password_where_the_client_says_so() {
    let world = World::port().await;
    let path = ask("append", &[]);
    world.person("otp").get(&path).await.expect(401);
    let code = world.otp_code();
    world.anonymous().basic("otp", &format!("pw-otp{code}")).get(&path).await.expect(200);
    // a67: once means once, in this door too.
    world.anonymous().basic("otp", &format!("pw-otp{code}")).get(&path).await.expect(401);
    world.clock.advance(30_000);
    let next = world.otp_code();
    assert_ne!(code, next);
    world.anonymous().basic("otp", &format!("wrong{next}")).get(&path).await.expect(401);
    world.anonymous().basic("otp", &format!("pw-otp{next}")).get(&path).await.expect(200);
    // Who has no second factor needs none.
    world.person("bob").get(&path).await.expect(200);
}

#[tokio::test]
async fn a67_one_code_from_many_requests_at_once_works_once() {
    let world = World::port().await;
    let code = world.otp_code();
    let caller = world.anonymous().basic("otp", &format!("pw-otp{code}"));
    let path = ask("append", &[]);
    let answers = futures_util::future::join_all((0..20).map(|_| caller.get(&path))).await;
    assert_eq!(answers.iter().filter(|a| a.status.as_u16() == 200).count(), 1);
}

#[tokio::test]
async fn keycloaks_way_with_a_second_factor_can_be_asked_for() {
    let world = World::port().await;
    world.person("otp").get(&ask("lax", &[])).await.expect(200);
}

#[tokio::test]
async fn a79_a_user_made_anew_under_an_old_name_gets_nothing_of_the_old_one() {
    let world = World::port().await;
    let id = world.user_id("bob").await;
    world.remove_user("bob").await;
    world.person("bob").get(&ask("registry", &[])).await.expect(401);
    world.add_user("bob", "pw-bob").await;
    let token = world.person("bob").get(&ask("registry", &["repository:team-a/app:pull"])).await.token();
    assert!(token.access().is_empty(), "the groups of the old one are gone");
    assert_ne!(world.user_id("bob").await, id);
}

#[tokio::test]
async fn t05_an_expired_password_is_refused_like_a_pending_action() {
    let world = World::port_with(|realm| realm["passwordPolicy"] = "forceExpiredPasswordChange(30)".into()).await;
    let path = ask("registry", &["repository:team-a/app:pull"]);
    let token = world.identity_token("bob").await;
    world.clock.advance(30 * 86_400_000 - 1_000);
    world.person("bob").get(&path).await.expect(200);
    world.clock.advance(1_000);
    let before = world.rows().await;
    let refused = world.person("bob").get(&path).await.refusal(401, "UNAUTHORIZED", "invalid_grant");
    let message = refused.json()["errors"][0]["message"].clone();
    assert!(message.as_str().is_some_and(|m| m.contains("not fully set up") && m.contains("/account")), "{message}");
    assert_eq!(world.last_event().await.error.as_deref(), Some("resolve_required_actions"));
    assert_eq!(world.rows().await, before);
    let form = format!("grant_type=refresh_token&refresh_token={token}&service=registry");
    world.anonymous().post(crate::harness::DOOR, &form).await.expect(200);
}

/// Names are values of bound parameters, whatever they spell.
#[tokio::test]
async fn a80_names_with_meta_characters_are_just_names() {
    let odd = ["' or '1'='1", "bob'; drop table realm_user; --", "b%b", "b_b", "\\\"bob", "bob\u{0}x"];
    let world = World::port().await;
    let path = ask("registry", &[]);
    let users = world.rows_of("realm_user").await;
    for name in odd {
        world.anonymous().basic(name, "pw-bob").get(&path).await.refusal(401, "UNAUTHORIZED", "invalid_grant");
        let service = ask(name, &[]);
        world.person("bob").get(&service).await.refusal(400, "DENIED", "invalid_client");
    }
    assert_eq!(world.rows_of("realm_user").await, users);
    // And whoever is called so logs in.
    let names = &odd[..4];
    let world = World::port_with(|realm| {
        for name in names {
            let user = serde_json::json!({"username": name, "enabled": true, "credentials": [{"type": "password", "value": "pw-odd"}]});
            realm["users"].as_array_mut().expect("users").push(user);
        }
    })
    .await;
    for name in names {
        let token = world.anonymous().basic(name, "pw-odd").get(&path).await.token();
        assert_eq!(token.claims()["sub"], *name);
    }
}

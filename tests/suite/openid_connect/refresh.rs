//! Refreshing, with and without rotation.

use serde_json::json;

use super::{claims, keys, last_event, log_in, log_in_as, refresh, refused, text, token, words, world, world_with};
use crate::harness::{World, answer::Token};

const REUSED: &str = "Maximum allowed refresh token reuse exceeded";
const NO_PART: &str = "Session doesn't have required client";

async fn rotating(max_reuse: i64, grace: &str) -> World {
    let grace = grace.to_owned();
    world_with(move |file| {
        file["revokeRefreshToken"] = json!(true);
        file["refreshTokenMaxReuse"] = json!(max_reuse);
        file["attributes"] = json!({"refreshTokenReuseGraceSeconds": grace});
    })
    .await
}

#[tokio::test]
async fn the_answer_is_keycloaks_and_the_old_token_still_works() {
    let world = world().await;
    let first = log_in(&world, "openid").await;
    let r1 = text(&first, "refresh_token");
    let second = refresh(&world, &r1).await.expect(200);
    assert_eq!(keys(&second.json()), keys(&first.json()));
    let access = claims(&text(&second, "access_token"));
    assert!(access["jti"].as_str().unwrap().starts_with("onrtrt:"));
    assert_eq!(access["sid"], first.json()["session_state"]);
    assert_eq!(keys(&access), keys(&claims(&text(&first, "access_token"))));
    assert_eq!(Token(text(&second, "refresh_token")).claims()["typ"], "Refresh");
    refresh(&world, &r1).await.expect(200);
    refresh(&world, &text(&second, "refresh_token")).await.expect(200);
    assert_eq!(last_event(&world).await, ("REFRESH_TOKEN".into(), None));
}

#[tokio::test]
async fn a25_the_scope_may_shrink_and_never_grows() {
    let world = world().await;
    let r1 = text(&log_in(&world, "openid phone").await, "refresh_token");
    let with = async |scope: &str| {
        let pairs = [
            ("grant_type", "refresh_token"),
            ("refresh_token", &*r1),
            ("scope", scope),
            ("client_id", "web"),
            ("client_secret", "web-secret"),
        ];
        token(&world, &pairs).await.expect(200)
    };
    assert_eq!(words(&with("openid").await.json()["scope"]), ["email", "openid", "profile"]);
    let wider = with("openid phone address").await;
    assert_eq!(words(&wider.json()["scope"]), ["email", "openid", "phone", "profile"]);
    // RFC 6749 §6: the next refresh token has the scope of the first, whatever was asked in between.
    assert!(words(&claims(&text(&with("openid").await, "refresh_token"))["scope"]).contains(&"phone"));
}

#[tokio::test]
async fn every_refusal_has_keycloaks_words_and_its_event() {
    let world = world().await;
    let first = log_in(&world, "openid").await;
    let r1 = text(&first, "refresh_token");
    refused(&refresh(&world, "abc").await, 400, "invalid_grant", "Invalid refresh token");
    assert_eq!(last_event(&world).await, ("REFRESH_TOKEN_ERROR".into(), Some("invalid_token".into())));
    for other in
        [text(&first, "access_token"), text(&first, "id_token"), format!("{r1}x"), r1[..r1.len() - 4].to_owned()]
    {
        refused(&refresh(&world, &other).await, 400, "invalid_grant", "Invalid refresh token");
    }
    let missing = [("grant_type", "refresh_token"), ("client_id", "web"), ("client_secret", "web-secret")];
    refused(&token(&world, &missing).await, 400, "invalid_request", "No refresh token");
    let spa = [("grant_type", "refresh_token"), ("refresh_token", &*r1), ("client_id", "spa")];
    refused(
        &token(&world, &spa).await,
        400,
        "invalid_grant",
        "Invalid refresh token. Token client and authorized client don't match",
    );
    // What did not work took nothing away.
    refresh(&world, &r1).await.expect(200);
    world.clock.advance(1801 * 1000);
    refused(&refresh(&world, &r1).await, 400, "invalid_grant", "Token is not active");
}

#[tokio::test]
async fn a25_a_session_that_ended_and_a_user_that_was_switched_off_end_the_token() {
    let world = world().await;
    let first = log_in(&world, "openid").await;
    let realm = world.realm("port").await;
    let sid = first.json()["session_state"].as_str().unwrap().parse().unwrap();
    world.identity.close_session(&realm, &sid).await.unwrap();
    refused(&refresh(&world, &text(&first, "refresh_token")).await, 400, "invalid_grant", "Session not active");
    let second = log_in(&world, "openid").await;
    world.set_enabled("alice", false).await;
    refused(&refresh(&world, &text(&second, "refresh_token")).await, 400, "invalid_grant", "User disabled");
}

#[tokio::test]
async fn a22_with_rotation_a_second_use_ends_the_family() {
    let world = rotating(0, "").await;
    let first = log_in(&world, "openid").await;
    let r1 = text(&first, "refresh_token");
    let second = refresh(&world, &r1).await.expect(200);
    refused(&refresh(&world, &r1).await, 400, "invalid_grant", REUSED);
    refused(&refresh(&world, &text(&second, "refresh_token")).await, 400, "invalid_grant", NO_PART);
    let access = text(&second, "access_token");
    let answer = world
        .anonymous()
        .header("authorization", &format!("Bearer {access}"))
        .get(&format!("{}/userinfo", super::BASE))
        .await;
    assert_eq!(answer.status.as_u16(), 401);
}

#[tokio::test]
async fn a23_of_fifty_uses_at_once_one_has_a_successor() {
    let world = rotating(0, "").await;
    let r1 = text(&log_in(&world, "openid").await, "refresh_token");
    let answers = futures_util::future::join_all((0..50).map(|_| refresh(&world, &r1))).await;
    let good: Vec<_> = answers.iter().filter(|answer| answer.status.as_u16() == 200).collect();
    assert!(good.len() <= 1, "{} answers", good.len());
    assert!(answers.iter().filter(|answer| answer.status.as_u16() != 200).count() >= 49);
    for answer in good {
        refused(&refresh(&world, &text(answer, "refresh_token")).await, 400, "invalid_grant", NO_PART);
    }
}

#[tokio::test]
async fn a23_within_the_grace_a_repeat_has_the_same_successor() {
    let world = rotating(0, "5").await;
    let r1 = text(&log_in(&world, "openid").await, "refresh_token");
    let answers = futures_util::future::join_all((0..10).map(|_| refresh(&world, &r1))).await;
    let mut successors: Vec<String> = answers
        .into_iter()
        .map(|answer| claims(&text(&answer.expect(200), "refresh_token"))["jti"].as_str().unwrap().to_owned())
        .collect();
    successors.dedup();
    assert_eq!(successors.len(), 1, "never two live successors");
    world.clock.advance(6000);
    refused(&refresh(&world, &r1).await, 400, "invalid_grant", REUSED);
}

#[tokio::test]
async fn a_realm_may_allow_more_uses() {
    let world = rotating(1, "").await;
    let r1 = text(&log_in(&world, "openid").await, "refresh_token");
    refresh(&world, &r1).await.expect(200);
    refresh(&world, &r1).await.expect(200);
    refused(&refresh(&world, &r1).await, 400, "invalid_grant", REUSED);
}

#[tokio::test]
async fn an_offline_token_outlives_the_log_in_and_ends_with_the_role() {
    let world = world().await;
    let first = log_in(&world, "openid offline_access").await;
    let r1 = text(&first, "refresh_token");
    world.clock.advance(24 * 3600 * 1000);
    let second = refresh(&world, &r1).await.expect(200);
    assert_eq!(second.json()["refresh_expires_in"], 0);
    assert!(claims(&text(&second, "access_token"))["jti"].as_str().unwrap().starts_with("ofrtrt:"));
    let realm = world.realm("port").await;
    let alice = world.user_id("alice").await.as_str().into();
    let mut tx = world.identity.begin().await.unwrap();
    tx.revoke_role(&alice, realm.role_named("default-roles-port").unwrap()).await.unwrap();
    tx.commit().await.unwrap();
    let answer = refresh(&world, &r1).await;
    refused(&answer, 400, "not_allowed", "Offline tokens not allowed for the user or client");
}

#[tokio::test]
async fn a79_a_refresh_token_of_a_client_that_was_made_anew_is_dead() {
    let world = world().await;
    let r1 = text(&log_in_as(&world, "spa", "alice", "openid").await, "refresh_token");
    let realm = world.realm("port").await;
    let spa = realm.client("spa").unwrap().id.clone();
    let mut tx = world.identity.begin().await.unwrap();
    tx.remove_client(&spa).await.unwrap();
    tx.commit().await.unwrap();
    let pairs = [("grant_type", "refresh_token"), ("refresh_token", &*r1), ("client_id", "spa")];
    refused(&token(&world, &pairs).await, 401, "invalid_client", "Invalid client or Invalid client credentials");
}

/// What a refresh costs, the bounds of its transaction counted: on one node nothing is read, and a token that is replaced is one
/// transaction. On several nodes the session and the token are looked up each time.
#[tokio::test]
async fn a_refresh_sends_few_statements() {
    for (rotate, alone, among_others) in [(false, 0, 2), (true, 3, 5)] {
        let world = world_with(|file| {
            file["revokeRefreshToken"] = json!(rotate);
            file["eventsEnabled"] = json!(false);
        })
        .await;
        let mut token = text(&log_in(&world, "openid").await, "refresh_token");
        let mut least = u64::MAX;
        for _ in 0..4 {
            let before = world.identity.statistics().statements;
            let answer = refresh(&world, &token).await.expect(200);
            // The poller may have looked meanwhile.
            least = least.min(world.identity.statistics().statements - before);
            token = text(&answer, "refresh_token");
        }
        let most = if world.identity.is_single_node() { alone } else { among_others };
        assert!(least <= most, "{least} statements, rotation {rotate}");
    }
}

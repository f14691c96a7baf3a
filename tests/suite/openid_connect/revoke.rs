//! Revocation.

use super::{BASE, last_event, log_in, log_in_as, post, refresh, refused, text, world};
use crate::harness::{Answer, World};

async fn ask(world: &World, token: &str, more: &[(&str, &str)]) -> Answer {
    let mut pairs = vec![("token", token), ("client_id", "web"), ("client_secret", "web-secret")];
    pairs.retain(|(name, _)| more.iter().all(|(other, _)| name != other));
    pairs.extend(more.iter().filter(|(_, value)| *value != "-"));
    post(&world.anonymous(), "revoke", &pairs).await
}

#[track_caller]
fn done(answer: &Answer) {
    assert_eq!((answer.status.as_u16(), answer.text()), (200, String::new()));
}

async fn userinfo(world: &World, token: &str) -> u16 {
    let caller = world.anonymous().header("authorization", &format!("Bearer {token}"));
    caller.get(&format!("{BASE}/userinfo")).await.status.as_u16()
}

#[tokio::test]
async fn a_revoked_access_token_is_dead_at_once_and_alone() {
    let world = world().await;
    let answer = log_in(&world, "openid").await;
    let access = text(&answer, "access_token");
    assert_eq!(userinfo(&world, &access).await, 200);
    // RFC 7009 §2.1: whatever the hint says.
    done(&ask(&world, &access, &[("token_type_hint", "frobnicate")]).await);
    assert_eq!(last_event(&world).await, ("REVOKE_GRANT".into(), None));
    assert_eq!(userinfo(&world, &access).await, 401);
    done(&ask(&world, &access, &[]).await);
    let next = refresh(&world, &text(&answer, "refresh_token")).await.expect(200);
    assert_eq!(userinfo(&world, &text(&next, "access_token")).await, 200);
}

#[tokio::test]
async fn a26_a_revoked_refresh_token_takes_all_with_it() {
    let world = world().await;
    let answer = log_in(&world, "openid").await;
    let newer = refresh(&world, &text(&answer, "refresh_token")).await.expect(200);
    done(&ask(&world, &text(&answer, "refresh_token"), &[("token_type_hint", "refresh_token")]).await);
    for token in [text(&answer, "refresh_token"), text(&newer, "refresh_token")] {
        refused(&refresh(&world, &token).await, 400, "invalid_grant", "Session not active");
    }
    assert_eq!(userinfo(&world, &text(&newer, "access_token")).await, 401);
    refused(&ask(&world, &text(&answer, "refresh_token"), &[]).await, 200, "invalid_token", "Invalid token");
    assert_eq!(last_event(&world).await, ("REVOKE_GRANT_ERROR".into(), Some("user_session_not_found".into())));
    assert_eq!(world.rows_of("user_session").await, 0);
}

#[tokio::test]
async fn a_revoked_offline_token_is_dead_too() {
    let world = world().await;
    let answer = log_in(&world, "offline_access").await;
    done(&ask(&world, &text(&answer, "refresh_token"), &[]).await);
    refused(
        &refresh(&world, &text(&answer, "refresh_token")).await,
        400,
        "invalid_grant",
        "Offline session not active",
    );
}

#[tokio::test]
async fn every_refusal_has_keycloaks_words() {
    let world = world().await;
    let answer = log_in(&world, "openid").await;
    refused(&ask(&world, "", &[("token", "-")]).await, 400, "invalid_request", "Token not provided");
    refused(&ask(&world, "abc", &[]).await, 200, "invalid_token", "Invalid token");
    for token in ["access_token", "refresh_token"] {
        let robot = [("client_id", "robot"), ("client_secret", "robot-secret")];
        refused(&ask(&world, &text(&answer, token), &robot).await, 400, "invalid_request", "Unmatching clients");
    }
    let unknown = [("client_id", "nobody"), ("client_secret", "x")];
    refused(&ask(&world, "abc", &unknown).await, 401, "invalid_client", "Invalid client or Invalid client credentials");
    assert_eq!(last_event(&world).await, ("REVOKE_GRANT_ERROR".into(), Some("client_not_found".into())));
    refused(&world.anonymous().get(&format!("{BASE}/revoke")).await, 405, "HTTP 405 Method Not Allowed", "");
    refresh(&world, &text(&answer, "refresh_token")).await.expect(200);
    let spa = text(&log_in_as(&world, "spa", "alice", "openid").await, "refresh_token");
    done(&ask(&world, &spa, &[("client_id", "spa"), ("client_secret", "-")]).await);
}

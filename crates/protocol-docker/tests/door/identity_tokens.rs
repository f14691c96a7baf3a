//! Identity tokens from issue to death.

use crypto::secret::Secret;
use identity::testing::CHEAP;
use identity::{TicketSelector, UserChange};
use protocol_docker::IDENTITY_TOKEN_KIND;
use serde_json::json;

use crate::harness::{House, PASSWORD, post};

const ALICE: Option<(&str, &str)> = Some(("alice", PASSWORD));

async fn log_in(house: &House) -> String {
    let answer = house.get("service=registry&client_id=docker&offline_token=true", ALICE).await;
    assert_eq!(answer.status, 200);
    answer.json()["refresh_token"].as_str().unwrap().to_owned()
}

fn refresh(token: &str, service: &str) -> String {
    format!("grant_type=refresh_token&service={service}&client_id=docker&scope=repository:a:pull&refresh_token={token}")
}

#[tokio::test]
async fn t22_a_token_is_given_when_asked_and_never_rotates() {
    let house = House::build().await;
    let token = log_in(&house).await;
    for _ in 0..3 {
        let answer = house.post(&refresh(&token, "registry")).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.json()["refresh_token"], token.as_str());
        assert_eq!(answer.claims()["sub"], "alice");
        assert_eq!(house.last_event().await.2["credential"], "identity-token");
    }
    // T21, T28: as a password without a name, and under the helper's.
    for name in ["", "<token>"] {
        let answer =
            house.get("service=registry&offline_token=true&scope=repository:a:pull", Some((name, &token))).await;
        assert_eq!(answer.status, 200, "{name}");
        // T24: a token makes no token.
        assert!(answer.json().get("refresh_token").is_none(), "{name}");
    }
    let events = format!("{:?}", house.events().await);
    assert!(!events.contains(&token) && !events.contains(PASSWORD), "no secret in an event");
}

#[tokio::test]
async fn t24_no_token_without_asking_or_where_the_client_has_none() {
    let house = House::build().await;
    assert!(house.get("service=registry", ALICE).await.json().get("refresh_token").is_none());
    let form = "grant_type=password&service=registry&username=alice&password=correct%3A+horse";
    assert!(house.post(form).await.json().get("refresh_token").is_none());
    assert!(house.post(&format!("{form}&access_type=offline")).await.json()["refresh_token"].is_string());
    house.change_client("registry", json!({ "attributes": { "docker.identity.tokens": "false" } })).await;
    assert!(house.get("service=registry&offline_token=true", ALICE).await.json().get("refresh_token").is_none());
}

#[tokio::test]
async fn a87_a_token_of_another_registry_or_of_nobody_opens_nothing() {
    let house = House::build().await;
    let token = log_in(&house).await;
    let flipped = format!("{}A", &token[..token.len() - 1]);
    let flipped = if flipped == token { format!("{}B", &token[..token.len() - 1]) } else { flipped };
    for (token, service) in
        [(token.as_str(), "other"), (flipped.as_str(), "registry"), ("pit_x", "registry"), ("%00", "registry")]
    {
        let answer = house.post(&refresh(token, service)).await;
        assert_eq!(answer.status, 401, "{service}");
        assert!(answer.message().contains("Log in again"));
        assert_eq!(house.last_event().await.1.as_deref(), Some("invalid_token"), "{service}");
    }
}

#[tokio::test]
async fn a39_a_token_of_one_realm_opens_nothing_in_another() {
    let house = House::build().await;
    let token = log_in(&house).await;
    let other = house.store.add_realm("quay", json!({})).await;
    let mut tx = house.store.identity.begin().await.unwrap();
    tx.add_client(&other.id, json!({ "clientId": "registry", "protocol": "docker-v2" })).await.unwrap();
    tx.commit().await.unwrap();
    let answer = house.send(post("/realms/quay/protocol/docker-v2/auth", &refresh(&token, "registry"))).await;
    assert_eq!(answer.status, 401);
    assert_eq!(house.post(&refresh(&token, "registry")).await.status, 200, "and is as good as before in its own");
}

#[tokio::test]
async fn t22_the_first_login_of_an_imported_user_gets_a_token_too() {
    // The hash is made anew in the background of that very login, which moves the user's version.
    let house = House::build().await;
    let logins: Vec<_> = (0..8).map(|_| log_in(&house)).collect();
    for login in logins {
        let token = login.await;
        assert_eq!(house.post(&refresh(&token, "registry")).await.status, 200);
        house.store.identity.rehashes_done().await;
    }
}

#[tokio::test]
async fn t23_a_token_dies_with_revocation_password_and_user() {
    let house = House::build().await;
    let realm = house.realm().await;
    let user = house.store.identity.find_user_by_login(&realm, "alice").await.unwrap().unwrap().id.clone();

    let token = log_in(&house).await;
    let revoked = TicketSelector::UserAndKind(&user, IDENTITY_TOKEN_KIND);
    assert_eq!(house.store.identity.revoke_tickets(&realm, revoked).await.unwrap(), 1);
    assert_eq!(house.post(&refresh(&token, "registry")).await.status, 401);

    let token = log_in(&house).await;
    let hash = house.store.identity.hashing().hash(CHEAP, &Secret::from(PASSWORD), [3; 16]).await.unwrap();
    let mut tx = house.store.identity.begin().await.unwrap();
    tx.set_password_hash(&user, &hash).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(house.post(&refresh(&token, "registry")).await.status, 401);

    let token = log_in(&house).await;
    let mut tx = house.store.identity.begin().await.unwrap();
    tx.change_user(&user, UserChange { enabled: Some(false), ..UserChange::default() }).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(house.post(&refresh(&token, "registry")).await.status, 401);
}

#[tokio::test]
async fn a_refresh_runs_no_statement_on_one_node() {
    let house = House::build().await;
    let token = log_in(&house).await;
    assert_eq!(house.post(&refresh(&token, "registry")).await.status, 200);
    house.store.identity.flush_events().await;
    let before = house.store.identity.statistics().statements;
    for _ in 0..50 {
        assert_eq!(house.post(&refresh(&token, "registry")).await.status, 200);
    }
    // Events are flushed in batches: a handful of statements for fifty requests, and none of their own.
    let spent = house.store.identity.statistics().statements - before;
    assert!(spent < 25, "{spent} statements for 50 requests");
}

#[tokio::test]
async fn of_too_many_tokens_the_longest_unused_is_revoked_and_an_event_tells() {
    let house = House::build().await;
    let first = log_in(&house).await;
    house.store.clock.advance(1);
    let second = log_in(&house).await;
    // The first is in use; what was used last is written down once an hour.
    house.store.clock.advance(3_600_000);
    assert_eq!(house.post(&refresh(&first, "registry")).await.status, 200);
    for _ in 2..100 {
        house.store.clock.advance(1);
        log_in(&house).await;
    }
    assert!(!house.events().await.iter().any(|event| event.kind == "docker.identity-tokens-displaced"));
    assert_eq!(house.store.count("ticket").await, 100);
    let newest = log_in(&house).await;
    assert_eq!(house.store.count("ticket").await, 100);
    let events = house.events().await;
    let displaced: Vec<_> = events.iter().filter(|event| event.kind == "docker.identity-tokens-displaced").collect();
    assert_eq!(displaced.len(), 1);
    assert!(displaced[0].details.contains(&("count".into(), "1".to_owned())), "{displaced:?}");
    assert_eq!(house.post(&refresh(&second, "registry")).await.status, 401);
    for kept in [&first, &newest] {
        assert_eq!(house.post(&refresh(kept, "registry")).await.status, 200);
    }
}

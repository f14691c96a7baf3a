//! `service` selects the registry, and nothing else does.

use super::ask;
use crate::harness::{DOOR, World};

const SCOPE: &str = "repository:team-a/app:pull";

#[tokio::test]
async fn a84_service_unknown_or_missing_is_refused() {
    let world = World::port().await;
    let before = world.rows().await;
    let caller = world.person("alice");
    let answer = caller.get(DOOR).await.refusal(400, "UNSUPPORTED", "invalid_request");
    assert_eq!(answer.json()["error_description"], "service parameter must be provided");
    for service in ["", "nothing", "registry%00", "REGISTRY"] {
        let answer = caller.get(&format!("{DOOR}?service={service}")).await.refusal(400, "DENIED", "invalid_client");
        assert_eq!(answer.json()["error_description"], "Client specified by 'service' parameter does not exist");
    }
    assert!(world.events().await.iter().all(|e| e.kind == "docker.token-refused" && e.error.is_some()));
    assert_eq!(world.events().await.len(), 5);
    assert_eq!(world.rows().await, before);
}

#[tokio::test]
async fn a84_the_audience_is_exactly_the_one_service() {
    let world = World::port().await;
    let path = format!("{}&service=plain", ask("registry", &[SCOPE]));
    world.person("bob").get(&path).await.refusal(400, "UNSUPPORTED", "invalid_request");
    let token = world.person("bob").get(&ask("registry", &[SCOPE])).await.token();
    assert_eq!(token.claims()["aud"], "registry");
}

/// RFC 6749 §3.2: no parameter may come twice; the registry's own `scope` may.
#[tokio::test]
async fn a47_a_parameter_that_comes_twice_is_refused() {
    let world = World::port().await;
    let before = world.rows().await;
    let form = "grant_type=password&username=bob&password=pw-bob&service=registry";
    for twice in ["grant_type=refresh_token", "username=alice", "password=pw-alice", "service=plain"] {
        let answer = world.anonymous().post(DOOR, &format!("{form}&{twice}")).await;
        answer.refusal(400, "UNSUPPORTED", "invalid_request");
    }
    let refresh = "grant_type=refresh_token&refresh_token=a&refresh_token=b&service=registry";
    world.anonymous().post(DOOR, refresh).await.refusal(400, "UNSUPPORTED", "invalid_request");
    let both = world.person("alice").post(DOOR, form).await;
    both.refusal(400, "UNSUPPORTED", "invalid_request");
    assert_eq!(world.rows().await, before);
}

#[tokio::test]
async fn a88_a_disabled_client_gives_no_token() {
    let world = World::port().await;
    let answer = world.person("alice").get(&ask("off", &[SCOPE])).await.refusal(400, "DENIED", "invalid_client");
    assert_eq!(answer.json()["error_description"], "Client specified by 'service' is disabled");
    assert_eq!(world.last_event().await.error.as_deref(), Some("client_disabled"));
}

/// Keycloak, before CVE-2026-2733 and after: a client of another protocol is no registry.
#[tokio::test]
async fn a88_a_client_of_another_protocol_gives_no_token() {
    let world = World::port().await;
    for service in ["web", "account", "admin-cli", "realm-management"] {
        world.person("alice").get(&ask(service, &[SCOPE])).await.refusal(400, "DENIED", "invalid_client");
    }
    let form = "grant_type=password&username=alice&password=pw-alice&service=web";
    world.anonymous().post(DOOR, form).await.refusal(400, "DENIED", "invalid_client");
}

#[tokio::test]
async fn a_service_goes_by_its_aliases_and_may_be_a_url() {
    let world = World::port().await;
    for alias in ["https://registry.example", "reg.example:5000"] {
        let token = world.person("bob").get(&ask(alias, &[SCOPE])).await.token();
        assert_eq!(token.claims()["aud"], alias, "the registry checks for the name it was configured with");
        assert_eq!(token.claims()["azp"], "registry");
        assert_eq!(token.access(), [SCOPE]);
    }
}

#[tokio::test]
async fn a88_a_disabled_realm_gives_no_token() {
    let world = World::port_with(|realm| realm["enabled"] = false.into()).await;
    let answer = world.person("alice").get(&ask("plain", &[SCOPE])).await;
    assert!(answer.status.is_client_error(), "{}", answer.status);
    assert!(answer.json()["errors"].is_array());
}

#[tokio::test]
async fn an_unknown_realm_is_404_in_the_doors_own_format() {
    let world = World::port().await;
    for path in [
        "/realms/nowhere/protocol/docker-v2/auth?service=x",
        "/realms/..%2fport/protocol/docker-v2/auth",
        "/realms/PORT/protocol/docker-v2/auth",
    ] {
        let answer = world.person("alice").get(path).await;
        assert!(matches!(answer.status.as_u16(), 400 | 404), "{path}: {}", answer.status);
        assert!(answer.header("content-type").starts_with("application/json"), "{path}");
    }
}

#[tokio::test]
async fn t47_two_realms_with_the_same_name_in_both() {
    let world = World::port().await;
    let mut other = crate::harness::realm::port();
    other["realm"] = "starboard".into();
    other["users"][1]["credentials"][0]["value"] = "another".into();
    world.import(other).await;
    let path = ask("plain", &[SCOPE]);
    let there = path.replace("/realms/port/", "/realms/starboard/");
    let here = world.person("bob").get(&path).await.token();
    world.person("bob").get(&there).await.refusal(401, "UNAUTHORIZED", "invalid_grant");
    let token = world.anonymous().basic("bob", "another").get(&there).await.token();
    assert_ne!(here.claims()["iss"], token.claims()["iss"]);
    assert_ne!(here.header()["kid"], token.header()["kid"], "a39: no key is shared between realms");
}

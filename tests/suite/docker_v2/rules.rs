//! Grant = requested ∩ allowed, by the access rules of the client.

use serde_json::json;

use super::ask;
use crate::harness::{World, detail, realm::rule};

#[tokio::test]
async fn t08_everybody_gets_what_the_rules_say_and_no_more() {
    let world = World::port().await;
    let all = |name: &str| ask("registry", &[&format!("repository:{name}:pull,push,delete")]);
    for (who, name, granted) in [
        ("alice", "team-b/app", "pull,push,delete"),
        ("bob", "team-a/app", "pull,push"),
        ("bob", "team-b/app", ""),
        ("bob", "team-a/deep/app", ""),
        ("bob", "home/bob/x", "pull,push,delete"),
        ("bob", "home/alice/x", ""),
        ("carol", "team-a/deep/app", "pull"),
        ("carol", "public/app", "pull"),
        ("dave", "team-a/backend/app", "pull,push"),
        ("dave", "team-a/app", ""),
    ] {
        let access = world.person(who).get(&all(name)).await.token().access();
        let expected: Vec<String> =
            if granted.is_empty() { vec![] } else { vec![format!("repository:{name}:{granted}")] };
        assert_eq!(access, expected, "{who} at {name}");
    }
}

#[tokio::test]
async fn deny_beats_allow_whatever_the_order() {
    let world = World::port().await;
    for who in ["alice", "bob", "carol"] {
        let token = world.person(who).get(&ask("registry", &["repository:team-a/sealed:pull"])).await.token();
        assert!(token.access().is_empty(), "{who}: {:?}", token.access());
    }
    let event = world.last_event().await;
    assert_eq!(detail(&event, "denied"), Some("repository:team-a/sealed:pull"));
}

#[tokio::test]
async fn t13_the_catalog_is_for_administrators() {
    let world = World::port().await;
    let path = ask("registry", &["registry:catalog:*"]);
    assert_eq!(world.person("alice").get(&path).await.token().access(), ["registry:catalog:*"]);
    assert!(world.person("bob").get(&path).await.token().access().is_empty());
    let search = world.person("alice").get(&ask("registry", &["registry:catalog:search"])).await;
    assert!(search.expect(200).token().access().is_empty(), "an action that registries do not know is dropped");
}

#[tokio::test]
async fn t11_a_star_is_granted_to_who_has_everything_and_otherwise_what_is_held() {
    let world = World::port().await;
    let path = ask("registry", &["repository:team-a/app:*"]);
    let owner = world.person("alice").get(&path).await.token().claims()["access"][0]["actions"].clone();
    for action in ["pull", "push", "delete", "*"] {
        assert!(owner.as_array().expect("actions").contains(&json!(action)), "{owner}");
    }
    assert_eq!(world.person("bob").get(&path).await.token().access(), ["repository:team-a/app:pull,push"]);
}

#[tokio::test]
async fn t18_anonymous_pulls_what_is_public() {
    let world = World::port().await;
    let token = world.anonymous().get(&ask("registry", &["repository:public/app:pull,push"])).await.token();
    assert_eq!(token.access(), ["repository:public/app:pull"]);
    assert_eq!(token.claims()["sub"], "");
    let token = world
        .anonymous()
        .get(&ask("registry", &["repository:public/app:pull", "repository:team-a/app:pull"]))
        .await
        .token();
    assert_eq!(token.access(), ["repository:public/app:pull"]);
    world.anonymous().get(&ask("registry", &["repository:public/app:push"])).await.refusal(
        401,
        "UNAUTHORIZED",
        "invalid_grant",
    );
    world.anonymous().get(&ask("plain", &["repository:public/app:pull"])).await.refusal(
        401,
        "UNAUTHORIZED",
        "invalid_grant",
    );
}

#[tokio::test]
async fn a83_a_right_on_one_name_is_no_right_on_a_longer_one() {
    let world = World::port_with(|realm| {
        realm["clients"][2]["protocolMappers"] =
            json!([rule("one", json!({"subject": "user:bob", "name": "team/app", "actions": "*"}))]);
    })
    .await;
    let names = ["team/app", "team/app-secret", "team/app/x", "team/app/../x", "team", "team/ap", "xteam/app"];
    let scopes: Vec<String> = names.iter().map(|n| format!("repository:{n}:pull")).collect();
    let token =
        world.person("bob").get(&ask("shut", &scopes.iter().map(String::as_str).collect::<Vec<_>>())).await.token();
    assert_eq!(token.access(), ["repository:team/app:pull"]);
}

#[tokio::test]
async fn a89_a_mount_source_that_may_not_be_read_is_left_out() {
    let world = World::port().await;
    let path = ask("registry", &["repository:team-a/app:push,pull", "repository:team-b/base:pull"]);
    assert_eq!(world.person("bob").get(&path).await.token().access(), ["repository:team-a/app:push,pull"]);
}

#[tokio::test]
async fn t12_a_reader_who_asks_for_push_gets_pull() {
    let world = World::port().await;
    let token = world.person("carol").get(&ask("registry", &["repository:team-a/app:push,pull"])).await.token();
    assert_eq!(token.access(), ["repository:team-a/app:pull"]);
}

#[tokio::test]
async fn a_client_without_mappers_grants_nothing_and_still_answers() {
    let world = World::port().await;
    let token = world.person("alice").get(&ask("shut", &["repository:team-a/app:pull"])).await.token();
    assert!(token.access().is_empty());
}

#[tokio::test]
async fn t17_a_name_in_a_pattern_is_a_literal() {
    let world = World::port_with(|realm| {
        for name in ["a/*", "..", "**", "*"] {
            realm["users"]
                .as_array_mut()
                .expect("users")
                .push(crate::harness::realm::user(name, json!({"email": null})));
        }
    })
    .await;
    for (name, repository) in [("a/*", "home/a/x/y"), ("..", "home/../x"), ("**", "home/bob/x"), ("*", "home/bob/x")] {
        let token = world.person(name).get(&ask("registry", &[&format!("repository:{repository}:pull")])).await.token();
        assert!(token.access().is_empty(), "{name}: {:?}", token.access());
    }
}

#[tokio::test]
async fn an_unknown_key_or_value_does_not_come_in() {
    for config in [
        json!({"subject": "anyone", "name": "**", "actions": "*", "colour": "blue"}),
        json!({"subject": "planet:mars", "name": "**", "actions": "*"}),
        json!({"effect": "perhaps", "subject": "anyone", "name": "**", "actions": "*"}),
        json!({"effect": "deny", "subject": "anyone", "name": "**", "actions": "*", "networks": "here"}),
    ] {
        let mut file = crate::harness::realm::port();
        file["clients"][2]["protocolMappers"] = json!([rule("odd", config.clone())]);
        let world = World::empty().await;
        let faults = world.refused(file).await;
        assert!(faults.iter().any(|fault| fault.starts_with("/clients/2/")), "{config}: {faults:?}");
        assert_eq!(world.rows_of("realm").await, 0, "nothing is written");
    }
}

/// Should such a rule stand in the store all the same, written by an older or a newer version.
#[tokio::test]
async fn an_unknown_key_or_value_fails_closed() {
    for (what, allow, deny) in [
        (
            "key",
            json!({"subject": "anyone", "name": "**", "actions": "*", "colour": "blue"}),
            json!({"effect": "deny", "subject": "user:nobody", "name": "x", "actions": "pull", "colour": "blue"}),
        ),
        (
            "subject",
            json!({"subject": "planet:mars", "name": "**", "actions": "*"}),
            json!({"effect": "deny", "subject": "planet:mars", "name": "x", "actions": "pull"}),
        ),
        (
            "value",
            json!({"effect": "perhaps", "subject": "anyone", "name": "**", "actions": "*"}),
            json!({"effect": "deny", "subject": "anyone", "name": "**", "actions": "*", "networks": "here"}),
        ),
    ] {
        let world = World::port().await;
        let path = |service| ask(service, &["repository:team-a/app:pull"]);
        assert!(!world.person("alice").get(&path("plain")).await.token().access().is_empty());
        world.add_rule("shut", &allow).await;
        world.add_rule("plain", &deny).await;
        assert!(
            world.person("alice").get(&path("shut")).await.token().access().is_empty(),
            "{what}: an allow never matches"
        );
        assert!(
            world.person("alice").get(&path("plain")).await.token().access().is_empty(),
            "{what}: a deny always does"
        );
    }
}

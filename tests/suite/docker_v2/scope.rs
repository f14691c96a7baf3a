//! The scope grammar as registries and clients really use it.

use axum::body::Body;

use super::{ask, encode};
use crate::harness::{DOOR, World};

#[tokio::test]
async fn t09_scopes_repeated_spaced_or_both_are_all_read() {
    let world = World::port().await;
    let alice = world.person("alice");
    let (x, y) = ("repository:team-a/x:pull,push", "repository:team-b/y:pull");
    assert_eq!(alice.get(&ask("registry", &[x, y])).await.token().access(), [x, y]);
    assert_eq!(alice.get(&ask("registry", &[&format!("{x} {y}")])).await.token().access(), [x, y]);
    assert_eq!(alice.get(&ask("registry", &[&format!("  {x}   {y} "), x])).await.token().access(), [x, y]);
}

#[tokio::test]
async fn t16_overlapping_entries_of_one_repository_are_merged() {
    let world = World::port().await;
    let path = ask(
        "registry",
        &[
            "repository:team-a/x:pull",
            "repository:team-a/x:pull,push repository:team-a/x:pull",
            "repository:team-a/x:push",
        ],
    );
    assert_eq!(world.person("bob").get(&path).await.token().access(), ["repository:team-a/x:pull,push"]);
}

#[tokio::test]
async fn t14_the_class_of_a_type_is_dropped_and_merged() {
    let world = World::port().await;
    let path = ask(
        "registry",
        &["repository(plugin):team-a/x:pull,push repository:team-a/x:pull repository:team-a/x:pull,push"],
    );
    assert_eq!(world.person("bob").get(&path).await.token().access(), ["repository:team-a/x:pull,push"]);
}

#[tokio::test]
async fn t15_names_with_a_port_deep_names_and_long_names() {
    let world = World::port().await;
    let deep = "a/b/c/d/e";
    let long = format!("team/{}", "n".repeat(250));
    for name in ["host:5000/a/b", deep, long.as_str()] {
        let scope = format!("repository:{name}:pull");
        assert_eq!(world.person("bob").get(&ask("plain", &[&scope])).await.token().access(), [scope]);
    }
}

#[tokio::test]
async fn a82_malformed_scopes_are_left_out_and_never_break() {
    let world = World::port().await;
    for scope in [
        "::",
        "a",
        ":",
        "",
        "repository",
        "repository:",
        "repository::pull",
        ":x:pull",
        "repository:x:",
        "repository:x:,,",
        "\u{0}",
        "repository:\u{0}:pull",
        "%00",
        "%zz",
        "repository:x\n:pull",
    ] {
        let answer = world.person("alice").get(&ask("plain", &[scope])).await.expect(200);
        let token = answer.token();
        let access = token.access();
        assert!(access.is_empty(), "{scope:?}: {access:?}");
    }
    let good = "repository:team-a/x:pull";
    assert_eq!(world.person("alice").get(&ask("plain", &["a", good, "::"])).await.token().access(), [good]);
    // Broken percent escapes in the raw query.
    world.person("alice").get(&format!("{DOOR}?service=plain&scope=%")).await.expect(200);
    world.person("alice").get(&format!("{DOOR}?service=plain&scope=%ff%fe&&&=&scope")).await.expect(200);
}

#[tokio::test]
async fn a82_actions_outside_the_grammar_are_not_granted() {
    let world = World::port().await;
    let path = ask("plain", &["repository:team-a/x:pull,fly,PULL,pull", "registry:catalog:*"]);
    let access = world.person("alice").get(&path).await.token().access();
    assert_eq!(access, ["repository:team-a/x:pull", "registry:catalog:*"]);
}

#[tokio::test]
async fn a48_ten_thousand_scopes_are_bounded() {
    let world = World::port().await;
    let many: String = (0..10_000).fold(String::new(), |mut all, n| {
        all.push_str("&scope=");
        all.push_str(&encode(&format!("repository:team-a/x{n}:pull")));
        all
    });
    let longest_line: String = many.split_inclusive("pull").take(1_500).collect();
    let answer = world.person("alice").get(&format!("{DOOR}?service=plain{longest_line}")).await;
    assert!(matches!(answer.status.as_u16(), 200 | 400 | 414), "{}", answer.status);
    let form = format!("grant_type=password&username=alice&password=pw-alice&service=plain{many}");
    let answer = world.anonymous().post(DOOR, &form).await;
    assert!(matches!(answer.status.as_u16(), 200 | 400 | 413), "{}", answer.status);
    if answer.status.as_u16() == 200 {
        assert!(answer.body.len() < 1 << 20, "{} bytes", answer.body.len());
    }
}

#[tokio::test]
async fn a81_a_repository_name_is_never_turned_into_another() {
    let world = World::port().await;
    for name in [
        "..",
        "a/../b",
        "/a",
        "a//b",
        "Upper/Case",
        "a%2fb",
        "a\nb",
        "a\u{0}b",
        "ünïcode",
        "a/",
        "team-a/x/",
        "team-a/../team-b/x",
        ".",
    ] {
        let scope = format!("repository:{name}:pull");
        let token = world.person("bob").get(&ask("registry", &[&scope])).await.token();
        assert!(token.access().is_empty(), "{name:?}: {:?}", token.access());
    }
    let longest = format!("repository:{}:pull", "a".repeat(300));
    assert!(world.person("alice").get(&ask("registry", &[&longest])).await.token().access().is_empty());
}

#[tokio::test]
async fn a_post_body_with_scopes_in_every_shape() {
    let world = World::port().await;
    let form = format!(
        "grant_type=password&username=alice&password=pw-alice&service=registry&scope={}&scope=&scope={}",
        encode("repository:a:pull repository:b:push"),
        encode("repository:c:pull")
    );
    let caller = world.anonymous().header("content-type", "application/x-www-form-urlencoded");
    let token = caller.send(axum::http::Method::POST, DOOR, Body::from(form)).await.token();
    assert_eq!(token.access(), ["repository:a:pull", "repository:b:push", "repository:c:pull"]);
}

//! Mappers and role filtering as a realm file brings them.

use serde_json::json;

use super::{claims, client, log_in, log_in_as, text, world, world_with};

#[tokio::test]
async fn a_clients_mappers_write_what_keycloaks_do() {
    let world = world_with(|file| {
        let mapper = |name: &str, kind: &str, config: serde_json::Value| json!({"name": name, "protocol": "openid-connect", "protocolMapper": kind, "config": config});
        client(file, "web")["protocolMappers"] = json!([
            mapper("department", "oidc-usermodel-attribute-mapper", json!({"user.attribute": "department", "claim.name": "dept.name", "jsonType.label": "String", "id.token.claim": "true", "access.token.claim": "true"})),
            mapper("fixed", "oidc-hardcoded-claim-mapper", json!({"claim.name": "fixed", "claim.value": "7", "jsonType.label": "int", "access.token.claim": "true"})),
            mapper("robot", "oidc-audience-mapper", json!({"included.client.audience": "robot", "access.token.claim": "true"})),
            mapper("groups", "oidc-group-membership-mapper", json!({"claim.name": "groups", "full.path": "true", "access.token.claim": "true"})),
            mapper("third party", "oidc-of-somebody-else", json!({"claim.name": "x"})),
        ]);
    })
    .await;
    let answer = log_in(&world, "openid").await;
    let access = claims(&text(&answer, "access_token"));
    let mut audiences: Vec<&str> = access["aud"].as_array().unwrap().iter().map(|aud| aud.as_str().unwrap()).collect();
    audiences.sort_unstable();
    assert_eq!(audiences, ["account", "robot"]);
    assert_eq!((&access["dept"], &access["fixed"]), (&json!({"name": "lab"}), &json!(7)));
    assert_eq!(access["groups"], json!(["/team/backend"]));
    let id = claims(&text(&answer, "id_token"));
    assert_eq!((&id["dept"], id.get("fixed")), (&json!({"name": "lab"}), None));
    assert_eq!(claims(&text(&answer, "refresh_token"))["aud_x"], access["aud"]);
}

#[tokio::test]
async fn a_client_without_full_scope_sees_what_it_is_mapped_to() {
    let world = world_with(|file| {
        file["scopeMappings"] = json!([{"client": "narrow", "roles": ["reader"]}]);
        file["users"][0]["clientRoles"] = json!({"web": ["editor"]});
    })
    .await;
    let narrow = claims(&text(&log_in_as(&world, "narrow", "alice", "").await, "access_token"));
    assert_eq!(narrow["realm_access"]["roles"], json!(["reader"]));
    assert!(narrow.get("resource_access").is_none() && narrow.get("aud").is_none(), "{narrow}");
    let wide = claims(&text(&log_in_as(&world, "web", "alice", "").await, "access_token"));
    assert_eq!(wide["resource_access"]["web"]["roles"], json!(["editor"]));
    // The client itself is not its own audience.
    assert_eq!(wide["aud"], "account");
}

#[tokio::test]
async fn optional_scopes_come_when_they_are_asked_for() {
    let world = world().await;
    let with = claims(&text(&log_in(&world, "openid microprofile-jwt").await, "access_token"));
    assert_eq!(with["upn"], "alice");
    assert_eq!(with["groups"], json!(["default-roles-port", "offline_access", "reader", "uma_authorization"]));
    let without = claims(&text(&log_in(&world, "openid").await, "access_token"));
    assert!(without.get("upn").is_none());
}

#[tokio::test]
async fn pairwise_subjects_differ_by_host_and_userinfo_agrees() {
    let world = world_with(|file| {
        let mapper = json!([{"name": "pairwise", "protocol": "openid-connect", "protocolMapper": "oidc-sha256-pairwise-sub-mapper",
            "config": {"pairwiseSubAlgorithmSalt": "salt"}}]);
        client(file, "web")["protocolMappers"] = mapper.clone();
        client(file, "spa")["protocolMappers"] = mapper;
        client(file, "spa")["redirectUris"] = json!(["https://other.example/cb"]);
    })
    .await;
    let web = log_in(&world, "openid").await;
    let spa = log_in_as(&world, "spa", "alice", "openid").await;
    let sub = claims(&text(&web, "id_token"))["sub"].clone();
    assert_eq!(claims(&text(&web, "access_token"))["sub"], sub);
    assert_ne!(claims(&text(&spa, "id_token"))["sub"], sub);
    assert_ne!(sub, world.user_id("alice").await);
    let bearer = world.anonymous().header("authorization", &format!("Bearer {}", text(&web, "access_token")));
    assert_eq!(bearer.get(&format!("{}/userinfo", super::BASE)).await.expect(200).json()["sub"], sub);
    super::refresh(&world, &text(&web, "refresh_token")).await.expect(200);
}

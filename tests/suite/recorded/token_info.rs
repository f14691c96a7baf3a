//! Userinfo, introspection and revocation.

use identity::UserChange;
use serde_json::{Value, json};

use super::{
    Player,
    answered::{bearer, events, member, password, token},
    realm,
};
use crate::harness::Answer;

#[tokio::test]
async fn questions_about_tokens_are_answered_as_recorded() {
    let world = realm::world().await;
    let mut player = Player::new(&world, "oidc-tokeninfo");
    let held = password(&world, Some("openid")).await;
    let robot = robot(&player).await;
    userinfo(&mut player, &held, &robot).await;
    introspection(&mut player, &held, &robot).await;
    revocation(&mut player, &held).await;
    ends(&mut player).await;
    // Keycloak stores no event of userinfo, introspection and refreshes unless it is told to.
    let stored = ["LOGIN", "CLIENT_LOGIN", "REVOKE_GRANT", "REVOKE_GRANT_ERROR"];
    let seen = events(&world, |kind| stored.contains(&kind)).await;
    player.note_events("events, one of each kind", &seen);
    player.finish();
}

async fn robot(player: &Player<'_>) -> String {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "robot"),
        ("client_secret", "robot-secret"),
        ("scope", "openid"),
    ];
    member(&token(player.world, &form).await.expect(200), "access_token")
}

async fn userinfo(player: &mut Player<'_>, held: &Answer, robot: &str) {
    let world = player.world;
    let access = member(held, "access_token");
    let shown = bearer(&access);
    for case in ["GET", "POST with header", "POST with form", "with Origin", "foreign Origin", "header and form"] {
        let bound = [("authorization", &*shown), ("access_token", &*access)];
        player.play(&format!("userinfo: {case}"), &bound).await;
    }
    player.play("userinfo: token in the query", &[("access_token", &access)]).await;
    let broken = format!("{}AAAAAA", &access[..access.len() - 6]);
    let without = member(&password(world, None).await, "access_token");
    let all = "openid profile email address phone roles";
    let everything = member(&password(world, Some(all)).await, "access_token");
    for (case, shown) in [
        ("broken signature", &*broken),
        ("id token", &member(held, "id_token")),
        ("refresh token", &member(held, "refresh_token")),
        ("token without openid", &without),
        ("service account", robot),
        ("everything", &everything),
    ] {
        player.play(&format!("userinfo: {case}"), &[("authorization", &bearer(shown))]).await;
    }
    realm::change_web(world, json!({"user.info.response.signature.alg": "RS256"})).await;
    let shown = bearer(&member(&password(world, Some("openid")).await, "access_token"));
    player.play("userinfo: signed", &[("authorization", &shown)]).await;
    realm::change_web(world, json!({"user.info.response.signature.alg": null})).await;
    player.through("userinfo: signed").await;
}

fn active(answer: &Value) -> Value {
    json!({"active": answer["active"]})
}

async fn introspection(player: &mut Player<'_>, held: &Answer, robot: &str) {
    let world = player.world;
    let (access, refresh) = (member(held, "access_token"), member(held, "refresh_token"));
    for (case, token) in [
        ("access token", &*access),
        ("refresh token", &refresh),
        ("id token", &member(held, "id_token")),
        ("with hint", &refresh),
        ("unknown hint", &refresh),
        ("other client asks", &access),
        ("service account token", robot),
    ] {
        player.play(&format!("introspect: {case}"), &[("token", token)]).await;
    }
    realm::add_mappers(
        world,
        &json!([{"name": "self", "protocolMapper": "oidc-audience-mapper",
            "config": {"included.client.audience": "web", "access.token.claim": "true", "introspection.token.claim": "true"}}]),
    )
    .await;
    let widened = password(world, Some("openid")).await;
    for (case, part) in
        [("access token", "access_token"), ("refresh token", "refresh_token"), ("as JWT", "access_token")]
    {
        let case = format!("introspect: {case}, client in the audience");
        player.play(&case, &[("token", &member(&widened, part))]).await;
    }
    for case in ["public client", "no client", "wrong secret", "as JWT"] {
        player.play(&format!("introspect: {case}"), &[("token", &access)]).await;
    }
    player.play_shaped("introspect: Basic", &[("token", &access)], active).await;
    player.through("introspect: GET").await;
}

async fn revocation(player: &mut Player<'_>, held: &Answer) {
    let (access, refresh) = (member(held, "access_token"), member(held, "refresh_token"));
    player.through("revoke: rubbish").await;
    for case in ["other client's token", "unknown client"] {
        player.play(&format!("revoke: {case}"), &[("token", &refresh)]).await;
    }
    for case in ["wrong hint value", "access token", "introspect afterwards"] {
        player.play(&format!("revoke: {case}"), &[("token", &access)]).await;
    }
    player.play("revoke: userinfo afterwards", &[("authorization", &bearer(&access))]).await;
    player.play("revoke: refresh token", &[("token", &refresh)]).await;
    player.play("revoke: refresh afterwards", &[("refresh_token", &refresh)]).await;
    player.play("revoke: refresh token again", &[("token", &refresh)]).await;
    let form =
        [("grant_type", "password"), ("client_id", "spa"), ("username", "alice"), ("password", "alice-password")];
    let public = member(&token(player.world, &form).await.expect(200), "refresh_token");
    player.play("revoke: public client", &[("token", &public)]).await;
    player.play("revoke: GET", &[]).await;
}

async fn ends(player: &mut Player<'_>) {
    let world = player.world;
    let later = member(&password(world, Some("openid")).await, "access_token");
    world.clock.advance(1_000);
    realm::log_alice_out(world).await;
    player.play("session ended: userinfo", &[("authorization", &bearer(&later))]).await;
    player.play("session ended: introspect", &[("token", &later)]).await;
    let later = member(&password(world, Some("openid")).await, "access_token");
    realm::change_alice(world, UserChange { enabled: Some(false), ..UserChange::default() }).await;
    player.play("user disabled: userinfo", &[("authorization", &bearer(&later))]).await;
    player.play("user disabled: introspect", &[("token", &later)]).await;
}

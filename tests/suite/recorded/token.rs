//! The token endpoint.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use identity::UserChange;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    Player,
    answered::{bearer, code, member, order, password, sorted},
    normal::jwt,
    player::basic,
    realm,
};
use crate::harness::Answer;

/// A proof key (RFC 7636).
const VERIFIER: &str = "recorder-verifier-0123456789-abcdefghijklmnopqrstuvwxyz";

#[tokio::test]
async fn token_requests_are_answered_as_recorded() {
    let world = realm::world().await;
    let mut player = Player::new(&world, "oidc-token");
    codes(&mut player).await;
    proof_keys(&mut player).await;
    scopes_and_origins(&mut player).await;
    for (case, user, secret) in
        [("client: wrong secret, Basic", "robot", "wrong"), ("client: unknown, Basic", "nobody", "x")]
    {
        player.play(case, &[("authorization", &basic(user, secret))]).await;
    }
    player.through("grant: empty body").await;
    player.play("grant: JSON body", &[]).await;
    player.through("password: success").await;
    let held = player.play("password: openid", &[]).await;
    player.play_shaped("password: by e-mail", &[], sorted).await;
    player.through("password: admin-cli is lightweight").await;
    refreshes(&mut player, &held).await;
    rotation(&mut player).await;
    settings(&mut player).await;
    player.finish();
}

async fn codes(player: &mut Player<'_>) {
    let world = player.world;
    let twice = code(world, "web", "openid", &[]).await;
    let first = player.play("code: success", &[("code", &twice)]).await;
    player.note("code: response key order", &order(&first.json()), true);
    for part in ["access_token", "refresh_token", "id_token"] {
        let (header, claims) = jwt(&member(&first, part)).expect("a token");
        player.note(&format!("code: {part} header key order"), &order(&header), true);
        player.note(&format!("code: {part} claim order"), &order(&claims), true);
    }
    player.play("code: used twice", &[("code", &twice)]).await;
    let access = bearer(&member(&first, "access_token"));
    player.play("code: userinfo after second use", &[("authorization", &access)]).await;
    let refresh = member(&first, "refresh_token");
    player.play("code: refresh after second use", &[("refresh_token", &refresh)]).await;
    for case in ["code: wrong redirect_uri", "code: redirect_uri missing", "code: other client"] {
        player.play(case, &[("code", &code(world, "web", "openid", &[]).await)]).await;
    }
    player.through("code: missing").await;
}

async fn proof_keys(player: &mut Player<'_>) {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let key = [("code_challenge", &*challenge), ("code_challenge_method", "S256")];
    for case in ["success, public client", "verifier missing", "verifier wrong", "verifier too short"] {
        let code = code(player.world, "pkce", "openid", &key).await;
        player.play(&format!("PKCE: {case}"), &[("code", &code)]).await;
    }
    let code = code(player.world, "web", "openid", &[]).await;
    player.play("PKCE: verifier without challenge", &[("code", &code)]).await;
}

async fn scopes_and_origins(player: &mut Player<'_>) {
    let world = player.world;
    let every =
        "openid profile email address phone offline_access roles web-origins microprofile-jwt acr basic organization";
    let scoped = player.play("code: every scope", &[("code", &code(world, "web", every, &[]).await)]).await;
    let refresh = member(&scoped, "refresh_token");
    player.play("offline: refresh", &[("refresh_token", &refresh)]).await;
    player.play("code: without openid", &[("code", &code(world, "web", "profile", &[]).await)]).await;
    for case in ["code: public client", "code: foreign Origin"] {
        player.play(case, &[("code", &code(world, "spa", "openid", &[]).await)]).await;
    }
}

async fn refreshes(player: &mut Player<'_>, held: &Answer) {
    let refresh = member(held, "refresh_token");
    let bound = [("refresh_token", &*refresh)];
    player.play("refresh: success", &bound).await;
    player.play_shaped("refresh: same token again", &bound, sorted).await;
    for case in ["narrower scope", "wider scope", "other client"] {
        player.play(&format!("refresh: {case}"), &bound).await;
    }
    player.play("refresh: an access token", &[("refresh_token", &member(held, "access_token"))]).await;
    player.through("refresh: missing").await;
}

async fn rotation(player: &mut Player<'_>) {
    let world = player.world;
    realm::change_realm(world, json!({"revokeRefreshToken": true, "refreshTokenMaxReuse": 0})).await;
    let refresh = member(&password(world, None).await, "refresh_token");
    let bound = [("refresh_token", &*refresh)];
    let newer = player.play_shaped("rotation: first use", &bound, sorted).await;
    player.play("rotation: second use", &bound).await;
    let newer = member(&newer, "refresh_token");
    player.play("rotation: newer token after the reuse", &[("refresh_token", &newer)]).await;
    realm::change_realm(world, json!({"revokeRefreshToken": false})).await;

    let refresh = member(&password(world, None).await, "refresh_token");
    world.clock.advance(1_000);
    realm::log_alice_out(world).await;
    player.play("refresh: session ended", &[("refresh_token", &refresh)]).await;
    let refresh = member(&password(world, None).await, "refresh_token");
    let enabled = |enabled| UserChange { enabled: Some(enabled), ..UserChange::default() };
    realm::change_alice(world, enabled(false)).await;
    player.play("refresh: user disabled", &[("refresh_token", &refresh)]).await;
    realm::change_alice(world, enabled(true)).await;
}

async fn settings(player: &mut Player<'_>) {
    let world = player.world;
    realm::add_editor(world).await;
    player.play("claims: client role", &[]).await;
    realm::add_mappers(world, &mappers()).await;
    player.play("claims: mappers", &[]).await;
    for (case, attributes) in [
        ("access token lifespan 77", json!({"access.token.lifespan": "77"})),
        ("ES256", json!({"access.token.signed.response.alg": "ES256", "id.token.signed.response.alg": "PS256"})),
        ("EdDSA", json!({"access.token.signed.response.alg": "EdDSA"})),
        ("lightweight", json!({"client.use.lightweight.access.token.enabled": "true"})),
        ("no refresh token", json!({"use.refresh.tokens": "false"})),
        ("at+jwt", json!({"access.token.header.type.rfc9068": "true"})),
        ("token response type lower case", json!({"token.response.type.bearer.lower-case": "true"})),
    ] {
        let none: Value =
            attributes.as_object().expect("names").keys().map(|name| (name.clone(), json!(null))).collect();
        realm::change_web(world, attributes).await;
        player.play(&format!("settings: {case}"), &[]).await;
        realm::change_web(world, none).await;
    }
}

fn mappers() -> Value {
    json!([
        {"name": "department", "protocolMapper": "oidc-usermodel-attribute-mapper",
         "config": {"user.attribute": "department", "claim.name": "dept.name", "jsonType.label": "String",
                    "id.token.claim": "true", "access.token.claim": "true", "userinfo.token.claim": "true"}},
        {"name": "fixed", "protocolMapper": "oidc-hardcoded-claim-mapper",
         "config": {"claim.name": "fixed", "claim.value": "7", "jsonType.label": "int", "access.token.claim": "true", "id.token.claim": "false"}},
        {"name": "aud", "protocolMapper": "oidc-audience-mapper",
         "config": {"included.client.audience": "robot", "access.token.claim": "true", "id.token.claim": "false"}},
        {"name": "groups", "protocolMapper": "oidc-group-membership-mapper",
         "config": {"claim.name": "groups", "full.path": "true", "access.token.claim": "true", "id.token.claim": "true", "userinfo.token.claim": "true"}},
    ])
}

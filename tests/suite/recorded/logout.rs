//! Logging out.

use super::{
    Jar, Player,
    answered::{ask_code, events, member, parameter, redeem},
    player::Asked,
    realm::{self, BASE},
};
use crate::harness::{Answer, World};

const BYE: &str = "http%3A%2F%2F127.0.0.1%3A9%2Fbye";

/// Somebody logged in, and what the client has of it.
async fn session(world: &World) -> (Jar, Answer) {
    let (jar, done) = ask_code(world, "web", "openid", &[]).await;
    let tokens = redeem(world, &parameter(&done, "code").expect("a code")).await;
    (jar, tokens)
}

async fn open(world: &World, jar: &mut Jar, query: &str) -> Answer {
    Asked::get(format!("{BASE}/logout?{query}")).send(world, Some(jar)).await
}

#[tokio::test]
async fn logging_out_is_answered_as_recorded() {
    let world = realm::world().await;
    let mut player = Player::new(&world, "oidc-logout");
    confirmed(&mut player).await;
    hinted(&mut player).await;
    refused(&mut player).await;
    by_refresh_token(&mut player).await;
    player.through("logout-confirm without a session").await;
    let seen = events(&world, |kind| kind.contains("LOGOUT")).await;
    player.note_events("events, one of each kind", &seen);
    player.finish();
}

async fn confirmed(player: &mut Player<'_>) {
    let world = player.world;
    let (mut jar, held) = session(world).await;
    player.browse(&mut jar, "GET without parameters: confirmation page", &[]).await;
    let page = open(world, &mut jar, "").await;
    player.submit(&mut jar, &page, "confirm").await;
    player.play("refresh after the logout", &[("refresh_token", &member(&held, "refresh_token"))]).await;
    let (mut jar, _) = session(world).await;
    player.browse(&mut jar, "GET with client_id and redirect: confirmation page", &[]).await;
    let page = open(world, &mut jar, &format!("client_id=web&post_logout_redirect_uri={BYE}&state=s-2")).await;
    player.submit(&mut jar, &page, "confirm with redirect").await;
}

async fn hinted(player: &mut Player<'_>) {
    let world = player.world;
    for case in ["GET with id_token_hint", "GET with id_token_hint and redirect"] {
        let (mut jar, held) = session(world).await;
        player.browse(&mut jar, case, &[("id_token_hint", &member(&held, "id_token"))]).await;
    }
    let (_, held) = session(world).await;
    player.play("hint without cookies", &[("id_token_hint", &member(&held, "id_token"))]).await;
    let refresh = member(&held, "refresh_token");
    player.play("refresh after the hint without cookies", &[("refresh_token", &refresh)]).await;
}

async fn refused(player: &mut Player<'_>) {
    let (mut jar, held) = session(player.world).await;
    let hint = member(&held, "id_token");
    let bound = [("id_token_hint", &*hint)];
    player.browse(&mut jar, "redirect not registered", &bound).await;
    for case in ["redirect without client or hint", "old redirect_uri parameter", "hint rubbish"] {
        player.browse(&mut jar, case, &[]).await;
    }
    player.browse(&mut jar, "hint of another client", &bound).await;
    player.browse(&mut jar, "unknown client", &[]).await;
    player.browse(&mut jar, "access token as hint", &[("id_token_hint", &member(&held, "access_token"))]).await;
    player.browse(&mut jar, "POST with id_token_hint", &bound).await;
    for case in ["GET without a session", "GET without a session, with redirect and client"] {
        player.play(case, &[]).await;
    }
}

async fn by_refresh_token(player: &mut Player<'_>) {
    let (_, held) = session(player.world).await;
    let refresh = member(&held, "refresh_token");
    let bound = [("refresh_token", &*refresh)];
    for case in ["wrong secret", "other client"] {
        player.play(&format!("POST refresh_token, {case}"), &bound).await;
    }
    player.play("POST refresh_token, rubbish", &[]).await;
    for case in ["POST refresh_token", "POST refresh_token again"] {
        player.play(case, &bound).await;
    }
}

//! The authorization endpoint, the log-in page and consent.

use serde_json::json;

use super::{
    Jar, Player,
    answered::parameter,
    normal::jwt,
    player::{Asked, follow, submit},
    realm::{self, BACK, BASE},
};
use crate::harness::{Answer, World};

#[tokio::test]
async fn authorization_requests_are_answered_as_recorded() {
    let world = realm::world().await;
    let mut player = Player::new(&world, "oidc-authorize");
    player.through("auth PUT").await;

    let mut jar = log_in(&mut player).await;
    for case in ["straight back", "prompt none", "prompt login"] {
        player.browse(&mut jar, &format!("single sign-on: {case}"), &[]).await;
    }
    world.clock.advance(2_100);
    for case in ["max_age passed", "form_post", "fragment", "query.jwt", "response_type none"] {
        player.browse(&mut jar, &format!("single sign-on: {case}"), &[]).await;
    }
    response_types(&mut player, &mut jar).await;
    consent(&mut player, &mut jar).await;
    wrong_forms(&mut player).await;
    player.through("client redirect, unknown client").await;
    player.finish();
}

async fn log_in(player: &mut Player<'_>) -> Jar {
    let mut jar = Jar::default();
    let page = player.browse(&mut jar, "form: page", &[]).await;
    let done = player.submit(&mut jar, &page, "form: right password").await;
    let code = parameter(&done, "code").unwrap_or_else(|| panic!("no code: {}", done.text()));
    let parts: Vec<usize> = code.split('.').map(str::len).collect();
    player.note("code has three parts", &json!(parts.len() == 3), false);
    player.note("code part lengths", &json!(parts), true);
    let state = parameter(&done, "session_state").expect("a session");
    player.note("session_state length", &json!(state.len()), false);
    jar
}

async fn response_types(player: &mut Player<'_>, jar: &mut Jar) {
    for kind in ["id_token", "token", "id_token token", "code id_token", "code token", "code id_token token"] {
        let answer = player.browse(jar, &format!("single sign-on: {kind}"), &[]).await;
        for part in ["id_token", "access_token"] {
            if let Some((header, claims)) = parameter(&answer, part).as_deref().and_then(jwt) {
                player.note(&format!("{part} of {kind}"), &json!({"header": header, "claims": claims}), false);
            }
        }
        if kind == "id_token token" {
            for name in ["expires_in", "token_type"] {
                player.note(&format!("{name} of {kind}"), &json!(parameter(&answer, name)), false);
            }
        }
    }
}

/// A request of `web`'s sibling that asks for consent.
async fn ask(world: &World, jar: &mut Jar, client: &str, more: &[(&str, &str)]) -> Answer {
    let mut query = vec![
        ("client_id", client),
        ("redirect_uri", BACK),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "state-1"),
    ];
    query.extend(more);
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    Asked::get(format!("{BASE}/auth?{query}")).send(world, Some(jar)).await
}

async fn consent(player: &mut Player<'_>, jar: &mut Jar) {
    let world = player.world;
    player.browse(jar, "consent page", &[]).await;
    player.browse(jar, "consent: prompt none", &[]).await;
    let asked = ask(world, jar, "consent", &[]).await;
    let page = follow(world, jar, asked).await;
    player.submit(jar, &page, "consent: accept").await;
    player.browse(jar, "consent: given before", &[]).await;

    let mut other = Jar::default();
    let page = ask(world, &mut other, "consent", &[]).await;
    let done = submit(world, &mut other, &page, &[("username", "alice"), ("password", "alice-password")]).await;
    follow(world, &mut other, done).await;
    let asked = ask(world, &mut other, "consent", &[("prompt", "consent")]).await;
    let page = follow(world, &mut other, asked).await;
    player.submit(&mut other, &page, "consent: refuse").await;
}

async fn wrong_forms(player: &mut Player<'_>) {
    let world = player.world;
    let mut jar = Jar::default();
    let mut page = ask(world, &mut jar, "web", &[]).await;
    for case in ["wrong password", "unknown user", "disabled user", "empty", "e-mail address"] {
        page = player.submit(&mut jar, &page, &format!("form: {case}")).await;
    }
    let mut jar = Jar::default();
    let page = ask(world, &mut jar, "web", &[]).await;
    player.submit(&mut jar, &page, "form: required action pending").await;
    let mut jar = Jar::default();
    let page = ask(world, &mut jar, "web", &[]).await;
    jar.clear();
    player.submit(&mut jar, &page, "form: cookies lost").await;
    for case in ["login-actions without a session", "action token rubbish"] {
        player.play(case, VALUES).await;
    }
}

/// Parameters that recordings never show, given as they were sent.
const VALUES: &[(&str, &str)] = &[("tab_id", "x"), ("execution", "y"), ("key", "abc")];

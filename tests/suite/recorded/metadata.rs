//! Documents, and paths where there is nothing.

use serde_json::{Value, json};

use super::{Player, answered::order, answered::sorted, realm};

#[tokio::test]
async fn documents_are_as_recorded() {
    let world = realm::world().await;
    let mut player = Player::new(&world, "oidc-metadata");
    let discovery = player.play("discovery", &[]).await;
    player.note("discovery key order", &order(&discovery.json()), true);
    for case in ["discovery with Origin", "OAuth server metadata", "OAuth server metadata, RFC 8414 place"] {
        player.play_shaped(case, &[], sorted).await;
    }
    for case in ["JWKS with Origin", "JWKS as JWK set"] {
        player.play_shaped(case, &[], members_of_keys).await;
    }
    player.through("path with double slash").await;
    player.finish();
}

fn members_of_keys(set: &Value) -> Value {
    json!(set["keys"].as_array().expect("keys").iter().map(sorted).collect::<Vec<_>>())
}

//! What a new realm has for OpenID Connect: clients, client scopes with their mappers, and which scopes new clients get.

use serde_json::{Value, json};

use super::Player;
use crate::harness::World;

/// Members of the export that are compared.
const MEMBERS: [&str; 4] = ["clients", "clientScopes", "defaultDefaultClientScopes", "defaultOptionalClientScopes"];

#[tokio::test]
async fn a_new_realm_is_as_recorded() {
    let world = World::with(json!({"realm": "rec-defaults", "enabled": true})).await;
    let mut player = Player::new(&world, "realm-defaults");
    let export = world.export("rec-defaults").await;
    let own: Value = MEMBERS.iter().map(|name| ((*name).to_owned(), export[*name].clone())).collect();
    player.note_part("partial export with clients, groups and roles", &MEMBERS, &own);
    player.finish_some();
}

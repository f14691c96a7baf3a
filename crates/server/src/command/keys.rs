//! `keys rotate`: the next key is published before it signs, and the last one as long as its tokens live.

use std::sync::Arc;

use identity::{Identity, KeyChange, KeyId, KeyStatus, Realm, Rotation};

use super::arguments::Rotate;
use crate::configuration::Settings;
use crate::console::say;
use crate::failure::Failure;
use crate::store::{self, Store};

/// Takes one step.
pub(crate) async fn rotate(settings: Settings, command: Rotate) -> Result<(), Failure> {
    let identity = store::open(&settings, Store::MustExist, store::clock()).await?;
    let done = step_of(&identity, &command).await;
    identity.shutdown().await;
    for line in done? {
        say(line);
    }
    Ok(())
}

async fn step_of(identity: &Identity, command: &Rotate) -> Result<Vec<String>, Failure> {
    let realm = find_realm(identity, &command.realm).await?;
    let waiting = realm.keys().published().any(|key| key.status == KeyStatus::Next);
    let step = match &command.retire {
        Some(key) => Rotation::Retire(find_key(&realm, key)?),
        None if command.activate || (waiting && !command.prepare) => Rotation::Activate,
        None => Rotation::Prepare,
    };
    let changes = identity.rotate_keys(&realm, step.clone()).await?;
    if changes.is_empty() {
        return Ok(vec![format!("realm {}: nothing to do", realm.name)]);
    }
    let mut lines: Vec<String> = changes.iter().map(line_of).collect();
    lines.push(match step {
        Rotation::Prepare => {
            "next keys are published and do not sign yet: give registries the new trust bundle, then run \
                              this again"
                .to_owned()
        }
        Rotation::Activate => "next keys sign now; those before them stay published: withdraw them with --retire once \
                               their tokens have expired"
            .to_owned(),
        Rotation::Retire(_) => "the key is withdrawn".to_owned(),
    });
    Ok(lines)
}

fn line_of(change: &KeyChange) -> String {
    format!("{} {} {:?} {}", change.id, change.kid, change.kind, change.status)
}

fn find_key(realm: &Realm, name: &str) -> Result<KeyId, Failure> {
    let found = realm.keys().all().find(|key| key.kid == name || key.id.to_string() == name);
    found.map(|key| key.id.clone()).ok_or_else(|| Failure::input(format!("realm {}: no key {name}", realm.name)))
}

/// A realm that a command names.
pub(crate) async fn find_realm(identity: &Identity, name: &str) -> Result<Arc<Realm>, Failure> {
    identity.realm(name).await?.ok_or_else(|| Failure::input(format!("there is no realm {name}")))
}

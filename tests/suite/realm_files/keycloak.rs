//! `tests/realms/keycloak-26`: one realm in one file and in parts.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::harness::{Answer, World};

const DOOR: &str = "/realms/harbour/protocol/docker-v2/auth?service=registry&scope=repository:team-a/app:pull,push";

/// User, password and how Keycloak stored it.
const PEOPLE: [(&str, &str); 4] =
    [("argon", "pw-argon"), ("pbkdf-256", "pw-256:é"), ("pbkdf-512", "pw-512"), ("pbkdf-1", "pw-1")];

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("realms/keycloak-26").join(name)
}

async fn log_in(world: &World, name: &str, password: &str) -> Answer {
    world.anonymous().basic(name, password).get(DOOR).await
}

async fn harbour(name: &str) -> World {
    let world = World::empty().await;
    world.import_path(&file(name)).await;
    world
}

#[tokio::test]
async fn users_push_with_their_old_passwords() {
    for source in ["harbour.json", "harbour-in-parts"] {
        let world = harbour(source).await;
        for (name, password) in PEOPLE {
            let token = log_in(&world, name, password).await.token();
            assert_eq!(token.access(), ["repository:team-a/app:pull,push"], "{name}: allow-all, as in Keycloak");
            log_in(&world, name, "wrong").await.expect(401);
        }
    }
}

#[tokio::test]
async fn old_hashes_are_renewed_at_the_next_log_in() {
    let world = harbour("harbour.json").await;
    // At most a few are made anew at once; who finds no place is left for the next log-in.
    for (name, password) in PEOPLE {
        log_in(&world, name, password).await.expect(200);
        world.identity.rehashes_done().await;
    }
    world.identity.rehashes_done().await;
    for (name, password) in PEOPLE {
        assert_eq!(world.hash_algorithm("harbour", name).await, "argon2", "{name}");
        log_in(&world, name, password).await.expect(200);
        log_in(&world, name, "wrong").await.expect(401);
    }
}

#[tokio::test]
async fn who_could_not_log_in_is_told_why() {
    let world = harbour("harbour.json").await;
    for (name, password, word) in [("disabled", "pw-off", "disabled"), ("otp", "pw-otp", "second factor")] {
        let answer = log_in(&world, name, password).await.refusal(401, "UNAUTHORIZED", "invalid_grant");
        let message = answer.json()["errors"][0]["message"].clone();
        assert!(message.as_str().is_some_and(|m| m.contains(word)), "{name}: {message}");
    }
}

#[tokio::test]
async fn keys_keep_signing_under_the_names_keycloak_gave_them() {
    let world = harbour("harbour.json").await;
    let token = log_in(&world, "argon", "pw-argon").await.token();
    let exported: Value =
        serde_json::from_slice(&std::fs::read(file("harbour.json")).expect("the file")).expect("JSON");
    let keys = exported["components"]["org.keycloak.keys.KeyProvider"].as_array().expect("keys").clone();
    let rsa = keys.iter().find(|k| k["providerId"] == "rsa-generated").expect("the RSA key");
    assert_eq!(token.header()["x5c"][0], rsa["config"]["certificate"][0], "the certificate that Keycloak gave out");
}

#[tokio::test]
async fn export_equals_import_key_for_key() {
    let original: Value =
        serde_json::from_slice(&std::fs::read(file("harbour.json")).expect("the file")).expect("JSON");
    for source in ["harbour.json", "harbour-in-parts"] {
        let world = harbour(source).await;
        let exported = world.export("harbour").await;
        let added = ["/components/org.keycloak.keys.KeyProvider/4/config/certificate is new"];
        assert_eq!(differences("", &original, &exported), added, "{source}: the key that came without a certificate");
        // And what came out comes in again.
        let world = World::with(exported.clone()).await;
        assert_eq!(differences("", &exported, &world.export("harbour").await), Vec::<String>::new());
    }
}

/// Where two documents differ, as JSON pointers; the order of members does not matter, that of lists does.
fn differences(at: &str, a: &Value, b: &Value) -> Vec<String> {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let mut found: Vec<String> = a
                .iter()
                .flat_map(|(key, value)| match b.get(key) {
                    Some(other) => differences(&format!("{at}/{key}"), value, other),
                    None => vec![format!("{at}/{key} is missing")],
                })
                .collect();
            found.extend(b.keys().filter(|key| !a.contains_key(*key)).map(|key| format!("{at}/{key} is new")));
            found
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().flat_map(|(n, (a, b))| differences(&format!("{at}/{n}"), a, b)).collect()
        }
        _ if a == b => vec![],
        _ => vec![format!("{at}: {a} became {b}")],
    }
}

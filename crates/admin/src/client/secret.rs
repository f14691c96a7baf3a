//! What a client proves itself with.

use crypto::random::Random;
use identity::Identity;
use serde_json::{Map, Value, json};

use super::defaults::SECRET_TIME;
use super::find::of_realm;
use crate::{Happened, ManageClients, Permit, Refusal, Resource};

/// Characters of a secret that is made here, as many as Keycloak's: more than 500 bits.
const LENGTH: usize = 86;
/// Letters and digits.
const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// The secret before the present one, for as long as it may still be used.
const ROTATED: &str = "client.secret.rotated";

/// The secret as Keycloak represents it; a public client has none.
///
/// # Errors
/// 404 where the realm has no such client.
pub fn secret(permit: &Permit<ManageClients>, id: &str) -> Result<Value, Refusal> {
    let client = of_realm(permit.realm(), id)?;
    Ok(credential(client.secret.as_ref().filter(|_| !client.public).map(identity::ClientSecret::expose)))
}

/// Gives the client another secret, and answers it.
///
/// # Errors
/// 404 where the realm has no such client.
pub async fn regenerate_secret(permit: &Permit<ManageClients>, id: &str) -> Result<Value, Refusal> {
    let client = of_realm(permit.realm(), id)?;
    let mut patch = Map::new();
    put_new(permit.identity(), &mut patch);
    let made = credential(patch.get("secret").and_then(Value::as_str));
    let mut change = permit.change().await?;
    change.change_client(&client.id, Value::Object(patch)).await?;
    change
        .commit(
            Happened::action(Resource::Client, format!("clients/{id}/client-secret")).with(json!({"type": "secret"})),
        )
        .await?;
    Ok(made)
}

/// The secret before the present one, where it may still be used.
///
/// # Errors
/// 404 where there is none.
pub fn rotated_secret(permit: &Permit<ManageClients>, id: &str) -> Result<Value, Refusal> {
    let client = of_realm(permit.realm(), id)?;
    let rotated = client.sealed_attribute(ROTATED);
    let rotated = rotated.ok_or_else(|| Refusal::not_found("Client does not have a rotated secret"))?;
    Ok(credential(Some(rotated.expose())))
}

/// Ends it.
///
/// # Errors
/// 404 where the realm has no such client.
pub async fn drop_rotated(permit: &Permit<ManageClients>, id: &str) -> Result<(), Refusal> {
    let client = of_realm(permit.realm(), id)?;
    let mut attributes = Map::new();
    for name in [ROTATED, "client.secret.rotated.creation.time", "client.secret.rotated.expiration.time"] {
        attributes.insert(name.to_owned(), Value::Null);
    }
    let mut change = permit.change().await?;
    change.change_client(&client.id, json!({ "attributes": attributes })).await?;
    change.commit(Happened::deleted(Resource::Client, format!("clients/{id}/client-secret/rotated"))).await
}

fn credential(secret: Option<&str>) -> Value {
    let mut told = Map::new();
    told.insert("type".to_owned(), json!("secret"));
    if let Some(secret) = secret {
        told.insert("value".to_owned(), json!(secret));
    }
    Value::Object(told)
}

/// Puts a new secret into a client's document, with the time it was made.
pub(super) fn put_new(identity: &Identity, document: &mut Map<String, Value>) {
    document.insert("secret".to_owned(), json!(generate(identity.random())));
    let attributes = document.entry("attributes").or_insert_with(|| json!({}));
    if let Value::Object(attributes) = attributes {
        attributes.insert(SECRET_TIME.to_owned(), json!(identity.clock().now().seconds().to_string()));
    }
}

/// Letters and digits, each as likely as the others: bytes beyond the last whole multiple of the alphabet are drawn again.
fn generate(random: &dyn Random) -> String {
    let mut text = String::with_capacity(LENGTH);
    while text.len() < LENGTH {
        let mut bytes = [0_u8; 64];
        random.fill(&mut bytes);
        for byte in bytes.into_iter().filter(|byte| *byte < 248).take(LENGTH - text.len()) {
            text.push(char::from(ALPHABET.get(usize::from(byte % 62)).copied().unwrap_or(b'A')));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_long_plain_and_never_the_same() {
        let random = identity::testing::RepeatingRandom::seeded(1);
        let (one, other) = (generate(&random), generate(&random));
        assert_eq!(one.len(), 86);
        assert!(one.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_ne!(one, other);
    }
}

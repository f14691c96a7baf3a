//! `admin set-password`: for whoever locked themselves out.

use std::io::{BufRead as _, Read as _};
use std::path::Path;

use crypto::password::{HashSpec, MAX_PASSWORD_BYTES, PasswordHash};
use crypto::random::{Random, token};
use crypto::secret::Secret;
use identity::{Identity, Realm, TicketSelector, UserChange};

use super::arguments::SetPassword;
use super::keys::find_realm;
use crate::configuration::Settings;
use crate::console::say;
use crate::failure::Failure;
use crate::store::{self, Store};

/// Sets the password.
pub(crate) async fn set_password(settings: Settings, command: SetPassword) -> Result<(), Failure> {
    let given = command.password_file.as_deref().map(read_password).transpose()?;
    let identity = store::open(&settings, Store::MustExist, store::clock()).await?;
    let password = given.clone().unwrap_or_else(|| generated(identity.random()));
    let done = change(&identity, &command, &password).await;
    identity.shutdown().await;
    done?;
    say(format!("realm {}: {} has a new password, and their stored tokens are revoked", command.realm, command.user));
    if given.is_none() {
        say(format!("password: {}", password.expose()));
    }
    Ok(())
}

async fn change(identity: &Identity, command: &SetPassword, password: &Secret) -> Result<(), Failure> {
    let realm = find_realm(identity, &command.realm).await?;
    let user = identity.find_user_by_login(&realm, &command.user).await?;
    let user = user.ok_or_else(|| Failure::input(format!("realm {}: no user {}", command.realm, command.user)))?;
    // Hashed before the unit of work opens, so that nobody waits for it.
    let hash = hashed(identity, &realm, password).await?;
    let mut tx = identity.begin().await?;
    tx.set_password_hash(&user.id, &hash).await?;
    let mut actions: Vec<String> =
        user.required_actions.iter().filter(|action| *action != "UPDATE_PASSWORD").cloned().collect();
    if command.temporary {
        actions.push("UPDATE_PASSWORD".to_owned());
    }
    if actions != user.required_actions {
        tx.change_user(&user.id, UserChange { required_actions: Some(actions), ..UserChange::default() }).await?;
    }
    tx.commit().await?;
    identity.revoke_tickets(&realm, TicketSelector::User(&user.id)).await?;
    Ok(())
}

/// A hash as the realm's policy wants it.
pub(crate) async fn hashed(identity: &Identity, realm: &Realm, password: &Secret) -> Result<PasswordHash, Failure> {
    let policy = &realm.settings.password_policy;
    let spec = HashSpec::from_policy(policy.hash_algorithm.as_deref(), policy.hash_iterations)
        .map_err(|error| Failure::input(format!("realm {}: passwordPolicy: {error}", realm.name)))?;
    hash_with(identity, spec, password).await
}

/// A hash of this cost.
pub(crate) async fn hash_with(identity: &Identity, spec: HashSpec, password: &Secret) -> Result<PasswordHash, Failure> {
    let mut salt = [0; 16];
    identity.random().fill(&mut salt);
    identity.hashing().hash(spec, password, salt).await.map_err(Failure::failed)
}

/// A password nobody guesses: 128 random bits.
pub(crate) fn generated(random: &dyn Random) -> Secret {
    token::<16>(random)
}

fn read_password(path: &Path) -> Result<Secret, Failure> {
    let told = |error| Failure::input(format!("{}: {error}", path.display()));
    let mut text = zeroize::Zeroizing::new(String::new());
    let most = MAX_PASSWORD_BYTES as u64 + 3;
    if path == Path::new("-") {
        std::io::stdin().lock().take(most).read_line(&mut text).map_err(told)?;
    } else {
        std::fs::File::open(path).map_err(told)?.take(most).read_to_string(&mut text).map_err(told)?;
    }
    let password = text.trim_end_matches(['\r', '\n']);
    if password.is_empty() || password.len() > MAX_PASSWORD_BYTES {
        return Err(Failure::input(format!("a password has 1 to {MAX_PASSWORD_BYTES} bytes")));
    }
    Ok(Secret::from(password))
}

//! `admin set-password`: for whoever locked themselves out.

use std::io::{BufRead as _, Read as _};
use std::path::Path;

use crypto::password::{HashSpec, MAX_PASSWORD_BYTES, PasswordHash};
use crypto::random::{Random, token};
use crypto::secret::Secret;
use identity::{
    BlackLists, CheckFailed, FolderOfLists, Identity, NewPassword, Realm, TicketSelector, User, UserChange,
};

use super::arguments::SetPassword;
use super::keys::find_realm;
use crate::configuration::Settings;
use crate::console::{complain, say};
use crate::failure::{Exit, Failure};
use crate::store::{self, Store};

/// Sets the password.
pub(crate) async fn set_password(settings: Settings, command: SetPassword) -> Result<(), Failure> {
    let given = command.password_file.as_deref().map(read_password).transpose()?;
    let identity = store::open(&settings, Store::MustExist, store::clock()).await?;
    let password = given.clone().unwrap_or_else(|| generated(identity.random()));
    let lists = FolderOfLists::new(&settings.password_blacklists);
    let done = change(&identity, &command, &password, &lists).await;
    identity.shutdown().await;
    done?;
    say(format!("realm {}: {} has a new password, and their stored tokens are revoked", command.realm, command.user));
    if given.is_none() {
        say(format!("password: {}", password.expose()));
    }
    Ok(())
}

async fn change(
    identity: &Identity,
    command: &SetPassword,
    password: &Secret,
    lists: &dyn BlackLists,
) -> Result<(), Failure> {
    let realm = find_realm(identity, &command.realm).await?;
    let user = identity.find_user_by_login(&realm, &command.user).await?;
    let user = user.ok_or_else(|| Failure::input(format!("realm {}: no user {}", command.realm, command.user)))?;
    if command.password_file.is_some() {
        judge(&realm, &user, password, lists)?;
    }
    // Hashed before the unit of work opens, so that nobody waits for it.
    let hash = hash_with(identity, realm.settings.password_policy.hash_spec(), password).await?;
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

/// What the realm's policy says of a password that somebody chose. A list of forbidden passwords that cannot be asked does
/// not keep out whoever repairs things here.
fn judge(realm: &Realm, user: &User, password: &Secret, lists: &dyn BlackLists) -> Result<(), Failure> {
    let new =
        NewPassword { password: password.expose(), username: &user.username, email: user.email.as_deref(), lists };
    match realm.settings.password_policy.check(&new) {
        Ok(()) => Ok(()),
        Err(CheckFailed::Unanswered(why)) => {
            complain(format!("portreeve: not asked: {why}"));
            Ok(())
        }
        Err(CheckFailed::Broken(rules)) => Err(Failure {
            exit: Exit::Input,
            lines: rules
                .iter()
                .map(|rule| {
                    let parameter = rule.parameter.as_deref().map(|text| format!(" {text}")).unwrap_or_default();
                    format!("realm {}: passwordPolicy: {}{parameter}", realm.name, rule.rule)
                })
                .collect(),
        }),
    }
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

#[cfg(test)]
mod tests {
    use identity::{NewUser, testing::TestStore};
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn a_listed_password_is_refused_and_a_missing_list_only_told() {
        let store = TestStore::sqlite().await;
        let policy = json!({ "passwordPolicy": "passwordBlacklist(known.txt)" });
        let realm = store.add_realm("quay", policy).await;
        let user = store.add_user(&realm.id, NewUser::named("anna"), "old").await;
        let user = store.identity.find_user(&realm, &user).await.expect("found").expect("there");
        let lists = FolderOfLists::new(store.folder());
        judge(&realm, &user, &Secret::from("Hunter2"), &lists).expect("nobody can be asked");
        std::fs::write(store.folder().join("known.txt"), "hunter2\n").expect("written");
        let refused = judge(&realm, &user, &Secret::from("Hunter2"), &lists).expect_err("it is listed");
        assert_eq!(refused.lines, ["realm quay: passwordPolicy: passwordBlacklist"]);
        judge(&realm, &user, &Secret::from("hunter3"), &lists).expect("it is not");
    }
}

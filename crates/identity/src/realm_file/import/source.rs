//! Users of the files as batches of rows, made on a thread of its own while others are written.

use serde_json::{Map, Value, json};
use tokio::sync::mpsc;

use super::ImportError;
use super::user_rows::{Batch, UserRows};
use crate::realm_file::check::account_name;
use crate::realm_file::fault::{At, Faults, FileFault};
use crate::realm_file::user_form::settle_user;
use crate::realm_file::{RealmFile, UserList};

/// Users of one transaction: long enough to be fast, short enough that requests do not wait.
const USERS_PER_BATCH: u64 = 2_500;
/// Batches that are made while one is written.
const BATCHES_AHEAD: usize = 1;
/// A user was within its limit when the file was checked.
const ANY_VALUES: u64 = u64::MAX;

/// Reads users and makes their rows on a thread of its own, a batch ahead of the writing.
pub(super) struct Source {
    batches: mpsc::Receiver<Result<Batch, FileFault>>,
}

impl Source {
    pub(super) fn start(file: &RealmFile, rows: UserRows) -> Source {
        let (sender, batches) = mpsc::channel(BATCHES_AHEAD);
        let lists = file.users.clone();
        let accounts = accounts(file);
        tokio::task::spawn_blocking(move || produce(&lists, accounts, rows, &sender));
        Source { batches }
    }

    pub(super) async fn next(&mut self) -> Result<Option<Batch>, ImportError> {
        match self.batches.recv().await {
            None => Ok(None),
            Some(Ok(batch)) => Ok(Some(batch)),
            Some(Err(fault)) => Err(ImportError::Faults(vec![fault])),
        }
    }
}

/// Users of service accounts that the file lacks.
fn accounts(file: &RealmFile) -> Vec<Map<String, Value>> {
    let user = |client: &String| {
        let user = json!({
            "username": account_name(client),
            "enabled": true,
            "emailVerified": false,
            "totp": false,
            "serviceAccountClientId": client,
            "realmRoles": file.default_role.as_slice(),
            "credentials": [],
            "groups": [],
        });
        if let Value::Object(user) = user { Some(user) } else { None }
    };
    file.facts.missing_accounts.iter().filter_map(user).collect()
}

fn produce(
    lists: &[UserList],
    accounts: Vec<Map<String, Value>>,
    mut rows: UserRows,
    sender: &mpsc::Sender<Result<Batch, FileFault>>,
) {
    // The check has told every fault; nothing is listened to here.
    let mut unheard = Faults::new(0);
    for list in lists {
        let mut open = true;
        let walked = list.each(ANY_VALUES, &mut |_, user| {
            if let Value::Object(mut user) = user {
                settle_user(&mut user, &list.file, &At::Root, &mut unheard);
                rows.add(user);
            }
            if rows.waiting() >= USERS_PER_BATCH {
                open = sender.blocking_send(Ok(rows.take())).is_ok();
            }
            open
        });
        match walked {
            Ok(()) => {}
            // Nobody waits for the rest: the import has failed elsewhere.
            Err(_) if !open => return,
            Err(fault) => {
                // Nobody waits if this cannot be sent either.
                let _ = sender.blocking_send(Err(fault));
                return;
            }
        }
    }
    for account in accounts {
        rows.add(account);
    }
    if rows.waiting() > 0 {
        // Nobody waits for it if the import has failed elsewhere.
        let _ = sender.blocking_send(Ok(rows.take()));
    }
}

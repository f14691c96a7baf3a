//! Writing a realm: what waits for what, and in how many transactions.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr};
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;

use super::realm_rows::RealmRows;
use super::user_rows::{Batch, Hashes, UserRows};
use super::{ImportError, Stock};
use crate::realm_file::check::account_name;
use crate::realm_file::fault::{At, Faults, FileFault, quoted};
use crate::realm_file::user_form::settle_user;
use crate::realm_file::{Progress, RealmFile, UserList};
use crate::{Error, Identity, RealmId, Tx, credential, realm, user};

/// Users of one transaction: long enough to be fast, short enough that requests do not wait.
const USERS_PER_BATCH: u64 = 2_000;
/// Batches that are made while one is written.
const BATCHES_AHEAD: usize = 1;
/// Ids of one look-up.
const IDS_PER_STATEMENT: usize = 5_000;
/// A user was within its limit when the file was checked.
const ANY_VALUES: u64 = u64::MAX;

/// A realm that has the name already.
pub(super) struct Existing {
    pub(super) id: RealmId,
    pub(super) visible: bool,
}

/// The realm of this name, visible or not.
pub(super) async fn existing(identity: &Identity, name: &str) -> Result<Option<Existing>, ImportError> {
    let found: Option<(String, bool)> = realm::entity::Entity::find()
        .filter(realm::entity::Column::Name.eq(name))
        .select_only()
        .columns([realm::entity::Column::Id, realm::entity::Column::Visible])
        .into_tuple()
        .one(identity.store().reader())
        .await?;
    Ok(found.map(|(id, visible)| Existing { id: id.into(), visible }))
}

/// Writes a new realm in batches and shows it at the end.
pub(super) async fn add(
    identity: &Identity,
    file: RealmFile,
    rows: RealmRows,
    hashes: Hashes,
    stock: Stock,
    progress: &dyn Progress,
) -> Result<(), ImportError> {
    let id = RealmId::from(rows.id.as_str());
    let name = file.name.clone();
    let mut tx = identity.begin().await?;
    let RealmRows { tables, directory, .. } = rows;
    refuse_realm_id(&tx, &id, &file).await?;
    for table in tables {
        table.send(tx.connection()).await.map_err(|error| taken(&file, error))?;
    }
    tx.commit().await?;
    let written = async {
        let mut source = Source::start(&file, UserRows::new(stock, id.to_string(), directory, hashes));
        progress.start("users", file.facts.users);
        while let Some(batch) = source.next().await? {
            let users = batch.users;
            let tx = identity.begin().await?;
            send(&tx, batch, &file).await?;
            tx.commit().await?;
            progress.advance(users);
        }
        progress.finish();
        show(identity, &id, &name).await
    };
    match written.await {
        Ok(()) => Ok(()),
        Err(error) => {
            sweep(identity, &id).await;
            Err(error)
        }
    }
}

/// Replaces a realm in one transaction.
pub(super) async fn replace(
    identity: &Identity,
    file: RealmFile,
    rows: RealmRows,
    hashes: Hashes,
    stock: Stock,
    old: &Existing,
    progress: &dyn Progress,
) -> Result<(), ImportError> {
    let id = RealmId::from(rows.id.as_str());
    let RealmRows { tables, directory, .. } = rows;
    let mut source = Source::start(&file, UserRows::new(stock, id.to_string(), directory, hashes));
    let mut tx = identity.begin().await?;
    tx.remove_realm(&old.id).await?;
    refuse_realm_id(&tx, &id, &file).await?;
    for table in tables {
        table.send(tx.connection()).await.map_err(|error| taken(&file, error))?;
    }
    progress.start("users", file.facts.users);
    while let Some(batch) = source.next().await? {
        let users = batch.users;
        send(&tx, batch, &file).await?;
        progress.advance(users);
    }
    progress.finish();
    tx.touch_realm(&id);
    tx.touch_realm_name(&file.name);
    tx.commit().await?;
    Ok(())
}

/// The one statement that shows a realm.
async fn show(identity: &Identity, id: &RealmId, name: &str) -> Result<(), ImportError> {
    let mut tx = identity.begin().await?;
    let shown = realm::entity::Entity::update_many()
        .col_expr(realm::entity::Column::Visible, Expr::value(true))
        .filter(realm::entity::Column::Id.eq(id.as_str()))
        .filter(realm::entity::Column::Visible.eq(false))
        .exec(tx.connection())
        .await?;
    if shown.rows_affected != 1 {
        return Err(Error::fault("the realm was swept while its import was under way").into());
    }
    tx.touch_realm(id);
    tx.touch_realm_name(name);
    tx.commit().await?;
    Ok(())
}

/// Takes away what a failed import has written; what cannot be taken away now is swept at the next start.
async fn sweep(identity: &Identity, id: &RealmId) {
    let swept = async {
        let mut tx = identity.begin().await?;
        tx.remove_realm(id).await?;
        tx.commit().await
    };
    if let Err(error) = swept.await {
        tracing::warn!(realm = %id, %error, "what a failed import has written could not be taken away yet");
    }
}

async fn send(tx: &Tx, batch: Batch, file: &RealmFile) -> Result<(), ImportError> {
    let mut faults = Faults::new(100);
    let users = ids_in_use::<user::entity::Entity>(tx, user::entity::Column::Id, &batch.user_ids).await?;
    let credentials =
        ids_in_use::<credential::entity::Entity>(tx, credential::entity::Column::Id, &batch.credential_ids).await?;
    for (noun, ids) in [("user", users), ("credential", credentials)] {
        for id in ids {
            let reason = format!("the id {} is used by a {noun} of another realm", quoted(&id));
            faults.add(&file.file, &At::Root.member("users"), reason);
        }
    }
    if !faults.is_empty() {
        return Err(ImportError::Faults(faults.into_list()));
    }
    for table in batch.tables {
        table.send(tx.connection()).await?;
    }
    Ok(())
}

async fn ids_in_use<E: EntityTrait>(tx: &Tx, column: E::Column, ids: &[String]) -> Result<Vec<String>, ImportError> {
    let mut found = Vec::new();
    for some in ids.chunks(IDS_PER_STATEMENT) {
        let ids: Vec<String> = E::find()
            .select_only()
            .column(column)
            .filter(column.is_in(some.iter().map(String::as_str)))
            .into_tuple()
            .all(tx.connection())
            .await?;
        found.extend(ids);
    }
    Ok(found)
}

async fn refuse_realm_id(tx: &Tx, id: &RealmId, file: &RealmFile) -> Result<(), ImportError> {
    let found = ids_in_use::<realm::entity::Entity>(tx, realm::entity::Column::Id, &[id.to_string()]).await?;
    if found.is_empty() {
        return Ok(());
    }
    let reason = format!("the id {} is used by another realm", quoted(id.as_str()));
    let mut faults = Faults::new(1);
    faults.add(&file.file, &At::Root.member("id"), reason);
    Err(ImportError::Faults(faults.into_list()))
}

/// A row of the realm whose id another realm has: files hold ids, and the same realm under two names shares them all.
fn taken(file: &RealmFile, error: sea_orm::DbErr) -> ImportError {
    match error.sql_err() {
        Some(sea_orm::SqlErr::UniqueConstraintViolation(_)) => ImportError::Faults(vec![FileFault::whole(
            &file.file,
            "ids of this realm's objects are used by another realm (a copy under another name?)",
        )]),
        _ => error.into(),
    }
}

/// Reads users and makes their rows on a thread of its own, a batch ahead of the writing.
struct Source {
    batches: mpsc::Receiver<Result<Batch, FileFault>>,
}

impl Source {
    fn start(file: &RealmFile, rows: UserRows) -> Source {
        let (sender, batches) = mpsc::channel(BATCHES_AHEAD);
        let lists = file.users.clone();
        let accounts = accounts(file);
        tokio::task::spawn_blocking(move || produce(&lists, accounts, rows, &sender));
        Source { batches }
    }

    async fn next(&mut self) -> Result<Option<Batch>, ImportError> {
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
    accounts.into_iter().for_each(|account| rows.add(account));
    if rows.waiting() > 0 {
        // Nobody waits for it if the import has failed elsewhere.
        let _ = sender.blocking_send(Ok(rows.take()));
    }
}

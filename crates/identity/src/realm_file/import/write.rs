//! Writing a realm: what waits for what, and in how many transactions.

use std::time::Duration;

use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr};
use tokio::time::interval;

use super::realm_rows::RealmRows;
use super::source::Source;
use super::user_rows::{Batch, Hashes, UserRows};
use super::{ImportError, Stock};
use crate::realm_file::fault::{At, Faults, FileFault, quoted};
use crate::realm_file::{Progress, RealmFile};
use crate::{Error, Identity, RealmId, Tx, credential, realm, user};

/// Ids of one look-up.
const IDS_PER_STATEMENT: usize = 5_000;
/// Page cache of SQLite's write connection while an import runs, in KiB: the indexes of many users are hit all over,
/// and a small cache would read and write each of their pages again and again.
const CACHE_KIB: u32 = 128 * 1024;

/// SQLite's write lock is left alone for so long after each batch. Whoever waits for it in another process asks every 100 ms: an import
/// that took it again at once would keep a server beside it from writing for as long as it runs.
const ROOM_FOR_OTHERS: Duration = Duration::from_millis(110);

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
    let tx = identity.begin().await?;
    let RealmRows { tables, directory, .. } = rows;
    refuse_realm_id(&tx, &id, &file).await?;
    for table in tables {
        table.send(tx.connection()).await.map_err(|error| taken(&file, error))?;
    }
    tx.commit().await?;
    let written = async {
        let mut source = Source::start(&file, UserRows::new(stock, id.to_string(), directory, hashes));
        progress.start("users", file.users());
        let mut pace = identity.store().is_single_node().then(|| interval(ROOM_FOR_OTHERS));
        while let Some(batch) = source.next().await? {
            let users = batch.users;
            let tx = identity.begin().await?;
            send(&tx, batch, &file).await?;
            tx.commit().await?;
            progress.advance(users);
            if let Some(pace) = &mut pace {
                pace.reset();
                pace.tick().await;
            }
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
    tx.make_room_for(&old.id).await?;
    refuse_realm_id(&tx, &id, &file).await?;
    for table in tables {
        table.send(tx.connection()).await.map_err(|error| taken(&file, error))?;
    }
    progress.start("users", file.users());
    while let Some(batch) = source.next().await? {
        let users = batch.users;
        send(&tx, batch, &file).await?;
        progress.advance(users);
    }
    progress.finish();
    tx.add_management_clients(&file.name).await?;
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
    tx.add_management_clients(name).await?;
    tx.touch_realm(id);
    tx.touch_realm_name(name);
    tx.commit().await?;
    Ok(())
}

/// Takes away what a failed import has written; what cannot be taken away now is swept later.
async fn sweep(identity: &Identity, id: &RealmId) {
    let swept = async {
        let tx = identity.begin().await?;
        realm::entity::Entity::delete_many()
            .filter(realm::entity::Column::Id.eq(id.as_str()))
            .filter(realm::entity::Column::Visible.eq(false))
            .exec(tx.connection())
            .await?;
        tx.commit().await
    };
    if let Err(error) = swept.await {
        tracing::warn!(realm = %id, %error, "what a failed import has written could not be taken away yet");
    }
}

/// Gives SQLite's write connection a larger page cache, or the usual one back. PostgreSQL has its own.
pub(super) async fn cache(identity: &Identity, large: bool) -> Result<(), ImportError> {
    if identity.store().backend() == DbBackend::Sqlite {
        let writer = &identity.store().writer;
        if large {
            writer.execute_unprepared(&format!("PRAGMA cache_size = -{CACHE_KIB}")).await?;
        } else {
            // 2 MiB is SQLite's own default.
            writer.execute_unprepared("PRAGMA cache_size = -2000; PRAGMA shrink_memory").await?;
        }
    }
    Ok(())
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

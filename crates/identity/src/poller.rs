//! Watches for what others have written, so that memory never lags behind the rows by much.
//!
//! On PostgreSQL other nodes write: the change counter moves with whatever a realm's snapshot holds, and then the snapshots of
//! realms whose version has moved are dropped. (Users and tickets are looked up at each request there.) A SQLite file is served
//! by one process, but a command such as `portreeve keys rotate` or `admin set-password` may write to it meanwhile: the write
//! connection sees that, and then everything is dropped.

use std::{
    collections::HashMap,
    sync::{
        Arc, Weak,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Statement};
use tokio::time::{MissedTickBehavior, interval};

use crate::{Error, NotReady, meta, realm, store::Inner, task::Task};

/// Time between two looks.
const PERIOD: Duration = Duration::from_millis(250);
/// A node that has not seen the change counter for this long does not trust its memory.
pub(crate) const STALE_AFTER_MICROS: u64 = 1_000_000;
/// Realms asked for in one statement.
const REALMS: usize = 500;

/// What the poller has seen.
#[derive(Default)]
pub(crate) struct Poll {
    /// Monotonic time, in microseconds, at which the last look that had an answer began.
    seen_at: AtomicU64,
    /// The counter at that look.
    version: AtomicI64,
    task: Task,
}

impl Poll {
    /// Starts the task; called once, after the store is open. It holds a weak reference.
    pub(crate) async fn start(&self, inner: &Arc<Inner>) {
        // The first look comes while memory is empty: from then on what moves is news.
        if let Err(error) = self.look(inner).await {
            tracing::warn!(%error, "the database does not tell what others have changed");
        }
        self.task.start(run(Arc::downgrade(inner)));
    }

    pub(crate) fn stop(&self) {
        self.task.abort();
    }

    /// Whether what is in memory may be older than other nodes' commits by more than a second.
    pub(crate) fn is_stale(&self, now_micros: u64) -> bool {
        now_micros.saturating_sub(self.seen_at.load(Ordering::Relaxed)) > STALE_AFTER_MICROS
    }

    /// Whether the last look is younger than a second. (On SQLite nobody else can have written while the look waits for the
    /// write connection.)
    pub(crate) fn ready(&self, inner: &Inner) -> Result<(), NotReady> {
        if !inner.store.is_single_node() && self.is_stale(inner.clock.monotonic_micros()) {
            return Err(NotReady::Poller);
        }
        Ok(())
    }

    /// Looks once, and drops what others have changed.
    pub(crate) async fn look(&self, inner: &Inner) -> Result<(), Error> {
        let began = inner.clock.monotonic_micros();
        if inner.store.is_single_node() {
            self.look_for_other_processes(inner).await?;
        } else {
            self.look_for_other_nodes(inner).await?;
        }
        self.seen_at.fetch_max(began, Ordering::Relaxed);
        Ok(())
    }

    async fn look_for_other_nodes(&self, inner: &Inner) -> Result<(), Error> {
        let reader = inner.store.reader();
        let version = meta::change_version(reader).await?;
        if version == self.version.load(Ordering::Relaxed) {
            return Ok(());
        }
        inner.realms.note_change(version);
        let known = inner.realms.versions();
        for some in known.chunks(REALMS) {
            let rows: Vec<(String, i64)> = realm::entity::Entity::find()
                .select_only()
                .columns([realm::entity::Column::Id, realm::entity::Column::Version])
                .filter(realm::entity::Column::Id.is_in(some.iter().map(|(id, _)| id.as_str())))
                .into_tuple()
                .all(reader)
                .await?;
            let rows: HashMap<String, i64> = rows.into_iter().collect();
            for (id, version) in some {
                if rows.get(id.as_str()) != Some(version) {
                    inner.realms.drop_id(id);
                }
            }
        }
        self.version.store(version, Ordering::Relaxed);
        Ok(())
    }

    async fn look_for_other_processes(&self, inner: &Inner) -> Result<(), Error> {
        // SQLite: `PRAGMA data_version` moves when another connection has committed. All of ours goes through this one, so
        // what moves it comes from another process.
        let writer = &inner.store.writer;
        let look = Statement::from_string(writer.get_database_backend(), "PRAGMA data_version");
        let Some(row) = writer.query_one_raw(look).await? else { return Ok(()) };
        let version: i64 = row.try_get_by_index(0)?;
        if self.version.swap(version, Ordering::Relaxed) != version {
            inner.realms.clear();
            inner.users.clear();
            inner.tickets.clear();
            inner.failures.clear();
            inner.sessions.clear();
        }
        Ok(())
    }
}

async fn run(inner: Weak<Inner>) {
    let mut period = interval(PERIOD);
    period.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failing = false;
    loop {
        period.tick().await;
        let Some(inner) = inner.upgrade() else { return };
        let looked = inner.poll.look(&inner).await;
        // Said once when it begins and once when it is over, not four times a second.
        match &looked {
            Err(error) if !failing => tracing::warn!(%error, "the database does not tell what others have changed"),
            Ok(()) if failing => tracing::info!("the database tells again what others have changed"),
            _ => {}
        }
        failing = looked.is_err();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use crate::{
        NewTicket, TicketSelector, UserChange,
        test_store::{Town, each_database},
    };

    async fn look(town: &Town) {
        let inner = &town.identity.0;
        inner.poll.look(inner).await.unwrap();
    }

    #[tokio::test]
    async fn a_look_shows_what_others_have_changed_in_a_realm() {
        each_database(async |mut town| {
            let other = town.store.another_node().await;
            let mut tx = other.begin().await.unwrap();
            tx.change_realm(&town.realm.id, json!({ "displayName": "Harbour" })).await.unwrap();
            tx.commit().await.unwrap();
            look(&town).await;
            let seen = town.store.realm("town").await;
            assert_eq!(seen.settings.display_name.as_deref(), Some("Harbour"));
            assert!(seen.version > town.realm.version);
            let mut tx = other.begin().await.unwrap();
            tx.remove_realm(&town.realm.id).await.unwrap();
            tx.commit().await.unwrap();
            look(&town).await;
            assert!(town.identity.realm("town").await.unwrap().is_none());
            other.shutdown().await;
        })
        .await;
    }

    #[tokio::test]
    async fn a_look_shows_that_others_have_revoked_tickets_and_disabled_users() {
        each_database(async |mut town| {
            let other = town.store.another_node().await;
            let issue = async || {
                let new = NewTicket { user: Some(&town.user), ..NewTicket::new(&town.realm, "test") };
                let secret = town.identity.issue_ticket(new, "ptr").await.unwrap();
                assert!(town.identity.find_ticket(&town.realm, "test", &secret).await.unwrap().is_some());
                secret
            };
            let (revoked, of_user) = (issue().await, issue().await);
            other.revoke_tickets(&town.realm, TicketSelector::Secret(&revoked)).await.unwrap();
            look(&town).await;
            assert!(town.identity.find_ticket(&town.realm, "test", &revoked).await.unwrap().is_none());
            assert!(town.identity.find_ticket(&town.realm, "test", &of_user).await.unwrap().is_some());
            let mut tx = other.begin().await.unwrap();
            tx.change_user(&town.user, UserChange { enabled: Some(false), ..UserChange::default() }).await.unwrap();
            tx.commit().await.unwrap();
            look(&town).await;
            assert!(town.identity.find_ticket(&town.realm, "test", &of_user).await.unwrap().is_none());
            other.shutdown().await;
        })
        .await;
    }

    #[tokio::test]
    async fn the_first_tick_forgets_nothing() {
        each_database(async |town| {
            let first = town.store.realm("town").await;
            look(&town).await;
            assert!(Arc::ptr_eq(&first, &town.store.realm("town").await));
        })
        .await;
    }

    #[tokio::test]
    async fn own_commits_are_no_reason_to_forget() {
        each_database(async |town| {
            look(&town).await;
            let secret = town.identity.issue_ticket(NewTicket::new(&town.realm, "test"), "ptr").await.unwrap();
            assert!(town.identity.find_ticket(&town.realm, "test", &secret).await.unwrap().is_some());
            town.identity.issue_ticket(NewTicket::new(&town.realm, "test"), "ptr").await.unwrap();
            look(&town).await;
            let kept = u64::from(town.identity.is_single_node());
            assert_eq!(town.identity.statistics().tickets_in_memory, kept);
        })
        .await;
    }

    #[tokio::test]
    async fn memory_is_stale_a_second_after_the_last_look() {
        each_database(async |town| {
            look(&town).await;
            let poll = &town.identity.0.poll;
            let now = || town.identity.clock().monotonic_micros();
            town.clock.advance(1000);
            assert!(!poll.is_stale(now()));
            town.clock.advance(1);
            assert!(poll.is_stale(now()));
            assert_eq!(poll.ready(&town.identity.0).is_ok(), town.identity.is_single_node());
            look(&town).await;
            assert!(!poll.is_stale(now()));
        })
        .await;
    }
}

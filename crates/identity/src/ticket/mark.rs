//! Marks: ids of others that may be seen once (an assertion's, a proof's), and ids of our own tokens that are dead before
//! their time. A mark is a row of the tickets' table that nobody can take, and it is swept like one.

use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    sync::{Arc, Mutex, PoisonError},
};

use crypto::digest::sha256;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryResult,
    QuerySelect, sea_query::OnConflict,
};

use super::{
    entity::{self, Column, Entity},
    secret::TicketHash,
};
use crate::{Error, Identity, Realm, RealmId, Timestamp, store::Inner, writer::HotCommand};

/// A mark to be set.
pub(crate) struct SetMark {
    row: entity::Model,
    hash: TicketHash,
    until: Timestamp,
}

impl HotCommand for SetMark {
    /// Whether it was not set before.
    type Answer = bool;

    async fn run(set: &[Self], on: &DatabaseTransaction) -> Result<Vec<Result<bool, Error>>, DbErr> {
        let mut rows: HashMap<&[u8], entity::ActiveModel> = HashMap::with_capacity(set.len());
        for mark in set {
            if let Entry::Vacant(free) = rows.entry(mark.hash.as_slice()) {
                free.insert(mark.row.clone().into_active_model());
            }
        }
        let insert = Entity::insert_many(rows.into_values())
            .on_conflict(OnConflict::column(Column::Hash).do_nothing().to_owned());
        let mut insert = sea_orm::QueryTrait::into_query(insert);
        insert.returning_col(Column::Hash);
        let new: HashSet<Vec<u8>> = on.query_all(&insert).await?.iter().map(hash_of).collect::<Result<_, _>>()?;
        // Of several who set the same mark at once, the first was first.
        let mut taken = HashSet::new();
        Ok(set.iter().map(|mark| Ok(new.contains(mark.hash.as_slice()) && taken.insert(mark.hash))).collect())
    }

    fn forget(&self, _answer: &bool, memory: &Inner) {
        memory.marks.note(&self.row.realm_id, &self.row.kind, self.hash, self.until);
    }
}

fn hash_of(row: &QueryResult) -> Result<Vec<u8>, DbErr> {
    row.try_get("", "hash")
}

/// Marks in memory, on one node: those of the kinds that somebody asks about.
#[derive(Default)]
pub(crate) struct Marks {
    kinds: Mutex<HashMap<(RealmId, Arc<str>), Kind>>,
    /// Rows are read by one at a time.
    reading: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Kind {
    /// Whether the rows were read; a mark that is set meanwhile is noted all the same.
    read: bool,
    marks: HashMap<TicketHash, Timestamp>,
    /// Dead marks are dropped when there are twice as many as after the last time.
    drop_at: usize,
}

impl Marks {
    fn note(&self, realm: &str, kind: &str, hash: TicketHash, until: Timestamp) {
        let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        // A kind that nobody has asked about is not kept.
        if let Some(known) = kinds.get_mut(&(RealmId::from(realm), Arc::from(kind))) {
            known.marks.insert(hash, until);
        }
    }

    /// Whether the mark is set; `None` while the rows of its kind are not read.
    fn is_set(&self, realm: &RealmId, kind: &str, hash: &TicketHash, now: Timestamp) -> Option<bool> {
        let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kinds.entry((realm.clone(), Arc::from(kind))).or_default();
        if !known.read {
            return None;
        }
        if known.marks.len() > known.drop_at.max(1024) {
            known.marks.retain(|_, until| now < *until);
            known.drop_at = known.marks.len() * 2;
        }
        Some(known.marks.get(hash).is_some_and(|until| now < *until))
    }

    fn rows_read(&self, realm: &RealmId, kind: &str, rows: Vec<(TicketHash, Timestamp)>) {
        let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kinds.entry((realm.clone(), Arc::from(kind))).or_default();
        known.marks.extend(rows);
        known.read = true;
    }
}

impl Identity {
    /// Sets a mark until a time, and tells whether it was not set before: of all who set the same mark, on whatever node, one
    /// is told so. Answered after commit.
    ///
    /// # Errors
    /// [`Error::Busy`] when too many writes wait.
    pub async fn mark_once(&self, realm: &Realm, kind: &str, key: &str, until: Timestamp) -> Result<bool, Error> {
        let hash = hash(realm, kind, key);
        let now = self.clock().now();
        let row = entity::Model {
            hash: hash.to_vec(),
            realm_id: realm.id.to_string(),
            client_id: None,
            user_id: None,
            kind: kind.to_owned(),
            family: crypto::random::uuid(self.random()).to_string(),
            payload: "null".to_owned(),
            dies_with_password: false,
            created_at: now.0,
            expires_at: Some(until.0),
            // Never to be found or consumed as a ticket.
            consumed_at: Some(now.0),
            used_at: now.0,
        };
        self.0.writer.ask(SetMark { row, hash, until }).await
    }

    /// Whether a mark is set and its time is not over. One node: from memory, without a statement, once the marks of the kind
    /// were read. Several nodes: one statement.
    pub async fn is_marked(&self, realm: &Realm, kind: &str, key: &str) -> Result<bool, Error> {
        let hash = hash(realm, kind, key);
        let now = self.clock().now();
        if !self.is_single_node() {
            let found = Entity::find()
                .select_only()
                .column(Column::ExpiresAt)
                .filter(Column::Hash.eq(hash.to_vec()))
                .into_tuple::<Option<i64>>()
                .one(self.store().reader())
                .await?;
            return Ok(found.flatten().is_some_and(|until| now.0 < until));
        }
        let marks = &self.0.marks;
        if let Some(set) = marks.is_set(&realm.id, kind, &hash, now) {
            return Ok(set);
        }
        let _turn = marks.reading.lock().await;
        if let Some(set) = marks.is_set(&realm.id, kind, &hash, now) {
            return Ok(set);
        }
        let rows: Vec<(Vec<u8>, Option<i64>)> = Entity::find()
            .select_only()
            .columns([Column::Hash, Column::ExpiresAt])
            .filter(Column::RealmId.eq(realm.id.as_str()))
            .filter(Column::Kind.eq(kind))
            .filter(Column::ExpiresAt.gt(now.0))
            .into_tuple()
            .all(self.store().reader())
            .await?;
        let rows = rows.into_iter().filter_map(|(hash, until)| Some((TicketHash::stored(&hash)?, Timestamp(until?))));
        marks.rows_read(&realm.id, kind, rows.collect());
        Ok(marks.is_set(&realm.id, kind, &hash, now).unwrap_or(false))
    }
}

/// No ticket's secret holds a line break, so no mark has a ticket's hash.
fn hash(realm: &Realm, kind: &str, key: &str) -> TicketHash {
    TicketHash::of_mark(sha256(format!("mark\n{}\n{kind}\n{key}", realm.id).as_bytes()))
}

#[cfg(test)]
mod tests {
    use crypto::secret::Secret;

    use crate::{Clock, testing::TestStore};

    #[tokio::test]
    async fn a42_of_fifty_who_set_one_mark_one_is_first_also_after_a_restart() {
        let mut store = TestStore::chosen().await;
        let realm = store.add_realm("quay", serde_json::json!({})).await;
        let until = store.clock.now().plus_seconds(60);
        let identity = store.identity.clone();
        let asked = (0..50).map(|_| identity.mark_once(&realm, "k", "one", until));
        let first: Vec<bool> = futures_util::future::try_join_all(asked).await.unwrap();
        assert_eq!(first.iter().filter(|first| **first).count(), 1);
        store.restart().await;
        let realm = store.realm("quay").await;
        assert!(!store.identity.mark_once(&realm, "k", "one", until).await.unwrap());
        assert!(store.identity.mark_once(&realm, "other", "one", until).await.unwrap());
        assert!(store.identity.mark_once(&realm, "k", "two", until).await.unwrap());
    }

    #[tokio::test]
    async fn a_mark_is_seen_at_once_by_who_asked_before_and_ends_with_its_time() {
        let store = TestStore::chosen().await;
        let realm = store.add_realm("quay", serde_json::json!({})).await;
        let identity = &store.identity;
        let until = store.clock.now().plus_seconds(60);
        identity.mark_once(&realm, "dead", "early", until).await.unwrap();
        assert!(identity.is_marked(&realm, "dead", "early").await.unwrap());
        assert!(!identity.is_marked(&realm, "dead", "one").await.unwrap());
        identity.mark_once(&realm, "dead", "one", until).await.unwrap();
        assert!(identity.is_marked(&realm, "dead", "one").await.unwrap());
        store.clock.advance(61_000);
        assert!(!identity.is_marked(&realm, "dead", "one").await.unwrap());
    }

    #[tokio::test]
    async fn asking_costs_no_statement_on_one_node_once_the_marks_were_read() {
        let store = TestStore::sqlite().await;
        let realm = store.add_realm("quay", serde_json::json!({})).await;
        assert!(!store.identity.is_marked(&realm, "dead", "one").await.unwrap());
        let before = store.identity.statistics().statements;
        for key in ["one", "two", "three"] {
            assert!(!store.identity.is_marked(&realm, "dead", key).await.unwrap());
        }
        assert_eq!(store.identity.statistics().statements, before);
    }

    #[tokio::test]
    async fn a_mark_is_no_ticket() {
        let store = TestStore::chosen().await;
        let realm = store.add_realm("quay", serde_json::json!({})).await;
        let key = format!("p_{}", "A".repeat(43));
        store.identity.mark_once(&realm, "k", &key, store.clock.now().plus_seconds(60)).await.unwrap();
        let secret = Secret::from(key);
        assert!(store.identity.find_ticket(&realm, "k", &secret).await.unwrap().is_none());
        assert!(store.identity.consume_ticket(&realm, "k", &secret).await.unwrap().is_none());
    }
}

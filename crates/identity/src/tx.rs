//! A unit of work: alone in its transaction, and dropped, it changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter, QuerySelect, sea_query::Expr};

use crate::{
    BoxFuture, ClientId, Error, Identity, RealmId, UserId, admin_event, meta,
    realm::{self, BirthRules},
    ticket::TicketHash,
    user,
};

/// A unit of work. The verbs of each noun hang on it; nothing is seen outside before [`Tx::commit`].
pub struct Tx {
    transaction: DatabaseTransaction,
    identity: Identity,
    touched: Touched,
    birth_rules: BTreeMap<RealmId, BirthRules>,
    lines: Vec<admin_event::Line>,
}

/// What a unit of work changed, so that memory can follow at commit.
#[derive(Default)]
struct Touched {
    realms: BTreeSet<RealmId>,
    realm_names: BTreeSet<String>,
    removed_realms: BTreeSet<RealmId>,
    users: BTreeSet<UserId>,
    removed_users: BTreeSet<UserId>,
    sessions_of: BTreeSet<UserId>,
    removed_clients: BTreeSet<ClientId>,
    logins: BTreeSet<(RealmId, String)>,
    tickets: Vec<TicketHash>,
}

/// How many rows one statement names by id; below the limits of both databases.
const IDS_PER_STATEMENT: usize = 500;

impl Tx {
    pub(crate) async fn begin(identity: Identity) -> Result<Self, Error> {
        let transaction = identity.store().transaction().await?;
        Ok(Self { transaction, identity, touched: Touched::default(), birth_rules: BTreeMap::new(), lines: Vec::new() })
    }

    /// Makes everything durable, then drops from this process's memory what it changed, before it answers.
    pub fn commit(self) -> BoxFuture<'static, Result<(), Error>> {
        Box::pin(self.commit_all())
    }

    async fn commit_all(self) -> Result<(), Error> {
        let Self { transaction, identity, mut touched, lines, .. } = self;
        if !touched.realms.is_empty() || !touched.removed_realms.is_empty() {
            let version = meta::bump_change(&transaction).await?;
            let changed: Vec<&str> = touched.realms.iter().map(RealmId::as_str).collect();
            for some in changed.chunks(IDS_PER_STATEMENT) {
                realm::entity::Entity::update_many()
                    .col_expr(realm::entity::Column::Version, Expr::value(version))
                    .filter(realm::entity::Column::Id.is_in(some.iter().copied()))
                    .exec(&transaction)
                    .await?;
                let names: Vec<String> = realm::entity::Entity::find()
                    .select_only()
                    .column(realm::entity::Column::Name)
                    .filter(realm::entity::Column::Id.is_in(some.iter().copied()))
                    .into_tuple()
                    .all(&transaction)
                    .await?;
                touched.realm_names.extend(names);
            }
        }
        let changed: Vec<&str> = touched.users.iter().map(UserId::as_str).collect();
        for some in changed.chunks(IDS_PER_STATEMENT) {
            user::entity::Entity::update_many()
                .col_expr(user::entity::Column::Version, Expr::col(user::entity::Column::Version).add(1))
                .filter(user::entity::Column::Id.is_in(some.iter().copied()))
                .exec(&transaction)
                .await?;
        }
        identity.store().commit(transaction).await?;

        let inner = &identity.0;
        for name in &touched.realm_names {
            inner.realms.drop_name(name);
        }
        for realm in touched.realms.iter().chain(&touched.removed_realms) {
            inner.realms.drop_id(realm);
        }
        for realm in &touched.removed_realms {
            inner.users.drop_realm(realm);
            inner.tickets.drop_realm(realm);
            inner.sessions.drop_realm(realm);
        }
        for user in &touched.users {
            inner.users.drop_user(user);
            inner.failures.drop_user(user);
        }
        for user in &touched.removed_users {
            inner.users.drop_user(user);
            inner.tickets.drop_user(user);
            inner.sessions.drop_user(user);
            inner.failures.drop_user(user);
        }
        for user in &touched.sessions_of {
            inner.sessions.drop_user(user);
        }
        for client in &touched.removed_clients {
            inner.tickets.drop_client(client);
            inner.sessions.drop_client(client);
        }
        for (realm, login) in &touched.logins {
            inner.users.drop_login(realm, login);
        }
        inner.tickets.drop_all(&touched.tickets);
        lines.into_iter().for_each(admin_event::Line::write);
        Ok(())
    }

    /// Rolls back at once, instead of whenever the connection is next used.
    pub async fn roll_back(self) -> Result<(), Error> {
        self.transaction.rollback().await?;
        Ok(())
    }

    /// The store this works on.
    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Where to send statements.
    pub(crate) fn connection(&self) -> &DatabaseTransaction {
        &self.transaction
    }

    /// Something that the realm's snapshot holds has changed.
    pub(crate) fn touch_realm(&mut self, realm: &RealmId) {
        self.birth_rules.remove(realm);
        self.touched.realms.insert(realm.clone());
    }

    pub(crate) fn known_birth_rules(&self, realm: &RealmId) -> Option<BirthRules> {
        self.birth_rules.get(realm).cloned()
    }

    pub(crate) fn keep_birth_rules(&mut self, realm: &RealmId, rules: BirthRules) {
        self.birth_rules.insert(realm.clone(), rules);
    }

    /// To be written once the work is committed.
    pub(crate) fn add_line(&mut self, line: admin_event::Line) {
        self.lines.push(line);
    }

    /// A realm has this name now, or had it before.
    pub(crate) fn touch_realm_name(&mut self, name: &str) {
        self.touched.realm_names.insert(name.to_owned());
    }

    /// The realm is gone, with all it had.
    pub(crate) fn removed_realm(&mut self, realm: &RealmId) {
        self.touched.realms.remove(realm);
        self.touched.removed_realms.insert(realm.clone());
    }

    /// The user, their credentials, attributes, roles or groups have changed.
    pub(crate) fn touch_user(&mut self, user: &UserId) {
        self.touched.users.insert(user.clone());
    }

    /// Somebody else may be meant by this name or address from now on.
    pub(crate) fn touch_login(&mut self, realm: &RealmId, login: &str) {
        self.touched.logins.insert((realm.clone(), login.to_owned()));
    }

    /// The user is gone.
    pub(crate) fn removed_user(&mut self, user: &UserId) {
        self.touched.users.remove(user);
        self.touched.removed_users.insert(user.clone());
    }

    /// All sessions of the user are closed.
    pub(crate) fn closed_sessions(&mut self, user: &UserId) {
        self.touched.sessions_of.insert(user.clone());
    }

    /// These tickets are revoked.
    pub(crate) fn revoked_tickets(&mut self, tickets: Vec<TicketHash>) {
        self.touched.tickets.extend(tickets);
    }

    /// The client is gone.
    pub(crate) fn removed_client(&mut self, client: &ClientId) {
        self.touched.removed_clients.insert(client.clone());
    }
}

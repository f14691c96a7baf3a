//! How a page of users is come by.

use sea_orm::{ConnectionTrait, Statement};

use super::{entity, pages::Place, rows_of, test::Test};
use crate::{Error, sql::Sql, store::Store};

/// So many are found by an index and put in order.
const FEW: u64 = 3_000;
/// So many users are passed on the way through all of them before something better is tried.
const STRETCH: u64 = 20_000;

/// A question with everything that its statements need.
pub(super) struct Plan<'p> {
    pub(super) store: &'p Store,
    pub(super) realm: &'p str,
    pub(super) tests: Vec<Test>,
    pub(super) service_accounts: bool,
}

impl Plan<'_> {
    /// The rows of a page, in the order of names.
    pub(super) async fn rows(&self, place: &Place, limit: u64) -> Result<Vec<entity::Model>, Error> {
        let reader = self.store.reader();
        let mut driver = self.few().await?;
        if driver.is_none() && self.tests.iter().any(Test::has_candidates) {
            // Many fit: most likely they are soon met on the way through all.
            let found = rows_of(reader, self.page(None, place, limit, Some(STRETCH))).await?;
            if found.len() as u64 == limit {
                return Ok(found);
            }
            // They stand together somewhere else: then their index leads there.
            driver = self.tests.iter().position(Test::has_candidates);
        }
        rows_of(reader, self.page(driver, place, limit, None)).await
    }

    /// How many rows fit.
    pub(super) async fn count(&self) -> Result<u64, Error> {
        let driver = self.few().await?;
        let mut sql = Sql::new(self.store.backend());
        sql.push("SELECT count(*) FROM realm_user u WHERE ");
        self.conditions(&mut sql, driver);
        Ok(self.number(sql.done()).await?.unsigned_abs())
    }

    /// The test that few users fit, if there is one.
    async fn few(&self) -> Result<Option<usize>, Error> {
        for (position, test) in self.tests.iter().enumerate().filter(|(_, test)| test.has_candidates()) {
            let mut sql = Sql::new(self.store.backend());
            sql.push("SELECT count(*) FROM (SELECT id FROM (");
            test.candidates(&mut sql, self.realm);
            sql.push(") AS fitting LIMIT ").bind(FEW as i64 + 1).push(") AS counted");
            if self.number(sql.done()).await?.unsigned_abs() <= FEW {
                return Ok(Some(position));
            }
        }
        Ok(None)
    }

    async fn number(&self, statement: Statement) -> Result<i64, Error> {
        let row = self.store.reader().query_one_raw(statement).await?;
        let row = row.ok_or_else(|| Error::fault("a count is a row"))?;
        Ok(row.try_get_by_index(0)?)
    }

    /// The statement of a page: through those that fit one test if `driver` names it, else through all in the order of names,
    /// and then not further than `stretch`.
    fn page(&self, driver: Option<usize>, place: &Place, limit: u64, stretch: Option<u64>) -> Statement {
        let mut sql = Sql::new(self.store.backend());
        let bytewise = sql.bytewise();
        sql.push("SELECT u.* FROM ");
        if let Some(stretch) = stretch {
            sql.push("(SELECT * FROM realm_user");
            self.by_name(&mut sql);
            sql.push(" WHERE realm_id = ").bind(self.realm);
            self.people(&mut sql, "");
            if let Some(after) = &place.after {
                sql.push(" AND username").push(bytewise).push(" > ").bind(after.as_str());
            }
            sql.push(" ORDER BY username").push(bytewise).push(" LIMIT ").bind(stretch as i64).push(") AS u WHERE ");
            self.tests(&mut sql, None);
        } else {
            sql.push("realm_user AS u");
            if driver.is_none() {
                self.by_name(&mut sql);
            }
            sql.push(" WHERE ");
            if let Some(after) = &place.after {
                sql.push("u.username").push(bytewise).push(" > ").bind(after.as_str()).push(" AND ");
            }
            self.conditions(&mut sql, driver);
        }
        sql.push(" ORDER BY u.username").push(bytewise).push(" LIMIT ").bind(limit as i64);
        sql.push(" OFFSET ").bind(place.skip.min(i64::MAX as u64) as i64);
        sql.done()
    }

    fn conditions(&self, sql: &mut Sql, driver: Option<usize>) {
        sql.push("u.realm_id = ").bind(self.realm);
        self.people(sql, "u.");
        if let Some(test) = driver.and_then(|driver| self.tests.get(driver)) {
            sql.push(" AND u.id IN (");
            test.candidates(sql, self.realm);
            sql.push(")");
        }
        sql.push(" AND ");
        self.tests(sql, driver);
    }

    fn tests(&self, sql: &mut Sql, but: Option<usize>) {
        sql.push("1 = 1");
        for (_, test) in self.tests.iter().enumerate().filter(|(position, _)| Some(*position) != but) {
            sql.push(" AND ");
            test.condition(sql);
        }
    }

    fn people(&self, sql: &mut Sql, row: &str) {
        if !self.service_accounts {
            sql.push(" AND ").push(row).push("service_account_client_id IS NULL");
        }
    }

    /// SQLite is told which index has the order of names: it cannot know how soon a page is full.
    fn by_name(&self, sql: &mut Sql) {
        if !sql.is_postgres() {
            let index = if self.service_accounts { "realm_user_username" } else { "realm_user_people" };
            sql.push(" INDEXED BY ").push(index);
        }
    }
}

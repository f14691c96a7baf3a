//! Rows of values inside a statement, so that one statement can write something else into each of many rows.

use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement, Value};

/// `WITH given (…) AS (VALUES …) …`: both databases read it alike.
pub(super) struct Given {
    columns: &'static str,
    sql: String,
    values: Vec<Value>,
}

impl Given {
    /// No rows of these columns yet.
    pub(super) fn of(columns: &'static str) -> Self {
        Self { columns, sql: String::new(), values: Vec::new() }
    }

    /// One more row.
    pub(super) fn push<const N: usize>(&mut self, row: [Value; N]) {
        self.sql.push_str(if self.sql.is_empty() { "(" } else { ", (" });
        for (index, value) in row.into_iter().enumerate() {
            self.values.push(value);
            if index > 0 {
                self.sql.push_str(", ");
            }
            self.sql.push('$');
            self.sql.push_str(&self.values.len().to_string());
        }
        self.sql.push(')');
    }

    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The statement that goes on with `rest`, which may name `given`.
    pub(super) fn statement(self, rest: &str, on: &DatabaseTransaction) -> Statement {
        let sql = format!("WITH given ({}) AS (VALUES {}) {rest}", self.columns, self.sql);
        Statement::from_sql_and_values(on.get_database_backend(), sql, self.values)
    }
}

//! Rows of values inside a statement, so that one statement can write something else into each of many rows.

use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement, Value};

/// `WITH given (…) AS (VALUES …) …`: both databases read it alike.
pub(super) struct Given<const N: usize> {
    columns: &'static str,
    rows: Vec<[Value; N]>,
}

impl<const N: usize> Given<N> {
    /// No rows of these columns yet.
    pub(super) fn of(columns: &'static str) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// One more row.
    pub(super) fn push(&mut self, row: [Value; N]) {
        self.rows.push(row);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The statement that goes on with `rest`, which may name `given`. It must mean the same if a row comes twice: to have
    /// statements of few sizes, which the connection keeps prepared, the last row is repeated.
    pub(super) fn statement(mut self, rest: &str, on: &DatabaseTransaction) -> Statement {
        if let Some(last) = self.rows.last().cloned() {
            self.rows.resize(self.rows.len().next_power_of_two(), last);
        }
        let mut sql = format!("WITH given ({}) AS (VALUES ", self.columns);
        for row in 0..self.rows.len() {
            sql.push_str(if row == 0 { "(" } else { ", (" });
            for column in 0..N {
                sql.push_str(if column == 0 { "$" } else { ", $" });
                sql.push_str(&(row * N + column + 1).to_string());
            }
            sql.push(')');
        }
        sql.push_str(") ");
        sql.push_str(rest);
        Statement::from_sql_and_values(on.get_database_backend(), sql, self.rows.into_iter().flatten())
    }
}

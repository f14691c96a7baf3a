//! Many rows in few statements: multi-row inserts with bound parameters.

use std::fmt::Write as _;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, Value};

/// Parameters of one statement; SQLite takes 32,766, PostgreSQL 65,535.
const PARAMETERS: usize = 6_000;

/// Where there are too few rows for a statement of one size, the next size is a quarter of it.
const STEP: usize = 4;

/// Rows of one table that wait to be inserted.
pub(crate) struct Rows {
    table: &'static str,
    columns: &'static [&'static str],
    values: Vec<Value>,
}

impl Rows {
    pub(crate) fn new(table: &'static str, columns: &'static [&'static str]) -> Rows {
        Rows { table, columns, values: Vec::new() }
    }

    /// Adds a row; the values stand in the order of the columns.
    pub(crate) fn push<const N: usize>(&mut self, row: [Value; N]) {
        debug_assert_eq!(N, self.columns.len());
        self.values.extend(row);
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len() / self.columns.len().max(1)
    }

    /// Sends the rows, in statements of few sizes: so there are few texts, and the driver has each prepared already.
    pub(crate) async fn send(self, on: &impl ConnectionTrait) -> Result<(), DbErr> {
        let backend = on.get_database_backend();
        let width = self.columns.len().max(1);
        let mut size = PARAMETERS / width;
        let mut text = String::new();
        let mut values = self.values.into_iter();
        while values.len() > 0 {
            while size > values.len() / width && size > 1 {
                size /= STEP;
                text.clear();
            }
            size = size.max(1);
            if text.is_empty() {
                text = statement(self.table, self.columns, size, backend);
            }
            let part: Vec<Value> = values.by_ref().take(size * width).collect();
            on.execute_raw(Statement::from_sql_and_values(backend, text.clone(), part)).await?;
        }
        Ok(())
    }
}

fn statement(table: &str, columns: &[&str], rows: usize, backend: DbBackend) -> String {
    let mut text = format!("INSERT INTO {table} ({}) VALUES ", columns.join(", "));
    let mut number = 0;
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns.len() {
            if column > 0 {
                text.push_str(", ");
            }
            number += 1;
            match backend {
                // Writing to a String cannot fail.
                DbBackend::Postgres => drop(write!(text, "${number}")),
                _ => text.push('?'),
            }
        }
        text.push(')');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_binds_every_value() {
        assert_eq!(statement("t", &["a", "b"], 2, DbBackend::Sqlite), "INSERT INTO t (a, b) VALUES (?, ?), (?, ?)");
        assert_eq!(
            statement("t", &["a", "b"], 2, DbBackend::Postgres),
            "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4)"
        );
    }
}

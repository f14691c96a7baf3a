//! Statements written out, for questions whose shape depends on what is asked: every value is bound, never pasted.

use sea_orm::{DbBackend, Statement, Value};

/// A statement under construction.
pub(crate) struct Sql {
    backend: DbBackend,
    text: String,
    values: Vec<Value>,
}

impl Sql {
    pub(crate) fn new(backend: DbBackend) -> Self {
        Self { backend, text: String::new(), values: Vec::new() }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.backend == DbBackend::Postgres
    }

    /// Adds text of this program; nothing that somebody sent may come here.
    pub(crate) fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds a place with this value in it.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        if self.is_postgres() {
            self.text.push('$');
            self.text.push_str(&self.values.len().to_string());
        } else {
            self.text.push('?');
        }
        self
    }

    /// What makes PostgreSQL compare texts byte by byte, as SQLite does.
    pub(crate) fn bytewise(&self) -> &'static str {
        if self.is_postgres() { " COLLATE \"C\"" } else { "" }
    }

    pub(crate) fn done(self) -> Statement {
        Statement::from_sql_and_values(self.backend, self.text, self.values)
    }
}

/// The first text, byte by byte, that is behind all texts that begin so; none if there is no such text.
pub(crate) fn behind(prefix: &str) -> Option<String> {
    let mut head: Vec<char> = prefix.chars().collect();
    while let Some(last) = head.pop() {
        // Between the two blocks of code points there are none that a text could hold.
        let next = if last == '\u{D7FF}' { Some('\u{E000}') } else { char::from_u32(u32::from(last) + 1) };
        if let Some(next) = next {
            head.push(next);
            return Some(head.into_iter().collect());
        }
    }
    None
}

/// A pattern of `LIKE … ESCAPE '\'` for a text in which `*` stands for anything.
pub(crate) fn like(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    for c in text.chars() {
        match c {
            '*' if pattern.ends_with('%') && !pattern.ends_with("\\%") => {}
            '*' => pattern.push('%'),
            '%' | '_' | '\\' => {
                pattern.push('\\');
                pattern.push(c);
            }
            c => pattern.push(c),
        }
    }
    pattern
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_statement_counts_its_places() {
        let mut sql = Sql::new(DbBackend::Postgres);
        sql.push("SELECT ").bind("a").push(", ").bind(1_i64);
        assert_eq!(sql.done().sql, "SELECT $1, $2");
    }

    #[test]
    fn signs_of_a_pattern_stand_for_themselves() {
        assert_eq!(like("*a_b%c\\d*"), "%a\\_b\\%c\\\\d%");
        assert_eq!(like("**a**"), "%a%");
        assert_eq!(like("%*"), "\\%%");
    }

    proptest! {
        #[test]
        fn what_begins_so_is_before_and_nothing_else_is_between(prefix in ".{1,8}", tail in ".{0,8}", other in ".{0,8}") {
            let Some(behind) = behind(&prefix) else { return Ok(()) };
            let whole = format!("{prefix}{tail}");
            prop_assert!(*prefix <= *whole && *whole < *behind);
            prop_assert_eq!(*prefix <= *other && *other < *behind, other.starts_with(&prefix));
        }
    }
}

//! One thing that a user must be like, as a condition on their row, and, where an index answers it, as the users that fit.

use super::word::Word;
use crate::sql::{Sql, behind};
use crate::{GroupId, RoleId, Timestamp};

/// Columns that a search looks at, all of them in lower case.
const SOMEWHERE: [&str; 4] = ["username", "email", "first_name_key", "last_name_key"];
/// Characters of an attribute's value that its index has.
const INDEXED: usize = 64;

/// One thing that a user must be like. In statements, the user's row is `u`.
pub(super) enum Test {
    /// One of the names or the address fits.
    Somewhere(Word),
    /// This column fits.
    Column(&'static str, Word),
    /// The attribute of this name has this value.
    Attribute(String, String),
    /// Linked with a provider, or known to one by an id, or both at once.
    Linked(Option<String>, Option<String>),
    Group(GroupId),
    Role(RoleId),
    Enabled(bool),
    EmailVerified(bool),
    CreatedAfter(Timestamp),
    CreatedBefore(Timestamp),
}

impl Test {
    /// Whether [`Test::candidates`] has something to say: an index knows who fits.
    pub(super) fn has_candidates(&self) -> bool {
        match self {
            Self::Somewhere(word) | Self::Column(_, word) => match word {
                Word::Exact(_) => true,
                Word::Prefix(text) => !text.is_empty(),
                Word::Like(_) | Word::Within(_) => false,
            },
            Self::Attribute(..) | Self::Group(_) | Self::Role(_) => true,
            Self::Linked(provider, _) => provider.is_some(),
            Self::Enabled(_) | Self::EmailVerified(_) | Self::CreatedAfter(_) | Self::CreatedBefore(_) => false,
        }
    }

    /// A selection of the ids of those who fit; one may come twice.
    pub(super) fn candidates(&self, sql: &mut Sql, realm: &str) {
        match self {
            Self::Somewhere(word) => {
                for (position, column) in SOMEWHERE.iter().enumerate() {
                    sql.push(if position == 0 { "" } else { " UNION ALL " });
                    by_column(sql, realm, column, word);
                }
            }
            Self::Column(column, word) => by_column(sql, realm, column, word),
            Self::Attribute(name, value) => {
                sql.push("SELECT user_id AS id FROM user_attribute a WHERE ");
                attribute(sql, name, value);
            }
            Self::Linked(provider, user) => {
                sql.push("SELECT user_id AS id FROM federated_identity f WHERE f.realm_id = ").bind(realm);
                linked(sql, provider.as_deref(), user.as_deref());
            }
            Self::Group(group) => {
                sql.push("SELECT user_id AS id FROM user_group_member WHERE group_id = ").bind(group.as_str());
            }
            Self::Role(role) => {
                sql.push("SELECT user_id AS id FROM user_role WHERE role_id = ").bind(role.as_str());
            }
            Self::Enabled(_) | Self::EmailVerified(_) | Self::CreatedAfter(_) | Self::CreatedBefore(_) => {}
        }
    }

    /// A condition on the row `u`.
    pub(super) fn condition(&self, sql: &mut Sql) {
        match self {
            Self::Somewhere(word) => {
                sql.push("(");
                for (position, column) in SOMEWHERE.iter().enumerate() {
                    sql.push(if position == 0 { "" } else { " OR " });
                    fits(sql, &own(sql, column), word);
                }
                sql.push(")");
            }
            Self::Column(column, word) => fits(sql, &own(sql, column), word),
            Self::Attribute(name, value) => {
                sql.push("EXISTS (SELECT 1 FROM user_attribute a WHERE a.user_id = u.id AND ");
                attribute(sql, name, value);
                sql.push(")");
            }
            Self::Linked(provider, user) => {
                sql.push("EXISTS (SELECT 1 FROM federated_identity f WHERE f.user_id = u.id");
                linked(sql, provider.as_deref(), user.as_deref());
                sql.push(")");
            }
            Self::Group(group) => {
                sql.push("EXISTS (SELECT 1 FROM user_group_member m WHERE m.user_id = u.id AND m.group_id = ")
                    .bind(group.as_str())
                    .push(")");
            }
            Self::Role(role) => {
                sql.push("EXISTS (SELECT 1 FROM user_role r WHERE r.user_id = u.id AND r.role_id = ")
                    .bind(role.as_str())
                    .push(")");
            }
            Self::Enabled(enabled) => {
                sql.push("u.enabled = ").bind(*enabled);
            }
            Self::EmailVerified(verified) => {
                let member = if sql.is_postgres() {
                    "COALESCE((u.document::json ->> 'emailVerified')::boolean, FALSE)"
                } else {
                    "COALESCE(json_extract(u.document, '$.emailVerified'), FALSE)"
                };
                sql.push(member).push(" = ").bind(*verified);
            }
            Self::CreatedAfter(time) => {
                sql.push("u.created_at > ").bind(time.0);
            }
            Self::CreatedBefore(time) => {
                sql.push("u.created_at < ").bind(time.0);
            }
        }
    }
}

fn by_column(sql: &mut Sql, realm: &str, column: &str, word: &Word) {
    sql.push("SELECT id FROM realm_user WHERE realm_id = ").bind(realm).push(" AND ");
    fits(sql, column, word);
}

/// The column of the row at hand. SQLite would else leave the order of names for another index, and sort.
fn own(sql: &Sql, column: &str) -> String {
    if sql.is_postgres() { format!("u.{column}") } else { format!("+u.{column}") }
}

fn fits(sql: &mut Sql, column: &str, word: &Word) {
    let bytewise = sql.bytewise();
    match word {
        Word::Exact(text) => {
            sql.push(column).push(" = ").bind(text.as_str());
        }
        Word::Prefix(text) => {
            sql.push("(").push(column).push(bytewise).push(" >= ").bind(text.as_str());
            if let Some(end) = behind(text) {
                sql.push(" AND ").push(column).push(bytewise).push(" < ").bind(end);
            }
            sql.push(")");
        }
        Word::Like(pattern) => {
            sql.push(column).push(" LIKE ").bind(pattern.as_str()).push(" ESCAPE '\\'");
        }
        Word::Within(text) => {
            let position = if sql.is_postgres() { "strpos(" } else { "instr(" };
            sql.push(position).push(column).push(", ").bind(text.as_str()).push(") > 0");
        }
    }
}

/// The index holds the beginning of a value, which may be longer than an entry of it.
fn attribute(sql: &mut Sql, name: &str, value: &str) {
    let head: String = value.chars().take(INDEXED).collect();
    sql.push("a.name = ").bind(name).push(" AND substr(a.value, 1, 64) = ").bind(head);
    sql.push(" AND a.value = ").bind(value);
}

fn linked(sql: &mut Sql, provider: Option<&str>, user: Option<&str>) {
    if let Some(provider) = provider {
        sql.push(" AND f.provider = ").bind(provider);
    }
    if let Some(user) = user {
        sql.push(" AND f.provider_user_id = ").bind(user);
    }
}

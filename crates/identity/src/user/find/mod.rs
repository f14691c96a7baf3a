//! Finding people among very many: by the beginning of a name, by parts of it, by attributes, groups, roles and links.
//!
//! A page costs about the same wherever it is and however many fit. What few users fit is found by an index of its own and put
//! in order (`plan::candidates`); what many fit is met soon enough by going through all users in the order of their names.
//! Deep pages begin where the page before ended (`pages`), so that a walk from page to page does not count through those
//! before again and again.

mod pages;
mod plan;
mod test;
mod word;

use std::sync::Arc;

use sea_orm::{ConnectionTrait, FromQueryResult};

pub(crate) use pages::Pages;
use plan::Plan;
use test::Test;

use super::{User, entity, load};
use crate::{Error, GroupId, Identity, Page, Realm, RoleId, Timestamp, UserId};

/// Longest text that is searched for, in bytes.
const LONGEST: usize = 255;
/// Words of a search, and attributes asked for, at most.
const MOST_TESTS: usize = 16;

/// Which users of a realm; what is absent does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct UserQuery {
    /// Words, all of which must be in the user name, the address, the first or the last name of a user: at the beginning, or
    /// as `*` in the word says, or the whole of it where the word is in quotation marks.
    pub search: Option<String>,
    /// A part of the user name, or the whole if `exact`.
    pub username: Option<String>,
    /// A part of the address, or the whole if `exact`.
    pub email: Option<String>,
    /// A part of the first name, or the whole if `exact`.
    pub first_name: Option<String>,
    /// A part of the last name, or the whole if `exact`.
    pub last_name: Option<String>,
    /// Whether the four above must be met whole.
    pub exact: bool,
    /// Whether enabled.
    pub enabled: Option<bool>,
    /// Whether the address has been seen to be theirs.
    pub email_verified: Option<bool>,
    /// Made after this.
    pub created_after: Option<Timestamp>,
    /// Made before this.
    pub created_before: Option<Timestamp>,
    /// Attributes and a value that each must have.
    pub attributes: Vec<(String, String)>,
    /// Linked with this identity provider.
    pub identity_provider: Option<String>,
    /// Known there by this id.
    pub identity_user: Option<String>,
    /// Directly in this group.
    pub group: Option<GroupId>,
    /// Granted this role directly.
    pub role: Option<RoleId>,
    /// Whether service accounts are among them.
    pub service_accounts: bool,
}

impl UserQuery {
    /// What a user must be like; none if nobody can be.
    fn tests(&self) -> Result<Option<Vec<Test>>, Error> {
        let texts = [&self.search, &self.username, &self.email, &self.first_name, &self.last_name];
        let texts = texts.into_iter().chain([&self.identity_provider, &self.identity_user]).flatten();
        let attributes = self.attributes.iter().flat_map(|(name, value)| [name, value]);
        // PostgreSQL's text has no NUL, so that nobody has one in a name, and asking for it is a fault there.
        if texts.chain(attributes).any(|text| text.contains('\0')) {
            return Ok(None);
        }
        let mut tests = Vec::new();
        for word in self.search.iter().flat_map(|search| search.split_whitespace()) {
            tests.push(Test::Somewhere(word::read(word)?));
        }
        let columns = [
            ("username", &self.username),
            ("email", &self.email),
            ("first_name_key", &self.first_name),
            ("last_name_key", &self.last_name),
        ];
        for (column, text) in columns {
            let Some(text) = text.as_ref().filter(|text| !text.is_empty()) else { continue };
            tests.push(Test::Column(column, word::part(text, self.exact)?));
        }
        tests.extend(self.attributes.iter().map(|(name, value)| Test::Attribute(name.clone(), value.clone())));
        if tests.len() > MOST_TESTS {
            return Err(Error::invalid("search", format!("has more than {MOST_TESTS} parts")));
        }
        if self.identity_provider.is_some() || self.identity_user.is_some() {
            tests.push(Test::Linked(self.identity_provider.clone(), self.identity_user.clone()));
        }
        tests.extend(self.group.clone().map(Test::Group));
        tests.extend(self.role.clone().map(Test::Role));
        tests.extend(self.enabled.map(Test::Enabled));
        tests.extend(self.email_verified.map(Test::EmailVerified));
        tests.extend(self.created_after.map(Test::CreatedAfter));
        tests.extend(self.created_before.map(Test::CreatedBefore));
        Ok(Some(tests))
    }
}

impl Identity {
    /// Users of a realm in the order of their names, a page at a time.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a search with too many words or too long ones.
    pub async fn find_users(&self, realm: &Realm, query: &UserQuery, page: Page) -> Result<Vec<User>, Error> {
        let Some(tests) = query.tests()? else { return Ok(Vec::new()) };
        if page.limit() == 0 {
            return Ok(Vec::new());
        }
        let now = self.clock().now();
        let place = self.0.users.pages.place(realm, query, page.first, now);
        let plan =
            Plan { store: self.store(), realm: realm.id.as_str(), tests, service_accounts: query.service_accounts };
        let rows = plan.rows(&place, page.limit()).await?;
        if let Some(last) = rows.last().filter(|_| rows.len() as u64 == page.limit()) {
            self.0.users.pages.remember(realm, query, page.first + page.limit(), &last.username, now);
        }
        load::all(self.store().reader(), rows).await
    }

    /// How many there are.
    ///
    /// # Errors
    /// As [`Identity::find_users`].
    pub async fn count_users(&self, realm: &Realm, query: &UserQuery) -> Result<u64, Error> {
        let Some(tests) = query.tests()? else { return Ok(0) };
        let plan =
            Plan { store: self.store(), realm: realm.id.as_str(), tests, service_accounts: query.service_accounts };
        plan.count().await
    }

    /// These users of a realm, in this order; those that it does not have are left out.
    pub async fn users_by_id(&self, realm: &Realm, ids: &[UserId]) -> Result<Vec<Arc<User>>, Error> {
        let mut found = Vec::new();
        for id in ids.iter().take(Page::MOST as usize) {
            if id.as_str().contains('\0') {
                continue;
            }
            found.extend(self.find_user(realm, id).await?);
        }
        Ok(found)
    }
}

/// Reads rows of users.
async fn rows_of(on: &impl ConnectionTrait, statement: sea_orm::Statement) -> Result<Vec<entity::Model>, Error> {
    let rows = on.query_all_raw(statement).await?;
    Ok(rows.iter().map(|row| entity::Model::from_query_result(row, "")).collect::<Result<_, _>>()?)
}

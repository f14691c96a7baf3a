//! Where deep pages begin.
//!
//! Whoever goes from page to page asks for a number of users to be left out. Counting through them costs more with each page;
//! so the name that ended the page before is kept for a while, and the next begins behind it. It also makes such a walk meet
//! each user once, whoever comes or goes meanwhile.

use quick_cache::sync::Cache;

use super::UserQuery;
use crate::{Realm, RealmId, Timestamp};

/// Fewer than this are counted through each time: that is cheap, and exact.
const DEEP: u64 = 1_000;
/// Ends of pages that are kept.
const KEPT: usize = 4_096;
/// For so long, in milliseconds.
const AGE: i64 = 5 * 60_000;

/// Where a page begins.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// Behind this user name, if any.
    pub(super) after: Option<String>,
    /// So many further.
    pub(super) skip: u64,
}

type Key = (RealmId, UserQuery, u64);

/// Bounded map of the names that ended pages.
pub(crate) struct Pages(Cache<Key, (String, Timestamp)>);

impl Default for Pages {
    fn default() -> Self {
        Self(Cache::new(KEPT))
    }
}

impl Pages {
    /// Where the page behind so many users begins.
    pub(super) fn place(&self, realm: &Realm, query: &UserQuery, first: u64, now: Timestamp) -> Place {
        if first >= DEEP
            && let Some((after, at)) = self.0.get(&(realm.id.clone(), query.clone(), first))
            && (0..AGE).contains(&(now.0 - at.0))
        {
            return Place { after: Some(after), skip: 0 };
        }
        Place { after: None, skip: first }
    }

    /// A page that ended with this user name had so many users before it, itself included.
    pub(super) fn remember(&self, realm: &Realm, query: &UserQuery, count: u64, last: &str, now: Timestamp) {
        if count >= DEEP {
            self.0.insert((realm.id.clone(), query.clone(), count), (last.to_owned(), now));
        }
    }
}

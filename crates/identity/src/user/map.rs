//! Users in memory.
//!
//! One process on its database: what is in memory is what is in the rows, for every commit drops what it changed before it
//! answers, loads under way included. Several: a user in memory counts only if the row still has the same version.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use quick_cache::sync::Cache;

use super::{find::Pages, load};
use crate::{BoxFuture, Error, Identity, Realm, RealmId, User, UserId};

/// Users that are kept.
const KEPT: usize = 16_384;
/// Nobody has a longer name or address.
pub(crate) const LONGEST_LOGIN: usize = 255;

/// Bounded map of users by row, and of rows by what somebody logs in with.
pub(crate) struct Users {
    by_id: Cache<UserId, Arc<User>>,
    by_login: Cache<(RealmId, String), UserId>,
    /// Where deep pages of lists begin.
    pub(super) pages: Pages,
    /// How often everything was dropped.
    cleared: AtomicU64,
}

impl Default for Users {
    fn default() -> Self {
        Self {
            by_id: Cache::new(KEPT),
            by_login: Cache::new(KEPT),
            pages: Pages::default(),
            cleared: AtomicU64::new(0),
        }
    }
}

impl Users {
    pub(crate) fn len(&self) -> u64 {
        self.by_id.len() as u64
    }

    /// Drops a user; a load that is under way will not be kept.
    pub(crate) fn drop_user(&self, id: &UserId) {
        self.by_id.remove(id);
    }

    /// Drops all users of a realm.
    pub(crate) fn drop_realm(&self, id: &RealmId) {
        self.by_id.retain(|_, user| user.realm != *id);
        self.by_login.retain(|(realm, _), _| realm != id);
    }

    /// Drops who is meant by a name or address.
    pub(crate) fn drop_login(&self, realm: &RealmId, login: &str) {
        self.by_login.remove(&(realm.clone(), login.to_owned()));
    }

    /// Drops everything; what is being loaded will not be kept either.
    pub(crate) fn clear(&self) {
        self.cleared.fetch_add(1, Ordering::SeqCst);
        self.by_id.clear();
        self.by_login.clear();
    }
}

pub(crate) async fn find(identity: &Identity, realm: &Realm, id: &UserId) -> Result<Option<Arc<User>>, Error> {
    if identity.is_single_node() {
        return match identity.0.users.by_id.get(id) {
            Some(user) => Ok(Some(user).filter(|user| user.realm == realm.id)),
            None => load_once(identity, realm, id).await,
        };
    }
    match load::version(identity.store().reader(), realm.id.as_str(), id.as_str()).await? {
        Some(version) => find_at(identity, realm, id, version).await,
        None => Ok(None),
    }
}

/// A user who is known to have at least this version, because a statement of this very request said so.
pub(crate) async fn find_at(
    identity: &Identity,
    realm: &Realm,
    id: &UserId,
    version: i64,
) -> Result<Option<Arc<User>>, Error> {
    let users = &identity.0.users;
    match users.by_id.get(id) {
        Some(user) if user.version >= version => return Ok(Some(user).filter(|user| user.realm == realm.id)),
        Some(_) => users.drop_user(id),
        None => {}
    }
    load_once(identity, realm, id).await
}

/// From memory, or loaded by one of all who ask at once.
fn load_once<'a>(
    identity: &'a Identity,
    realm: &'a Realm,
    id: &'a UserId,
) -> BoxFuture<'a, Result<Option<Arc<User>>, Error>> {
    Box::pin(async move {
        let guard = match identity.0.users.by_id.get_value_or_guard_async(id).await {
            Ok(user) => return Ok(Some(user).filter(|user| user.realm == realm.id)),
            Err(guard) => guard,
        };
        let cleared = identity.0.users.cleared.load(Ordering::SeqCst);
        let Some(user) = load::by_id(identity.store().reader(), realm.id.as_str(), id.as_str()).await? else {
            return Ok(None);
        };
        let user = Arc::new(user);
        // Refused if a commit dropped this user meanwhile; what was read serves this one request.
        let _ = guard.insert(Arc::clone(&user));
        if identity.0.users.cleared.load(Ordering::SeqCst) != cleared {
            identity.0.users.drop_user(id);
        }
        Ok(Some(user))
    })
}

pub(crate) async fn find_by_login(identity: &Identity, realm: &Realm, login: &str) -> Result<Option<Arc<User>>, Error> {
    // PostgreSQL's text has no NUL: asking for one is a fault there, and nobody's name here.
    if login.is_empty() || login.len() > LONGEST_LOGIN || login.contains('\0') {
        return Ok(None);
    }
    let login = login.to_lowercase();
    let key = (realm.id.clone(), login);
    let users = &identity.0.users;
    for _ in 0..2 {
        let (id, known) = match users.by_login.get_value_or_guard_async(&key).await {
            Ok(id) => (id, true),
            Err(guard) => {
                let Some(id) = look_up(identity, realm, &key.1).await? else { return Ok(None) };
                let _ = guard.insert(id.clone());
                (id, false)
            }
        };
        // Another node may have renamed or removed the user since, or given the name to somebody else.
        let user = find(identity, realm, &id).await?.filter(|user| is_meant(realm, user, &key.1));
        if let Some(user) = user {
            let by_name = user.username == key.1;
            // On several nodes an address may have become somebody else's user name without our knowing.
            if !known || by_name || identity.is_single_node() {
                return Ok(Some(user));
            }
        }
        users.by_login.remove(&key);
    }
    Ok(None)
}

fn may_use_email(realm: &Realm) -> bool {
    realm.settings.login_with_email_allowed && !realm.settings.duplicate_emails_allowed
}

fn is_meant(realm: &Realm, user: &User, login: &str) -> bool {
    user.username == login || (may_use_email(realm) && user.email.as_deref() == Some(login))
}

async fn look_up(identity: &Identity, realm: &Realm, login: &str) -> Result<Option<UserId>, Error> {
    let reader = identity.store().reader();
    let mut id = load::id_by_username(reader, realm.id.as_str(), login).await?;
    if id.is_none() && login.contains('@') && may_use_email(realm) {
        id = load::id_by_email(reader, realm.id.as_str(), login).await?;
    }
    Ok(id.map(UserId::from))
}

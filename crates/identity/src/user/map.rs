//! Users in memory.

use std::sync::Arc;

use crate::{Error, Identity, Realm, RealmId, User, UserId};

/// Bounded map of users by row, and of rows by what somebody logs in with.
#[derive(Default)]
pub(crate) struct Users {}

impl Users {
    pub(crate) fn len(&self) -> u64 {
        0
    }

    pub(crate) fn drop_user(&self, id: &UserId) {
        let _ = id;
    }

    pub(crate) fn drop_realm(&self, id: &RealmId) {
        let _ = id;
    }

    pub(crate) fn drop_login(&self, realm: &RealmId, login: &str) {
        let _ = (realm, login);
    }
}

pub(crate) async fn find(identity: &Identity, realm: &Realm, id: &UserId) -> Result<Option<Arc<User>>, Error> {
    let _ = (identity, realm, id);
    todo!()
}

pub(crate) async fn find_by_login(identity: &Identity, realm: &Realm, login: &str) -> Result<Option<Arc<User>>, Error> {
    let _ = (identity, realm, login);
    todo!()
}

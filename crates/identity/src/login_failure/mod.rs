//! Failed log-ins of a user: one row each, shared by all nodes, counted exactly however many come at once.

mod clear;
pub(crate) mod entity;
mod map;
mod policy;
mod record;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

use sea_orm::EntityTrait;

pub(crate) use clear::{ClearFailures, remove, remove_permanent};
pub(crate) use map::Failures;
pub(crate) use policy::BruteForcePolicy;
pub use policy::{FailureState, Lock};
pub(crate) use record::RecordFailure;

use crate::{Error, Identity, Realm, Timestamp, UserId};

impl Identity {
    /// Counts one more failed log-in by the realm's rule and tells the state after it: exact among any number of failures at
    /// once and on any number of nodes. A permanent lock-out has disabled the user when this answers.
    pub async fn record_failure(
        &self,
        realm: &Realm,
        user: &UserId,
        address: Option<IpAddr>,
    ) -> Result<FailureState, Error> {
        let command = RecordFailure {
            realm: realm.id.clone(),
            user: user.clone(),
            address: address.map(|address| address.to_string()),
            now: self.clock().now(),
            policy: BruteForcePolicy::from(&realm.settings),
        };
        self.0.writer.ask(command).await
    }

    /// Writes what [`Identity::record_failure`] would write, for nobody: a failure that counts for no user shall not be told
    /// from one that does by the time it takes. `decoy` is no user's row.
    pub(crate) async fn record_decoy_failure(
        &self,
        realm: &Realm,
        decoy: &UserId,
        address: IpAddr,
    ) -> Result<(), Error> {
        self.record_failure(realm, decoy, Some(address)).await?;
        Ok(())
    }

    /// Forgets a user's failed log-ins. It does not enable a user whom a permanent lock-out has disabled.
    pub async fn clear_failures(&self, realm: &Realm, user: &UserId) -> Result<(), Error> {
        // On one node memory is the truth: after most log-ins there is nothing to forget, and nothing to write.
        if self.is_single_node() && self.0.failures.is_clean(user) {
            return Ok(());
        }
        self.0.writer.ask(ClearFailures { realm: realm.id.clone(), user: Some(user.clone()) }).await
    }

    /// Forgets the failed log-ins of all users of a realm. It does not enable those whom a permanent lock-out has disabled.
    pub async fn clear_all_failures(&self, realm: &Realm) -> Result<(), Error> {
        self.0.writer.ask(ClearFailures { realm: realm.id.clone(), user: None }).await
    }

    /// A user's failed log-ins: from memory on one node, by one statement on several.
    pub async fn failure_state(&self, realm: &Realm, user: &UserId) -> Result<FailureState, Error> {
        let load = async {
            let key = (realm.id.to_string(), user.to_string());
            let row = entity::Entity::find_by_id(key).one(self.store().reader()).await?;
            // No row is an answer too, and kept: users are limited in number, unlike what strangers may ask for.
            Ok::<_, Error>(Some(row.map(FailureState::from).unwrap_or_default()))
        };
        let state = if self.is_single_node() { self.0.failures.find(user, load).await? } else { load.await? };
        Ok(state.unwrap_or_default())
    }
}

impl From<entity::Model> for FailureState {
    fn from(row: entity::Model) -> Self {
        let time = |millis: i64| (millis != 0).then_some(Timestamp(millis));
        Self {
            failures: u32::try_from(row.failures).unwrap_or(u32::MAX),
            lockouts: u32::try_from(row.lockouts).unwrap_or(u32::MAX),
            last_failure: time(row.last_failure),
            last_address: row.last_address,
            locked_until: time(row.locked_until),
            permanent: row.permanent,
            lock: None,
        }
    }
}

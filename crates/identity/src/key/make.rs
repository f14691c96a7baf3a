//! Making keys at first need.

use std::sync::Arc;

use crypto::algorithm::Algorithm;

use crate::{Error, Identity, Realm};

impl Identity {
    /// Sees to it that the realm has an active key for each of these algorithms, and answers the snapshot that has them.
    /// RS and PS share an RSA key. Keys are made off the async threads and once, however many ask.
    pub async fn ensure_keys(&self, realm: &Arc<Realm>, algorithms: &[Algorithm]) -> Result<Arc<Realm>, Error> {
        let _ = (realm, algorithms);
        todo!()
    }
}

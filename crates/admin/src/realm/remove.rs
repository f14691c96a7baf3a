//! Removing realms.

use crate::{Happened, ManageRealm, Permit, Refusal, Resource};

/// Removes a realm with all that is in it, and the client in `master` that stood for it.
///
/// # Errors
/// For `master` itself; when the store fails.
pub async fn remove(permit: &Permit<ManageRealm>) -> Result<(), Refusal> {
    let realm = permit.realm();
    if &*realm.name == "master" {
        return Err(Refusal::error("Can't delete master realm"));
    }
    let mut change = permit.change().await?;
    change.remove_realm(&realm.id).await?;
    change.commit(Happened::deleted(Resource::Realm, realm.name.to_string())).await
}

//! Loading a snapshot from its rows.

use crate::{Error, Identity};

pub(crate) async fn names(identity: &Identity) -> Result<Vec<String>, Error> {
    let _ = identity;
    todo!()
}

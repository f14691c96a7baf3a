//! `…/users/profile`

use admin::{ListUsers, ManageRealm, Permit, ViewRealm, user};

use crate::{Answer, Call, Reply, Table};

pub(super) fn table() -> Table {
    Table::new()
        .get("/realms/{realm}/users/profile", get)
        .put("/realms/{realm}/users/profile", change)
        .get("/realms/{realm}/users/profile/metadata", metadata)
}

async fn get(permit: Permit<ViewRealm>, _: Call) -> Answer {
    Ok(Reply::Json(user::profile(&permit)?))
}

async fn change(permit: Permit<ManageRealm>, call: Call) -> Answer {
    Ok(Reply::Json(user::change_profile(&permit, call.json()?).await?))
}

async fn metadata(permit: Permit<ListUsers>, _: Call) -> Answer {
    Ok(Reply::Json(user::profile_metadata(&permit)?))
}

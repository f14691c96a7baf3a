//! `/admin/realms/{realm}/attack-detection`

use admin::{ManageUsers, Permit, ViewUsers, attack};

use crate::{Answer, Call, Reply, Table};

pub(crate) fn table() -> Table {
    Table::new()
        .delete("/realms/{realm}/attack-detection/brute-force/users", clear_all)
        .get("/realms/{realm}/attack-detection/brute-force/users/{user}", state)
        .delete("/realms/{realm}/attack-detection/brute-force/users/{user}", clear)
}

async fn state(permit: Permit<ViewUsers>, call: Call) -> Answer {
    Ok(Reply::Json(attack::state(&permit, call.param("user")).await?))
}

async fn clear(permit: Permit<ManageUsers>, call: Call) -> Answer {
    attack::clear(&permit, call.param("user")).await?;
    Ok(Reply::Nothing)
}

async fn clear_all(permit: Permit<ManageUsers>, _: Call) -> Answer {
    attack::clear_all(&permit).await?;
    Ok(Reply::Nothing)
}

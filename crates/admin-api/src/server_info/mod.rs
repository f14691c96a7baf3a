//! `/admin/serverinfo`

use admin::{AnyAdmin, Permit, server_info};

use crate::{Answer, Call, Reply, Table};

pub(crate) fn table() -> Table {
    Table::new().get("/serverinfo", get)
}

async fn get(permit: Permit<AnyAdmin>, _: Call) -> Answer {
    Ok(Reply::Json(server_info::get(&permit)))
}

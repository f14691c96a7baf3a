//! `/admin/realms/{realm}/client-scopes`, its old name `client-templates`, and which of them new clients get.

use admin::{ListClients, ManageClients, Permit, ViewClients, client_scope};
use identity::Representation;

use crate::{Answer, Call, Reply, Table};

macro_rules! scopes {
    ($table:expr, $place:literal) => {
        $table
            .get($place, list)
            .post($place, add)
            .get(concat!($place, "/{scope}"), get)
            .put(concat!($place, "/{scope}"), change)
            .delete(concat!($place, "/{scope}"), remove)
    };
}

pub(crate) fn table() -> Table {
    let table = scopes!(Table::new(), "/realms/{realm}/client-scopes");
    scopes!(table, "/realms/{realm}/client-templates")
        .get("/realms/{realm}/default-default-client-scopes", default)
        .put("/realms/{realm}/default-default-client-scopes/{scope}", add_default)
        .delete("/realms/{realm}/default-default-client-scopes/{scope}", remove_default)
        .get("/realms/{realm}/default-optional-client-scopes", optional)
        .put("/realms/{realm}/default-optional-client-scopes/{scope}", add_optional)
        .delete("/realms/{realm}/default-optional-client-scopes/{scope}", remove_optional)
}

async fn list(permit: Permit<ListClients>, _: Call) -> Answer {
    Ok(Reply::list(client_scope::list(&permit).await?))
}

async fn add(permit: Permit<ManageClients>, call: Call) -> Answer {
    let id = client_scope::add(&permit, call.representation(Representation::CLIENT_SCOPE)?).await?;
    Ok(Reply::Created(call.location(&["client-scopes", &id])))
}

async fn get(permit: Permit<ViewClients>, call: Call) -> Answer {
    Ok(Reply::Json(client_scope::get(&permit, call.param("scope")).await?))
}

async fn change(permit: Permit<ManageClients>, call: Call) -> Answer {
    client_scope::change(&permit, call.param("scope"), call.representation(Representation::CLIENT_SCOPE)?).await?;
    Ok(Reply::Nothing)
}

async fn remove(permit: Permit<ManageClients>, call: Call) -> Answer {
    client_scope::remove(&permit, call.param("scope")).await?;
    Ok(Reply::Nothing)
}

async fn default(permit: Permit<ViewClients>, _: Call) -> Answer {
    Ok(Reply::list(client_scope::defaults(&permit, false)))
}

async fn optional(permit: Permit<ViewClients>, _: Call) -> Answer {
    Ok(Reply::list(client_scope::defaults(&permit, true)))
}

async fn add_default(permit: Permit<ManageClients>, call: Call) -> Answer {
    client_scope::add_default(&permit, call.param("scope"), false).await?;
    Ok(Reply::Nothing)
}

async fn add_optional(permit: Permit<ManageClients>, call: Call) -> Answer {
    client_scope::add_default(&permit, call.param("scope"), true).await?;
    Ok(Reply::Nothing)
}

async fn remove_default(permit: Permit<ManageClients>, call: Call) -> Answer {
    client_scope::remove_default(&permit, call.param("scope"), false).await?;
    Ok(Reply::Nothing)
}

async fn remove_optional(permit: Permit<ManageClients>, call: Call) -> Answer {
    client_scope::remove_default(&permit, call.param("scope"), true).await?;
    Ok(Reply::Nothing)
}

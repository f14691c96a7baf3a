//! `…/protocol-mappers` of clients and client scopes.

use admin::mapper::{self, Owner};
use admin::{ManageClients, Permit, ViewClients};
use identity::Representation;

use crate::{Answer, Call, Reply, Table};

macro_rules! below {
    ($table:expr, $owner:literal) => {
        $table
            .get(concat!($owner, "/protocol-mappers/models"), list)
            .post(concat!($owner, "/protocol-mappers/models"), add)
            .post(concat!($owner, "/protocol-mappers/add-models"), add_all)
            .get(concat!($owner, "/protocol-mappers/protocol/{protocol}"), of_protocol)
            .get(concat!($owner, "/protocol-mappers/models/{mapper}"), get)
            .put(concat!($owner, "/protocol-mappers/models/{mapper}"), change)
            .delete(concat!($owner, "/protocol-mappers/models/{mapper}"), remove)
    };
}

pub(crate) fn table() -> Table {
    let table = below!(Table::new(), "/realms/{realm}/clients/{client}");
    let table = below!(table, "/realms/{realm}/client-scopes/{scope}");
    below!(table, "/realms/{realm}/client-templates/{scope}")
}

fn owner(call: &Call) -> Owner<'_> {
    match call.param("client") {
        "" => Owner::Scope(call.param("scope")),
        client => Owner::Client(client),
    }
}

async fn list(permit: Permit<ViewClients>, call: Call) -> Answer {
    Ok(Reply::list(mapper::list(&permit, owner(&call), None).await?))
}

async fn of_protocol(permit: Permit<ViewClients>, call: Call) -> Answer {
    Ok(Reply::list(mapper::list(&permit, owner(&call), Some(call.param("protocol"))).await?))
}

async fn get(permit: Permit<ViewClients>, call: Call) -> Answer {
    Ok(Reply::Json(mapper::get(&permit, owner(&call), call.param("mapper")).await?))
}

async fn add(permit: Permit<ManageClients>, call: Call) -> Answer {
    let id = mapper::add(&permit, owner(&call), call.representation(Representation::MAPPER)?).await?;
    let place = match owner(&call) {
        Owner::Client(client) => ["clients", client],
        Owner::Scope(scope) => ["client-scopes", scope],
    };
    Ok(Reply::Created(call.location(&[place[0], place[1], "protocol-mappers", "models", &id])))
}

async fn add_all(permit: Permit<ManageClients>, call: Call) -> Answer {
    mapper::add_all(&permit, owner(&call), call.representations(Representation::MAPPER)?).await?;
    Ok(Reply::Nothing)
}

async fn change(permit: Permit<ManageClients>, call: Call) -> Answer {
    let document = call.representation(Representation::MAPPER)?;
    mapper::change(&permit, owner(&call), call.param("mapper"), document).await?;
    Ok(Reply::Nothing)
}

async fn remove(permit: Permit<ManageClients>, call: Call) -> Answer {
    mapper::remove(&permit, owner(&call), call.param("mapper")).await?;
    Ok(Reply::Nothing)
}

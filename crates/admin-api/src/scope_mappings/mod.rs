//! `…/scope-mappings` of clients and client scopes.

use admin::scope::{self, Holder, Of, Which};
use admin::{ManageClients, Permit, ViewClients};
use identity::Representation;

use crate::{Answer, Call, Reply, Table};

macro_rules! below {
    ($table:expr, $holder:literal) => {
        $table
            .get(concat!($holder, "/scope-mappings"), all)
            .get(concat!($holder, "/scope-mappings/realm"), mapped)
            .post(concat!($holder, "/scope-mappings/realm"), map)
            .delete(concat!($holder, "/scope-mappings/realm"), unmap)
            .get(concat!($holder, "/scope-mappings/realm/available"), available)
            .get(concat!($holder, "/scope-mappings/realm/composite"), composite)
            .get(concat!($holder, "/scope-mappings/clients/{target}"), mapped)
            .post(concat!($holder, "/scope-mappings/clients/{target}"), map)
            .delete(concat!($holder, "/scope-mappings/clients/{target}"), unmap)
            .get(concat!($holder, "/scope-mappings/clients/{target}/available"), available)
            .get(concat!($holder, "/scope-mappings/clients/{target}/composite"), composite)
    };
}

pub(crate) fn table() -> Table {
    let table = below!(Table::new(), "/realms/{realm}/clients/{client}");
    let table = below!(table, "/realms/{realm}/client-scopes/{scope}");
    below!(table, "/realms/{realm}/client-templates/{scope}")
}

fn holder(call: &Call) -> Holder<'_> {
    match call.param("client") {
        "" => Holder::Scope(call.param("scope")),
        client => Holder::Client(client),
    }
}

fn of(call: &Call) -> Of<'_> {
    match call.param("target") {
        "" => Of::Realm,
        client => Of::Client(client),
    }
}

async fn all(permit: Permit<ViewClients>, call: Call) -> Answer {
    Ok(Reply::Json(scope::all(&permit, holder(&call)).await?))
}

async fn mapped(permit: Permit<ViewClients>, call: Call) -> Answer {
    Ok(Reply::list(scope::list(&permit, holder(&call), of(&call), Which::Mapped, true).await?))
}

async fn available(permit: Permit<ViewClients>, call: Call) -> Answer {
    Ok(Reply::list(scope::list(&permit, holder(&call), of(&call), Which::Available, true).await?))
}

async fn composite(permit: Permit<ViewClients>, call: Call) -> Answer {
    let brief = call.brief(true);
    Ok(Reply::list(scope::list(&permit, holder(&call), of(&call), Which::Composite, brief).await?))
}

async fn map(permit: Permit<ManageClients>, call: Call) -> Answer {
    scope::map(&permit, holder(&call), of(&call), call.representations(Representation::ROLE)?).await?;
    Ok(Reply::Nothing)
}

async fn unmap(permit: Permit<ManageClients>, call: Call) -> Answer {
    scope::unmap(&permit, holder(&call), of(&call), call.representations(Representation::ROLE)?).await?;
    Ok(Reply::Nothing)
}

//! `…/{users,groups}/{id}/role-mappings`, and who has a role: `…/roles/{role}/{users,groups}`

use admin::role_mapping::{self, Of, Whose};
use admin::{ManageUsers, Permit, ViewUsers};
use identity::Representation;

use crate::{Answer, Call, Reply, Table};

pub(crate) fn table() -> Table {
    Table::new()
        .get("/realms/{realm}/users/{user}/role-mappings", all)
        .get("/realms/{realm}/users/{user}/role-mappings/realm", mapped)
        .post("/realms/{realm}/users/{user}/role-mappings/realm", add)
        .delete("/realms/{realm}/users/{user}/role-mappings/realm", remove)
        .get("/realms/{realm}/users/{user}/role-mappings/realm/available", available)
        .get("/realms/{realm}/users/{user}/role-mappings/realm/composite", composite)
        .get("/realms/{realm}/users/{user}/role-mappings/clients/{client}", mapped)
        .post("/realms/{realm}/users/{user}/role-mappings/clients/{client}", add)
        .delete("/realms/{realm}/users/{user}/role-mappings/clients/{client}", remove)
        .get("/realms/{realm}/users/{user}/role-mappings/clients/{client}/available", available)
        .get("/realms/{realm}/users/{user}/role-mappings/clients/{client}/composite", composite)
        .get("/realms/{realm}/groups/{group}/role-mappings", all)
        .get("/realms/{realm}/groups/{group}/role-mappings/realm", mapped)
        .post("/realms/{realm}/groups/{group}/role-mappings/realm", add)
        .delete("/realms/{realm}/groups/{group}/role-mappings/realm", remove)
        .get("/realms/{realm}/groups/{group}/role-mappings/realm/available", available)
        .get("/realms/{realm}/groups/{group}/role-mappings/realm/composite", composite)
        .get("/realms/{realm}/groups/{group}/role-mappings/clients/{client}", mapped)
        .post("/realms/{realm}/groups/{group}/role-mappings/clients/{client}", add)
        .delete("/realms/{realm}/groups/{group}/role-mappings/clients/{client}", remove)
        .get("/realms/{realm}/groups/{group}/role-mappings/clients/{client}/available", available)
        .get("/realms/{realm}/groups/{group}/role-mappings/clients/{client}/composite", composite)
        .get("/realms/{realm}/roles/{role}/users", users)
        .get("/realms/{realm}/roles/{role}/groups", groups)
        .get("/realms/{realm}/clients/{client}/roles/{role}/users", users)
        .get("/realms/{realm}/clients/{client}/roles/{role}/groups", groups)
}

fn whose(call: &Call) -> Whose<'_> {
    match call.param("user") {
        "" => Whose::Group(call.param("group")),
        user => Whose::User(user),
    }
}

fn of(call: &Call) -> Of<'_> {
    match call.param("client") {
        "" => Of::Realm,
        client => Of::Client(client),
    }
}

async fn all(permit: Permit<ViewUsers>, call: Call) -> Answer {
    Ok(Reply::Json(role_mapping::all(&permit, whose(&call)).await?))
}

async fn mapped(permit: Permit<ViewUsers>, call: Call) -> Answer {
    Ok(Reply::list(role_mapping::mapped(&permit, whose(&call), of(&call)).await?))
}

async fn available(permit: Permit<ViewUsers>, call: Call) -> Answer {
    Ok(Reply::list(role_mapping::available(&permit, whose(&call), of(&call)).await?))
}

async fn composite(permit: Permit<ViewUsers>, call: Call) -> Answer {
    Ok(Reply::list(role_mapping::composite(&permit, whose(&call), of(&call), call.brief(true)).await?))
}

async fn add(permit: Permit<ManageUsers>, call: Call) -> Answer {
    let roles = call.representations(Representation::ROLE)?;
    role_mapping::add(&permit, whose(&call), of(&call), roles).await?;
    Ok(Reply::Nothing)
}

async fn remove(permit: Permit<ManageUsers>, call: Call) -> Answer {
    let roles = if call.bytes().is_empty() { None } else { Some(call.representations(Representation::ROLE)?) };
    role_mapping::remove(&permit, whose(&call), of(&call), roles).await?;
    Ok(Reply::Nothing)
}

async fn users(permit: Permit<ViewUsers>, call: Call) -> Answer {
    let page = call.page(Some(100))?.into();
    Ok(Reply::list(
        role_mapping::users_with_role(&permit, of(&call), call.param("role"), page, call.brief(false)).await?,
    ))
}

async fn groups(permit: Permit<ViewUsers>, call: Call) -> Answer {
    let page = call.page(Some(100))?.into();
    Ok(Reply::list(
        role_mapping::groups_with_role(&permit, of(&call), call.param("role"), page, call.brief(true)).await?,
    ))
}

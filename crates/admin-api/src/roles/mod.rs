//! `/admin/realms/{realm}/roles`, `…/clients/{client}/roles` and `…/roles-by-id`

use admin::role::{self, At, Part};
use admin::{
    ManageClients, ManageRealm, ManageRoles, Manages, Permit, Refusal, Right, ViewClients, ViewRealm, ViewRoles, Words,
};
use http::StatusCode;
use identity::Representation;

use crate::{Answer, Call, Reply, Table};

/// Roles below one place: each door once for the realm's right and once for the client's.
macro_rules! roles {
    ($table:expr, $place:literal, $view:ty, $manage:ty) => {
        $table
            .get($place, list::<$view>)
            .post($place, add::<$manage>)
            .get(concat!($place, "/{role}"), get::<$view>)
            .put(concat!($place, "/{role}"), change::<$manage>)
            .delete(concat!($place, "/{role}"), remove::<$manage>)
            .get(concat!($place, "/{role}/composites"), composites::<$view>)
            .post(concat!($place, "/{role}/composites"), add_composites::<$manage>)
            .delete(concat!($place, "/{role}/composites"), remove_composites::<$manage>)
            .get(concat!($place, "/{role}/composites/realm"), realm_composites::<$view>)
            .get(concat!($place, "/{role}/composites/clients/{target}"), client_composites::<$view>)
            .get(concat!($place, "/{role}/management/permissions"), permissions::<$view>)
            .put(concat!($place, "/{role}/management/permissions"), permissions::<$manage>)
    };
}

pub(crate) fn table() -> Table {
    let table = roles!(Table::new(), "/realms/{realm}/roles", ViewRealm, ManageRealm);
    roles!(table, "/realms/{realm}/clients/{client}/roles", ViewClients, ManageClients)
        .get("/realms/{realm}/roles-by-id/{id}", get::<ViewRoles>)
        .put("/realms/{realm}/roles-by-id/{id}", change::<ManageRoles>)
        .delete("/realms/{realm}/roles-by-id/{id}", remove::<ManageRoles>)
        .get("/realms/{realm}/roles-by-id/{id}/composites", composites::<ViewRoles>)
        .post("/realms/{realm}/roles-by-id/{id}/composites", add_composites::<ManageRoles>)
        .delete("/realms/{realm}/roles-by-id/{id}/composites", remove_composites::<ManageRoles>)
        .get("/realms/{realm}/roles-by-id/{id}/composites/realm", realm_composites::<ViewRoles>)
        .get("/realms/{realm}/roles-by-id/{id}/composites/clients/{target}", client_composites::<ViewRoles>)
        .get("/realms/{realm}/roles-by-id/{id}/management/permissions", permissions::<ViewRoles>)
        .put("/realms/{realm}/roles-by-id/{id}/management/permissions", permissions::<ManageRoles>)
}

fn at(call: &Call) -> At<'_> {
    match (call.param("id"), call.param("client")) {
        ("", "") => At::Realm(call.param("role")),
        ("", client) => At::Client(client, call.param("role")),
        (id, _) => At::Id(id),
    }
}

async fn list<R: Right>(permit: Permit<R>, call: Call) -> Answer {
    let page = call.page(None)?;
    let found = role::list(&permit, at(&call), call.given("search"), (page.first, page.max), call.brief(true)).await?;
    Ok(Reply::list(found))
}

async fn add<R: Manages>(permit: Permit<R>, call: Call) -> Answer {
    let name = role::add(&permit, at(&call), call.representation(Representation::ROLE)?).await?;
    Ok(Reply::Created(match call.param("client") {
        "" => call.location(&["roles", &name]),
        client => call.location(&["clients", client, "roles", &name]),
    }))
}

async fn get<R: Right>(permit: Permit<R>, call: Call) -> Answer {
    Ok(Reply::Json(role::get(&permit, at(&call)).await?))
}

async fn change<R: Manages>(permit: Permit<R>, call: Call) -> Answer {
    role::change(&permit, at(&call), call.representation(Representation::ROLE)?).await?;
    Ok(Reply::Nothing)
}

async fn remove<R: Manages>(permit: Permit<R>, call: Call) -> Answer {
    role::remove(&permit, at(&call)).await?;
    Ok(Reply::Nothing)
}

async fn composites<R: Right>(permit: Permit<R>, call: Call) -> Answer {
    Ok(Reply::list(role::composites(&permit, at(&call), Part::All).await?))
}

async fn realm_composites<R: Right>(permit: Permit<R>, call: Call) -> Answer {
    Ok(Reply::list(role::composites(&permit, at(&call), Part::Realm).await?))
}

async fn client_composites<R: Right>(permit: Permit<R>, call: Call) -> Answer {
    Ok(Reply::list(role::composites(&permit, at(&call), Part::Client(call.param("target"))).await?))
}

async fn add_composites<R: Manages>(permit: Permit<R>, call: Call) -> Answer {
    role::add_composites(&permit, at(&call), call.representations(Representation::ROLE)?).await?;
    Ok(Reply::Nothing)
}

async fn remove_composites<R: Manages>(permit: Permit<R>, call: Call) -> Answer {
    role::remove_composites(&permit, at(&call), call.representations(Representation::ROLE)?).await?;
    Ok(Reply::Nothing)
}

/// Fine-grained permissions of the first kind, which are switched off, as in a Keycloak that was not told otherwise.
async fn permissions<R: Right>(_: Permit<R>, _: Call) -> Answer {
    Err(feature_off())
}

pub(crate) fn feature_off() -> Refusal {
    Refusal::status(
        StatusCode::NOT_IMPLEMENTED,
        Words::Described("Feature not enabled".into(), "For more on this error consult the server log.".into()),
    )
}

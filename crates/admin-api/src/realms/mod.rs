//! `/admin/realms`

use admin::{AnyAdmin, CreateRealms, ManageRealm, Permit, Refusal, SeeRealm, ViewRealm, realm};
use identity::Representation;
use serde_json::Value;

use crate::roles::feature_off;
use crate::{Answer, Call, Reply, Table};

pub(crate) fn table() -> Table {
    Table::new()
        .get("/realms", list)
        .post("/realms", add)
        .get("/realms/{realm}", get)
        .put("/realms/{realm}", change)
        .delete("/realms/{realm}", remove)
        .post("/realms/{realm}/partial-export", partial_export)
        .get("/realms/{realm}/client-types", client_types)
        .put("/realms/{realm}/client-types", change_client_types)
        .get("/realms/{realm}/users-management-permissions", users_permissions)
        .put("/realms/{realm}/users-management-permissions", change_users_permissions)
}

async fn list(permit: Permit<AnyAdmin>, call: Call) -> Answer {
    Ok(Reply::list(realm::list(&permit, call.brief(false)).await?))
}

async fn add(permit: Permit<CreateRealms>, call: Call) -> Answer {
    // Keycloak reads this one body by another way, and has one answer to whatever is wrong with it.
    let unreadable = || Refusal::message("unable to read contents from stream");
    let Ok(Value::Object(document)) = call.json() else { return Err(unreadable()) };
    if document.keys().any(|member| !Representation::REALM.knows(member)) {
        return Err(unreadable());
    }
    let name = realm::add(&permit, document).await?;
    Ok(Reply::Created(call.root_location(&name)))
}

async fn get(permit: Permit<SeeRealm>, _: Call) -> Answer {
    Ok(Reply::Json(realm::get(&permit).await?))
}

async fn change(permit: Permit<ManageRealm>, call: Call) -> Answer {
    realm::change(&permit, call.representation(Representation::REALM)?).await?;
    Ok(Reply::Nothing)
}

async fn remove(permit: Permit<ManageRealm>, _: Call) -> Answer {
    realm::remove(&permit).await?;
    Ok(Reply::Nothing)
}

async fn partial_export(permit: Permit<ManageRealm>, call: Call) -> Answer {
    let (clients, others) = (call.flag("exportClients", false), call.flag("exportGroupsAndRoles", false));
    Ok(Reply::Json(realm::partial_export(&permit, clients, others).await?))
}

/// Types of clients, and fine-grained permissions of the first kind: switched off, as in a Keycloak that was not told otherwise.
async fn client_types(_: Permit<ViewRealm>, _: Call) -> Answer {
    Err(feature_off())
}

async fn change_client_types(_: Permit<ManageRealm>, _: Call) -> Answer {
    Err(feature_off())
}

async fn users_permissions(_: Permit<ViewRealm>, _: Call) -> Answer {
    Err(feature_off())
}

async fn change_users_permissions(_: Permit<ManageRealm>, _: Call) -> Answer {
    Err(feature_off())
}

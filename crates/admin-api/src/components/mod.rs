//! `/admin/realms/{realm}/components`, `…/keys`, `…/client-policies`

use admin::client_policy::{self, Policies};
use admin::component::{self, ComponentQuery};
use admin::{ManageRealm, Permit, Refusal, ViewRealm, key};
use identity::Representation;
use serde_json::Value;

use crate::{Answer, Call, Reply, Table};

pub(crate) fn table() -> Table {
    Table::new()
        .get("/realms/{realm}/components", list)
        .post("/realms/{realm}/components", add)
        .get("/realms/{realm}/components/{component}", get)
        .put("/realms/{realm}/components/{component}", change)
        .delete("/realms/{realm}/components/{component}", remove)
        .get("/realms/{realm}/components/{component}/sub-component-types", sub_types)
        .get("/realms/{realm}/client-registration-policy/providers", registration_policies)
        .get("/realms/{realm}/keys", keys)
        .get("/realms/{realm}/client-policies/profiles", profiles)
        .put("/realms/{realm}/client-policies/profiles", change_profiles)
        .get("/realms/{realm}/client-policies/policies", policies)
        .put("/realms/{realm}/client-policies/policies", change_policies)
}

async fn list(permit: Permit<ViewRealm>, call: Call) -> Answer {
    let query = ComponentQuery {
        parent: call.given("parent"),
        kind: call.given("type"),
        name: call.given("name"),
        provider: call.given("providerId"),
    };
    Ok(Reply::list(component::list(&permit, query).await?))
}

async fn add(permit: Permit<ManageRealm>, call: Call) -> Answer {
    let id = component::add(&permit, call.representation(Representation::COMPONENT)?).await?;
    Ok(Reply::Created(call.location(&["components", &id])))
}

async fn get(permit: Permit<ViewRealm>, call: Call) -> Answer {
    Ok(Reply::Json(component::get(&permit, call.param("component")).await?))
}

async fn change(permit: Permit<ManageRealm>, call: Call) -> Answer {
    component::change(&permit, call.param("component"), call.representation(Representation::COMPONENT)?).await?;
    Ok(Reply::Nothing)
}

async fn remove(permit: Permit<ManageRealm>, call: Call) -> Answer {
    component::remove(&permit, call.param("component")).await?;
    Ok(Reply::Nothing)
}

async fn sub_types(permit: Permit<ViewRealm>, call: Call) -> Answer {
    Ok(Reply::list(component::sub_types(&permit, call.param("component"), call.given("type")).await?))
}

async fn registration_policies(permit: Permit<ViewRealm>, _: Call) -> Answer {
    let kind = "org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy";
    let realm = permit.realm().id.to_string();
    Ok(Reply::list(component::sub_types(&permit, &realm, Some(kind)).await?))
}

async fn keys(permit: Permit<ViewRealm>, _: Call) -> Answer {
    Ok(Reply::Json(key::list(&permit).await?))
}

async fn profiles(permit: Permit<ViewRealm>, call: Call) -> Answer {
    let global = call.flag("include-global-profiles", false);
    Ok(Reply::Json(client_policy::get(&permit, Policies::Profiles, global)))
}

async fn policies(permit: Permit<ViewRealm>, call: Call) -> Answer {
    let global = call.flag("include-global-policies", false);
    Ok(Reply::Json(client_policy::get(&permit, Policies::Policies, global)))
}

async fn change_profiles(permit: Permit<ManageRealm>, call: Call) -> Answer {
    change_document(&permit, Policies::Profiles, &call).await
}

async fn change_policies(permit: Permit<ManageRealm>, call: Call) -> Answer {
    change_document(&permit, Policies::Policies, &call).await
}

async fn change_document(permit: &Permit<ManageRealm>, which: Policies, call: &Call) -> Answer {
    let Value::Object(body) = call.json()? else {
        return Err(Refusal::described("invalid_request", "Cannot parse the JSON"));
    };
    client_policy::change(permit, which, body).await?;
    Ok(Reply::Nothing)
}

//! `/admin/realms/{realm}/identity-provider`

use admin::identity_provider::{self, ProviderQuery};
use admin::{ManageIdentityProviders, Permit, ViewIdentityProviders};
use identity::Representation;

use crate::roles::feature_off;
use crate::{Answer, Call, Reply, Table};

pub(crate) fn table() -> Table {
    Table::new()
        .get("/realms/{realm}/identity-provider/instances", list)
        .post("/realms/{realm}/identity-provider/instances", add)
        .get("/realms/{realm}/identity-provider/instances/{alias}", get)
        .put("/realms/{realm}/identity-provider/instances/{alias}", change)
        .delete("/realms/{realm}/identity-provider/instances/{alias}", remove)
        .get("/realms/{realm}/identity-provider/instances/{alias}/mapper-types", mapper_types)
        .get("/realms/{realm}/identity-provider/instances/{alias}/mappers", mappers)
        .post("/realms/{realm}/identity-provider/instances/{alias}/mappers", add_mapper)
        .get("/realms/{realm}/identity-provider/instances/{alias}/mappers/{mapper}", mapper)
        .put("/realms/{realm}/identity-provider/instances/{alias}/mappers/{mapper}", change_mapper)
        .delete("/realms/{realm}/identity-provider/instances/{alias}/mappers/{mapper}", remove_mapper)
        .get("/realms/{realm}/identity-provider/instances/{alias}/management/permissions", see_permissions)
        .put("/realms/{realm}/identity-provider/instances/{alias}/management/permissions", set_permissions)
        .get("/realms/{realm}/identity-provider/providers/{provider}", kind)
}

async fn list(permit: Permit<ViewIdentityProviders>, call: Call) -> Answer {
    let query = ProviderQuery { search: call.given("search"), brief: call.brief(false) };
    let found = identity_provider::list(&permit, query).await?;
    Ok(Reply::list(call.page(Some(100))?.cut(found)))
}

async fn add(permit: Permit<ManageIdentityProviders>, call: Call) -> Answer {
    let alias = identity_provider::add(&permit, call.representation(Representation::IDENTITY_PROVIDER)?).await?;
    Ok(Reply::Created(call.location(&["identity-provider", "instances", &alias])))
}

async fn get(permit: Permit<ViewIdentityProviders>, call: Call) -> Answer {
    Ok(Reply::Json(identity_provider::get(&permit, call.param("alias")).await?))
}

async fn change(permit: Permit<ManageIdentityProviders>, call: Call) -> Answer {
    let body = call.representation(Representation::IDENTITY_PROVIDER)?;
    identity_provider::change(&permit, call.param("alias"), body).await?;
    Ok(Reply::Nothing)
}

async fn remove(permit: Permit<ManageIdentityProviders>, call: Call) -> Answer {
    identity_provider::remove(&permit, call.param("alias")).await?;
    Ok(Reply::Nothing)
}

async fn mapper_types(permit: Permit<ViewIdentityProviders>, call: Call) -> Answer {
    Ok(Reply::Json(identity_provider::mapper_types(&permit, call.param("alias"))?))
}

async fn mappers(permit: Permit<ViewIdentityProviders>, call: Call) -> Answer {
    Ok(Reply::list(identity_provider::mappers(&permit, call.param("alias"))?))
}

async fn add_mapper(permit: Permit<ManageIdentityProviders>, call: Call) -> Answer {
    let alias = call.param("alias");
    let body = call.representation(Representation::IDENTITY_PROVIDER_MAPPER)?;
    let id = identity_provider::add_mapper(&permit, alias, body).await?;
    Ok(Reply::Created(call.location(&["identity-provider", "instances", alias, "mappers", &id])))
}

async fn mapper(permit: Permit<ViewIdentityProviders>, call: Call) -> Answer {
    Ok(Reply::Json(identity_provider::mapper(&permit, call.param("alias"), call.param("mapper"))?))
}

async fn change_mapper(permit: Permit<ManageIdentityProviders>, call: Call) -> Answer {
    let body = call.representation(Representation::IDENTITY_PROVIDER_MAPPER)?;
    identity_provider::change_mapper(&permit, call.param("alias"), call.param("mapper"), body).await?;
    Ok(Reply::Nothing)
}

async fn remove_mapper(permit: Permit<ManageIdentityProviders>, call: Call) -> Answer {
    identity_provider::remove_mapper(&permit, call.param("alias"), call.param("mapper")).await?;
    Ok(Reply::Nothing)
}

async fn kind(permit: Permit<ViewIdentityProviders>, call: Call) -> Answer {
    Ok(Reply::Json(identity_provider::kind(&permit, call.param("provider"))?))
}

/// Fine-grained permissions of the first kind, which are switched off, as in a Keycloak that was not told otherwise.
async fn see_permissions(_: Permit<ViewIdentityProviders>, _: Call) -> Answer {
    Err(feature_off())
}

async fn set_permissions(_: Permit<ManageIdentityProviders>, _: Call) -> Answer {
    Err(feature_off())
}

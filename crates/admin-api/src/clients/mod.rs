//! `/admin/realms/{realm}/clients`

use admin::client::{self, ClientQuery};
use admin::{ListClients, ManageClients, Permit, ViewClients};
use identity::Representation;

use crate::roles::feature_off;
use crate::{Answer, Call, Reply, Table};

pub(crate) fn table() -> Table {
    Table::new()
        .get("/realms/{realm}/clients", list)
        .post("/realms/{realm}/clients", add)
        .get("/realms/{realm}/clients/{client}", get)
        .put("/realms/{realm}/clients/{client}", change)
        .delete("/realms/{realm}/clients/{client}", remove)
        .get("/realms/{realm}/clients/{client}/client-secret", secret)
        .post("/realms/{realm}/clients/{client}/client-secret", regenerate_secret)
        .get("/realms/{realm}/clients/{client}/client-secret/rotated", rotated)
        .delete("/realms/{realm}/clients/{client}/client-secret/rotated", drop_rotated)
        .get("/realms/{realm}/clients/{client}/service-account-user", service_account_user)
        .get("/realms/{realm}/clients/{client}/default-client-scopes", default_scopes)
        .put("/realms/{realm}/clients/{client}/default-client-scopes/{scope}", bind_default)
        .delete("/realms/{realm}/clients/{client}/default-client-scopes/{scope}", unbind_default)
        .get("/realms/{realm}/clients/{client}/optional-client-scopes", optional_scopes)
        .put("/realms/{realm}/clients/{client}/optional-client-scopes/{scope}", bind_optional)
        .delete("/realms/{realm}/clients/{client}/optional-client-scopes/{scope}", unbind_optional)
        .get("/realms/{realm}/clients/{client}/installation/providers/{artefact}", installation)
        .post("/realms/{realm}/clients/{client}/nodes", add_node)
        .delete("/realms/{realm}/clients/{client}/nodes/{node}", remove_node)
        .get("/realms/{realm}/clients/{client}/management/permissions", see_permissions)
        .put("/realms/{realm}/clients/{client}/management/permissions", set_permissions)
}

async fn list(permit: Permit<ListClients>, call: Call) -> Answer {
    let query = ClientQuery {
        client_id: call.given("clientId"),
        search: call.flag("search", false),
        attributes: call.given("q"),
    };
    Ok(Reply::list(call.page(None)?.cut(client::list(&permit, query).await?)))
}

async fn add(permit: Permit<ManageClients>, call: Call) -> Answer {
    let id = client::add(&permit, call.representation(Representation::CLIENT)?).await?;
    Ok(Reply::Created(call.location(&["clients", &id])))
}

async fn get(permit: Permit<ViewClients>, call: Call) -> Answer {
    Ok(Reply::Json(client::get(&permit, call.param("client")).await?))
}

async fn change(permit: Permit<ManageClients>, call: Call) -> Answer {
    client::change(&permit, call.param("client"), call.representation(Representation::CLIENT)?).await?;
    Ok(Reply::Nothing)
}

async fn remove(permit: Permit<ManageClients>, call: Call) -> Answer {
    client::remove(&permit, call.param("client")).await?;
    Ok(Reply::Nothing)
}

async fn secret(permit: Permit<ManageClients>, call: Call) -> Answer {
    Ok(Reply::Json(client::secret(&permit, call.param("client"))?))
}

async fn regenerate_secret(permit: Permit<ManageClients>, call: Call) -> Answer {
    Ok(Reply::Json(client::regenerate_secret(&permit, call.param("client")).await?))
}

async fn rotated(permit: Permit<ManageClients>, call: Call) -> Answer {
    Ok(Reply::Json(client::rotated_secret(&permit, call.param("client"))?))
}

async fn drop_rotated(permit: Permit<ManageClients>, call: Call) -> Answer {
    client::drop_rotated(&permit, call.param("client")).await?;
    Ok(Reply::Nothing)
}

async fn service_account_user(permit: Permit<ViewClients>, call: Call) -> Answer {
    Ok(Reply::Json(client::service_account_user(&permit, call.param("client")).await?))
}

async fn default_scopes(permit: Permit<ViewClients>, call: Call) -> Answer {
    Ok(Reply::list(client::scopes(&permit, call.param("client"), false)?))
}

async fn optional_scopes(permit: Permit<ViewClients>, call: Call) -> Answer {
    Ok(Reply::list(client::scopes(&permit, call.param("client"), true)?))
}

async fn bind_default(permit: Permit<ManageClients>, call: Call) -> Answer {
    client::bind_scope(&permit, call.param("client"), call.param("scope"), false).await?;
    Ok(Reply::Nothing)
}

async fn bind_optional(permit: Permit<ManageClients>, call: Call) -> Answer {
    client::bind_scope(&permit, call.param("client"), call.param("scope"), true).await?;
    Ok(Reply::Nothing)
}

async fn unbind_default(permit: Permit<ManageClients>, call: Call) -> Answer {
    client::unbind_scope(&permit, call.param("client"), call.param("scope"), false).await?;
    Ok(Reply::Nothing)
}

async fn unbind_optional(permit: Permit<ManageClients>, call: Call) -> Answer {
    client::unbind_scope(&permit, call.param("client"), call.param("scope"), true).await?;
    Ok(Reply::Nothing)
}

async fn installation(permit: Permit<ViewClients>, call: Call) -> Answer {
    let file = client::installation(&permit, call.param("client"), call.param("artefact")).await?;
    // Keycloak tells every text as plain text, whatever it is.
    let media_type = if file.download_only { file.media_type } else { "text/plain" };
    Ok(Reply::Bytes { media_type, file_name: Some(file.file_name), bytes: file.bytes })
}

async fn add_node(permit: Permit<ManageClients>, call: Call) -> Answer {
    let body = call.json()?;
    let node = body.get("node").and_then(serde_json::Value::as_str).unwrap_or_default();
    client::add_node(&permit, call.param("client"), node).await?;
    Ok(Reply::Nothing)
}

async fn remove_node(permit: Permit<ManageClients>, call: Call) -> Answer {
    client::remove_node(&permit, call.param("client"), call.param("node")).await?;
    Ok(Reply::Nothing)
}

/// Fine-grained permissions of the first kind, which are switched off, as in a Keycloak that was not told otherwise.
async fn see_permissions(_: Permit<ViewClients>, _: Call) -> Answer {
    Err(feature_off())
}

async fn set_permissions(_: Permit<ManageClients>, _: Call) -> Answer {
    Err(feature_off())
}

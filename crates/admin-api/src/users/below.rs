//! `…/users/{user}/…`

use admin::{Impersonate, ManageUsers, Permit, Refusal, ViewUsers, user};
use identity::Representation;
use serde_json::{Map, Value};

use crate::{Answer, Call, Reply, Table};

pub(super) fn table() -> Table {
    Table::new()
        .put("/realms/{realm}/users/{user}/reset-password", reset_password)
        .get("/realms/{realm}/users/{user}/credentials", credentials)
        .delete("/realms/{realm}/users/{user}/credentials/{credential}", remove_credential)
        .put("/realms/{realm}/users/{user}/credentials/{credential}/userLabel", label_credential)
        .post("/realms/{realm}/users/{user}/credentials/{credential}/moveToFirst", move_first)
        .post("/realms/{realm}/users/{user}/credentials/{credential}/moveAfter/{previous}", move_after)
        .put("/realms/{realm}/users/{user}/disable-credential-types", disable_credentials)
        .get("/realms/{realm}/users/{user}/configured-user-storage-credential-types", storage_credentials)
        .get("/realms/{realm}/users/{user}/unmanagedAttributes", unmanaged_attributes)
        .get("/realms/{realm}/users/{user}/groups", groups)
        .get("/realms/{realm}/users/{user}/groups/count", count_groups)
        .put("/realms/{realm}/users/{user}/groups/{group}", join_group)
        .delete("/realms/{realm}/users/{user}/groups/{group}", leave_group)
        .get("/realms/{realm}/users/{user}/sessions", sessions)
        .get("/realms/{realm}/users/{user}/offline-sessions/{client}", offline_sessions)
        .post("/realms/{realm}/users/{user}/logout", log_out)
        .post("/realms/{realm}/users/{user}/impersonation", impersonate)
        .get("/realms/{realm}/users/{user}/consents", consents)
        .delete("/realms/{realm}/users/{user}/consents/{client}", revoke_consent)
        .get("/realms/{realm}/users/{user}/federated-identity", links)
        .post("/realms/{realm}/users/{user}/federated-identity/{provider}", add_link)
        .delete("/realms/{realm}/users/{user}/federated-identity/{provider}", remove_link)
}

async fn reset_password(permit: Permit<ManageUsers>, call: Call) -> Answer {
    let credential = call.representation(Representation::CREDENTIAL)?;
    user::reset_password(&permit, call.param("user"), &credential).await?;
    Ok(Reply::Nothing)
}

async fn credentials(permit: Permit<ViewUsers>, call: Call) -> Answer {
    Ok(Reply::list(user::credentials(&permit, call.param("user")).await?))
}

async fn remove_credential(permit: Permit<ManageUsers>, call: Call) -> Answer {
    user::remove_credential(&permit, call.param("user"), call.param("credential")).await?;
    Ok(Reply::Nothing)
}

async fn label_credential(permit: Permit<ManageUsers>, call: Call) -> Answer {
    user::label_credential(&permit, call.param("user"), call.param("credential"), call.text()?).await?;
    Ok(Reply::Nothing)
}

async fn move_first(permit: Permit<ManageUsers>, call: Call) -> Answer {
    user::move_credential(&permit, call.param("user"), call.param("credential"), None).await?;
    Ok(Reply::Nothing)
}

async fn move_after(permit: Permit<ManageUsers>, call: Call) -> Answer {
    let behind = Some(call.param("previous"));
    user::move_credential(&permit, call.param("user"), call.param("credential"), behind).await?;
    Ok(Reply::Nothing)
}

async fn disable_credentials(permit: Permit<ManageUsers>, call: Call) -> Answer {
    user::disable_credentials(&permit, call.param("user")).await?;
    Ok(Reply::Nothing)
}

/// Other stores have none, for there are none.
async fn storage_credentials(permit: Permit<ViewUsers>, call: Call) -> Answer {
    user::credentials(&permit, call.param("user")).await?;
    Ok(Reply::list(Vec::<Value>::new()))
}

async fn unmanaged_attributes(permit: Permit<ViewUsers>, call: Call) -> Answer {
    Ok(Reply::Json(user::unmanaged_attributes(&permit, call.param("user")).await?))
}

async fn groups(permit: Permit<ViewUsers>, call: Call) -> Answer {
    let page = call.page(None)?;
    let groups = user::groups(&permit, call.param("user"), call.given("search"), page.into(), call.brief(true)).await?;
    Ok(Reply::list(groups))
}

async fn count_groups(permit: Permit<ViewUsers>, call: Call) -> Answer {
    Ok(Reply::Json(user::count_groups(&permit, call.param("user"), call.given("search")).await?))
}

async fn join_group(permit: Permit<ManageUsers>, call: Call) -> Answer {
    user::join_group(&permit, call.param("user"), call.param("group")).await?;
    Ok(Reply::Nothing)
}

async fn leave_group(permit: Permit<ManageUsers>, call: Call) -> Answer {
    user::leave_group(&permit, call.param("user"), call.param("group")).await?;
    Ok(Reply::Nothing)
}

async fn sessions(permit: Permit<ViewUsers>, call: Call) -> Answer {
    Ok(Reply::list(user::sessions(&permit, call.param("user")).await?))
}

async fn offline_sessions(permit: Permit<ViewUsers>, call: Call) -> Answer {
    Ok(Reply::list(user::offline_sessions(&permit, call.param("user"), call.param("client")).await?))
}

async fn log_out(permit: Permit<ManageUsers>, call: Call) -> Answer {
    user::log_out(&permit, call.param("user")).await?;
    Ok(Reply::Nothing)
}

async fn impersonate(permit: Permit<Impersonate>, call: Call) -> Answer {
    let (told, headers) = user::impersonate(&permit, call.param("user")).await?;
    Ok(Reply::JsonWith(told, headers))
}

async fn consents(permit: Permit<ViewUsers>, call: Call) -> Answer {
    Ok(Reply::list(user::consents(&permit, call.param("user")).await?))
}

async fn revoke_consent(permit: Permit<ManageUsers>, call: Call) -> Answer {
    user::revoke_consent(&permit, call.param("user"), call.param("client")).await?;
    Ok(Reply::Nothing)
}

async fn links(permit: Permit<ViewUsers>, call: Call) -> Answer {
    Ok(Reply::list(user::links(&permit, call.param("user")).await?))
}

async fn add_link(permit: Permit<ManageUsers>, call: Call) -> Answer {
    let document: Map<String, Value> = match call.json()? {
        Value::Object(document) => document,
        _ => return Err(Refusal::described("invalid_request", "Cannot parse the JSON")),
    };
    user::add_link(&permit, call.param("user"), call.param("provider"), document).await?;
    Ok(Reply::Nothing)
}

async fn remove_link(permit: Permit<ManageUsers>, call: Call) -> Answer {
    user::remove_link(&permit, call.param("user"), call.param("provider")).await?;
    Ok(Reply::Nothing)
}

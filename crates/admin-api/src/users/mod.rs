//! `/admin/realms/{realm}/users`

mod below;
mod mail;
mod profile;

use admin::user::{self, Search};
use admin::{ListUsers, ManageUsers, Permit, Refusal, ViewUsers, attribute_query};
use identity::{Representation, Timestamp, UserQuery};
use serde_json::json;

use crate::{Answer, Call, Reply, Table};

pub(crate) fn table() -> Table {
    Table::new()
        .get("/realms/{realm}/users", list)
        .post("/realms/{realm}/users", add)
        .get("/realms/{realm}/users/count", count)
        .get("/realms/{realm}/users/{user}", get)
        .put("/realms/{realm}/users/{user}", change)
        .delete("/realms/{realm}/users/{user}", remove)
        .and(profile::table())
        .and(below::table())
        .and(mail::table())
}

/// What a list of users may be asked for.
fn search(call: &Call) -> Result<Search, Refusal> {
    let text = |name: &str| call.query(name).map(str::to_owned);
    let flag = |name: &str| call.given(name).map(|value| value.eq_ignore_ascii_case("true"));
    let time = |name: &str| {
        let number = call.given(name).map(|value| value.parse().map(Timestamp));
        number.transpose().map_err(|_| Refusal::not_found("HTTP 404 Not Found"))
    };
    let fields =
        ["username", "email", "firstName", "lastName", "enabled", "emailVerified", "exact", "idpAlias", "idpUserId"];
    let query = UserQuery {
        search: text("search"),
        username: text("username"),
        email: text("email"),
        first_name: text("firstName"),
        last_name: text("lastName"),
        exact: call.flag("exact", false),
        enabled: flag("enabled"),
        email_verified: flag("emailVerified"),
        created_after: time("createdAfter")?,
        created_before: time("createdBefore")?,
        attributes: call.given("q").map(attribute_query).unwrap_or_default(),
        identity_provider: call.given("idpAlias").map(str::to_owned),
        identity_user: call.given("idpUserId").map(str::to_owned),
        ..UserQuery::default()
    };
    Ok(Search { query, by_fields: fields.iter().any(|name| call.query(name).is_some()) })
}

async fn list(permit: Permit<ListUsers>, call: Call) -> Answer {
    let page = call.page(Some(100))?;
    Ok(Reply::list(user::list(&permit, &search(&call)?, page.into(), call.brief(false)).await?))
}

async fn count(permit: Permit<ListUsers>, call: Call) -> Answer {
    Ok(Reply::Json(json!(user::count(&permit, &search(&call)?).await?)))
}

async fn add(permit: Permit<ManageUsers>, call: Call) -> Answer {
    let id = user::add(&permit, call.representation(Representation::USER)?).await?;
    Ok(Reply::Created(call.location(&["users", id.as_str()])))
}

async fn get(permit: Permit<ViewUsers>, call: Call) -> Answer {
    let metadata = call.flag("userProfileMetadata", false);
    Ok(Reply::Json(user::get(&permit, call.param("user"), metadata).await?))
}

async fn change(permit: Permit<ManageUsers>, call: Call) -> Answer {
    user::change(&permit, call.param("user"), call.representation(Representation::USER)?).await?;
    Ok(Reply::Nothing)
}

async fn remove(permit: Permit<ManageUsers>, call: Call) -> Answer {
    user::remove(&permit, call.param("user")).await?;
    Ok(Reply::Nothing)
}

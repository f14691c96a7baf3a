//! `/admin/realms/{realm}/events`, `…/admin-events`

use admin::event::{self, date};
use admin::{ManageEvents, Permit, Refusal, ViewEvents};
use identity::{AdminEventQuery, EventQuery, Representation, Timestamp};

use crate::{Answer, Call, Reply, Table};

/// Operations that an administrative event may tell of.
const OPERATIONS: [&str; 4] = ["CREATE", "UPDATE", "DELETE", "ACTION"];
/// Values of one filter at most.
const MOST: usize = 200;

pub(crate) fn table() -> Table {
    Table::new()
        .get("/realms/{realm}/events", list)
        .delete("/realms/{realm}/events", clear)
        .get("/realms/{realm}/events/config", config)
        .put("/realms/{realm}/events/config", change_config)
        .get("/realms/{realm}/admin-events", admin_list)
        .delete("/realms/{realm}/admin-events", admin_clear)
}

fn time(call: &Call, name: &str, until: bool) -> Result<Option<Timestamp>, Refusal> {
    call.given(name).map(|text| date(name, text, until)).transpose()
}

/// Words in upper case, as all kinds of events are. (Keycloak answers 500 to one that it does not know.)
fn words(call: &Call, name: &str) -> Result<Vec<String>, Refusal> {
    let words: Vec<String> = call.all(name).filter(|word| !word.is_empty()).map(str::to_owned).take(MOST).collect();
    let is_word =
        |word: &String| word.len() < 100 && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b));
    if words.iter().all(is_word) { Ok(words) } else { Err(Refusal::error(format!("Invalid value for '{name}'"))) }
}

async fn list(permit: Permit<ViewEvents>, call: Call) -> Answer {
    let page = call.page(Some(100))?;
    if page.max == 0 {
        return Ok(Reply::list(Vec::<serde_json::Value>::new()));
    }
    let query = EventQuery {
        kinds: words(&call, "type")?,
        client: call.given("client").map(str::to_owned),
        user: call.given("user").map(Into::into),
        address: call.given("ipAddress").map(str::to_owned),
        from: time(&call, "dateFrom", false)?,
        to: time(&call, "dateTo", true)?,
        ascending: call.query("direction") == Some("asc"),
        skip: page.first,
        limit: page.max,
    };
    Ok(Reply::list(event::events(&permit, query).await?))
}

async fn clear(permit: Permit<ManageEvents>, _: Call) -> Answer {
    event::clear_events(&permit).await?;
    Ok(Reply::Nothing)
}

async fn config(permit: Permit<ViewEvents>, _: Call) -> Answer {
    Ok(Reply::Json(event::config(&permit)?))
}

async fn change_config(permit: Permit<ManageEvents>, call: Call) -> Answer {
    event::change_config(&permit, call.representation(Representation::REALM)?).await?;
    Ok(Reply::Nothing)
}

async fn admin_list(permit: Permit<ViewEvents>, call: Call) -> Answer {
    let operations = words(&call, "operationTypes")?;
    if operations.iter().any(|operation| !OPERATIONS.contains(&operation.as_str())) {
        return Err(Refusal::error("Invalid value for 'operationTypes'"));
    }
    let text = |name: &str| call.given(name).map(str::to_owned);
    let query = AdminEventQuery {
        operations,
        resources: words(&call, "resourceTypes")?,
        path: text("resourcePath"),
        auth_realm: text("authRealm"),
        auth_client: text("authClient"),
        auth_user: text("authUser"),
        auth_address: text("authIpAddress"),
        from: time(&call, "dateFrom", false)?,
        to: time(&call, "dateTo", true)?,
        ascending: call.query("direction") == Some("asc"),
    };
    Ok(Reply::list(event::admin_events(&permit, &query, call.page(Some(100))?.into()).await?))
}

async fn admin_clear(permit: Permit<ManageEvents>, _: Call) -> Answer {
    event::clear_admin_events(&permit).await?;
    Ok(Reply::Nothing)
}

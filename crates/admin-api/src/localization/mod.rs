//! `/admin/realms/{realm}/localization`

use admin::{ManageRealm, Permit, Refusal, SeeRealm, localization};
use serde_json::{Map, Value, json};

use crate::{Answer, Call, Reply, Table};

pub(crate) fn table() -> Table {
    Table::new()
        .get("/realms/{realm}/localization", locales)
        .get("/realms/{realm}/localization/{locale}", texts)
        .post("/realms/{realm}/localization/{locale}", set_all)
        .delete("/realms/{realm}/localization/{locale}", remove_all)
        .get("/realms/{realm}/localization/{locale}/{key}", text)
        .put("/realms/{realm}/localization/{locale}/{key}", set)
        .delete("/realms/{realm}/localization/{locale}/{key}", remove)
}

async fn locales(permit: Permit<SeeRealm>, _: Call) -> Answer {
    Ok(Reply::list(localization::locales(&permit)?))
}

async fn texts(permit: Permit<SeeRealm>, call: Call) -> Answer {
    let fallback = call.flag("useRealmDefaultLocaleFallback", false);
    Ok(Reply::Json(localization::texts(&permit, call.param("locale"), fallback)?))
}

async fn text(permit: Permit<SeeRealm>, call: Call) -> Answer {
    let text = localization::text(&permit, call.param("locale"), call.param("key"))?;
    Ok(Reply::Bytes { media_type: "text/plain;charset=UTF-8", file_name: None, bytes: text.into_bytes() })
}

async fn set_all(permit: Permit<ManageRealm>, call: Call) -> Answer {
    let Value::Object(texts) = call.json()? else { return Err(Refusal::error("Could not import from JSON")) };
    localization::set(&permit, call.param("locale"), texts).await?;
    Ok(Reply::Nothing)
}

async fn set(permit: Permit<ManageRealm>, call: Call) -> Answer {
    let mut texts = Map::new();
    texts.insert(call.param("key").to_owned(), json!(call.text()?));
    localization::set(&permit, call.param("locale"), texts).await?;
    Ok(Reply::Nothing)
}

async fn remove_all(permit: Permit<ManageRealm>, call: Call) -> Answer {
    localization::remove(&permit, call.param("locale"), None).await?;
    Ok(Reply::Nothing)
}

async fn remove(permit: Permit<ManageRealm>, call: Call) -> Answer {
    localization::remove(&permit, call.param("locale"), Some(call.param("key"))).await?;
    Ok(Reply::Nothing)
}

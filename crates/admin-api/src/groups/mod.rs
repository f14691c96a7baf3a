//! `/admin/realms/{realm}/groups`, `…/group-by-path`, `…/default-groups`

use admin::group::{self, GroupSearch, Placed};
use admin::{ListGroups, ManageRealm, ManageUsers, Permit, ViewRealm, ViewUsers, attribute_query};
use identity::Representation;

use crate::{Answer, Call, Reply, Table};

pub(crate) fn table() -> Table {
    Table::new()
        .get("/realms/{realm}/groups", list)
        .post("/realms/{realm}/groups", add)
        .get("/realms/{realm}/groups/count", count)
        .get("/realms/{realm}/groups/{group}", get)
        .put("/realms/{realm}/groups/{group}", change)
        .delete("/realms/{realm}/groups/{group}", remove)
        .get("/realms/{realm}/groups/{group}/children", children)
        .post("/realms/{realm}/groups/{group}/children", add_child)
        .get("/realms/{realm}/groups/{group}/members", members)
        .get("/realms/{realm}/group-by-path/{*path}", by_path)
        .get("/realms/{realm}/default-groups", default_groups)
        .put("/realms/{realm}/default-groups/{group}", set_default)
        .delete("/realms/{realm}/default-groups/{group}", unset_default)
}

fn search(call: &Call, brief: bool) -> GroupSearch {
    GroupSearch {
        name: call.given("search").map(str::to_owned),
        exact: call.flag("exact", false),
        attributes: call.given("q").map(attribute_query).unwrap_or_default(),
        hierarchy: call.flag("populateHierarchy", true),
        brief: call.brief(brief),
        counts: call.flag("subGroupsCount", true),
    }
}

async fn list(permit: Permit<ListGroups>, call: Call) -> Answer {
    let page = call.page(None)?;
    Ok(Reply::list(group::list(&permit, &search(&call, true), page.into()).await?))
}

async fn count(permit: Permit<ListGroups>, call: Call) -> Answer {
    Ok(Reply::Json(group::count(&permit, call.given("search"), call.flag("top", false))?))
}

async fn add(permit: Permit<ManageUsers>, call: Call) -> Answer {
    match group::add(&permit, call.representation(Representation::GROUP)?).await? {
        Placed::Made(id, _) => Ok(Reply::Created(call.location(&["groups", id.as_str()]))),
        Placed::Moved => Ok(Reply::Nothing),
    }
}

async fn add_child(permit: Permit<ManageUsers>, call: Call) -> Answer {
    let document = call.representation(Representation::GROUP)?;
    match group::add_child(&permit, call.param("group"), document).await? {
        Placed::Made(id, group) => Ok(Reply::CreatedWith(call.location(&["groups", id.as_str()]), group)),
        Placed::Moved => Ok(Reply::Nothing),
    }
}

async fn get(permit: Permit<ViewUsers>, call: Call) -> Answer {
    Ok(Reply::Json(group::get(&permit, call.param("group")).await?))
}

async fn change(permit: Permit<ManageUsers>, call: Call) -> Answer {
    group::change(&permit, call.param("group"), call.representation(Representation::GROUP)?).await?;
    Ok(Reply::Nothing)
}

async fn remove(permit: Permit<ManageUsers>, call: Call) -> Answer {
    group::remove(&permit, call.param("group")).await?;
    Ok(Reply::Nothing)
}

async fn children(permit: Permit<ViewUsers>, call: Call) -> Answer {
    let page = call.page(Some(10))?;
    Ok(Reply::list(group::children(&permit, call.param("group"), &search(&call, false), page.into()).await?))
}

async fn members(permit: Permit<ViewUsers>, call: Call) -> Answer {
    let page = call.page(Some(100))?;
    Ok(Reply::list(group::members(&permit, call.param("group"), page.into(), call.brief(false)).await?))
}

async fn by_path(permit: Permit<ViewUsers>, call: Call) -> Answer {
    Ok(Reply::Json(group::by_path(&permit, call.param("path")).await?))
}

async fn default_groups(permit: Permit<ViewRealm>, _: Call) -> Answer {
    Ok(Reply::list(group::default_groups(&permit).await?))
}

async fn set_default(permit: Permit<ManageRealm>, call: Call) -> Answer {
    group::set_default(&permit, call.param("group"), true).await?;
    Ok(Reply::Nothing)
}

async fn unset_default(permit: Permit<ManageRealm>, call: Call) -> Answer {
    group::set_default(&permit, call.param("group"), false).await?;
    Ok(Reply::Nothing)
}

//! Sessions of the realm and of its clients, and what empties caches.

use admin::{ManageRealm, ManageUsers, Permit, ViewClients, ViewRealm, session};
use identity::SessionPage;

use crate::{Answer, Call, Reply, Table};

pub(crate) fn table() -> Table {
    Table::new()
        .get("/realms/{realm}/client-session-stats", stats)
        .delete("/realms/{realm}/sessions/{session}", close)
        .post("/realms/{realm}/logout-all", log_out_all)
        .post("/realms/{realm}/push-revocation", push_revocation)
        .get("/realms/{realm}/clients/{client}/user-sessions", user_sessions)
        .get("/realms/{realm}/clients/{client}/offline-sessions", offline_sessions)
        .get("/realms/{realm}/clients/{client}/session-count", session_count)
        .get("/realms/{realm}/clients/{client}/offline-session-count", offline_session_count)
        .post("/realms/{realm}/clear-realm-cache", clear_cache)
        .post("/realms/{realm}/clear-user-cache", clear_cache)
        .post("/realms/{realm}/clear-keys-cache", clear_cache)
}

async fn stats(permit: Permit<ViewRealm>, _: Call) -> Answer {
    Ok(Reply::list(session::client_stats(&permit).await?))
}

async fn close(permit: Permit<ManageUsers>, call: Call) -> Answer {
    session::close(&permit, call.param("session"), call.flag("isOffline", false)).await?;
    Ok(Reply::Nothing)
}

async fn log_out_all(permit: Permit<ManageUsers>, _: Call) -> Answer {
    Ok(Reply::Json(session::log_out_all(&permit).await?))
}

async fn push_revocation(permit: Permit<ManageRealm>, _: Call) -> Answer {
    Ok(Reply::Json(session::push_revocation(&permit).await?))
}

async fn of_client(permit: &Permit<ViewClients>, call: &Call, offline: bool) -> Answer {
    let page = call.page(Some(100))?;
    let page = SessionPage { first: page.first, max: page.max };
    Ok(Reply::list(session::of_client(permit, call.param("client"), offline, page).await?))
}

async fn user_sessions(permit: Permit<ViewClients>, call: Call) -> Answer {
    of_client(&permit, &call, false).await
}

async fn offline_sessions(permit: Permit<ViewClients>, call: Call) -> Answer {
    of_client(&permit, &call, true).await
}

async fn session_count(permit: Permit<ViewClients>, call: Call) -> Answer {
    Ok(Reply::Json(session::count_of_client(&permit, call.param("client"), false).await?))
}

async fn offline_session_count(permit: Permit<ViewClients>, call: Call) -> Answer {
    Ok(Reply::Json(session::count_of_client(&permit, call.param("client"), true).await?))
}

/// What is in memory follows every change by itself: there is nothing to empty.
async fn clear_cache(_: Permit<ManageRealm>, _: Call) -> Answer {
    Ok(Reply::Nothing)
}

//! `…/users/{user}/…-email`, and the test of a realm's mail server.

use admin::user::{self, MailRequest};
use admin::{ManageRealm, ManageUsers, Permit, Refusal};
use serde_json::Value;

use crate::{Answer, Call, Reply, Table};

/// What `reset-password-email` leads to.
const UPDATE_PASSWORD: &str = "UPDATE_PASSWORD";

pub(super) fn table() -> Table {
    Table::new()
        .put("/realms/{realm}/users/{user}/execute-actions-email", execute_actions)
        .put("/realms/{realm}/users/{user}/reset-password-email", reset_password)
        .put("/realms/{realm}/users/{user}/send-verify-email", verify)
        .post("/realms/{realm}/testSMTPConnection", try_server)
}

fn request(call: &Call) -> Result<MailRequest, Refusal> {
    let lifespan = call.given("lifespan").map(str::parse).transpose();
    Ok(MailRequest {
        client_id: call.given("client_id").map(str::to_owned),
        redirect_uri: call.given("redirect_uri").map(str::to_owned),
        lifespan: lifespan.map_err(|_| Refusal::not_found("HTTP 404 Not Found"))?,
    })
}

async fn execute_actions(permit: Permit<ManageUsers>, call: Call) -> Answer {
    let unreadable = || Refusal::described("invalid_request", "Cannot parse the JSON");
    let actions: Vec<String> = serde_json::from_value(call.json()?).map_err(|_| unreadable())?;
    user::execute_actions_email(&permit, call.param("user"), &actions, &request(&call)?).await?;
    Ok(Reply::Nothing)
}

async fn reset_password(permit: Permit<ManageUsers>, call: Call) -> Answer {
    let actions = [UPDATE_PASSWORD.to_owned()];
    user::execute_actions_email(&permit, call.param("user"), &actions, &request(&call)?).await?;
    Ok(Reply::Nothing)
}

async fn verify(permit: Permit<ManageUsers>, call: Call) -> Answer {
    user::verify_email(&permit, call.param("user"), &request(&call)?).await?;
    Ok(Reply::Nothing)
}

async fn try_server(permit: Permit<ManageRealm>, call: Call) -> Answer {
    let Value::Object(settings) = call.json()? else {
        return Err(Refusal::described("invalid_request", "Cannot parse the JSON"));
    };
    user::try_mail_server(&permit, settings).await?;
    Ok(Reply::Nothing)
}

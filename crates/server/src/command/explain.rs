//! `explain`: what a user would be granted, and by which rules.

use serde_json::json;

use super::arguments::Explain;
use super::installation::{find_client, portreeve};
use crate::configuration::Settings;
use crate::console::say;
use crate::failure::Failure;
use crate::store::{self, Store};

/// The operation of the client's plugin that answers.
const OPERATION: &str = "explain";

/// Asks the plugin and prints its answer.
pub(crate) async fn explain(settings: Settings, command: Explain) -> Result<(), Failure> {
    let identity = store::open(&settings, Store::MustExist, store::clock()).await?;
    let answered = async {
        let portreeve = portreeve(&identity, &settings)?;
        let (realm, client) = find_client(&identity, &command.realm, &command.client).await?;
        let plugin = portreeve.plugins.get(&client.protocol);
        let operation = plugin.and_then(|plugin| plugin.operations().iter().find(|verb| verb.id() == OPERATION));
        let operation = operation.ok_or_else(|| {
            Failure::input(format!("client {}: its protocol {} explains nothing", command.client, client.protocol))
        })?;
        let input = json!({ "user": command.user, "scope": command.scopes });
        Ok(operation.run(&portreeve, &realm, &client, input).await?)
    };
    let answered: Result<serde_json::Value, Failure> = answered.await;
    identity.shutdown().await;
    say(serde_json::to_string_pretty(&answered?).map_err(Failure::failed)?);
    Ok(())
}

//! What other servers say of a client. Asked before its change begins: no network call while a unit of work is open.

use identity::Mapper;
use protocol::ClientAddresses;
use serde_json::{Map, Value};

use crate::{ManageClients, Permit, Refusal, client};

/// Checks a client as it would be saved: what the document says, and what the client has where it says nothing.
///
/// # Errors
/// 400 in the protocol's words.
pub(crate) async fn check_client(
    permit: &Permit<ManageClients>,
    present: Option<&identity::Client>,
    document: &Map<String, Value>,
) -> Result<(), Refusal> {
    let protocol = present.map_or_else(|| client::protocol_of(document), |client| client.protocol.to_string());
    let redirect_uris: Vec<String> = match document.get("redirectUris").and_then(Value::as_array) {
        Some(given) => given.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        None => present.map(|client| client.redirect_uris.clone()).unwrap_or_default(),
    };
    let mappers = if document.contains_key("protocolMappers") {
        client::mappers_of(document, &protocol)
    } else {
        present.map(own_mappers).unwrap_or_default()
    };
    check(permit, &protocol, ClientAddresses { redirect_uris: &redirect_uris, mappers: &mappers }).await
}

/// Checks a mapper as it would be saved with its client; one of a client scope is of no client.
///
/// # Errors
/// As [`check_client`].
pub(crate) async fn check_mapper(
    permit: &Permit<ManageClients>,
    client: Option<&identity::Client>,
    document: &Map<String, Value>,
) -> Result<(), Refusal> {
    let Some(client) = client else { return Ok(()) };
    let mapper = client::mapper_of(&Value::Object(document.clone()), &client.protocol);
    let addresses = ClientAddresses { redirect_uris: &client.redirect_uris, mappers: &[mapper] };
    check(permit, &client.protocol, addresses).await
}

async fn check(permit: &Permit<ManageClients>, protocol: &str, addresses: ClientAddresses<'_>) -> Result<(), Refusal> {
    let faults = permit.plugins().check_client_elsewhere(protocol, addresses).await;
    match faults.into_iter().next() {
        None => Ok(()),
        Some(fault) => Err(Refusal::message(fault.reason)),
    }
}

fn own_mappers(client: &identity::Client) -> Vec<Mapper> {
    client.own_mappers.iter().map(|mapper| Mapper::clone(mapper)).collect()
}

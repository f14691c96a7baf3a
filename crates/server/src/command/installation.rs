//! `installation`: a client's artefacts, for whoever sets up the other side.

use std::sync::Arc;

use identity::{Client, Identity, Realm};
use protocol::{Artefact, Portreeve, WebSettings};

use super::arguments::Installation;
use super::keys::find_realm;
use crate::configuration::Settings;
use crate::failure::Failure;
use crate::plugins;
use crate::store::{self, Store};

/// Writes one artefact.
pub(crate) async fn installation(settings: Settings, command: Installation) -> Result<(), Failure> {
    let identity = store::open(&settings, Store::MustExist, store::clock()).await?;
    let made = make(&identity, &settings, &command).await;
    identity.shutdown().await;
    let bytes = made?;
    match &command.output {
        Some(path) => {
            std::fs::write(path, bytes).map_err(|error| Failure::failed(format!("{}: {error}", path.display())))
        }
        None => std::io::Write::write_all(&mut std::io::stdout().lock(), &bytes).map_err(Failure::failed),
    }
}

async fn make(identity: &Identity, settings: &Settings, command: &Installation) -> Result<Vec<u8>, Failure> {
    let portreeve = portreeve(identity, settings)?;
    let (realm, client) = find_client(identity, &command.realm, &command.client).await?;
    let artefacts = portreeve.plugins.get(&client.protocol).map(|plugin| plugin.artefacts()).unwrap_or_default();
    let Some(artefact) = artefacts.iter().find(|artefact| artefact.id() == command.artefact) else {
        let known: Vec<&str> = artefacts.iter().map(|artefact| Artefact::id(*artefact)).collect();
        return Err(Failure::input(format!(
            "client {} has no artefact {}; there are: {}",
            command.client,
            command.artefact,
            known.join(", ")
        )));
    };
    Ok(artefact.render(&portreeve, &realm, &client).await?)
}

/// What plugins are given, without a listener.
pub(crate) fn portreeve(identity: &Identity, settings: &Settings) -> Result<Portreeve, Failure> {
    let mut web = WebSettings::new(&settings.serve.public_url);
    web.trusted_proxies.clone_from(&settings.serve.trusted_proxies);
    Ok(Portreeve::new(identity.clone(), Arc::new(plugins::all()?), web))
}

/// A client that a command names.
pub(crate) async fn find_client(
    identity: &Identity,
    realm: &str,
    client: &str,
) -> Result<(Arc<Realm>, Arc<Client>), Failure> {
    let realm = find_realm(identity, realm).await?;
    let found = realm.client(client).cloned();
    let client = found.ok_or_else(|| Failure::input(format!("realm {}: there is no client {client}", realm.name)))?;
    Ok((realm, client))
}

//! Files that set the other side up for a client.

use protocol::Artefact;

use super::find::of_realm;
use crate::{ManageClients, Permit, Refusal, ViewClients};

/// A file, ready to be saved.
pub struct InstallationFile {
    /// Name to save it under.
    pub file_name: &'static str,
    /// Media type.
    pub media_type: &'static str,
    /// Whether it makes no sense to show it.
    pub download_only: bool,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Makes an installation artefact of whatever protocol has it. It may hold the client's secret, and is for who may change a client
/// that has one.
///
/// # Errors
/// 404 where the realm has no such client or nobody such an artefact.
pub async fn installation(permit: &Permit<ViewClients>, id: &str, artefact: &str) -> Result<InstallationFile, Refusal> {
    let client = of_realm(permit.realm(), id)?;
    let plugins = permit.plugins();
    let own = plugins.get(&client.protocol);
    let mut all = own.into_iter().chain(plugins.iter()).flat_map(|plugin| plugin.artefacts());
    let found: Option<&&dyn Artefact> = all.find(|known| known.id() == artefact);
    let found = found.ok_or_else(|| Refusal::not_found("Unknown Provider"))?;
    if client.secret.is_some() && !client.public {
        drop(permit.to::<ManageClients>()?);
    }
    let bytes = found.render(permit.portreeve(), permit.realm(), client).await?;
    Ok(InstallationFile {
        file_name: found.file_name(),
        media_type: found.media_type(),
        download_only: found.download_only(),
        bytes,
    })
}

//! containerd's `hosts.toml` for the registry.

use std::sync::Arc;

use identity::{Client, Error, Realm};
use protocol::{Artefact, BoxFuture, Portreeve};

use super::Facts;
use super::write::json;

/// The artefact.
pub(crate) struct ContainerdHosts;

impl Artefact for ContainerdHosts {
    fn id(&self) -> &'static str {
        "docker-v2-containerd-hosts"
    }

    fn label(&self) -> &'static str {
        "containerd hosts.toml"
    }

    fn help(&self) -> &'static str {
        "How containerd reaches the registry. Set the client's root URL to the registry's address first."
    }

    fn file_name(&self) -> &'static str {
        "hosts.toml"
    }

    fn media_type(&self) -> &'static str {
        "application/toml"
    }

    fn render<'a>(
        &'a self,
        portreeve: &'a Portreeve,
        realm: &'a Arc<Realm>,
        client: &'a Arc<Client>,
    ) -> BoxFuture<'a, Result<Vec<u8>, Error>> {
        Box::pin(async move { Ok(hosts(&Facts::of(portreeve, realm, client)?).into_bytes()) })
    }
}

fn hosts(facts: &Facts) -> String {
    let server = json(&facts.registry_url);
    let host: String = facts.registry_host().chars().filter(|c| !c.is_control()).collect();
    format!(
        "# Save as /etc/containerd/certs.d/{host}/hosts.toml\n\
         # Credentials are not part of this file: give them with `ctr --user`, `nerdctl login` or a pull secret.\n\
         server = {server}\n\n\
         [host.{server}]\n  capabilities = [\"pull\", \"resolve\", \"push\"]\n\
         \x20 # ca = \"/etc/containerd/certs.d/{host}/ca.crt\"\n"
    )
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn the_file_names_the_registry() {
        let text = hosts(&sample("registry", &[]));
        assert!(
            text.contains("\nserver = \"https://localhost:5000\"\n\n[host.\"https://localhost:5000\"]\n  capabilities")
        );
        assert!(text.contains("certs.d/localhost:5000/hosts.toml"));
    }
}

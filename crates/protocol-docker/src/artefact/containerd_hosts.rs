//! containerd's `hosts.toml` for the registry.

use super::Facts;
use super::made::{Made, Source};
use super::write::json;

/// The artefact.
pub(super) static ARTEFACT: Made = Made {
    id: "docker-v2-containerd-hosts",
    label: "containerd hosts.toml",
    help: "How containerd reaches the registry. Set the client's root URL to the registry's address first.",
    file_name: "hosts.toml",
    media_type: "application/toml",
    source: Source::Facts(|facts| Ok(hosts(facts))),
};

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

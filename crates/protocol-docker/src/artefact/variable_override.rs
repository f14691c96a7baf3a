//! Keycloak's "Variable Override": options of `docker run` for a registry.

use std::fmt::Write as _;

use super::Facts;
use super::made::{Made, Source};
use super::registry_config::trust;
use super::write::shell;

/// The artefact.
pub(super) static ARTEFACT: Made = Made {
    id: "docker-v2-variable-override",
    label: "Variable Override",
    help: "Options of docker run that set a registry's environment.",
    file_name: "docker-env.txt",
    media_type: "text/plain",
    source: Source::Facts(|facts| Ok(options(facts))),
};

fn options(facts: &Facts) -> String {
    let mut out = String::new();
    for (name, value) in facts.token_options().into_iter().chain([trust(facts.settings.profile)]) {
        let _ = writeln!(out, "-e REGISTRY_AUTH_TOKEN_{}={} \\", name.to_uppercase(), shell(value));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn t48_options_are_keycloaks_with_right_addresses_and_the_trust() {
        assert_eq!(
            options(&sample("registry", &[])),
            "-e REGISTRY_AUTH_TOKEN_REALM=https://id.example/realms/harbour/protocol/docker-v2/auth \\\n\
             -e REGISTRY_AUTH_TOKEN_SERVICE=registry \\\n\
             -e REGISTRY_AUTH_TOKEN_ISSUER=https://id.example/realms/harbour \\\n\
             -e REGISTRY_AUTH_TOKEN_ROOTCERTBUNDLE=/etc/docker/registry/root-cert-bundle.pem \\\n"
        );
        assert!(options(&sample("x; rm", &[])).contains("SERVICE='x; rm' \\\n"));
    }
}

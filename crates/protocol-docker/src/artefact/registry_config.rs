//! Keycloak's "Registry Config File": the `auth` section of a registry's `config.yml`.

use std::fmt::Write as _;
use std::sync::Arc;

use identity::{Client, Error, Realm};
use protocol::{Artefact, BoxFuture, Portreeve};

use super::write::yaml;
use super::{BUNDLE_PATH, Facts, JWKS_PATH};
use crate::settings::Profile;

/// The artefact.
pub(crate) struct RegistryConfig;

impl Artefact for RegistryConfig {
    fn id(&self) -> &'static str {
        "docker-v2-registry-config-file"
    }

    fn label(&self) -> &'static str {
        "Registry Config File"
    }

    fn help(&self) -> &'static str {
        "The auth section of a registry's config.yml."
    }

    fn file_name(&self) -> &'static str {
        "config.yml"
    }

    fn media_type(&self) -> &'static str {
        "text/plain"
    }

    fn render<'a>(
        &'a self,
        portreeve: &'a Portreeve,
        realm: &'a Arc<Realm>,
        client: &'a Arc<Client>,
    ) -> BoxFuture<'a, Result<Vec<u8>, Error>> {
        Box::pin(async move {
            Ok(auth_section(&Facts::of(portreeve, realm, client)?, trust(client_profile(client))).into_bytes())
        })
    }
}

fn client_profile(client: &Client) -> Profile {
    client
        .typed(crate::settings::DockerClient::read)
        .settings
        .as_ref()
        .map(|settings| settings.profile)
        .unwrap_or_default()
}

/// The option that names the trust document of a profile, and where the file lies.
pub(crate) fn trust(profile: Profile) -> (&'static str, &'static str) {
    match profile {
        Profile::Any | Profile::Registry2 | Profile::Registry3 => ("rootcertbundle", BUNDLE_PATH),
        Profile::Jwks => ("jwks", JWKS_PATH),
    }
}

/// The section, with Keycloak's three lines first; without a trust document the registry refuses to start, so it is named
/// too.
pub(crate) fn auth_section(facts: &Facts, (option, path): (&str, &str)) -> String {
    let mut out = String::from("auth:\n  token:\n");
    for (name, value) in facts.token_options() {
        let _ = writeln!(out, "    {name}: {}", yaml(value));
    }
    let _ = writeln!(out, "    {option}: {path}");
    out
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn t48_the_section_is_keycloaks_with_right_addresses_and_its_trust() {
        assert_eq!(
            auth_section(&sample("registry", &[]), trust(Profile::Any)),
            "auth:\n  token:\n    realm: https://id.example/realms/harbour/protocol/docker-v2/auth\n    service: registry\n    \
             issuer: https://id.example/realms/harbour\n    rootcertbundle: /etc/docker/registry/root-cert-bundle.pem\n"
        );
        assert!(auth_section(&sample("a: b", &[]), trust(Profile::Jwks)).contains("service: \"a: b\"\n"));
    }
}

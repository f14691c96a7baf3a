//! A whole `config.yml` for distribution 2.8.

use std::sync::Arc;

use identity::{Client, Error, Realm};
use protocol::{Artefact, BoxFuture, Portreeve};

use super::registry_config::{auth_section, trust};
use super::{Facts, write};
use crate::settings::Profile;

/// The artefact.
pub(crate) struct Registry2;

impl Artefact for Registry2 {
    fn id(&self) -> &'static str {
        "docker-v2-registry-2-config"
    }

    fn label(&self) -> &'static str {
        "Distribution 2.8 config.yml"
    }

    fn help(&self) -> &'static str {
        "A whole configuration for distribution 2.8; put the root certificate bundle beside it."
    }

    fn file_name(&self) -> &'static str {
        "config.yml"
    }

    fn media_type(&self) -> &'static str {
        "application/yaml"
    }

    fn render<'a>(
        &'a self,
        portreeve: &'a Portreeve,
        realm: &'a Arc<Realm>,
        client: &'a Arc<Client>,
    ) -> BoxFuture<'a, Result<Vec<u8>, Error>> {
        Box::pin(async move { config(&Facts::of(portreeve, realm, client)?).map(String::into_bytes) })
    }
}

/// Version, storage and listener that both generations of distribution take.
pub(crate) fn head(storage: &str) -> String {
    format!(
        "version: 0.1\nlog:\n  fields:\n    service: registry\nstorage:\n  filesystem:\n    rootdirectory: {}\n  delete:\n    \
         enabled: true\nhttp:\n  addr: :5000\n  headers:\n    X-Content-Type-Options: [nosniff]\n",
        write::yaml(storage)
    )
}

fn config(facts: &Facts) -> Result<String, Error> {
    let settings = &facts.settings;
    if !matches!(settings.profile, Profile::Any | Profile::Registry2) {
        return Err(Error::Refused(
            "this client's tokens are for distribution 3.x: set docker.registry.profile to `any` or `registry-2`"
                .into(),
        ));
    }
    Ok(head("/var/lib/registry") + &auth_section(facts, trust(settings.profile)))
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn t48_a_whole_configuration_for_the_profiles_that_2_8_understands() {
        let text = config(&sample("registry", &[])).unwrap();
        assert!(
            text.starts_with("version: 0.1\n")
                && text.contains("    rootcertbundle: /etc/docker/registry/root-cert-bundle.pem\n")
        );
        assert!(matches!(config(&sample("r", &[("docker.registry.profile", "jwks")])), Err(Error::Refused(_))));
    }
}

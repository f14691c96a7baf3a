//! A whole `config.yml` for distribution 2.8.

use identity::Error;

use super::made::{Made, Source};
use super::registry_config::{auth_section, trust};
use super::{Facts, write};
use crate::settings::Profile;

/// The artefact.
pub(super) static ARTEFACT: Made = Made {
    id: "docker-v2-registry-2-config",
    label: "Distribution 2.8 config.yml",
    help: "A whole configuration for distribution 2.8; put the root certificate bundle beside it.",
    file_name: "config.yml",
    media_type: "application/yaml",
    source: Source::Facts(config),
};

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

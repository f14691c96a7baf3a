//! A whole `config.yml` for distribution 3.x.

use std::fmt::Write as _;

use identity::Error;

use super::Facts;
use super::made::{Made, Source};
use super::registry_2::head;
use super::registry_config::{auth_section, trust};
use crate::settings::Profile;

/// The artefact.
pub(super) static ARTEFACT: Made = Made {
    id: "docker-v2-registry-3-config",
    label: "Distribution 3.x config.yml",
    help: "A whole configuration for distribution 3.x; put the root certificate bundle, or the JWKS where the profile is jwks, \
         beside it.",
    file_name: "config.yml",
    media_type: "application/yaml",
    source: Source::Facts(config),
};

fn config(facts: &Facts) -> Result<String, Error> {
    let settings = &facts.settings;
    // A libtrust id alone means nothing to 3.x, unless its JWKS lists it.
    if settings.profile == Profile::Registry2 {
        return Err(Error::Refused(
            "this client's tokens are for distribution 2.x: set docker.registry.profile to `any`, `registry-3` or `jwks`".into(),
        ));
    }
    let mut out = head("/var/lib/registry") + &auth_section(facts, trust(settings.profile));
    // Its default list also holds symmetric algorithms.
    let _ = writeln!(out, "    signingalgorithms:\n      - {}", settings.algorithm);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn t48_a_whole_configuration_names_its_one_algorithm() {
        let text = config(&sample(
            "registry",
            &[("docker.registry.profile", "jwks"), ("docker.signature.algorithm", "ES256")],
        ));
        let text = text.unwrap();
        assert!(text.contains("    jwks: /etc/docker/registry/jwks.json\n"));
        assert!(text.ends_with("    signingalgorithms:\n      - ES256\n"));
        assert!(config(&sample("r", &[("docker.registry.profile", "registry-2")])).is_err());
    }
}

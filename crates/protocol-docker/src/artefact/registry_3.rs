//! A whole `config.yml` for distribution 3.x.

use std::fmt::Write as _;
use std::sync::Arc;

use identity::{Client, Error, Realm};
use protocol::{Artefact, BoxFuture, Portreeve};

use super::Facts;
use super::registry_2::head;
use super::registry_config::{auth_section, trust};
use crate::settings::Profile;

/// The artefact.
pub(crate) struct Registry3;

impl Artefact for Registry3 {
    fn id(&self) -> &'static str {
        "docker-v2-registry-3-config"
    }

    fn label(&self) -> &'static str {
        "Distribution 3.x config.yml"
    }

    fn help(&self) -> &'static str {
        "A whole configuration for distribution 3.x; put the root certificate bundle, or the JWKS where the profile is jwks, \
         beside it."
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

//! Keycloak's "Registry Config File": the `auth` section of a registry's `config.yml`.

use std::fmt::Write as _;

use super::made::{Made, Source};
use super::write::yaml;
use super::{BUNDLE_PATH, Facts, JWKS_PATH};
use crate::settings::Profile;

/// The artefact.
pub(super) static ARTEFACT: Made = Made {
    id: "docker-v2-registry-config-file",
    label: "Registry Config File",
    help: "The auth section of a registry's config.yml.",
    file_name: "config.yml",
    media_type: "text/plain",
    source: Source::Facts(|facts| Ok(auth_section(facts, trust(facts.settings.profile)))),
};

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

//! Installation artefacts: what the operator of a registry or of its clients needs.

mod bundle;
mod compose;
mod containerd_hosts;
mod jwks;
mod kubernetes_secret;
mod made;
mod registry_2;
mod registry_3;
mod registry_config;
mod variable_override;
mod write;

use identity::{Client, Error, Realm};
use protocol::{Artefact, Issuer, Portreeve};

use crate::settings::{DockerClient, Settings};

/// All artefacts; Keycloak's three first.
pub(crate) static ALL: &[&dyn Artefact] = &[
    &registry_config::ARTEFACT,
    &variable_override::ARTEFACT,
    &compose::Compose,
    &bundle::ARTEFACT,
    &jwks::ARTEFACT,
    &registry_2::ARTEFACT,
    &registry_3::ARTEFACT,
    &containerd_hosts::ARTEFACT,
    &kubernetes_secret::ARTEFACT,
];

/// Where a registry's container looks for the trust documents.
pub(crate) const BUNDLE_PATH: &str = "/etc/docker/registry/root-cert-bundle.pem";
pub(crate) const JWKS_PATH: &str = "/etc/docker/registry/jwks.json";
/// Where the registry is reached when the client does not say.
const DEFAULT_REGISTRY: &str = "https://localhost:5000";

/// What all files are made of.
pub(crate) struct Facts {
    /// Token endpoint.
    pub(crate) token_url: String,
    /// `service`: the client's `clientId`.
    pub(crate) service: String,
    /// Issuer of the tokens.
    pub(crate) issuer: String,
    /// The client's settings.
    pub(crate) settings: Settings,
    /// The registry's own address, without a trailing slash.
    pub(crate) registry_url: String,
}

impl Facts {
    pub(crate) fn of(portreeve: &Portreeve, realm: &Realm, client: &Client) -> Result<Self, Error> {
        let issuer = Issuer::of(portreeve, realm);
        let settings = client.typed(DockerClient::read).settings.clone().map_err(Error::Invalid)?;
        Ok(Self {
            token_url: issuer.join("protocol/docker-v2/auth"),
            service: client.client_id.to_string(),
            issuer: issuer.as_str().to_owned(),
            settings,
            registry_url: registry_url(client),
        })
    }

    /// `host[:port]`, as it stands before image names.
    pub(crate) fn registry_host(&self) -> &str {
        let host = self.registry_url.split_once("://").map_or(&*self.registry_url, |(_, rest)| rest);
        host.split('/').next().unwrap_or(host)
    }

    /// The three settings that Keycloak's files hold, by registry option.
    pub(crate) fn token_options(&self) -> [(&'static str, &str); 3] {
        [("realm", &self.token_url), ("service", &self.service), ("issuer", &self.issuer)]
    }
}

/// The registry's address: the client's root or home URL, or its id where that is a URL or a host.
fn registry_url(client: &Client) -> String {
    let member =
        |name: &str| client.document.get(name).and_then(|value| value.as_str()).filter(|url| url.contains("://"));
    let id = &*client.client_id;
    let looks_like_host = !id.contains(['/', ' ']) && id.contains(['.', ':']);
    let url = match member("rootUrl").or_else(|| member("baseUrl")) {
        Some(url) => url.to_owned(),
        None if id.starts_with("https://") || id.starts_with("http://") => id.to_owned(),
        None if looks_like_host => format!("https://{id}"),
        None => DEFAULT_REGISTRY.to_owned(),
    };
    url.trim_end_matches('/').to_owned()
}

#[cfg(test)]
pub(crate) fn sample(service: &str, settings: &[(&str, &str)]) -> Facts {
    let attributes = settings.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    Facts {
        token_url: "https://id.example/realms/harbour/protocol/docker-v2/auth".into(),
        service: service.into(),
        issuer: "https://id.example/realms/harbour".into(),
        settings: Settings::parse(&attributes).unwrap(),
        registry_url: DEFAULT_REGISTRY.into(),
    }
}

//! Keycloak's "Docker Compose YAML": a zip that starts a registry on this machine.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::sync::Arc;

use crypto::algorithm::KeyKind;
use crypto::certificate::{CertificateRequest, pem, self_signed};
use crypto::key::KeyPair;
use identity::{Client, Error, Realm};
use protocol::{Artefact, BoxFuture, Portreeve};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::Facts;
use super::write::yaml;
use crate::keys;
use crate::settings::Profile;

/// The artefact.
pub(crate) struct Compose;

const FOLDER: &str = "keycloak-docker-compose-yaml/";
/// Ten years, as Keycloak's.
const CERTIFICATE_SECONDS: i64 = 10 * 365 * 24 * 3600;
const CERTIFICATE_BACKDATE: i64 = 100;

impl Artefact for Compose {
    fn id(&self) -> &'static str {
        "docker-v2-compose-yaml"
    }

    fn label(&self) -> &'static str {
        "Docker Compose YAML"
    }

    fn help(&self) -> &'static str {
        "A zip with a compose file, a TLS certificate for localhost and the trust bundle, for trying a registry out."
    }

    fn file_name(&self) -> &'static str {
        "keycloak-docker-compose-yaml.zip"
    }

    fn media_type(&self) -> &'static str {
        "application/zip"
    }

    fn download_only(&self) -> bool {
        true
    }

    fn render<'a>(
        &'a self,
        portreeve: &'a Portreeve,
        realm: &'a Arc<Realm>,
        client: &'a Arc<Client>,
    ) -> BoxFuture<'a, Result<Vec<u8>, Error>> {
        Box::pin(async move {
            let facts = Facts::of(portreeve, realm, client)?;
            let realm = keys::with_keys(&portreeve.identity, realm).await?;
            let trust = match facts.settings.profile {
                Profile::Jwks => ("jwks.json", keys::jwks(&realm)?),
                Profile::Any | Profile::Registry2 | Profile::Registry3 => {
                    ("localhost_trust_chain.pem", keys::bundle(&realm).into_bytes())
                }
            };
            let now = portreeve.identity.clock().now().seconds();
            let mut serial = [0_u8; 16];
            portreeve.identity.random().fill(&mut serial);
            let tls = certificate(now, serial)?;
            archive(&facts, &trust, &tls).map_err(|error| Error::fault(format!("compose zip: {error}")))
        })
    }
}

/// A new certificate for `localhost` and its key, both PEM. P-256: made in no time, and every client takes it.
fn certificate(now: i64, serial: [u8; 16]) -> Result<(String, String), Error> {
    let make = || {
        let pair = KeyPair::generate(KeyKind::P256)?;
        let der = self_signed(
            &pair,
            &CertificateRequest {
                subject: "localhost",
                dns_names: &["localhost", "127.0.0.1", "::1"],
                not_before: now - CERTIFICATE_BACKDATE,
                not_after: now + CERTIFICATE_SECONDS,
                serial,
            },
        )?;
        Ok((pem("CERTIFICATE", &der), pem("PRIVATE KEY", &pair.to_pkcs8()?)))
    };
    make().map_err(|error: crypto::key::KeyError| Error::fault(format!("compose certificate: {error}")))
}

fn archive(
    facts: &Facts,
    (trust_name, trust): &(&str, Vec<u8>),
    (certificate, key): &(String, String),
) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let public = SimpleFileOptions::default().unix_permissions(0o644);
    let private = SimpleFileOptions::default().unix_permissions(0o600);
    zip.add_directory(FOLDER, public)?;
    let mut add = |name: &str, options: SimpleFileOptions, content: &[u8]| {
        zip.start_file(format!("{FOLDER}{name}"), options)?;
        zip.write_all(content)?;
        Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    };
    add("docker-compose.yaml", public, compose_file(facts, trust_name).as_bytes())?;
    add("data/.gitignore", public, b"*")?;
    add("certs/localhost.crt", public, certificate.as_bytes())?;
    add("certs/localhost.key", private, key.as_bytes())?;
    add(&format!("certs/{trust_name}"), public, trust)?;
    add("README.md", public, readme(facts).as_bytes())?;
    Ok(zip.finish()?.into_inner())
}

fn compose_file(facts: &Facts, trust_name: &str) -> String {
    let (image, option) = match facts.settings.profile {
        Profile::Any | Profile::Registry2 => ("registry:2", "ROOTCERTBUNDLE"),
        Profile::Registry3 => ("registry:3", "ROOTCERTBUNDLE"),
        Profile::Jwks => ("registry:3", "JWKS"),
    };
    let mut out = format!(
        "services:\n  registry:\n    image: {image}\n    ports:\n      - 127.0.0.1:5000:5000\n    environment:\n"
    );
    let mut set = |name: &str, value: &str| {
        let _ = writeln!(out, "      {name}: {}", yaml(value));
    };
    set("REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY", "/data");
    set("REGISTRY_HTTP_TLS_CERTIFICATE", "/opt/certs/localhost.crt");
    set("REGISTRY_HTTP_TLS_KEY", "/opt/certs/localhost.key");
    for (name, value) in facts.token_options() {
        set(&format!("REGISTRY_AUTH_TOKEN_{}", name.to_uppercase()), value);
    }
    set(&format!("REGISTRY_AUTH_TOKEN_{option}"), &format!("/opt/certs/{trust_name}"));
    out.push_str("    volumes:\n      - ./data:/data:z\n      - ./certs:/opt/certs:z\n");
    out
}

fn readme(facts: &Facts) -> String {
    format!(
        "# A registry for `{service}`\n\n\
         Starts a registry on this machine that takes its tokens from {issuer}.\n\
         For trying out: the certificate is self-signed and its key was made on the server.\n\n\
         ```\n\
         docker compose up -d\n\
         docker login localhost:5000\n\
         docker pull busybox\n\
         docker tag busybox localhost:5000/busybox\n\
         docker push localhost:5000/busybox\n\
         ```\n\n\
         User names and passwords are those of the realm. Download again after a change of the client's settings or a new\n\
         signing key: the registry reads its trust once, when it starts.\n",
        service = facts.service,
        issuer = facts.issuer,
    )
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::super::sample;
    use super::*;

    #[test]
    fn t48_the_zip_is_keycloaks_with_services_and_a_named_host() {
        let facts = sample("registry", &[]);
        let tls = certificate(1_800_000_000, [7; 16]).unwrap();
        let bytes = archive(&facts, &("localhost_trust_chain.pem", b"trust".to_vec()), &tls).unwrap();
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
        names.sort();
        assert_eq!(
            names,
            [
                "",
                "README.md",
                "certs/localhost.crt",
                "certs/localhost.key",
                "certs/localhost_trust_chain.pem",
                "data/.gitignore",
                "docker-compose.yaml"
            ]
            .map(|name| format!("{FOLDER}{name}"))
        );
        let mut text = String::new();
        zip.by_name(&format!("{FOLDER}docker-compose.yaml")).unwrap().read_to_string(&mut text).unwrap();
        assert!(text.starts_with("services:\n  registry:\n    image: registry:2\n"));
        assert!(
            text.contains(
                "      REGISTRY_AUTH_TOKEN_REALM: https://id.example/realms/harbour/protocol/docker-v2/auth\n"
            )
        );
        assert!(text.contains("      REGISTRY_AUTH_TOKEN_ROOTCERTBUNDLE: /opt/certs/localhost_trust_chain.pem\n"));
        assert!(
            tls.0.starts_with("-----BEGIN CERTIFICATE-----\n") && tls.1.starts_with("-----BEGIN PRIVATE KEY-----\n")
        );
    }
}

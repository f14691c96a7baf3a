//! A Kubernetes pull secret for the registry.

use serde_json::json;

use super::made::{Made, Source};
use super::{Facts, write};

/// The artefact.
pub(super) static ARTEFACT: Made = Made {
    id: "docker-v2-kubernetes-secret",
    label: "Kubernetes pull secret",
    help: "A secret for imagePullSecrets; put user name and password in. kubelet ignores identity tokens.",
    file_name: "pull-secret.yaml",
    media_type: "application/yaml",
    source: Source::Facts(|facts| Ok(secret(facts))),
};

fn secret(facts: &Facts) -> String {
    let config = json!({ "auths": { facts.registry_host(): { "username": "USERNAME", "password": "PASSWORD" } } });
    format!(
        "# Put a user name and a password in, then: kubectl apply -f pull-secret.yaml\n\
         apiVersion: v1\nkind: Secret\nmetadata:\n  name: {}\ntype: kubernetes.io/dockerconfigjson\nstringData:\n  \
         .dockerconfigjson: {}\n",
        object_name(&facts.service),
        write::json(&config.to_string())
    )
}

/// A DNS label (RFC 1123 §2.1), as Kubernetes names objects.
fn object_name(service: &str) -> String {
    let letters: String =
        service.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(50).collect();
    match letters.trim_matches('-') {
        "" => "registry-pull".into(),
        name => format!("{name}-pull"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn the_secret_holds_a_docker_configuration() {
        let text = secret(&sample("https://reg.example/v2", &[]));
        assert!(text.contains("  name: https---reg-example-v2-pull\n"));
        let line = text.lines().last().unwrap();
        let inner: String =
            serde_json::from_str(line.trim_start().strip_prefix(".dockerconfigjson: ").unwrap()).unwrap();
        let config: serde_json::Value = serde_json::from_str(&inner).unwrap();
        assert_eq!(config["auths"]["localhost:5000"]["username"], "USERNAME");
    }
}
